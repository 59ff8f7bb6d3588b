"""The Markdown parser: CommonMark, tables, footnotes, and Obsidian's extensions.

pyromark (the Rust parser pulldown-cmark) reads CommonMark and returns events with positions.
`extensions.py` finds the extensions. Comments (`%%`) and math (`$`) may contain any text, so filler
characters replace them before parsing. The others are found in the remaining plain text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from functools import cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from notekeep.markdown.extensions import (
    WIKILINK_PATTERN,
    ParserPass,
    find_definitions,
    find_extensions,
    find_hidden,
)
from notekeep.markdown.tree import ParsedPage, Span

if TYPE_CHECKING:
    import pyromark

_BLOCKS: Final = {
    "Paragraph": "paragraph",
    "Heading": "heading",
    "List": "list",
    "Item": "item",
    "BlockQuote": "quote",
    "CodeBlock": "fence",
    "HtmlBlock": "html_block",
    "FootnoteDefinition": "footnote",
    "Table": "table",
    "TableHead": "row",
    "TableRow": "row",
    "TableCell": "cell",
}
_STYLES: Final = {"Emphasis": "em", "Strong": "strong", "Strikethrough": "strike"}
_BREAKS: Final = {"SoftBreak": "soft_break", "HardBreak": "hard_break"}
_INLINE: Final = {"Code": "code_span", "InlineHtml": "html", "FootnoteReference": "footnote_ref"}
_LEAVES: Final = frozenset({"paragraph", "heading", "cell"})
_HOLDING_BLOCKS: Final = frozenset({"item", "footnote", "quote"})
_HOLDING_ITEMS: Final = frozenset({"list", "item"})
_LABELLED: Final = frozenset({"link", "image"})
_RAW: Final = frozenset({"fence", "code_block", "html_block"})

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_FIRST_BYTES: Final = bytes(0 if 0x80 <= byte < 0xC0 else 1 for byte in range(256))
"""1 for bytes that start a character."""

_WIKILINK: Final = re.compile(f"!?{WIKILINK_PATTERN}")
_TASK: Final = re.compile(r"(?:[-+*]|\d{1,9}[.)])[ \t]{1,4}\[(.)\][ \t]++(\S[^\n]*)")
_CALLOUT: Final = re.compile(r">[ \t]?\[!([^\]|\n]+)(?:\|[^\]\n]*)?\]([+-]?)[ \t]*([^\n]*)")
_LINE_LEAD: Final = re.compile(r"^[ \t>]*", re.MULTILINE)


@cache
def _commonmark() -> pyromark.Markdown:
    import pyromark  # needed only by commands that parse

    # Task boxes, callouts and math follow Obsidian's rules instead.
    options = pyromark.Options
    return pyromark.Markdown(
        options=options.ENABLE_TABLES
        | options.ENABLE_FOOTNOTES
        | options.ENABLE_STRIKETHROUGH
        | options.ENABLE_WIKILINKS
    )


def parse_markdown(text: str) -> ParsedPage:
    """Parse the body of a note. Takes linear time and never raises.

    Line ends may be of any kind; positions count characters of the text. If the parser fails, the
    page is one paragraph of plain text with a `problem`.
    """
    original, text = text, _normalize(text)
    try:
        page = _read(text)
    except BaseException as error:
        # A panic in Rust is not an `Exception`.
        if not (isinstance(error, Exception) or type(error).__name__ == "PanicException"):
            raise
        end = len(text)
        spans = [Span("paragraph", 0, end, 0), Span("text", 0, end, 1)] if text.strip() else []
        return ParsedPage(
            text,
            spans,
            [],
            f"The Markdown parser failed ({error}). The note is read as plain text.",
        )
    if "\r\n" in original:
        page.plain = [_fix_break(span, original) for span in page.plain]
    return page


def _read(text: str) -> ParsedPage:
    result = _parse(text, text)
    found: list[Span] = []
    if "%%" in text or "$" in text:
        result, found = find_hidden(text, result, partial(_parse, source=text))
    found += find_extensions(text, result, found)
    if "]:" in text:
        found += find_definitions(text, result, found)
    return ParsedPage(text, result.spans, found)


def _fix_break(span: Span, text: str) -> Span:
    """Undo a hard break that `_normalize` caused by replacing the CR of a Windows line end."""
    if span.kind == "hard_break" and text[span.start : span.end] == " \r\n":
        return span._replace(kind="soft_break", start=span.end - 1)
    return span


def _normalize(text: str) -> str:
    """Replace line ends with newlines; every character keeps its position."""
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if "\v" in text or "\0" in text:
        text = text.replace("\v", " ").replace("\0", "\ufffd")
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    return text


def _parse(text: str, source: str) -> ParserPass:
    """Parse a text with filler characters; the spans quote the source."""
    builder = _Builder(text, source)
    handlers = {"Start": builder.open, "End": builder.close, "Text": builder.add_text}
    places = None if text.isascii() else _characters(text)
    events: Any = _commonmark().events_with_range(text)  # strings, and dictionaries of many shapes
    for event, span in events:
        start, end = span["start"], span["end"]
        if places is not None:
            start, end = places[start], places[end]
        if event.__class__ is str:
            builder.add(event, "", start, end)
            continue
        for name, value in event.items():
            if handler := handlers.get(name):
                handler(value, start, end)
            else:
                builder.add(name, value, start, end)
    return builder.finish()


def _characters(text: str) -> array[int]:
    """Return the number of characters before each byte."""
    places = array("I", [0])
    places.extend(accumulate(text.encode().translate(_FIRST_BYTES)))
    return places


_Fields = tuple[str, int, int, int, str, str, str]
"""The fields of a `Span`. Plain tuples make parsing 10 % faster."""


class _Builder:
    """Converts parser events to spans, and corrects wrong positions in them."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.leaves: list[tuple[int, int]] = []
        self.literal: list[tuple[int, int]] = []
        self._spans: list[_Fields] = []
        self._open: list[int] = []  # indexes of open spans
        self._raw: list[str] | None = None  # the lines of code or HTML
        self._is_tight = False  # inside an implicit paragraph of an item
        self._images = 0  # number of open images
        self._skipped = 0  # depth inside a wiki link, whose text is not Markdown
        self._last = 0

    def finish(self) -> ParserPass:
        self.leaves.sort()
        self.literal.sort()
        spans = map(partial(tuple.__new__, Span), self._spans)  # `Span._make` without the check
        return ParserPass([*spans], self.leaves, self.literal)

    def open(self, tag: Any, start: int, end: int) -> None:
        """Start a block or an inline span with content."""
        if self._skipped:
            self._skipped += 1
            return
        data = None
        if tag.__class__ is not str:
            ((tag, data),) = tag.items()
        kind = _BLOCKS.get(tag)
        if kind is None:
            self._open_inline(tag, data, start, end)
            return
        self._close_tight()
        if kind == "cell" and start == end and self.text[start - 1] == "\n":
            start = end = self._last  # the parser places a missing cell in the next row
        span = self._block(kind, data, start, end)
        self._push(span)
        if kind in _LEAVES:
            self.leaves.append((span[1], end))
        elif kind in _RAW:
            self._raw = []
            self.literal.append((start, end))

    def close(self, tag: Any, start: int, end: int) -> None:
        """End the innermost span."""
        del tag, start, end
        if self._skipped:
            self._skipped -= 1
            if self._skipped:
                return
        elif self._is_tight and self._spans[self._open[-1]][0] == "paragraph":
            self._close_tight()
        number = self._open.pop()
        if self._raw is not None:
            self._set_words(number, "".join(self._raw))
            self._raw = None
        elif (span := self._spans[number])[0] in _LABELLED:
            first = span[1] + (2 if span[0] == "image" else 1)
            last = max(first, self._last)
            self._images -= span[0] == "image"
            if not self._images:  # inside an image, only the outer label counts
                self._set_words(number, self.source[first:last])
            self.literal.append((last, span[2]))
        self._last = max(self._last, self._spans[number][2])

    def add(self, name: str, value: str, start: int, end: int) -> None:
        """Add an element without content."""
        if self._skipped:
            return
        if name == "Html":
            if self._raw is not None:
                self._raw.append(value)
            return
        if name == "Rule":
            self._close_tight()
            self._add("rule", start, end)
            return
        self._begin_words(start)
        self._last = end
        if kind := _BREAKS.get(name):
            self._add(kind, start, end)
        elif name == "FootnoteReference":
            self._add("footnote_ref", start, end, value)
        else:
            self.literal.append((start, end))
            self._add(_INLINE[name], start, end, "", value)

    def add_text(self, value: str, start: int, end: int) -> None:
        """Add text; escapes and entities get their own spans."""
        if self._skipped:
            return
        if self._raw is not None:
            self._raw.append(value)
            return
        text = self.text
        before = self._spans[-1] if self._spans else None
        continues = before is not None and before[0] == "text" and before[2] == start
        if not continues and self._last < start and text[start - 1] == "\\":
            self._begin_words(start - 1)
            self._add("special", start - 1, start + 1, "", value[:1])
            start, value = start + 1, value[1:]
            if not value:
                self._last = end
                return
        self._begin_words(start)
        if not text.startswith(value, start) or len(value) != end - start:
            self._add("special", start, end, "", value)
        elif continues and before is not None:
            self._spans[-1] = ("text", before[1], end, *before[3:])
        else:
            self._add("text", start, end)
        self._last = end

    def _add(self, kind: str, start: int, end: int, info: str = "", words: str = "") -> None:
        self._spans.append((kind, start, end, len(self._open), info, words, ""))

    def _push(self, span: _Fields) -> None:
        self._open.append(len(self._spans))
        self._spans.append(span)

    def _set_words(self, number: int, words: str) -> None:
        span = self._spans[number]
        self._spans[number] = (*span[:5], words, span[6])

    def _begin_words(self, start: int) -> None:
        """Open the paragraph of a tight list item; the parser emits no event for it."""
        if not self._open or self._spans[self._open[-1]][0] in _HOLDING_BLOCKS:
            self._push(("paragraph", start, start, len(self._open), "", "", "tight"))
            self._is_tight = True

    def _close_tight(self) -> None:
        if self._is_tight:
            self._is_tight = False
            number = self._open.pop()
            span = self._spans[number]
            self._spans[number] = (*span[:2], self._last, *span[3:])
            self.leaves.append((span[1], self._last))

    def _block(self, kind: str, data: Any, start: int, end: int) -> _Fields:
        text = self.source
        info = words = title = ""
        if kind == "paragraph":
            if start and text[start - 1] == "\\":
                start -= 1  # the parser starts the paragraph after the backslash
        elif kind in _HOLDING_ITEMS:
            # After a tab, the parser starts a nested list at the end of the previous line.
            while start < end and text[start] in "\n\t ":
                start += 1
            if kind == "list":
                info = "" if data is None else str(data)
            elif task := _TASK.match(text, start, end):
                info, words = task[1], task[2].rstrip()
        elif data == "Indented":
            kind = "code_block"
        elif describe := _DESCRIBED.get(kind):
            info, words, title = describe(data, text, start, end)
        return kind, start, end, len(self._open), info, words, title

    def _open_inline(self, name: str, data: Any, start: int, end: int) -> None:
        self._begin_words(start)
        if name in _STYLES:
            span = (_STYLES[name], start, end, len(self._open), "", "", "")
        elif (how := data["link_type"]).__class__ is dict:
            span = self._wikilink(start, end)
            self._skipped = 1
            self.literal.append((start, end))
        else:
            kind = "image" if name == "Image" else "link"
            if how == "Collapsed" and self.text.startswith("[]", end):
                end += 2  # the parser omits the brackets
            elif how in {"Autolink", "Email"}:
                kind = "autolink"
                self.literal.append((start, end))
                if how == "Email":
                    data["dest_url"] = f"mailto:{data['dest_url']}"
            span = (kind, start, end, len(self._open), data["dest_url"], "", data["title"])
            self._images += kind == "image"
        self._push(span)

    def _wikilink(self, start: int, end: int) -> _Fields:
        depth = len(self._open)
        match = _WIKILINK.match(self.source, start, end)
        if match is None:
            # Unlike Obsidian, the parser allows several lines and brackets.
            return "text", start, end, depth, "", "", ""
        target, words = match["target"], match["text"]
        if words is not None and target.endswith("\\"):
            # In a table, every `|` is escaped.
            target, words = target[:-1], words.replace("\\|", "|")
        kind = "embed" if match[0][0] == "!" else "wikilink"
        return kind, start, end, depth, target, words or "", ""


def _describe_quote(data: Any, text: str, start: int, end: int) -> tuple[str, str, str]:
    del data
    callout = _CALLOUT.match(text, text.find(">", start), end)
    if callout is None:
        return "", "", ""
    return callout[1].strip().lower(), callout[3].strip(), callout[2]


_DESCRIBED: Final[dict[str, Callable[[Any, str, int, int], tuple[str, str, str]]]] = {
    "heading": lambda data, *place: (data["level"][1], _heading_words(*place), ""),
    "quote": _describe_quote,
    "fence": lambda data, *_: (data["Fenced"], "", ""),
    "footnote": lambda data, *_: (data, "", ""),
    "table": lambda data, *_: (",".join(data).lower(), "", ""),
}
"""Info, words and title of a block, by kind."""


def _heading_words(text: str, start: int, end: int) -> str:
    source = text[start:end].strip()
    if "\n" in source:
        lines = source.split("\n")[:-1]
        return " ".join(_LINE_LEAD.sub("", line).strip() for line in lines)
    words = source.lstrip("#").strip(" \t")
    bare = words.rstrip("#")
    is_closed = bare != words and (not bare or bare[-1] in " \t")
    return bare.rstrip(" \t") if is_closed else words

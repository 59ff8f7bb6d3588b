"""Obsidian's extensions of CommonMark: comments and math, tags, block ids, highlights and others.

Comments (`%%`) and math (`$`) contain no Markdown, but code, links and HTML may contain the same
characters. So a text is parsed first, and comments and math are found from left to right. If one of
them contains more than plain words, the text is parsed again with filler characters in their place.

The other extensions are found in the remaining plain text: tags, block ids, timestamps,
`==highlights==`, `^[inline notes]`; and link definitions, for which the parser emits no event.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from notekeep.markdown.tree import BLOCK_KINDS, Span, find_range_at


class ParserPass(NamedTuple):
    """The result of one parser pass."""

    spans: list[Span]  # all CommonMark spans, in order
    leaves: list[tuple[int, int]]  # start and end of each block of text, in order
    # start and end of code, HTML, wiki links and link destinations, in order
    literal: list[tuple[int, int]]


# The target contains no brackets; the text may contain single brackets.
WIKILINK_PATTERN: Final = (
    r"\[\[(?P<target>[^\[\]\n|]++)(?:\|(?P<text>(?:[^\[\]\n]|\[(?!\[)|\](?!\]))*+))?\]\]"
)
_HIDDEN_SIGN: Final = re.compile(r"%%|\$")
_MATH: Final = re.compile(
    r"\$\$((?:[^\\$]|\\.|\$(?!\$))+)\$\$|\$(?![\s$])((?:[^\\$]|\\.)+)(?<!\s)\$(?!\d)", re.DOTALL
)
_MATH_BLOCK_END: Final = re.compile(r"\$\$[ \t]*$", re.MULTILINE)
_PLAIN: Final = re.compile(r"(?:[^*_~\[\]<>`|\\&]++|\[\[[^\[\]\n|\\`<]++\]\]|`[^`\n]++`)*+")
"""Text that does not change how the text around it is parsed."""

_HOLDS_SPANS: Final = re.compile(r"[\n\[`]")
_BLOCK_LEAD: Final = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*")
_MARKS: Final = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+[ \t>]*)*")
_SIGNS_OF_A_LINE: Final = re.compile(r"^[ \t>]+|[^\n]+", re.MULTILINE)
_MAX_LEAD: Final = 120
"""Maximum length of the markers and whitespace before a comment."""

_MAX_PASSES: Final = 2
"""Maximum number of additional passes."""


def find_hidden(
    text: str, result: ParserPass, parse: Callable[[str], ParserPass]
) -> tuple[ParserPass, list[Span]]:
    """Find comments and math; return the parser pass over the rest, and their spans."""
    finder = _HiddenFinder(text, result, parse)
    finder.run()
    result, found = finder.result, finder.found
    if any(_HOLDS_SPANS.search(text, part.start, part.end) for part in found):
        result = result._replace(spans=[*_outside(text, result.spans, found)])
    return result, found


class _HiddenFinder:
    def __init__(self, text: str, result: ParserPass, parse: Callable[[str], ParserPass]) -> None:
        self.text = text
        self.parse = parse
        self.result = result
        self.found: list[Span] = []
        self._covered = 0  # the number of parts replaced by filler characters in this pass
        self._has_block_ends = True  # False if no closing `$$` follows

    def run(self) -> None:
        at = passes = 0
        while sign := _HIDDEN_SIGN.search(self.text, at):
            start, at = sign.start(), sign.end()
            inside = find_range_at(self.result.literal, start)
            if inside is not None:
                at = max(at, inside[1])
                continue
            if _is_escaped(self.text, start):
                continue
            span = self._comment(start) if sign[0] == "%%" else self._math(start)
            if span is None:
                continue
            last = find_range_at(self.result.literal, span.end - 1)
            reaches_out = last is not None and start < last[0] and span.end < last[1]
            if reaches_out and passes == _MAX_PASSES:
                continue
            self.found.append(span)
            at = span.end
            if reaches_out:
                passes += 1
                self._parse_covered()
        if any(not self._is_plain(span) for span in self.found[self._covered :]):
            self._parse_covered()

    def _parse_covered(self) -> None:
        self.result = self.parse(_covered(self.text, self.found))
        self._covered = len(self.found)

    def _is_plain(self, part: Span) -> bool:
        """Whether filler characters in its place would not change the rest of the parse."""
        if not _PLAIN.fullmatch(self.text, part.start, part.end):
            return False
        if "\n" not in self.text[part.start : part.end]:
            return True
        first = find_range_at(self.result.leaves, part.start)
        if first is None or first[0] != part.start:
            return False
        last = find_range_at(self.result.leaves, part.end - 1)
        return last is None or not self.text[part.end : last[1]].strip()

    def _leaf_end(self, at: int) -> int:
        """Return the end of the block at a position; 0 for none."""
        leaf = find_range_at(self.result.leaves, at)
        return leaf[1] if leaf is not None else 0

    def _comment(self, start: int) -> Span | None:
        """Read a comment; it may span blocks if it starts a line and continues on the next."""
        text = self.text
        close = text.find("%%", start + 2)
        if _begins_line(text, start):
            line = text.find("\n", start)
            if close < 0 <= line or 0 <= line < close or (close < 0 and line < 0):
                end = close + 2 if close >= 0 else len(text.rstrip("\n"))
                return Span("comment", start, end, 0)
        if close < 0 or close + 2 > self._leaf_end(start):
            return None
        return Span("comment", start, close + 2, 0)

    def _math(self, start: int) -> Span | None:
        """Read math: a block between lines of `$$`, or text between dollar signs, except prices."""
        text = self.text
        if text.startswith("$$", start) and _begins_line(text, start):
            line = text.find("\n", start)
            if line >= 0 and text.find("$$", start + 2, line) < 0:
                end = _MATH_BLOCK_END.search(text, line) if self._has_block_ends else None
                if end is None:
                    self._has_block_ends = False
                    return None
                words = _without_marks(text, start, text[start + 2 : end.start()])
                return Span("math_block", start, end.start() + 2, 0, "", words)
        if start and text[start - 1].isdigit():
            return None
        match = _MATH.match(text, start, self._leaf_end(start))
        if match is None:
            return None
        words = _without_marks(text, start, match[1] or match[2])
        return Span("math", start, match.end(), 0, "", words, "display" if match[1] else "")


def _without_marks(text: str, start: int, words: str) -> str:
    """Return multi-line text without the markers and indentation of its containers."""
    if "\n" not in words:
        return words
    lead = _MARKS.match(text, text.rfind("\n", 0, start) + 1, start)
    if lead is None or not lead[0]:
        return words
    quotes = lead[0].count(">")
    return re.sub(rf"\n(?:[ \t]*>){{0,{quotes}}}[ \t]*", "\n", words)


def _begins_line(text: str, start: int) -> bool:
    """Whether only quote and list markers precede a position on its line."""
    head = max(0, start - _MAX_LEAD)
    first = text.rfind("\n", head, start) + 1 or head
    return (first == 0 or text[first - 1] == "\n") and (
        _BLOCK_LEAD.fullmatch(text, first, start) is not None
    )


def _is_escaped(text: str, at: int) -> bool:
    first = at
    while first > 0 and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def _has_own_lines(text: str, part: Span) -> bool:
    """Whether a part consists of several complete lines, outside of quotes and lists."""
    if part.start and text[part.start - 1] != "\n":
        return False
    last = text.find("\n", part.end)
    rest = text[part.end : last if last >= 0 else len(text)]
    return "\n" in text[part.start : part.end] and not rest.strip()


def _covered(text: str, parts: list[Span]) -> str:
    """Return a text with filler characters or blank lines in place of these parts."""
    pieces: list[str] = []
    at = 0
    for part in parts:
        sign = " " if _has_own_lines(text, part) else "%"

        def cover(match: re.Match[str], sign: str = sign) -> str:
            is_lead = match.start() and match[0][0] in " \t>"
            return match[0] if is_lead else sign * len(match[0])

        pieces += (text[at : part.start], _SIGNS_OF_A_LINE.sub(cover, text[part.start : part.end]))
        at = part.end
    return "".join((*pieces, text[at:]))


def _outside(text: str, spans: list[Span], parts: list[Span]) -> Iterable[Span]:
    hidden = [(part.start, part.end) for part in parts]
    ends = {part.end: part.start for part in parts if _has_own_lines(text, part)}
    for span in spans:
        start, end = span.start, span.end
        inside = find_range_at(hidden, start)
        if inside is not None:
            if end <= inside[1] or not text[inside[1] : end].strip(" \t\n>"):
                continues = end > inside[1] or span.kind == "cell"
                if span.kind in BLOCK_KINDS and continues and "\n" not in text[slice(*inside)]:
                    yield span  # a paragraph that consists of one comment
                continue
            if span.kind not in BLOCK_KINDS or start > inside[0]:
                start = inside[1]
        last = find_range_at(hidden, end - 1) if end > start else None
        if last is not None and start < last[0] and end < last[1]:
            end = last[0]
        elif ends and span.kind in BLOCK_KINDS:
            # The parser adds blank lines, which replaced a part, to the previous block.
            trimmed = start + len(text[start:end].rstrip())
            while start < ends.get(trimmed, -1):
                end = ends[trimmed]
                trimmed = start + len(text[start:end].rstrip())
        yield span._replace(start=start, end=end)


# Each alternative starts with its own character, so that `re` skips other text quickly.
_EXTENSION_SIGN: Final = re.compile(r"#|==+|\^|\[(?=[\d:]{4,9}\])")
_SIGN_OR_BRACKET: Final = re.compile(r"#|==+|\^|\[|\]")
_BEFORE_TAG: Final = frozenset("([{,;")
_TAG: Final = re.compile(
    # No ASCII punctuation except - _ /, no general punctuation of Unicode, and no full-width
    # punctuation of Chinese and Japanese.
    r"#([^\u2000-\u206F\u2E00-\u2E7F\u3000-\u3003\u3008-\u3011\u3014-\u301F"
    r"\uFF01\uFF08\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F"
    r"'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++)"
)
_BLOCK_ID: Final = re.compile(r"\^([A-Za-z0-9-]+)[ \t]*(?=\n|\Z)")
_TIMESTAMP: Final = re.compile(r"\[(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)\]")
_DEFINITION: Final = re.compile(
    r"\[((?:[^\[\]\\]|\\.)++)\]:[ \t]*+\n?[ \t>]*+(<(?:[^<>\\\n]|\\.)*+>|[^\s<]\S*+)"
    r"(?:[ \t]*+\n?[ \t>]*+(\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
    r"(?=[ \t]*+(?:\n|\Z)))?",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANKS: Final = re.compile(r"[ \t]*")


def find_extensions(text: str, result: ParserPass, hidden: Sequence[Span]) -> list[Span]:
    """Find Obsidian's syntax outside of comments and math."""
    finder = _ExtensionFinder(text, result, hidden)
    finder.run()
    return finder.found


class _ExtensionFinder:
    def __init__(self, text: str, result: ParserPass, hidden: Sequence[Span]) -> None:
        self.text = text
        self.leaves = result.leaves
        self.spans = result.spans
        self.words = [(span.start, span.end) for span in result.spans if span.kind == "text"]
        self.hidden = [(span.start, span.end) for span in hidden]
        self.found: list[Span] = []
        self._leaf = (0, 0)
        self._highlight = -1  # the start of an open highlight
        self._brackets: list[int] = []  # open brackets; negative if they start an inline note

    def run(self) -> None:
        pattern = _SIGN_OR_BRACKET if "^[" in self.text else _EXTENSION_SIGN
        for sign in pattern.finditer(self.text):
            at = sign.start()
            words = find_range_at(self.words, at)
            if words is None or find_range_at(self.hidden, at) is not None:
                continue
            leaf = find_range_at(self.leaves, at)
            if leaf is not None:
                if leaf != self._leaf:
                    self._leaf = leaf
                    self._highlight = -1
                    self._brackets.clear()
                self._read(sign[0], at, words[1])
        for span in self.spans:
            if span.kind == "link" and span.words[:1].isdigit():
                self._timestamp(span.start, is_label=True)

    def _read(self, sign: str, at: int, end: int) -> None:
        if sign == "#":
            self._tag(at, end)
        elif sign == "^":
            self._block_id(at)
        elif sign == "[":
            is_note = at and self.text[at - 1] == "^" and find_range_at(self.words, at - 1)
            self._brackets.append(-at if is_note else at)
            self._timestamp(at)
        elif sign == "]":
            self._close_bracket(at)
        else:
            self._mark(at, at + len(sign))

    def _add(self, kind: str, start: int, end: int, info: str = "", words: str = "") -> None:
        self.found.append(Span(kind, start, end, 0, info, words))

    def _tag(self, at: int, end: int) -> None:
        """Read a tag at the start of a block, or after whitespace or opening punctuation."""
        before = self.text[at - 1 : at]
        if at != self._leaf[0] and not before.isspace() and before not in _BEFORE_TAG:
            return
        match = _TAG.match(self.text, at, end)
        name = match[1].rstrip("/") if match else ""
        if name and not name.isdigit():
            self._add("tag", at, at + 1 + len(name), name)

    def _block_id(self, at: int) -> None:
        if at and self.text[at - 1] not in " \t\n":
            return
        match = _BLOCK_ID.match(self.text, at)
        if match and not self.text[match.end() : self._leaf[1]].strip(" \t\n#=-"):
            self._add("block_id", at, match.end(1), match[1])

    def _timestamp(self, at: int, *, is_label: bool = False) -> None:
        """Read a timestamp; in the label of a link, the brackets belong to the link."""
        match = _TIMESTAMP.match(self.text, at)
        if match is not None:
            hours, minutes, seconds = match.groups()
            total = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
            self._add("timestamp", at + is_label, match.end() - is_label, str(total))

    def _close_bracket(self, at: int) -> None:
        if not self._brackets:
            return
        start = self._brackets.pop()
        if start < 0 and self.text[-start + 1 : at].strip():
            self._add("note", -start - 1, at + 1)

    def _mark(self, start: int, end: int) -> None:
        """Read the start or end of a highlight: exactly two equals signs."""
        if end - start != 2:
            return
        text = self.text
        opened = self._highlight
        if opened >= 0 and start > opened + 2 and not text[start - 1].isspace():
            self._add("highlight", opened, end)
            self._highlight = -1
        elif opened < 0 and not text[end : end + 1].isspace() and end < self._leaf[1]:
            self._highlight = start


def find_definitions(text: str, result: ParserPass, found: Sequence[Span]) -> list[Span]:
    """Find link definitions, including those with duplicate labels."""
    leaves = result.leaves
    hidden = [(span.start, span.end) for span in found if span.kind in {"comment", "math_block"}]
    literal = sorted([*result.literal, *hidden])
    spans = []
    at = 0
    while (at := text.find("[", at)) >= 0:
        if (leaf := find_range_at(leaves, at)) is not None:
            at = leaf[1]
            continue
        if (inside := find_range_at(literal, at)) is not None:
            at = inside[1]
            continue
        match = None if text.startswith("[^", at) else _DEFINITION.match(text, at)
        if match is None:
            at += 1
            continue
        blanks = _BLANKS.match(text, match.end())
        end = blanks.end() if blanks else match.end()
        address = match[2][1:-1] if match[2].startswith("<") else match[2]
        title = unescape(match[3][1:-1]) if match[3] else ""
        spans.append(Span("definition", at, end, 0, unescape(address), match[1], title))
        at = end
    return spans


def unescape(text: str) -> str:
    """Return an address or title with backslashes and entities resolved."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text

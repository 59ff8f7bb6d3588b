"""The parts of a note that a text replacement does not change.

These are front matter, except for text in its values; code and math; addresses; tags; and the title
and aliases, because other notes refer to them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import Schema, canonical
from notekeep.markdown.note_names import WEB_ADDRESS
from notekeep.markdown.outline import extract_facts
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import plain_text
from notekeep.markdown.text_edit import TextEdit
from notekeep.markdown.tree import CODE_KINDS, Span

if TYPE_CHECKING:
    from notekeep.markdown.fields.yaml_reader import Document
    from notekeep.markdown.note import Note

CODE, ADDRESS, TAG, MARK = "code", "links and addresses", "tags", "Markdown marks"
NAME, MATTER, PART = "titles and aliases", "front matter", "callouts and private parts"

_HTML_TAG: Final = re.compile(
    r"<(script|style|pre|code)\b.*?(?:</\1\s*>|\Z)|<(?!!--)[^>]*>", re.DOTALL | re.IGNORECASE
)
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\n]+\]:?")
_CALLOUT: Final = re.compile(r"\[![^\]\n]*\][+-]?")
_CELL_EDGE: Final = re.compile(r"(?<!\\)\|")
_PICTURE_SIZE: Final = re.compile(r"\|\d+(?:x\d+)?\s*\Z")
_MARKS: Final = re.compile(
    r"^[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?:\[.\][ \t]+)?(?:#{1,6}[ \t]+)?"
    r"|^[ \t>]*[-=*_|: \t]{3,}$|[\w-]+::(?=[ \t])",
    re.MULTILINE,
)
"""Markers at the start of a line, rules, separator rows of tables, and keys of inline fields."""
_WHOLE: Final = {
    **dict.fromkeys(CODE_KINDS | {"math", "math_block"}, CODE),
    **dict.fromkeys(("autolink", "definition", "block_id"), ADDRESS),
    "special": MARK,
    "tag": TAG,
}
"""Spans that are protected as a whole."""
_PARTS: Final = {
    **dict.fromkeys(("html", "html_block"), (_HTML_TAG, CODE)),
    **dict.fromkeys(("footnote", "footnote_ref"), (_FOOTNOTE, ADDRESS)),
    "quote": (_CALLOUT, PART),
    "table": (_CELL_EDGE, MARK),
}
_PRIVATE: Final = re.compile("private", re.IGNORECASE)

_NAMES: Final = frozenset({"title", "aliases"})
_ADDRESS_FIELDS: Final = frozenset(
    {"type", "status", "slug", "lang", "cover", "isbn", "asin", "url", "feed", "canonical"}
    | {"id", "permalink", "cssclasses"}
)
"""Fields that programs read, or that link to files and pages."""


class ProtectedRange(NamedTuple):
    """A protected part of a text, and its kind."""

    start: int
    end: int
    kind: str


class ProtectedRanges:
    """The protected parts of a text, to check whether a change touches any of them."""

    def __init__(self, ranges: Iterable[ProtectedRange]) -> None:
        self._ranges: list[ProtectedRange] = []
        for one in sorted(ranges, key=lambda one: (one.start, -one.end)):
            last = self._ranges[-1] if self._ranges else None
            if last is None or one.start >= last.end:
                self._ranges.append(one)
            elif one.end > last.end:
                self._ranges[-1] = last._replace(end=one.end)
        self._starts = [one.start for one in self._ranges]

    def find(self, start: int, end: int) -> str:
        """Return the kind of the range that a change from `start` to `end` would touch, or "".

        An insertion at the edge of a range does not touch it. Markup may change as part of
        a longer match, as in "## Old".
        """
        last = bisect_left(self._starts, end)
        first = bisect_right(self._starts, start, hi=last) - 1
        for one in self._ranges[max(first, 0) : last]:
            is_part = one.kind == MARK and start <= one.start and end > one.end
            if one.end > start and not is_part:
                return one.kind
        return ""


def find_protected(note: Note, data: bytes, schema: Schema) -> ProtectedRanges:
    """Return the protected parts of a note as offsets in the text of its file."""
    body = len(data[: split_frontmatter(data).body].decode())
    ranges = [*_in_front_matter(note, data, schema), *_in_text(note.body, body)]
    ranges += [
        ProtectedRange(body + one.start, body + one.end, NAME)
        for one in note.spans.headings
        if one.level == 1 and plain_text(one.text) == note.title
    ]
    return ProtectedRanges(ranges)


def _in_text(text: str, offset: int = 0) -> Iterator[ProtectedRange]:
    """Yield the protected parts of Markdown; `offset` is added to them."""
    page = parse_markdown(text)
    for span in (*page.plain, *page.added):
        for start, end, kind in _in_span(text, span):
            yield ProtectedRange(start + offset, end + offset, kind)
    found = [(*match.span(), ADDRESS) for match in WEB_ADDRESS.finditer(text)]
    found += [(*match.span(), MARK) for match in _MARKS.finditer(text) if match[0]]
    # Comments mark the start and end of private parts.
    found += [
        (comment.start, comment.end, PART)
        for comment in extract_facts(page).comments
        if _PRIVATE.search(text, comment.start, comment.end)
    ]
    for start, end, kind in found:
        yield ProtectedRange(start + offset, end + offset, kind)


def _in_span(text: str, span: Span) -> Iterator[tuple[int, int, str]]:
    start, end = span.start, span.end
    if span.kind in _WHOLE:
        yield start, end, _WHOLE[span.kind]
    elif span.kind in ("link", "image"):
        at = start + (2 if span.kind == "image" else 1)
        label = at + len(span.words)
        # In `[name]`, the label is also the key of a link definition.
        has_label = text[at:label] == span.words and text[label:end] not in ("]", "][]")
        yield start, at, ADDRESS
        yield (label if has_label else start), end, ADDRESS
    elif span.kind in ("wikilink", "embed"):
        bar = text.find("|", start, end)
        size = _PICTURE_SIZE.search(text, start, end - 2) if span.kind == "embed" else None
        yield start, (bar + 1 if bar >= 0 else end), ADDRESS
        yield (size.start() if size else end - 2), end, ADDRESS
    elif span.kind in _PARTS:
        pattern, kind = _PARTS[span.kind]
        for match in pattern.finditer(text, start, end):
            yield *match.span(), kind


def _in_front_matter(note: Note, data: bytes, schema: Schema) -> Iterator[ProtectedRange]:
    """Yield the front matter except for the text in YAML values."""
    parts = split_frontmatter(data)
    start, body = len(data[: parts.start].decode()), len(data[: parts.body].decode())
    done = 0
    if parts.kind == "yaml":
        from notekeep.markdown.fields.yaml_reader import Document  # slow to import

        document = Document(data[parts.start : parts.end].decode())
        for first, last, kind in sorted(_values(note, document, schema)):
            yield ProtectedRange(done, start + first, MATTER)
            done = start + last
            if kind:
                yield ProtectedRange(start + first, done, kind)
            else:
                yield from _in_text(document.text[first:last], start + first)
    yield ProtectedRange(done, body, MATTER)


def _values(note: Note, document: Document, schema: Schema) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind for each scalar in a block; the kind is "" if it may change."""
    import yaml

    for entry in document.entries:
        is_list = isinstance(entry.value, yaml.SequenceNode)
        for node in entry.value.value if is_list else [entry.value]:
            first = int(node.start_mark.index)
            if isinstance(node, yaml.ScalarNode) and first >= entry.key.end_mark.index:
                value = document.value(node)
                yield first, document.end(node), _kind_of(note, entry.name, value, schema)


def _kind_of(note: Note, key: str, value: Value, schema: Schema) -> str:
    name = canonical(key)
    if name in _NAMES:
        return NAME
    if name == "tags":
        return TAG
    is_text = isinstance(value, str) and schema.type_of(note.kind, name) in (
        *("text", "list", "links", None),
    )
    is_address = " " not in str(value).strip() and re.search(r"[/\\:]", str(value))
    if name in _ADDRESS_FIELDS or note.kind == "habit" or is_address or not is_text:
        return MATTER
    return ""


def keeps_outline(before: Note, after: Note, edits: Sequence[TextEdit]) -> bool:
    """Whether a note still has all its links, tags and tasks after edits to its body.

    Links must also end where they did before, unless the edits add links.
    """
    if any(old - new for old, new in zip(_outline(before), _outline(after), strict=True)):
        return False
    old, new = before.spans.links, after.spans.links
    if len(old) != len(new):
        return True
    grown = [*accumulate((len(one.text) - (one.end - one.start) for one in edits), initial=0)]
    ends = [one.end for one in edits]
    moved = [one.end + grown[bisect_right(ends, one.end)] for one in old]
    return moved == [one.end for one in new]


def _outline(note: Note) -> Sequence[Counter[object]]:
    spans = note.spans
    return (
        Counter((one.target, one.heading, one.block, one.embed, one.wiki) for one in spans.links),
        Counter(one.name for one in spans.tags),
        Counter(one.mark for one in spans.tasks),
    )

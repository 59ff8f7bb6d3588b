"""The spans of a parsed text.

`parse_markdown` returns a `ParsedPage`. The index uses the spans as found; views and exports use
them nested.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Final, NamedTuple

BLOCK_KINDS: Final = frozenset(
    {"paragraph", "heading", "list", "item", "quote", "fence", "code_block", "html_block"}
    | {"math_block", "footnote", "table", "row", "cell", "rule", "definition"}
)
CODE_KINDS: Final = frozenset({"fence", "code_block", "code_span"})
LITERAL_KINDS: Final = CODE_KINDS | {"html", "html_block", "math", "math_block", "comment"}
"""Spans without Markdown inside."""
_WORDS: Final = frozenset({"tag", "block_id", "timestamp"})
_LABELLED: Final = frozenset({"image", "autolink"})
_end = itemgetter(1)


class Span(NamedTuple):
    """An element of a text; `text[start:end]` is its source."""

    # Blocks: those of `BLOCK_KINDS`. Inline: text, special (an escape or an entity), em, strong,
    # strike, highlight, link, image, autolink, wikilink, embed, code_span, html, math,
    # footnote_ref, note (`^[words]`), soft_break, hard_break. Obsidian's: comment, tag, block_id,
    # timestamp
    kind: str
    start: int
    end: int
    depth: int  # the number of spans around it
    # its subject: destination of a link, target of a wiki link, label, name of a tag, task mark of
    # an item, language line of a fence, type of a callout, level of a heading, first number of a
    # list, seconds of a timestamp, alignments of a table ("left,none")
    info: str = ""
    # its text: of a heading or task, the label of a link as written, the text after the bar of a
    # wiki link, the title of a callout, the meaning of `special`
    words: str = ""
    # the title of a link; the fold mark of a callout; "tight" for a paragraph of a tight list;
    # "display" for math between two dollar signs
    title: str = ""


class ParsedPage:
    """A parsed text.

    Attributes:
        text: The text, with newlines as line ends and unchanged positions.
        plain: The spans of CommonMark, in order.
        added: The spans of Obsidian's additions, of depth 0.
        problem: Why it was read as plain text, or "".
    """

    def __init__(self, text: str, plain: list[Span], added: list[Span], problem: str = "") -> None:
        self.text = text
        self.problem = problem
        self.plain = plain
        self.added = added

    @cached_property
    def spans(self) -> list[Span]:
        """All spans in order, with their depths."""
        return _nest(self.plain, self.added) if self.added else self.plain

    @cached_property
    def structure(self) -> list[Span]:
        """The spans for an export.

        Tags, block ids and timestamps are text. Spans in the labels of pictures and addresses are
        omitted.
        """
        added = [span for span in self.added if span.kind not in _WORDS]
        found: list[Span] = []
        end = 0
        for span in _nest(self.plain, added) if added else self.plain:
            if span.start >= end:
                found.append(span)
                end = span.end if span.kind in _LABELLED else 0
        return found

    @cached_property
    def starts(self) -> list[int]:
        """The start of each line."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line_of(self, at: int) -> int:
        """Return the line of an offset, from 0."""
        return bisect_right(self.starts, at) - 1

    def find(self, kind: str) -> list[Span]:
        """Return the spans of a kind, in order."""
        return [span for span in self.spans if span.kind == kind]


def find_place_at(places: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """Return the range that contains an offset."""
    number = bisect_right(places, (at, 1 << 62)) - 1
    return places[number] if number >= 0 and places[number][1] > at else None


def _nest(spans: list[Span], found: Iterable[Span]) -> list[Span]:
    """Insert additions into the CommonMark spans, with depths, and split text at them."""
    added = _uncrossed(spans, sorted(found, key=_place))
    ranges = sorted(part for span in added for part in _own(span))
    items = [*_cut(spans, ranges), *added]
    items.sort(key=_place)
    return _with_depth(items)


def _own(span: Span) -> list[tuple[int, int]]:
    """Return the ranges of an addition: all of it, or the marks around its content."""
    start, end = span.start, span.end
    if span.kind == "highlight":
        return [(start, start + 2), (end - 2, end)]
    return [(start, start + 2), (end - 1, end)] if span.kind == "note" else [(start, end)]


def _place(span: Span) -> tuple[int, bool, int, int]:
    """Sort key for nesting: at one place, blocks come before text."""
    kind = span.kind
    rank = 0 if kind in BLOCK_KINDS else 2 if kind in {"text", "special"} else 1
    return span.start, span.start < span.end, -span.end, rank


def _uncrossed(base: list[Span], added: list[Span]) -> list[Span]:
    """Drop additions that cross other spans."""
    dropped: set[int] = set()
    stack: list[tuple[int, int]] = []  # ends, and the index of the addition
    items = sorted(
        [
            *((span, -1) for span in base if span.kind not in {"text", "special"}),
            *((span, number) for number, span in enumerate(added)),
        ],
        key=lambda item: _place(item[0]),
    )
    for span, number in items:
        while stack and stack[-1][0] <= span.start:
            stack.pop()
        while stack and stack[-1][0] < span.end:
            if number >= 0:
                dropped.add(number)
                break
            _, other = stack.pop()
            if other >= 0:
                dropped.add(other)
        else:
            stack.append((span.end, number))
    return [span for number, span in enumerate(added) if number not in dropped]


def _cut(base: list[Span], ranges: list[tuple[int, int]]) -> Iterable[Span]:
    """Remove the ranges of other spans, which are sorted and do not overlap."""
    for span in base:
        kind, start, end = span.kind, span.start, span.end
        if kind in BLOCK_KINDS:
            yield span
            continue
        number = bisect_right(ranges, start, key=_end)
        if number == len(ranges) or ranges[number][0] >= end:
            yield span
        elif kind != "text":
            if start < ranges[number][0] or end > ranges[number][1]:
                yield span
        else:
            while number < len(ranges) and ranges[number][0] < end:
                first, last = ranges[number]
                if start < first:
                    yield Span(kind, start, first, span.depth)
                start = last
                number += 1
            if start < end:
                yield Span(kind, start, end, span.depth)


def _with_depth(spans: list[Span]) -> list[Span]:
    ends: list[int] = []
    nested = []
    for span in spans:
        if span.start == span.end:  # an empty cell, possibly at the end of its row
            nested.append(span)
            continue
        while ends and ends[-1] <= span.start:
            ends.pop()
        depth = len(ends)
        nested.append(span if span.depth == depth else span._replace(depth=depth))
        ends.append(span.end)
    return nested

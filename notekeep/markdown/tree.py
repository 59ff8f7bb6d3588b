"""The spans of a parsed text.

`parse_markdown` returns a `ParsedPage`. The index uses its flat lists of spans; views and exports
use the nested spans.
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
    # depends on the kind: destination of a link, target of a wiki link, label, name of a tag, task
    # mark of an item, info string of a fence, type of a callout, level of a heading, first number
    # of a list, seconds of a timestamp, alignments of a table ("left,none")
    info: str = ""
    # the text of a heading or task, the label of a link as written, the text after the `|` of a
    # wiki link, the title of a callout, the decoded text of `special`
    words: str = ""
    # the title of a link; the fold mark of a callout; "tight" for a paragraph of a tight list;
    # "display" for math between two dollar signs
    title: str = ""


class ParsedPage:
    """A parsed text.

    Attributes:
        text: The text, with newlines as line ends and unchanged positions.
        plain: The spans of CommonMark, in order.
        added: The spans of Obsidian's extensions, with depth 0.
        problem: Why the text was read as plain text, or "".
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

        Tags, block ids and timestamps are plain text here. Spans inside the labels of images and
        autolinks are omitted.
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


def find_range_at(places: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """Return the range that contains an offset."""
    number = bisect_right(places, (at, 1 << 62)) - 1
    return places[number] if number >= 0 and places[number][1] > at else None


def _nest(spans: list[Span], found: Iterable[Span]) -> list[Span]:
    """Insert extensions into the CommonMark spans, set the depths, and split text at them."""
    added = _drop_crossing(spans, sorted(found, key=_nesting_key))
    ranges = sorted(part for span in added for part in _marker_ranges(span))
    items = [*_remove_ranges(spans, ranges), *added]
    items.sort(key=_nesting_key)
    return _with_depth(items)


def _marker_ranges(span: Span) -> list[tuple[int, int]]:
    """Return the ranges to remove for an extension: all of it, or only its delimiters."""
    start, end = span.start, span.end
    if span.kind == "highlight":
        return [(start, start + 2), (end - 2, end)]
    return [(start, start + 2), (end - 1, end)] if span.kind == "note" else [(start, end)]


def _nesting_key(span: Span) -> tuple[int, bool, int, int]:
    """Sort key for nesting: at the same position, blocks come before text."""
    kind = span.kind
    rank = 0 if kind in BLOCK_KINDS else 2 if kind in {"text", "special"} else 1
    return span.start, span.start < span.end, -span.end, rank


def _drop_crossing(base: list[Span], added: list[Span]) -> list[Span]:
    """Drop extensions that overlap another span without being nested."""
    dropped: set[int] = set()
    stack: list[tuple[int, int]] = []  # end, and the index of the extension or -1
    items = sorted(
        [
            *((span, -1) for span in base if span.kind not in {"text", "special"}),
            *((span, number) for number, span in enumerate(added)),
        ],
        key=lambda item: _nesting_key(item[0]),
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


def _remove_ranges(base: list[Span], ranges: list[tuple[int, int]]) -> Iterable[Span]:
    """Remove sorted, non-overlapping ranges from the inline spans."""
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

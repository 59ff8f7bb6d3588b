"""What a note's text holds: a flat list of spans, and the same as a tree of nodes.

`parser.read` makes a `Page`. The index reads the spans as they were found; what shows or rewrites a
text asks for the tree, which is built once when it is first wanted.
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
"""Spans in which nothing is Markdown."""
_WORDS: Final = frozenset({"tag", "block_id", "timestamp"})
_LABELLED: Final = frozenset({"image", "autolink"})
_end = itemgetter(1)


class Span(NamedTuple):
    """One thing in a text; `text[start:end]` is the thing as written."""

    # Blocks: those of `BLOCK_KINDS`. Inline: text, special (an escape or an entity), em, strong,
    # strike, highlight, link, image, autolink, wikilink, embed, code_span, html, math,
    # footnote_ref, note (`^[words]`), soft_break, hard_break. Obsidian's: comment, tag, block_id,
    # timestamp
    kind: str
    start: int  # its first character
    end: int  # one past its last character
    depth: int  # how many spans it stands in
    # what it is about: a link's destination, a wikilink's target, a label, a tag's name, an item's
    # task mark, a fence's language line, a quote's callout type, a heading's level, a list's first
    # number, a timestamp's seconds, a table's alignments ("left,none")
    info: str = ""
    # what it says: a heading's or a task's words, a link's label as written, a wikilink's text
    # after the bar, a callout's title, what `special` stands for
    words: str = ""
    # a link's title; a callout's fold mark; "tight" for a paragraph of a tight list; "display" for
    # math between two dollar signs
    title: str = ""


class ParsedPage:
    """A text that was read.

    Attributes:
        text: The text, with a newline at the end of each line and each character in its place.
        plain: The spans of CommonMark, in order.
        added: The spans of Obsidian's additions, of depth 0.
        problem: Why it was read as plain text, or "".
    """

    def __init__(self, text: str, plain: list[Span], added: list[Span], problem: str = "") -> None:
        """Keep what was read."""
        self.text = text
        self.problem = problem
        self.plain = plain
        self.added = added

    @cached_property
    def spans(self) -> list[Span]:
        """All spans in order of appearance, each with its depth."""
        return _nest(self.plain, self.added) if self.added else self.plain

    @cached_property
    def structure(self) -> list[Span]:
        """The spans as an export has them.

        Tags, block ids and timestamps are words. What is in the label of a picture or an address
        is left out.
        """
        added = [span for span in self.added if span.kind not in _WORDS]
        kept: list[Span] = []
        end = 0
        for span in _nest(self.plain, added) if added else self.plain:
            if span.start >= end:
                kept.append(span)
                end = span.end if span.kind in _LABELLED else 0
        return kept

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line_of(self, at: int) -> int:
        """Return the line that a character stands in, counted from 0."""
        return bisect_right(self.starts, at) - 1

    def find(self, kind: str) -> list[Span]:
        """Return the spans of a kind, in order of appearance."""
        return [span for span in self.spans if span.kind == kind]


def find_place_at(places: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """Return the place that a character stands in."""
    number = bisect_right(places, (at, 1 << 62)) - 1
    return places[number] if number >= 0 and places[number][1] > at else None


def _nest(spans: list[Span], found: Iterable[Span]) -> list[Span]:
    """Put additions among the spans of CommonMark, each at its depth, and cut words at them."""
    added = _uncrossed(spans, sorted(found, key=_place))
    gone = sorted(part for span in added for part in _own(span))
    items = [*_cut(spans, gone), *added]
    items.sort(key=_place)
    return _with_depth(items)


def _own(span: Span) -> list[tuple[int, int]]:
    """Return what an addition says itself: all, or the signs around the words that it holds."""
    start, end = span.start, span.end
    if span.kind == "highlight":
        return [(start, start + 2), (end - 2, end)]
    return [(start, start + 2), (end - 1, end)] if span.kind == "note" else [(start, end)]


def _place(span: Span) -> tuple[int, bool, int, int]:
    """Order spans as they nest: of two at one place, a block stands around words."""
    kind = span.kind
    rank = 0 if kind in BLOCK_KINDS else 2 if kind in {"text", "special"} else 1
    return span.start, span.start < span.end, -span.end, rank


def _uncrossed(base: list[Span], added: list[Span]) -> list[Span]:
    """Return the additions that lie wholly in or around each span."""
    dropped: set[int] = set()
    stack: list[tuple[int, int]] = []  # ends, and which addition it is
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


def _cut(base: list[Span], gone: list[tuple[int, int]]) -> Iterable[Span]:
    """Leave out what other spans say, whose places are in order and apart."""
    for span in base:
        kind, start, end = span.kind, span.start, span.end
        if kind in BLOCK_KINDS:
            yield span
            continue
        number = bisect_right(gone, start, key=_end)
        if number == len(gone) or gone[number][0] >= end:
            yield span
        elif kind != "text":
            if start < gone[number][0] or end > gone[number][1]:
                yield span
        else:
            while number < len(gone) and gone[number][0] < end:
                first, last = gone[number]
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
        if span.start == span.end:  # an empty cell, which may stand where its row ends
            nested.append(span)
            continue
        while ends and ends[-1] <= span.start:
            ends.pop()
        depth = len(ends)
        nested.append(span if span.depth == depth else span._replace(depth=depth))
        ends.append(span.end)
    return nested

"""What a note's text is drawn as: lines that know their source, and what several of them share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.clean import clean
from notekeep.markdown.tree import Page
from notekeep.tui.render.around import NOTHING, Around
from notekeep.tui.render.pieces import FOLD_LINK, Line, Piece, cells, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.markdown.tree import Span
    from notekeep.tui.render.glyphs import Glyphs

_MARKS: Final = re.compile(r"(?<=\n)[ \t>]+")
_NO_PAGE: Final = Page("", [], [])


class Passage(NamedTuple):
    """A part of a note that can be copied whole.

    Attributes:
        kind: "quote", "code", "formula", "table", "picture", or "moment" for what begins with a
            time.
        line: The line of the body at which it begins, counted from 0.
        text: What a copy of it holds; of a quote, its source.
    """

    kind: str
    line: int
    text: str


class Drawn(NamedTuple):
    """A line of the preview.

    Attributes:
        line: What is shown.
        source: The line of the body it comes from, counted from 0.
        passage: What it is a part of.
    """

    line: Line
    source: int
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Where lines are drawn.

    Attributes:
        width: How many cells a line may take.
        glyphs: The characters to draw with.
        depth: How many lists the text is in.
        source: The body's line at which the text of the page starts.
        around: What the text needs that is not in it.
        page: What was read.
        references: The body's definitions, as `blocks.definitions` gives them.
    """

    width: int
    glyphs: Glyphs
    depth: int = 0
    source: int = 0
    around: Around = NOTHING
    page: Page = _NO_PAGE
    references: Mapping[str, str] = field(default_factory=dict)

    def narrower(self, by: int, *, deeper: bool = False) -> Frame:
        """Return the frame inside this one, `by` cells narrower."""
        return replace(self, width=max(4, self.width - by), depth=self.depth + deeper)

    def line_of(self, span: Span) -> int:
        """Return the line of the body at which a span begins, counted from 0."""
        return self.source + self.page.line_of(span.start)

    def text_of(self, span: Span) -> str:
        """Return a span as written, without the marks before its other lines."""
        text = self.page.text[span.start : span.end]
        return _MARKS.sub("", text) if span.depth and "\n" in text else text


def text_lines(line: Line, frame: Frame, at: int) -> list[Drawn]:
    """Return a line wrapped to the frame; it comes from line `at` of the body."""
    return [Drawn(row, at) for row in wrap(line, frame.width)]


def source_lines(text: str, frame: Frame, at: int, role: str, indent: int = 0) -> list[Drawn]:
    """Draw text as it stands, one row or more for each of its lines, from line `at` on."""
    drawn: list[Drawn] = []
    for number, source in enumerate(text.split("\n")):
        rows = wrap([Piece(clean(source.expandtabs(4)), role)], frame.width)
        drawn.extend(Drawn([Piece(" " * indent), *row], at + number) for row in rows)
    return drawn


def hung(first: Line, drawn: Sequence[Drawn], width: int, rest: Line | None = None) -> list[Drawn]:
    """Put `first` before the first line and `rest` (blanks by default) before the others."""
    head = pad(first, width)
    tail = rest if rest is not None else [Piece(" " * width)]
    return [
        row._replace(line=[*(head if index == 0 else tail), *row.line])
        for index, row in enumerate(drawn)
    ]


def with_fold(row: Drawn, key: str, frame: Frame, hidden: int) -> Drawn:
    """Return the last line of what can be folded with its mark at the end.

    Args:
        row: The line.
        key: What it folds.
        frame: Where it is drawn.
        hidden: How many lines are folded away, 0 when it is open.
    """
    mark = frame.glyphs.closed if hidden else frame.glyphs.open
    line = [*row.line, Piece(f" {mark}", "fold", FOLD_LINK + key)]
    if hidden:
        words = Piece(f" {hidden} line{'s' if hidden > 1 else ''}", "fold", FOLD_LINK + key)
        line.extend([words] if cells(line) + cells([words]) <= frame.width else [])
    return row._replace(line=line)


def barred(drawn: Iterable[Drawn], frame: Frame, role: str) -> list[Drawn]:
    """Put a bar before each line."""
    bar = Piece(f"{frame.glyphs.quote} ", role)
    return [row._replace(line=[bar, *row.line]) for row in drawn]

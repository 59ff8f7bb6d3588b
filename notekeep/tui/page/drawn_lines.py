"""What lines of a note are drawn from and into: surroundings, context, lines with their source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.sanitize import clean
from notekeep.markdown.tree import ParsedPage, Span
from notekeep.tui.render.styled_text import (
    FOLD_LINK,
    PICTURE_LINK,
    Piece,
    StyledLine,
    line_width,
    pad_line,
    wrap_line,
)

if TYPE_CHECKING:
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tui.render.glyphs import Glyphs


# What the text of a note needs that is not in it: pictures, notes shown in place, open folds.

MAX_PICTURE_ROWS = 20
MIN_RULE = 3  # a shorter rule behind a heading looks like a dash


class Picture(NamedTuple):
    """A picture of the vault."""

    path: str  # vault-relative
    width: int = 0  # in pixels; 0 when it is not shown
    height: int = 0
    stamp: int = 0  # when it was changed last, in nanoseconds
    problem: str = ""  # why it is not shown

    @property
    def link(self) -> str:
        """What shows it large."""
        return f"{PICTURE_LINK}{self.path}"

    def fit(self, columns: int, most: int = MAX_PICTURE_ROWS) -> tuple[int, int]:
        """Return how many columns and rows it takes, a row being two columns high."""
        rows = max(1, round(columns * self.height / self.width / 2))
        return (columns, rows) if rows <= most else (max(1, round(columns * most / rows)), most)


class PictureRow(NamedTuple):
    """A row of a picture: which of how many, and how wide."""

    picture: Picture
    row: int
    rows: int
    columns: int


class EmbeddedNote(NamedTuple):
    """A note, or a part of one, that is shown in place."""

    title: str
    link: str  # what leads to it, as `[[path#heading]]`
    page: ParsedPage | None = None  # None when it is not shown
    around: NoteSurroundings | None = None  # what its text needs in turn
    problem: str = ""  # why it is not shown


@dataclass(eq=False)
class NoteSurroundings:
    """What stands around a text: what it shows in place by target, and its folds."""

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    embeds: Mapping[str, EmbeddedNote] = field(default_factory=dict)
    years: Mapping[str, HabitYear] = field(default_factory=dict)
    # Keys of folds that are not as they were written; shared with who shows the text.
    toggled: set[str] = field(default_factory=set)
    # Whether tasks can be ticked in it, as in no earlier version and no embed.
    is_live: bool = False
    episode: str = ""  # the address that timestamps in the text are about


NO_SURROUNDINGS = NoteSurroundings()


# What a note's text is drawn as: lines that know their source, and what several of them share.

_MARKS: Final = re.compile(r"(?<=\n)[ \t>]+")
_NO_PAGE: Final = ParsedPage("", [], [])


class CopyPassage(NamedTuple):
    """A part of a note that can be copied whole."""

    kind: str  # "quote", "code", "formula", "table", "picture", or "moment": begins with a time
    line: int  # the line of the body at which it begins, counted from 0
    text: str  # what a copy of it holds; of a quote, its source


class DrawnLine(NamedTuple):
    """A line of the preview."""

    line: StyledLine
    source: int  # the line of the body it comes from, counted from 0
    passage: CopyPassage | None = None  # what it is a part of
    picture: PictureRow | None = None  # what is drawn over its last piece


class DrawContext(NamedTuple):
    """Where and from what lines are drawn."""

    width: int
    glyphs: Glyphs
    depth: int = 0  # how many lists the text is in
    source: int = 0  # the body's line at which the text of the page starts
    around: NoteSurroundings = NO_SURROUNDINGS
    page: ParsedPage = _NO_PAGE  # what was read

    def narrower(self, by: int, *, deeper: bool = False) -> DrawContext:
        return self._replace(width=max(4, self.width - by), depth=self.depth + deeper)

    def line_of(self, span: Span) -> int:
        """Return the line of the body at which a span begins, counted from 0."""
        return self.source + self.page.line_of(span.start)

    def text_of(self, span: Span) -> str:
        text = self.page.text[span.start : span.end]
        return _MARKS.sub("", text) if span.depth and "\n" in text else text


def group_spans(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Return each of the outermost spans with what is in it."""
    if not spans:
        return []
    depth = spans[0].depth
    starts = [number for number, span in enumerate(spans) if span.depth == depth]
    return [spans[start:end] for start, end in pairwise([*starts, len(spans)])]


def draw_text(line: StyledLine, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Return a line wrapped to the frame; it comes from line `at` of the body."""
    return [DrawnLine(row, at) for row in wrap_line(line, frame.width)]


def draw_source(text: str, frame: DrawContext, at: int, role: str) -> list[DrawnLine]:
    """Draw text as it stands, one row or more for each of its lines, from line `at` on."""
    drawn: list[DrawnLine] = []
    for line, source in enumerate(text.split("\n"), at):
        drawn += draw_text([Piece(clean(source.expandtabs(4)), role)], frame, line)
    return drawn


def hang_lines(first: StyledLine, drawn: Sequence[DrawnLine], width: int) -> list[DrawnLine]:
    """Put `first` before the first line and blanks before the others."""
    head, tail = pad_line(first, width), [Piece(" " * width)]
    return [
        row._replace(line=[*(tail if index else head), *row.line])
        for index, row in enumerate(drawn)
    ]


def add_fold_mark(row: DrawnLine, key: str, frame: DrawContext, hidden: int) -> DrawnLine:
    """Return the last line of what can be folded, with its mark or the place for it at the end."""
    mark = Piece(f" {frame.glyphs.closed}" if hidden else " ", "fold", FOLD_LINK + key)
    line = [*row.line, mark]
    words = Piece(f" {hidden} line{'s' if hidden > 1 else ''}", "fold", FOLD_LINK + key)
    if hidden and line_width([*line, words]) <= frame.width:
        line.append(words)
    return row._replace(line=line)


def add_rule(row: DrawnLine, frame: DrawContext) -> DrawnLine:
    """Return the last line of a heading with a rule to the end of the measure."""
    gap = [] if row.line and row.line[-1].text == " " else [Piece(" ")]
    room = frame.width - line_width([*row.line, *gap])
    if room < MIN_RULE:
        return row
    return row._replace(line=[*row.line, *gap, Piece(frame.glyphs.rule * room, "rule")])


def add_bar(drawn: Iterable[DrawnLine], frame: DrawContext, role: str) -> list[DrawnLine]:
    """Put a bar before each line."""
    bar = Piece(f"{frame.glyphs.quote} ", role)
    return [row._replace(line=[bar, *row.line]) for row in drawn]

"""Types for drawing a note: embedded content, drawing context, lines with their source lines."""

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
    from notekeep.tracking.habit_details import EmbeddedYear
    from notekeep.tui.render.glyphs import Glyphs


MAX_PICTURE_ROWS = 20
MIN_RULE = 3  # a shorter rule after a heading looks like a dash


class Picture(NamedTuple):
    """A picture in the vault."""

    path: str  # vault-relative
    width: int = 0  # in pixels; 0 if it cannot be shown
    height: int = 0
    stamp: int = 0  # modification time in nanoseconds
    problem: str = ""  # why it cannot be shown

    @property
    def link(self) -> str:
        """The link that opens the enlarged picture."""
        return f"{PICTURE_LINK}{self.path}"

    def fit(self, columns: int, most: int = MAX_PICTURE_ROWS) -> tuple[int, int]:
        """Return the size in columns and rows; a cell is twice as high as it is wide."""
        rows = max(1, round(columns * self.height / self.width / 2))
        return (columns, rows) if rows <= most else (max(1, round(columns * most / rows)), most)


class PictureRow(NamedTuple):
    """One row of cells of a picture."""

    picture: Picture
    row: int
    rows: int
    columns: int


class EmbeddedNote(NamedTuple):
    """A note or section that is embedded in another note."""

    title: str
    link: str  # as `[[path#heading]]`
    page: ParsedPage | None = None  # None if it cannot be shown
    around: NoteSurroundings | None = None
    problem: str = ""  # why it cannot be shown


@dataclass(eq=False)
class NoteSurroundings:
    """The embedded content of a note by link target, and its folds."""

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    embeds: Mapping[str, EmbeddedNote] = field(default_factory=dict)
    years: Mapping[str, EmbeddedYear] = field(default_factory=dict)
    bases: Mapping[str, EmbeddedNote] = field(default_factory=dict)  # by the text of the block
    toggled: set[str] = field(default_factory=set)  # fold keys; the preview owns the set
    is_live: bool = False  # whether tasks can be ticked; not in earlier versions and embeds
    episode: str = ""  # the URL of the episode, for links from timestamps
    label: str = ""  # shown after the title


NO_SURROUNDINGS = NoteSurroundings()


_MARKS: Final = re.compile(r"(?<=\n)[ \t>]+")
_NO_PAGE: Final = ParsedPage("", [], [])


class CopyPassage(NamedTuple):
    """A part of a note that can be copied as a whole."""

    kind: str  # quote, code, formula, table, picture, or moment (text that starts with a time)
    line: int  # its first line in the body, counted from 0
    text: str  # the text to copy; for a quote, its source

    def is_same(self, other: CopyPassage | None) -> bool:
        """Whether both belong to the same passage."""
        return other is not None and (other.kind, other.line) == (self.kind, self.line)


class PageLine(NamedTuple):
    """A line of the preview."""

    line: StyledLine
    source: int  # its line in the body, counted from 0
    passage: CopyPassage | None = None
    picture: PictureRow | None = None  # drawn over the last piece


class DrawContext(NamedTuple):
    """The text to draw and the available width."""

    width: int
    glyphs: Glyphs
    depth: int = 0  # of nested lists
    source: int = 0  # the line of the body at which the page starts
    around: NoteSurroundings = NO_SURROUNDINGS
    page: ParsedPage = _NO_PAGE

    def narrower(self, by: int, *, deeper: bool = False) -> DrawContext:
        return self._replace(width=max(4, self.width - by), depth=self.depth + deeper)

    def line_of(self, span: Span) -> int:
        """Return the first line of a span in the body, counted from 0."""
        return self.source + self.page.line_of(span.start)

    def text_of(self, span: Span) -> str:
        text = self.page.text[span.start : span.end]
        return _MARKS.sub("", text) if span.depth and "\n" in text else text


def group_spans(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Return each top-level span with the spans inside it."""
    if not spans:
        return []
    depth = spans[0].depth
    starts = [number for number, span in enumerate(spans) if span.depth == depth]
    return [spans[start:end] for start, end in pairwise([*starts, len(spans)])]


def draw_text(line: StyledLine, frame: DrawContext, at: int) -> list[PageLine]:
    """Return line `at` of the body, wrapped."""
    return [PageLine(row, at) for row in wrap_line(line, frame.width)]


def draw_source(text: str, frame: DrawContext, at: int, role: str) -> list[PageLine]:
    """Return unformatted text that starts at line `at` of the body, wrapped."""
    rows: list[PageLine] = []
    for line, source in enumerate(text.split("\n"), at):
        rows += draw_text([Piece(clean(source.expandtabs(4)), role)], frame, line)
    return rows


def hang_lines(first: StyledLine, rows: Sequence[PageLine], width: int) -> list[PageLine]:
    """Return lines with a hanging indent that starts with `first`."""
    head, tail = pad_line(first, width), [Piece(" " * width)]
    return [
        row._replace(line=[*(tail if index else head), *row.line]) for index, row in enumerate(rows)
    ]


def add_fold_mark(row: PageLine, key: str, frame: DrawContext, hidden: int) -> PageLine:
    """Append a fold mark to a line, or the space reserved for it."""
    mark = Piece(f" {frame.glyphs.closed}" if hidden else " ", "fold", FOLD_LINK + key)
    line = [*row.line, mark]
    words = Piece(f" {hidden} line{'s' if hidden > 1 else ''}", "fold", FOLD_LINK + key)
    if hidden and line_width([*line, words]) <= frame.width:
        line.append(words)
    return row._replace(line=line)


def add_rule(row: PageLine, frame: DrawContext) -> PageLine:
    """Extend the last line of a heading with a rule to the full width."""
    gap = [] if row.line and row.line[-1].text == " " else [Piece(" ")]
    room = frame.width - line_width([*row.line, *gap])
    if room < MIN_RULE:
        return row
    return row._replace(line=[*row.line, *gap, Piece(frame.glyphs.rule * room, "rule")])


def add_bar(rows: Iterable[PageLine], frame: DrawContext, role: str) -> list[PageLine]:
    """Return lines with a vertical bar before each."""
    bar = Piece(f"{frame.glyphs.quote} ", role)
    return [row._replace(line=[bar, *row.line]) for row in rows]

"""Render context; lines that know their source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from notekeep.markdown.sanitize import clean
from notekeep.markdown.tree import ParsedPage
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
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.markdown.tree import Span
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tui.render.glyphs import Glyphs


# What the text of a note needs that is not in it: pictures, notes shown in place, open folds.


class Picture(NamedTuple):
    """A picture of the vault.

    Attributes:
        path: Where it is, vault-relative.
        width: Its width in pixels, 0 when it is not shown.
        height: Its height in pixels.
        stamp: When it was changed last, in nanoseconds.
        problem: Why it is not shown, or "".
    """

    path: str
    width: int = 0
    height: int = 0
    stamp: int = 0
    problem: str = ""

    def link(self, row: int = 0, rows: int = 0, columns: int = 0) -> str:
        """Return the link of a part of it, or of all when no part is named."""
        return f"{PICTURE_LINK}{row}:{rows}:{columns}:{self.stamp}:{self.path}"


class PictureRow(NamedTuple):
    """A row of a picture: which of how many, how wide, and of which picture."""

    row: int
    rows: int
    columns: int
    stamp: int
    path: str


def parse_picture_row(link: str) -> PictureRow | None:
    """Read the link of a picture, or None when it is another."""
    if not link.startswith(PICTURE_LINK):
        return None
    row, rows, columns, stamp, path = link.removeprefix(PICTURE_LINK).split(":", 4)
    return PictureRow(int(row), int(rows), int(columns), int(stamp), path)


class EmbeddedNote(NamedTuple):
    """A note, or a part of one, that is shown in place.

    Attributes:
        title: What it is called.
        link: What leads to it, as `[[path#heading]]`.
        text: Its text, "" when it is not shown.
        around: What that text needs in turn.
        problem: Why it is not shown, or "".
    """

    title: str
    link: str
    text: str
    around: NoteSurroundings
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NoteSurroundings:
    """What stands around a text.

    Attributes:
        pictures: Pictures by the target that the text gives.
        embeds: Notes shown in place, by target.
        years: Years of habits shown in place, by target.
        toggled: Keys of folds that are not as they were written; shared with who shows the text.
        is_live: Whether tasks can be ticked in it, as in no earlier version and no embed.
        draws_pictures: Whether pictures are drawn, and not only named.
    """

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    embeds: Mapping[str, EmbeddedNote] = field(default_factory=dict)
    years: Mapping[str, HabitYear] = field(default_factory=dict)
    toggled: set[str] = field(default_factory=set)
    is_live: bool = False
    draws_pictures: bool = False

    @property
    def shows_any(self) -> bool:
        """Whether anything is shown in place."""
        return bool(self.pictures or self.embeds or self.years)


NO_SURROUNDINGS = NoteSurroundings()
"""Around a text of which nothing is known."""


# What a note's text is drawn as: lines that know their source, and what several of them share.


_MARKS: Final = re.compile(r"(?<=\n)[ \t>]+")
_NO_PAGE: Final = ParsedPage("", [], [])


class CopyPassage(NamedTuple):
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


class DrawnLine(NamedTuple):
    """A line of the preview.

    Attributes:
        line: What is shown.
        source: The line of the body it comes from, counted from 0.
        passage: What it is a part of.
    """

    line: StyledLine
    source: int
    passage: CopyPassage | None = None


@dataclass(frozen=True, slots=True)
class DrawContext:
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
    around: NoteSurroundings = NO_SURROUNDINGS
    page: ParsedPage = _NO_PAGE
    references: Mapping[str, str] = field(default_factory=dict)

    def narrower(self, by: int, *, deeper: bool = False) -> DrawContext:
        """Return the frame inside this one, `by` cells narrower."""
        return replace(self, width=max(4, self.width - by), depth=self.depth + deeper)

    def line_of(self, span: Span) -> int:
        """Return the line of the body at which a span begins, counted from 0."""
        return self.source + self.page.line_of(span.start)

    def text_of(self, span: Span) -> str:
        """Return a span as written, without the marks before its other lines."""
        text = self.page.text[span.start : span.end]
        return _MARKS.sub("", text) if span.depth and "\n" in text else text


def draw_text(line: StyledLine, frame: DrawContext, at: int) -> list[DrawnLine]:
    """Return a line wrapped to the frame; it comes from line `at` of the body."""
    return [DrawnLine(row, at) for row in wrap_line(line, frame.width)]


def draw_source(
    text: str, frame: DrawContext, at: int, role: str, indent: int = 0
) -> list[DrawnLine]:
    """Draw text as it stands, one row or more for each of its lines, from line `at` on."""
    drawn: list[DrawnLine] = []
    for number, source in enumerate(text.split("\n")):
        rows = wrap_line([Piece(clean(source.expandtabs(4)), role)], frame.width)
        drawn.extend(DrawnLine([Piece(" " * indent), *row], at + number) for row in rows)
    return drawn


def hang_lines(
    first: StyledLine, drawn: Sequence[DrawnLine], width: int, rest: StyledLine | None = None
) -> list[DrawnLine]:
    """Put `first` before the first line and `rest` (blanks by default) before the others."""
    head = pad_line(first, width)
    tail = rest if rest is not None else [Piece(" " * width)]
    return [
        row._replace(line=[*(head if index == 0 else tail), *row.line])
        for index, row in enumerate(drawn)
    ]


def add_fold_mark(row: DrawnLine, key: str, frame: DrawContext, hidden: int) -> DrawnLine:
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
        line.extend([words] if line_width(line) + line_width([words]) <= frame.width else [])
    return row._replace(line=line)


def add_bar(drawn: Iterable[DrawnLine], frame: DrawContext, role: str) -> list[DrawnLine]:
    """Put a bar before each line."""
    bar = Piece(f"{frame.glyphs.quote} ", role)
    return [row._replace(line=[bar, *row.line]) for row in drawn]

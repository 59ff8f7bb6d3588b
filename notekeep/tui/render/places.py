"""A paragraph whose lines are pictures, notes or years of habits shown in place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.markdown.clean import clean_line
from notekeep.tui.render import document
from notekeep.tui.render.blocks import definitions, split
from notekeep.tui.render.drawn import Drawn, Frame, Passage, text_lines
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.inline import pieces
from notekeep.tui.render.pieces import Line, Piece, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.habit_year import HabitYear
    from notekeep.markdown.tree import Span
    from notekeep.tui.render.around import Embedded, Picture

WIDE_PIXELS = 8
"""Pixels that a cell is wide, about, where a note gives the width of a picture."""
MOST_ROWS = 20

_SIZE = re.compile(r"(\d{1,5})(?:x\d+)?")


def with_embeds(spans: Sequence[Span], frame: Frame) -> list[Drawn]:
    """Draw a paragraph, with the lines of it that are embeds shown in place.

    Args:
        spans: What is in it.
        frame: Where it is drawn.
    """
    drawn: list[Drawn] = []
    text: list[Span] = []
    line: list[Span] = []
    for part in [*document.parts(spans), None]:
        if part is not None and part[0].kind not in {"soft_break", "hard_break"}:
            line.extend(part)
            continue
        shown = _shown(line, frame)
        if shown is None:
            text.extend(line)
        if text and (shown is not None or part is None):
            words = text[:-1] if text[-1].kind in {"soft_break", "hard_break"} else text
            drawn.extend(text_lines(pieces(words, frame), frame, frame.line_of(text[0])))
            text = []
        drawn.extend(shown or [])
        if part is not None and shown is None:
            text.extend(part)
        line = []
    return drawn


def _shown(line: Sequence[Span], frame: Frame) -> list[Drawn] | None:
    """Draw a line that is only an embed of what can be shown."""
    seen = [part[0] for part in document.parts(line) if frame.text_of(part[0]).strip()]
    if len(seen) != 1 or seen[0].kind not in {"embed", "image"}:
        return None
    target, words, at = seen[0].info.strip(), seen[0].words, frame.line_of(seen[0])
    if (picture := frame.around.pictures.get(target)) is not None:
        return picture_lines(picture, words, frame, at)
    if (embedded := frame.around.embeds.get(target)) is not None:
        return _embedded(embedded, frame, at)
    if (year := frame.around.years.get(target)) is not None:
        return _year(year, f"[[{target}]]", frame, at)
    return None


# Pictures.


def picture_lines(picture: Picture, words: str, frame: Frame, at: int) -> list[Drawn]:
    """Draw a picture of the vault, with what it is called below it.

    Args:
        picture: The picture.
        words: What stands beside its name: what it is called, and the width it should have.
        frame: Where it is drawn.
        at: The line of the body that shows it.
    """
    caption, wanted = _caption(words)
    dot = frame.glyphs.dot
    name = picture.path.rpartition("/")[2]
    passage = Passage("picture", at, picture.path)
    drawn: list[Drawn] = []
    if frame.around.draws_pictures and picture.width and picture.height:
        columns, rows = fitted(picture, frame.width, wanted)
        for row in range(rows):
            link = picture.link(row, rows, columns)
            drawn.append(Drawn([Piece(" " * columns, "picture", link)], at, passage))
    about: Line = [
        Piece(f"{frame.glyphs.image} ", "image"),
        Piece(clean_line(caption or name), "caption", picture.link()),
    ]
    if picture.problem:
        about.append(Piece(f" {dot} {clean_line(picture.problem)}", "warn"))
    elif picture.width:
        by = "x" if frame.glyphs is ASCII else "×"  # noqa: RUF001 - by
        about.append(Piece(f" {dot} {picture.width}{by}{picture.height}", "faint"))
    drawn.extend(Drawn(row, at, passage) for row in wrap(about, frame.width))
    return drawn


def _caption(words: str) -> tuple[str, int]:
    """Return what a picture is called and the width it should have in pixels, 0 for its own."""
    parts = [part.strip() for part in words.split("|")]
    sizes = [match for part in parts if (match := _SIZE.fullmatch(part))]
    caption = " ".join(part for part in parts if part and not _SIZE.fullmatch(part))
    return caption, int(sizes[0][1]) if sizes else 0


def fitted(picture: Picture, width: int, wanted: int = 0, most: int = MOST_ROWS) -> tuple[int, int]:
    """Return how many columns and rows a picture takes, a row being two columns high.

    Args:
        picture: The picture.
        width: The columns there are.
        wanted: How wide it should be in pixels; 0 is as wide as it is.
        most: The most rows it may take.
    """
    columns = max(1, min(width, -(-(wanted or picture.width) // WIDE_PIXELS)))
    rows = max(1, round(columns * picture.height / picture.width / 2))
    if rows > most:
        columns = max(1, round(columns * most / rows))
        rows = most
    return columns, rows


# Notes.


def _embedded(embedded: Embedded, frame: Frame, at: int) -> list[Drawn]:
    inside = replace(frame.narrower(2), around=embedded.around)
    head: Line = [Piece(clean_line(embedded.title), "embed link", embedded.link)]
    if embedded.problem:
        head.append(Piece(f" {frame.glyphs.dot} {clean_line(embedded.problem)}", "warn"))
    drawn = [Drawn(row, at) for row in wrap(head, inside.width)]
    references = definitions(embedded.text)
    for number, block in enumerate(split(embedded.text)):
        rows = document.draw(block, inside, references)
        if rows and number:
            drawn.append(Drawn([], at))
        drawn.extend(Drawn(row.line, at, row.passage) for row in rows)
    bar = Piece(f"{frame.glyphs.quote} ", "embed-bar")
    # Lines of another note have no place in this one: all stand where the embed does.
    return [
        Drawn(
            [bar, *row.line],
            at,
            row.passage._replace(line=at) if row.passage is not None else None,
        )
        for row in drawn
    ]


# Years of habits.


def _year(seen: HabitYear, link: str, frame: Frame, at: int) -> list[Drawn]:
    """Draw the calendar that the Habits screen has, and below it what it shows in a sentence."""
    from notekeep.tui.render.year import heading, year_lines, year_width

    width = year_width(seen.calendar, frame.width)
    head = [Piece(clean_line(seen.title), "embed link", link), Piece(f"  {seen.year}", "muted")]
    lines = [
        heading(head, seen.calendar, frame.glyphs, frame.width),
        *year_lines(seen.calendar, seen.today, frame.glyphs, frame.width),
        *wrap([Piece(clean_line(seen.sentence), "muted")], width),
    ]
    return [Drawn(line, at) for line in lines]

"""A year of a habit as a calendar of weeks: eight lines, a column or two cells for each week."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep.dates import MONTHS
from notekeep.habits.frame import FUTURE, GAP, MISSED
from notekeep.tui.render.habits import DAY_NAMES
from notekeep.tui.render.pieces import Line, Piece, cells, fit, spread

if TYPE_CHECKING:
    from notekeep.habits.heatmap import Calendar, Square
    from notekeep.tui.render.glyphs import Glyphs

LABELS = 4
"""Cells for the names of days."""
LINES = 8


def cell_width(calendar: Calendar, width: int) -> int:
    """Return how many cells a week takes, so that the year fits where there is room for it."""
    return 2 if width >= LABELS + 2 * len(calendar.columns) else 1


def year_width(calendar: Calendar, width: int) -> int:
    """Return how many of `width` cells a year takes."""
    return min(width, LABELS + cell_width(calendar, width) * len(calendar.columns))


def heading(left: Line, calendar: Calendar, glyphs: Glyphs, width: int) -> Line:
    """Return a line over a year, with what its shades mean at the right where there is room."""
    room, right = year_width(calendar, width), legend(glyphs)
    return spread(left, right, room) if cells(left) + cells(right) + 2 <= room else fit(left, width)


def _window(calendar: Calendar, today: date, width: int) -> tuple[int, int, int]:
    """Return the first week that is shown, how many there is room for, and the cells of each."""
    step = cell_width(calendar, width)
    room = max(1, (width - LABELS) // step)
    first = max(0, len(calendar.columns) - room)
    if first and today.year == _year_of(calendar):
        here = (today.toordinal() - _first_day(calendar)) // 7
        first = min(first, max(0, here - room + 2))
    return first, room, step


def day_at(calendar: Calendar, today: date, width: int, x: int, row: int) -> date | None:
    """Return the day that is drawn at a place; None where there is none, or it lies ahead.

    Args:
        calendar: The year.
        today: The day it is.
        width: The cells it is drawn in.
        x: The cell of the line.
        row: The line of days, 0 to 6.
    """
    first, _, step = _window(calendar, today, width)
    column = first + (x - LABELS) // step
    if x < LABELS or not (0 <= row < 7 and column < len(calendar.columns)):
        return None
    square = calendar.columns[column][row]
    if square is None or square.day > today.toordinal():
        return None
    return date.fromordinal(square.day)


def year_lines(calendar: Calendar, today: date, glyphs: Glyphs, width: int) -> list[Line]:
    """Return the months, then one line for each day of the week.

    Where a year does not fit, its last weeks are shown.
    """
    first, room, step = _window(calendar, today, width)
    columns = calendar.columns[first : first + room]
    return [
        _months(calendar, first, len(columns), step),
        *(_days(calendar, row, columns, today, glyphs, step) for row in range(7)),
    ]


def _months(calendar: Calendar, first: int, count: int, step: int) -> Line:
    text = [" "] * (count * step)
    for column, month in calendar.months:
        start = (column - first) * step
        name = MONTHS[month - 1]
        if start >= 0 and start + len(name) <= len(text):
            text[start : start + len(name)] = name
    return [Piece(" " * LABELS), Piece("".join(text), "muted")]


def _days(
    calendar: Calendar,
    row: int,
    columns: list[list[Square | None]],
    today: date,
    glyphs: Glyphs,
    step: int,
) -> Line:
    name = DAY_NAMES[(calendar.week_start + row) % 7] if row % 2 == 0 else ""
    line: Line = [Piece(name.ljust(LABELS), "muted")]
    for column in columns:
        piece = _square(column[row], today, glyphs)
        line.append(piece._replace(text=piece.text.ljust(step)))
    return line


def _square(square: Square | None, today: date, glyphs: Glyphs) -> Piece:
    """Return a day: by its shade first, so that nothing depends on colour."""
    if square is None or square.status == FUTURE:
        return Piece(" ")
    here = "chosen" if square.day == today.toordinal() else ""
    if square.level:
        return Piece(glyphs.levels[square.level], f"level-{square.level} {here}".strip())
    if square.status in {MISSED, GAP}:
        return Piece(glyphs.hollow, f"missed-day {here}".strip())
    return Piece(glyphs.levels[0], f"faint {here}".strip())


def _first_day(calendar: Calendar) -> int:
    return next(square.day - row for row, square in enumerate(calendar.columns[0]) if square)


def _year_of(calendar: Calendar) -> int:
    return date.fromordinal(_first_day(calendar) + 6).year


def legend(glyphs: Glyphs) -> Line:
    """Return what the shades of the calendar mean."""
    line: Line = [Piece("less ", "faint")]
    for number, glyph in enumerate(glyphs.levels):
        line.extend([Piece(glyph, f"level-{number}" if number else "faint"), Piece(" ")])
    line.extend([Piece("more   ", "faint"), Piece(glyphs.hollow, "missed-day")])
    return [*line, Piece(" missed", "faint")]

"""A year of a habit as a calendar of weeks, and one habit in full."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from notekeep.dates import MONTHS, week_span
from notekeep.habits.summary import format_count
from notekeep.markdown.sanitize import clean_line
from notekeep.tracking.habit_details import RATE_SPANS, Detail
from notekeep.tui.render.habit_rows import DAY_NAMES, goal_text
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    pad_line,
    spread_line,
    wrap_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.habits.calendar import Calendar, CalendarDay
    from notekeep.tui.render.glyphs import Glyphs


# A year of a habit as a calendar of weeks: eight lines, a column or two cells for each week.

LABEL_WIDTH = 4  # cells for the names of days
YEAR_LINES = 8


def cell_width(calendar: Calendar, width: int) -> int:
    """Return how many cells a week takes, so that the year fits where there is room for it."""
    return 2 if width >= LABEL_WIDTH + 2 * len(calendar.columns) else 1


def year_width(calendar: Calendar, width: int) -> int:
    """Return how many of `width` cells a year takes."""
    return min(width, LABEL_WIDTH + cell_width(calendar, width) * len(calendar.columns))


def year_heading(left: StyledLine, calendar: Calendar, glyphs: Glyphs, width: int) -> StyledLine:
    """Return a line over a year, with what its shades mean at the right where there is room."""
    room, right = year_width(calendar, width), legend(glyphs)
    if line_width(left) + line_width(right) + 2 > room:
        return fit_line(left, width)
    return spread_line(left, right, room)


def _window(calendar: Calendar, today: date, width: int) -> tuple[int, int, int]:
    """Return the first week that is shown, how many there is room for, and the cells of each."""
    step = cell_width(calendar, width)
    room = max(1, (width - LABEL_WIDTH) // step)
    first = max(0, len(calendar.columns) - room)
    begin = next(square.day - row for row, square in enumerate(calendar.columns[0]) if square)
    if first and today.year == date.fromordinal(begin + 6).year:
        here = (today.toordinal() - begin) // 7
        first = min(first, max(0, here - room + 2))
    return first, room, step


def day_at(calendar: Calendar, today: date, width: int, x: int, row: int) -> date | None:
    """Return the day that is drawn at a place; None where there is none, or it lies ahead."""
    first, _, step = _window(calendar, today, width)
    column = first + (x - LABEL_WIDTH) // step
    if x < LABEL_WIDTH or not (0 <= row < 7 and column < len(calendar.columns)):
        return None
    square = calendar.columns[column][row]
    if square is None or square.day > today.toordinal():
        return None
    return date.fromordinal(square.day)


def year_lines(calendar: Calendar, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return the months, then one line for each day of the week.

    Where a year does not fit, its last weeks are shown.
    """
    first, room, step = _window(calendar, today, width)
    columns = calendar.columns[first : first + room]
    months = [" "] * (len(columns) * step)
    for column, month in calendar.months:
        start = (column - first) * step
        name = MONTHS[month - 1]
        if start >= 0 and start + len(name) <= len(months):
            months[start : start + len(name)] = name
    lines: list[StyledLine] = [[Piece(" " * LABEL_WIDTH), Piece("".join(months), "muted")]]
    for row in range(7):
        name = DAY_NAMES[(calendar.week_start + row) % 7] if row % 2 == 0 else ""
        days = [_square(column[row], today, glyphs) for column in columns]
        label = Piece(name.ljust(LABEL_WIDTH), "muted")
        lines.append([label, *(day._replace(text=day.text.ljust(step)) for day in days)])
    return lines


def _square(square: CalendarDay | None, today: date, glyphs: Glyphs) -> Piece:
    """Return a day: by its shade first, so that nothing depends on colour."""
    if square is None or square.status == "future":
        return Piece(" ")
    here = "chosen" if square.day == today.toordinal() else ""
    if square.level:
        return Piece(glyphs.levels[square.level], f"level-{square.level} {here}".strip())
    if square.status in ("missed", "gap"):
        return Piece(glyphs.hollow, f"missed-day {here}".strip())
    return Piece(glyphs.levels[0], f"faint {here}".strip())


def legend(glyphs: Glyphs) -> StyledLine:
    """Return what the shades of the calendar mean."""
    line: StyledLine = [Piece("less ", "faint")]
    for number, glyph in enumerate(glyphs.levels):
        line.extend([Piece(glyph, f"level-{number}" if number else "faint"), Piece(" ")])
    line.extend([Piece("more   ", "faint"), Piece(glyphs.hollow, "missed-day")])
    return [*line, Piece(" missed", "faint")]


# One habit in full: its year, how strong it grew, its streaks, rates, weekdays and remarks.

CHART_LINES = 5
HEIGHTS = "⣀⠤⠒⠉"  # a mark in a cell, from low to high
BAR_WIDTH = 12  # cells of a full bar
COLUMN_GAP = 4
WIDE_CELLS = 100  # from this width on the tables stand beside each other
MAX_RUNS = 10
YEAR_FIRST_LINE = 4  # the line on which the days of the year begin


def detail_lines(found: Detail, today: date, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return everything there is to see of a habit, in lines of at most `width` cells."""
    view = found.view
    about = goal_text(view) if view.goal == "done" else f"{view.schedule}, {goal_text(view)}"
    head = [Piece(clean_line(view.title), "title"), Piece(f"  {clean_line(about)}", "faint")]
    weekdays = _weekdays(found, glyphs)
    counted = view.streak_unit == "weeks"
    weeks = f"  weeks {week_span(found.calendar.week_start)}" if counted else ""
    tables = [
        _table("Kept", _rates(found, glyphs)),
        *([_table("Weekdays", weekdays)] if weekdays else []),
        _table("Best streaks", _runs(found, today), weeks),
    ]
    is_wide = width >= WIDE_CELLS
    lines = [
        head,
        [],
        year_heading([Piece(str(found.year), "section")], found.calendar, glyphs, width),
        *year_lines(found.calendar, today, glyphs, width),
        [],
        *_strength(found, glyphs, width),
        [],
        *(_beside(tables) if is_wide else [row for table in tables for row in [*table, []]]),
        [],
        *_texts(found, width),
        *_remarks(found, today, width),
    ]
    return [fit_line(line, width) for line in lines]


def _strength(found: Detail, glyphs: Glyphs, width: int) -> list[StyledLine]:
    """Return the line of strength through the last days that have room."""
    now = f"{round(found.view.strength * 100)} %"
    title = [Piece("Strength ", "section"), Piece(now, "bright")]
    scores = found.strengths[-max(1, width - 6) :]
    if len(scores) < 2:
        return [title, [Piece("it takes a few days to show", "faint")]]
    marks = "*" if glyphs.is_ascii else HEIGHTS
    steps = len(marks)
    heights = [min(int(score * CHART_LINES * steps), CHART_LINES * steps - 1) for score in scores]
    labels = {CHART_LINES - 1: "100", CHART_LINES // 2: " 50", 0: "  0"}
    rows: list[StyledLine] = []
    for line in reversed(range(CHART_LINES)):
        row = [marks[height % steps] if height // steps == line else " " for height in heights]
        rows.append([Piece(labels.get(line, "").ljust(4), "faint"), Piece("".join(row), "done")])
    days = Piece(f"{'':4}the last {format_count(len(scores), 'days')}", "faint")
    return [title, *rows, [days]]


def _table(title: str, rows: list[StyledLine], about: str = "") -> list[StyledLine]:
    return [
        [Piece(title, "section"), Piece(about, "faint")],
        *(rows or [[Piece("nothing yet", "faint")]]),
    ]


def _beside(tables: list[list[StyledLine]]) -> list[StyledLine]:
    widths = [max(map(line_width, table)) + COLUMN_GAP for table in tables]
    return [
        [piece for row, width in zip(rows, widths, strict=True) for piece in pad_line(row, width)]
        for rows in zip_longest(*tables, fillvalue=[])
    ]


def _bar(share: float, glyphs: Glyphs) -> StyledLine:
    full = round(min(max(share, 0.0), 1.0) * BAR_WIDTH)
    return [Piece(glyphs.full * full, "done"), Piece(glyphs.empty * (BAR_WIDTH - full), "faint")]


def _rates(found: Detail, glyphs: Glyphs) -> list[StyledLine]:
    rows: list[StyledLine] = []
    names = (*(f"{span} days" for span in RATE_SPANS), "all days")
    for name, share in zip(names, found.rates, strict=True):
        label = Piece(name.ljust(9), "muted")
        if share is None:
            rows.append([label, Piece("no data", "faint")])
        else:
            rows.append([label, *_bar(share, glyphs), Piece(f" {round(share * 100):>3} %")])
    if found.recovery.followed:
        back = f"{found.recovery.recovered} of {found.recovery.followed} misses made good at once"
        rows += [[], [Piece(back, "muted")]]
    if found.recovery.longest_gap > 1:
        gap = f"longest gap {format_count(found.recovery.longest_gap, found.view.streak_unit)}"
        rows.append([Piece(gap, "muted")])
    return rows


def _weekdays(found: Detail, glyphs: Glyphs) -> list[StyledLine]:
    """Return a bar for each weekday; nothing where weekdays have no say in the schedule."""
    rows: list[StyledLine] = []
    if not any(due for _, due in found.weekdays):
        return rows
    for place in range(7):
        number = (found.calendar.week_start + place) % 7
        done, due = found.weekdays[number]
        is_best = number == found.best_weekday
        row = [Piece(f"{DAY_NAMES[number]} ", "bright" if is_best else "muted")]
        if due:
            row += [*_bar(done / due, glyphs), Piece(f" {done}/{due}", "muted")]
        else:
            row.append(Piece("not due", "faint"))
        rows.append([*row, Piece(" best", "good")] if is_best and due else row)
    return rows


def _runs(found: Detail, today: date) -> list[StyledLine]:
    rows: list[StyledLine] = []
    latest = max((run.last for run in found.runs), default=0)
    for run in found.runs[:MAX_RUNS]:
        span = f"{_day(run.first, today)} to {_day(run.last, today)}"
        length = format_count(run.length, found.view.streak_unit)
        is_now = run.length == found.view.streak and run.last == latest
        row = [Piece(length.ljust(14), "bright" if is_now else ""), Piece(span, "muted")]
        rows.append([*row, Piece(" now", "good")] if is_now else row)
    return rows


def _day(number: int, today: date) -> str:
    day = date.fromordinal(number)
    text = f"{day.day} {MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def _texts(found: Detail, width: int) -> list[StyledLine]:
    habit = found.definition
    said = {
        "I am": habit.identity,
        "When": habit.when,
        "After": habit.after,
        "At least": habit.tiny,
        "From": habit.source.removeprefix("[[").removesuffix("]]"),
    }
    rows = [row for name, text in said.items() if text for row in _named(name, 10, text, width)]
    return [[Piece("Why and how", "section")], *rows, []] if rows else []


def _remarks(found: Detail, today: date, width: int) -> list[StyledLine]:
    lines: list[StyledLine] = [[Piece("Remarks", "section")]] if found.remarks else []
    for line in found.remarks:
        lines += _named(_day(line.entry.day, today), 14, line.entry.note or "", width)
    return lines


def _named(name: str, indent: int, text: str, width: int) -> Iterator[StyledLine]:
    for row in wrap_line([Piece(clean_line(text))], max(10, width - indent)):
        yield [Piece(name.ljust(indent), "muted"), *row]
        name = ""

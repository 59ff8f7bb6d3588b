"""One habit in full: its year, how strong it grew, its streaks, rates, weekdays and remarks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep import dates
from notekeep.habits.view import count
from notekeep.index.habit_detail import SPANS
from notekeep.markdown.clean import clean_line
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.habits import DAY_NAMES, goal_text
from notekeep.tui.render.pieces import Line, Piece, cells, fit, pad, wrap
from notekeep.tui.render.year import heading, year_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.habit_detail import Detail
    from notekeep.tui.render.glyphs import Glyphs

CHART_LINES = 5
BAR = 12
"""Cells of a full bar."""
GAP = 4
WIDE = 100
"""From this width on the tables stand beside each other."""
RUNS = 10
DAYS = 4
"""The line on which the days of the year begin."""
_BRAILLE = 0x2800
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The dots of a braille character, left and right column, from the lowest up."""


def detail_lines(found: Detail, today: date, glyphs: Glyphs, width: int) -> list[Line]:
    """Return everything there is to see of a habit, in lines of at most `width` cells."""
    view = found.view
    about = f"{goal_text(view)}" if view.goal == "done" else f"{view.schedule}, {goal_text(view)}"
    head: Line = [Piece(clean_line(view.title), "title"), Piece(f"  {clean_line(about)}", "faint")]
    lines = [head, []]
    lines += [heading([Piece(str(found.year), "section")], found.calendar, glyphs, width)]
    lines += year_lines(found.calendar, today, glyphs, width)
    lines += [[], *_strength(found, glyphs, width), []]
    tables = [
        _table("Kept", _rates(found, glyphs)),
        *([_table("Weekdays", weekdays)] if (weekdays := _weekdays(found, glyphs)) else []),
        _table("Best streaks", _runs(found, today), _weeks(found)),
    ]
    lines += _beside(tables) if width >= WIDE else [row for table in tables for row in [*table, []]]
    lines += [[], *_texts(found, width), *_remarks(found, today, width)]
    return [fit(line, width) for line in lines]


def _strength(found: Detail, glyphs: Glyphs, width: int) -> list[Line]:
    """Return the line of strength, a column of dots for each of the last days that have room."""
    now = f"{round(found.view.strength * 100)} %"
    title = [Piece("Strength ", "section"), Piece(now, "bright")]
    per_cell = 1 if glyphs is ASCII else 2
    room = max(1, width - 6)
    scores = found.strengths[-room * per_cell :]
    if len(scores) < 2:
        return [title, [Piece("it takes a few days to show", "faint")]]
    drawn = _columns(scores, glyphs)
    rows: list[Line] = []
    for number, row in enumerate(drawn):
        label = {0: "100", len(drawn) // 2: " 50", len(drawn) - 1: "  0"}.get(number, "")
        rows.append([Piece(label.ljust(4), "faint"), Piece(row, "done")])
    days = Piece(f"{'':4}the last {count(len(scores), 'days')}", "faint")
    return [title, *rows, [days]]


def _columns(scores: Sequence[float], glyphs: Glyphs) -> list[str]:
    """Return a chart of scores from 0 to 1, top line first."""
    if glyphs is ASCII:
        marks = [min(CHART_LINES - 1, int(score * CHART_LINES)) for score in scores]
        return [
            "".join("*" if mark == line else " " for mark in marks)
            for line in range(CHART_LINES - 1, -1, -1)
        ]
    steps = CHART_LINES * 4
    heights = [min(steps - 1, int(score * steps)) for score in scores]
    heights = heights if len(heights) % 2 == 0 else [heights[0], *heights]
    lines = []
    for line in range(CHART_LINES - 1, -1, -1):
        text = ""
        for left, right in zip(heights[::2], heights[1::2], strict=True):
            dots = 0
            for column, height in enumerate((left, right)):
                if height // 4 == line:
                    dots |= _DOTS[column][height % 4]
            text += chr(_BRAILLE + dots)
        lines.append(text)
    return lines


def _weeks(found: Detail) -> str:
    """Return which weeks a streak counts, where it counts weeks."""
    if found.view.streak_unit != "weeks":
        return ""
    return f"  weeks {dates.week_span(found.calendar.week_start)}"


def _table(title: str, rows: list[Line], about: str = "") -> list[Line]:
    return [
        [Piece(title, "section"), Piece(about, "faint")],
        *(rows or [[Piece("nothing yet", "faint")]]),
    ]


def _beside(tables: list[list[Line]]) -> list[Line]:
    """Return tables side by side."""
    widths = [max(cells(row) for row in table) + GAP for table in tables]
    height = max(map(len, tables))
    lines = []
    for number in range(height):
        line: Line = []
        for table, width in zip(tables, widths, strict=True):
            line += pad(table[number] if number < len(table) else [], width)
        lines.append(line)
    return lines


def _bar(share: float, glyphs: Glyphs) -> Line:
    full = round(min(max(share, 0.0), 1.0) * BAR)
    return [Piece(glyphs.full * full, "done"), Piece(glyphs.empty * (BAR - full), "faint")]


def _rates(found: Detail, glyphs: Glyphs) -> list[Line]:
    rows: list[Line] = []
    names = (*(f"{span} days" for span in SPANS), "all days")
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
        gap = f"longest gap {count(found.recovery.longest_gap, found.view.streak_unit)}"
        rows.append([Piece(gap, "muted")])
    return rows


def _weekdays(found: Detail, glyphs: Glyphs) -> list[Line]:
    """Return a bar for each weekday; nothing where weekdays have no say in the schedule."""
    rows: list[Line] = []
    if not any(due for _, due in found.weekdays):
        return rows
    start = found.calendar.week_start
    for number in ((start + place) % 7 for place in range(7)):
        done, due = found.weekdays[number]
        role = "bright" if number == found.best_weekday else "muted"
        label = Piece(f"{DAY_NAMES[number]} ", role)
        if not due:
            rows.append([label, Piece("not due", "faint")])
            continue
        best = [Piece(" best", "good")] if number == found.best_weekday else []
        rows.append([label, *_bar(done / due, glyphs), Piece(f" {done}/{due}", "muted"), *best])
    return rows


def _runs(found: Detail, today: date) -> list[Line]:
    rows: list[Line] = []
    for run in found.runs[:RUNS]:
        first, last = date.fromordinal(run.first), date.fromordinal(run.last)
        span = f"{_day(first, today)} to {_day(last, today)}"
        length = count(run.length, found.view.streak_unit)
        is_now = run.length == found.view.streak and run is _latest(found)
        rows.append(
            [
                Piece(length.ljust(14), "bright" if is_now else ""),
                Piece(span, "muted"),
                *([Piece(" now", "good")] if is_now else []),
            ]
        )
    return rows


def _latest(found: Detail) -> object:
    return max(found.runs, key=lambda run: run.last)


def _day(day: date, today: date) -> str:
    text = f"{day.day} {dates.MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def _texts(found: Detail, width: int) -> list[Line]:
    """Return the person's own words about the habit."""
    habit = found.definition
    said = {
        "I am": habit.identity,
        "When": habit.when,
        "After": habit.after,
        "At least": habit.tiny,
        "From": habit.source.removeprefix("[[").removesuffix("]]"),
    }
    lines: list[Line] = []
    for name, text in said.items():
        if text:
            rows = wrap([Piece(clean_line(text))], max(10, width - 10))
            for number, row in enumerate(rows):
                lines.append([Piece((name if not number else "").ljust(10), "muted"), *row])
    return [[Piece("Why and how", "section")], *lines, []] if lines else []


def _remarks(found: Detail, today: date, width: int) -> list[Line]:
    """Return what was said of single days."""
    if not found.remarks:
        return []
    lines: list[Line] = [[Piece("Remarks", "section")]]
    for line in found.remarks:
        day = _day(date.fromordinal(line.entry.day), today)
        rows = wrap([Piece(clean_line(line.entry.note or ""))], max(10, width - 14))
        for number, row in enumerate(rows):
            lines.append([Piece((day if not number else "").ljust(14), "muted"), *row])
    return lines

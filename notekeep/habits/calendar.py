"""Lay days out as a calendar: weeks in columns, how much of its goal each day has, its mark."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeAlias, get_args

from notekeep.dates import days_in
from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Status, Timeline

LEVEL_NONE, LEVEL_LITTLE, LEVEL_MOST, LEVEL_REACHED, LEVEL_MORE = range(5)
"""Levels of a day: nothing, under half of the goal, under all of it, all of it, more than that."""

Mark: TypeAlias = Literal[
    "done", "partial", "missed", "skipped", "paused", "open", "at risk", "ok", "none"
]


class CalendarDay(NamedTuple):
    """One day in a calendar, by its ordinal."""

    day: int
    level: int
    status: Status
    mark: Mark


class Calendar(NamedTuple):
    """Squares in columns of one week each."""

    # Seven places each, the first day of the week on top; None outside of the range.
    columns: list[list[CalendarDay | None]]
    months: list[tuple[int, int]]  # the column in which a month begins, and its number
    week_start: int  # the weekday of the top row, 0 for Monday


def lay_out_calendar(
    habit: Definition,
    days: DayHistory,
    timeline: Timeline,
    first: int,
    last: int,
    week_start: int = 0,
) -> Calendar:
    """Lay out the days from `first` to `last`, both included."""

    def square(day: int) -> CalendarDay | None:
        if not first <= day <= last:
            return None
        value, status = days.day(day), timeline.status(day)
        mark = day_mark(habit, timeline, day, value)
        return CalendarDay(day, day_level(habit, value, status), status, mark)

    start = first - (first - 1 - week_start) % 7
    columns = [[square(week + row) for row in range(7)] for week in range(start, last + 1, 7)]
    return Calendar(columns, _month_starts(first, last, start), week_start)


def year_bounds(year: int) -> tuple[int, int]:
    """Return the first and last day of a year, as ordinals."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def month_bounds(year: int, month: int) -> tuple[int, int]:
    """Return the first and last day of a month, as ordinals."""
    first = date(year, month, 1).toordinal()
    return first, first + days_in(year, month) - 1


def _month_starts(first: int, last: int, start: int) -> list[tuple[int, int]]:
    found = []
    opening = date.fromordinal(first).replace(day=1)
    while opening.toordinal() <= last:
        if opening.toordinal() >= first:
            found.append(((opening.toordinal() - start) // 7, opening.month))
        opening = (opening + timedelta(31)).replace(day=1)
    return found


def day_level(habit: Definition, day: DayValue, status: Status) -> int:
    """Return the level of one day."""
    goal = habit.goal
    if day.value == "amount" and goal.kind == "least" and (day.amount > 0 or day.is_marked):
        share = goal.share(day)
        if share < 1:
            return LEVEL_LITTLE if share < 0.5 else LEVEL_MOST
        return LEVEL_MORE if day.amount > goal.day_target else LEVEL_REACHED
    return LEVEL_REACHED if status in ("done", "extra") else LEVEL_NONE


# Marks tell days apart by shape first, so that nothing depends on colour.


class MarkGlyphs(NamedTuple):
    """One character for each mark, and one for each level of a heatmap."""

    marks: dict[Mark, str]
    levels: str


_MARK_NAMES: tuple[Mark, ...] = get_args(Mark)
UNICODE_MARKS = MarkGlyphs(dict(zip(_MARK_NAMES, "✓◐✗–p□!○ ", strict=True)), "·░▒▓█")  # noqa: RUF001 - an en dash, told from the minus of a number
ASCII_MARKS = MarkGlyphs(dict(zip(_MARK_NAMES, "x%X-p.!o ", strict=True)), ".:+*#")

_MARKS: dict[Status, Mark] = {
    "off": "none",
    "paused": "paused",
    "rest": "none",
    "extra": "done",
    "done": "done",
    "missed": "missed",
    "skipped": "skipped",
    "pending": "open",
    "ok-so-far": "ok",
    "future": "none",
    "covered": "none",
    "gap": "none",
    "open": "open",
    "due": "open",
    "last day": "at risk",
    "overdue": "missed",
}


def day_mark(
    habit: Definition,
    timeline: Timeline,
    day: int,
    value: DayValue,
    *,
    is_at_risk: bool = False,
) -> Mark:
    """Return the mark of a day.

    A free day of a week, a month or a slot has none, whether that was met or missed, unless the
    person said that it was missed: each missed unit of days has one cross.
    """
    status = timeline.status(day)
    mark = _MARKS[status]
    if status in ("gap", "open") and (value.value == "miss" or day in timeline.misses):
        mark = "missed"
    is_free = status in ("covered", "gap")
    if (is_free or mark in ("missed", "open")) and 0 < habit.goal.share(value) < 1:
        return "partial"
    if mark == "open" and day < timeline.today:
        return "none"
    return "at risk" if mark == "open" and is_at_risk else mark

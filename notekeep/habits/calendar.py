"""Heatmap of days; how a day is marked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from notekeep.habits.revisions import VALUE_AMOUNT
from notekeep.habits.schedule import (
    COVERED,
    DONE,
    DUE,
    EXTRA,
    FUTURE,
    GAP,
    LAST_DAY,
    MARKED_BIT,
    MISSED,
    OFF,
    OK_SO_FAR,
    OPEN,
    OVERDUE,
    PAUSED,
    PENDING,
    REST,
    SKIPPED,
    VALUE_MASK,
)

if TYPE_CHECKING:
    from notekeep.habits.definition import Definition
    from notekeep.habits.evaluation import Timeline
    from notekeep.habits.schedule import DayHistory


# Days laid out as a calendar: weeks in columns, and how much of its goal each day has.


LEVEL_NONE, LEVEL_LITTLE, LEVEL_MOST, LEVEL_REACHED, LEVEL_MORE = range(5)
"""Levels of a day: nothing, under half of the goal, under all of it, all of it, more than that."""


class CalendarDay(NamedTuple):
    """One day in a calendar: its ordinal, its level, and its status as a place in STATUSES."""

    day: int
    level: int
    status: int


class Calendar(NamedTuple):
    """Squares in columns of one week each.

    Attributes:
        columns: Seven places each, the first day of the week on top; None outside of the range.
        months: For each month that begins in it, the column and the month's number, 1 to 12.
        week_start: The weekday of the top row, 0 for Monday.
    """

    columns: list[list[CalendarDay | None]]
    months: list[tuple[int, int]]
    week_start: int


def day_level(habit: Definition, code: int, amount: int, status: int) -> int:
    """The level of one day."""
    goal = habit.goal
    is_amount = code & VALUE_MASK == VALUE_AMOUNT and goal.kind == "least"
    if is_amount and amount > 0 and not code & MARKED_BIT:
        share = goal.share(VALUE_AMOUNT, amount, is_marked=False)
        if share < 1:
            return LEVEL_LITTLE if share < 0.5 else LEVEL_MOST
        return LEVEL_MORE if amount > goal.day_target else LEVEL_REACHED
    if is_amount and code & MARKED_BIT:
        return LEVEL_MORE if amount > goal.day_target else LEVEL_REACHED
    return LEVEL_REACHED if status in (DONE, EXTRA) else LEVEL_NONE


def lay_out_calendar(
    habit: Definition, days: DayHistory, line: Timeline, first: int, last: int, week_start: int = 0
) -> Calendar:
    """Lay out the days from `first` to `last`, both included.

    Args:
        habit: The definition.
        days: What was logged.
        line: The same days, judged.
        first: The first day, as an ordinal.
        last: The last day.
        week_start: The first day of a week, 0 for Monday to 6 for Sunday.
    """
    codes, amounts = days.window(first, last)
    start = first - (first - 1 - week_start) % 7
    columns: list[list[CalendarDay | None]] = []
    for week in range(start, last + 1, 7):
        column: list[CalendarDay | None] = []
        for day in range(week, week + 7):
            if not first <= day <= last:
                column.append(None)
                continue
            place, status = day - first, line.status(day)
            column.append(
                CalendarDay(day, day_level(habit, codes[place], amounts[place], status), status)
            )
        columns.append(column)
    return Calendar(columns, _months(first, last, start), week_start)


def year_bounds(year: int) -> tuple[int, int]:
    """The first and last day of a year, as ordinals."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def _months(first: int, last: int, start: int) -> list[tuple[int, int]]:
    found = []
    day = date.fromordinal(first)
    while day.toordinal() <= last:
        if day.day == 1:
            found.append(((day.toordinal() - start) // 7, day.month))
        after = date.fromordinal(day.replace(day=28).toordinal() + 4)
        day = after.replace(day=1)
    return found


# How a day is marked: by shape first, so that nothing depends on colour.


Mark: TypeAlias = Literal[
    "done", "partial", "missed", "covered", "skipped", "paused", "open", "at risk", "ok", "none"
]


class MarkGlyphs(NamedTuple):
    """One character for each mark, and one for each level of a heatmap."""

    marks: dict[Mark, str]
    levels: str


UNICODE_MARKS = MarkGlyphs(
    {
        "done": "✓",
        "partial": "◐",
        "missed": "✗",
        "covered": "–",  # noqa: RUF001 - an en dash, told from the minus of a number
        "skipped": "s",
        "paused": "p",
        "open": "·",
        "at risk": "!",
        "ok": "○",
        "none": " ",
    },
    "·░▒▓█",
)
ASCII_MARKS = MarkGlyphs(
    {
        "done": "x",
        "partial": "/",
        "missed": "m",
        "covered": "-",
        "skipped": "s",
        "paused": "p",
        "open": ".",
        "at risk": "!",
        "ok": "o",
        "none": " ",
    },
    ".:+*#",
)

_MARKS: dict[int, Mark] = {
    OFF: "none",
    PAUSED: "paused",
    REST: "none",
    EXTRA: "done",
    DONE: "done",
    MISSED: "missed",
    SKIPPED: "skipped",
    PENDING: "open",
    OK_SO_FAR: "ok",
    FUTURE: "none",
    COVERED: "covered",
    GAP: "missed",
    OPEN: "open",
    DUE: "open",
    LAST_DAY: "at risk",
    OVERDUE: "missed",
}


def day_mark(status: int, share: float = 0.0, *, is_at_risk: bool = False) -> Mark:
    """The mark of a day.

    Args:
        status: A place in `frame.STATUSES`.
        share: How much of the goal the day has, 0.0 to 1.0.
        is_at_risk: Whether it is the last chance.
    """
    mark = _MARKS[status]
    if mark in ("missed", "open", "covered") and 0 < share < 1:
        return "partial"
    return "at risk" if mark == "open" and is_at_risk else mark

"""Days laid out as a calendar: weeks in columns, and how much of its goal each day has."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.days import MARKED, VALUE
from notekeep.habits.fold import AMOUNT
from notekeep.habits.frame import DONE, EXTRA

if TYPE_CHECKING:
    from notekeep.habits.days import Days
    from notekeep.habits.definition import Definition
    from notekeep.habits.timeline import Timeline

NOTHING, LITTLE, MOST_OF_IT, REACHED, MORE = range(5)
"""Levels of a day: nothing, under half of the goal, under all of it, all of it, more than that."""


class Square(NamedTuple):
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

    columns: list[list[Square | None]]
    months: list[tuple[int, int]]
    week_start: int


def level(habit: Definition, code: int, amount: int, status: int) -> int:
    """The level of one day."""
    goal = habit.goal
    is_amount = code & VALUE == AMOUNT and goal.kind == "least"
    if is_amount and amount > 0 and not code & MARKED:
        share = goal.share(AMOUNT, amount, is_marked=False)
        if share < 1:
            return LITTLE if share < 0.5 else MOST_OF_IT
        return MORE if amount > goal.day_target else REACHED
    if is_amount and code & MARKED:
        return MORE if amount > goal.day_target else REACHED
    return REACHED if status in (DONE, EXTRA) else NOTHING


def calendar(
    habit: Definition, days: Days, line: Timeline, first: int, last: int, week_start: int = 0
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
    columns: list[list[Square | None]] = []
    for week in range(start, last + 1, 7):
        column: list[Square | None] = []
        for day in range(week, week + 7):
            if not first <= day <= last:
                column.append(None)
                continue
            place, status = day - first, line.status(day)
            column.append(Square(day, level(habit, codes[place], amounts[place], status), status))
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

"""Which weekday suits a habit best, and how two habits go together: small samples stay small."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.habits.frame import COVERED, DONE, GAP, MISSED, OPEN
from notekeep.habits.schedule import InDays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.habits.definition import Definition
    from notekeep.habits.frame import Part
    from notekeep.habits.timeline import Timeline

Counts: TypeAlias = "Sequence[tuple[int, int]]"
"""For each weekday, Monday first, how often it was done and how often it was due."""

Z = 1.96
"""The normal quantile of a 95 % interval."""
FEWEST = 8
"""Fewer occurrences of a weekday say nothing about it."""
FEWEST_DAYS = 30
FEWEST_IN_ROW = 5
"""Below these a table of two habits is noise."""

_COUNTED = (DONE, MISSED, COVERED, GAP, OPEN)


def counts(habit: Definition, line: Timeline) -> list[tuple[int, int]]:
    """How often a habit was done on each weekday, of the days on which it was due.

    Stretches under a schedule that does not go by weeks, such as `every 2d`, say nothing about
    weekdays and are left out.
    """
    done, due = [0] * 7, [0] * 7
    for part in line.parts:
        if not _goes_by_weeks(habit, part):
            continue
        days = line.statuses[part.first - line.first : min(part.last, line.today) - line.first + 1]
        for place in range(7):
            weekday = (part.first + place - 1) % 7
            done[weekday] += days[place::7].count(DONE)
            due[weekday] += sum(days[place::7].count(status) for status in _COUNTED)
    return list(zip(done, due, strict=True))


def _goes_by_weeks(habit: Definition, part: Part) -> bool:
    schedule = habit.schedule_on(part.first)
    if part.unit == "days":
        return isinstance(schedule, InDays) and schedule.days == 7
    # A limit for a week is kept by no day in particular.
    return part.unit == "due days" or (part.unit == "weeks" and habit.goal.kind != "most")


def lower_bound(done: int, due: int) -> float:
    """The lower end of the Wilson score interval for a share, 0.0 when there is nothing to count.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    if not due:
        return 0.0
    share = done / due
    centre = share + Z * Z / (2 * due)
    spread = Z * sqrt(share * (1 - share) / due + Z * Z / (4 * due * due))
    return (centre - spread) / (1 + Z * Z / due)


def best_weekday(found: Counts) -> int | None:
    """The weekday that is most surely a good one, 0 for Monday; None while there is too little."""
    if max(due for _, due in found) < FEWEST or not any(done for done, _ in found):
        return None
    bounds = [lower_bound(done, due) for done, due in found]
    return bounds.index(max(bounds))


class Together(NamedTuple):
    """On how many days two habits were both done, only one of them, or neither.

    Attributes:
        both: Days with both.
        only_first: Days with the first alone.
        only_second: Days with the second alone.
        neither: Days on which neither was done.
    """

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def days(self) -> int:
        """How many days were looked at."""
        return sum(self)

    @property
    def phi(self) -> float | None:
        """The correlation of the two, -1.0 to 1.0; None when one of them never changes."""
        first, second = self.both + self.only_first, self.both + self.only_second
        product = first * (self.days - first) * second * (self.days - second)
        if not product:
            return None
        return (self.both * self.neither - self.only_first * self.only_second) / sqrt(product)

    @property
    def rate_with(self) -> float | None:
        """How often the second was done on days with the first."""
        return _share(self.both, self.only_first)

    @property
    def rate_without(self) -> float | None:
        """How often the second was done on days without the first."""
        return _share(self.only_second, self.neither)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough days, with and without the first, to say anything."""
        rows = (self.both + self.only_first, self.only_second + self.neither)
        return self.days >= FEWEST_DAYS and min(rows) >= FEWEST_IN_ROW


def together(first: Timeline, second: Timeline, lag: int = 0) -> Together:
    """Compare two habits on the days on which both were due and are closed.

    Args:
        first: The one that may make a difference.
        second: The other one.
        lag: How many days later the second is looked at: 0, or 1 for the next day.
    """
    cells = [[0, 0], [0, 0]]
    for day in range(first.first, first.today + 1):
        mine, theirs = first.status(day), second.status(day + lag)
        if mine in (DONE, MISSED) and theirs in (DONE, MISSED):
            cells[mine == DONE][theirs == DONE] += 1
    return Together(cells[1][1], cells[1][0], cells[0][1], cells[0][0])


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None

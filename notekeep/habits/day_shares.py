"""The share of due habits that were met, by day.

A habit counts on the days on which a unit of its streak closed: on each due day, and on the last
day of a week, month or slot. Skipped, paused and free days do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from notekeep.habits.summary import HabitView, format_count


class DayShare(NamedTuple):
    """The habits of one day."""

    day: date
    met: int
    due: int  # met and missed
    open: int  # the number of today's habits without a result yet

    @property
    def share(self) -> float | None:
        """The share of met habits, 0.0 to 1.0; None if nothing was due or the day is open."""
        return self.met / self.due if self.due and not self.open else None


class SpanShare(NamedTuple):
    """The habits of several days, without today if it is open."""

    met: int
    due: int
    perfect_days: int  # the number of days on which all due habits were met
    open: int  # the number of open habits if today is left out

    @property
    def share(self) -> float | None:
        """The share of met habits, 0.0 to 1.0; None if nothing was due."""
        return self.met / self.due if self.due else None


def find_day_shares(habits: Iterable[HabitView]) -> list[DayShare]:
    """Return the shares of all days in the cells of the habits.

    An archived habit counts up to its last day, and not at all if it has none.
    """
    days: dict[date, DayShare] = {}
    for habit in habits:
        for cell in habit.cells if habit.counts_in_days else ():
            day, met, due, still_open = days.get(cell.day) or DayShare(cell.day, 0, 0, 0)
            still_open += cell is habit.today and habit.awaits_today
            is_due = cell.result is not None
            days[day] = DayShare(day, met + (cell.result is True), due + is_due, still_open)
    return [days[day] for day in sorted(days)]


def sum_shares(days: Sequence[DayShare]) -> SpanShare:
    """Add up days, without today if it is open."""
    closed = [day for day in days if not day.open]
    return SpanShare(
        sum(day.met for day in closed),
        sum(day.due for day in closed),
        sum(day.share == 1 for day in closed),
        sum(day.open for day in days),
    )


def describe_share(found: SpanShare) -> str:
    """Return a share in words: `31 of 38 (82 %), 3 perfect days, without today (2 open)`."""
    parts = ["nothing due"]
    if found.share is not None:
        perfect = format_count(found.perfect_days, "perfect days")
        parts = [f"{found.met} of {found.due} ({found.share * 100:.0f} %)", perfect]
    return ", ".join([*parts, f"without today ({found.open} open)"] if found.open else parts)

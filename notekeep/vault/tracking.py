"""Habits: how they stand, and checking in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.rooms import Rooms

if TYPE_CHECKING:
    import datetime as dt

    from notekeep.index.habits import HabitView, Logged


class Tracking(Rooms):
    """The habits."""

    def habits(self, day: dt.date | None = None) -> list[HabitView]:
        """All habits as a day shows them: state, goal, streak, strength, the days around it."""
        return self.habit_index.habits(day or self.today())

    def log(self, habit: str, value: str = "done", day: dt.date | None = None) -> Logged:
        """Check in: append one line to this device's log.

        Args:
            habit: An id, an alias, or a unique beginning.
            value: As it stands in a log line: `done`, `12 min`, `skip`, `miss`, `clear`.
            day: The day it counts for; None is today.

        Raises:
            NotFound: There is no such habit.
            Ambiguous: The beginning is that of several; nothing is written.
            UsageError: The value cannot be understood.
        """
        return self.habit_index.log(habit, value, day)

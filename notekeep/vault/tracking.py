"""Habits: how they stand, checking in, and those of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.rooms import Rooms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from notekeep.index.habit_export import HabitExport
    from notekeep.index.habit_year import HabitYear
    from notekeep.index.habits import HabitView, Logged
    from notekeep.writing.importing.habits import HabitImport


class Tracking(Rooms):
    """The habits."""

    def habits(self, day: dt.date | None = None) -> list[HabitView]:
        """All habits as a day shows them: state, goal, streak, strength, the days around it."""
        return self.habit_index.habits(day or self.today())

    def habit_year(self, path: str, heading: str) -> HabitYear | None:
        """The year of a habit that `![[path#heading]]` shows; None when it shows anything else."""
        from notekeep.index.habit_year import year_at

        return year_at(self.habit_index, path, heading)

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

    def plan_habit_import(self, path: str, origin: str = "") -> HabitImport:
        """Plan an import of habits from another program; `carry_out` writes its plan.

        Args:
            path: A file, a folder or an archive, outside of the vault or in it.
            origin: The id of its format; "" finds out.

        Raises:
            NotFound: There is nothing there.
            UsageError: It has no format that is known, or could be of several.
            Refused: It is damaged, or cannot be trusted.
        """
        from pathlib import Path

        from notekeep import config
        from notekeep.writing.importing.formats import Vocabulary, read_source
        from notekeep.writing.importing.given import read_given
        from notekeep.writing.importing.habits import plan_import

        index = self.habit_index
        index.refresh()
        names = {name for habit in index.known() for name in habit.names}
        vocabulary = Vocabulary(names, self.schema.daily)
        source = read_source(read_given(path), origin, vocabulary)
        root = Path(self.root)
        return plan_import(root, self.schema, self.settings, index, source, config.now())

    def export_habits(self, form: str, names: Sequence[str] = ()) -> HabitExport:
        """Export habits for another program; nothing is written.

        Args:
            form: `csv`, `json`, `loop` (the zip of Loop Habit Tracker) or `ics` (reminders).
            names: Which habits; none are all.

        Raises:
            NotFound: There is no such habit.
            UsageError: There is no such form.
        """
        from notekeep.index.habit_export import export_habits

        return export_habits(self.habit_index, form, names)

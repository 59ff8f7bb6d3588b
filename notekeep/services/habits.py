"""Habits: list, check in, import, export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from notekeep import config
from notekeep.tracking.habit_details import HabitYear, load_habit_year
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:
    from notekeep.errors import Problem
    from notekeep.habits.summary import HabitView
    from notekeep.importing.habit_import import HabitImport
    from notekeep.notes.habit_notes import RepairOffer
    from notekeep.notes.plan import WritePlan
    from notekeep.notes.workspace import Workspace
    from notekeep.services.habit_export import HabitExport
    from notekeep.tracking.checkin import CheckInResult


class HabitService:
    """The habits of one vault."""

    def __init__(self, places: config.VaultPlaces, workspace: Workspace) -> None:
        self.places = places
        self.workspace = workspace

    @cached_property
    def tracker(self) -> HabitIndex:
        """The rows of habits, those outside of their folder among them."""
        return HabitIndex(self.places)

    def views(self, day: dt.date | None = None) -> list[HabitView]:
        """Return all habits as a day shows them: state, goal, streak, strength, days around it."""
        return self.tracker.habits(day or self.tracker.today())

    def year(self, path: str, heading: str) -> HabitYear | None:
        """Return the year that `![[path#heading]]` shows; None when it shows something else."""
        return load_habit_year(self.tracker, path, heading)

    def check_in(
        self, habit: str, value: str = "done", day: dt.date | None = None
    ) -> CheckInResult:
        """Append one line to this device's log.

        `habit` is an id, an alias, or a unique beginning; `value` is `done`, `12 min`, `skip`,
        `miss` or `clear`; without a day it counts for today.
        """
        return self.tracker.log(habit, value, day)

    def plan_import(self, path: str, origin: str = "") -> HabitImport:
        """Plan an import of habits from another program; `notes.apply` writes its plan.

        `path` is a file, a folder or an archive; `origin` the id of its format, "" finds out.
        """
        # Every importer is imported with these.
        from notekeep.importing.habit_formats import VaultVocabulary, read_files, read_source
        from notekeep.importing.habit_import import plan_import

        self.tracker.refresh()
        names = {name for habit in self.tracker.known() for name in habit.names}
        vocabulary = VaultVocabulary(names, self.workspace.schema.daily)
        source = read_source(read_files(path), origin, vocabulary)
        return plan_import(self.workspace, self.tracker, source, config.current_time())

    def plan_review(self, span: str = "week") -> WritePlan:
        """Plan a note about a week or month of habits: `week`, `month yesterday`, `week 11-03`."""
        from notekeep.notes.habit_reviews import parse_bounds, plan_review

        return plan_review(self.workspace, self.tracker, parse_bounds(self.tracker, span))

    def plan_repairs(self, problems: Iterable[Problem]) -> WritePlan:
        """Plan all repairs of what was reported of habits that take no guess."""
        from notekeep.notes.habit_notes import plan_repairs

        return plan_repairs(self.workspace, problems)

    def offer_repair(self, problem: Problem) -> RepairOffer | None:
        """Find what can be done about one report of habits; None where only a person can tell."""
        from notekeep.notes.habit_notes import offer_repair

        return offer_repair(self.workspace, self.tracker, problem)

    def export(self, form: str, names: Sequence[str] = ()) -> HabitExport:
        """Return habits, all where none is named, as csv, json, loop (Loop's zip) or ics."""
        from notekeep.services.habit_export import export_habits  # with a writer for each form

        return export_habits(self.tracker, form, names)

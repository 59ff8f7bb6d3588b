"""Habits: list, check in, import, export."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import UsageError
from notekeep.habits.exporters.text_formats import simplify_entries
from notekeep.services.container import ServiceContainer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.habits.log import LogEntry
    from notekeep.habits.summary import HabitView
    from notekeep.importing.habit_import import HabitImport
    from notekeep.tracking.checkin import CheckInResult
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tracking.habit_names import Habit
    from notekeep.tracking.tracker import HabitIndex


# Habits: how they stand, checking in, and those of other programs.


class HabitService(ServiceContainer):
    """The habits."""

    def habits(self, day: dt.date | None = None) -> list[HabitView]:
        """All habits as a day shows them: state, goal, streak, strength, the days around it."""
        return self.habit_index.habits(day or self.today())

    def habit_year(self, path: str, heading: str) -> HabitYear | None:
        """The year of a habit that `![[path#heading]]` shows; None when it shows anything else."""
        from notekeep.tracking.habit_details import load_habit_year

        return load_habit_year(self.habit_index, path, heading)

    def log(self, habit: str, value: str = "done", day: dt.date | None = None) -> CheckInResult:
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
        from notekeep.importing.formats import VaultVocabulary, read_source
        from notekeep.importing.given_files import read_given
        from notekeep.importing.habit_import import plan_import

        index = self.habit_index
        index.refresh()
        names = {name for habit in index.known() for name in habit.names}
        vocabulary = VaultVocabulary(names, self.schema.daily)
        source = read_source(read_given(path), origin, vocabulary)
        root = Path(self.root)
        return plan_import(root, self.schema, self.settings, index, source, config.current_time())

    def export_habits(self, form: str, names: Sequence[str] = ()) -> HabitExport:
        """Export habits for another program; nothing is written.

        Args:
            form: `csv`, `json`, `loop` (the zip of Loop Habit Tracker) or `ics` (reminders).
            names: Which habits; none are all.

        Raises:
            NotFound: There is no such habit.
            UsageError: There is no such form.
        """
        return export_habits(self.habit_index, form, names)


# Habits of a vault in the forms that other programs read: what `habit export` writes.


FORMATS = {
    "csv": "habits.csv",
    "json": "habits.json",
    "loop": "Loop Habits CSV.zip",
    "ics": "habits.ics",
}
"""The forms, and what a file of each is called."""

_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same habits are the same bytes."""


class HabitExport(NamedTuple):
    """What is exported.

    Attributes:
        data: The bytes of the file.
        habits: How many habits are in it.
        losses: What the form has no place for.
    """

    data: bytes
    habits: int
    losses: tuple[str, ...] = ()


def export_habits(index: HabitIndex, form: str, names: Sequence[str] = ()) -> HabitExport:
    """Export habits.

    Args:
        index: The habits of the vault.
        form: One of FORMATS.
        names: Which habits; none are all.

    Raises:
        NotFound: There is no such habit.
        UsageError: There is no such form.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no form {form}", f"one of {', '.join(FORMATS)}")
    index.refresh()
    habits = [index.find(name) for name in names] or index.known()
    if form == "ics":
        return _calendar(index, habits)
    if form == "loop":
        return _loop(index, habits)
    rows = [(habit.definition, _entries(index, habit, pairs=form == "json")) for habit in habits]
    if form == "json":
        import json

        from notekeep.habits.exporters.text_formats import document
        from notekeep.markdown.sanitize import clean

        value = document(rows, index.today())
        text = json.dumps(value, ensure_ascii=False, indent=1)
        if clean(text) != text:
            text = json.dumps(value, indent=1)  # what a terminal would obey becomes an escape
        return HabitExport(f"{text}\n".encode(), len(rows))
    from notekeep.habits.exporters.text_formats import write_csv

    lines = [(habit.id, habit.unit, entry) for habit, entries in rows for entry in entries]
    lines.sort(key=lambda line: (line[2].day, line[0]))
    pairs = "the key=word pairs of lines, and schedules and goals, which JSON has"
    return HabitExport(
        write_csv(lines).encode("utf-8", "replace"), len(rows), (pairs,) if lines else ()
    )


def _entries(index: HabitIndex, habit: Habit, *, pairs: bool) -> list[LogEntry]:
    lines = (line.entry for line in index.lines(habit))
    return simplify_entries(lines, habit.definition.unit, pairs=pairs)


def _calendar(index: HabitIndex, habits: Iterable[Habit]) -> HabitExport:
    from notekeep.habits.exporters.icalendar import write_calendar
    from notekeep.habits.reminders import parse_reminders

    places = index.places
    definitions = [habit.definition for habit in habits]
    text, count = write_calendar(
        definitions, places.id, index.today().toordinal(), places.settings.week_start
    )
    wrong = tuple(
        f"{habit.title}: not a reminder: {words}"
        for habit in definitions
        for words in parse_reminders(habit.remind)[1]
    )
    return HabitExport(text.encode(), count, wrong)


def _loop(index: HabitIndex, habits: Iterable[Habit]) -> HabitExport:
    from notekeep.habits.exporters.loop import HabitHistory, write_loop_files

    kept = [
        HabitHistory(habit.definition, index.days(habit), _notes(index, habit)) for habit in habits
    ]
    files, losses = write_loop_files(kept, index.today().toordinal())
    return HabitExport(_zipped(files), len(kept), tuple(losses))


def _notes(index: HabitIndex, habit: Habit) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for line in index.lines(habit):
        if line.counts and line.entry.note:
            found.setdefault(line.entry.day, []).append(line.entry.note)
    return {day: "; ".join(dict.fromkeys(notes)) for day, notes in found.items()}


def _zipped(files: Mapping[str, str]) -> bytes:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            data = text.encode("utf-8", "replace")
            archive.writestr(zipfile.ZipInfo(name, _OLDEST), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

"""Habits of a vault in the forms that other programs read: what `habit export` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import UsageError
from notekeep.habits.exports.plain import plain_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.habits.log import Entry
    from notekeep.index.habit_names import Habit
    from notekeep.index.habits import HabitIndex

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

        from notekeep.habits.exports.document import document
        from notekeep.markdown.clean import clean

        value = document(rows, index.today())
        text = json.dumps(value, ensure_ascii=False, indent=1)
        if clean(text) != text:
            text = json.dumps(value, indent=1)  # what a terminal would obey becomes an escape
        return HabitExport(f"{text}\n".encode(), len(rows))
    from notekeep.habits.exports.table import write_csv

    lines = [(habit.id, habit.unit, entry) for habit, entries in rows for entry in entries]
    lines.sort(key=lambda line: (line[2].day, line[0]))
    pairs = "the key=word pairs of lines, and schedules and goals, which JSON has"
    return HabitExport(
        write_csv(lines).encode("utf-8", "replace"), len(rows), (pairs,) if lines else ()
    )


def _entries(index: HabitIndex, habit: Habit, *, pairs: bool) -> list[Entry]:
    lines = (line.entry for line in index.lines(habit))
    return plain_entries(lines, habit.definition.unit, pairs=pairs)


def _calendar(index: HabitIndex, habits: Iterable[Habit]) -> HabitExport:
    from notekeep.habits.exports.calendar import write_calendar
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
    from notekeep.habits.exports.loop import Kept, loop_files

    kept = [Kept(habit.definition, index.days(habit), _notes(index, habit)) for habit in habits]
    files, losses = loop_files(kept, index.today().toordinal())
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

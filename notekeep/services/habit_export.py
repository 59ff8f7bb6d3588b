"""Export habits as CSV, JSON, iCalendar or for Loop."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from notekeep.errors import UsageError
from notekeep.habits.icalendar import write_calendar
from notekeep.habits.log import LogEntry
from notekeep.habits.schedule import parse_reminders
from notekeep.importing.formats.habits.loop import HabitHistory, write_loop_files
from notekeep.importing.formats.habits.own_habits import document, simplify_entries, write_csv
from notekeep.markdown.sanitize import clean
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex

_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of all files in an archive, so that the same habits produce the same bytes."""


class HabitExport(NamedTuple):
    """An exported file."""

    data: bytes
    habits: int  # the number of habits in it
    losses: tuple[str, ...] = ()  # data that the format cannot store


def export_habits(tracker: HabitIndex, form: str, names: Sequence[str] = ()) -> HabitExport:
    """Export habits, by default all, as csv, json, loop (Loop's zip) or ics."""
    if form not in FORMS:
        raise UsageError(f"There is no format {form}.", f"Formats: {', '.join(FORMS)}")
    tracker.refresh()
    habits = [tracker.find(name) for name in names] or tracker.known()
    return FORMS[form](tracker, habits)


def _export_json(tracker: HabitIndex, habits: Sequence[Habit]) -> HabitExport:
    rows = [(habit.definition, _entries(tracker, habit, pairs=True)) for habit in habits]
    value = document(rows, tracker.today())
    text = json.dumps(value, ensure_ascii=False, indent=1)
    if clean(text) != text:
        text = json.dumps(value, indent=1)  # escapes control characters for terminals
    return HabitExport(f"{text}\n".encode(), len(rows))


def _export_csv(tracker: HabitIndex, habits: Sequence[Habit]) -> HabitExport:
    lines = [
        (habit.definition.id, habit.definition.unit, entry)
        for habit in habits
        for entry in _entries(tracker, habit, pairs=False)
    ]
    lines.sort(key=lambda line: (line[2].day, line[0]))
    pairs = "the key=word pairs of lines, and schedules and goals, which JSON has"
    data = write_csv(lines).encode("utf-8", "replace")
    return HabitExport(data, len(habits), (pairs,) if lines else ())


def _entries(tracker: HabitIndex, habit: Habit, *, pairs: bool) -> list[LogEntry]:
    lines = (line.entry for line in tracker.lines(habit))
    return simplify_entries(lines, habit.definition.unit, pairs=pairs)


def _export_calendar(tracker: HabitIndex, habits: Sequence[Habit]) -> HabitExport:
    places = tracker.places
    definitions = [habit.definition for habit in habits]
    text, count = write_calendar(
        definitions, places.id, tracker.today().toordinal(), places.settings.week_start
    )
    wrong = tuple(
        f'{habit.title}: the invalid reminder "{words}"'
        for habit in definitions
        for words in parse_reminders(habit.remind)[1]
    )
    return HabitExport(text.encode(), count, wrong)


def _export_loop(tracker: HabitIndex, habits: Sequence[Habit]) -> HabitExport:
    histories: list[HabitHistory] = []
    combined = [
        f"{one.definition.title}: it is combined from others"
        for one in habits
        if one.definition.combines
    ]
    for habit in habits:
        if habit.definition.combines:
            continue
        found: dict[int, list[str]] = {}
        for line in tracker.lines(habit):
            if line.counts and line.entry.note:
                found.setdefault(line.entry.day, []).append(line.entry.note)
        notes = {day: "; ".join(dict.fromkeys(texts)) for day, texts in found.items()}
        histories.append(HabitHistory(habit.definition, tracker.days(habit), notes))
    files, losses = write_loop_files(histories, tracker.today().toordinal())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            data = text.encode("utf-8", "replace")
            archive.writestr(zipfile.ZipInfo(name, _OLDEST), data, zipfile.ZIP_DEFLATED)
    return HabitExport(buffer.getvalue(), len(histories), (*combined, *losses))


FORMS: Mapping[str, Callable[[HabitIndex, Sequence[Habit]], HabitExport]] = {
    "csv": _export_csv,
    "json": _export_json,
    "loop": _export_loop,
    "ics": _export_calendar,
}

"""The files of `habit export`, CSV and JSON, which `habit import` reads again.

Both contain the current entries, without replaced entries. JSON also has definitions. Keys are
stable. CSV cells cannot run as formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from notekeep.dates import format_iso
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.days import day_values, reduce_entries
from notekeep.habits.definition import FOREVER, Definition, parse_pause
from notekeep.habits.log import LogEntry, LogValue, read_value
from notekeep.habits.schedule import format_rules
from notekeep.importing.formats.habits.habit_apps import INVALID_LINES
from notekeep.importing.formats.habits.habit_data import (
    HabitSource,
    find_habits,
    make_amount,
    read_day,
    read_habit_csv,
    read_habit_json,
    read_text,
    write_csv_table,
)
from notekeep.importing.formats.reading import either, has_columns, head_text
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, ImportedDay, ImportedHabit, clean_text, one_line

CSV_HEAD = ("date", "habit", "value", "amount", "unit", "time", "note")
JSON_MARK = "notekeep"
GUARDED_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""A cell that starts with one of these gets a `'` in front: a spreadsheet might run it."""


def read_own_csv(name: str, text: str) -> HabitSource:
    """Read an exported CSV file."""
    found = HabitSource()
    for number, row in read_habit_csv(name, text, "date", "habit", "value"):
        cells = {
            key: cell[1:] if cell.startswith("'") and cell[1:].startswith(GUARDED_STARTS) else cell
            for key, cell in row.items()
        }
        habit = found.find_or_add(one_line(cells.get("habit", "")))
        habit.identity = habit.name
        habit.unit = habit.unit or one_line(cells.get("unit", ""))
        _record(habit, cells, found, f"{name}:{number}")
    message = "schedules and goals: missing in CSV; new habits are imported as daily"
    found.report_loss(message)
    return found


def read_own_json(value: Any) -> HabitSource:
    """Read an exported JSON file from its parsed value."""
    found = HabitSource()
    for item in find_habits(value):
        if not isinstance(item, dict) or not one_line(item.get("id") or ""):
            found.report_loss("habits without an id")
            continue
        habit = _define(item, found)
        entries = item.get("entries")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            fields = entry if isinstance(entry, dict) else {}
            cells = {key: _text(fields.get(key)) for key in CSV_HEAD}
            pairs = fields.get("extra")
            pairs = pairs if isinstance(pairs, dict) else {}
            extra = tuple((str(key), one_line(word)) for key, word in pairs.items())
            _record(habit, cells, found, f"entry {number}", extra)
    return found


def _define(item: Mapping[str, Any], found: HabitSource) -> ImportedHabit:
    def line(key: str) -> str:
        return one_line(item.get(key) or "")

    identity = line("id")
    habit = found.add(ImportedHabit(line("title") or identity, identity, identity))
    schedule = item.get("schedule")
    lines = schedule if isinstance(schedule, list) else [schedule]
    habit.schedule = [one_line(text) for text in lines if text] or ["daily"]
    habit.goal = _lines(item.get("goals")) or line("goal") or "done"
    habit.unit = line("unit")
    habit.since, habit.until = (read_day(_text(item.get(key))) for key in ("since", "until"))
    habit.group = line("group")
    habit.about = clean_text(item.get("about") or "").strip()
    habit.is_archived = item.get("archived") is True
    habit.more = {key: line(key) for key in ("identity", "when", "tiny") if item.get(key)}
    for key in ("any of", "all of"):
        if names := _lines(item.get(key)):
            habit.more[key] = [*names]
    if item.get("after"):
        habit.more["after"] = f"[[{line('after')}]]"
    habit.counts_silence = {"met": True, "missed": False}.get(line("unlogged"))
    habit.remind, habit.aliases = (_lines(item.get(key)) for key in ("remind", "aliases"))
    for text in _lines(item.get("paused")):
        try:
            habit.pauses.append(parse_pause(text))
        except UsageError:
            found.report_loss("invalid pauses", habit.name)
    return habit


def _lines(value: Any) -> list[str]:
    return [one_line(text) for text in value] if isinstance(value, list) else []


def _record(
    habit: ImportedHabit,
    cells: Mapping[str, str],
    found: HabitSource,
    place: str,
    extra: tuple[tuple[str, str], ...] = (),
) -> None:
    day = read_day(cells.get("date", ""))
    word = cells.get("value", "").strip()
    value: LogValue | None = None
    if word in ("amount", "set"):
        value = make_amount(cells.get("amount", ""), one_line(cells.get("unit", "")))
        value = value._replace(is_set=word == "set") if value else None
    elif word and (read := read_value([word])) and read[0].kind != "amount":
        value = read[0]
    if day is None or value is None or not habit.name:
        found.report_loss(INVALID_LINES, habit.name, place)
        return
    note, time = one_line(cells.get("note", "")), cells.get("time", "").strip()
    habit.entries.append(ImportedDay(day, value, note, time, extra))


def _text(value: Any) -> str:
    if isinstance(value, float):
        return amounts.format_number(round(value * amounts.MILLI))
    return "" if value is None else str(value)


def _is_json(name: str, head: bytes) -> bool:
    text = head_text(head)
    return name.casefold().endswith(".json") and bool(re.match(r'\s*\{\s*"notekeep"', text))


def _read(files: InputFiles) -> HabitSource:
    name, text = read_text(files, ".csv", ".json")
    if name.casefold().endswith(".csv"):
        return read_own_csv(name, text)
    return read_own_json(read_habit_json(name, text))


_DETECT = either(has_columns(*CSV_HEAD[:3]), _is_json)
FORMATS = (Format("notekeep", "notekeep", "", _DETECT, _read),)


# Writing JSON and CSV

_UNDO_KEYS = frozenset({"undo", "redo"})  # keys that link undone lines
VERSION = 1  # raised when the meaning of a key changes


def document(
    habits: Iterable[tuple[Definition, Iterable[LogEntry]]], today: date
) -> dict[str, Any]:
    """Return habits and their entries as a JSON object."""
    return {
        JSON_MARK: VERSION,
        "exported": today.isoformat(),
        "habits": [
            {
                **_definition(habit, today.toordinal()),
                "entries": [_entry(entry, habit.unit) for entry in entries],
            }
            for habit, entries in habits
        ],
    }


def _definition(habit: Definition, today: int) -> dict[str, Any]:
    return {
        "id": habit.id,
        "title": habit.title,
        "aliases": list(habit.aliases),
        "schedule": format_rules(habit.schedules),
        "goal": habit.goal_on(today).text(),
        "goals": format_rules(habit.goals),  # `goal` is today's goal
        **({f"{habit.combines} of": list(habit.parts)} if habit.combines else {}),
        "unit": habit.unit,
        "since": _iso(habit.since),
        "until": _iso(habit.until),
        "paused": [
            f"{_iso(low)}..{'' if high == FOREVER else _iso(high)}" for low, high in habit.pauses
        ],
        "unlogged": habit.unlogged or _silence(habit),
        "archived": habit.is_archived,
        "group": habit.group,
        "remind": list(habit.remind),
        "identity": habit.identity,
        "when": habit.when,
        "after": habit.after,
        "tiny": habit.tiny,
        "path": habit.path,
    }


def _silence(habit: Definition) -> str:
    """Return the meaning of a day without an entry; "" if it depends on the goal."""
    found = {"met" if habit.counts_silence(goal) else "missed" for _, goal in habit.goals}
    return found.pop() if len(found) == 1 else ""


def _entry(entry: LogEntry, unit: str) -> dict[str, Any]:
    is_amount = entry.kind == "amount"
    return {
        "date": _iso(entry.day),
        "value": "set" if entry.is_set else entry.kind,
        "amount": amounts.format_number(entry.amount) if is_amount else "",
        "unit": (entry.unit or unit) if is_amount else "",
        "time": entry.time or "",
        "note": entry.note or "",
        "extra": dict(entry.extra),
    }


def _iso(day: int | None) -> str:
    return "" if day is None else format_iso(day)


def simplify_entries(
    entries: Iterable[LogEntry], unit: str, *, pairs: bool = False
) -> list[LogEntry]:
    """Return the entries of each day, without replaced entries and revisions.

    If that changes the result of a day, one or two entries with the right result are returned
    instead. `pairs` keeps the `key=word` pairs.
    """
    by_day: dict[int, list[LogEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    return [item for day in sorted(by_day) for item in _day(by_day[day], unit, pairs=pairs)]


def _day(entries: Sequence[LogEntry], unit: str, *, pairs: bool) -> Iterator[LogEntry]:
    day = reduce_entries(entries, unit)
    if day.value == "none":
        return
    top = sorted(
        (entry for entry in entries if entry.revision == day.revision and entry.kind != "clear"),
        key=lambda entry: entry.time or "",
    )
    plain: list[LogEntry] = []
    for entry in top:
        extra = tuple(pair for pair in entry.extra if pairs and pair[0] not in _UNDO_KEYS)
        plain.append(entry._replace(revision=0, extra=extra))
    plain = list(dict.fromkeys(plain))
    if reduce_entries(plain, unit)[:3] == day[:3]:
        yield from plain
        return
    for place, value in enumerate(day_values(day, unit)):
        first = plain[0] if place == 0 else plain[0]._replace(note=None, extra=())
        yield first._replace(**value._asdict())


def write_csv(rows: Iterable[tuple[str, str, LogEntry]]) -> str:
    """Return the text of a CSV file of entries, each with the id and unit of its habit."""
    lines = []
    for identity, unit, entry in rows:
        cells = {"habit": identity, **_entry(entry, unit)}
        row = (str(cells[column]) for column in CSV_HEAD)
        lines.append([f"'{cell}" if cell.startswith(GUARDED_STARTS) else cell for cell in row])
    return write_csv_table(CSV_HEAD, lines)

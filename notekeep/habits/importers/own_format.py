"""Read what `habit export` writes: CSV with its lines, JSON with definitions as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.definition import parse_pause
from notekeep.habits.importers.habit_data import (
    HabitSource,
    ImportedDay,
    ImportedHabit,
    SourceBuilder,
    find_habits,
    make_amount,
    make_line,
    make_text,
    parse_day,
    read_csv_table,
)
from notekeep.habits.importers.simple_formats import NOT_UNDERSTOOD
from notekeep.habits.log import LogValue, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping


CSV_HEAD = ("date", "habit", "value", "amount", "unit", "time", "note")
JSON_MARK = "notekeep"
GUARDED_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a cell that begins with it is written with a `'` before, so that no spreadsheet runs it."""


def read_own_csv(text: str, name: str) -> HabitSource:
    """Read an exported CSV file."""
    found = SourceBuilder("notekeep")
    for number, row in enumerate(read_csv_table(text, name, ("date", "habit", "value"), ""), 2):
        cells = {key: _unguarded(cell) for key, cell in row.items()}
        habit = found.find_or_add(make_line(cells.get("habit", "")))
        habit.identity = habit.name
        habit.unit = habit.unit or make_line(cells.get("unit", ""))
        _record(habit, cells, found, f"{name}:{number}")
    message = "schedules and goals, which CSV does not have; a habit that is new becomes daily"
    found.report_loss(message)
    return found.build()


def read_own_json(value: Any) -> HabitSource:
    """Read exported JSON, parsed."""
    found = SourceBuilder("notekeep")
    for each in find_habits(value):
        if not isinstance(each, dict) or not make_line(each.get("id") or ""):
            found.report_loss("habits without an id")
            continue
        habit = _define(each, found)
        entries = each.get("entries")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            fields = entry if isinstance(entry, dict) else {}
            cells = {key: _text(fields.get(key)) for key in CSV_HEAD}
            pairs = fields.get("extra")
            pairs = pairs if isinstance(pairs, dict) else {}
            extra = tuple((str(key), make_line(word)) for key, word in pairs.items())
            _record(habit, cells, found, f"entry {number}", extra)
    return found.build()


def _define(each: Mapping[str, Any], found: SourceBuilder) -> ImportedHabit:
    """Add a habit with its definition; `title` is its name, and its id stays one of its names."""

    def line(key: str) -> str:
        return make_line(each.get(key) or "")

    identity = line("id")
    habit = found.add(ImportedHabit(line("title") or identity, identity, identity))
    schedule = each.get("schedule")
    lines = schedule if isinstance(schedule, list) else [schedule]
    habit.schedule = [make_line(text) for text in lines if text] or ["daily"]
    habit.goal = line("goal") or "done"
    habit.unit = line("unit")
    habit.since, habit.until = (parse_day(_text(each.get(key))) for key in ("since", "until"))
    habit.group = line("group")
    habit.about = make_text(each.get("about") or "")
    habit.is_archived = each.get("archived") is True
    habit.more = {key: line(key) for key in ("identity", "when", "tiny") if each.get(key)}
    if each.get("after"):
        habit.more["after"] = f"[[{line('after')}]]"
    habit.counts_silence = {"met": True, "missed": False}.get(line("unlogged"))
    habit.remind, habit.aliases = (_lines(each.get(key)) for key in ("remind", "aliases"))
    for text in _lines(each.get("paused")):
        try:
            habit.pauses.append(parse_pause(text))
        except UsageError:
            found.report_loss("pauses that are not understood", habit.name)
    return habit


def _lines(value: Any) -> list[str]:
    return [make_line(text) for text in value] if isinstance(value, list) else []


def _record(
    habit: ImportedHabit,
    cells: Mapping[str, str],
    found: SourceBuilder,
    place: str,
    extra: tuple[tuple[str, str], ...] = (),
) -> None:
    day = parse_day(cells.get("date", ""))
    word = cells.get("value", "").strip()
    value: LogValue | None = None
    if word in ("amount", "set"):
        value = make_amount(cells.get("amount", ""), make_line(cells.get("unit", "")))
        value = value._replace(is_set=word == "set") if value else None
    elif word and (read := read_value([word])) and read[0].kind != "amount":
        value = read[0]
    if day is None or value is None or not habit.name:
        found.report_loss(NOT_UNDERSTOOD, habit.name, place)
        return
    note, time = make_line(cells.get("note", "")), cells.get("time", "").strip()
    habit.entries.append(ImportedDay(day, value, note, time, extra))


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(GUARDED_STARTS) else cell


def _text(value: Any) -> str:
    if isinstance(value, float):
        return amounts.format_number(round(value * amounts.MILLI))
    return "" if value is None else str(value)

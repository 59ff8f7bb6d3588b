"""What `habit export` writes, read again: CSV with its lines, JSON with definitions as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused, UsageError
from notekeep.habits import amounts
from notekeep.habits.definition import parse_pause
from notekeep.habits.importers.habit_data import (
    ImportedDay,
    ImportedHabit,
    SourceBuilder,
    make_amount,
    make_line,
    make_text,
    parse_day,
    read_csv_rows,
)
from notekeep.habits.log import LogValue, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.habits.importers.habit_data import HabitSource

CSV_HEAD = ("date", "habit", "value", "amount", "unit", "time", "note")
JSON_MARK = "notekeep"
GUARDED_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a cell that begins with it is written with a `'` before, so that no spreadsheet runs it."""


def read_own_csv(text: str, name: str) -> HabitSource:
    """Read an exported CSV file.

    Raises:
        Refused: It is not CSV, or its first line does not name the columns.
    """
    rows = read_csv_rows(text, name)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if not {"date", "habit", "value"} <= set(head):
        raise Refused(f"{name}: its first line does not name the columns", line=1)
    found = SourceBuilder("notekeep")
    for number, row in enumerate(rows[1:], 2):
        cells = {key: _unguarded(cell) for key, cell in zip(head, row, strict=False)}
        habit = found.named(make_line(cells.get("habit", "")))
        habit.unit = habit.unit or make_line(cells.get("unit", ""))
        _say(habit, cells, found, f"{name}:{number}")
    for habit in found.source().habits:
        habit.identity = habit.name
    found.lose("schedules and goals, which CSV does not have; a habit that is new becomes daily")
    return found.source()


def read_own_json(value: Any) -> HabitSource:
    """Read exported JSON, parsed.

    Raises:
        Refused: It has not the form of an export.
    """
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("there is no list of habits in the file")
    found = SourceBuilder("notekeep")
    for each in habits:
        if not isinstance(each, dict) or not make_line(each.get("id") or ""):
            found.lose("habits without an id")
            continue
        habit = _define(each, found)
        entries = each.get("entries")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            fields = entry if isinstance(entry, dict) else {}
            cells = {key: _text(fields.get(key)) for key in CSV_HEAD}
            pairs = fields.get("extra")
            extra = (
                {str(key): make_line(word) for key, word in pairs.items()}
                if isinstance(pairs, dict)
                else {}
            )
            _say(habit, cells, found, f"entry {number}", extra)
    return found.source()


def _define(each: Mapping[str, Any], found: SourceBuilder) -> ImportedHabit:
    """A habit with its definition; `title` is its name, and its id stays one of its names."""
    identity = make_line(each["id"])
    habit = found.add(
        ImportedHabit(make_line(each.get("title") or "") or identity, identity, identity)
    )
    schedule = each.get("schedule")
    lines = schedule if isinstance(schedule, list) else [schedule]
    habit.schedule = [make_line(line) for line in lines if line] or ["daily"]
    habit.goal = make_line(each.get("goal") or "") or "done"
    habit.unit = make_line(each.get("unit") or "")
    habit.since, habit.until = (parse_day(_text(each.get(key))) for key in ("since", "until"))
    habit.group, habit.about = (
        make_line(each.get("group") or ""),
        make_text(each.get("about") or ""),
    )
    habit.is_archived = each.get("archived") is True
    habit.more = {
        key: make_line(each[key]) for key in ("identity", "when", "tiny") if each.get(key)
    }
    if each.get("after"):
        habit.more["after"] = f"[[{make_line(each['after'])}]]"
    silence = each.get("unlogged")
    habit.counts_silence = None if silence not in ("met", "missed") else silence == "met"
    habit.remind, habit.aliases = (_lines(each.get(key)) for key in ("remind", "aliases"))
    for text in _lines(each.get("paused")):
        try:
            habit.pauses.append(parse_pause(text))
        except UsageError:
            found.lose("pauses that are not understood", habit.name)
    return habit


def _lines(value: Any) -> list[str]:
    return [make_line(text) for text in value] if isinstance(value, list) else []


def _say(
    habit: ImportedHabit,
    cells: Mapping[str, str],
    found: SourceBuilder,
    place: str,
    extra: Mapping[str, str] | None = None,
) -> None:
    day = parse_day(cells.get("date", ""))
    word = cells.get("value", "").strip()
    value: LogValue | None
    if word in ("amount", "set"):
        value = make_amount(cells.get("amount", ""), make_line(cells.get("unit", "")))
        value = value._replace(is_set=word == "set") if value else None
    else:
        read = read_value([word]) if word else None
        value = read[0] if read and read[0].kind != "amount" else None
    if day is None or value is None or not habit.name:
        found.lose("lines that are not understood", habit.name, place)
        return
    said = ImportedDay(
        day,
        value,
        make_line(cells.get("note", "")),
        cells.get("time", "").strip(),
        tuple((extra or {}).items()),
    )
    habit.entries.append(said)


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(GUARDED_STARTS) else cell


def _text(value: Any) -> str:
    if isinstance(value, float):
        return amounts.format_number(round(value * amounts.MILLI))
    return "" if value is None else str(value)

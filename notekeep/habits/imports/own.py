"""What `habit export` writes, read again: CSV with its lines, JSON with definitions as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused, UsageError
from notekeep.habits import units
from notekeep.habits.definition import parse_pause
from notekeep.habits.imports.source import Gathering, Said, Taken
from notekeep.habits.imports.words import amount_of, day_of, line_of, rows_of, text_of
from notekeep.habits.log import Value, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.habits.imports.source import Source

CSV_HEAD = ("date", "habit", "value", "amount", "unit", "time", "note")
JSON_MARK = "notekeep"
GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a cell that begins with it is written with a `'` before, so that no spreadsheet runs it."""


def read_csv(text: str, name: str) -> Source:
    """Read an exported CSV file.

    Raises:
        Refused: It is not CSV, or its first line does not name the columns.
    """
    rows = rows_of(text, name)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if not {"date", "habit", "value"} <= set(head):
        raise Refused(f"{name}: its first line does not name the columns", line=1)
    found = Gathering("notekeep")
    for number, row in enumerate(rows[1:], 2):
        cells = {key: _unguarded(cell) for key, cell in zip(head, row, strict=False)}
        habit = found.named(line_of(cells.get("habit", "")))
        habit.unit = habit.unit or line_of(cells.get("unit", ""))
        _say(habit, cells, found, f"{name}:{number}")
    for habit in found.source().habits:
        habit.identity = habit.name
    found.lose("schedules and goals, which CSV does not have; a habit that is new becomes daily")
    return found.source()


def read_json(value: Any) -> Source:
    """Read exported JSON, parsed.

    Raises:
        Refused: It has not the form of an export.
    """
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("there is no list of habits in the file")
    found = Gathering("notekeep")
    for each in habits:
        if not isinstance(each, dict) or not line_of(each.get("id") or ""):
            found.lose("habits without an id")
            continue
        habit = _define(each, found)
        entries = each.get("entries")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            fields = entry if isinstance(entry, dict) else {}
            cells = {key: _text(fields.get(key)) for key in CSV_HEAD}
            pairs = fields.get("extra")
            extra = (
                {str(key): line_of(word) for key, word in pairs.items()}
                if isinstance(pairs, dict)
                else {}
            )
            _say(habit, cells, found, f"entry {number}", extra)
    return found.source()


def _define(each: Mapping[str, Any], found: Gathering) -> Taken:
    """A habit with its definition; `title` is its name, and its id stays one of its names."""
    identity = line_of(each["id"])
    habit = found.add(Taken(line_of(each.get("title") or "") or identity, identity, identity))
    schedule = each.get("schedule")
    lines = schedule if isinstance(schedule, list) else [schedule]
    habit.schedule = [line_of(line) for line in lines if line] or ["daily"]
    habit.goal = line_of(each.get("goal") or "") or "done"
    habit.unit = line_of(each.get("unit") or "")
    habit.since, habit.until = (day_of(_text(each.get(key))) for key in ("since", "until"))
    habit.group, habit.about = line_of(each.get("group") or ""), text_of(each.get("about") or "")
    habit.is_archived = each.get("archived") is True
    habit.more = {key: line_of(each[key]) for key in ("identity", "when", "tiny") if each.get(key)}
    if each.get("after"):
        habit.more["after"] = f"[[{line_of(each['after'])}]]"
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
    return [line_of(text) for text in value] if isinstance(value, list) else []


def _say(
    habit: Taken,
    cells: Mapping[str, str],
    found: Gathering,
    place: str,
    extra: Mapping[str, str] | None = None,
) -> None:
    day = day_of(cells.get("date", ""))
    word = cells.get("value", "").strip()
    value: Value | None
    if word in ("amount", "set"):
        value = amount_of(cells.get("amount", ""), line_of(cells.get("unit", "")))
        value = value._replace(is_set=word == "set") if value else None
    else:
        read = read_value([word]) if word else None
        value = read[0] if read and read[0].kind != "amount" else None
    if day is None or value is None or not habit.name:
        found.lose("lines that are not understood", habit.name, place)
        return
    said = Said(
        day,
        value,
        line_of(cells.get("note", "")),
        cells.get("time", "").strip(),
        tuple((extra or {}).items()),
    )
    habit.entries.append(said)


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(GUARDED) else cell


def _text(value: Any) -> str:
    if isinstance(value, float):
        return units.number(round(value * units.MILLI))
    return "" if value is None else str(value)

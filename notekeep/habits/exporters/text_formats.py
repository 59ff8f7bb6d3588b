"""Write habits as CSV, JSON and plain log lines.

JSON is one object with stable keys: definitions, and the entries that count. CSV has a line for
each entry that counts, with no cell that a spreadsheet would run.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

from notekeep.habits import amounts
from notekeep.habits.days import day_values, reduce_entries
from notekeep.habits.definition import FOREVER, Definition
from notekeep.habits.importers.own_format import CSV_HEAD, GUARDED_STARTS, JSON_MARK
from notekeep.habits.schedule import format_goal, format_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.habits.log import LogEntry


_MACHINERY = frozenset({"undo", "redo"})
"""Pairs that only say which line takes back which."""
VERSION = 1
"""Goes up when a key changes its meaning."""


def document(
    habits: Iterable[tuple[Definition, Iterable[LogEntry]]], today: date
) -> dict[str, Any]:
    """Return the object of all habits, each with its entries."""
    return {
        JSON_MARK: VERSION,
        "exported": today.isoformat(),
        "habits": [
            {**_definition(habit), "entries": [_entry(entry, habit.unit) for entry in entries]}
            for habit, entries in habits
        ],
    }


def _definition(habit: Definition) -> dict[str, Any]:
    return {
        "id": habit.id,
        "title": habit.title,
        "aliases": list(habit.aliases),
        "schedule": [
            (f"{_iso(rule.start)} " if rule.start else "") + format_schedule(rule.schedule)
            for rule in habit.rules
        ],
        "goal": format_goal(habit.goal),
        "unit": habit.unit,
        "since": _iso(habit.since),
        "until": _iso(habit.until),
        "paused": [
            f"{_iso(low)}..{'' if high == FOREVER else _iso(high)}" for low, high in habit.pauses
        ],
        "unlogged": "met" if habit.counts_silence else "missed",
        "archived": habit.is_archived,
        "group": habit.group,
        "remind": list(habit.remind),
        "identity": habit.identity,
        "when": habit.when,
        "after": habit.after,
        "tiny": habit.tiny,
        "path": habit.path,
    }


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
    return "" if day is None else date.fromordinal(day).isoformat()


def simplify_entries(
    entries: Iterable[LogEntry], unit: str, *, pairs: bool = False
) -> list[LogEntry]:
    """Give each day its entries without what was replaced, and without revisions.

    Each day is proved to mean what it did; one that would not becomes one line, or two, that say
    what it is. With `pairs` the `key=word` pairs of lines are kept.
    """
    by_day: dict[int, list[LogEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    return [each for day in sorted(by_day) for each in _day(by_day[day], unit, pairs=pairs)]


def _day(entries: Sequence[LogEntry], unit: str, *, pairs: bool) -> Iterator[LogEntry]:
    day = reduce_entries(entries, unit)
    if day.value == "none":
        return
    top = sorted(
        (entry for entry in entries if entry.revision == day.revision and entry.kind != "clear"),
        key=lambda entry: entry.time or "",
    )
    kept = list(dict.fromkeys(_plain(entry, pairs=pairs) for entry in top))
    if reduce_entries(kept, unit)[:3] == day[:3]:
        yield from kept
        return
    for place, value in enumerate(day_values(day, unit)):
        first = kept[0] if place == 0 else kept[0]._replace(note=None, extra=())
        yield first._replace(**value._asdict())


def _plain(entry: LogEntry, *, pairs: bool) -> LogEntry:
    kept = tuple(pair for pair in entry.extra if pairs and pair[0] not in _MACHINERY)
    return entry._replace(revision=0, extra=kept)


def write_csv(rows: Iterable[tuple[str, str, LogEntry]]) -> str:
    """Write entries, each with the id and the unit of its habit."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for identity, unit, entry in rows:
        cells = {"habit": identity, **_entry(entry, unit)}
        writer.writerow(_guard_cell(cells[column]) for column in CSV_HEAD)
    return text.getvalue()


def _guard_cell(cell: str) -> str:
    """Guard a cell from being taken for a formula; the import takes the guard off again."""
    return f"'{cell}" if cell.startswith(GUARDED_STARTS) else cell

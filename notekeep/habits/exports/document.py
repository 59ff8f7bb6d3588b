"""Habits as one JSON object with stable keys: definitions, and the entries that count."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from notekeep.habits import units
from notekeep.habits.definition import FOREVER
from notekeep.habits.goal import format_goal
from notekeep.habits.imports.own import JSON_MARK
from notekeep.habits.schedule import format_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.definition import Definition
    from notekeep.habits.log import Entry

VERSION = 1
"""Goes up when a key changes its meaning."""


def document(habits: Iterable[tuple[Definition, Iterable[Entry]]], today: date) -> dict[str, Any]:
    """The object of all habits, each with its entries."""
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


def _entry(entry: Entry, unit: str) -> dict[str, Any]:
    is_amount = entry.kind == "amount"
    return {
        "date": _iso(entry.day),
        "value": "set" if entry.is_set else entry.kind,
        "amount": units.number(entry.amount) if is_amount else "",
        "unit": (entry.unit or unit) if is_amount else "",
        "time": entry.time or "",
        "note": entry.note or "",
        "extra": dict(entry.extra),
    }


def _iso(day: int | None) -> str:
    return "" if day is None else date.fromordinal(day).isoformat()

"""Habits made from a few words and lines, as a vault would hold them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.habits import log
from notekeep.habits.days import DayHistory, reduce_entries
from notekeep.habits.definition import Definition, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.habits.log import LogEntry


class Made(NamedTuple):
    """A definition, and the history that lines give it."""

    habit: Definition
    days: DayHistory


def days_of(entries: Iterable[LogEntry], unit: str = "") -> DayHistory:
    by_day: dict[int, list[LogEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    days = DayHistory()
    for day, lines in by_day.items():
        days.put(day, reduce_entries(lines, unit))
    return days


@pytest.fixture
def made() -> Callable[..., Made]:
    """Make a habit `h` from front matter fields and log lines; `"05 done"` is 5 January 2026."""

    def make(*lines: str, **fields: str | list[str]) -> Made:
        habit = read_definition({"habit": "h", **fields})
        assert habit is not None
        assert habit.problems == ()
        entries = []
        for line in lines:
            text = line if line.startswith("- ") else f"- 2026-01-{line[:2]} h:{line[2:]}"
            entry = log.parse_line(text).entry
            assert entry is not None, text
            entries.append(entry)
        return Made(habit, days_of(entries, habit.unit))

    return make


@pytest.fixture
def day() -> Callable[[str], int]:
    """The ordinal of `2026-01-05`, or of `05`, which is that day of January 2026."""

    def ordinal(text: str) -> int:
        return date.fromisoformat(text if "-" in text else f"2026-01-{text}").toordinal()

    return ordinal

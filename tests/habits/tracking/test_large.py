"""A long log: everything is found, and a check-in into it stays a small thing."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from notekeep.habits.days import DayHistory

pytestmark = pytest.mark.slow

LINES = int(os.environ.get("NOTEKEEP_HABIT_LINES", "4000"))
"""How many lines the log has; `make habits-long` asks for a million."""
HABITS = 20
LAST = date(2026, 11, 23)


def total(days: DayHistory) -> int:
    return sum(day.amount for _, day in days.logged_days())


def test_a_long_log_is_read_whole(notebook: Any) -> None:
    by_month: dict[str, list[str]] = {}
    count: dict[str, int] = {}
    for number in range(LINES):
        name = f"h{number % HABITS}"
        day = LAST - timedelta(days=number // HABITS % 3650)
        lines = by_month.setdefault(f"{day:%Y-%m}", [])
        lines.append(
            f"- {day} {name}: 1 glass @{number // HABITS // 3650 % 36:02}:{number % 60:02}"
        )
        count[name] = count.get(name, 0) + 1
    for month, lines in by_month.items():
        notebook.log(*lines, month=month)
    for number in range(HABITS):
        notebook.write(f"habits/h{number}.md", f'---\nhabit: h{number}\ngoal: ">= 1 glass"\n---\n')
    index = notebook.index()
    index.refresh()
    for number in range(HABITS):
        habit = index.find(f"h{number}")
        assert total(index.days(habit)) == 1000 * count[habit.key]
    before = index.view(index.find("h0")).streak
    done = index.check_in("h0", "3")
    assert done.is_written
    assert done.habit.streak == before + 1
    assert total(index.days(index.find("h0"))) == 1000 * (count["h0"] + 3)

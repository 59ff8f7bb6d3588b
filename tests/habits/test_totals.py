"""Totals of amounts and shares of days, as the tables in `vectors/totals.md` have them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from notekeep.habits.day_shares import describe_share, find_day_shares, sum_shares
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.log import parse_line
from notekeep.habits.summary import HabitView
from notekeep.habits.totals import TotalSpan, add_up, collect_amounts, describe_total

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = (Path(__file__).parent / "vectors/totals.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    section = TABLES.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def full(day: str) -> str:
    """A day with its year: `11-03` is of 2026, and `05` of January 2026."""
    return {2: f"2026-01-{day}", 5: f"2026-{day}"}.get(len(day), day)


@pytest.mark.parametrize("case", rows("Amounts"), ids=lambda case: case[0])
def test_amounts_add_up_as_the_table_has_them(
    case: list[str], made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    _, fields, log, today, span, text = case
    given = dict(field.split(": ", 1) for field in fields.split("; "))
    words = (entry.partition(" ") for entry in log.split("; "))
    lines = [f"- {full(when)} h: {value}" for when, _, value in words]
    habit, days = made(*lines, **{"since": "2025-09-01", **given})
    timeline = evaluate_days(habit, days, day(full(today)))
    entries = [entry for line in lines if (entry := parse_line(line).entry)]
    logged = collect_amounts(habit, entries)
    name, _, when = span.partition(" ")
    total = add_up(logged, timeline, cast("TotalSpan", name), date.fromisoformat(full(when)))
    assert ", ".join(describe_total(total, logged.unit)) == text


@pytest.mark.parametrize("case", rows("Days"), ids=lambda case: case[0])
def test_days_as_a_whole_are_as_the_table_has_them(
    case: list[str], made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    _, habits, log, today, days, expected, text = case
    first, _, last = days.partition("..")
    views = []
    for habit in habits.split("; "):
        name, _, aim = habit.partition(" ")
        schedule, _, goal = aim.partition(", ")
        lines = [line[2:] for line in log.split("; ") if line[0] == name]
        goal = goal or "done"
        known, history = made(*lines, schedule=schedule, goal=goal, since="2026-01-05")
        shown = day(first), day(last)
        views.append(HabitView(known, history, day(full(today)), 0, shown))
    shares = find_day_shares(views)
    texts = [f"{one.met}/{one.due}" + (f"+{one.open}" if one.open else "") for one in shares]
    assert " ".join(texts) == expected
    assert describe_share(sum_shares(shares)) == text

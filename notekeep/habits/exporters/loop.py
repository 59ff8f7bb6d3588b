"""Write habits in the layout of Loop Habit Tracker's CSV export, as names and texts of files.

Loop knows a frequency, so many times in so many days, and amounts in one unit; what has no place
in that is named. Scores are Loop's own, since the strength of a habit is.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import amounts
from notekeep.habits.importers.loop import CHECKMARKS_FILE, HABITS_FILE
from notekeep.habits.measures import strengths
from notekeep.habits.schedule import (
    DAILY,
    PERIOD_DAYS,
    AfterLast,
    ChosenDays,
    EverySlot,
    InDays,
    frequency,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.habits.days import DayHistory, DayValue
    from notekeep.habits.definition import Definition

SCORES = "Scores.csv"
COLOUR = "#00897B"
HEAD = (
    *("Position", "Name", "Type", "Question", "Description"),
    *("FrequencyNumerator", "FrequencyDenominator", "Color", "Unit"),
    *("Target Type", "Target Value", "Archived?"),
)


class HabitHistory(NamedTuple):
    """A habit, what was logged, and the remarks of days by their ordinals."""

    habit: Definition
    days: DayHistory
    notes: Mapping[int, str]


def write_loop_files(
    habits: Sequence[HabitHistory], today: int
) -> tuple[dict[str, str], list[str]]:
    """Write the files of an export, up to a day, by name; and say what Loop has no place for."""
    losses: dict[str, None] = {}
    rows, marks, scores = [], [], []
    files: dict[str, str] = {}
    for number, kept in enumerate(habits, 1):
        folder = _folder(number, kept.habit.title)
        rows.append(_row(number, kept.habit, losses, today))
        marks.append(_marks(kept, losses, today))
        first, values = strengths(kept.habit, kept.days, today)
        scores.append({first + place: f"{value:.4f}" for place, value in enumerate(values)})
        lines = [(_iso(day), mark, kept.notes.get(day, "")) for day, mark in _newest(marks[-1])]
        files[f"{folder}/{SCORES}"] = _csv(
            ("Date", "Score"), [(_iso(day), score) for day, score in _newest(scores[-1])]
        )
        files[f"{folder}/{CHECKMARKS_FILE}"] = _csv(("Date", "Value", "Notes"), lines)
    names = [kept.habit.title for kept in habits]
    shared = {
        HABITS_FILE: _csv(HEAD, rows),
        SCORES: _shared(names, scores, "0.0000", today),
        CHECKMARKS_FILE: _shared(names, marks, "UNKNOWN", today),
    }
    return {**shared, **files}, list(losses)


def _row(number: int, habit: Definition, losses: dict[str, None], today: int) -> tuple[str, ...]:
    goal = habit.goal
    if goal.kind == "done":
        kind, unit, target_type, target = "YES_NO", "", "", ""
        times, days = _frequency(habit, losses, today)
    else:
        kind, unit = "NUMERICAL", habit.unit
        target_type = "AT_LEAST" if goal.kind == "least" else "AT_MOST"
        target = str(amounts.from_base_unit(goal.target, habit.unit) / amounts.MILLI)
        times, days = 1, PERIOD_DAYS[goal.per]
        if goal.per == "day" and habit.schedule_on(today) != DAILY:
            losses[f"{habit.title}: its schedule, beside an amount to reach"] = None
    if len(habit.rules) > 1:
        losses[f"{habit.title}: the schedules it had before"] = None
    if habit.pauses:
        losses[f"{habit.title}: its pauses"] = None
    cells = (habit.title, kind, "", "", str(times), str(days), COLOUR, unit, target_type, target)
    return (f"{number:03}", *cells, str(habit.is_archived).lower())


def _frequency(habit: Definition, losses: dict[str, None], today: int) -> tuple[int, int]:
    schedule = habit.schedule_on(today)
    times, days = frequency(schedule)
    if isinstance(schedule, ChosenDays) and schedule != DAILY:
        losses[f"{habit.title}: which days of the week it is due"] = None
    elif isinstance(schedule, EverySlot | AfterLast):
        losses[f"{habit.title}: that it is due once in {days} days, counted as it is"] = None
    return (1, 1) if times == days else (times, days)


def _marks(kept: HabitHistory, losses: dict[str, None], today: int) -> dict[int, str]:
    """What Loop says of each day, without those it knows nothing of."""
    habit, days = kept.habit, kept.days
    is_numeric = habit.goal.kind != "done"
    found: dict[int, str] = {}
    for day, said in days.logged_days():
        if said.value == "none" or day > today:
            continue
        if said.value == "skip":
            found[day] = "SKIP"
        elif is_numeric:
            found[day] = _amount(habit, said, losses)
        else:
            if said.value == "amount":
                losses[f"{habit.title}: amounts, since its goal is none"] = None
            found[day] = "YES_MANUAL" if said.value == "done" or said.amount > 0 else "NO"
    if not is_numeric:
        for day in _covered(habit, found, today):
            found.setdefault(day, "YES_AUTO")
    return found


def _amount(habit: Definition, day: DayValue, losses: dict[str, None]) -> str:
    goal, amount = habit.goal, day.amount
    is_short = day.is_marked and amount < goal.target and goal.kind == "least"
    if day.value == "miss":
        losses[f"{habit.title}: that a day was a miss, which becomes an amount"] = None
        amount = 2 * goal.target if goal.kind == "most" else 0
    elif day.value == "done" or is_short:
        losses[f"{habit.title}: that a day was done without its amount"] = None
        amount = goal.target if goal.kind == "least" else 0
    thousandths = amounts.from_base_unit(amount, habit.unit)
    return "NO" if not thousandths else str(thousandths)


def _covered(habit: Definition, marks: Mapping[int, str], today: int) -> Iterable[int]:
    """The days that Loop fills by itself, because enough others near them are checked."""
    schedule = habit.schedule_on(today)
    times, days = schedule if isinstance(schedule, InDays) else frequency(schedule)
    checks = sorted(day for day, mark in marks.items() if mark == "YES_MANUAL")
    if times >= days:
        return
    for first, last in spans(checks, times, days):
        yield from range(first, min(last, today) + 1)


def _shared(
    names: Sequence[str], columns: Sequence[Mapping[int, str]], empty: str, today: int
) -> str:
    first = min((day for column in columns for day in column), default=today + 1)
    lines = [
        (_iso(day), *(column.get(day, empty) for column in columns), "")
        for day in range(today, first - 1, -1)
    ]
    return _csv(("Date", *names, ""), lines)


def _csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()


def _folder(number: int, title: str) -> str:
    return f"{number:03} {re.sub(r'[^A-Za-z0-9 _-]+', '', title)}".strip()[:60].strip()


def _newest(days: Mapping[int, str]) -> list[tuple[int, str]]:
    return sorted(days.items(), reverse=True)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()

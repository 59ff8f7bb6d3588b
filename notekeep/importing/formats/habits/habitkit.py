"""Reads HabitKit's JSON export: habits, completions by day, and intervals with targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from notekeep import dates
from notekeep.habits.log import FIRST_DAY, LAST_DAY
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    MISS,
    HabitSource,
    find_habits,
    make_amount,
    read_day,
    read_habit_json,
    read_text,
)
from notekeep.importing.formats.reading import has_words
from notekeep.importing.records import Format, ImportedHabit, clean_text, one_line

_MIDDAY = 12 * 60
_LONGEST_DAY = 24 * 60


def read_habitkit(value: Any) -> HabitSource:
    """Read an export from its parsed JSON."""
    found = HabitSource()
    intervals, completions, reminders, groups = (
        _by_habit(value, key)
        for key in ("intervals", "completions", "reminders", "categoryMappings")
    )
    names = {
        one_line(item.get("id")): one_line(item.get("name")) for item in _rows(value, "categories")
    }
    ids = set()
    for item in find_habits(value):
        name = one_line(item.get("name") or "") if isinstance(item, dict) else ""
        if not name:
            found.report_loss("habits without a name")
            continue
        key = one_line(item.get("id"))
        ids.add(key)
        habit = found.add(ImportedHabit(name, key))
        habit.about = clean_text(item.get("description")).strip()
        habit.is_archived = item.get("archived") is True
        if item.get("isInverse") is True:
            habit.goal = "never"
            habit.since = read_day(one_line(item.get("inverseStartDate")))
        categories = [names.get(one_line(row.get("categoryId")), "") for row in groups.get(key, ())]
        habit.group = categories[0] if categories else ""
        if len(categories) > 1:
            found.report_loss("categories after the first", habit.name)
        needed = _read_intervals(habit, intervals.get(key, []), found)
        _read_days(habit, completions.get(key, []), needed, found)
        if reminders.get(key):
            found.report_loss("its reminders", habit.name)
    unmatched = sum(len(rows) for key, rows in completions.items() if key not in ids)
    if unmatched:
        found.report_loss("completions of a habit that is not in the file", times=unmatched)
    if found.habits:
        found.report_loss("colours, icons and the order: not imported")
    found.keep_last_entries()
    return found


def _rows(value: Any, key: str) -> list[dict[str, Any]]:
    rows = value.get(key) if isinstance(value, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _by_habit(value: Any, key: str) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(value, key):
        rows.setdefault(one_line(row.get("habitId")), []).append(row)
    return rows


def _read_intervals(
    habit: ImportedHabit, intervals: list[dict[str, Any]], found: HabitSource
) -> int:
    """Set the schedules and goals with their first days. Return the highest daily target."""
    rules: dict[int, tuple[str, str]] = {}
    highest = 1
    for item in intervals:
        # An interval begins at midnight, in a time zone that is not in the file.
        day = _day_of(item.get("startDate"), _MIDDAY)
        if day is None:
            found.report_loss("invalid intervals", habit.name)
            continue
        needed = item.get("requiredNumberOfCompletionsPerDay")
        times = needed if isinstance(needed, int) and needed > 1 else 1
        goal = f">= {times} times" if times > 1 else "done"
        if habit.goal == "never":
            goal = "never"
            if times > 1:
                found.report_loss(f"up to {times} times a day; imported as never", habit.name)
        highest = max(highest, times)
        schedule = _schedule(item, habit.name, found)
        # A habit to avoid is met on every day without a completion.
        rules[day] = ("daily" if (schedule, goal) == ("none", "never") else schedule, goal)
    if rules:
        habit.since = min(rules) if habit.since is None else habit.since
        habit.schedule = _dated({day: rule[0] for day, rule in rules.items()})
        habit.goal = _dated({day: rule[1] for day, rule in rules.items()})
    return highest


def _schedule(interval: Mapping[str, Any], name: str, found: HabitSource) -> str:
    kind, times = interval.get("type"), interval.get("requiredNumberOfCompletions")
    schedule = {"none": "none", "day": "daily"}.get(str(kind))
    if kind in ("week", "month") and isinstance(times, int) and times > 0:
        most = 7 if kind == "week" else 31
        schedule = "daily" if times == most else f"{times}/{kind}" if times < most else None
    return found.default_to_daily(schedule, f"{times} times a {kind}", name)


def _dated(rules: Mapping[int, str]) -> list[str]:
    """Return the lines for a field, without intervals that change nothing."""
    changes = [next(group) for _, group in groupby(sorted(rules.items()), lambda rule: rule[1])]
    return [
        f"{dates.format_iso(day)} {text}" if place else text
        for place, (day, text) in enumerate(changes)
    ]


def _read_days(
    habit: ImportedHabit, completions: list[dict[str, Any]], needed: int, found: HabitSource
) -> None:
    """Add an entry for each day with completions. For a habit to avoid, they are lapses."""
    numbers = [item.get("amountOfCompletions") for item in completions]
    is_avoided = habit.goal in ("never", ["never"])
    is_counted = (
        is_avoided
        or needed > 1
        or any(isinstance(number, int) and number > 1 for number in numbers)
    )
    for item, number in zip(completions, numbers, strict=True):
        day = _day_of(item.get("date"), item.get("timezoneOffsetInMinutes"))
        amount, note = make_amount(number), one_line(item.get("note"))
        if day is None or amount is None:
            found.report_loss("invalid completions", habit.name)
        elif amount.amount:
            habit.record(day, amount if is_counted else DONE, note)
        elif note:
            # A completion was added on this day and removed later.
            habit.record(day, amount if is_avoided else MISS, note)
        else:
            found.report_loss("days with 0 completions", habit.name)
    if is_counted:
        habit.unit = "times"
    habit.entries.sort(key=lambda entry: entry.day)
    if habit.since is not None and habit.entries:
        habit.since = min(habit.since, habit.entries[0].day)


def _day_of(text: object, offset: object) -> int | None:
    """Return the day of a UTC time with an offset in minutes; None if it is invalid."""
    if not isinstance(text, str) or not isinstance(offset, int) or abs(offset) >= _LONGEST_DAY:
        return None
    try:
        day = (datetime.fromisoformat(text) + timedelta(minutes=offset)).toordinal()
    except (ValueError, OverflowError):
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


FORMATS = (
    Format(
        "habitkit",
        "HabitKit",
        "",
        has_words(".json", ('"isInverse"', '"timezoneOffsetInMinutes"')),
        lambda files: read_habitkit(read_habit_json(*read_text(files, ".json"))),
    ),
)

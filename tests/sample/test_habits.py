"""The sample vault's habits: eight definitions that differ, and a year of lines that parse."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from notekeep.habits import log
from notekeep.habits.days import DayHistory, reduce_entries
from notekeep.habits.definition import read_definition
from notekeep.habits.summary import HabitView

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.markdown.note import Note

FIRST, LAST = dt.date(2025, 11, 24), dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def placed(vault: Path) -> list[tuple[str, log.PlacedEntry]]:
    """Every entry and report of the log, with the file it stands in."""
    return [
        (path.name, line)
        for path in sorted((vault / "habits" / "log").iterdir())
        for line in log.parse_file(path.read_text("utf-8"))
    ]


@pytest.fixture(scope="module")
def entries(placed: list[tuple[str, log.PlacedEntry]]) -> list[log.LogEntry]:
    return [line.line.entry for _, line in placed if line.line.entry is not None]


def test_the_definitions_cover_every_family_of_schedule_and_goal(notes: dict[str, Note]) -> None:
    habits = {
        str(note.fields["habit"]): (note.fields["schedule"], note.fields.get("goal"))
        for note in notes.values()
        if note.kind == "habit"
    }
    assert habits == {
        "meditate": (["daily"], ">= 10 min"),
        "floss": (["daily"], None),
        "gym": (["2025-11-24 mon,thu", "2026-03-02 mon,wed,fri"], None),
        "run": (["3/week"], None),
        "plants": (["every 2d from 2025-11-24"], None),
        "read": (["daily"], ">= 150 page/week"),
        "coffee": (["daily"], "<= 2 cup"),
        "sketch": (["daily"], ">= 1 page"),
    }


@pytest.fixture(scope="module")
def views(notes: dict[str, Note], entries: list[log.LogEntry]) -> dict[str, HabitView]:
    """Every habit as it stands on the last day of the log."""
    lines: dict[tuple[str, int], list[log.LogEntry]] = {}
    for entry in entries:
        lines.setdefault((entry.habit, entry.day), []).append(entry)
    found = {}
    for note in notes.values():
        fields = {
            key: [str(item) for item in value] if isinstance(value, list) else str(value)
            for key, value in note.fields.items()
            if value is not None
        }
        habit = read_definition(fields, note.path)
        if habit is not None:
            days = DayHistory()
            for name, day in sorted(lines):
                if name == habit.id:
                    days.put(day, reduce_entries(lines[name, day], habit.unit))
            found[habit.id] = HabitView(habit, days, LAST.toordinal())
    return found


def test_every_definition_is_understood(views: dict[str, HabitView]) -> None:
    assert len(views) == 8
    assert not [seen.problems for seen in views.values() if seen.problems]
    assert {seen.group for seen in views.values()} == {"morning", "body", "home", "evening", ""}


def test_the_last_day_shows_streaks_gaps_and_a_habit_that_must_not_be_missed_twice(
    views: dict[str, HabitView],
) -> None:
    assert (views["meditate"].streak, views["meditate"].today.status) == (12, "done")
    assert views["meditate"].best > 40
    assert (views["floss"].streak, views["floss"].note) == (0, "Missed yesterday")
    assert views["floss"].is_at_risk
    assert (views["coffee"].today.status, views["coffee"].note) == ("ok-so-far", "1 of 2 cups")
    assert {cell.status for cell in views["sketch"].cells} == {"paused"}
    assert views["run"].streak_unit == "weeks"
    assert views["gym"].best > 20
    strengths = sorted(seen.strength for seen in views.values() if seen.strength is not None)
    assert strengths[0] < 0.5
    assert 0.9 < strengths[-1] < 1


def test_no_line_of_the_log_is_reported(placed: list[tuple[str, log.PlacedEntry]]) -> None:
    assert not [(name, line) for name, line in placed if line.line.report is not None]


def test_the_log_is_one_year_of_the_habits_that_are_defined(
    entries: list[log.LogEntry], notes: dict[str, Note]
) -> None:
    days = {entry.day for entry in entries}
    assert min(days) == FIRST.toordinal()
    assert max(days) == LAST.toordinal()
    assert len(days) > 360
    assert len(entries) > 2000
    defined = {str(note.fields["habit"]) for note in notes.values() if note.kind == "habit"}
    assert {entry.habit for entry in entries} == defined


def test_each_line_stands_in_the_file_of_its_month_and_of_one_of_two_devices(
    placed: list[tuple[str, log.PlacedEntry]],
) -> None:
    devices = set()
    for name, line in placed:
        month, device, _ = name.split(".")
        assert line.text.startswith(f"- {month}-")
        devices.add(device)
    assert devices == {"laptop", "phone"}


def test_the_log_has_skips_with_reasons_misses_notes_corrections_and_a_long_night(
    entries: list[log.LogEntry],
) -> None:
    reasons = {value for entry in entries for key, value in entry.extra if key == "reason"}
    assert reasons == {"flu", "knee", "away"}
    assert {entry.kind for entry in entries} == {"amount", "done", "miss", "skip", "clear"}
    assert sum(entry.note is not None for entry in entries) > 50
    assert any(entry.is_set and entry.revision == 1 for entry in entries)
    assert any(entry.time is not None and entry.time >= "24:00" for entry in entries)
    assert all(entry.time is not None for entry in entries)


def test_no_day_contradicts_itself(entries: list[log.LogEntry]) -> None:
    days: dict[tuple[str, int], list[log.LogEntry]] = {}
    for entry in entries:
        days.setdefault((entry.habit, entry.day), []).append(entry)
    units = {"meditate": "min", "read": "page", "coffee": "cup", "sketch": "page", "run": "km"}
    folded = {key: reduce_entries(lines, units.get(key[0], "")) for key, lines in days.items()}
    assert not [key for key, day in folded.items() if day.is_disputed or day.apart]


def test_the_last_fortnight_is_as_the_daily_notes_tell_it(entries: list[log.LogEntry]) -> None:
    def kinds(habit: str, day: int) -> list[str]:
        at = dt.date(2026, 11, day).toordinal()
        return [entry.kind for entry in entries if (entry.habit, entry.day) == (habit, at)]

    assert [kinds("meditate", day) for day in range(12, 25)] == [["miss"]] + [["amount"]] * 12
    assert kinds("floss", 23) == ["miss"]
    assert kinds("floss", 24) == []
    assert len(kinds("coffee", 18)) == 3
    assert kinds("plants", 17) == ["done"]
    assert kinds("gym", 23) == ["done"]

"""The databases of Tickmate and Rewire, made here with the tables that the programs have."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import UsageError
from notekeep.vault import Vault
from tests.support.habit_files import lines, losses, plan_habits, read_habits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Make = Callable[..., Path]

TICKMATE = {
    "tracks": '_id, name, description, enabled, multiple_entries_per_day, "order"',
    "ticks": "_id, _track_id, year, month, day, hour, minute, second, has_time_info",
    "groups": '_id, name, description, "order"',
    "track2groups": "_id, _track_id, _group_id",
}
REWIRE = {
    "category": "_id, category_name",
    "Habits": "_id, Order_num, Name, description, active_days, consecutive_days, category,"
    " archived, schedule, days, period, unit, target_count, repeating_count, start_date",
    "CHECKINS": "_id, Habit_id, date, type, note, actual_count, target_count",
    "UNIT": "_id, UNIT_NAME",
    "REMINDERS": "_id, habit_id, time, active_days",
    "REWARD": "_id, title",
}
DAILY = (0, "0,1,2,3,4,5,6", 0, 0, 0)
"""A schedule of Rewire: its kind, weekdays, times, period and interval."""


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a database with these rows in its tables."""

    def make(tables: dict[str, str], name: str = "backup.db", **rows: Sequence[Any]) -> Path:
        path = tmp_path / name
        with closing(sqlite3.connect(path)) as opened, opened:
            for table, columns in tables.items():
                opened.execute(f"CREATE TABLE {table} ({columns})")
            for table, values in rows.items():
                for row in values:
                    marks = ", ".join("?" * len(row))
                    opened.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        return path

    return make


def tick(track: int, year: int, month: int, day: int) -> tuple[int | None, ...]:
    return (None, track, year, month, day, 12, 0, 0, 1)


def rewire_habit(schedule: Sequence[Any], *, target: float = 0, unit: int = 1) -> tuple[Any, ...]:
    kind, weekdays, times, period, interval = schedule
    return (
        *(1, 1, "Read", "every page counts", weekdays, 21, 7, 0),
        *(kind, times, period, unit, target, interval, "20160101"),
    )


def test_tickmate_counts_months_from_zero(make: Make) -> None:
    path = make(
        TICKMATE,
        tracks=[(1, "Sport", "My favourite", 1, 0, 5), (2, "Vegan", "", 0, 0, 1)],
        ticks=[tick(1, 2016, 2, 21), tick(1, 2016, 0, 31), tick(2, 2015, 11, 30)],
    )
    source = read_habits(path)
    assert source.format == "tickmate"
    vegan, sport = source.habits
    assert (vegan.name, vegan.is_archived, lines(vegan)) == ("Vegan", True, ["2015-12-30 done"])
    assert (sport.about, sport.is_archived) == ("My favourite", False)
    assert lines(sport) == ["2016-01-31 done", "2016-03-21 done"]


def test_several_ticks_of_a_day_in_tickmate_are_an_amount(make: Make) -> None:
    path = make(
        TICKMATE,
        tracks=[(1, "Coffee", "", 1, 1, 0)],
        ticks=[tick(1, 2016, 3, 12), tick(1, 2016, 3, 12), tick(1, 2016, 3, 13)],
    )
    (coffee,) = read_habits(path).habits
    assert lines(coffee) == ["2016-04-12 2", "2016-04-13 1"]


def test_a_day_without_a_tick_of_tickmate_is_not_missed(make: Make, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    vault = Vault.open(tmp_path / "notes")
    path = make(TICKMATE, tracks=[(1, "Run", "", 1, 0, 0)], ticks=[tick(1, 2026, 0, 5)])
    vault.notes.apply(plan_habits(vault, path).plan)
    (view,) = vault.habits.views(date(2026, 1, 9))
    assert [cell.status for cell in view.cells].count("missed") == 0
    assert plan_habits(vault, path).plan.changes == []


def test_tickmate_reports_what_it_cannot_import(make: Make) -> None:
    path = make(
        TICKMATE,
        tracks=[(1, "Run", "", 1, 0, 0)],
        ticks=[tick(1, 2016, 12, 1), tick(1, 2015, 1, 29), tick(9, 2016, 0, 1)],
        groups=[(6, "Weekend", "", 0), (7, "Weekend", "", 0), (8, "Health", "", 0)],
        track2groups=[(1, 1, 6), (2, 1, 7), (3, 1, 8)],
    )
    source = read_habits(path)
    assert (source.habits[0].group, source.habits[0].entries) == ("Weekend", [])
    assert losses(source) == {
        "entries of habits that are not in the file": 1,
        "Run: groups after the first": 1,
        "Run: ticks with an invalid date": 2,
        "schedules: Tickmate has none, so a day without a tick is not missed": 1,
        "times of day, icons and colours: not imported": 1,
    }


def test_an_old_database_of_tickmate_has_no_groups(make: Make) -> None:
    tables = {"tracks": "_id, name, description, enabled", "ticks": TICKMATE["ticks"]}
    path = make(tables, tracks=[(1, "Run", "", 1)], ticks=[tick(1, 2014, 1, 1)])
    (run,) = read_habits(path).habits
    assert (run.group, lines(run)) == ("", ["2014-02-01 done"])


def test_rewire_has_done_failed_and_skipped_days(make: Make) -> None:
    entries = [(1, "20160103", 3, ""), (1, "20160101", 2, "up at 6"), (1, "20160102", 1, None)]
    path = make(
        REWIRE,
        category=[(7, "Morning")],
        Habits=[rewire_habit(DAILY)],
        CHECKINS=[(None, *entry, 0.0, 0.0) for entry in entries],
        REMINDERS=[(1, 1, 480, "0,1,2,3,4"), (2, 1, 1290, "0,1,2,3,4,5,6")],
    )
    source = read_habits(path)
    assert source.format == "rewire"
    (read,) = source.habits
    assert (read.about, read.group, read.schedule) == ("every page counts", "Morning", "daily")
    assert lines(read) == ["2016-01-01 done -- up at 6", "2016-01-02 miss", "2016-01-03 skip"]
    assert read.remind == ["sun,mon,tue,wed,thu 08:00", "21:30"]


@pytest.mark.parametrize(
    ("schedule", "becomes"),
    [
        ((0, "1,3,5", 10, 1, 0), "mon,wed,fri"),
        ((1, "0,3,6", 3, 0, 5), "3/week"),
        ((1, "", 7, 0, 0), "daily"),
        ((1, "", 10, 1, 0), "10/month"),
        ((2, "0,1", 0, 0, 5), "1/5d"),
    ],
)
def test_schedules_of_rewire(make: Make, schedule: Sequence[Any], becomes: str) -> None:
    source = read_habits(make(REWIRE, Habits=[rewire_habit(schedule)]))
    assert source.habits[0].schedule == becomes
    assert "Read: an unknown schedule; imported as daily" not in losses(source)


@pytest.mark.parametrize("schedule", [(1, "", 3, 2, 0), (0, "", 0, 0, 0), (9, "1", 3, 0, 5)])
def test_a_schedule_that_rewire_does_not_explain_is_told(
    make: Make, schedule: Sequence[Any]
) -> None:
    source = read_habits(make(REWIRE, Habits=[rewire_habit(schedule)], REWARD=[(1, "Cake")]))
    assert source.habits[0].schedule == "daily"
    assert losses(source)["Read: an unknown schedule; imported as daily"] == 1
    assert losses(source)["rewards"] == 1


def test_amounts_of_rewire_have_its_units(make: Make, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    vault = Vault.open(tmp_path / "notes")
    entries = [(1, "20260105", 2, "", 2.5, 2.0), (1, "20260106", 1, "", 1.0, 2.0)]
    path = make(
        REWIRE,
        Habits=[rewire_habit(DAILY, target=2.0, unit=4)],
        CHECKINS=[(None, *entry) for entry in entries],
        UNIT=[(4, "litres")],
    )
    vault.notes.apply(plan_habits(vault, path).plan)
    (view,) = vault.habits.views(date(2026, 1, 7))
    assert view.goal == ">= 2 litres"
    assert [cell.status for cell in view.cells[-3:-1]] == ["done", "missed"]


@pytest.mark.parametrize(("tables", "form"), [(TICKMATE, "tickmate"), (REWIRE, "rewire")])
def test_a_database_is_recognized_by_its_tables_and_not_its_name(
    make: Make, tables: dict[str, str], form: str
) -> None:
    assert read_habits(make(tables, "Loop Habits Backup.db")).format == form


def test_one_database_is_imported_at_a_time(make: Make, tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        make(TICKMATE, name)
    with pytest.raises(UsageError) as raised:
        read_habits(tmp_path)
    assert "contains 2 databases" in raised.value.message

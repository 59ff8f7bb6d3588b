"""Beaver Habit Tracker, HabitBull, dijo, and our own exports: JSON and CSV."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import Refused
from notekeep.importing.formats.habits import habit_apps, own_habits
from notekeep.importing.formats.habits.habit_data import (
    make_amount,
    make_unit,
    read_day,
    read_habit_json,
)
from tests.support.habit_files import lines, losses, read_habits

if TYPE_CHECKING:
    from pathlib import Path


def test_beaver(samples: Path) -> None:
    source = habit_apps.read_beaver(json.loads((samples / "beaver.json").read_text("utf-8")))
    (stretch,) = source.habits
    assert (stretch.source_id, stretch.schedule, stretch.group) == ("a1b2c3", "3/week", "am")
    assert lines(stretch) == ["2026-01-05 done", "2026-01-06 miss -- tired"]


@pytest.mark.parametrize(
    ("kind", "count", "times", "schedule"),
    [
        ("D", 1, 1, "daily"),
        ("D", 3, 1, "1/3d"),
        ("W", 1, 7, "daily"),
        ("W", 2, 3, "3/14d"),
        ("M", 1, 10, "10/month"),
        ("Y", 1, 12, "12/365d"),
        ("Y", 9, 1, "daily"),
        ("Q", 1, 1, "daily"),
    ],
)
def test_beaver_periods(kind: str, count: int, times: int, schedule: str) -> None:
    period = {"period_type": kind, "period_count": count, "target_count": times}
    source = habit_apps.read_beaver({"habits": [{"name": "H", "period": period}]})
    assert source.habits[0].schedule == schedule
    assert bool(source.losses) == ((kind, count) in [("Y", 9), ("Q", 1)])


def test_beaver_hostile() -> None:
    value = {
        "habits": [
            {"name": "a\x1b[2J\nb", "records": [{"day": "2026-01-05", "done": True, "text": 5}]},
            {"name": ""},
            "no habit",
            {"name": "x", "tags": "am", "period": "W", "records": {"day": 1}, "status": ["a"]},
            {"name": "y", "records": [None, {"day": "5.1.26"}, {"day": "2026-01-05"}]},
            {"name": "\ud800", "id": "\ud800"},
        ]
    }
    source = habit_apps.read_beaver(value)
    assert [habit.name for habit in source.habits] == ["a\x1b[2J b", "x", "y"]
    assert losses(source)["habits without a name"] == 3
    assert losses(source)["y: invalid records"] == 2


@pytest.mark.parametrize("value", [[], {}, {"habits": {}}, "x", None])
def test_what_is_no_export_of_beaver_is_refused(value: Any) -> None:
    with pytest.raises(Refused):
        habit_apps.read_beaver(value)


def table_habit(**changes: Any) -> dict[str, Any]:
    """A habit of Table Habit, read every day."""
    habit = {
        "type": 1,
        "status": 1,
        "name": "Read",
        "desc": "every page counts",
        "color": 1,
        "daily_goal": 1,
        "daily_goal_unit": "",
        "freq_type": 3,
        "freq_custom": "[1,1]",
        "start_date": 20458,
        "target_days": 30,
        "records": [],
    }
    return habit | changes


def record(date_: int, kind: int, value: float, reason: str = "") -> dict[str, Any]:
    return {"record_date": date_, "record_type": kind, "record_value": value, "reason": reason}


def test_table_habit(tmp_path: Path) -> None:
    days = [record(20460, 2, 0, "ill"), record(20458, 1, 1), record(20459, 1, 0)]
    groups = [{"uuid": "g1", "name": "Evening"}]
    file = tmp_path / "export-habits-2026_01_12.json"
    habit = table_habit(records=days, group_id="g1")
    file.write_text(json.dumps({"habits": [habit], "groups": groups}), "utf-8")
    source = read_habits(file)
    assert source.format == "mhabit"
    (read,) = source.habits
    assert (read.name, read.about, read.group) == ("Read", "every page counts", "Evening")
    assert (read.schedule, read.goal) == ("daily", "done")
    assert read.since == date(2026, 1, 5).toordinal()
    assert lines(read) == ["2026-01-05 done", "2026-01-06 miss", "2026-01-07 skip -- ill"]


@pytest.mark.parametrize(
    ("kind", "numbers", "schedule"),
    [
        (1, "[3]", "3/week"),
        (1, "[7]", "daily"),
        (2, "[2]", "2/month"),
        (3, "[3, 14]", "3/14d"),
        (3, "{}", "daily"),
        (0, "[1]", "daily"),
    ],
)
def test_schedules_of_table_habit(kind: int, numbers: str, schedule: str) -> None:
    habit = table_habit(freq_type=kind, freq_custom=numbers)
    source = habit_apps.read_table_habit({"habits": [habit]})
    assert source.habits[0].schedule == schedule
    is_told = "Read: an unknown schedule; imported as daily" in losses(source)
    assert is_told == ((kind, numbers) in [(3, "{}"), (0, "[1]")])


def test_amounts_of_table_habit_have_a_goal_or_a_limit() -> None:
    run = table_habit(name="Run", daily_goal=2.5, daily_goal_unit="km")
    coffee = table_habit(name="Coffee", type=2, daily_goal=2, daily_goal_unit="cup")
    for habit in (run, coffee):
        habit["records"] = [record(20458, 1, 3.25), record(20459, 1, 0)]
    source = habit_apps.read_table_habit({"habits": [run, coffee]})
    assert [habit.goal for habit in source.habits] == [">= 2.5 km", "<= 2 cup"]
    assert lines(source.habits[0]) == ["2026-01-05 3.25 km", "2026-01-06 0 km"]


def test_table_habit_reports_what_it_cannot_import() -> None:
    habits = [
        table_habit(name="Old", status=2),
        table_habit(name="Rest", status=3, reminder='{"type": 2}', daily_goal_extra=5),
        table_habit(
            records=[
                None,
                record(20458, 2, 5),
                record(20458, 7, 1),
                record(10**9, 1, 1),
                {"record_type": []},
            ]
        ),
        "no habit",
    ]
    source = habit_apps.read_table_habit({"habits": habits, "groups": "none"})
    assert [(habit.name, habit.is_archived) for habit in source.habits] == [
        ("Rest", True),
        ("Read", False),
    ]
    assert (source.habits[1].goal, lines(source.habits[1])) == ("done", ["2026-01-05 skip"])
    assert losses(source) == {
        "deleted habits": 1,
        "habits without a name": 1,
        "Rest: its reminder": 1,
        "Rest: its second goal": 1,
        "Read: invalid records": 4,
        "colours, icons and target days: not used by notekeep": 1,
    }


def test_habitbull(samples: Path) -> None:
    source = habit_apps.read_habitbull(
        "habitbull.csv", (samples / "habitbull.csv").read_text("utf-8")
    )
    assert [(habit.name, habit.group, lines(habit)) for habit in source.habits] == [
        ("Stretch", "Body", ["2026-01-05 done", "2026-01-06 miss -- tired"]),
        ("Pushups", "Body", ["2026-01-05 30"]),
    ]


def test_habitbull_hostile() -> None:
    head = "HabitName,HabitDescription,HabitCategory,CalendarDate,Value,CommentText"
    rows = 'Gym,,,2026-01-05,1,"a\nb"\nGym,,,2026-01-05,-1,\nGym\n,,,2026-01-06,1,\nGym,,,x,1,\n'
    source = habit_apps.read_habitbull("x.csv", f"{head}\n{rows}")
    assert lines(source.habits[0]) == ["2026-01-05 1 -- a b"]
    assert sum(times for loss, times in losses(source).items() if "invalid" in loss) == 4


@pytest.mark.parametrize("text", ["", "a,b\n", "HabitName,Value\n"])
def test_what_is_no_export_of_habitbull_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        habit_apps.read_habitbull("x.csv", text)


def test_dijo(samples: Path) -> None:
    value = json.loads((samples / "dijo/habit_record.json").read_text("utf-8"))
    source = habit_apps.read_dijo({"habit_record.json": value})
    assert [(habit.name, habit.goal, lines(habit)) for habit in source.habits] == [
        ("stretch", "done", ["2026-01-05 done"]),
        ("water", ">= 8", ["2026-01-05 6"]),
    ]


def test_dijo_archive_and_numbers_with_decimals() -> None:
    run = {
        "type": "Float",
        "name": "run",
        "stats": {"2026-01-05": {"value": 52, "precision": 1}, "2026-01-06": {"value": 1}},
        "goal": {"value": 5, "precision": 0},
    }
    source = habit_apps.read_dijo({"habit_archive.json": [run]})
    (habit,) = source.habits
    assert (habit.goal, habit.is_archived) == (">= 5", True)
    assert lines(habit) == ["2026-01-05 5.2", "2026-01-06 1"]


def test_dijo_hostile() -> None:
    stats = {"2026-01-05": False, "x": 3, "2026-01-06": -1, "2026-01-07": "9" * 400}
    value = [{"name": "h", "type": "Count", "goal": -3, "stats": stats, "auto": True}, 5, {}]
    source = habit_apps.read_dijo({"a.json": value})
    assert lines(source.habits[0]) == []
    assert source.habits[0].goal == "done"
    assert losses(source)["h: invalid days"] == 3
    with pytest.raises(Refused):
        habit_apps.read_dijo({"a.json": {"name": "h"}})


def test_a_guard_of_a_cell_is_taken_off() -> None:
    text = "date,habit,value,amount,unit,time,note\n2026-01-05,gym,done,,,07:00,'=1+1\n"
    source = own_habits.read_own_csv("a.csv", text + "2026-01-06,gym,done,,,,''x\n")
    assert lines(source.habits[0]) == ["2026-01-05 done @07:00 -- =1+1", "2026-01-06 done -- 'x"]


def test_our_own_exports_hostile() -> None:
    head = "date,habit,value,amount,unit,time,note\n"
    rows = "2026-01-05,gym,amount,-5,,,\n2026-01-05,gym,12 min,,,,\n,,,\n2026-01-05,,done,,,,\n"
    assert losses(own_habits.read_own_csv("a.csv", head + rows)).get("gym: invalid lines") == 2
    value = {
        "habits": [
            {
                "id": "a",
                "schedule": 7,
                "goal": [],
                "paused": ["x"],
                "entries": [1, {}],
                "remind": 5,
            },
            {"id": None},
            7,
        ]
    }
    assert losses(own_habits.read_own_json(value)) == {
        "habits without an id": 2,
        "a: invalid pauses": 1,
        "a: invalid lines": 2,
    }


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1e", "\x00"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_habit_json("a.json", text)


@pytest.mark.parametrize(
    ("number", "thousandths"),
    [
        *[(5, 5000), (5.25, 5250), ("12", 12000), (0, 0), (-1, None), (True, None), ("1,5", None)],
        *[(float("nan"), None), (float("inf"), None), (1e300, None), (None, None), ([1], None)],
    ],
)
def test_amounts(number: object, thousandths: int | None) -> None:
    found = make_amount(number)
    assert (found.amount if found else None) == thousandths


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("2026-01-05", True),
        ("2026-01-05T07:00:00Z", True),
        (" 2026-01-05 ", True),
        ("2026-02-30", False),
        ("2026-01-055", False),
        ("0001-01-01", False),
        ("\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0665", False),
        ("", False),
    ],
)
def test_days(text: str, *, is_day: bool) -> None:
    assert (read_day(text) is not None) == is_day


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("km", "km"),
        ("glass of water", "glass-of-water"),
        ("km/h", "km/h"),
        ("€", "€"),
        ("1", ""),
        ("🥛", ""),
        ("", ""),
    ],
)
def test_units(text: str, unit: str) -> None:
    assert make_unit(text) == unit

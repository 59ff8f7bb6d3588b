"""Loop Habit Tracker: its CSV files in every layout, and the rows of its database."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import Refused
from notekeep.habits.amounts import MILLI
from notekeep.importing.formats.habits import loop
from tests.support.day_numbers import ordinal
from tests.support.habit_files import lines, losses, read_habits

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.importing.formats.habits.habit_data import HabitSource
    from tests.support.habit_files import Habits

HEAD = (
    "Position,Name,Type,Question,Description,FrequencyNumerator,FrequencyDenominator,"
    "Color,Unit,Target Type,Target Value,Archived?\n"
)


def zipped(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def as_expected(source: HabitSource | Habits) -> list[list[Any]]:
    """Days with what was said, as the expected files write it."""
    return [
        [
            [
                date.fromordinal(said.day).isoformat(),
                said.value.amount / MILLI if said.value.kind == "amount" else said.value.kind,
                said.note,
            ]
            for said in habit.entries
        ]
        for habit in source.habits
    ]


@pytest.mark.parametrize("form", ["csv", "db"])
def test_both_exports_give_the_same_days(samples: Path, form: str) -> None:
    expected = json.loads((samples / "loop_expected.json").read_text("utf-8"))["habits"]
    if form == "csv":
        source: HabitSource | Habits = loop.read_loop_csv(zipped(samples / "loop.zip"))
    else:
        source = read_habits(samples / "loop.db")
    assert [habit.name for habit in source.habits] == [habit["name"] for habit in expected]
    ordered = [sorted(days) for days in as_expected(source)]
    assert ordered == [habit["entries"] for habit in expected]
    assert [habit.is_archived for habit in source.habits] == [False, False, False, True]
    assert [habit.schedule for habit in source.habits] == ["daily", "3/7d", "daily", "daily"]
    assert [habit.goal for habit in source.habits] == ["done", "done", ">= 5 km", "<= 2 cup"]


def test_the_database_has_ids_and_reminders(samples: Path) -> None:
    stretch = read_habits(samples / "loop.db").habits[0]
    assert stretch.source_id == "00000000000000000000000000000001"
    assert stretch.remind == ["07:30"]
    assert stretch.about == 'Did you stretch?\n\nafter "coffee"'


def test_what_loop_fills_by_itself_is_no_entry(samples: Path) -> None:
    gym = loop.read_loop_csv(zipped(samples / "loop.zip")).habits[1]
    assert sorted(lines(gym)) == ["2026-01-05 done", "2026-01-07 done", "2026-01-09 done"]


def test_an_amount_of_nothing_is_no_miss(samples: Path) -> None:
    runs = loop.read_loop_csv(zipped(samples / "loop.zip")).habits[2]
    assert "2026-01-07 0 km -- rain" in lines(runs)


def test_before_2_0_an_empty_day_has_a_zero_and_is_no_entry() -> None:
    source = loop.read_loop_csv(
        {
            "Habits.csv": "Position,Name,Description,NumRepetitions,Interval,Color\n"
            "001,Run,Did you run?,2,7,#FF0000\n",
            "001 Run/Checkmarks.csv": "2015-01-25,2\n2015-01-24,0\n2015-01-23,1\n",
        }
    )
    (run,) = source.habits
    assert (run.schedule, run.about) == ("2/7d", "Did you run?")
    assert lines(run) == ["2015-01-25 done"]


def test_since_2_0_a_zero_is_a_no() -> None:
    source = loop.read_loop_csv(
        {
            "Habits.csv": "Position,Name,Question,Description,NumRepetitions,Interval,Color\n"
            "001,Run,,,1,1,#FF0000\n",
            "001 Run/Checkmarks.csv": "Date,Value\n2020-01-02,2\n2020-01-01,0\n2019-12-31,-1\n",
        }
    )
    assert lines(source.habits[0]) == ["2020-01-02 done", "2020-01-01 miss"]


OLD_HEAD = "Position,Name,Question,Description,NumRepetitions,Interval,Color\n"


@pytest.mark.parametrize("folder", ["001 Coffee", ""])
def test_amounts_of_files_without_a_type_are_thousandths(folder: str) -> None:
    files = {
        "Habits.csv": OLD_HEAD + "001,Coffee,,,1,1,#FF0000\n002,Run,,,3,7,#FF0000\n",
        "Checkmarks.csv": "Date,Coffee,Run,\n2025-04-04,3,3,\n2025-04-03,0,2,\n"
        "2025-04-02,8000,0,\n2025-04-01,-1,-1,\n",
    }
    if folder:
        files[f"{folder}/Checkmarks.csv"] = (
            "Date,Value\n2025-04-04,3\n2025-04-03,0\n2025-04-02,8000\n2025-04-01,-1\n"
        )
    source = loop.read_loop_csv(files)
    coffee, run = source.habits
    assert (coffee.schedule, coffee.goal) == ("none", "done")
    assert lines(coffee) == ["2025-04-04 skip", "2025-04-03 0", "2025-04-02 8"]
    assert run.schedule == "3/7d"
    assert lines(run) == ["2025-04-04 skip", "2025-04-03 done", "2025-04-02 miss"]
    message = "the unit and the goal of the amounts, which the file does not have; set them in"
    told = [name for name in losses(source) if message in name]
    assert told == [f"Coffee: {message} the note of the habit"]


def test_a_habit_of_yes_and_no_has_no_amounts_in_a_file_with_types() -> None:
    files = {
        "Habits.csv": HEAD + "001,Run,YES_NO,,,1,1,#00897B,,,,false\n",
        "001 Run/Checkmarks.csv": "Date,Value\n2026-01-05,8000\n2026-01-06,YES_MANUAL\n",
    }
    source = loop.read_loop_csv(files)
    assert lines(source.habits[0]) == ["2026-01-06 done"]
    assert losses(source)["Run: days with the value 8000"] == 1


def test_without_folders_the_file_for_all_is_read_by_its_columns() -> None:
    source = loop.read_loop_csv(
        {
            "Habits.csv": HEAD
            + '001,"Stretch, 5 min",YES_NO,,,1,1,#00897B,,,,false\n'
            + "002,Gym,YES_NO,,,3,7,#FF8F00,,,,false\n",
            "Checkmarks.csv": "Date,Stretch, 5 min,Gym,\n2026-01-05,YES_MANUAL,SKIP,\n",
        }
    )
    assert [lines(habit) for habit in source.habits] == [["2026-01-05 done"], ["2026-01-05 skip"]]
    assert losses(source)["Gym: notes: missing in the file for all habits"] == 1


def test_a_zip_with_a_folder_around_it_is_read_too() -> None:
    source = loop.read_loop_csv(
        {
            "export/Habits.csv": HEAD + "001,Gym,YES_NO,,,1,1,#FF8F00,,,,false\n",
            "export/001 Gym/Checkmarks.csv": "Date,Value,Notes\n2026-01-05,YES_MANUAL,x\n",
            "export/old/001 Gym/Checkmarks.csv": "Date,Value,Notes\n2025-01-05,YES_MANUAL,x\n",
        }
    )
    assert lines(source.habits[0]) == ["2026-01-05 done -- x"]


@pytest.mark.parametrize(
    ("times", "days", "schedule"),
    [(1, 1, "daily"), (7, 7, "daily"), (3, 7, "3/7d"), (10, 30, "10/30d"), (1, 2, "1/2d")],
)
def test_frequencies(times: int, days: int, schedule: str) -> None:
    rows = [{"id": 1, "name": "Gym", "freq_num": times, "freq_den": days}]
    assert loop.read_loop_tables(rows, []).habits[0].schedule == schedule


def test_a_target_for_a_week_or_a_month() -> None:
    row = {"id": 1, "name": "Run", "type": 1, "unit": "km", "target_value": 20.5, "freq_num": 1}
    goals = [
        loop.read_loop_tables([{**row, "freq_den": days}], []).habits[0].goal
        for days in (1, 7, 30, 3)
    ]
    assert goals == [">= 20.5 km", ">= 20.5 km/week", ">= 20.5 km/month", ">= 20.5 km"]


def test_a_unit_of_several_words_is_joined_and_named() -> None:
    row = {"id": 1, "name": "Water", "type": 1, "unit": "glasses of water", "target_value": 8.0}
    source = loop.read_loop_tables([row], [])
    assert source.habits[0].goal == ">= 8 glasses-of-water"
    message = "Water: the unit glasses of water; imported as glasses-of-water"
    assert losses(source)[message] == 1


def test_a_database_from_before_there_were_values_has_a_row_for_each_check() -> None:
    day = 1_767_571_200_000
    source = loop.read_loop_tables([{"id": 1, "name": "Gym"}], [{"habit": 1, "timestamp": day}])
    assert lines(source.habits[0]) == ["2026-01-05 done"]


def test_weekdays_of_a_reminder_begin_with_saturday_and_are_named_to_be_looked_at() -> None:
    row = {"id": 1, "name": "Gym", "reminder_hour": 18, "reminder_min": 5}
    source = loop.read_loop_tables([{**row, "reminder_days": 0b0000101}], [])
    assert source.habits[0].remind == ["mon,sat 18:05"]
    assert losses(source)["Gym: the days of a reminder may be off by one; please check"] == 1


def test_hostile_rows_are_named_and_the_rest_comes_along() -> None:
    day = 1_767_571_200_000
    habits: list[dict[str, Any]] = [
        {"id": 1, "name": "Good", "freq_num": 1, "freq_den": 1},
        {"id": 2, "name": "[/red]\x1b]52;c;eA==\x07\n---\nhabit: x", "freq_den": 10**9},
        {"id": "x", "name": None, "type": 1, "target_value": float("nan"), "unit": "\x00"},
    ]
    days: list[dict[str, Any]] = [
        {"habit": 1, "timestamp": day, "value": 2, "notes": "a\n- 2026-01-06 Good: done"},
        {"habit": 1, "timestamp": 10**18, "value": 2},
        {"habit": 1, "timestamp": -(10**18), "value": 2},
        {"habit": 1, "timestamp": day, "value": "two"},
        {"habit": 99, "timestamp": day, "value": 2},
        {"habit": 1, "timestamp": None, "value": 2},
    ]
    source = loop.read_loop_tables(habits, days)
    by_name = {habit.name: habit for habit in source.habits}
    assert lines(by_name["Good"]) == ["2026-01-05 done -- a - 2026-01-06 Good: done"]
    assert all("\n" not in name for name in by_name)
    assert losses(source)["Good: entries with an invalid day or value"] == 4
    assert losses(source)["entries of habits that are not in the file"] == 1


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Checkmarks.csv": "Date,Value\n"},
        {"Habits.csv": ""},
        {"Habits.csv": "a,b\n1,2\n"},
        {"Habits.csv": HEAD + f"001,{'x' * 5_000_000}\n"},
    ],
    ids=["nothing", "no habits", "empty", "other columns", "a cell without end"],
)
def test_what_is_no_export_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(Refused):
        loop.read_loop_csv(files)


def test_odd_lines_of_csv_are_named_with_their_place() -> None:
    source = loop.read_loop_csv(
        {
            "Habits.csv": HEAD + "001,Gym\n",
            "001 Gym/Checkmarks.csv": "Date,Value,Notes\n2026-13-05,YES_MANUAL,\n"
            "2026-01-05\n2026-01-06,maybe,\n2026-01-07,YES_MANUAL,\n",
        }
    )
    assert lines(source.habits[0]) == ["2026-01-07 done"]
    loss = next(loss for loss in source.losses if loss.title == "Gym")
    assert (loss.place, losses(source)["Gym: invalid lines"]) == ("001 Gym/Checkmarks.csv:2", 3)


def test_the_days_that_loop_counts_as_covered_are_within_the_habit() -> None:
    day = 1_767_571_200_000  # 5 January 2026
    row = {"id": 1, "name": "Gym", "freq_num": 1, "freq_den": 7, "archived": 1}
    days = [{"habit": 1, "timestamp": day + n * 86_400_000, "value": 2} for n in (0, 3)]
    (gym,) = loop.read_loop_tables([row], days).habits
    assert (gym.since, gym.until) == (ordinal("2026-01-01"), ordinal("2026-01-14"))
    no = {"habit": 1, "timestamp": day - 9 * 86_400_000, "value": 0}
    (gym,) = loop.read_loop_tables([row], [no, *days]).habits
    assert gym.since == ordinal("2025-12-27"), "a no is within it, too"

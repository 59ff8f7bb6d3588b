"""HabitKit: a JSON export in its layout, spelled by hand."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.importing.formats.habits.habitkit import read_habitkit
from notekeep.vault import Vault
from tests.support.habit_files import lines, losses, plan_habits, read_habits

if TYPE_CHECKING:
    from pathlib import Path


def habit(key: str, name: str, **more: Any) -> dict[str, Any]:
    usual = {"description": None, "archived": False, "orderIndex": 0, "isInverse": False}
    return {"id": key, "name": name, **usual, **more}


def done(key: str, when: str, amount: Any = 1, note: str | None = None, zone: Any = 120) -> Any:
    row = {"habitId": key, "date": when, "timezoneOffsetInMinutes": zone}
    return {**row, "amountOfCompletions": amount, "note": note}


def interval(
    key: str, start: str, kind: str, times: int | None = None, a_day: int = 1
) -> dict[str, Any]:
    row = {"habitId": key, "startDate": start, "endDate": None, "type": kind}
    return {
        **row,
        "requiredNumberOfCompletions": times,
        "requiredNumberOfCompletionsPerDay": a_day,
    }


EXPORT = {
    "habits": [
        habit("r", "Read", description="a page"),
        habit("g", "Gym", archived=True),
        habit("w", "Water"),
        habit("s", "Snack", isInverse=True),
    ],
    "completions": [
        # Midnight in summer in central Europe, the last minute of the day, and an hour later.
        done("r", "2026-05-15T21:59:00.000Z"),
        done("r", "2026-05-13T22:00:00.000Z", note="two\nlines"),
        done("r", "2026-05-17T22:00:00.000Z", 0),
        done("r", "2026-05-18T22:00:00.000Z", 0, note="ill"),
        done("g", "2026-01-14T23:00:01.460461Z", zone=60),
        done("w", "2026-05-15T04:00:00.000Z", 3, zone=-240),
        done("s", "2026-05-14T22:00:00.000Z", 2, note="a party"),
        done("gone", "2026-05-14T22:00:00.000Z"),
    ],
    "intervals": [
        interval("r", "2026-04-30T22:00:00.000Z", "day"),
        interval("g", "2025-12-31T23:00:00.000Z", "week", 3),
        interval("w", "2026-05-19T04:00:00.000Z", "week", 5, 2),
        interval("w", "2026-05-01T04:00:00.000Z", "day"),
        interval("w", "2026-05-10T04:00:00.000Z", "day"),
        interval("s", "2026-05-09T22:00:00.000Z", "day"),
    ],
    "reminders": [{"habitId": "r", "weekdayIndices": [1], "hour": 7, "minute": 0}],
    "categories": [{"id": "c", "name": "Health"}, {"id": "d", "name": "Evening"}],
    "categoryMappings": [
        {"habitId": "w", "categoryId": "c"},
        {"habitId": "w", "categoryId": "d"},
    ],
}


def test_days_are_those_of_the_time_zone_of_each_completion() -> None:
    read, gym, water, snack = read_habitkit(EXPORT).habits
    assert lines(read) == [
        "2026-05-14 done -- two lines",
        "2026-05-15 done",
        "2026-05-19 miss -- ill",
    ]
    assert lines(gym) == ["2026-01-15 done"]
    assert lines(water) == ["2026-05-15 3"]
    assert lines(snack) == ["2026-05-15 2 -- a party"]


def test_intervals_are_schedules_and_goals_with_their_first_days() -> None:
    read, gym, water, snack = read_habitkit(EXPORT).habits
    assert (read.schedule, read.goal, read.about) == (["daily"], ["done"], "a page")
    assert (gym.schedule, gym.is_archived) == (["3/week"], True)
    assert water.schedule == ["daily", "2026-05-19 5/week"]
    assert water.goal == ["done", "2026-05-19 >= 2 times"]
    assert (water.since, water.group) == (date(2026, 5, 1).toordinal(), "Health")
    assert (snack.goal, snack.since) == (["never"], date(2026, 5, 10).toordinal())


@pytest.mark.parametrize(
    ("kind", "times", "schedule"),
    [
        ("none", None, "none"),
        ("week", 7, "daily"),
        ("month", 10, "10/month"),
        ("week", 9, ""),
        ("week", None, ""),
        ("year", 1, ""),
    ],
)
def test_kinds_of_intervals(kind: str, times: int | None, schedule: str) -> None:
    when = "2026-05-19T04:00:00.000Z"
    value = {"habits": [habit("h", "H")], "intervals": [interval("h", when, kind, times)]}
    source = read_habitkit(value)
    assert source.habits[0].schedule == [schedule or "daily"]
    is_told = any("imported as daily" in loss for loss in losses(source))
    assert is_told == (not schedule)


def test_a_habit_to_avoid_is_kept_from_its_first_day_on() -> None:
    value = {
        "formatVersion": 2,
        "habits": [habit("h", "H", isInverse=True, inverseStartDate="2026-08-18")],
        "completions": [done("h", "2026-08-19T22:00:01.000Z")],
        "intervals": [interval("h", "2026-08-19T22:00:00.000Z", "none")],
    }
    (read,) = read_habitkit(value).habits
    assert (read.schedule, read.goal) == (["daily"], ["never"])
    assert read.since == date(2026, 8, 18).toordinal()
    assert lines(read) == ["2026-08-20 1"]


def test_what_is_not_imported_is_told() -> None:
    assert losses(read_habitkit(EXPORT)) == {
        "Read: days with 0 completions": 1,
        "Read: its reminders": 1,
        "Water: categories after the first": 1,
        "completions of a habit that is not in the file": 1,
        "colours, icons and the order: not imported": 1,
    }


def test_an_export_with_wrong_values_is_read_as_far_as_it_goes() -> None:
    value = {
        "habits": [habit("h", "H", isInverse=True), {"id": "x"}, "no habit"],
        "completions": [
            *(done("h", when) for when in ("", "2026-02-30T00:00:00Z", "9999-12-31T23:00:00Z")),
            done("h", "2026-05-15T04:00:00Z", "many"),
            done("h", "2026-05-15T04:00:00Z", zone=10**9),
            done("h", "2026-05-15T04:00:00Z", zone=None),
            "no completion",
        ],
        "intervals": [
            interval("h", "soon", "day"),
            interval("h", "2026-05-01T00:00:00Z", "day", None, 3),
        ],
        "categories": None,
        "categoryMappings": [{"habitId": "h", "categoryId": ["a"]}],
    }
    source = read_habitkit(value)
    assert losses(source)["H: invalid completions"] == 6
    assert losses(source)["H: invalid intervals"] == 1
    assert losses(source)["H: up to 3 times a day; imported as never"] == 1
    assert losses(source)["habits without a name"] == 2


def test_an_imported_habit_has_the_days_that_it_had(tmp_path: Path) -> None:
    file = tmp_path / "habitkit_export.json"
    file.write_text(json.dumps(EXPORT), "utf-8")
    assert read_habits(file).format == "habitkit"
    (tmp_path / "v/.notekeep").mkdir(parents=True)
    vault = Vault.open(tmp_path / "v")
    vault.notes.apply(plan_habits(vault, file).plan)
    vault.indexing.refresh()

    def marks(name: str, first: int, last: int) -> list[str]:
        days = date(2026, 5, first), date(2026, 5, last)
        view = vault.habits.view(vault.habits.resolve(name), days[1], first=days[0])
        assert view.problems == ()
        return [cell.mark for cell in view.cells]

    assert marks("snack", 13, 17) == ["done", "done", "missed", "done", "ok"]
    assert marks("water", 14, 16) == ["missed", "done", "open"]
    assert plan_habits(vault, file).plan.changes == []

"""Habits that are due several times a day count their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.measures import streak
from notekeep.habits.summary import HabitView

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.habits.conftest import Made


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["05 done @07:00", "05 done @22:00"], "done"),
        (["05 done @07:00", "05 done @22:00", "05 done @23:00"], "done"),
        (["05 done @07:00"], "missed"),
        (["05 done @07:00", "05 done @07:00"], "missed"),  # a line that is there twice counts once
        (["05 2 times"], "done"),
        (["05 done @07:00", "05 1 time @22:00"], "done"),
        (["05 done @07:00", "05 done @22:00", "05 clear ~1"], "missed"),
        (["05 skip"], "skipped"),
        ([], "missed"),
    ],
)
@pytest.mark.parametrize("schedule", ["2/day", "twice a day"])
def test_a_day_needs_as_many_entries_as_its_schedule_says(
    lines: list[str], status: str, schedule: str, made: Callable[..., Made], day: Callable[..., int]
) -> None:
    habit, days = made(*lines, schedule=schedule, since="2026-01-05")
    assert evaluate_days(habit, days, day("06")).status(day("05")) == status


def test_the_screen_says_how_often_it_was_done(
    made: Callable[..., Made], day: Callable[..., int]
) -> None:
    habit, days = made("05 done @07:00", "05 done @08:00", "06 done @07:00", schedule="2/day")
    view = HabitView(habit, days, day("06"))
    assert (view.aim, view.note, view.today.mark) == ("2 times a day", "1 of 2 times", "partial")
    assert (view.streak, view.streak_unit) == (1, "days")


def test_it_is_a_goal_of_a_daily_habit_as_well(
    made: Callable[..., Made], day: Callable[..., int]
) -> None:
    lines = "05 done @07:00", "05 done @08:00", "06 done @07:00"
    first, second = (
        streak(evaluate_days(*made(*lines, **fields), day("07")))
        for fields in ({"schedule": "2/day"}, {"goal": "2 times"})
    )
    assert first == second


def test_another_goal_beside_it_is_a_problem() -> None:
    habit = read_definition({"habit": "h", "schedule": "2/day", "goal": "10 min"})
    assert habit is not None
    assert [problem.key for problem in habit.problems] == ["goal"]
    assert habit.goals[0].rule.text() == ">= 10 min"

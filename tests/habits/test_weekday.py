from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep import dates
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.stats import (
    PairCounts,
    best_weekdays,
    count_weekdays,
    lower_bound,
)

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = json.loads((Path(__file__).parent / "vectors/weekday_phi.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["weekday"], ids=lambda case: case["name"])
def test_the_best_weekday_is_the_one_that_is_most_surely_good(case: dict[str, Any]) -> None:
    bounds = [lower_bound(done, due) for done, due in case["done_due"]]
    assert bounds == pytest.approx(case["lower"], abs=5e-7)
    best = ", ".join(dates.WEEKDAYS[day][:3] for day in best_weekdays(case["done_due"]))
    assert best == (case["best"] or "")


@pytest.mark.parametrize("case", VECTORS["phi"], ids=lambda case: str(case["table"]))
def test_two_habits_go_together_as_the_vectors_say(case: dict[str, Any]) -> None:
    table = PairCounts(**case["table"])
    assert table.days == case["n"]
    expected = [case["phi"], case["rate_second_given_first"], case["rate_second_given_not_first"]]
    found = [table.phi, table.rate_with, table.rate_without]
    assert found == pytest.approx(expected, abs=5e-7)


def test_due_days_are_counted_by_weekday(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("05 done", "07 done", "12 done", schedule="mon,wed", since="2026-01-05")
    assert count_weekdays(evaluate_days(habit, days, day("15")))[:3] == [
        (2, 2),
        (0, 0),
        (1, 2),
    ]


@pytest.mark.parametrize(
    "schedule", ["every 2d", "after 2d..3d", "2/month", "1/week", "1/7d", "none"]
)
def test_weekdays_of_a_schedule_without_days_of_its_own_say_nothing(
    schedule: str, made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    done = [f"{number:02} done" for number in range(5, 30, 2)]
    habit, days = made(*done, schedule=schedule, since="2026-01-05")
    assert count_weekdays(evaluate_days(habit, days, day("31"))) == [(0, 0)] * 7


def test_weekdays_of_a_weekly_limit_say_nothing(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("06 2", "13 2", goal="<= 3/week", since="2026-01-05")
    assert count_weekdays(evaluate_days(habit, days, day("18"))) == [(0, 0)] * 7


def test_weekdays_count_only_stretches_that_go_by_weeks(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    schedule = ["2026-01-05 mon", "2026-01-12 every 2d", "2026-01-26 tue"]
    habit, days = made("05 done", "12 done", "14 done", "27 done", schedule=schedule)
    assert count_weekdays(evaluate_days(habit, days, day("31")))[:3] == [
        (1, 1),
        (1, 1),
        (0, 0),
    ]


def test_a_habit_that_was_never_done_has_no_best_weekday() -> None:
    assert best_weekdays([(0, 20)] * 7) == ()


def test_two_habits_are_enough_with_days_in_both_rows() -> None:
    assert not PairCounts(1, 0, 1, 1).is_enough
    assert not PairCounts(40, 0, 2, 2).is_enough
    assert PairCounts(20, 5, 5, 5).is_enough


def test_eight_of_a_weekday_are_enough_and_seven_are_not() -> None:
    others = [(4, 8)] * 6
    assert best_weekdays([(8, 8), *others]) == (0,)
    assert best_weekdays([(7, 7), *[(3, 7)] * 6]) == ()


def test_the_best_weekday_is_better_than_the_others() -> None:
    assert best_weekdays([(8, 8), (8, 8), (8, 8), (9, 9), (9, 9), (9, 9), (9, 9)]) == ()
    assert best_weekdays([(0, 0)] * 6 + [(9, 9)]) == ()
    assert best_weekdays([(33, 36), *[(38, 50)] * 6]) == (0,)

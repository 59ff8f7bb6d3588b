from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep import dates
from notekeep.habits.timeline import judge
from notekeep.habits.weekday import Together, best_weekday, counts, lower_bound, together

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = json.loads((Path(__file__).parent / "vectors/weekday_phi.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["weekday"], ids=lambda case: case["name"])
def test_the_best_weekday_is_the_one_that_is_most_surely_good(case: dict[str, Any]) -> None:
    bounds = [lower_bound(done, due) for done, due in case["done_due"]]
    assert bounds == pytest.approx(case["lower"], abs=5e-7)
    best = best_weekday(case["done_due"])
    assert (None if best is None else dates.WEEKDAYS[best][:3]) == case["best"]


@pytest.mark.parametrize("case", VECTORS["phi"], ids=lambda case: str(case["table"]))
def test_two_habits_go_together_as_the_vectors_say(case: dict[str, Any]) -> None:
    table = Together(**case["table"])
    assert table.days == case["n"]
    expected = [case["phi"], case["rate_second_given_first"], case["rate_second_given_not_first"]]
    found = [table.phi, table.rate_with, table.rate_without]
    assert found == pytest.approx(expected, abs=5e-7)


def test_due_days_are_counted_by_weekday(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("05 done", "07 done", "12 done", schedule="mon,wed", since="2026-01-05")
    assert counts(judge(habit, days, day("15")))[:3] == [(2, 2), (0, 0), (1, 2)]


def test_any_day_counts_when_the_days_are_free(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("06 done", "13 done", schedule="1/week", since="2026-01-05")
    assert counts(judge(habit, days, day("18")))[:2] == [(0, 2), (2, 2)]


def test_two_habits_are_compared_where_both_are_closed(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("05 done", "06 done", since="2026-01-05")
    first = judge(habit, days, day("09"))
    habit, days = made("06 done", "07 done", since="2026-01-06")
    second = judge(habit, days, day("09"))
    assert together(first, second) == Together(1, 0, 1, 1)
    assert together(first, second, lag=1) == Together(2, 0, 0, 1)
    assert not together(first, second).is_enough
    assert Together(20, 5, 5, 5).is_enough

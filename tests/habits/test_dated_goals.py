"""Goals with dates: each day, week and month is judged by the goal in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.measures import rate, streak, strengths
from tests.support.day_numbers import ordinal

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = json.loads((Path(__file__).parent / "vectors/dated_goals.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_past_keeps_its_goal(case: dict[str, Any], made: Callable[..., Any]) -> None:
    habit, days = made(*case["log"], **case["habit"])
    line = evaluate_days(habit, days, ordinal(case["today"]))
    runs, found = streak(line), rate(line)
    assert [runs.current, runs.longest] == case["streak"]
    assert [found.met, found.missed] == case["rate"]
    if "days" in case:
        days_shown = range(line.begin, line.today + 1)
        assert " ".join(map(line.status, days_shown)) == case["days"]
    if "periods" in case:
        counts = habit.goal_on(line.today).per == "day"
        size = 1 if counts else 1000
        periods = [[one.reached / size, one.need / size, one.result] for one in line.periods]
        assert periods == case["periods"]


def scores(made: Callable[..., Any], *lines: str, **fields: Any) -> list[float]:
    habit, days = made(*lines, since="2026-01-05", **fields)
    return strengths(habit, days, ordinal("2026-01-25"))[1]


def test_strength_uses_the_goal_of_each_day(made: Callable[..., Any]) -> None:
    before = [f"{day:02} 5" for day in range(5, 15)]
    after = [f"{day:02} 10" for day in range(15, 26)]
    kept = scores(made, *before, *after, goal=[">= 5 min", "2026-01-15 >= 10 min"])
    always = scores(made, *(f"{day:02} 10" for day in range(5, 26)), goal=">= 10 min")
    assert kept == pytest.approx(always), "each day reached its whole goal"
    assert scores(made, *before, *after, goal=">= 10 min")[-1] < kept[-1]


def test_a_window_over_a_change_keeps_the_shares_of_its_days(made: Callable[..., Any]) -> None:
    chosen = [5, 7, 9, 12, 14, 16, 19, 21, 23]
    lines = [f"{day:02} {5 if day < 12 else 10}" for day in chosen]
    kept = scores(made, *lines, schedule="3/week", goal=[">= 5 min", "2026-01-12 >= 10 min"])
    full = [f"{day:02} 10" for day in chosen]
    assert kept == pytest.approx(scores(made, *full, schedule="3/week", goal=">= 10 min"))


def test_a_new_weekly_limit_does_not_count_what_was_an_achievement(
    made: Callable[..., Any],
) -> None:
    lines = [f"{day:02} 10" for day in range(5, 12)]
    found = scores(made, *lines, goal=[">= 10 cup", "2026-01-12 <= 3 cup/week"])
    assert found[6:] == sorted(found[6:]), "it was kept, so the strength grows"


def test_goals_whose_units_do_not_convert_are_a_problem() -> None:
    habit = read_definition({"habit": "h", "goal": [">= 10 min", "2026-01-12 >= 5 km"]})
    assert habit is not None
    (problem,) = habit.problems
    assert (problem.key, problem.message) == ("goal", "min cannot be converted to km.")
    assert habit.goal_on(0).kind == "done"


def test_a_wrong_line_of_a_goal_is_a_problem() -> None:
    habit = read_definition({"habit": "h", "goal": [">= 10 min", "2026-01-12 often"]})
    assert habit is not None
    (problem,) = habit.problems
    assert problem.message == '"often" is not a goal.'

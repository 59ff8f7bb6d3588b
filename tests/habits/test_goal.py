from __future__ import annotations

import pytest

from notekeep.errors import UsageError
from notekeep.habits.revisions import VALUE_AMOUNT, VALUE_DONE, VALUE_MISS, VALUE_NONE, VALUE_SKIP
from notekeep.habits.schedule import Goal, format_goal, parse_goal


@pytest.mark.parametrize(
    ("text", "goal", "written"),
    [
        ("done", Goal(), "done"),
        (">= 10 min", Goal("least", 10_000, "min"), ">= 10 min"),
        (">=1.5h", Goal("least", 90_000, "h"), ">= 1.5 h"),
        (">= 1h30m", Goal("least", 90_000, "min"), ">= 90 min"),
        ("≤ 2 cup", Goal("most", 2_000, "cup"), "<= 2 cup"),
        ("<= 0", Goal("most"), "<= 0"),
        (">= 20 km/week", Goal("least", 20_000_000, "km", "week"), ">= 20 km/week"),
        (">= 8 h per month", Goal("least", 480_000, "h", "month"), ">= 8 h/month"),
        ("<= 3/week", Goal("most", 3_000, "", "week"), "<= 3/week"),
        ("10 minutes", Goal("least", 10_000, "min"), ">= 10 min"),
        ("1h30m", Goal("least", 90_000, "min"), ">= 90 min"),
        ("150 pages per week", Goal("least", 150_000, "page", "week"), ">= 150 page/week"),
    ],
)
def test_goals_are_read_and_written(text: str, goal: Goal, written: str) -> None:
    assert parse_goal(text) == goal
    assert format_goal(goal) == written
    assert parse_goal(written) == goal


@pytest.mark.parametrize(
    "text", ["", "10", "3/week", "> 10", ">= ten", ">= -5", ">= 5,5 km", ">= 5/year"]
)
def test_other_texts_are_no_goals(text: str) -> None:
    with pytest.raises(UsageError, match="not a goal"):
        parse_goal(text)


LEAST, MOST = Goal("least", 10_000), Goal("most", 2_000)


@pytest.mark.parametrize(
    ("goal", "value", "amount", "is_marked", "is_met"),
    [
        (Goal(), VALUE_DONE, 0, True, True),
        (Goal(), VALUE_AMOUNT, 1, False, True),
        (Goal(), VALUE_AMOUNT, 0, False, False),
        (LEAST, VALUE_DONE, 0, True, True),
        (LEAST, VALUE_AMOUNT, 9_999, False, False),
        (LEAST, VALUE_AMOUNT, 10_000, False, True),
        (LEAST, VALUE_AMOUNT, 5, True, True),
        (MOST, VALUE_AMOUNT, 2_000, False, True),
        (MOST, VALUE_AMOUNT, 2_001, False, False),
        (MOST, VALUE_AMOUNT, 2_001, True, False),
        (MOST, VALUE_NONE, 0, False, False),
        (MOST, VALUE_SKIP, 0, False, False),
        (LEAST, VALUE_MISS, 0, False, False),
    ],
)
def test_a_day_meets_a_goal(
    goal: Goal, value: int, amount: int, *, is_marked: bool, is_met: bool
) -> None:
    assert goal.is_met_by(value, amount, is_marked=is_marked) is is_met


def test_a_share_of_a_week_is_taken_by_the_day() -> None:
    week = Goal("least", 70_000, "", "week")
    assert week.share(VALUE_AMOUNT, 5_000, is_marked=False) == pytest.approx(0.5)
    assert LEAST.share(VALUE_AMOUNT, 2_500, is_marked=False) == pytest.approx(0.25)
    assert LEAST.share(VALUE_AMOUNT, 99_000, is_marked=False) == 1
    assert LEAST.share(VALUE_SKIP, 0, is_marked=False) == 0

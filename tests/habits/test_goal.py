from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import UsageError
from notekeep.habits.amounts import normalize_unit
from notekeep.habits.days import DayKind, DayValue
from notekeep.habits.definition import read_definition
from notekeep.habits.schedule import (
    Goal,
    ascii_goal,
    parse_goal,
)


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
        ("at least 10 minutes", Goal("least", 10_000, "min"), ">= 10 min"),
        ("At most 2 cups a day", Goal("most", 2_000, "cup"), "<= 2 cup"),
        ("no more than 2 cups", Goal("most", 2_000, "cup"), "<= 2 cup"),
        ("20 km a week", Goal("least", 20_000_000, "km", "week"), ">= 20 km/week"),
        (">= 1h30", Goal("least", 90_000, "min"), ">= 90 min"),
        ("at least 1h30 a week", Goal("least", 90_000, "min", "week"), ">= 90 min/week"),
        *((words, Goal("most"), "<= 0") for words in ("avoid", "Never", "none", "0", "not at all")),
        ("0 sweets", Goal("most", 0, "sweet"), "<= 0 sweet"),
        ("max 2 cups", Goal("most", 2_000, "cup"), "<= 2 cup"),
        ("under 2 cups", Goal("most", 2_000, "cup", is_under=True), "< 2 cup"),
        ("< 2 cup", Goal("most", 2_000, "cup", is_under=True), "< 2 cup"),
        ("less than 2 h a week", Goal("most", 120_000, "h", "week", is_under=True), "< 2 h/week"),
        ("7-9 h", Goal("between", 420_000, "h", high=540_000), "7-9 h"),
        ("7 to 9 hours", Goal("between", 420_000, "h", high=540_000), "7-9 h"),
        ("between 7 and 9 h", Goal("between", 420_000, "h", high=540_000), "7-9 h"),
        ("1h30-2h", Goal("between", 90_000, "h", high=120_000), "1.5-2 h"),
        (
            "20 to 30 pages a week",
            Goal("between", 20_000, "page", "week", 30_000),
            "20-30 page/week",
        ),
        ("2-3", Goal("between", 2_000, "", high=3_000), "2-3"),
        ("0-2 cups", Goal("most", 2_000, "cup"), "<= 2 cup"),
    ],
)
def test_goals_are_read_and_written(text: str, goal: Goal, written: str) -> None:
    assert parse_goal(text) == goal
    assert goal.text() == written
    assert parse_goal(written) == goal


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "3/week", "3 a week", "> 10", ">= ten", ">= -5", ">= 5,5 km", ">= 5/year"),
        *("7-9 h-10 h", "7 min to 9 km", "between 7 h", "at least 7-9 h"),
    ],
)
def test_other_texts_are_no_goals(text: str) -> None:
    with pytest.raises(UsageError, match="not a goal"):
        parse_goal(text)


def test_a_goal_with_two_ends_needs_two_different_ones() -> None:
    with pytest.raises(UsageError, match="7 h is not more than 9"):
        parse_goal("9-7 h")


LEAST, MOST = Goal("least", 10_000), Goal("most", 2_000)
UNDER, BETWEEN = Goal("most", 2_000, is_under=True), Goal("between", 7_000, high=9_000)


@pytest.mark.parametrize(
    ("goal", "value", "amount", "is_marked", "is_met"),
    [
        (Goal(), "done", 0, True, True),
        (Goal(), "amount", 1, False, True),
        (Goal(), "amount", 0, False, False),
        (LEAST, "done", 0, True, True),
        (LEAST, "amount", 9_999, False, False),
        (LEAST, "amount", 10_000, False, True),
        (LEAST, "amount", 5, True, True),
        (MOST, "amount", 2_000, False, True),
        (MOST, "amount", 2_001, False, False),
        (MOST, "amount", 2_001, True, False),
        (UNDER, "amount", 1_999, False, True),
        (UNDER, "amount", 2_000, False, False),
        (BETWEEN, "amount", 6_999, False, False),
        (BETWEEN, "amount", 7_000, False, True),
        (BETWEEN, "amount", 9_000, False, True),
        (BETWEEN, "amount", 9_001, True, False),
        (BETWEEN, "done", 0, True, True),
        (MOST, "none", 0, False, False),
        (MOST, "skip", 0, False, False),
        (LEAST, "miss", 0, False, False),
    ],
)
def test_a_day_meets_a_goal(
    goal: Goal, value: DayKind, amount: int, *, is_marked: bool, is_met: bool
) -> None:
    assert (goal.share(DayValue(value, amount, is_marked)) == 1) is is_met


def test_a_share_of_a_week_is_taken_by_the_day() -> None:
    week = Goal("least", 70_000, "", "week")
    assert week.share(DayValue("amount", 5_000)) == pytest.approx(0.5)
    assert LEAST.share(DayValue("amount", 2_500)) == pytest.approx(0.25)
    assert LEAST.share(DayValue("amount", 99_000)) == 1
    assert LEAST.share(DayValue("skip")) == 0


@pytest.mark.parametrize("text", [">= 0", "at least 0 km", ">= 0 min/week"])
def test_a_goal_that_is_always_met_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="always met") as caught:
        parse_goal(text)
    assert "never" in caught.value.hint


@pytest.mark.parametrize("text", ["under 0 cups", "< 0"])
def test_a_goal_that_is_never_met_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="never met"):
        parse_goal(text)


numbers = st.integers(1, 500)
signs = st.sampled_from([">=", "<=", "<", "at least", "at most", "under", "{}-", "between {} and"])
units = st.sampled_from(["", "min", "h", "km", "page", "cup", "glass", "press-up", "Pages", "€"])
pers = st.sampled_from(["", "/week", "/month"])


@given(signs, numbers, numbers, units, pers)
def test_a_goal_is_read_back_from_its_text_and_its_words(
    sign: str, low: int, more: int, unit: str, per: str
) -> None:
    goal = parse_goal(f"{sign.format(low)} {low + more} {unit}{per}".replace("- ", "-"))
    assert parse_goal(goal.text()) == goal
    # Words have the unit in the plural, which is the same unit.
    typed = parse_goal(goal.words())
    assert typed._replace(unit=normalize_unit(typed.unit)) == goal._replace(
        unit=normalize_unit(goal.unit)
    )
    assert parse_goal(ascii_goal(goal.words())) == typed


def test_nothing_at_all_is_said_in_words() -> None:
    assert Goal("most").words() == "not at all"
    assert Goal("most", 0, "cup").words() == "not at all"


@pytest.mark.parametrize("goal", ["7-9", ">= 7", "<= 7", "7 to 9 a week"])
def test_a_goal_without_a_unit_is_in_the_unit_of_the_habit(goal: str) -> None:
    bare = read_definition({"habit": "sleep", "unit": "h", "goal": goal})
    assert bare is not None
    number, _, per = goal.partition(" a ")
    said = read_definition({"habit": "sleep", "goal": f"{number} h{f' a {per}' if per else ''}"})
    assert said is not None
    assert (bare.goals, bare.unit) == (said.goals, said.unit)

from __future__ import annotations

import pytest

from notekeep.errors import UsageError
from notekeep.habits.days import DayKind, DayValue
from notekeep.habits.schedule import (
    Goal,
    parse_goal,
    parse_schedule,
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
        ("under 2 cups", Goal("most", 2_000, "cup"), "<= 2 cup"),
    ],
)
def test_goals_are_read_and_written(text: str, goal: Goal, written: str) -> None:
    assert parse_goal(text) == goal
    assert goal.text() == written
    assert parse_goal(written) == goal


@pytest.mark.parametrize(
    "text", ["", "10", "3/week", "3 a week", "> 10", ">= ten", ">= -5", ">= 5,5 km", ">= 5/year"]
)
def test_other_texts_are_no_goals(text: str) -> None:
    with pytest.raises(UsageError, match="not a goal"):
        parse_goal(text)


LEAST, MOST = Goal("least", 10_000), Goal("most", 2_000)


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


@pytest.mark.parametrize(
    "text", ["never", "<= 2 cup", ">= 10 min", ">= 20 km/week", "<= 3/month", ">= 25 page"]
)
def test_what_is_shown_of_a_goal_can_be_typed(text: str) -> None:
    shown = parse_goal(text).words()
    assert parse_goal(shown).words() == shown


def test_nothing_at_all_is_said_in_words() -> None:
    assert Goal("most").words() == "not at all"
    assert Goal("most", 0, "cup").words() == "not at all"


@pytest.mark.parametrize("text", ["3/7d", "after 2d", "after 2d..4d", "none", "mon,wed", "2/month"])
def test_what_is_shown_of_a_schedule_can_be_typed(text: str) -> None:
    schedule = parse_schedule(text)
    assert parse_schedule(schedule.words()) == schedule

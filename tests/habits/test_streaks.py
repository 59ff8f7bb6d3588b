from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.days import DayHistory, DayKind, DayValue
from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import Timeline, evaluate_days
from notekeep.habits.measures import Rate, best_runs, rate, recovery, streak

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY = date(2026, 1, 5).toordinal()


def daily(history: str) -> Timeline:
    """A daily habit: `x` done, `.` missed; today comes after the last of them."""
    habit = read_definition({"habit": "h", "since": "2026-01-05"})
    assert habit is not None
    days = DayHistory()
    for place, c in enumerate(history):
        value: DayKind = "done" if c == "x" else "miss"
        days.put(MONDAY + place, DayValue(value, is_marked=c == "x", revision=0))
    return evaluate_days(habit, days, MONDAY + len(history))


def test_of_four_misses_three_were_followed_by_a_success() -> None:
    misses = recovery(daily("x.x..xx.x"))
    assert (misses.followed, misses.recovered, misses.longest_gap) == (4, 3, 2)
    assert misses.rate == 0.75


def test_no_closed_unit_is_no_rate() -> None:
    assert rate(daily("")).value is None
    assert recovery(daily("xxx")).rate is None


@given(st.text("x.", max_size=40))
def test_streaks_are_runs_of_successes(history: str) -> None:
    line = daily(history)
    runs = [len(run) for run in history.split(".")]
    assert streak(line) == (runs[-1], max(runs), "due days")
    found = best_runs(line, most=100)
    assert [run.length for run in found] == sorted((n for n in runs if n), reverse=True)
    for run in found:
        part = history[run.first - MONDAY : run.last - MONDAY + 1]
        assert part == "x" * run.length


def test_a_rate_of_the_last_days_includes_today() -> None:
    line = daily("....xx.")
    assert rate(line, 4) == Rate(2, 1)  # x, x, missed, and today, which is open
    assert rate(line, 1000) == rate(line) == Rate(2, 5)


def test_a_rate_as_of_an_earlier_day_leaves_out_what_came_later() -> None:
    line = daily("....xx.")
    assert rate(line._replace(today=MONDAY + 4), 3) == Rate(1, 2)
    assert rate(line._replace(today=MONDAY - 100), 30) == Rate(0, 0), "before its first day"


@pytest.mark.parametrize(
    ("third", "current", "longest"), [(["19 done", "20 done"], 0, 2), ([], 2, 2)]
)
def test_three_a_week_with_a_short_third_week(
    third: list[str], current: int, longest: int, made: Callable[..., Any]
) -> None:
    two_weeks = [f"{day:02} done" for day in (5, 7, 9, 12, 14, 16)]
    habit, days = made(*two_weeks, *third, schedule="3/week", since="2026-01-05")
    today = date(2026, 1, 26 if third else 19).toordinal()
    assert streak(evaluate_days(habit, days, today))[:2] == (current, longest)


CHANGED = ["2026-01-05 1/week", "2026-02-02 mon,thu", "2026-02-16 1/week"]


def changed(made: Callable[..., Any], *days: str, schedule: list[str]) -> Timeline:
    lines = [f"- {day} h: done" for day in days]
    habit, found = made(*lines, schedule=schedule, since="2026-01-05")
    return evaluate_days(habit, found, date(2026, 3, 4).toordinal())


def test_a_changed_unit_keeps_the_longest_streak(made: Callable[..., Any]) -> None:
    weeks = ["2026-01-05", "2026-01-12", "2026-01-19"]
    due_days = ["2026-02-02", "2026-02-05", "2026-02-09", "2026-02-12"]
    line = changed(made, *weeks, *due_days, "2026-02-16", "2026-02-23", schedule=CHANGED)
    assert streak(line) == (2, 3, "weeks")


def test_a_changed_unit_parts_the_best_streaks(made: Callable[..., Any]) -> None:
    weeks = ["2026-01-26", "2026-02-02", "2026-02-05", "2026-02-16", "2026-02-23"]
    line = changed(made, *weeks, schedule=CHANGED)
    assert [run.length for run in best_runs(line)] == [2, 1], "no streak goes over days"
    assert streak(line) == (2, 2, "weeks")


def test_a_streak_of_weeks_is_from_the_first_day_to_the_last(made: Callable[..., Any]) -> None:
    days = ["2026-01-09", "2026-01-15", "2026-02-16", "2026-02-27", "2026-03-04"]
    line = changed(made, *days, schedule=["2026-01-05 1/week"])
    found = [(run.first, run.last) for run in best_runs(line)]
    spans = [(date(2026, 2, 16), date(2026, 3, 4)), (date(2026, 1, 5), date(2026, 1, 18))]
    assert found == [(first.toordinal(), last.toordinal()) for first, last in spans]


def test_a_schedule_of_the_same_unit_continues_a_streak(made: Callable[..., Any]) -> None:
    days = ["2026-01-26", "2026-01-29", "2026-02-02", "2026-02-04", "2026-02-06"]
    schedule = ["2026-01-05 mon,thu", "2026-02-02 mon,wed,fri"]
    line = changed(made, *days, schedule=schedule)
    assert streak(line).longest == 5
    assert [run.length for run in best_runs(line)] == [5]


def test_of_equal_streaks_the_latest_is_first() -> None:
    assert [run.first - MONDAY for run in best_runs(daily("xx.x.xx"))] == [5, 0, 3]

"""Two habits together: what goes together shows, what only looks so does not."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.stats import LAGS, compare_pairs, find_logged_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notekeep.habits.stats import HabitPair

FIRST = date(2026, 1, 5).toordinal()


def history(said: Sequence[bool | None]) -> DayHistory:
    days = DayHistory()
    for place, done in enumerate(said):
        if done is not None:
            day = (
                DayValue("done", 0, is_marked=True, revision=0)
                if done
                else DayValue("miss", revision=0)
            )
            days.put(FIRST + place, day)
    return days


def compare(said: Mapping[str, Sequence[bool | None]]) -> list[HabitPair]:
    histories = {name: history(days) for name, days in said.items()}
    lines = {}
    for name, days in histories.items():
        habit = read_definition({"habit": name, "since": "2026-01-05"})
        assert habit is not None
        lines[name] = evaluate_days(habit, days, FIRST + max(map(len, said.values())))
    wanted = [(*names, lag) for names in combinations(said, 2) for lag in LAGS]
    return compare_pairs(lines, find_logged_days(histories.values()), wanted)


def test_a_habit_that_follows_another_is_worth_a_try() -> None:
    chance = random.Random(1)
    run = [chance.random() < 0.5 for _ in range(120)]
    sleep = [chance.random() < (0.9 if ran else 0.3) for ran in run]
    same_day = next(pair for pair in compare({"run": run, "sleep": sleep}) if not pair.lag)
    assert same_day.is_worth_a_try
    both = sum(a and b for a, b in zip(run, sleep, strict=True))
    assert same_day.table == (
        both,
        sum(run) - both,
        sum(sleep) - both,
        len(run) - sum(run) - sum(sleep) + both,
    )
    assert same_day.chance is not None
    assert same_day.chance < 0.01


def test_the_next_day_is_another_question() -> None:
    chance = random.Random(2)
    run = [chance.random() < 0.5 for _ in range(140)]
    rest = [True, *(chance.random() < (0.85 if ran else 0.15) for ran in run[:-1])]
    found = {pair.lag: pair for pair in compare({"run": run, "rest": rest})}
    assert found[1].is_worth_a_try
    assert not found[0].is_worth_a_try


def test_too_few_days_say_nothing() -> None:
    run = [True, False] * 14
    for pair in compare({"run": run, "sleep": run}):
        assert pair.chance is None
        assert not pair.is_worth_a_try


def test_weekends_are_no_reason() -> None:
    """Both are done from Monday to Friday, and have nothing else to do with each other."""
    chance = random.Random(3)
    weekday = [place % 7 < 5 for place in range(210)]
    work = [chance.random() < (0.95 if day else 0.05) for day in weekday]
    coffee = [chance.random() < (0.95 if day else 0.05) for day in weekday]
    same_day = next(pair for pair in compare({"work": work, "coffee": coffee}) if not pair.lag)
    assert same_day.table.phi is not None
    assert same_day.table.phi > 0.6
    assert not same_day.is_worth_a_try


def test_days_without_any_entry_are_left_out() -> None:
    chance = random.Random(4)
    logged = [place % 3 > 0 for place in range(150)]
    run = [chance.random() < 0.5 if day else None for day in logged]
    read = [chance.random() < 0.5 if day else None for day in logged]
    same_day = next(pair for pair in compare({"run": run, "read": read}) if not pair.lag)
    assert same_day.table.days == sum(logged)
    assert not same_day.is_worth_a_try


def test_streaky_habits_that_have_nothing_to_do_with_each_other_seldom_stand_out() -> None:
    chance = random.Random(5)
    said: dict[str, list[bool | None]] = {}
    for number in range(12):
        state = True
        days: list[bool | None] = []
        for _ in range(120):
            state = state if chance.random() < 0.85 else not state
            days.append(state)
        said[f"h{number}"] = days
    found = compare(said)
    assert len(found) == 2 * 66
    assert sum(pair.is_worth_a_try for pair in found) <= 3


def test_a_day_after_of_which_nothing_is_known_is_not_counted() -> None:
    silent: list[bool | None] = [None] * 40
    silent[::2] = [True] * 20
    (next_day,) = (pair for pair in compare({"run": silent, "sleep": silent}) if pair.lag)
    assert next_day.table.days == 0

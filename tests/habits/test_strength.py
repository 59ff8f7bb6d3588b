from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition, read_definition
from notekeep.habits.evaluation import evaluate_days
from notekeep.habits.measures import daily_decay, strengths
from notekeep.habits.measures import strength as figure
from notekeep.habits.schedule import Dated, Goal
from tests.support.day_numbers import ordinal

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = json.loads((Path(__file__).parent / "vectors/loop_score.json").read_text("utf-8"))
MARKS = {
    0: DayValue("miss", revision=0),
    2: DayValue("done", 0, True, revision=0),
    3: DayValue("skip", revision=0),
}
PER = {1: "day", 7: "week", 30: "month"}
WRITTEN = 5e-10
"""The vectors give nine decimals."""


def strength(habit: Definition, days: DayHistory, day: int) -> float:
    """The strength at the end of a day."""
    scores = strengths(habit, days, day)[1]
    return scores[-1] if scores else 0.0


@pytest.mark.parametrize("case", VECTORS["step"], ids=str)
def test_one_day_moves_strength_as_the_vectors_say(case: dict[str, Any]) -> None:
    kept = daily_decay(*case["freq"])
    found = case["previous"] * kept + case["share"] * (1 - kept)
    assert found == pytest.approx(case["score"], abs=WRITTEN)


def definition(case: dict[str, Any]) -> Definition:
    times, days = case["freq"]
    fields = {"habit": "h", "schedule": f"{times}/{days}d"}
    if case["numeric"]:
        sign = "<=" if case["at_most"] else ">="
        fields = {"habit": "h", "goal": f"{sign} {case['target']}/{PER[days]}"}
    habit = read_definition(fields)
    assert habit is not None
    if case["numeric"] and not case["at_most"] and not case["target"]:
        return habit._replace(
            goals=(Dated(0, Goal("least")),)
        )  # which Loop has and nobody can write
    assert habit.problems == ()
    return habit


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_strength_is_what_the_vectors_say(case: dict[str, Any]) -> None:
    days = DayHistory()
    for text, mark in case["marks"].items():
        is_amount = case["numeric"] and mark != 3
        days.put(ordinal(text), DayValue("amount", mark, revision=0) if is_amount else MARKS[mark])
    first, scores = strengths(definition(case), days, ordinal(case["today"]))
    for text, expected in case["expect"]["scores"].items():
        place = ordinal(text) - first
        found = scores[place] if 0 <= place < len(scores) else 0.0
        assert found == pytest.approx(expected, abs=WRITTEN), text


@given(st.integers(1, 400))
def test_a_daily_habit_kept_without_fail_comes_halfway_in_thirteen_days(count: int) -> None:
    habit = read_definition({"habit": "h"})
    assert habit is not None
    days = DayHistory()
    for day in range(count):
        days.put(730_000 + day, MARKS[2])
    found = strength(habit, days, 730_000 + count - 1)
    assert found == pytest.approx(1 - 0.5 ** (count / 13), abs=1e-12)
    after = strength(habit, days, 730_000 + count)
    assert after == pytest.approx(found * daily_decay(1, 1), abs=1e-12)


@pytest.mark.parametrize(
    ("lines", "fields", "today", "expected"),
    [
        ([f"{day:02} done" for day in range(1, 31)], {}, "2026-02-04", 0.611267),
        (
            [f"{day:02} done" for day in (5, 7, 9, 12, 14, 16, 19, 21, 23, 26, 28, 30)],
            {"schedule": "mon,wed,fri"},
            "2026-01-31",
            0.539897,
        ),
        (["01 2", "02 1", "03 0.5", "05 4", "06 skip", "07 2"], {"goal": ">= 2"}, "08", 0.163977),
        (["01 1", "02 2", "03 3", "04 4", "05 5", "07 0"], {"goal": "<= 2"}, "08", 0.893917),
    ],
)
def test_worked_examples(
    lines: list[str],
    fields: dict[str, str],
    today: str,
    expected: float,
    made: Callable[..., Any],
    day: Callable[[str], int],
) -> None:
    habit, days = made(*lines, **fields)
    if fields.get("schedule"):
        today = "2026-02-01"
    assert strength(habit, days, day(today)) == pytest.approx(expected, abs=5e-7)


def test_two_of_three_times_a_week_tend_to_two_thirds(made: Callable[..., Any]) -> None:
    habit, days = made(schedule="3/week")
    for week in range(400):
        days.put(730_000 + 7 * week, MARKS[2])
        days.put(730_003 + 7 * week, MARKS[2])
    assert strength(habit, days, 730_000 + 7 * 400 - 1) == pytest.approx(2 / 3, abs=1e-9)


def test_days_in_a_pause_leave_strength_as_it_is(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("01 done", "02 done", paused="2026-01-03..2026-01-20")
    assert strength(habit, days, day("20")) == strength(habit, days, day("02"))
    assert strength(habit, days, day("21")) < strength(habit, days, day("20"))


def test_rest_days_do_not_weaken_an_at_most_habit(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("05 5", "06 9", schedule="mon,wed", goal="<= 2")
    assert strength(habit, days, day("06")) == strength(habit, days, day("05")) < 1


def test_a_slip_without_an_amount_weighs_as_much_as_the_worst(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("05 miss", goal="<= 0")
    assert strength(habit, days, day("05")) == pytest.approx(daily_decay(1, 1))


def test_an_ended_habit_keeps_its_strength(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    habit, days = made("01 done", until="2026-01-01")
    assert strength(habit, days, day("2026-12-31")) == strength(habit, days, day("01"))


def test_a_habit_without_entries_has_no_strength(made: Callable[..., Any]) -> None:
    habit, days = made()
    assert strength(habit, days, 730_000) == 0


def test_a_change_of_schedule_changes_the_pace_from_its_day_on(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    lines = [f"{number:02} done" for number in range(1, 11)]
    changed, days = made(*lines, schedule=["2026-01-01 daily", "2026-01-11 1/week"])
    daily, _ = made(*lines)
    assert strength(changed, days, day("10")) == strength(daily, days, day("10"))
    before, after = (strength(changed, days, day(text)) for text in ("10", "11"))
    kept = daily_decay(1, 7)
    assert after == pytest.approx(before * kept + 1 - kept)


def test_an_open_today_is_no_part_of_strength(
    made: Callable[..., Any], day: Callable[[str], int]
) -> None:
    lines = [f"{number:02} done" for number in range(1, 21)]
    for more, fields in (
        ([], {}),
        (["21 4 min"], {"goal": ">= 10 min"}),
        ([], {"schedule": "3/week"}),
    ):
        habit, days = made(*lines, *more, **fields)
        morning = evaluate_days(habit, days, day("21"))
        assert figure(habit, days, morning) == strength(habit, days, day("20"))
    habit, days = made(*lines, "21 miss")
    missed = figure(habit, days, evaluate_days(habit, days, day("21")))
    assert missed is not None
    assert missed < strength(habit, days, day("20"))
    habit, days = made(*lines)
    over = evaluate_days(habit, days, day("22"))
    assert figure(habit, days, over) == strength(habit, days, day("21"))

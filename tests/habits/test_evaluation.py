from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import read_definition
from notekeep.habits.evaluation import Status, Timeline, evaluate_days
from notekeep.habits.measures import Rate, rate, recovery, streak
from tests.support.day_numbers import iso, ordinal

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = json.loads((Path(__file__).parent / "vectors/status_streak.json").read_text("utf-8"))[
    "cases"
]
UNITS = {"slots": "grids"}
"""What the vectors call the unit of `every Nd`; a person reads "3 slots"."""


def status_name(line: Timeline, day: int) -> str:
    return line.status(day)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_days_and_streaks_are_what_the_vectors_say(
    case: dict[str, Any], made: Callable[..., Any]
) -> None:
    fields = dict(case["habit"])
    fields["paused"] = ["..".join(pause) for pause in fields.get("paused", [])]
    habit, days = made(*case["log"], **fields)
    line = evaluate_days(
        habit, days, ordinal(case["today"]), case.get("options", {}).get("week_start", 0)
    )
    assert answers(line, case["expect"]) == case["expect"]


def answers(line: Timeline, expected: dict[str, Any]) -> dict[str, Any]:
    runs, closed, misses = streak(line), rate(line), recovery(line)
    due = line.due or (line.today, line.today)
    found: dict[str, Any] = {
        "status": {day: status_name(line, ordinal(day)) for day in expected.get("status", ())},
        "unit": UNITS.get(line.unit, line.unit),
        "current": runs.current,
        "longest": runs.longest,
        "met": closed.met,
        "missed": closed.missed,
        "rate": None if closed.value is None else round(closed.value, 6),
        "nmt": {
            "misses_followed": misses.followed,
            "recovered": misses.recovered,
            "rate": misses.rate,
            "longest_gap": misses.longest_gap,
        },
        "periods": [
            {
                "start": iso(period.start),
                "end": iso(period.end),
                "count": str(period.reached),
                "need": str(period.need),
                "result": period.result,
            }
            for period in line.periods
        ],
        "next_due": iso(due[0]),
        "deadline": iso(due[1]),
        "today": status_name(line, line.today),
    }
    return {key: found[key] for key in expected}


def statuses(line: Timeline, first: str, last: str) -> str:
    return " ".join(status_name(line, day) for day in range(ordinal(first), ordinal(last) + 1))


def test_an_open_week_has_open_days_a_pending_today_and_a_future(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", schedule="3/week", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-07"))
    assert statuses(line, "2026-01-05", "2026-01-09") == "done open pending future future"
    assert line.periods[-1].left == 5


def test_skips_that_leave_nothing_to_do_make_a_week_transparent(made: Callable[..., Any]) -> None:
    habit, days = made("05 skip", "12 skip", "13 done", schedule="1/week", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-18"))
    assert [period.result for period in line.periods] == ["skipped", "met"]
    assert streak(line).current == 1


def test_a_check_in_on_a_paused_day_counts(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", "06 done", since="2026-01-05", paused="2026-01-06..2026-01-08")
    line = evaluate_days(habit, days, ordinal("2026-01-09"))
    assert statuses(line, "2026-01-05", "2026-01-09") == "done done paused paused pending"
    assert streak(line).current == 2


def test_entries_outside_of_since_and_until_are_shown_but_not_counted(
    made: Callable[..., Any],
) -> None:
    habit, days = made("03 done", "05 done", "08 done", since="2026-01-05", until="2026-01-06")
    line = evaluate_days(habit, days, ordinal("2026-01-10"))
    assert statuses(line, "2026-01-02", "2026-01-09") == ("off extra off done missed off extra off")
    assert (rate(line).met, rate(line).missed) == (1, 1)


def test_a_change_of_schedule_does_not_judge_the_past_anew(made: Callable[..., Any]) -> None:
    habit, days = made(
        "05 done",
        "12 done",
        "19 done",
        "20 done",
        "21 done",
        schedule=["2026-01-01 1/week", "2026-01-19 daily"],
        since="2026-01-05",
    )
    before = evaluate_days(habit, days, ordinal("2026-01-18"))
    assert (streak(before).current, before.unit) == (2, "weeks")
    after = evaluate_days(habit, days, ordinal("2026-01-21"))
    assert (streak(after).current, after.unit) == (3, "due days")
    assert rate(after) == Rate(5, 0, is_mixed=True)


def test_amounts_add_up_to_the_goal_of_a_week(made: Callable[..., Any]) -> None:
    habit, days = made(
        "05 12 km", "08 9000 m", "13 5 km", "19 3", goal=">= 20 km/week", since="2026-01-05"
    )
    line = evaluate_days(habit, days, ordinal("2026-01-20"))
    assert [(period.reached, period.result) for period in line.periods] == [
        (21_000_000, "met"),
        (5_000_000, "missed"),
        (3_000_000, "open"),
    ]
    assert statuses(line, "2026-01-08", "2026-01-14") == "done covered covered covered gap done gap"
    assert (streak(line).longest, line.unit) == (1, "weeks")


def test_the_goal_of_a_week_is_scaled_to_its_active_days(made: Callable[..., Any]) -> None:
    habit, days = made("09 3", "11 6", goal=">= 21/week", since="2026-01-09")
    assert evaluate_days(habit, days, ordinal("2026-01-11")).periods[0][2:5] == (9000, 9000, "met")


def test_an_at_most_week_is_missed_at_once_and_met_only_at_its_end(
    made: Callable[..., Any],
) -> None:
    habit, days = made("05 2", "12 2", "13 2", goal="<= 3/week", since="2026-01-05")
    results = [
        evaluate_days(habit, days, ordinal(f"2026-01-{day}")).periods[-1].result
        for day in ("10", "11", "12", "13")
    ]
    assert results == ["open", "open", "open", "missed"]
    assert evaluate_days(habit, days, ordinal("2026-01-13")).periods[0].result == "met"


def test_an_amount_within_a_weekly_limit_is_no_achievement(made: Callable[..., Any]) -> None:
    habit, days = made(
        "05 2 drink", "08 1 drink", "13 2 drink", "16 2 drink",
        goal="<= 3 drink / week", since="2026-01-05",
    )  # fmt: skip
    line = evaluate_days(habit, days, ordinal("2026-01-20"))
    assert statuses(line, "2026-01-05", "2026-01-11") == " ".join(["covered"] * 7)
    assert statuses(line, "2026-01-12", "2026-01-18") == " ".join(["gap"] * 7)


def test_a_slip_without_an_amount_breaks_a_week_of_nothing(made: Callable[..., Any]) -> None:
    habit, days = made("06 miss", goal="<= 0/week", since="2026-01-05")
    assert evaluate_days(habit, days, ordinal("2026-01-06")).periods[0].result == "missed"


def test_silence_on_a_day_that_is_not_due_is_rest_also_where_silence_is_success(
    made: Callable[..., Any],
) -> None:
    habit, days = made("05 1", schedule="mon,wed", goal="<= 2", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-08"))
    assert statuses(line, "2026-01-05", "2026-01-08") == "done rest done rest"


def test_spans_of_days_count_covered_days_up_to_today(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", "07 done", "15 done", schedule="2/4d", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-16"))
    assert statuses(line, "2026-01-05", "2026-01-10") == "done covered done covered gap gap"
    assert statuses(line, "2026-01-15", "2026-01-16") == "done pending"
    assert (streak(line).longest, line.unit) == (4, "days")


@pytest.mark.parametrize(
    ("today", "status", "current"),
    [("06", "rest", 1), ("07", "due", 1), ("08", "last day", 1), ("09", "overdue", 0)],
)
def test_after_the_last_time_comes_rest_then_due_then_overdue(
    today: str, status: str, current: int, made: Callable[..., Any]
) -> None:
    habit, days = made("05 done", schedule="after 2d..3d", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal(f"2026-01-{today}"))
    assert (status_name(line, line.today), streak(line).current) == (status, current)


@pytest.mark.parametrize(
    ("late", "current", "longest"),
    [("11 done", 3, 3), ("12 done", 1, 2), ("13 done", 1, 2), ("12 skip", 0, 2)],
)
def test_after_the_deadline_a_check_begins_a_new_streak(
    late: str, current: int, longest: int, made: Callable[..., Any]
) -> None:
    habit, days = made("05 done", "08 done", late, schedule="after 3d", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-13"))
    assert streak(line) == (current, longest, "times")
    assert rate(line).missed == (late != "11 done")


def test_a_pause_moves_the_deadline_of_a_time(made: Callable[..., Any]) -> None:
    fields = {"schedule": "after 3d", "since": "2026-01-05", "paused": "2026-01-06..2026-01-07"}
    habit, days = made("05 done", "10 done", **fields)
    assert streak(evaluate_days(habit, days, ordinal("2026-01-10"))).current == 2
    habit, days = made("05 done", "11 done", **fields)
    assert streak(evaluate_days(habit, days, ordinal("2026-01-11"))).current == 1


def test_days_in_a_pause_do_not_pass_and_a_skip_starts_the_count_again(
    made: Callable[..., Any],
) -> None:
    fields = {"schedule": "after 2d..3d", "since": "2026-01-05"}
    habit, days = made("05 done", **fields, paused="2026-01-06..2026-01-09")
    assert (
        status_name(evaluate_days(habit, days, ordinal("2026-01-11")), ordinal("2026-01-11"))
        == "due"
    )
    habit, days = made("05 done", "08 skip", "11 done", **fields)
    assert streak(evaluate_days(habit, days, ordinal("2026-01-11"))).current == 2


def test_a_tracked_habit_is_never_due(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", "06 miss", schedule="none", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-07"))
    assert statuses(line, "2026-01-05", "2026-01-08") == "done rest rest future"
    assert (streak(line), rate(line).value) == ((0, 0, ""), None)


histories = st.dictionaries(
    st.integers(0, 60),
    st.sampled_from(
        [
            DayValue("done", 0, True, revision=0),
            DayValue("miss", revision=0),
            DayValue("skip", revision=0),
            DayValue("amount", 1000, revision=0),
            DayValue("amount", 9000, revision=0),
        ]
    ),
)


@given(
    histories,
    st.sampled_from(
        [
            "daily",
            "mon,thu",
            "3/week",
            "2/month",
            "3/7d",
            "1/30d",
            "every 3d",
            "after 2d..4d",
            "none",
        ]
    ),
    st.sampled_from(["done", ">= 5", "<= 5", ">= 20/week", "<= 20/month"]),
    st.sampled_from(["", "2026-01-10", "2026-03-20"]),
    st.sampled_from(["", "2026-02-01", "2025-01-01"]),
    st.sampled_from([[], ["2026-01-08..2026-01-20"], ["2026-02-01.."]]),
    st.integers(0, 6),
    st.integers(0, 60),
)
def test_every_history_can_be_judged(
    history: dict[int, DayValue],
    schedule: str,
    goal: str,
    since: str,
    until: str,
    paused: list[str],
    week_start: int,
    today: int,
) -> None:
    start = ordinal("2026-01-01")
    habit = read_definition(
        {
            "habit": "h",
            "schedule": schedule,
            "goal": goal,
            "since": since,
            "until": until,
            "paused": paused,
        }
    )
    assert habit is not None
    days = DayHistory()
    for place, day in history.items():
        days.put(start + place, day)
    line = evaluate_days(habit, days, start + today, week_start, start + 60)
    runs, closed = streak(line), rate(line)
    assert 0 <= runs.current <= runs.longest <= closed.met
    assert set(line.statuses) <= set(get_args(Status))
    assert all(day <= line.today for day, _ in line.results), "the future has no results"
    assert all(before[0] < after[0] for before, after in pairwise(line.results))


def test_a_schedule_to_come_does_not_hide_when_a_habit_is_due(made: Callable[..., Any]) -> None:
    schedule = ["2026-01-01 after 3d", "2026-01-12 weekends"]
    habit, days = made("05 done", schedule=schedule, since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-07"), last=ordinal("2026-01-15"))
    assert line.due == (ordinal("2026-01-08"), ordinal("2026-01-08"))


TWO_RULES = ["2026-01-05 3/week", "2026-01-08 2/week"]  # a Monday, and the Thursday after it


@pytest.mark.parametrize("days", [(9, 10, 11), (5, 6, 8, 9)])
def test_a_week_under_two_rules_is_one_week_under_the_later(
    days: tuple[int, ...], made: Callable[..., Any]
) -> None:
    lines = [f"{day:02} done" for day in days]
    habit, history = made(*lines, schedule=TWO_RULES, since="2026-01-05")
    line = evaluate_days(habit, history, ordinal("2026-01-12"))
    assert [(period.reached, period.need) for period in line.periods[:1]] == [(len(days), 2)]
    assert streak(line)[:2] == (1, 1)


def test_skips_of_a_rolling_schedule_keep_a_run_and_add_nothing(made: Callable[..., Any]) -> None:
    skips = [f"{day:02} skip" for day in range(5, 20)]
    habit, days = made(*skips, schedule="3/7d", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-20"))
    assert (streak(line)[:2], rate(line).value) == ((0, 0), None)
    kept = ["05 done", "06 done", "07 done", *(f"{day:02} skip" for day in range(8, 20))]
    habit, days = made(*kept, schedule="3/7d", since="2026-01-05")
    assert streak(evaluate_days(habit, days, ordinal("2026-01-20"))).current == 3


def test_today_under_a_rolling_schedule_is_missed_when_said_and_else_open(
    made: Callable[..., Any],
) -> None:
    today = ordinal("2026-01-20")
    for said, status in ((["20 miss"], "gap"), ([], "pending")):
        habit, days = made("05 done", *said, schedule="3/7d")
        assert evaluate_days(habit, days, today).status(today) == status
    habit, days = made("05 done", schedule="1/1d", unlogged="met")
    line = evaluate_days(habit, days, today)
    assert line.status(today - 1) == "covered"
    assert line.status(today) == "pending", "silence is a success once the day is over"


def test_a_span_has_the_units_that_closed_in_it(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", "06 done", "08 done", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-12"))
    week = line.between(ordinal("2026-01-05"), ordinal("2026-01-08"))
    assert (rate(week), streak(week).current, streak(week).longest) == (Rate(3, 1), 1, 2)
    assert rate(line.between(ordinal("2025-01-01"), ordinal("2025-12-31"))).value is None


def test_a_week_that_is_met_early_counts_from_that_day_on(made: Callable[..., Any]) -> None:
    habit, days = made("05 done", "07 done", schedule="2/week", since="2026-01-05")
    line = evaluate_days(habit, days, ordinal("2026-01-09"))
    assert [
        streak(line.between(line.first, ordinal(f"2026-01-0{day}"))).current for day in (6, 7)
    ] == [0, 1]

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits.schedule import spans
from tests.support.day_numbers import iso, ordinal

SCORES = json.loads((Path(__file__).parent / "vectors/loop_score.json").read_text("utf-8"))
CASES = [case for case in SCORES["cases"] if not case["numeric"]]
NO, IMPLIED, YES, SKIPPED = range(4)


def covered(case: dict[str, Any]) -> dict[int, int]:
    marks = {ordinal(day): mark for day, mark in case["marks"].items()}
    checks = sorted(day for day, mark in marks.items() if mark == YES)
    for first, last in spans(checks, *case["freq"]):
        for day in range(first, last + 1):
            marks[day] = marks.get(day) or IMPLIED
    return marks


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_days_that_checks_cover_are_what_the_vectors_say(case: dict[str, Any]) -> None:
    expected = {ordinal(day): mark for day, mark in case["expect"]["computed"].items()}
    found = covered(case)
    assert {day: mark for day, mark in found.items() if mark != NO} == {
        day: mark for day, mark in expected.items() if mark != NO
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_streaks_of_covered_days_are_what_the_vectors_say(case: dict[str, Any]) -> None:
    runs: list[list[int]] = []
    for day, mark in sorted(covered(case).items()):
        if mark == NO:
            continue
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    found = [[iso(run[0]), iso(run[-1]), len(run)] for run in runs]
    assert sorted(found) == sorted(case["expect"]["streaks"])


@pytest.mark.parametrize(
    ("checks", "days", "covered"),
    [
        (["2026-01-31", "2026-02-28", "2026-03-31", "2026-05-01"], 30, [89, 31]),
        (["2026-01-31", "2026-02-28", "2026-03-31", "2026-05-01"], 31, [89, 31]),
        (["2026-02-01"], 31, [28]),
        (["2028-01-31"], 30, [29]),
        (["2026-12-31"], 30, [31]),
        (["2026-01-31"], 29, [29]),
        (["2026-01-31"], 32, [32]),
    ],
)
def test_spans_of_30_and_31_days_are_months(
    checks: list[str], days: int, covered: list[int]
) -> None:
    held = {
        day
        for first, last in spans([ordinal(day) for day in checks], 1, days)
        for day in range(first, last + 1)
    }
    starts = sorted(day for day in held if day - 1 not in held)
    ends = sorted(day for day in held if day + 1 not in held)
    assert [end - start + 1 for start, end in zip(starts, ends, strict=True)] == covered


@given(st.sets(st.integers(730_000, 730_100)), st.integers(1, 5), st.integers(1, 14))
def test_every_span_holds_its_checks(checks: set[int], times: int, days: int) -> None:
    for first, last in spans(sorted(checks), times, days):
        held = sum(first <= check <= last for check in checks)
        assert held >= (times if times < days else 1)
        assert last - first + 1 == (days if times < days else 1)

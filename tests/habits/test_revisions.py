from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits import amounts, log
from notekeep.habits.days import EMPTY_DAY_VALUE, DayValue, reduce_entries

CASES = json.loads((Path(__file__).parent / "vectors/merge_fold.json").read_text("utf-8"))["cases"]


def fold_lines(lines: list[str], unit: str = "") -> DayValue:
    parsed = [log.parse_line(line).entry for line in lines]
    return reduce_entries([entry for entry in parsed if entry is not None], unit)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lines_of_a_day_mean_what_the_vectors_say(case: dict[str, Any]) -> None:
    day = fold_lines(case["lines"])
    state: dict[str, Any] = {"conflict": day.is_disputed, "value": day.value}
    if day.value == "amount":
        state |= {"amount": amounts.format_number(day.amount), "done_mark": day.is_marked}
    assert state == case["state"]


values = st.sampled_from(
    ["done", "miss", "skip", "clear", "1 glass", "2 glass", "= 3 glass", "= 4", "5 km", "0"]
)
lines = st.builds(
    "- 2026-11-24 h: {}{}{}".format,
    values,
    st.sampled_from(["", " @07:00", " @08:00"]),
    st.sampled_from(["", " ~1", " ~2"]),
)


@given(st.data(), st.lists(lines, max_size=8))
def test_order_and_repetition_make_no_difference(data: st.DataObject, some: list[str]) -> None:
    again = data.draw(st.permutations(some + data.draw(st.lists(st.sampled_from(some or [""])))))
    assert fold_lines(again, "glass") == fold_lines(some, "glass")


@given(st.lists(lines, max_size=6), st.lists(lines, max_size=6))
def test_any_way_of_merging_two_copies_gives_the_same_day(
    mine: list[str], theirs: list[str]
) -> None:
    union = [*mine, *(line for line in theirs if line not in mine)]
    assert fold_lines(mine + theirs) == fold_lines(theirs + mine) == fold_lines(union)


def test_no_lines_are_an_empty_day() -> None:
    assert reduce_entries([]) is EMPTY_DAY_VALUE


def test_amounts_in_units_that_convert_add_up_in_the_base_unit() -> None:
    day = fold_lines(
        ["- 2026-11-24 h: 1h30m", "- 2026-11-24 h: 0.5 h", "- 2026-11-24 h: 10"], "min"
    )
    assert amounts.format_in_habit_unit(day.amount, "min") == "130 min"


def test_an_amount_that_does_not_convert_counts_as_done_and_stays_apart() -> None:
    day = fold_lines(["- 2026-11-24 h: 5 km"], "min")
    assert (day.value, day.apart) == ("done", ((5000, "km"),))
    day = fold_lines(["- 2026-11-24 h: 5 km", "- 2026-11-24 h: 3 min"], "min")
    assert (day.value, day.amount, day.is_marked) == ("amount", 3000, True)


def test_bullets_links_and_blanks_do_not_make_a_line_another_one() -> None:
    same = ["- 2026-11-24 h: 1 glass @09:00", "* 2026-11-24 [[habits/h|H]]: 1 glass  @09:00"]
    assert fold_lines(same).amount == 1000


def test_an_amount_that_sets_beats_those_that_add_and_is_flagged() -> None:
    day = fold_lines(["- 2026-11-24 h: = 3", "- 2026-11-24 h: 9"])
    assert (day.amount, day.is_disputed) == (3000, True)

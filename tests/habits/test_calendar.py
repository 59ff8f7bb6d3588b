from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.habits import calendar
from notekeep.habits.days import DayHistory
from notekeep.habits.definition import read_definition
from notekeep.habits.summary import HabitView
from notekeep.tracking.habit_details import lay_out_weeks

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("line", "fields", "level"),
    [
        ("05 done", {}, calendar.LEVEL_REACHED),
        ("05 3", {}, calendar.LEVEL_REACHED),
        ("05 miss", {}, calendar.LEVEL_NONE),
        ("05 4 min", {"goal": ">= 10 min"}, calendar.LEVEL_LITTLE),
        ("05 5 min", {"goal": ">= 10 min"}, calendar.LEVEL_MOST),
        ("05 10 min", {"goal": ">= 10 min"}, calendar.LEVEL_REACHED),
        ("05 11 min", {"goal": ">= 10 min"}, calendar.LEVEL_MORE),
        ("05 done", {"goal": ">= 10 min"}, calendar.LEVEL_REACHED),
        ("05 1", {"goal": ">= 14/week"}, calendar.LEVEL_MOST),
        ("05 1 cup", {"goal": "<= 2 cup"}, calendar.LEVEL_REACHED),
        ("05 3 cup", {"goal": "<= 2 cup"}, calendar.LEVEL_NONE),
    ],
)
def test_a_day_has_a_level(
    line: str,
    fields: dict[str, str],
    level: int,
    made: Callable[..., Any],
    day: Callable[[str], int],
) -> None:
    habit, days = made(line, since="2026-01-05", **fields)
    shown = HabitView(habit, days, day("06"), shown=(day("05"), day("05")))
    assert shown.cells[0].level == level


@given(st.integers(1901, 2198), st.integers(0, 6))
def test_a_year_is_laid_out_in_weeks(year: int, week_start: int) -> None:
    habit = read_definition({"habit": "h"})
    assert habit is not None
    first, last = calendar.year_bounds(year)
    days = HabitView(habit, DayHistory(), last, shown=(first, last)).cells
    found = lay_out_weeks(days, week_start)
    squares = [square for column in found.columns for square in column]
    ordinals = [square.day.toordinal() for square in squares if square]
    assert ordinals == list(range(first, last + 1))
    assert len(found.columns) in (53, 54)
    for column in found.columns:
        for row, square in enumerate(column):
            if square:
                assert square.day.weekday() == (week_start + row) % 7
    assert [month for _, month in found.months] == list(range(1, 13))
    for place, month in found.months:
        opening = date(year, month, 1)
        assert opening in [square.day for square in found.columns[place] if square]

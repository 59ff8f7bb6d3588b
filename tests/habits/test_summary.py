from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS
from notekeep.habits.measures import Rate
from notekeep.habits.summary import (
    HabitView,
    format_count,
    format_rate,
    format_streak,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def seen(made: Callable[..., Any], day: Callable[[str], int]) -> Callable[..., HabitView]:
    """Look at a habit on 24 January 2026, a Saturday, unless told otherwise."""

    def look(*lines: str, today: str = "24", **fields: str | list[str]) -> HabitView:
        habit, days = made(*lines, **{"since": "2026-01-05", **fields})
        return HabitView(habit, days, day(today))

    return look


@pytest.mark.parametrize(
    ("lines", "fields", "mark", "note", "call"),
    [
        (["24 done"], {}, "done", "", "done"),
        (["23 done"], {}, "open", "", "due"),
        (["23 miss"], {}, "at risk", "Missed yesterday", "due"),
        (["22 miss"], {"schedule": "thu,sat"}, "at risk", "Missed last time", "due"),
        (["24 miss"], {}, "missed", "", "due"),
        (["24 skip"], {}, "skipped", "", "none"),
        ([], {"paused": "2026-01-20.."}, "paused", "Paused", "none"),
        ([], {"paused": "2026-01-20..2026-02-01"}, "paused", "Paused until Sun 1 Feb", "none"),
        (["23 done"], {"schedule": "mon,tue"}, "none", "", "none"),
        (["24 done"], {"schedule": "mon,tue"}, "done", "", "done"),
        (["23 12", "24 7 min"], {"goal": ">= 10 min"}, "partial", "7 of 10 min", "due"),
        (["24 10 min"], {"goal": ">= 10 min"}, "done", "", "done"),
        (["24 1 cup"], {"goal": "<= 2 cup"}, "ok", "1 of 2 cups", "done"),
        (["24 3 cup"], {"goal": "<= 2 cup"}, "missed", "3 of 2 cups", "due"),
        (["24 miss"], {"goal": "<= 0"}, "missed", "", "due"),
        (["19 done"], {"schedule": "3/week"}, "at risk", "2 to go, 2 days left", "due"),
        (["19 done", "20 done"], {"schedule": "3/week"}, "open", "1 to go, 2 days left", "may"),
        ([], {"schedule": "3/week"}, "open", "Can't reach 3 this week, 2 days left", "may"),
        (["19 done", "20 done"], {"schedule": "2/week"}, "none", "", "none"),
        (["19 5 km"], {"goal": ">= 20 km/week"}, "open", "5 of 20 km this week", "may"),
        (["19 5"], {"goal": "<= 20/month"}, "ok", "5 of 20 (new this month)", "done"),
        (["23 done"], {"schedule": "after 2d..4d"}, "none", "Due in 1 day", "none"),
        (["22 done"], {"schedule": "after 2d..4d"}, "open", "Due, 2 days left", "due"),
        (["20 done"], {"schedule": "after 2d..4d"}, "at risk", "Due by tonight", "due"),
        (["18 done"], {"schedule": "after 2d..4d"}, "missed", "2 days overdue", "due"),
        (["24 done"], {"schedule": "none"}, "done", "", "done"),
        ([], {"until": "2026-01-20"}, "none", "", "none"),
        # The weeks of a schedule that has ended are not those of today.
        ([], {"schedule": ["3/week", "2026-01-24 daily"]}, "open", "", "due"),
        (["24 miss"], {"schedule": ["3/week", "2026-01-23 daily"]}, "missed", "", "due"),
        (
            [],
            {"schedule": ["every 12 months", "2026-01-23 daily"]},
            "at risk",
            "Missed yesterday",
            "due",
        ),
    ],
)
def test_today_has_a_mark_a_note_and_a_call(
    lines: list[str],
    fields: dict[str, str],
    mark: str,
    note: str,
    call: str,
    seen: Callable[..., HabitView],
) -> None:
    found = seen(*lines, **fields)
    assert (found.today.mark, found.note, found.call) == (mark, note, call)


@pytest.mark.parametrize(
    ("lines", "fields", "text"),
    [
        (["23 done", "24 done"], {}, "2 days"),
        (["20 done", "21 done", "24 done"], {}, "1 day (best 2)"),
        (["19 done"], {"schedule": "mon"}, "1 in a row"),
        (["19 done"], {"schedule": "1/week"}, "1 week"),
        (["24 done"], {"schedule": "every 2d"}, "1 in a row"),
        (["22 done", "23 done"], {"schedule": "after 1d..9d"}, "2 times"),
        (["24 done"], {"schedule": "none"}, ""),
    ],
)
def test_a_streak_is_shown_with_what_it_counts(
    lines: list[str], fields: dict[str, str], text: str, seen: Callable[..., HabitView]
) -> None:
    assert format_streak(seen(*lines, **fields)) == text


def test_the_last_seven_days_are_shown(seen: Callable[..., HabitView]) -> None:
    found = seen("20 done", "22 skip", "23 4 min", goal=">= 10 min")
    assert [cell.mark for cell in found.cells] == [
        "missed",
        "missed",
        "done",
        "missed",
        "skipped",
        "partial",
        "at risk",
    ]
    assert found.cells[-2].amount == "4 min"


def test_a_view_says_what_the_definition_says(seen: Callable[..., HabitView]) -> None:
    found = seen(
        title="Run", schedule="3/week", goal=">= 5 km", tags=["habit", "body"], tiny="shoes on"
    )
    assert (found.title, found.schedule, found.goal, found.unit, found.group, found.tiny) == (
        "Run",
        "3/week",
        ">= 5 km",
        "km",
        "body",
        "shoes on",
    )


def test_marks_differ_by_shape_in_both_sets() -> None:
    for glyphs in (UNICODE_MARKS, ASCII_MARKS):
        assert len(set(glyphs.marks.values())) == len(glyphs.marks)
        assert len(set(glyphs.levels)) == 5
    assert all(sign.isascii() for sign in (*ASCII_MARKS.marks.values(), ASCII_MARKS.levels))


def test_one_is_no_plural() -> None:
    assert [format_count(number, "due days") for number in (0, 1, 2)] == [
        "0 due days",
        "1 due day",
        "2 due days",
    ]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Rate(2, 1), "2 of 3 weeks"),
        (Rate(2, 1, is_mixed=True), "2 of 3 times"),  # some days, and then weeks
        (Rate(4, 1, is_mixed=True), "80 %"),
        (Rate(0, 0), "no data"),
    ],
)
def test_few_units_are_counted_and_more_are_a_share(found: Rate, text: str) -> None:
    assert format_rate(found, "weeks") == text

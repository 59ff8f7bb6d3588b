"""Words and partial dates that a query understands, and the days they cover."""

from __future__ import annotations

import contextlib
import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.query.values import parse_period

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-03-05", "2026-03-05", "2026-03-05"),
        ("2026-3-5", "2026-03-05", "2026-03-05"),
        ("2026-03-05T18:30", "2026-03-05", "2026-03-05"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("today", "2026-11-24", "2026-11-24"),
        ("Yesterday", "2026-11-23", "2026-11-23"),
        ("yd", "2026-11-23", "2026-11-23"),
        ("tomorrow", "2026-11-25", "2026-11-25"),
        ("this-week", "2026-11-23", "2026-11-29"),
        ("last-week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("next_week", "2026-11-30", "2026-12-06"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("next-month", "2026-12-01", "2026-12-31"),
        ("this-quarter", "2026-10-01", "2026-12-31"),
        ("last-quarter", "2026-07-01", "2026-09-30"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("tue", "2026-11-24", "2026-11-24"),
        ("last-tue", "2026-11-17", "2026-11-17"),
        ("wednesday", "2026-11-18", "2026-11-18"),
        ("november", "2026-11-01", "2026-11-30"),
        ("last-november", "2025-11-01", "2025-11-30"),
        ("dec", "2025-12-01", "2025-12-31"),
        ("3-days-ago", "2026-11-21", "2026-11-21"),
        ("-3", "2026-11-21", "2026-11-21"),
        ("-2w", "2026-11-10", "2026-11-10"),
        ("9-months-ago", "2026-02-24", "2026-02-24"),
        ("7d", "2026-11-18", "2026-11-24"),
        ("last-7-days", "2026-11-18", "2026-11-24"),
        ("2w", "2026-11-11", "2026-11-24"),
        ("1y", "2025-11-25", "2026-11-24"),
    ],
)
def test_a_word_covers_days(word: str, first: str, last: str) -> None:
    assert parse_period(word, TUESDAY) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_month_back_from_its_last_day_is_a_last_day() -> None:
    assert parse_period("-1m", date(2026, 3, 31)) == (date(2026, 2, 28), date(2026, 2, 28))


@pytest.mark.parametrize("word", ["", "soon", "2026-", "weekday", "d7", "20261124", "last"])
def test_other_words_are_no_dates(word: str) -> None:
    assert parse_period(word, TUESDAY) is None


@pytest.mark.parametrize(
    "word", ["2026-02-30", "2026-13", "0000", "2026-W54", "999999-years-ago", "999999w"]
)
def test_days_that_no_calendar_has_are_said(word: str) -> None:
    with pytest.raises(ValueError, match=f"The date {word} does not exist"):
        parse_period(word, TUESDAY)


@given(st.dates(date(1900, 1, 1), date(2999, 1, 1)), st.integers(0, 6))
def test_last_this_and_next_week_join_and_hold_today(today: date, week_start: int) -> None:
    weeks = [parse_period(f"{word}-week", today, week_start) for word in ("last", "this", "next")]
    found = [week for week in weeks if week]
    assert len(found) == 3
    assert found[1][0] <= today <= found[1][1]
    for (first, last), (following, _) in itertools.pairwise(found):
        assert first.weekday() == week_start
        assert last - first == timedelta(days=6)
        assert following - last == timedelta(days=1)


@given(st.text(max_size=20), st.dates())
def test_any_text_is_a_period_or_none_or_a_value_error(word: str, today: date) -> None:
    found = None
    with contextlib.suppress(ValueError):
        found = parse_period(word, today)
    assert found is None or found[0] <= found[1]

"""One table of the words for days: what each means wherever a day, or days, may be said."""

from __future__ import annotations

from datetime import date

import pytest

from notekeep.dates import try_parse_day
from notekeep.errors import UsageError
from notekeep.markdown.fields.field_changes import parse_date_words
from notekeep.query.values import parse_period
from notekeep.tracking.habit_details import find_span, parse_span

TODAY = date(2026, 11, 24)
"""A Tuesday."""

DAYS = {
    "today": "2026-11-24",
    "yesterday": "2026-11-23",
    "yd": "2026-11-23",
    "tomorrow": "2026-11-25",
    "mon": "2026-11-23",
    "Monday": "2026-11-23",
    "tue": "2026-11-24",
    "last tue": "2026-11-17",
    "last-tue": "2026-11-17",
    "-2": "2026-11-22",
    "-1w": "2026-11-17",
    "-1m": "2026-10-24",
    "-2y": "2024-11-24",
    "3 days ago": "2026-11-21",
    "3-days-ago": "2026-11-21",
    "9 months ago": "2026-02-24",
    "1 year ago": "2025-11-24",
    "11-03": "2026-11-03",
    "3 nov": "2026-11-03",
    "nov-3": "2026-11-03",
    "25 december": "2025-12-25",
    "nov 3 2024": "2024-11-03",
    "Nov 3, 2024": "2024-11-03",
    "November 3rd, 2024": "2024-11-03",
    "3rd of November": "2026-11-03",
    "3. Nov": "2026-11-03",
    "Nov. 3": "2026-11-03",
    "Tue 3 Nov": "2026-11-03",
    "Sun, 3 Nov 2024": "2024-11-03",
    "24th": "2026-11-24",
    "2026-11-03": "2026-11-03",
    "2026-11-3": "2026-11-03",
    "2026/11/03": "2026-11-03",
    "3.11.2026": "2026-11-03",
}

SPANS = {
    "2026-10": ("month", "2026-10-01", "2026-10-31"),
    "october": ("month", "2026-10-01", "2026-10-31"),
    "oct": ("month", "2026-10-01", "2026-10-31"),
    "Oct 2025": ("month", "2025-10-01", "2025-10-31"),
    "last november": ("month", "2025-11-01", "2025-11-30"),
    "last month": ("month", "2026-10-01", "2026-10-31"),
    "this-month": ("month", "2026-11-01", "2026-11-30"),
    "2026-W40": ("week", "2026-09-28", "2026-10-04"),
    "2026w40": ("week", "2026-09-28", "2026-10-04"),
    "last week": ("week", "2026-11-16", "2026-11-22"),
    "this-week": ("week", "2026-11-23", "2026-11-29"),
}

MORE = ("2026", "2026-q1", "last-year", "60d")
"""Days that are more than a month."""


@pytest.mark.parametrize(("words", "day"), DAYS.items())
def test_words_for_a_day_mean_the_same_everywhere(words: str, day: str) -> None:
    meant = date.fromisoformat(day)
    assert try_parse_day(words, TODAY) == meant  # a check-in, a list, a form
    assert parse_period(words, TODAY) == (meant, meant)  # a query
    assert parse_date_words(words, TODAY) in (
        day,
        words,
    )  # a field; what is a date already stays so
    week, month = parse_span("week", words, TODAY), parse_span("month", words, TODAY)
    assert week.first <= meant <= week.last  # a review, or the grid of a week or month
    assert (month.first.month, month.last.month) == (meant.month, meant.month)
    assert find_span(words, TODAY) is None


@pytest.mark.parametrize(("words", "found"), SPANS.items())
def test_words_for_a_week_or_a_month_mean_the_same_everywhere(
    words: str, found: tuple[str, str, str]
) -> None:
    span, first, last = found[0], date.fromisoformat(found[1]), date.fromisoformat(found[2])
    assert parse_period(words, TODAY) == (first, last)
    assert find_span(words, TODAY) == (span, first, last)
    assert parse_span("month", words, TODAY).first == first.replace(day=1)
    if span == "week":
        assert parse_span("week", words, TODAY) == (span, first, last)
    else:
        with pytest.raises(UsageError, match=f'"{words}" is not a week'):
            parse_span("week", words, TODAY)


@pytest.mark.parametrize("words", MORE)
def test_more_than_a_month_is_neither_of_them(words: str) -> None:
    assert find_span(words, TODAY) is None
    for span in ("week", "month"):
        with pytest.raises(UsageError, match=f'"{words}" is not a {span}') as error:
            parse_span(span, words, TODAY)
        assert "or a day in it" in error.value.hint


def test_a_bare_number_is_a_day_only_where_one_is_asked_for() -> None:
    assert try_parse_day("24", TODAY) == TODAY
    assert parse_period("24", TODAY) is None
    assert parse_span("week", "24", TODAY).first == date(2026, 11, 23)


def test_a_week_of_the_calendar_is_one_also_where_weeks_begin_on_sunday() -> None:
    sunday = 6
    found = find_span("2026-W40", TODAY, sunday)
    assert found == parse_span("week", "2026-W40", TODAY, sunday)
    assert found == ("week", date(2026, 9, 27), date(2026, 10, 3))
    assert find_span("last week", TODAY, sunday) == (
        "week",
        date(2026, 11, 15),
        date(2026, 11, 21),
    )


@pytest.mark.parametrize("words", ["2026-13", "2026-W54", "2026-02-30", "30 feb", "Mon 3 Nov"])
def test_days_that_no_calendar_has_are_said(words: str) -> None:
    for span in ("week", "month"):
        with pytest.raises(UsageError, match=f"The date {words} does not exist"):
            parse_span(span, words, TODAY)

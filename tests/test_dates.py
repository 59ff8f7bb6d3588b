from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep import dates
from notekeep.errors import UsageError

VECTORS = json.loads((Path(__file__).parent / "habits/vectors/dates.json").read_text("utf-8"))
TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: f"{case['text']}@{case['now']}")
def test_words_for_a_day_mean_what_the_vectors_say(case: dict[str, Any]) -> None:
    today = dates.habit_day(datetime.fromisoformat(case["now"]), case["day_start"])
    if case["date"] == "error":
        with pytest.raises(UsageError):
            dates.parse_day(case["text"], today)
    else:
        assert dates.parse_day(case["text"], today).isoformat() == case["date"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-11-25"),
        ("-0", "2026-11-24"),
        ("2 Weeks AGO", "2026-11-10"),
        ("1 day ago", "2026-11-23"),
        ("tue", "2026-11-24"),
        ("last monday", "2026-11-23"),
        ("24", "2026-11-24"),
        ("02-29", "2024-02-29"),
        ("2026-11-3", "2026-11-03"),
        ("2026/11/20", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("3.1.2025", "2025-01-03"),
        ("20 Nov", "2026-11-20"),
        ("nov 20", "2026-11-20"),
        ("25 november", "2025-11-25"),
        ("20 nov 2024", "2024-11-20"),
        ("May 1 2024", "2024-05-01"),
        ("  YD ", "2026-11-23"),
    ],
)
def test_more_words_for_a_day(text: str, day: str) -> None:
    assert dates.parse_day(text, TODAY).isoformat() == day


def test_a_leap_day_is_found_across_a_century_without_one() -> None:
    assert dates.parse_day("02-29", date(1904, 2, 28)) == date(1896, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "m",
        "xyz",
        "last",
        "last week",
        "+2",
        "--2",
        "-2x",
        "1.5",
        "11/20/2026",
        "1.5.6",
        "no 3",
        "3 min",
        "may",
        "nov x",
        "nov 3 26",
        "३",
    ],
)
def test_what_has_not_the_form_of_a_day_is_none(text: str) -> None:
    assert dates.try_parse_day(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "13-01", "32", "0", "02-30", "30.2.2026", "30 feb 2026", "31 feb", "-99999999"],
)
def test_a_day_that_no_calendar_has_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="no such date") as caught:
        dates.try_parse_day(text, TODAY)
    assert caught.value.text == text


@given(st.text(max_size=12) | st.from_regex(r"-?[0-9]{1,9}[dw]?|[0-9-]{1,11}", fullmatch=True))
def test_any_text_is_a_day_or_no_day_and_never_breaks(text: str) -> None:
    try:
        day = dates.try_parse_day(text, TODAY)
    except UsageError:
        return
    assert day is None or isinstance(day, date)


@given(st.dates())
def test_an_iso_date_is_read_as_written(day: date) -> None:
    assert dates.parse_iso(day.isoformat()) == day
    assert dates.parse_day(day.isoformat(), TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "2026-11-2", "2026/11/24", "2026-11-24 ", "2026-13-01", "²026-11-24"]
)
def test_only_the_iso_form_is_iso(text: str) -> None:
    assert dates.parse_iso(text) is None


@given(st.datetimes(), st.integers(0, 23))
def test_a_habit_day_is_the_calendar_day_or_the_one_before(now: datetime, day_start: int) -> None:
    if now.toordinal() == 1:
        return
    day = dates.habit_day(now, day_start)
    expected = now.date() if now.hour >= day_start else now.date() - timedelta(days=1)
    assert day == expected


def test_the_night_after_a_day_is_written_with_hours_past_24() -> None:
    night = datetime.fromisoformat("2026-11-25T00:40:09")
    assert dates.format_clock(night, TODAY, 4) == "24:40"
    assert dates.format_clock(night, TODAY, 4, seconds=True) == "24:40:09"
    assert dates.format_clock(night, date(2026, 11, 25), 0) == "00:40"
    assert dates.format_clock(night, date(2026, 11, 20), 4) == "00:40"


@given(st.datetimes(datetime.fromisoformat("0001-01-20")), st.integers(0, 23), st.integers(0, 9))
def test_a_time_is_one_that_a_log_line_can_hold(now: datetime, day_start: int, back: int) -> None:
    text = dates.format_clock(
        now, dates.habit_day(now, day_start) - timedelta(days=back), day_start
    )
    assert 0 <= int(text[:2]) <= 35
    assert int(text[:2]) % 24 == now.hour


def test_a_day_is_shown_with_its_year_only_when_it_is_another() -> None:
    assert dates.format_short_day(TODAY, TODAY) == "Tue 24 Nov"
    assert dates.format_short_day(date(2025, 3, 1), TODAY) == "Sat 1 Mar 2025"


def test_a_day_begins_with_its_hour_and_not_after_it() -> None:
    four = datetime(2026, 11, 24, 4, 0)  # noqa: DTZ001 - the digits of a clock
    assert dates.habit_day(four, 4) == date(2026, 11, 24)
    assert dates.habit_day(four - timedelta(seconds=1), 4) == date(2026, 11, 23)
    assert dates.format_clock(four, date(2026, 11, 23), 4) == "04:00"
    assert dates.format_clock(four - timedelta(minutes=1), date(2026, 11, 23), 4) == "27:59"


def test_centuries_have_a_leap_day_every_four_hundred_years() -> None:
    assert [dates.days_in(year, 2) for year in (1900, 2000, 2024, 2026)] == [28, 29, 29, 28]
    assert dates.parse_day("2000-02-29", TODAY) == date(2000, 2, 29)

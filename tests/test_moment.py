"""Dates as Obsidian writes them, and days read back from names."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from notekeep.date_formats import (
    can_name,
    format_date,
    format_day_name,
    parse_day_name,
)
from notekeep.dates import shift_date

NOW = dt.datetime(2026, 3, 7, 8, 5, 9, 123456)  # noqa: DTZ001 - the wall clock has no zone
DAY = NOW.date()
SUNDAY = 6


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD", "2026-03-07"),
        ("YYYY/MM/YYYY-MM-DD", "2026/03/2026-03-07"),
        ("YYYY/MMMM/YYYY-MMM-DD", "2026/March/2026-Mar-07"),
        ("dddd, MMMM Do YYYY, h:mm:ss a", "Saturday, March 7th 2026, 8:05:09 am"),
        ("[Week] W [of] GGGG", "Week 10 of 2026"),
        ("gggg-[W]ww", "2026-W10"),
        ("D.M.YY", "7.3.26"),
        ("DDD DDDD Q Qo", "66 066 1 1st"),
        ("d E e dd ddd", "6 6 5 Sa Sat"),
        ("yyyy.M", "2026.3"),
        ("HH:mm:ss.SSS kk A", "08:05:09.123 08 AM"),
        ("L | LL | l", "03/07/2026 | March 7, 2026 | 3/7/2026"),
        (r"\Y[]YYYY", "Y2026"),
        ("[YYYY", "[2026"),
        ("", ""),
    ],
)
def test_formats_mean_what_moment_says(form: str, text: str) -> None:
    assert format_date(NOW, form) == text


@pytest.mark.parametrize(
    ("day", "of_monday", "of_sunday"),
    [
        # January 1, 2027 is a Friday: the last week of 2026 for ISO, the first one in America.
        ("2027-01-01", "2026-53", "2027-01"),
        ("2026-12-27", "2026-52", "2027-01"),
        ("2026-12-26", "2026-52", "2026-52"),
        ("2023-01-01", "2022-52", "2023-01"),
    ],
)
def test_weeks_are_those_of_the_first_day_of_the_week(
    day: str, of_monday: str, of_sunday: str
) -> None:
    named = [format_day_name(dt.date.fromisoformat(day), "gggg-ww", start) for start in (0, SUNDAY)]
    assert named == [of_monday, of_sunday]


@pytest.mark.parametrize(
    ("form", "does"),
    [
        ("YYYY-MM-DD", True),
        ("YYYYMMDD", True),
        ("YYYY/MM/DD", True),
        ("Do MMMM YYYY", True),
        ("[Journal] D.M.YYYY", True),
        ("YYYY-DDDD", True),
        ("gggg/[W]ww/dddd", True),
        ("GGGG-[W]WW-E", True),
        ("MM-DD", False),
        ("gggg-[W]ww", False),
        ("YYYY-MM", False),
        ("dddd", False),
        ("yyyy-MM-dd", False),  # dd is the day of the week
        ("YYYY-MM-DD HHmm", False),
        ("DMYYYY", False),  # 1112026
        ("YYYY-MM-[1]D", True),  # 2026-03-11 is the 1st, 2026-03-111 the 11th
        ("[Daily]", False),
        ("", False),
    ],
)
def test_a_name_says_one_day(form: str, does: bool) -> None:  # noqa: FBT001
    assert can_name(form) is does


NEEDED = (
    (("YYYY", "YY", "y"), ("MM", "M", "Mo", "MMM", "MMMM"), ("DD", "D", "Do")),
    (("YYYY", "YY", "yyyy"), ("DDD", "DDDD")),
    (("GGGG", "GG"), ("W", "WW", "Wo"), ("d", "dd", "ddd", "dddd", "e", "E")),
    (("gggg", "gg"), ("w", "ww", "wo"), ("d", "dd", "ddd", "dddd", "e", "E")),
)
BETWEEN = ("-", " ", "/", ".", ", ", "[W]", "[am]", "[Day ]", "_", "(", "[1]", "[1x]", "ü", "")
MORE = ("", "Q", "MMM", "dddd", "YYYY", "WW", "Do", "D")


@st.composite
def forms(draw: st.DrawFn) -> str:
    """A format that has all that it takes to say a day, in any order, and more."""
    tokens = [draw(st.sampled_from(which)) for which in draw(st.sampled_from(NEEDED))]
    tokens += draw(st.lists(st.sampled_from(MORE), max_size=3))
    between = st.sampled_from(BETWEEN)
    return "".join(draw(between) + token for token in draw(st.permutations(tokens))) + draw(between)


FORMS = forms()
USUAL = st.sampled_from(
    ["YYYY/MM/YYYY-MM-DD", "Do MMMM YYYY", "gggg/[W]ww/dddd D", "GGGG-[W]WW-E", "YYYY DDD", "LL"]
)
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 30))


@given(st.one_of(USUAL, FORMS), DAYS, st.integers(0, 6))
def test_a_name_gives_its_day_back(form: str, day: dt.date, week_start: int) -> None:
    assume(can_name(form))
    name = format_day_name(day, form, week_start)
    assert parse_day_name(name, form, week_start) == day
    assert parse_day_name(name.upper(), form, week_start) == day


@given(FORMS, DAYS, DAYS, st.integers(0, 6))
def test_no_two_days_have_one_name(
    form: str, one: dt.date, other: dt.date, week_start: int
) -> None:
    assume(can_name(form) and one != other)
    assert format_day_name(one, form, week_start) != format_day_name(other, form, week_start)


@given(st.text(max_size=30), st.text(max_size=12))
def test_any_text_is_a_format_and_any_name_is_read(form: str, name: str) -> None:
    text = format_date(NOW, form)
    assert isinstance(can_name(form), bool)
    if can_name(form):
        assert parse_day_name(text, form) == DAY
    assert parse_day_name(name, "YYYY-MM-DD") is None or len(name) == len("2026-03-07")


@pytest.mark.parametrize(
    ("steps", "unit", "then"),
    [
        (1, "d", "2024-02-01T08:05"),
        (-1, "w", "2024-01-24T08:05"),
        (1, "m", "2024-02-29T08:05"),
        (-2, "m", "2023-11-30T08:05"),
        (1, "q", "2024-04-30T08:05"),
        (-1, "y", "2023-01-31T08:05"),
        (-9, "h", "2024-01-30T23:05"),
        (60, "s", "2024-01-31T08:06"),
        (99999, "y", None),
        (-99999, "m", None),
        (99999999, "d", None),
    ],
)
def test_a_moment_is_moved_as_moment_moves_it(steps: int, unit: str, then: str | None) -> None:
    now = dt.datetime(2024, 1, 31, 8, 5)  # noqa: DTZ001 - the wall clock has no zone
    if then is None:
        with pytest.raises((ValueError, OverflowError)):
            shift_date(now, steps, unit)
    else:
        assert shift_date(now, steps, unit) == dt.datetime.fromisoformat(then)


@pytest.mark.parametrize("name", ["2026-02-30", "0000-01-01", "2026-3-7", "2026-03-07 x", "", "x"])
def test_what_is_no_such_name_is_no_day(name: str) -> None:
    assert parse_day_name(name, "YYYY-MM-DD") is None


def test_parts_of_a_name_must_agree() -> None:
    assert parse_day_name("2026/03/2026-03-07", "YYYY/MM/YYYY-MM-DD") == DAY
    assert parse_day_name("2025/03/2026-03-07", "YYYY/MM/YYYY-MM-DD") is None
    assert parse_day_name("Sunday 2026-03-07", "dddd YYYY-MM-DD") is None

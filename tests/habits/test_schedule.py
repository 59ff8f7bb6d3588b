from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import UsageError
from notekeep.habits import schedule as sc
from notekeep.habits.month_days import MonthDay


def in_order(days: set[MonthDay]) -> sc.Schedule:
    """Days of a month first, then weekdays, then days of each month, the last one last."""

    def place(day: MonthDay) -> tuple[bool | int, ...]:
        in_month = day.weekday is None, day.number < 0, day.number, day.weekday or 0
        return day.month is None, day.month or 0, *in_month

    return sc.ChosenDates(tuple(sorted(days, key=place)))


def month_start(day: int | None) -> int | None:
    return None if day is None else date.fromordinal(day).replace(day=1).toordinal()


weekdays = st.tuples(*[st.booleans()] * 7).filter(any)
starts = st.none() | st.dates().map(date.toordinal)
months = st.none() | st.integers(1, 12)
month_days = st.one_of(
    st.builds(MonthDay, st.sampled_from([*range(1, 32), -1]), st.none(), months),
    st.builds(MonthDay, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6), months),
).filter(lambda day: not (day.month == 2 and day.number > 29))


schedules: st.SearchStrategy[sc.Schedule] = st.one_of(
    st.builds(sc.ChosenDays, weekdays),
    st.builds(sc.PerPeriod, st.integers(1, 7), st.just("week")),
    st.builds(sc.PerPeriod, st.integers(1, 31), st.just("month")),
    st.builds(sc.PerPeriod, st.integers(2, 999), st.just("day")),
    st.integers(1, 366).flatmap(
        lambda days: st.builds(sc.InDays, st.integers(1, days), st.just(days))
    ),
    st.sets(month_days, min_size=1, max_size=5).map(in_order),
    st.builds(sc.EverySlot, st.integers(1, 366), starts, st.just("day")),
    st.builds(sc.EverySlot, st.integers(2, 120), starts.map(month_start), st.just("month")),
    st.integers(1, 366).flatmap(
        lambda low: st.builds(sc.AfterLast, st.just(low), st.integers(low, 366))
    ),
    st.just(sc.Untracked()),
)


@given(schedules)
def test_a_schedule_is_read_back_from_its_text_and_its_words(schedule: sc.Schedule) -> None:
    assert sc.parse_schedule(schedule.text()) == schedule
    assert sc.parse_schedule(schedule.words()) == schedule


@pytest.mark.parametrize(
    ("text", "words"),
    [("1/week", "once a week"), ("1/30d", "once in 30 days"), ("2/5d", "2 times in 5 days")],
)
def test_one_time_is_once(text: str, words: str) -> None:
    assert sc.parse_schedule(text).words() == words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Daily", "daily"),
        ("mon, wed , friday", "mon,wed,fri"),
        ("mo,tu,we,th,fr", "weekdays"),
        ("sat,sun", "weekends"),
        ("3 / week", "3/week"),
        ("every 2 days", "every 2d"),
        ("Every other day", "every 2d"),
        ("every day", "daily"),
        ("weekend", "weekends"),
        ("every week", "1/week"),
        ("monthly", "1/month"),
        ("none", "none"),
        ("after 2d..4d", "after 2d..4d"),
        ("after 3d", "after 3d"),
        ("every 3d from 2026-01-05", "every 3d from 2026-01-05"),
        ("every third day", "every 3d"),
        ("twice a day", "2/day"),
        ("2 times a day", "2/day"),
        ("3x per day", "3/day"),
        ("1/day", "daily"),
        ("every other day from 2026-01-05", "every 2d from 2026-01-05"),
        ("every two weeks", "every 14d"),
        ("every other week", "every 14d"),
        ("once a day", "daily"),
        ("once a week", "1/week"),
        ("Twice a week", "2/week"),
        ("three times a week", "3/week"),
        ("3x per month", "3/month"),
        ("twice in 10 days", "2/10d"),
        ("on weekdays", "weekdays"),
        ("every weekend", "weekends"),
        ("Mondays and Thursdays", "mon,thu"),
        ("every monday, wednesday and friday", "mon,wed,fri"),
        ("on Sundays", "sun"),
        ("tue & thu", "tue,thu"),
        ("mon wed fri", "mon,wed,fri"),
        ("on the 1st, 15th", "1st,15th"),
        ("the 15th and the 1st of the month", "1st,15th"),
        ("every 21st", "21st"),
        ("last day", "last day"),
        ("on the last day of the month", "last day"),
        ("first Monday", "first mon"),
        ("every first monday", "first mon"),
        ("last Friday of each month", "last fri"),
        ("1st and 3rd Monday", "first mon,third mon"),
        ("first and last Monday", "first mon,last mon"),
        ("every second monday of the month", "second mon"),
        ("every year on 5 May", "5 may"),
        ("5th of May", "5 may"),
        ("May 5", "5 may"),
        ("5 and 20 may", "5 may,20 may"),
        ("first monday of may", "first mon of may"),
        ("24 dec, 1st", "24 dec,1st"),
        ("1st, 15th, last friday", "last fri,1st,15th"),
        ("1st, first monday", "first mon,1st"),
        ("every 3 months", "every 3 months"),
        ("every quarter", "every 3 months"),
        ("every other month", "every 2 months"),
        ("every 3 months from 2026-02-14", "every 3 months from 2026-02"),
        ("every year", "every 12 months"),
        ("every two years from 2026-01", "every 24 months from 2026-01"),
        ("every week from 2026-01-05", "every 7d from 2026-01-05"),
        ("every month from 2026-01-05", "1/month"),
    ],
)
def test_schedules_are_read_from_words(text: str, written: str) -> None:
    assert sc.parse_schedule(text).text() == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sometimes", '"sometimes" is not a schedule'),
        ("", "not a schedule"),
        ("mon,xyz", "not a schedule"),
        ("m,w,f", "not a schedule"),
        ("every", "not a schedule"),
        ("mondays and sometimes", "not a schedule"),
        ("every second monday", "not a schedule"),  # of the month, or every two weeks?
        ("fifth monday", "not a schedule"),
        ("1, 15", "not a schedule"),
        ("last", "not a schedule"),
        ("32nd", "not a schedule"),
        ("30 feb", "not a schedule"),
        ("every 0 months", "0 is not a number of months from 1 to 120."),
        ("every 11 years", "132 is not a number of months from 1 to 120."),
        ("every 3 months from may", "not a schedule"),
        ("every 100 weeks", "700 is not a number of days from 1 to 366."),
        ("0/day", "0 times do not fit"),
        ("8/week", "8 times do not fit in 7 days"),
        ("0/week", "do not fit"),
        ("4/3d", "4 times do not fit in 3 days"),
        ("every 0d", "0 is not a number of days"),
        ("every 3d from 2026-02-30", '"2026-02-30" is not a date.'),
        ("after 4d..2d", "2 days is less than 4"),
    ],
)
def test_a_wrong_schedule_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        sc.parse_schedule(text)
    assert "3/week" in caught.value.hint


def test_rules_are_ordered_by_their_day_and_the_first_holds_before_it() -> None:
    rules = sc.parse_rules(["2026-06-01 mon,wed,fri", "2026-01-05 3/week"], sc.parse_schedule)
    june = date(2026, 6, 1).toordinal()
    assert [rule.start for rule in rules] == [0, june]
    assert rules[1].rule.text() == "mon,wed,fri"


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("daily", (7, 7)),
        ("mon,wed", (2, 7)),
        ("3/week", (3, 7)),
        ("2/month", (2, 30)),
        ("2/day", (1, 1)),
        ("3/7d", (3, 7)),
        ("every 4d", (1, 4)),
        ("after 2d..5d", (1, 5)),
        ("1st,15th", (2, 31)),
        ("first mon", (1, 35)),
        ("31st", (7, 366)),
        ("5 may", (1, 366)),
        ("every 3 months", (1, 93)),
        ("none", (1, 1)),
    ],
)
def test_a_schedule_has_a_frequency(text: str, frequency: tuple[int, int]) -> None:
    assert sc.parse_schedule(text).frequency() == frequency


def test_a_list_that_yaml_split_at_its_commas_is_one_schedule() -> None:
    def rules(*lines: str) -> tuple[sc.Dated[sc.Schedule], ...]:
        return sc.parse_rules(lines, sc.parse_schedule)

    assert rules("mon", "wed", "fri") == rules("mon,wed,fri")
    found = rules("2026-01-05 mon", "wed", "2026-06-01 3/week")
    assert found == rules("2026-01-05 mon,wed", "2026-06-01 3/week")

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import UsageError
from notekeep.habits import schedule as sc

weekdays = st.tuples(*[st.booleans()] * 7).filter(any)
starts = st.none() | st.dates().map(date.toordinal)
schedules: st.SearchStrategy[sc.Schedule] = st.one_of(
    st.builds(sc.ChosenDays, weekdays),
    st.builds(sc.PerPeriod, st.integers(1, 7), st.just("week")),
    st.builds(sc.PerPeriod, st.integers(1, 31), st.just("month")),
    st.integers(1, 366).flatmap(
        lambda days: st.builds(sc.InDays, st.integers(1, days), st.just(days))
    ),
    st.builds(sc.EverySlot, st.integers(1, 366), starts),
    st.integers(1, 366).flatmap(
        lambda low: st.builds(sc.AfterLast, st.just(low), st.integers(low, 366))
    ),
    st.just(sc.Untracked()),
)


@given(schedules)
def test_a_written_schedule_is_read_back(schedule: sc.Schedule) -> None:
    assert sc.parse_schedule(schedule.text()) == schedule


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
        ("twice a day", "not a schedule"),
        ("every 100 weeks", "700 is not a number of days from 1 to 366."),
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
    rules = sc.parse_rules(["2026-06-01 mon,wed,fri", "2026-01-05 3/week"])
    june = date(2026, 6, 1).toordinal()
    assert [rule.start for rule in rules] == [0, june]
    assert rules[1].schedule.text() == "mon,wed,fri"


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("daily", (7, 7)),
        ("mon,wed", (2, 7)),
        ("3/week", (3, 7)),
        ("2/month", (2, 30)),
        ("3/7d", (3, 7)),
        ("every 4d", (1, 4)),
        ("after 2d..5d", (1, 5)),
        ("none", (1, 1)),
    ],
)
def test_a_schedule_has_a_frequency(text: str, frequency: tuple[int, int]) -> None:
    assert sc.parse_schedule(text).frequency() == frequency


def test_a_list_that_yaml_split_at_its_commas_is_one_schedule() -> None:
    assert sc.parse_rules(["mon", "wed", "fri"]) == sc.parse_rules(["mon,wed,fri"])
    assert sc.parse_rules(["2026-01-05 mon", "wed", "2026-06-01 3/week"]) == sc.parse_rules(
        ["2026-01-05 mon,wed", "2026-06-01 3/week"]
    )

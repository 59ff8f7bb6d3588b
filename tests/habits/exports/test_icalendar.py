"""Reminders as a calendar, read back by icalendar and by a second way of counting days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from notekeep.habits.definition import Definition, read_definition
from notekeep.habits.icalendar import fold_line, write_calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 11, 24).toordinal()


def habit(**fields: str | list[str]) -> Definition:
    found = read_definition({"habit": "h", "title": "H", "since": "2026-01-05", **fields})
    assert found is not None
    assert found.problems == ()
    return found


def events(*habits: Definition, week_start: int = 0) -> list[Any]:
    """The events of a calendar, as icalendar reads it."""
    text, count = write_calendar(habits, "vault", TODAY, week_start)
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar.errors == []
    found = list(calendar.walk("VEVENT"))
    assert len(found) == count
    assert all(event.errors == [] for event in found)
    return found


def days(event: Any, count: int = 5) -> list[str]:
    """The first days of an event, those that are left out taken out."""
    start = event["DTSTART"].dt
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
    left_out = event.get("EXDATE", [])
    left_out = left_out if isinstance(left_out, list) else [left_out]
    without = {moment.dt for each in left_out for moment in each.dts}
    found = []
    for moment in rule:
        if moment not in without:
            found.append(f"{moment:%a %Y-%m-%d}")
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize(
    ("schedule", "remind", "first"),
    [
        ("daily", "07:30", ["Mon 2026-01-05", "Tue 2026-01-06", "Wed 2026-01-07"]),
        ("mon,wed,fri", "07:30", ["Mon 2026-01-05", "Wed 2026-01-07", "Fri 2026-01-09"]),
        ("weekends", "07:30", ["Sat 2026-01-10", "Sun 2026-01-11", "Sat 2026-01-17"]),
        ("daily", "tue 07:30", ["Tue 2026-01-06", "Tue 2026-01-13", "Tue 2026-01-20"]),
        # Three times a week: on Friday there are three days left of it.
        ("3/week", "07:30", ["Fri 2026-01-09", "Fri 2026-01-16", "Fri 2026-01-23"]),
        ("7/week", "07:30", ["Mon 2026-01-05", "Mon 2026-01-12", "Mon 2026-01-19"]),
        ("4/month", "07:30", ["Sat 2026-01-24", "Tue 2026-02-24", "Tue 2026-03-24"]),
        ("31/month", "07:30", ["Sun 2026-02-01", "Sun 2026-03-01", "Wed 2026-04-01"]),
        ("2/7d", "07:30", ["Mon 2026-01-05", "Thu 2026-01-08", "Sun 2026-01-11"]),
        ("every 2d", "07:30", ["Mon 2026-01-05", "Wed 2026-01-07", "Fri 2026-01-09"]),
        (
            "every 3d from 2026-01-01",
            "07:30",
            ["Wed 2026-01-07", "Sat 2026-01-10", "Tue 2026-01-13"],
        ),
        ("after 2d..4d", "07:30", ["Mon 2026-01-05", "Fri 2026-01-09", "Tue 2026-01-13"]),
        ("1st,15th", "07:30", ["Thu 2026-01-15", "Sun 2026-02-01", "Sun 2026-02-15"]),
        ("last day", "07:30", ["Sat 2026-01-31", "Sat 2026-02-28", "Tue 2026-03-31"]),
        ("31st", "07:30", ["Sat 2026-01-31", "Tue 2026-03-31", "Sun 2026-05-31"]),
        ("first mon", "07:30", ["Mon 2026-01-05", "Mon 2026-02-02", "Mon 2026-03-02"]),
        ("first mon,last fri", "07:30", ["Mon 2026-01-05", "Fri 2026-01-30", "Mon 2026-02-02"]),
        ("5 may", "07:30", ["Tue 2026-05-05", "Wed 2027-05-05", "Fri 2028-05-05"]),
        ("29 feb", "07:30", ["Tue 2028-02-29", "Sun 2032-02-29", "Fri 2036-02-29"]),
        ("last sun of oct", "07:30", ["Sun 2026-10-25", "Sun 2027-10-31", "Sun 2028-10-29"]),
        ("every 3 months", "07:30", ["Mon 2026-01-05", "Sun 2026-04-05", "Sun 2026-07-05"]),
        (
            "every 3 months from 2026-02",
            "07:30",
            ["Sun 2026-02-01", "Fri 2026-05-01", "Sat 2026-08-01"],
        ),
        ("every year", "07:30", ["Mon 2026-01-05", "Tue 2027-01-05", "Wed 2028-01-05"]),
        ("none", "07:30", ["Mon 2026-01-05", "Tue 2026-01-06", "Wed 2026-01-07"]),
    ],
)
def test_an_event_is_repeated_as_its_habit_is_due(
    schedule: str, remind: str, first: Sequence[str]
) -> None:
    (event,) = events(habit(schedule=schedule, remind=[remind]))
    assert days(event, 3) == first


@pytest.mark.parametrize(
    ("schedule", "rules"),
    [
        ("1st,15th,last day", ["FREQ=MONTHLY;BYMONTHDAY=1,15,-1"]),
        ("first mon,last mon", ["FREQ=MONTHLY;BYDAY=1MO,-1MO"]),
        ("5 may", ["FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5"]),
        ("every 3 months", ["FREQ=MONTHLY;INTERVAL=3"]),
        ("every 2 years", ["FREQ=MONTHLY;INTERVAL=24"]),
        ("1st,first mon", ["FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=1"]),
        (
            "5 may,24 dec",
            ["FREQ=YEARLY;BYMONTHDAY=5;BYMONTH=5", "FREQ=YEARLY;BYMONTHDAY=24;BYMONTH=12"],
        ),
    ],
)
def test_days_of_the_month_have_an_event_for_each_rule(schedule: str, rules: Sequence[str]) -> None:
    found = events(habit(schedule=schedule, remind="07:30"))
    assert [event["RRULE"].to_ical().decode() for event in found] == rules
    names = [str(event["UID"]) for event in found]
    assert names == ["h-0730@vault", "h-0730-2@vault"][: len(rules)]


def test_slots_of_months_from_the_end_of_a_month_begin_on_a_day_of_all_months() -> None:
    (event,) = events(habit(schedule="every 3 months", remind="07:30", since="2026-01-30"))
    assert days(event, 2) == ["Sun 2026-02-01", "Fri 2026-05-01"]


def test_the_week_begins_where_the_vault_says() -> None:
    (event,) = events(habit(schedule="3/week", remind="07:30"), week_start=6)
    assert days(event, 1) == ["Thu 2026-01-08"]


def test_times_have_no_zone() -> None:
    (event,) = events(habit(remind="07:30"))
    assert event["DTSTART"].dt == datetime(2026, 1, 5, 7, 30)  # noqa: DTZ001 - none is meant


def test_an_alarm_rings_at_the_time_itself() -> None:
    (event,) = events(habit(remind="07:30"))
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(0)
    assert alarm["ACTION"] == "DISPLAY"


def test_each_reminder_has_an_event_that_keeps_its_name() -> None:
    made = habit(remind=["07:30", "mon,fri 18:00"])
    names = [str(event["UID"]) for event in events(made)]
    assert names == ["h-0730@vault", "h-1800MOFR@vault"]
    assert names == [str(event["UID"]) for event in events(made._replace(title="Another"))]


def test_the_schedule_of_today_holds_from_its_first_day() -> None:
    made = habit(schedule=["2026-01-05 mon", "2026-03-02 tue"], remind="07:30")
    assert days(events(made)[0], 2) == ["Tue 2026-03-03", "Tue 2026-03-10"]


def test_pauses_are_left_out_and_the_last_day_is_the_last() -> None:
    made = habit(remind="07:30", paused=["2026-01-06..2026-01-08"], until="2026-12-31")
    (event,) = events(made)
    assert days(event, 3) == ["Mon 2026-01-05", "Fri 2026-01-09", "Sat 2026-01-10"]
    assert days(event, 1000)[-1] == "Thu 2026-12-31"


def test_what_is_over_has_no_event() -> None:
    archived = habit(remind="07:30", archived="true")
    assert events(archived, habit(remind="07:30", until="2026-11-23"), habit()) == []


def test_text_that_means_something_to_a_calendar_is_only_text() -> None:
    title = "a;b,c\\d\r\nEND:VCALENDAR\r\nX: [/red] \x1b]52;c;x\x07 é日本"
    (event,) = events(habit(title=title, remind="07:30", tiny="one; two, three"))
    assert str(event["SUMMARY"]) == "a;b,c\\d\nEND:VCALENDAR\nX: [/red] ]52;c;x é日本"
    assert str(event["DESCRIPTION"]) == "one; two, three"


@settings(deadline=None)
@given(text=st.text(max_size=300).filter(lambda text: text.isprintable()))
def test_lines_are_folded_without_tearing_a_character(text: str) -> None:
    pieces = fold_line(f"SUMMARY:{text}")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == f"SUMMARY:{text}"


@settings(deadline=None)
@given(
    title=st.text(max_size=60),
    schedule=st.sampled_from(
        ["daily", "3/week", "2/month", "every 5d", "after 2d..4d", "sun", "31st", "5 may"]
    ),
    remind=st.lists(st.sampled_from(["07:30", "mon,fri 18:00", "23:59", "sun 00:00"]), max_size=4),
)
def test_any_habit_makes_a_calendar_that_icalendar_reads(
    title: str, schedule: str, remind: list[str]
) -> None:
    made = habit(title=title, schedule=schedule, remind=remind)
    assert len(events(made)) == len(set(remind))

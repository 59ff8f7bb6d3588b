"""The details of one habit, its year for an embed, and parsing of weeks and months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits.calendar import year_bounds
from notekeep.habits.definition import Definition
from notekeep.habits.measures import (
    Rate,
    Recovery,
    StreakRun,
    best_runs,
    rate,
    recovery,
    streak,
    strengths,
)
from notekeep.habits.review import Bounds, ReviewSpan, find_bounds
from notekeep.habits.stats import best_weekdays, count_weekdays
from notekeep.habits.summary import Cell, HabitView, describe_year, parse_year_heading
from notekeep.habits.totals import TOTAL_SPANS, Total, add_up, collect_amounts
from notekeep.query.values import parse_period
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.habit_table import LogLine
from notekeep.tracking.tracker import HabitIndex

RATE_SPANS = (7, 30, 90, 365)
"""The numbers of past days for which rates are shown."""
REMARKS = 20
"""Maximum number of remarks to show, latest first."""


class Calendar(NamedTuple):
    """The days of a year in columns of one week each."""

    # Seven cells each, with the first day of the week on top; None outside the year.
    columns: list[list[Cell | None]]
    months: list[tuple[int, int]]  # the column in which a month begins, and its number
    week_start: int  # the weekday of the top row, 0 for Monday


def lay_out_weeks(days: Sequence[Cell], week_start: int) -> Calendar:
    """Arrange the days of a year in weeks, for a heatmap."""
    before = (days[0].day.weekday() - week_start) % 7
    cells = [*[None] * before, *days, *[None] * (-(before + len(days)) % 7)]
    columns = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    months = [(n // 7, one.day.month) for n, one in enumerate(days, before) if one.day.day == 1]
    return Calendar(columns, months, week_start)


class YearFigures(NamedTuple):
    """The statistics below the calendar for a year."""

    rate: Rate
    best: int  # the longest streak within the year
    recovery: Recovery


class Detail(NamedTuple):
    """All details of one habit."""

    view: HabitView
    definition: Definition
    year: int
    calendar: Calendar
    strengths: tuple[float, ...]  # for the last days, up to today, oldest first
    rates: tuple[Rate, ...]  # for RATE_SPANS, and for all days
    of_year: YearFigures
    recovery: Recovery
    weekdays: Sequence[tuple[int, int]]  # numbers of done and due days, Monday first
    best_weekdays: tuple[int, ...]  # several if equal; none if there are too few days
    runs: tuple[StreakRun, ...]  # the longest streaks, longest first
    remarks: tuple[LogLine, ...]  # log lines with a note, latest first
    totals: tuple[Total, ...]  # for TOTAL_SPANS up to today, or for a past year; may be empty
    total_unit: str


def _calendar(index: HabitIndex, habit: Habit, year: int) -> Calendar:
    view = index.view(habit, first=date(year, 1, 1), last=date(year, 12, 31))
    return lay_out_weeks(view.cells, index.places.settings.week_start)


def load_habit_details(index: HabitIndex, name: str, year: int | None = None) -> Detail:
    """Return all details of one habit, with the calendar for `year` (default: this year)."""
    found = index.resolve(name)
    year = year or index.today().year
    line = index.timeline(found)
    of_year = line.between(*year_bounds(year))
    weekdays = count_weekdays(line)
    scores = strengths(found.definition, index.days(found), line.closed)[1]
    lines = index.lines(found)
    remarks = [each for each in lines if each.counts and each.entry.note]
    logged = collect_amounts(found.definition, (each.entry for each in lines))
    is_past = year < index.today().year
    day = date(year, 12, 31) if is_past else index.today()
    week_start = index.places.settings.week_start
    spans = TOTAL_SPANS[-2:] if is_past else TOTAL_SPANS
    totals = [add_up(logged, line, span, day, week_start) for span in spans if logged.days]
    return Detail(
        view=index.view(found),
        definition=found.definition,
        year=year,
        calendar=_calendar(index, found, year),
        strengths=tuple(scores[-max(RATE_SPANS) :]),
        rates=tuple(rate(line, span) for span in (*RATE_SPANS, None)),
        of_year=YearFigures(rate(of_year), streak(of_year).longest, recovery(of_year)),
        recovery=recovery(line),
        weekdays=weekdays,
        best_weekdays=best_weekdays(weekdays),
        runs=tuple(best_runs(line)),
        remarks=tuple(reversed(remarks[-REMARKS:])),
        totals=tuple(totals),
        total_unit=logged.unit,
    )


class EmbeddedYear(NamedTuple):
    """A year of a habit, and a sentence that describes its chart."""

    title: str
    year: int
    sentence: str
    calendar: Calendar
    today: date


def load_habit_year(index: HabitIndex, path: str, heading: str) -> EmbeddedYear | None:
    """Return the year for the embed `![[path#heading]]`; None if it is not a year of a habit."""
    today = index.today()
    year = parse_year_heading(heading, today)
    if year is None:
        return None
    index.refresh()
    found = next((each for each in index.known() if each.definition.path == path), None)
    if found is None:
        return None
    sentence = describe_year(found.definition, year, index.timeline(found))
    return EmbeddedYear(
        found.definition.title, year, sentence, _calendar(index, found, year), today
    )


_FORMS: dict[ReviewSpan, str] = {
    "week": "2026-W40, last-week",
    "month": "2026-10, october, last-month",
}


def parse_span(span: ReviewSpan, words: str, today: date, week_start: int = 0) -> Bounds:
    """Read a week or month: `2026-W40`, `october`, or a day in it."""
    first, last = _days(words, today, week_start) or (dates.parse_day(words, today),) * 2
    found = find_bounds(span, first, week_start)
    if last - first > found.last - found.first:
        raise UsageError(
            f'"{words.strip()}" is not a {span}.',
            f"Use {_FORMS[span]}, or a day in it.",
            text=words.strip(),
            position=0,
        )
    return found


def find_span(words: str, today: date, week_start: int = 0) -> Bounds | None:
    """Return the week or month with a name such as `2026-10`; None for other words."""
    days = _days(words, today, week_start)
    if days is None:
        return None
    first, last = days
    month = find_bounds("month", first)
    if days == month[1:]:
        return month
    # Also accept ISO weeks, regardless of the first day of the week in the settings.
    begins = first.weekday() in (0, week_start)
    return (
        find_bounds("week", first, week_start) if begins and last - first == timedelta(6) else None
    )


def _days(words: str, today: date, week_start: int) -> tuple[date, date] | None:
    try:
        return parse_period(words, today, week_start)
    except ValueError as error:
        raise UsageError(
            str(error), "Use a date like 2026-11-24.", text=words, position=0
        ) from None

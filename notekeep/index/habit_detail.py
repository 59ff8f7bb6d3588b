"""All that one habit has to show: a year, a line of strength, streaks, rates, weekdays, remarks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.heatmap import year_bounds
from notekeep.habits.streak import best_runs, rate, recovery
from notekeep.habits.strength import strengths
from notekeep.habits.weekday import best_weekday, counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.habits.definition import Definition
    from notekeep.habits.heatmap import Calendar
    from notekeep.habits.streak import Recovery, Run
    from notekeep.habits.view import HabitView
    from notekeep.index.habits import HabitIndex, LogLine

SPANS = (7, 30, 90, 365)
"""Rates are given for so many last days, and for all."""
REMARKS = 20
"""So many of the latest remarks are shown."""


class Detail(NamedTuple):
    """One habit, looked at closely.

    Attributes:
        view: What a list shows of it.
        definition: What its note says.
        year: The year of the heatmap.
        calendar: That year's days.
        strengths: The strength of each of the last days up to today, oldest first.
        rates: The share that was met in the last 7, 30, 90 and 365 days and in all; None without
            a unit that is over.
        recovery: What happened after misses.
        weekdays: For each weekday, Monday first, how often it was done and was due; never due
            under a schedule that does not go by weeks.
        best_weekday: The one that is most surely good, 0 for Monday; None while there is too
            little.
        runs: The longest streaks, longest first.
        remarks: The latest lines of the log with a note, latest first.
    """

    view: HabitView
    definition: Definition
    year: int
    calendar: Calendar
    strengths: tuple[float, ...]
    rates: tuple[float | None, ...]
    recovery: Recovery
    weekdays: Sequence[tuple[int, int]]
    best_weekday: int | None
    runs: tuple[Run, ...]
    remarks: tuple[LogLine, ...]


def detail(index: HabitIndex, name: str, day: date, year: int | None = None) -> Detail:
    """Look at one habit as of a day.

    Args:
        index: The vault's habits.
        name: A name of the habit.
        day: The day that counts as today.
        year: The year of the heatmap; None is that of the day.

    Raises:
        NotFound: There is no such habit.
        Ambiguous: It is the beginning of several.
    """
    found = index.resolve(name)
    wanted = year or day.year
    first, last = map(date.fromordinal, year_bounds(wanted))
    line = index.timeline(found, day)
    weekdays = counts(found.definition, line)
    scores = strengths(found.definition, index.days(found), day.toordinal())[1]
    remarks = [each for each in index.lines(found) if each.counts and each.entry.note]
    return Detail(
        view=index.view(found, day),
        definition=found.definition,
        year=wanted,
        calendar=index.calendar(found, first, last, day),
        strengths=tuple(scores[-max(SPANS) :]),
        rates=tuple(rate(line, span).value for span in (*SPANS, None)),
        recovery=recovery(line),
        weekdays=weekdays,
        best_weekday=best_weekday(weekdays),
        runs=tuple(best_runs(line)),
        remarks=tuple(reversed(remarks[-REMARKS:])),
    )

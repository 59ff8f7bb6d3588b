"""The review of a habit over a week or a month: only figures, no advice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias

from notekeep.dates import days_in, start_of_week
from notekeep.habits import amounts
from notekeep.habits.days import DayHistory
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Timeline
from notekeep.habits.measures import Streak, streak, strength
from notekeep.habits.summary import NEW_DAYS, describe_part, streak_unit

ReviewSpan: TypeAlias = Literal["week", "month"]


class Bounds(NamedTuple):
    """The days of a review, first and last included."""

    span: ReviewSpan
    first: date
    last: date


class HabitReview(NamedTuple):
    """The review of one habit."""

    met: str  # met units, times, or an amount with its unit
    need: str  # the target in the same form; "" if nothing was due
    share: float | None  # of the target, 0.0 to 1.0; None if nothing was due
    streak: Streak
    strength: float | None  # at the end, 0.0 to 1.0; None if it has no meaning yet
    gained: float  # change of the strength since the day before the first, -1.0 to 1.0
    # First and last day of each run of two misses or more, and their number.
    gaps: tuple[tuple[date, date, int], ...]
    is_over: bool  # whether the habit ended before the first day, or begins after the last


def find_bounds(span: ReviewSpan, day: date, week_start: int = 0) -> Bounds:
    """Return the week or month of a day."""
    if span == "month":
        first = day.replace(day=1)
        last = day.replace(day=days_in(day.year, day.month))
    else:
        first = start_of_week(day, week_start)
        last = first + timedelta(6)
    return Bounds(span, first, last)


def last_ended(span: ReviewSpan, today: date, week_start: int = 0) -> Bounds:
    """Return the last complete week or month; today may be its last day."""
    here = find_bounds(span, today, week_start)
    return here if here.last == today else find_bounds(span, here.first - timedelta(1), week_start)


def review_habit(
    habit: Definition, days: DayHistory, timeline: Timeline, bounds: Bounds
) -> HabitReview:
    """Review a habit. Its timeline is as of now; open units do not count."""
    first, last = bounds.first.toordinal(), min(bounds.last.toordinal(), timeline.today)
    met, need, share = _reached(habit, timeline.between(first, last))
    timeline = timeline.between(timeline.first, last)
    now = strength(habit, days, timeline) if timeline.age >= NEW_DAYS else None
    then = strength(habit, days, timeline.between(timeline.first, first - 1))
    shown = {timeline.status(day) for day in range(first, last + 1)}
    runs = streak(timeline)._replace(unit=streak_unit(habit, timeline))
    gaps = _gaps(timeline, first, last)
    gained = (now or 0.0) - (then or 0.0)
    return HabitReview(met, need, share, runs, now, gained, gaps, shown <= {"off"})


def _reached(habit: Definition, timeline: Timeline) -> tuple[str, str, float | None]:
    """Return the result of a timeline, its target, and the share that was reached."""
    counted = [period for period in timeline.periods if period.result != "skipped"]
    periods = [period for period in counted if period.result != "open"] or counted
    if periods:
        is_open = periods[0].result == "open"  # there is one period, and it is not decided
        reached = sum(period.reached for period in periods)
        need = sum(period.need for period in periods)
        met = sum(min(period.reached, period.need) for period in periods)
        if habit.goal.kind != "done" and habit.goal.per != "day":
            if habit.goal.kind == "most":
                met = sum(period.need for period in periods if period.reached <= period.need)
            target = habit.goal.target * len(periods)
            shown = (
                amounts.pluralize(amounts.format_in_habit_unit(reached, habit.unit)),
                amounts.pluralize(amounts.format_in_habit_unit(target, habit.unit))
                + next(filter(None, (describe_part(habit, timeline, one) for one in periods)), ""),
            )
        else:
            shown = str(reached), str(need)
        return *shown, met / need if need and not is_open else None
    results = [is_met for _, is_met in timeline.results]
    if not results:
        return "0", "", None
    met = results.count(True)
    return str(met), str(len(results)), met / len(results)


def _gaps(timeline: Timeline, first: int, last: int) -> tuple[tuple[date, date, int], ...]:
    """Return runs of two or more missed units whose last one is in these days."""
    results = timeline.between(timeline.first, last).results
    found: list[tuple[date, date, int]] = []
    for is_met, group in groupby(results, lambda result: result[1]):
        missed = [date.fromordinal(day) for day, _ in group]
        if not is_met and len(missed) > 1 and missed[-1].toordinal() >= first:
            found.append((missed[0], missed[-1], len(missed)))
    return tuple(found)

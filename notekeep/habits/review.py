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
    strength: float | None  # at the end, as `measures.strength` returns it
    is_new: bool  # whether the strength means little yet
    gained: float | None  # its change since the day before `first`; None if it was None
    # First and last day of each run of two or more misses, and its length.
    gaps: tuple[tuple[date, date, int], ...]
    is_over: bool  # whether the habit ended before the first day or begins after the last


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
    current = find_bounds(span, today, week_start)
    return current if current.last == today else span_before(current)


def span_before(bounds: Bounds) -> Bounds:
    """Return the previous week or month."""
    day = bounds.first - timedelta(1)
    return find_bounds(bounds.span, day, bounds.first.weekday())


def review_habit(
    habit: Definition, days: DayHistory, timeline: Timeline, bounds: Bounds
) -> HabitReview:
    """Review a habit, given its current timeline. Open units do not count."""
    first, last = bounds.first.toordinal(), min(bounds.last.toordinal(), timeline.today)
    met, need, share = _reached(habit, timeline.between(first, last))
    timeline = timeline.between(timeline.first, last)
    now, is_new = strength(habit, days, timeline), timeline.age < NEW_DAYS
    then = strength(habit, days, timeline.between(timeline.first, first - 1))
    shown = {timeline.status(day) for day in range(first, last + 1)}
    runs = streak(timeline)._replace(unit=streak_unit(habit, timeline))
    gaps = _gaps(timeline, first, last)
    gained = None if now is None or then is None else now - then
    is_over = shown <= {"off"}
    return HabitReview(met, need, share, runs, now, is_new, gained, gaps, is_over)


def _reached(habit: Definition, timeline: Timeline) -> tuple[str, str, float | None]:
    """Return the result of a timeline, its target, and the share of it that was reached."""
    # Due days and weeks or months cannot be added, so a span with both shows the later ones.
    judged = [] if timeline.period is None else timeline.periods
    counted = [period for period in judged if period.result != "skipped"]
    periods = [period for period in counted if period.result != "open"] or counted
    if periods:
        # Times and amounts cannot be added, so a span with both shows the later ones.
        goal = periods[-1].goal
        periods = [each for each in periods if (each.goal.per == "day") == (goal.per == "day")]
        is_open = periods[0].result == "open"  # the only period is still open
        reached = sum(period.reached for period in periods)
        need = sum(period.need for period in periods)
        met = sum(min(period.reached, period.need) for period in periods)
        if goal.kind != "done" and goal.per != "day":
            if goal.highest is not None:
                # A missed period that reached its target exceeded the limit.
                within = [
                    one for one in periods if one.result != "missed" or one.reached < one.need
                ]
                met = sum(period.need for period in within)
                if goal.is_to_reach:
                    met = sum(min(period.reached, period.need) for period in within)
            target = sum(period.goal.target for period in periods)
            shown = (
                amounts.pluralize(amounts.format_in_habit_unit(reached, habit.unit)),
                amounts.pluralize(amounts.format_in_habit_unit(target, habit.unit))
                + next(filter(None, (describe_part(timeline, one) for one in periods)), ""),
            )
        else:
            shown = str(reached), str(need)
        return *shown, met / need if need and not is_open else None
    results = [is_met for _, is_met in timeline.results_in_unit]
    if not results:
        return "0", "", None
    met = results.count(True)
    return str(met), str(len(results)), met / len(results)


def _gaps(timeline: Timeline, first: int, last: int) -> tuple[tuple[date, date, int], ...]:
    """Return the runs of two or more missed units that end on these days."""
    results = timeline.between(timeline.first, last).results_in_unit
    found: list[tuple[date, date, int]] = []
    for is_met, group in groupby(results, lambda result: result[1]):
        missed = [date.fromordinal(day) for day, _ in group]
        if not is_met and len(missed) > 1 and missed[-1].toordinal() >= first:
            found.append((missed[0], missed[-1], len(missed)))
    return tuple(found)

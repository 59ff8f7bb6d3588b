"""Measure how strong a habit is, from 0 to 1: each day moves it towards how well it was kept.

The formula is the score of Loop Habit Tracker 2.3.1, written from its description: with f the
frequency, m = 0.5 ** (sqrt(f) / 13) and p the share of the goal that was reached, each day makes
s into s * m + p * (1 - m). A daily habit that is kept without fail stands at 0.5 after 13 days.
"""

from __future__ import annotations

from itertools import accumulate
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.schedule import EVERY_DAY, PERIOD_DAYS, ChosenDays, Schedule, frequency

if TYPE_CHECKING:
    from notekeep.habits.days import DayHistory, DayValue
    from notekeep.habits.definition import Definition

HALF_LIFE = 13
"""Days without a check after which the strength of a daily habit is halved."""


def daily_decay(times: int, days: int) -> float:
    """Return what a day leaves of the strength of a habit due so many times in so many days."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def strength(habit: Definition, days: DayHistory, today: int) -> float:
    """Return the strength of a habit today; 0.0 without an entry."""
    scores = strengths(habit, days, today)[1]
    return scores[-1] if scores else 0.0


def strengths(habit: Definition, days: DayHistory, today: int) -> tuple[int, list[float]]:
    """Return the strength of a habit on each day from its first entry to today, or its last day.

    They come with the ordinal of the first day; there are none without an entry.
    """
    begin = days.begin
    starts = [begin] if begin is not None else []
    if habit.counts_silence and habit.since is not None and habit.since < today:
        starts.append(habit.since)
    if not starts:
        return today, []
    first = min(starts)
    last = today if habit.until is None else min(today, habit.until)
    values = days.between(first, last)
    weights = {value: _weigh(habit, value) for value in set(values)}
    sums = [0, *accumulate(weights[value] for value in values)]
    if values and values[-1].value == "none":
        sums[-1] = sums[-2]  # silence counts only once its day is over
    frozen = _find_frozen(habit, values, first)
    is_by_day = habit.goal.per == "day"
    scores: list[float] = []
    score = 1.0 if habit.goal.kind == "most" else 0.0
    for start, end, schedule in habit.stretches(first, last):
        pace = _find_pace(habit, schedule)
        kept, moves = pace.keeps, 1 - pace.keeps
        tested: tuple[bool, ...] = EVERY_DAY
        if isinstance(schedule, ChosenDays) and habit.goal.kind == "most" and is_by_day:
            tested = schedule.weekdays  # a limit is no test on days it is not due
        before = [0] * pace.window + sums
        totals = [sums[at] - before[at] for at in range(start - first + 1, end - first + 2)]
        gains = {total: pace.share(total) * moves for total in set(totals)}
        for day, total in enumerate(totals, start):
            if day not in frozen and tested[(day - 1) % 7]:
                score = score * kept + gains[total]
            scores.append(score)
    return first, scores


class _Pace(NamedTuple):
    keeps: float  # what a day leaves of the strength before it
    window: int
    full: int  # the sum that is the whole share; for at-most goals the sum that is still all right
    is_most: bool = False  # whether a larger sum is worse

    def share(self, total: int) -> float:
        """Return the share of the goal that a sum over the window reaches, 0.0 to 1.0."""
        if not self.is_most:
            return min(1.0, total / self.full) if self.full else 1.0
        if not self.full:
            return float(total == 0)
        return max(0.0, min(1.0, 2 - total / self.full))


def _find_pace(habit: Definition, schedule: Schedule) -> _Pace:
    goal = habit.goal
    if goal.kind == "most" or goal.per != "day":
        window = PERIOD_DAYS[goal.per]
        return _Pace(daily_decay(1, window), window, goal.target, goal.kind == "most")
    times, window = frequency(schedule)
    if times >= window:
        times = window = 1
    keeps = daily_decay(times, window)
    if times < window:
        # A window of twice the length, so that a shift of weekday is no miss.
        times, window = 2 * times, 2 * window
    return _Pace(keeps, window, times * (goal.target if goal.kind == "least" else 1))


def _weigh(habit: Definition, day: DayValue) -> int:
    goal = habit.goal
    is_silent = day.value == "none"
    if goal.kind == "most":
        worst = 2 * goal.target or 1
        is_bad = day.value == "miss" or (is_silent and not habit.counts_silence)
        return max(day.amount, worst) if is_bad else day.amount
    if goal.per != "day":
        return day.amount
    is_done = day.value == "done" or day.is_marked or (is_silent and habit.counts_silence)
    if goal.kind == "done":
        return int(is_done or day.amount > 0)
    return goal.target if is_done else min(day.amount, goal.target)


def _find_frozen(habit: Definition, values: list[DayValue], first: int) -> set[int]:
    """Find the days of skips and pauses, which leave the strength as it is."""
    frozen = {day for day, value in enumerate(values, first) if value.value == "skip"}
    for start, end in habit.pauses:
        for day in range(max(start, first), min(end, first + len(values) - 1) + 1):
            if values[day - first].value in ("none", "miss"):
                frozen.add(day)
    return frozen

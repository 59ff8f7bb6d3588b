"""Measures of a habit: streaks, rates and recoveries, and its strength from 0 to 1.

Each day moves the strength towards the share of the goal that was reached. The formula is the score
of Loop Habit Tracker 2.3.1, implemented from its description: with the frequency f, the share p and
m = 0.5 ** (sqrt(f) / 13), each day changes s to s * m + p * (1 - m). A daily habit without a miss
reaches 0.5 after 13 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import lcm, sqrt
from typing import NamedTuple

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Timeline
from notekeep.habits.schedule import (
    PERIOD_DAYS,
    AsParts,
    ChosenDates,
    ChosenDays,
    Goal,
    Schedule,
    Untracked,
    split_by_rule,
)


class Streak(NamedTuple):
    """The current and the longest run of met units, and the name of the unit."""

    current: int
    longest: int
    unit: str


class Rate(NamedTuple):
    """The numbers of met and missed units."""

    met: int
    missed: int
    is_mixed: bool = False  # whether there are units of two kinds, such as days and weeks

    @property
    def value(self) -> float | None:
        """The share of met units, 0.0 to 1.0; None, not 0.0, if no unit is closed."""
        closed = self.met + self.missed
        return self.met / closed if closed else None


class Recovery(NamedTuple):
    """How often a met unit followed a miss ("never miss twice")."""

    followed: int  # misses followed by a closed unit
    recovered: int  # misses followed by a met unit
    longest_gap: int  # the longest run of misses

    @property
    def rate(self) -> float | None:
        """The share of recovered misses, 0.0 to 1.0; None if no closed unit follows a miss."""
        return self.recovered / self.followed if self.followed else None


class StreakRun(NamedTuple):
    """A streak: the first day of its first unit, the day its last one closed, and their number."""

    first: int
    last: int
    length: int


def streak(timeline: Timeline) -> Streak:
    """Count the streak of a habit.

    A change of schedule to another unit starts a new streak: days and weeks cannot be added.
    The longest streak is the longest in today's unit.
    """
    runs = _find_runs(timeline)
    return Streak(len(runs[-1]), max(map(len, runs)), timeline.unit)


def best_runs(timeline: Timeline, most: int = 10) -> list[StreakRun]:
    """Return the longest streaks in today's unit, longest first, then latest first."""
    starts = {min(one.last, timeline.today): one.start for one in timeline.periods}
    runs = [
        StreakRun(max(starts.get(run[0], run[0]), timeline.begin), run[-1], len(run))
        for run in _find_runs(timeline)
        if run
    ]
    return sorted(runs, key=lambda run: (-run.length, -run.last))[:most]


def rate(timeline: Timeline, days: int | None = None) -> Rate:
    """Count the met and missed units of the last `days` days up to today, or of all days."""
    if days is not None:
        timeline = timeline.between(timeline.today - days + 1, timeline.today)
    met = [is_met for _, is_met in timeline.results]
    is_mixed = len(timeline.results_in_unit) < len(met)
    return Rate(met.count(True), met.count(False), is_mixed)


def recovery(timeline: Timeline) -> Recovery:
    """Count the misses, and how many of them a met unit followed."""
    met = [is_met for _, is_met in timeline.results]
    after_misses = [now for before, now in pairwise(met) if not before]
    longest = gap = 0
    for is_met in met:
        gap = 0 if is_met else gap + 1
        longest = max(longest, gap)
    return Recovery(len(after_misses), after_misses.count(True), longest)


def _find_runs(timeline: Timeline) -> list[list[int]]:
    """Return the days of each streak in today's unit, in order; the last is the current one."""
    runs: list[list[int]] = [[]]
    for segment in timeline.segments:
        if segment.unit != timeline.unit:
            runs.append([])
            continue
        for day, is_met in segment.results:
            if is_met:
                runs[-1].append(day)
            elif runs[-1]:
                runs.append([])
    return runs


LIMIT_DAYS = 7  # a more recent limit has no strength, because limits start at 1.0
HALF_LIFE = 13  # days without an entry that halve the strength of a daily habit


def daily_decay(times: int, days: int) -> float:
    """Return the factor by which a day lowers the strength of a habit due `times` in `days`."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def strength(habit: Definition, days: DayHistory, timeline: Timeline) -> float | None:
    """Return the strength of a habit on the last decided day; 0.0 if it has no entries.

    None if strength is undefined: nothing is due, or a limit is less than a week old.
    """
    day = timeline.closed
    is_early = habit.goal_on(day).kind == "most" and timeline.age < LIMIT_DAYS
    if is_early or isinstance(habit.schedule_on(day), Untracked):
        return None
    scores = strengths(habit, days, day)[1]
    return scores[-1] if scores else 0.0


def strengths(habit: Definition, days: DayHistory, today: int) -> tuple[int, list[float]]:
    """Return the strength of a habit on each day from its first entry to a day, or its last day.

    The first value is the ordinal of the first day; the list is empty if there are no entries. As
    in a streak, entries before `since` do not count. All days count as over, so `today` is usually
    the `closed` day of a timeline.
    """
    begin, since = days.begin, habit.since
    starts = [begin] if begin is not None else []
    if since is not None and since < today and habit.counts_silence(habit.goal_on(since)):
        starts.append(since)
    first = max(min(starts, default=today), since or 0)
    last = today if habit.until is None else min(today, habit.until)
    if not starts or first > last:
        return today, []
    values = days.between(first, last)
    sums = _add_up(habit, values, first)
    frozen = _find_frozen(habit, values, first)
    scores: list[float] = []
    score = 1.0 if habit.goal_on(first).kind == "most" else 0.0
    for begin, end, schedule, goal in _paced_days(habit, first, last):
        pace = _find_pace(schedule, goal, _scale(habit, goal))
        moves = 1 - pace.decay
        if isinstance(schedule, ChosenDays | ChosenDates) and pace.is_most and goal.per == "day":
            # A limit does not apply on days on which it is not due.
            frozen.update(day for day in range(begin, end + 1) if not schedule.is_due(day))
        if isinstance(schedule, AsParts):
            frozen.update(day for day in range(begin, end + 1) if day not in days.due)
        after = sums[pace.is_most]
        before = [0] * pace.window + after
        totals = [after[at] - before[at] for at in range(begin - first + 1, end - first + 2)]
        gains = {total: pace.share(total) * moves for total in set(totals)}
        for day, total in enumerate(totals, begin):
            if day not in frozen:
                score = score * pace.decay + gains[total]
            scores.append(score)
    return first, scores


def _paced_days(
    habit: Definition, first: int, last: int
) -> Iterator[tuple[int, int, Schedule, Goal]]:
    """Split days by schedule and goal."""
    for begin, end, schedule in split_by_rule(habit.schedules, first, last):
        for start, stop, goal in split_by_rule(habit.goals, begin, end):
            yield start, stop, schedule, goal


def _scale(habit: Definition, goal: Goal) -> int:
    """Return the factor that makes amounts under different goals comparable."""
    # A window can begin under an earlier goal, whose days keep their share of that goal.
    return lcm(*(other.target or 1 for _, other in habit.goals)) // (goal.target or 1)


def _add_up(habit: Definition, values: list[DayValue], first: int) -> dict[bool, list[int]]:
    """Return the running sums of days under limits (True) and under other goals (False)."""
    weights: dict[bool, list[int]] = {True: [], False: []}
    for start, end, goal in split_by_rule(habit.goals, first, first + len(values) - 1):
        part, scale = values[start - first : end - first + 1], _scale(habit, goal)
        is_quiet = habit.counts_silence(goal)
        known = {value: scale * _weigh(goal, value, is_quiet=is_quiet) for value in set(part)}
        weights[goal.kind == "most"] += [known[value] for value in part]
        weights[goal.kind != "most"] += [0] * len(part)
    return {is_most: [0, *accumulate(found)] for is_most, found in weights.items()}


class _Pace(NamedTuple):
    decay: float  # the factor that is applied to the previous day's strength
    window: int
    full: int  # the sum that meets the goal; for a limit, the highest allowed sum
    is_most: bool = False
    high: int = 0  # the highest allowed sum of a `between` goal; 0 for others

    def share(self, total: int) -> float:
        """Return the share of the goal that a sum over the window reaches, 0.0 to 1.0."""
        if not self.is_most:
            if self.high and total > self.high:
                return max(0.0, 2 - total / self.high)
            return min(1.0, total / self.full) if self.full else 1.0
        if not self.full:
            return float(total == 0)
        return max(0.0, min(1.0, 2 - total / self.full))


def _find_pace(schedule: Schedule, goal: Goal, scale: int) -> _Pace:
    full = scale * (1 if goal.kind == "done" else goal.target)
    if goal.kind == "most" or goal.per != "day":
        window = PERIOD_DAYS[goal.per]
        return _Pace(daily_decay(1, window), window, full, goal.kind == "most", scale * goal.high)
    times, window = schedule.frequency()
    if times >= window:
        times = window = 1
    decay = daily_decay(times, window)
    if times < window:
        # Double the window, so that a change of weekday is not a miss.
        times, window = 2 * times, 2 * window
    return _Pace(decay, window, times * full)


def _weigh(goal: Goal, day: DayValue, *, is_quiet: bool) -> int:
    is_silent = day.value == "none"
    if goal.kind == "most":
        worst = 2 * goal.target or 1
        is_bad = day.value == "miss" or (is_silent and not is_quiet)
        return max(day.amount, worst) if is_bad else day.amount
    if goal.per != "day":
        return day.amount
    if goal.is_exceeded_by(day.amount):
        return max(0, 2 * goal.target - goal.target * day.amount // goal.high)
    is_done = day.value == "done" or day.is_marked or (is_silent and is_quiet)
    if goal.kind == "done":
        return int(is_done or day.amount > 0)
    return goal.target if is_done else min(day.amount, goal.target)


def _find_frozen(habit: Definition, values: list[DayValue], first: int) -> set[int]:
    """Return the skipped and paused days, which do not change the strength."""
    frozen = {day for day, value in enumerate(values, first) if value.value == "skip"}
    for start, end in habit.pauses:
        for day in range(max(start, first), min(end, first + len(values) - 1) + 1):
            if values[day - first].value in ("none", "miss"):
                frozen.add(day)
    return frozen

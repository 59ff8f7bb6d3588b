"""Measures of a habit: streaks, rates and recoveries, and its strength from 0 to 1.

Each day moves the strength towards the share of the goal that was reached. The formula is the score
of Loop Habit Tracker 2.3.1, written from its description: with the frequency f, the share p and
m = 0.5 ** (sqrt(f) / 13), each day turns s into s * m + p * (1 - m). A daily habit without a miss
has 0.5 after 13 days.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import sqrt
from typing import NamedTuple

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Timeline
from notekeep.habits.schedule import (
    EVERY_DAY,
    PERIOD_DAYS,
    ChosenDays,
    Schedule,
    Untracked,
)


class Streak(NamedTuple):
    """The current and the longest run of met units; `unit` is their name."""

    current: int
    longest: int
    unit: str


class Rate(NamedTuple):
    """The numbers of met and missed units."""

    met: int
    missed: int

    @property
    def value(self) -> float | None:
        """The share that was met, 0.0 to 1.0; None without a closed unit, which is not 0 %."""
        closed = self.met + self.missed
        return self.met / closed if closed else None


class Recovery(NamedTuple):
    """Never miss twice: how often a miss was followed by a met unit."""

    followed: int  # misses with a closed unit after them
    recovered: int  # of those, with a met unit after them
    longest_gap: int  # the most misses in a row

    @property
    def rate(self) -> float | None:
        """The share of recovered misses, 0.0 to 1.0; None without one that was followed."""
        return self.recovered / self.followed if self.followed else None


class StreakRun(NamedTuple):
    """One streak: the days on which its first and last unit closed, and the number of units."""

    first: int
    last: int
    length: int


def streak(timeline: Timeline) -> Streak:
    """Count the streak of a habit.

    A change of schedule to another unit starts a new streak, because weeks and days do not add up.
    The longest streak is the longest in today's unit.
    """
    runs = _find_runs(timeline)
    return Streak(len(runs[-1]), max(map(len, runs)), timeline.unit)


def best_runs(timeline: Timeline, most: int = 10) -> list[StreakRun]:
    """Return the longest streaks in today's unit, longest first, then latest first."""
    runs = [StreakRun(run[0], run[-1], len(run)) for run in _find_runs(timeline) if run]
    return sorted(runs, key=lambda run: (-run.length, -run.last))[:most]


def rate(timeline: Timeline, days: int | None = None) -> Rate:
    """Count the met and missed units of the last `days` days up to today, or of all days."""
    if days is not None:
        timeline = timeline.between(timeline.today - days + 1, timeline.today)
    met = [is_met for _, is_met in timeline.results]
    return Rate(met.count(True), met.count(False))


def recovery(timeline: Timeline) -> Recovery:
    """Count the misses that were followed by a met unit."""
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


LIMIT_DAYS = 7  # a younger limit has no strength, because it starts at 1.0
HALF_LIFE = 13  # days without an entry that halve the strength of a daily habit


def daily_decay(times: int, days: int) -> float:
    """Return the factor by which a day lowers the strength of a habit due `times` in `days`."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def strength(habit: Definition, days: DayHistory, timeline: Timeline) -> float | None:
    """Return the strength of a habit on the last decided day; 0.0 without an entry.

    None if it has no meaning: nothing is due, or a limit is younger than a week.
    """
    is_early = habit.goal.kind == "most" and timeline.age < LIMIT_DAYS
    if is_early or isinstance(habit.schedule_on(timeline.today), Untracked):
        return None
    scores = strengths(habit, days, timeline.closed)[1]
    return scores[-1] if scores else 0.0


def strengths(habit: Definition, days: DayHistory, today: int) -> tuple[int, list[float]]:
    """Return the strength of a habit on each day from its first entry to a day, or its last day.

    The first value is the ordinal of the first day; the list is empty without an entry. As for a
    streak, entries before `since` do not count. All days count as over, so `today` is usually the
    `closed` day of a timeline.
    """
    begin = days.begin
    starts = [begin] if begin is not None else []
    if habit.counts_silence and habit.since is not None and habit.since < today:
        starts.append(habit.since)
    first = max(min(starts, default=today), habit.since or 0)
    last = today if habit.until is None else min(today, habit.until)
    if not starts or first > last:
        return today, []
    values = days.between(first, last)
    weights = {value: _weigh(habit, value) for value in set(values)}
    sums = [0, *accumulate(weights[value] for value in values)]
    frozen = _find_frozen(habit, values, first)
    is_by_day = habit.goal.per == "day"
    scores: list[float] = []
    score = 1.0 if habit.goal.kind == "most" else 0.0
    for start, end, schedule in habit.stretches(first, last):
        pace = _find_pace(habit, schedule)
        moves = 1 - pace.decay
        tested: tuple[bool, ...] = EVERY_DAY
        if isinstance(schedule, ChosenDays) and habit.goal.kind == "most" and is_by_day:
            tested = schedule.weekdays  # a limit does not apply on days on which it is not due
        before = [0] * pace.window + sums
        totals = [sums[at] - before[at] for at in range(start - first + 1, end - first + 2)]
        gains = {total: pace.share(total) * moves for total in set(totals)}
        for day, total in enumerate(totals, start):
            if day not in frozen and tested[(day - 1) % 7]:
                score = score * pace.decay + gains[total]
            scores.append(score)
    return first, scores


class _Pace(NamedTuple):
    decay: float  # the factor of the strength of the day before
    window: int
    full: int  # the sum for the whole share; of a limit, the highest sum allowed
    is_most: bool = False

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
    times, window = schedule.frequency()
    if times >= window:
        times = window = 1
    decay = daily_decay(times, window)
    if times < window:
        # Twice the length, so that another weekday is not a miss.
        times, window = 2 * times, 2 * window
    return _Pace(decay, window, times * (goal.target if goal.kind == "least" else 1))


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
    """Return the skipped and paused days, which do not change the strength."""
    frozen = {day for day, value in enumerate(values, first) if value.value == "skip"}
    for start, end in habit.pauses:
        for day in range(max(start, first), min(end, first + len(values) - 1) + 1):
            if values[day - first].value in ("none", "miss"):
                frozen.add(day)
    return frozen

"""Measure a habit: streaks, rates and recoveries, and how strong it is, from 0 to 1.

Each day moves the strength towards how well the habit was kept. The formula is the score of Loop
Habit Tracker 2.3.1, written from its description: with f the frequency, m = 0.5 ** (sqrt(f) / 13)
and p the share of the goal that was reached, each day makes s into s * m + p * (1 - m). A daily
habit that is kept without fail stands at 0.5 after 13 days.
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
    """The units that were met one after the other: now, and at best. `unit` says what they are."""

    current: int
    longest: int
    unit: str


class Rate(NamedTuple):
    """How many closed units were met and missed."""

    met: int
    missed: int

    @property
    def value(self) -> float | None:
        """The share that was met, 0.0 to 1.0; None without a closed unit, for that is no 0 %."""
        closed = self.met + self.missed
        return self.met / closed if closed else None


class Recovery(NamedTuple):
    """Never miss twice: how often the unit after a miss was met."""

    followed: int
    recovered: int  # those of them where it was met
    longest_gap: int  # the most misses one after the other

    @property
    def rate(self) -> float | None:
        """The share that was recovered, 0.0 to 1.0; None without a miss that was followed."""
        return self.recovered / self.followed if self.followed else None


class StreakRun(NamedTuple):
    """One streak: the days at which its first and last unit closed, and how many there were."""

    first: int
    last: int
    length: int


def streak(timeline: Timeline) -> Streak:
    """Count the streak of a habit.

    A change of schedule to another unit starts a new streak, because weeks and days do not add up;
    the longest is the longest of those that counted what is counted today.
    """
    runs = _find_runs(timeline)
    return Streak(len(runs[-1]), max(map(len, runs)), timeline.unit)


def best_runs(timeline: Timeline, most: int = 10) -> list[StreakRun]:
    """Return the longest streaks in today's unit, longest first, of equal ones the latest first."""
    runs = [StreakRun(run[0], run[-1], len(run)) for run in _find_runs(timeline) if run]
    return sorted(runs, key=lambda run: (-run.length, -run.last))[:most]


def rate(timeline: Timeline, days: int | None = None) -> Rate:
    """Count met and missed units of the last so many days, today included, or of all days."""
    if days is not None:
        timeline = timeline.between(timeline.today - days + 1, timeline.today)
    met = [is_met for _, is_met in timeline.results]
    return Rate(met.count(True), met.count(False))


def recovery(timeline: Timeline) -> Recovery:
    """Count what happened after misses."""
    met = [is_met for _, is_met in timeline.results]
    after_misses = [now for before, now in pairwise(met) if not before]
    longest = gap = 0
    for is_met in met:
        gap = 0 if is_met else gap + 1
        longest = max(longest, gap)
    return Recovery(len(after_misses), after_misses.count(True), longest)


def _find_runs(timeline: Timeline) -> list[list[int]]:
    """Return the days of each streak in today's unit, in order; the last one goes on."""
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


LIMIT_DAYS = 7  # a limit has no strength before, because it begins at 1.0 without any doing
HALF_LIFE = 13  # days without a check after which the strength of a daily habit is halved


def daily_decay(times: int, days: int) -> float:
    """Return what a day leaves of the strength of a habit due so many times in so many days."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def strength(habit: Definition, days: DayHistory, timeline: Timeline) -> float | None:
    """Return the strength of a habit on the last day that is decided; 0.0 without an entry.

    None where it would mean nothing: nothing is due, or a limit was not kept for a week yet.
    """
    is_early = habit.goal.kind == "most" and timeline.age < LIMIT_DAYS
    if is_early or isinstance(habit.schedule_on(timeline.today), Untracked):
        return None
    scores = strengths(habit, days, timeline.closed)[1]
    return scores[-1] if scores else 0.0


def strengths(habit: Definition, days: DayHistory, today: int) -> tuple[int, list[float]]:
    """Return the strength of a habit on each day from its first entry to a day, or its last day.

    They come with the ordinal of the first day; there are none without an entry. As for a streak,
    entries before `since` do not count. Every day counts as over: for a screen that day is the
    `closed` one of a timeline.
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
    times, window = schedule.frequency()
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

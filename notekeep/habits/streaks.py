"""Count streaks, rates and recoveries: what met and missed units say."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from notekeep.habits.evaluation import Timeline


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


def streak(timeline: Timeline, since: int = 0) -> Streak:
    """Count the streak of a habit, from a day on.

    A change of schedule to another unit starts a new streak, because weeks and days do not add up;
    the longest is the longest of those that counted what is counted today.
    """
    runs = _find_runs(timeline, since)
    return Streak(len(runs[-1]), max(map(len, runs)), timeline.unit)


def best_runs(timeline: Timeline, most: int = 10) -> list[StreakRun]:
    """Return the longest streaks in today's unit, longest first, of equal ones the latest first."""
    runs = [StreakRun(run[0], run[-1], len(run)) for run in _find_runs(timeline) if run]
    return sorted(runs, key=lambda run: (-run.length, -run.last))[:most]


def rate(timeline: Timeline, days: int | None = None) -> Rate:
    """Count met and missed units of the last so many days, today included, or of all days."""
    end = timeline.today
    start = timeline.first if days is None else end - days + 1
    met = [is_met for day, is_met in timeline.results if start <= day <= end]
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


def _find_runs(timeline: Timeline, since: int = 0) -> list[list[int]]:
    """Return the days of each streak in today's unit, in order; the last one goes on."""
    runs: list[list[int]] = [[]]
    for segment in timeline.segments:
        if segment.unit != timeline.unit:
            runs.append([])
            continue
        for day, is_met in segment.results:
            if is_met and day >= since:
                runs[-1].append(day)
            elif runs[-1]:
                runs.append([])
    return runs

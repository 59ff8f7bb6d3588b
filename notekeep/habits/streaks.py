"""Streaks, rates and recoveries: what a string of met and missed units says.

Units that were skipped, paused or not due, and those still open, are not in the string at all, so
they neither add to a streak nor break one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.schedule import FAILED, MET, NO_RESULT

if TYPE_CHECKING:
    from notekeep.habits.evaluation import Timeline

_MET, _FAILED, _NOTHING = bytes([MET]), bytes([FAILED]), bytes([NO_RESULT])


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
    """Never miss twice: how often the unit after a miss was met.

    Attributes:
        followed: Misses after which another unit closed.
        recovered: Those of them where it was met.
        longest_gap: The most misses one after the other.
        is_at_stake: Whether the last closed unit was missed, so that the next one matters.
    """

    followed: int
    recovered: int
    longest_gap: int
    is_at_stake: bool

    @property
    def rate(self) -> float | None:
        """The share that was recovered, 0.0 to 1.0; None without a miss that was followed."""
        return self.recovered / self.followed if self.followed else None


class StreakRun(NamedTuple):
    """One streak: the days at which its first and last unit closed, and how many there were."""

    first: int
    last: int
    length: int


def streak(line: Timeline) -> Streak:
    """The streak of a habit.

    A change of schedule to another unit starts a new streak, because weeks and days do not add
    up; the longest is the longest of those that counted what is counted today.
    """
    unit = line.unit
    stretches = _stretches(line)
    counted = [_closed(results) for results, counts in stretches if counts == unit]
    longest = max((_longest(results, _MET) for results in counted), default=0)
    current = len(counted[-1]) - counted[-1].rfind(_FAILED) - 1 if counted else 0
    return Streak(current, longest, unit)


def rate(line: Timeline, days: int | None = None) -> Rate:
    """Met and missed units of the last so many days, today included, or of all days."""
    end = line.today - line.first + 1
    start = 0 if days is None else max(0, end - days)
    part = line.results[start:end]
    return Rate(part.count(_MET), part.count(_FAILED))


def recovery(line: Timeline) -> Recovery:
    """What happened after misses."""
    closed = _closed(line.results)
    followed = closed[:-1].count(_FAILED)
    recovered = closed.count(_FAILED + _MET)
    return Recovery(followed, recovered, _longest(closed, _FAILED), closed.endswith(_FAILED))


def best_runs(line: Timeline, most: int = 10) -> list[StreakRun]:
    """The longest streaks in today's unit, longest first, of equal ones the latest first."""
    runs: list[StreakRun] = []
    first = length = 0
    for part in line.parts:
        if part.unit != line.unit:
            first = length = 0
            continue
        for day in range(part.first, min(part.last, line.today) + 1):
            result = line.results[day - line.first]
            if result == MET:
                first, length = (first, length + 1) if length else (day, 1)
                if length == 1:
                    runs.append(StreakRun(day, day, 1))
                else:
                    runs[-1] = StreakRun(first, day, length)
            elif result == FAILED:
                first = length = 0
    return sorted(runs, key=lambda run: (-run.length, -run.last))[:most]


def _stretches(line: Timeline) -> list[tuple[bytes, str]]:
    """The results under each unit, neighbours with the same unit joined."""
    found: list[tuple[bytes, str]] = []
    for part in line.parts:
        results = line.results[part.first - line.first : part.last - line.first + 1]
        if found and found[-1][1] == part.unit:
            found[-1] = (found[-1][0] + results, part.unit)
        else:
            found.append((results, part.unit))
    return found


def _closed(results: bytes) -> bytes:
    return results.replace(_NOTHING, b"")


def _longest(closed: bytes, kind: bytes) -> int:
    """The longest row of one result: bytes find a row of any length faster than they are cut."""
    low, high = 0, 1
    while kind * high in closed:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if kind * middle in closed:
            low = middle
        else:
            high = middle
    return low

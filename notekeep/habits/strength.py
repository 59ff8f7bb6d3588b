"""How strong a habit is, from 0 to 1: every day moves it a little towards how well it was kept.

The formula is the score of Loop Habit Tracker 2.3.1, written from its description: with f the
frequency, m = 0.5 ** (sqrt(f) / 13) and p the share of the goal that was reached, each day makes
s into s * m + p * (1 - m). A daily habit that is kept without fail stands at 0.5 after 13 days.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.days import MARKED, VALUE
from notekeep.habits.fold import AMOUNT, DONE, MISS, NONE, SKIP
from notekeep.habits.goal import PER_DAYS
from notekeep.habits.schedule import ChosenDays, frequency

if TYPE_CHECKING:
    from notekeep.habits.days import Days
    from notekeep.habits.definition import Definition
    from notekeep.habits.schedule import Schedule

HALF_LIFE = 13
"""Days without a check after which the strength of a daily habit is halved."""


class _Pace(NamedTuple):
    """How a stretch of days is scored.

    Attributes:
        keeps: What a day leaves of the strength before it.
        window: How many days are summed up.
        full: The sum that is the whole share; for at-most goals the sum that is still all right.
        is_most: Whether a larger sum is worse.
    """

    keeps: float
    window: int
    full: int
    is_most: bool

    def share(self, total: int) -> float:
        """The share of the goal that a sum over the window reaches, 0.0 to 1.0."""
        if not self.is_most:
            return min(1.0, total / self.full) if self.full else 1.0
        if not self.full:
            return float(total == 0)
        return max(0.0, min(1.0, 2 - total / self.full))


def keeps(times: int, days: int) -> float:
    """What one day leaves of the strength of a habit that is due so many times in so many days."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def step(strength: float, share: float, times: int, days: int) -> float:
    """The strength after one more day with a share of the goal."""
    kept = keeps(times, days)
    return strength * kept + share * (1 - kept)


def strengths(habit: Definition, days: Days, today: int) -> tuple[int, list[float]]:
    """The strength of a habit on each day from its first entry to today, or to its last day.

    Returns:
        The ordinal of the first day, and one strength a day; none without an entry.
    """
    begin = days.begin
    last = today if habit.until is None else min(today, habit.until)
    starts = [begin] if begin is not None else []
    if habit.counts_silence and habit.since is not None:
        starts.append(habit.since)
    if not starts:
        return today, []
    first = min(starts)
    weights, frozen = _weights(habit, days, first, last)
    scores: list[float] = []
    score = 1.0 if habit.goal.kind == "most" else 0.0
    for start, end, schedule in _stretches(habit, first, last):
        kept, window, *_ = pace = _pace(habit, schedule)
        moves = 1 - kept
        low = start - first
        total = sum(weights[max(0, low - window) : low])
        for place in range(low, end - first + 1):
            total += weights[place]
            if place >= window:
                total -= weights[place - window]
            if not frozen[place]:
                score = score * kept + pace.share(total) * moves
            scores.append(score)
    return first, scores


def strength(habit: Definition, days: Days, today: int) -> float:
    """The strength of a habit today; 0.0 without an entry."""
    scores = strengths(habit, days, today)[1]
    return scores[-1] if scores else 0.0


def _pace(habit: Definition, schedule: Schedule) -> _Pace:
    goal = habit.goal
    if goal.kind != "done" and goal.per != "day":
        window = PER_DAYS[goal.per]
        return _Pace(keeps(1, window), window, goal.target, goal.kind == "most")
    if goal.kind == "most":
        return _Pace(keeps(1, 1), 1, goal.target, is_most=True)
    times, window = frequency(schedule)
    if times >= window:
        times = window = 1
    kept = keeps(times, window)
    if times < window:
        # A window of twice the length, so that a shift of weekday is no miss.
        times, window = 2 * times, 2 * window
    return _Pace(kept, window, times * _full(habit), is_most=False)


def _full(habit: Definition) -> int:
    """What one day weighs that reaches the goal of a day."""
    return habit.goal.target if habit.goal.kind == "least" else 1


def _weights(habit: Definition, days: Days, first: int, last: int) -> tuple[list[int], bytearray]:
    """What each day adds to the sum, and which days leave the strength as it is."""
    codes, amounts = days.window(first, last)
    goal = habit.goal
    sums_up = goal.kind != "done" and goal.per != "day"
    full = _full(habit)
    worst = 2 * goal.target or 1
    weights: list[int] = []
    frozen = bytearray(code & VALUE == SKIP for code in codes)
    for start, end in habit.pauses:
        for day in range(max(start, first), min(end, last) + 1):
            if codes[day - first] & VALUE in (NONE, MISS):
                frozen[day - first] = 1
    for place, code in enumerate(codes):
        value = code & VALUE
        amount = amounts[place]
        if goal.kind == "most":
            silent = value == NONE and not habit.counts_silence and first + place < last
            weights.append(max(amount, worst) if value == MISS or silent else amount)
        elif sums_up:
            weights.append(amount)
        elif value == DONE or code & MARKED:
            weights.append(full)
        elif value == AMOUNT:
            weights.append(min(amount, full))
        else:
            silent = value == NONE and habit.counts_silence and first + place < last
            weights.append(full if silent else 0)
    if goal.kind == "most" and goal.per == "day":
        _freeze_rest(habit, first, frozen)
    return weights, frozen


def _freeze_rest(habit: Definition, first: int, frozen: bytearray) -> None:
    """An at-most habit is not put to the test on days on which it is not due."""
    for start, end, schedule in _stretches(habit, first, first + len(frozen) - 1):
        if isinstance(schedule, ChosenDays) and not all(schedule.weekdays):
            for day in range(start, end + 1):
                if not schedule.weekdays[(day - 1) % 7]:
                    frozen[day - first] = 1


def _stretches(habit: Definition, first: int, last: int) -> list[tuple[int, int, Schedule]]:
    """First and last day of each stretch under one schedule."""
    found = []
    ends = [rule.start - 1 for rule in habit.rules[1:]] + [last]
    for rule, before_next in zip(habit.rules, ends, strict=True):
        start, end = max(rule.start, first), min(before_next, last)
        if start <= end:
            found.append((start, end, rule.schedule))
    return found

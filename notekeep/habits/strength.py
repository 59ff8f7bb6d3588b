"""How strong a habit is, from 0 to 1: every day moves it a little towards how well it was kept.

The formula is the score of Loop Habit Tracker 2.3.1, written from its description: with f the
frequency, m = 0.5 ** (sqrt(f) / 13) and p the share of the goal that was reached, each day makes
s into s * m + p * (1 - m). A daily habit that is kept without fail stands at 0.5 after 13 days.
"""

from __future__ import annotations

from itertools import accumulate
from math import ceil, log, sqrt
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.revisions import VALUE_AMOUNT, VALUE_DONE, VALUE_MISS, VALUE_NONE, VALUE_SKIP
from notekeep.habits.schedule import (
    MARKED_BIT,
    PERIOD_DAYS,
    POSITIVE_BIT,
    VALUE_MASK,
    ChosenDays,
    frequency,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.habits.definition import Definition
    from notekeep.habits.schedule import DayHistory, Schedule

HALF_LIFE = 13
"""Days without a check after which the strength of a daily habit is halved."""
FORGOTTEN = 1e-16
"""What is left of a strength when it can no longer be told: less than the last digit of a float."""


_IS_SKIP = bytes(code & VALUE_MASK == VALUE_SKIP for code in range(256))


def _checks(*, counts_silence: bool) -> bytes:
    """Whether each code is a check of a habit that is simply done."""
    return bytes(
        code & VALUE_MASK == VALUE_DONE
        or bool(code & MARKED_BIT)
        or (code & VALUE_MASK == VALUE_AMOUNT and bool(code & POSITIVE_BIT))
        or (code & VALUE_MASK == VALUE_NONE and counts_silence)
        for code in range(256)
    )


_CHECKS = {silent: _checks(counts_silence=silent) for silent in (False, True)}


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


def daily_decay(times: int, days: int) -> float:
    """What one day leaves of the strength of a habit that is due so many times in so many days."""
    return float(0.5 ** (sqrt(1.0 if times == days else times / days) / HALF_LIFE))


def next_strength(strength: float, share: float, times: int, days: int) -> float:
    """The strength after one more day with a share of the goal."""
    kept = daily_decay(times, days)
    return strength * kept + share * (1 - kept)


def strengths(
    habit: Definition, days: DayHistory, today: int, since: int | None = None
) -> tuple[int, list[float]]:
    """The strength of a habit on each day from its first entry to today, or to its last day.

    Args:
        habit: The definition.
        days: What was logged.
        today: The day that is not over yet.
        since: Leave out the days before this one. Strengths then begin with a guess that every
            day makes matter less; see `FORGOTTEN`.

    Returns:
        The ordinal of the first day, and one strength a day; none without an entry.
    """
    bounds = _bounds(habit, days, today)
    if bounds is None:
        return today, []
    first, last = max(bounds[0], since or 0), bounds[1]
    stretches = [
        (start, end, _pace(habit, schedule))
        for start, end, schedule in _stretches(habit, first, last)
    ]
    # The sum of a window looks back over days that are not scored themselves.
    widest = max((pace.window for _, _, pace in stretches), default=1)
    ground = max(bounds[0], first - widest)
    weights, frozen = _weights(habit, days, ground, last), _frozen(habit, days, ground, last)
    scores: list[float] = []
    score = 1.0 if habit.goal.kind == "most" else 0.0
    for start, end, pace in stretches:
        kept, moves = pace.keeps, 1 - pace.keeps
        low, high = start - ground, end - ground + 1
        sums = _sums(weights, pace.window, low, high)
        gains = {total: pace.share(total) * moves for total in set(sums)}
        still = frozen[low:high]
        if not any(still):
            for gain in map(gains.__getitem__, sums):
                score = score * kept + gain
                scores.append(score)
            continue
        for total, is_frozen in zip(sums, still, strict=True):
            if not is_frozen:
                score = score * kept + gains[total]
            scores.append(score)
    return first, scores


def strength(habit: Definition, days: DayHistory, today: int) -> float:
    """The strength of a habit today; 0.0 without an entry."""
    scores = strengths(habit, days, today, _horizon(habit, days, today))[1]
    return scores[-1] if scores else 0.0


def _bounds(habit: Definition, days: DayHistory, today: int) -> tuple[int, int] | None:
    """The first and the last day with a strength; None without an entry."""
    begin = days.begin
    last = today if habit.until is None else min(today, habit.until)
    starts = [begin] if begin is not None else []
    if habit.counts_silence and habit.since is not None and habit.since < today:
        starts.append(habit.since)
    return (min(starts), last) if starts else None


def _horizon(habit: Definition, days: DayHistory, today: int) -> int | None:
    """A day before which nothing can be seen in today's strength; None looks at all days.

    Only days that move the strength are counted, so those that leave it as it is lie on top.
    """
    bounds = _bounds(habit, days, today)
    if bounds is None:
        return None
    first, last = bounds
    stretches = _stretches(habit, first, last)
    if not stretches:
        return None
    start, _, schedule = stretches[-1]
    moving = ceil(log(FORGOTTEN) / log(_pace(habit, schedule).keeps))
    frozen = _frozen(habit, days, first, last)
    since = last - moving - frozen.count(1)
    return since if since > max(start, first) else None


def _sums(weights: Sequence[int], window: int, low: int, high: int) -> Sequence[int]:
    """The sum of the last `window` weights at each place from `low` to `high`, without `high`."""
    if window == 1:
        return weights[low:high]
    sums = [0, *accumulate(weights[:high])]
    # What lies before the window, which begins with the first day where that is later.
    start = low + 1 - window
    before = [0] * -start + sums if start < 0 else sums[start:]
    return list(map(sub, sums[low + 1 : high + 1], before))


def _pace(habit: Definition, schedule: Schedule) -> _Pace:
    goal = habit.goal
    if goal.kind != "done" and goal.per != "day":
        window = PERIOD_DAYS[goal.per]
        return _Pace(daily_decay(1, window), window, goal.target, goal.kind == "most")
    if goal.kind == "most":
        return _Pace(daily_decay(1, 1), 1, goal.target, is_most=True)
    times, window = frequency(schedule)
    if times >= window:
        times = window = 1
    kept = daily_decay(times, window)
    if times < window:
        # A window of twice the length, so that a shift of weekday is no miss.
        times, window = 2 * times, 2 * window
    return _Pace(kept, window, times * _full(habit), is_most=False)


def _full(habit: Definition) -> int:
    """What one day weighs that reaches the goal of a day."""
    return habit.goal.target if habit.goal.kind == "least" else 1


def _weights(habit: Definition, days: DayHistory, first: int, last: int) -> Sequence[int]:
    """What each day adds to the sum; silence counts only once its day is over."""
    codes, amounts = days.window(first, last)
    goal = habit.goal
    if goal.kind == "done":
        checks = bytearray(codes.translate(_CHECKS[habit.counts_silence]))
        if checks:
            checks[-1] = _CHECKS[False][codes[-1]]
        return checks
    if goal.kind == "least" and goal.per != "day":
        return amounts
    full, worst = goal.target, 2 * goal.target or 1
    weights: list[int] = []
    for place, code in enumerate(codes):
        value, amount = code & VALUE_MASK, amounts[place]
        is_silent = value == VALUE_NONE and first + place < last
        if goal.kind == "most":
            is_bad = value == VALUE_MISS or (is_silent and not habit.counts_silence)
            weights.append(max(amount, worst) if is_bad else amount)
        elif value == VALUE_DONE or code & MARKED_BIT or (is_silent and habit.counts_silence):
            weights.append(full)
        else:
            weights.append(min(amount, full) if value == VALUE_AMOUNT else 0)
    return weights


def _frozen(habit: Definition, days: DayHistory, first: int, last: int) -> bytearray:
    """Which days leave the strength as it is: skips, pauses, and days that put nothing to the test.

    Returns:
        One byte a day, 1 for those.
    """
    codes = days.window(first, last)[0]
    frozen = bytearray(codes.translate(_IS_SKIP))
    for start, end in habit.pauses:
        for day in range(max(start, first), min(end, last) + 1):
            if codes[day - first] & VALUE_MASK in (VALUE_NONE, VALUE_MISS):
                frozen[day - first] = 1
    if habit.goal.kind == "most" and habit.goal.per == "day":
        _freeze_rest(habit, first, frozen)
    return frozen


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

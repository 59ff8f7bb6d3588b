"""Habits that are due so often, or up to an amount, in a week, a month or a slot of days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import acts
from notekeep.habits.frame import (
    COVERED,
    FAILED,
    FUTURE,
    GAP,
    MET,
    NO_RESULT,
    OK_SO_FAR,
    Closed,
    Frame,
    Part,
    Period,
    Result,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.habits.goal import Goal


_RESULTS = {"met": MET, "missed": FAILED}


class Grid(NamedTuple):
    """How days are cut into periods: `week`, `month`, or slots of `days` days from `start`."""

    kind: str
    days: int = 7
    start: int = 0


def bounds(grid: Grid, day: int) -> tuple[int, int]:
    """First and last day of the period that a day lies in, as ordinals.

    For weeks, `grid.start` is any day that begins one.
    """
    if grid.kind == "month":
        first = date.fromordinal(day).replace(day=1)
        after = date.fromordinal(first.toordinal() + 31).replace(day=1)
        return first.toordinal(), after.toordinal() - 1
    start = day - (day - grid.start) % grid.days
    return start, start + grid.days - 1


def week(week_start: int) -> Grid:
    """Calendar weeks; the ordinal 1 is a Monday."""
    return Grid("week", 7, 1 + week_start)


def fill_counts(frame: Frame, part: Part, grid: Grid, times: int) -> None:
    """Judge a stretch of days in each period of which a habit is due so many times.

    Days that are paused, or lie outside of the stretch, lower what a period needs in proportion,
    rounded up; a skip lowers it by one.
    """
    start, end = bounds(grid, part.first)
    if start != part.first:
        _count_each(frame, part._replace(last=min(end, part.last)), grid, times)
        part = part._replace(first=min(end, part.last) + 1)
    _count_each(frame, _fill_closed(frame, part, grid, times), grid, times)


def _count_each(frame: Frame, part: Part, grid: Grid, times: int) -> None:
    """Judge periods one by one: those that are not whole, not over, or not of one length."""
    for start, end, first, last in _periods(frame, part, grid):
        count = frame.successes_in(first, last)
        inside = frame.acts_in(first, last)
        need, result = _judged(inside, count, end - start + 1, times, is_over=last < frame.today)
        _close(frame, Period(start, end, count, need, result, _left(frame, last)), first, last)


def _judged(
    inside: bytes, count: int, length: int, times: int, *, is_over: bool
) -> tuple[int, Result]:
    """What a period needs, and what came of it."""
    base = -(-times * _active(inside) // length)
    need = max(0, base - inside.count(acts.SKIPPED))
    if count >= need and (need or count):
        return need, "met"
    if not need:
        return need, "skipped"
    return need, "missed" if is_over else "open"


def _fill_closed(frame: Frame, part: Part, grid: Grid, times: int) -> Part:
    """Judge the periods at the beginning that are whole and over, all of one kind at a time.

    Returns:
        What is left of the stretch.
    """
    length = grid.days
    number = (min(part.last, frame.today - 1) - part.first + 1) // length
    if grid.kind == "month" or number < 1:
        return part
    end = part.first + number * length
    inside = frame.acts_in(part.first, end - 1)
    kinds = [inside[place : place + length] for place in range(0, len(inside), length)]
    judged: dict[bytes, tuple[int, int, Result]] = {}
    statuses: dict[bytes, bytes] = {}
    results: dict[bytes, bytes] = {}
    for kind in set(kinds):
        count = kind.count(acts.SUCCESS) + kind.count(acts.QUIET)
        need, result = _judged(kind, count, length, times, is_over=True)
        judged[kind] = count, need, result
        statuses[kind] = said(kind, GAP if result == "missed" else COVERED)
        results[kind] = bytes([NO_RESULT] * (length - 1) + [_RESULTS.get(result, NO_RESULT)])
    place = slice(part.first - frame.first, end - frame.first)
    frame.statuses[place] = b"".join([statuses[kind] for kind in kinds])
    frame.results[place] = b"".join([results[kind] for kind in kinds])
    frame.periods.append(Closed(part.first, length, kinds, judged))
    return part._replace(first=end)


def fill_amounts(frame: Frame, part: Part, grid: Grid, goal: Goal) -> None:
    """Judge a stretch of days in each period of which amounts add up to a goal.

    The goal is scaled to the days that are active. An at-most goal is missed as soon as the sum
    exceeds it, and met only when the period is over.
    """
    is_least = goal.kind == "least"
    for start, end, first, last in _periods(frame, part, grid):
        inside = frame.acts_in(first, last)
        active = _active(inside) - (inside.count(acts.SKIPPED) if is_least else 0)
        length = end - start + 1
        over = slice(first - frame.first, min(last, frame.today) - frame.first + 1)
        count = sum(frame.amounts[over])
        reach = goal.target * active
        is_over = last < frame.today
        result: Result = "open"
        if active <= 0:
            result = "skipped"
        elif is_least and (count * length >= reach or is_over):
            result = "met" if count * length >= reach else "missed"
        elif not is_least and (count * length > reach or _was_admitted(frame, first, goal, last)):
            result = "missed"
        elif not is_least and is_over:
            result = "met"
        period = Period(start, end, count, reach // length, result, _left(frame, last))
        _close(frame, period, first, last, is_quiet=not is_least)


def _periods(frame: Frame, part: Part, grid: Grid) -> Iterator[tuple[int, int, int, int]]:
    """Each period up to today's: its ends in the calendar, and its ends within the stretch."""
    day = part.first
    while day <= min(part.last, frame.today):
        start, end = bounds(grid, day)
        yield start, end, day, min(end, part.last)
        day = end + 1
    frame.fill(max(day, frame.today + 1), part.last, FUTURE)


def _active(inside: bytes) -> int:
    return len(inside) - inside.count(acts.PAUSED) - inside.count(acts.OFF)


def _left(frame: Frame, last: int) -> int:
    """Days from today to `last` on which nothing was said yet."""
    ahead = frame.acts_in(frame.today, last)
    return sum(ahead.count(act) for act in (acts.EMPTY, acts.QUIET, acts.WITHIN))


def _was_admitted(frame: Frame, first: int, goal: Goal, last: int) -> bool:
    """Whether a goal of nothing at all was broken by a miss that gives no amount."""
    said = frame.acts_in(first, min(last, frame.today))
    return goal.target == 0 and acts.MISSED in said


def _close(frame: Frame, period: Period, first: int, last: int, *, is_quiet: bool = False) -> None:
    """Write down a period's result and the status of its days."""
    is_open = period.result == "open"
    frame.periods.append(period if is_open else period._replace(left=0))
    if period.result in ("met", "missed"):
        frame.close(min(last, frame.today), is_met=period.result == "met")
    if not is_open:
        frame.fill(first, last, GAP if period.result == "missed" else COVERED)
    elif is_quiet:
        frame.fill(first, min(last, frame.today), OK_SO_FAR)
        frame.fill(frame.today + 1, last, FUTURE)
    else:
        frame.fill_open(first, last)

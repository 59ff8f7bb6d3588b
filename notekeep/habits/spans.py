"""Habits that are due so often in any span of days, and which days a series of checks covers.

Days are covered the way Loop Habit Tracker covers them: so many checks that lie close enough
together make a span, which begins at the first of them. Spans that overlap the next one slide
back, but never so far that their last check would fall out. A span of 30 or 31 days is a month: as
long as the month it begins in, or as the next one when it begins on the last day of a month.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from notekeep.habits import acts
from notekeep.habits.frame import COVERED, DONE, FUTURE, GAP, PENDING, SKIPPED, Frame, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTH = (30, 31)


def spans(checks: Sequence[int], times: int, days: int) -> list[tuple[int, int]]:
    """The spans that checks make, first and last day included, earliest first.

    Args:
        checks: The days with a check, in order, as ordinals.
        times: How many checks a span needs.
        days: How long a span is.
    """
    if times >= days:
        times = days = 1
    found: list[tuple[int, int]] = []
    for place in range(len(checks) - times, -1, -1):
        start, last_check = checks[place], checks[place + times - 1]
        length = _month_length(start) if days in MONTH else days
        room = start + length - 1 - last_check
        if room < 0:
            continue
        if found:
            overlap = start + length - found[-1][0]
            start -= max(0, min(overlap, room))
        found.append((start, start + length - 1))
    return found[::-1]


def _month_length(day: int) -> int:
    """The days of the month that a day is in; of the next month for the last day of one."""
    first = date.fromordinal(day + 1).replace(day=1)
    return (first + timedelta(days=31)).replace(day=1).toordinal() - first.toordinal()


def fill_spans(frame: Frame, part: Part, times: int, days: int) -> None:
    """Judge a stretch of days; a streak counts the days that are covered or skipped."""
    last = min(part.last, frame.today)
    inside = frame.acts_in(part.first, last)
    successes = (acts.SUCCESS, acts.QUIET)
    checks = [part.first + place for place, act in enumerate(inside) if act in successes]
    if checks and checks[-1] == frame.today and inside[-1] == acts.QUIET:
        checks.pop()
    frame.fill(part.first, last, GAP)
    frame.fill(last + 1, part.last, FUTURE)
    for first, end in spans(checks, times, days):
        frame.fill(max(first, part.first), min(end, part.last), COVERED)
    if part.first <= frame.today <= part.last:
        _settle_today(frame)
    for day in range(part.first, last + 1):
        status = frame.statuses[day - frame.first]
        if status in (DONE, COVERED, SKIPPED, GAP):
            frame.close(day, is_met=status != GAP)


def _settle_today(frame: Frame) -> None:
    """A day that is not over is no gap unless the person says so."""
    place = frame.today - frame.first
    if frame.statuses[place] == GAP and frame.acts[place] != acts.MISSED:
        frame.statuses[place] = PENDING

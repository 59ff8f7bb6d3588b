"""Habits that are due so many days after the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits import acts
from notekeep.habits.frame import DUE, FUTURE, LAST_DAY, OVERDUE, REST

if TYPE_CHECKING:
    from notekeep.habits.frame import Frame, Part
    from notekeep.habits.schedule import AfterLast


def fill_after(frame: Frame, part: Part, schedule: AfterLast) -> tuple[int, int] | None:
    """Judge a stretch of days; a streak counts the times that came by their deadline.

    Until the first time it is due, and overdue when the days between both limits have passed: the
    deadline is then the day that was missed. Days in a pause do not pass; a skip starts the count
    again without being a time.

    Returns:
        The day it is next due and the last day of it, as ordinals, as seen from the end of the
        stretch or from today; None when there is no day to see it from.
    """
    passed, deadline = schedule.low - 1, part.first
    last = min(part.last, frame.today)
    for day in range(part.first, last + 1):
        act = frame.acts[day - frame.first]
        if act == acts.PAUSED:
            frame.fill(day, day, REST)
            continue
        passed += 1
        if passed == schedule.high:
            deadline = day
        elif passed == schedule.high + 1:
            frame.close(deadline, is_met=False)
        if act in (acts.SUCCESS, acts.SKIPPED):
            passed = 0
            frame.fill(day, day, REST)
            if act == acts.SUCCESS:
                frame.close(day, is_met=True)
            continue
        frame.fill(day, day, _stage(passed, schedule))
    frame.fill(max(last + 1, part.first), part.last, FUTURE)
    if last < part.first:
        return None
    return last + schedule.low - passed, last + schedule.high - passed


def _stage(passed: int, schedule: AfterLast) -> int:
    if passed < schedule.low:
        return REST
    if passed > schedule.high:
        return OVERDUE
    return LAST_DAY if passed == schedule.high else DUE

"""The days of a combined habit, computed from the days of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from notekeep.habits.days import DayHistory, DayKind, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Status, Timeline
from notekeep.habits.schedule import AsParts

PartDay: TypeAlias = Literal["met", "extra", "missed", "skipped", "open"]
"""The state of a part on a day. The last day of a missed week can be both missed and met."""

_WAITING: frozenset[Status] = frozenset({"pending", "due", "last day", "overdue", "ok-so-far"})
_ORDERS: dict[str, tuple[PartDay, ...]] = {
    "any": ("met", "extra", "open", "missed", "skipped"),
    "all": ("missed", "open", "met", "extra", "skipped"),
}
"""The states that determine a day, strongest first."""
_VALUES: dict[PartDay, DayKind] = {
    "met": "done",
    "extra": "done",
    "missed": "miss",
    "skipped": "skip",
    "open": "none",
}


def combine_days(habit: Definition, parts: Sequence[Timeline], today: int) -> DayHistory:
    """Return the days of a combined habit, and when it is due, from its parts as of today."""
    days = DayHistory()
    is_due_as_parts = isinstance(habit.schedule_on(today), AsParts)
    missed = [{day for day, is_met in part.results if not is_met} for part in parts]
    due = set()
    for day in range(min((part.first for part in parts), default=today + 1), today + 1):
        found = {
            state
            for part, misses in zip(parts, missed, strict=True)
            for state in _states(part, day, is_missed=day in misses)
        }
        if not found:
            continue
        if found != {"extra"}:
            due.add(day)
        value = _VALUES[next(state for state in _ORDERS[habit.combines] if state in found)]
        # If the habit has its own schedule, only that schedule decides misses.
        if value != "none" and (value != "miss" or is_due_as_parts):
            days.put(day, DayValue(value, revision=0))
    days.due = frozenset(due)
    return days


def _states(part: Timeline, day: int, *, is_missed: bool) -> Iterator[PartDay]:
    status = part.status(day)
    if is_missed:
        yield "missed"
    if status == "done":
        yield "met"
    elif status == "extra":
        yield "extra"
    elif status == "skipped":
        yield "skipped"
    elif status in _WAITING and day == part.today and not is_missed:
        yield "open"

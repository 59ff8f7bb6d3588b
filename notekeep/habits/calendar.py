"""The level and the mark of a day, and the bounds of months and years."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple, TypeAlias, get_args

from notekeep.dates import days_in
from notekeep.habits.days import DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Status, Timeline
from notekeep.habits.schedule import Goal

LEVEL_NONE, LEVEL_LITTLE, LEVEL_MOST, LEVEL_REACHED, LEVEL_MORE = range(5)
"""Levels of a day: nothing, less than half of the goal, less than the goal, the goal, more."""

Mark: TypeAlias = Literal[
    "done", "partial", "missed", "skipped", "paused", "open", "at risk", "ok", "none"
]


def year_bounds(year: int) -> tuple[int, int]:
    """Return the first and last day of a year, as ordinals."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def month_bounds(year: int, month: int) -> tuple[int, int]:
    """Return the first and last day of a month, as ordinals."""
    first = date(year, month, 1).toordinal()
    return first, first + days_in(year, month) - 1


def day_level(goal: Goal, day: DayValue, status: Status) -> int:
    """Return the level of one day under its goal."""
    if day.value == "amount" and goal.is_to_reach and (share := goal.share(day)):
        if share < 1:
            return LEVEL_LITTLE if share < 0.5 else LEVEL_MOST
        is_more = goal.kind == "least" and day.amount > goal.day_target
        return LEVEL_MORE if is_more else LEVEL_REACHED
    return LEVEL_REACHED if status in ("done", "extra") else LEVEL_NONE


# Marks differ in shape, so nothing depends on colour.


class MarkGlyphs(NamedTuple):
    """One character for each mark, and one for each level of a heatmap."""

    marks: dict[Mark, str]
    levels: str


_MARK_NAMES: tuple[Mark, ...] = get_args(Mark)
UNICODE_MARKS = MarkGlyphs(dict(zip(_MARK_NAMES, "✓◐✗–p□!○ ", strict=True)), "·░▒▓█")  # noqa: RUF001 - an en dash, because a minus belongs to a number
ASCII_MARKS = MarkGlyphs(dict(zip(_MARK_NAMES, "x%X-p.!o ", strict=True)), ".:+*#")

_MARKS: dict[Status, Mark] = {
    "off": "none",
    "paused": "paused",
    "rest": "none",
    "extra": "done",
    "done": "done",
    "missed": "missed",
    "skipped": "skipped",
    "pending": "open",
    "ok-so-far": "ok",
    "future": "none",
    "covered": "none",
    "gap": "none",
    "open": "open",
    "due": "open",
    "last day": "at risk",
    "overdue": "missed",
}


def day_mark(
    habit: Definition,
    timeline: Timeline,
    day: int,
    value: DayValue,
    *,
    is_at_risk: bool = False,
) -> Mark:
    """Return the mark of a day.

    In a week, month or slot, a day without an entry has no mark, so that a missed period has only
    one cross. A day logged as missed has a cross, too.
    """
    status = timeline.status(day)
    mark = _MARKS[status]
    if status in ("gap", "open") and (value.value == "miss" or day in timeline.misses):
        mark = "missed"
    is_free = status in ("covered", "gap")
    if (is_free or mark in ("missed", "open")) and 0 < habit.goal_on(day).share(value) < 1:
        return "partial"
    if mark == "open" and day < timeline.today:
        return "none"
    return "at risk" if mark == "open" and is_at_risk else mark

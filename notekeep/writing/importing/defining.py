"""The note of an imported habit: the fields of its definition, checked before they are written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep.errors import UsageError
from notekeep.habits.definition import FOREVER
from notekeep.habits.goal import parse_goal
from notekeep.habits.schedule import parse_rules

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Taken
    from notekeep.markdown.note import Value
    from notekeep.writing.importing.losses import Losses
    from notekeep.writing.importing.names import Names


def fields_of(
    habit: Taken, identity: str, names: Names, losses: Losses, today: date
) -> dict[str, Value]:
    """The front matter of a definition; what no definition can say becomes its default.

    Args:
        habit: The habit.
        identity: Its id.
        names: Which names are free for its aliases.
        losses: Where what becomes its default is named.
        today: The first day of a habit that has none.
    """
    goal, unit = _goal(habit, losses)
    days = [said.day for said in habit.entries]
    since = habit.since or min(days, default=today.toordinal())
    until = habit.until
    if habit.is_archived and until is None:
        until = max(days, default=since)
    since = since if until is None else min(since, until)
    fields: dict[str, Value] = {
        "habit": identity,
        "schedule": list(_schedule(habit, losses)),
        "goal": goal,
        "since": iso(since),
    }
    optional: dict[str, Value] = {
        "unit": "" if unit else habit.unit,
        "until": iso(until) if until is not None else "",
        "archived": "true" if habit.is_archived else "",
        "paused": [_pause(*pause) for pause in sorted(habit.pauses)],
        "unlogged": {True: "met", False: "missed", None: ""}[habit.counts_silence],
        "group": habit.group,
        "remind": list(habit.remind),
        "aliases": [name for name in habit.aliases if names.take(name)],
        "source_id": names.origin(habit),
        **habit.more,
    }
    return {**fields, **{key: value for key, value in optional.items() if value}}


def unit_of(habit: Taken) -> str:
    """The unit of its amounts: that of its goal, else the one it names."""
    try:
        return parse_goal(habit.goal).unit or habit.unit
    except UsageError:
        return habit.unit


def iso(day: int) -> str:
    """A day as front matter has it."""
    return date.fromordinal(day).isoformat()


def _schedule(habit: Taken, losses: Losses) -> list[str]:
    lines = [habit.schedule] if isinstance(habit.schedule, str) else habit.schedule
    try:
        parse_rules(lines)
    except UsageError as error:
        losses.add(f"the schedule: {error.message}; it becomes daily", habit)
        return ["daily"]
    return lines


def _goal(habit: Taken, losses: Losses) -> tuple[str, str]:
    """The goal, and the unit that is in it."""
    try:
        return habit.goal, parse_goal(habit.goal).unit
    except UsageError as error:
        losses.add(f"the goal: {error.message}; any entry meets it", habit)
        return "done", ""


def _pause(first: int, last: int) -> str:
    if first == last:
        return iso(first)
    return f"{iso(first)}..{'' if last == FOREVER else iso(last)}"

"""The notes that define habits: what a new one holds, and pauses that begin and end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep import dates
from notekeep.errors import NotFound, UsageError
from notekeep.habits.definition import FOREVER, is_id, parse_pause
from notekeep.habits.goal import format_goal, parse_goal
from notekeep.habits.schedule import format_schedule, parse_schedule

if TYPE_CHECKING:
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.markdown.note import Value


def habit_fields(
    index: HabitIndex,
    title: str,
    *,
    identity: str = "",
    schedule: str = "daily",
    goal: str = "done",
    since: str = "",
    aliases: tuple[str, ...] = (),
) -> dict[str, Value]:
    """Return the front matter of a new habit.

    Args:
        index: The habits there are.
        title: Its title.
        identity: Its name in the log; "" makes one of the title.
        schedule: When it is due, as a person types it.
        goal: What is asked for, as a person types it.
        since: Its first day; "" is the first one of its log, else today.
        aliases: Further names for the log.

    Raises:
        UsageError: The schedule, the goal or the day is none, or a name is taken.
    """
    from notekeep.markdown.note import slug

    index.refresh()
    identity = identity or slug(title)
    for new in (identity, *aliases):
        check_free(index, new)
    return {
        "habit": identity,
        "schedule": [format_schedule(parse_schedule(schedule))],
        "goal": format_goal(parse_goal(goal)),
        "since": _first_day(index, identity, since).isoformat(),
    }


def check_free(index: HabitIndex, name: str) -> None:
    """Refuse a name that no line can hold, and one that another habit has.

    Raises:
        UsageError: It is such a name.
    """
    if not is_id(name):
        raise UsageError(
            f"not a name for the log: {name}",
            "use letters, digits, - _ and . only, and no command of habits",
        )
    if index.is_name(name) and index.find(name).definition.path:
        other = index.find(name).definition
        raise UsageError(f"{name} is the name of {other.title} already ({other.path})")


def _first_day(index: HabitIndex, identity: str, since: str) -> date:
    """The day a habit begins: as it was said, else the first that the log has, else today."""
    if since or not index.is_name(identity):
        return dates.parse_day(since or "today", index.today())
    lines = index.lines(index.find(identity))
    return min((date.fromordinal(line.entry.day) for line in lines), default=index.today())


def begin_pause(text: str, today: date) -> list[str]:
    """Return the changes of front matter that begin a pause.

    Args:
        text: Its days; "" begins it today and leaves its end open.
        today: The day it is.

    Raises:
        UsageError: It is no range of days.
    """
    return [f"paused+={_pause(text, today)}"]


def is_paused(habit: Habit, today: date) -> bool:
    """Tell whether a habit is paused on a day."""
    return habit.definition.is_paused_on(today.toordinal())


def end_pause(habit: Habit, today: date) -> list[str]:
    """Return the changes that end the pause of today with yesterday; one begun today was none.

    Raises:
        NotFound: The habit is not paused today.
    """
    day = today.toordinal()
    for low, high in habit.definition.pauses:
        if low <= day <= high:
            old = f"{_iso(low)}.." if high == FOREVER else f"{_iso(low)}..{_iso(high)}"
            ended = [] if low == day else [f"paused+={_iso(low)}..{_iso(day - 1)}"]
            return [f"paused-={old if low != high else _iso(low)}", *ended]
    raise NotFound(f"{habit.definition.id} is not paused today")


def _pause(text: str, today: date) -> str:
    """A pause as a definition has it; without a range it begins today and is open."""
    if not text:
        return f"{today.isoformat()}.."
    start, dots, end = text.partition("..")
    first = dates.parse_day(start, today) if dates.parse_iso(start) is None else None
    whole = f"{first.isoformat()}{dots}{end}" if first else text
    low, high = parse_pause(whole)
    last = "" if high == FOREVER else _iso(high)
    return _iso(low) if low == high else f"{_iso(low)}..{last}"


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()

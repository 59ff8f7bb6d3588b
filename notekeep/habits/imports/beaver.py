"""The JSON that Beaver Habit Tracker exports and keeps: habits with their records by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused
from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.words import DONE, MISS, day_of, line_of, often

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Source

_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}
_PERIODS = {"W": "week", "M": "month"}
_ACTIVE = ("", "normal", "active")


def read(value: Any) -> Source:
    """Read a parsed export.

    Raises:
        Refused: It has not the form of one.
    """
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("there is no list of habits in the file")
    found = Gathering("beaver")
    for each in habits:
        if isinstance(each, dict) and line_of(each.get("name") or ""):
            _take(each, found)
        else:
            found.lose("habits without a name")
    return found.source()


def _take(each: dict[str, Any], found: Gathering) -> None:
    habit = found.add(Taken(line_of(each["name"]), line_of(each.get("id") or "")))
    tags = each.get("tags")
    names = [line_of(tag) for tag in tags] if isinstance(tags, list) else []
    habit.group = names[0] if names else ""
    habit.is_archived = line_of(each.get("status") or "").casefold() not in _ACTIVE
    if len(names) > 1:
        found.lose("tags after the first", habit.name)
    if each.get("star"):
        found.lose("the star", habit.name)
    _schedule(habit, each.get("period"), found)
    records = each.get("records")
    for record in records if isinstance(records, list) else []:
        day = day_of(str(record.get("day"))) if isinstance(record, dict) else None
        if day is None:
            found.lose("records that are not understood", habit.name)
            continue
        note = line_of(record.get("text") or "")
        if record.get("done"):
            habit.say(day, DONE, note)
        elif note:
            habit.say(day, MISS, note)
    habit.keep_last()


def _schedule(habit: Taken, period: Any, found: Gathering) -> None:
    """`3 in 1 W` is three times a week; without a period a habit is due daily."""
    if not period:
        return
    fields = period if isinstance(period, dict) else {}
    kind = line_of(fields.get("period_type")).upper()
    count, times = fields.get("period_count"), fields.get("target_count")
    if kind not in _DAYS or not isinstance(count, int) or not isinstance(times, int) or times < 1:
        found.lose("a period that is not understood; it becomes daily", habit.name)
        return
    if count == 1 and kind in _PERIODS and times < _DAYS[kind]:
        habit.schedule = f"{times}/{_PERIODS[kind]}"
        return
    schedule = often(times, count * _DAYS[kind])
    if schedule is None:
        found.lose(f"the period of {count} {kind}; it becomes daily", habit.name)
    habit.schedule = schedule or "daily"

"""The tables of Loop's backup: habits and repetitions, of every version of its database.

Columns that a version does not have yet are missing from the rows; before values there was one
row for each check and nothing else.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from notekeep.habits.imports.loop import YES, Facts, habit_of, say, set_ends
from notekeep.habits.imports.source import Gathering
from notekeep.habits.imports.words import line_of
from notekeep.habits.log import FIRST_DAY, LAST_DAY
from notekeep.habits.units import MILLI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from notekeep.habits.imports.source import Source, Taken

HABIT_COLUMNS = (
    *("id", "name", "freq_num", "freq_den", "type", "unit", "target_type", "target_value"),
    *("question", "description", "archived", "uuid"),
    *("reminder_hour", "reminder_min", "reminder_days", "position"),
)
DAY_COLUMNS = ("habit", "timestamp", "value", "notes")
"""What is read of each table, where it has it."""

_A_DAY = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = range(FIRST_DAY, LAST_DAY + 1)
_WEEKDAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
"""The weekdays of a reminder, by their bit."""

Cells: TypeAlias = "Mapping[str, Any]"
"""A row of a table, by the names of its columns."""


def read(habits: Iterable[Cells], days: Iterable[Cells]) -> Source:
    """Read a backup.

    Args:
        habits: The rows of its habits.
        days: The rows of its repetitions; timestamps are milliseconds of a day's midnight in UTC.
    """
    found = Gathering("loop")
    known: dict[int, tuple[Taken, Facts]] = {}
    ordered = sorted(habits, key=lambda row: (_whole(row.get("position")), _whole(row.get("id"))))
    for row in ordered:
        facts = _facts(row)
        habit = habit_of(facts, found)
        known[_whole(row.get("id"), -1)] = habit, facts
        _remind(habit, row, found)
    for row in days:
        owner = known.get(_whole(row.get("habit"), -1))
        day = _EPOCH + _whole(row.get("timestamp"), -(1 << 60)) // _A_DAY
        value = row.get("value", YES)
        if owner is None:
            found.lose("entries of habits that are not in the file")
        elif day not in _DAYS or not isinstance(value, int):
            found.lose("entries whose day or value is not understood", owner[0].name)
        else:
            note = row.get("notes") or ""
            say(owner[0], day, value, note, is_numeric=owner[1].is_numeric, found=found)
    for habit, _ in known.values():
        habit.entries.sort(key=lambda said: said.day)
        set_ends(habit)
    found.lose("colours, which notekeep does not use", times=1 if known else 0)
    return found.source()


def _facts(row: Cells) -> Facts:
    target = row.get("target_value")
    is_number = isinstance(target, int | float) and 0 <= target < 1e12
    return Facts(
        name=line_of(row.get("name") or ""),
        times=_whole(row.get("freq_num"), 1),
        days=_whole(row.get("freq_den"), 1),
        is_numeric=_whole(row.get("type")) == 1,
        unit=line_of(row.get("unit") or ""),
        target=round(target * MILLI) if is_number and target is not None else 0,
        is_most=_whole(row.get("target_type")) == 1,
        question=str(row.get("question") or ""),
        description=str(row.get("description") or ""),
        is_archived=bool(_whole(row.get("archived"))),
        identity=line_of(row.get("uuid") or ""),
    )


def _remind(habit: Taken, row: Cells, found: Gathering) -> None:
    hour, minute = _whole(row.get("reminder_hour"), -1), _whole(row.get("reminder_min"), -1)
    bits = _whole(row.get("reminder_days"), 127) & 127
    if not (0 <= hour < 24 and 0 <= minute < 60 and bits):
        return
    time = f"{hour:02}:{minute:02}"
    names = [name for place, name in enumerate(_WEEKDAYS) if bits >> place & 1]
    if bits == 127:
        habit.remind = [time]
        return
    habit.remind = [f"{','.join(sorted(names, key=_from_monday))} {time}"]
    found.lose("the days of a reminder may be off by one; look at them", habit.name)


def _from_monday(name: str) -> int:
    return (_WEEKDAYS.index(name) - 2) % 7


def _whole(value: Any, default: int = 0) -> int:
    return value if isinstance(value, int) else default

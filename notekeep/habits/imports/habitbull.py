"""The CSV that HabitBull exports: a line for each habit and day, 1, 0 or an amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.habits.imports.source import Gathering
from notekeep.habits.imports.words import DONE, MISS, amount_of, day_of, line_of, rows_of, text_of

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Source

HEAD = ("HabitName", "HabitDescription", "HabitCategory", "CalendarDate", "Value", "CommentText")
_YES_OR_NO = frozenset({"0", "1", "0.0", "1.0"})


def read(text: str, name: str) -> Source:
    """Read an export.

    Raises:
        Refused: It is not CSV, or its first line does not name the columns.
    """
    rows = rows_of(text, name)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if not {"HabitName", "CalendarDate", "Value"} <= set(head):
        raise Refused(f"{name}: its first line does not name the columns of HabitBull", line=1)
    lines = [dict(zip(head, row, strict=False)) for row in rows[1:]]
    counted = {
        line["HabitName"] for line in lines if line.get("Value", "").strip() not in _YES_OR_NO
    }
    found = Gathering("habitbull")
    for number, line in enumerate(lines, 2):
        title = line_of(line["HabitName"])
        day = day_of(line.get("CalendarDate", ""))
        value = amount_of(line.get("Value", ""))
        if not title or day is None or value is None:
            found.lose("lines that are not understood", title, f"{name}:{number}")
            continue
        habit = found.named(title)
        habit.group = habit.group or line_of(line.get("HabitCategory", ""))
        habit.about = habit.about or text_of(line.get("HabitDescription", ""))
        if line["HabitName"] not in counted:
            value = DONE if value.amount else MISS
        habit.say(day, value, line_of(line.get("CommentText", "")))
    for habit in found.source().habits:
        habit.keep_last()
    found.lose("how often habits are due, which the file does not have; they become daily")
    return found.source()

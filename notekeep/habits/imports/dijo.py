"""The JSON files of dijo: habits of type Bit, Count or Float, with their days as `stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused
from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.words import DONE, amount_of, day_of, line_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.habits.imports.source import Source
    from notekeep.habits.log import Value

ARCHIVE = "habit_archive.json"


def read(files: Mapping[str, Any]) -> Source:
    """Read parsed files by their names; habits of the archive are archived.

    Raises:
        Refused: One of them is no list of habits.
    """
    found = Gathering("dijo")
    for name, value in files.items():
        if not isinstance(value, list):
            raise Refused(f"{name}: there is no list of habits in it")
        for each in value:
            if isinstance(each, dict) and line_of(each.get("name") or ""):
                _take(each, found, is_archived=name.rpartition("/")[2] == ARCHIVE)
            else:
                found.lose("habits without a name", place=name)
    return found.source()


def _take(each: dict[str, Any], found: Gathering, *, is_archived: bool) -> None:
    habit = found.add(Taken(line_of(each["name"]), is_archived=is_archived))
    goal = _number(each.get("goal"))
    if goal is not None and each.get("type") != "Bit":
        text = str(each["goal"]) if not isinstance(each["goal"], dict) else _text(each["goal"])
        habit.goal = f">= {text}"
    if each.get("auto"):
        found.lose("that a program counts it by itself", habit.name)
    stats = each.get("stats")
    for text, value in stats.items() if isinstance(stats, dict) else ():
        day = day_of(text)
        amount = DONE if value is True else _number(value)
        if day is None or (amount is None and value is not False):
            found.lose("days that are not understood", habit.name)
        elif amount is not None:
            habit.say(day, amount)


def _number(value: Any) -> Value | None:
    """A count, or a number with its decimals apart."""
    return amount_of(_text(value)) if isinstance(value, dict) else amount_of(value)


def _text(value: dict[str, Any]) -> str:
    """`{"value": 52, "precision": 1}` is 5.2."""
    digits, places = value.get("value"), value.get("precision", 0)
    if not isinstance(digits, int) or not isinstance(places, int) or not 0 <= places < 10:
        return ""
    text = f"{digits:0{places + 1}}"
    return f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text

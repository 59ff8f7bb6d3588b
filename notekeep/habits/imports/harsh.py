"""The two text files of harsh: `habits` with names and how often, `log` with a line for each day.

A line of the log is `date : name : y, n or s : remark : amount`, its last two parts optional. Of
two lines for one habit and day harsh takes the last one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.words import DONE, MISS, SKIP, amount_of, day_of, line_of, often

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Source
    from notekeep.habits.log import Value

RESULTS: dict[str, Value] = {"y": DONE, "n": MISS, "s": SKIP}
LINE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} : .+ : [yns](?: : .*)?")
_OFTEN = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?(w)?")


def read(habits: str, log: str) -> Source:
    """Read both files; either may be empty."""
    found = Gathering("harsh")
    group = ""
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if text.startswith("!"):
            group = line_of(text[1:])
        elif text and not text.startswith("#"):
            _define(text, group, found, number)
    for number, line in enumerate(log.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            _say(line, found, number)
    for habit in found.source().habits:
        habit.keep_last()
    return found.source()


def _define(text: str, group: str, found: Gathering, number: int) -> None:
    """`Gym: 3/7`, and since 0.9 the last day of it, `Gym: 3/7: 2026-01-06`."""
    head, colon, last = text.rpartition(":")
    until = day_of(last) if colon else None
    if until is not None:
        text = head
    name, _, words = text.rpartition(":")
    parts = _OFTEN.fullmatch(words.strip())
    schedule = None
    if parts:
        times, days, is_weeks = parts.groups()
        unit = 7 if is_weeks else 1
        schedule = often(int(times), int(days) * unit) if days else _every(int(times) * unit)
    if not line_of(name):
        found.lose("lines that are not understood", place=f"habits:{number}")
        return
    if schedule is None:
        found.lose(f"how often: {words.strip()}; it becomes daily", line_of(name))
    found.add(Taken(line_of(name), schedule=schedule or "daily", until=until, group=group))


def _every(days: int) -> str | None:
    return "none" if days == 0 else often(1, days)


def _say(line: str, found: Gathering, number: int) -> None:
    parts = [part.strip() for part in f"{line} ".split(" : ")]
    place = f"log:{number}"
    day = day_of(parts[0])
    if len(parts) > 5:
        found.lose("lines with the separator in their remark, which harsh drops too", place=place)
        return
    if len(parts) < 3 or day is None or parts[2] not in RESULTS or not line_of(parts[1]):
        found.lose("lines that are not understood", place=place)
        return
    habit = found.named(line_of(parts[1]))
    note = line_of(parts[3]) if len(parts) > 3 else ""
    amount = amount_of(parts[4]) if len(parts) > 4 and parts[4] else None
    if len(parts) > 4 and parts[4] and amount is None:
        found.lose("amounts that are not understood", habit.name, place)
    value, extra = RESULTS[parts[2]], dict[str, str]()
    if amount is not None and amount.amount:
        if value == DONE:
            value = amount
        else:
            extra["amount"] = parts[4]
    habit.say(day, value, note, **extra)

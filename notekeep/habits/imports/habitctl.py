"""The two text files of habitctl: `habits` with days and name, `log` with a line for each day.

A line of the log is date, name and y, n or s, with tabs between. Of two lines for one habit and
day the last one counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.habits.imports.harsh import RESULTS
from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.words import day_of, line_of, often

if TYPE_CHECKING:
    from notekeep.habits.imports.source import Source

LINE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\t[^\t]+\t[yns]\s*")


def read(habits: str, log: str) -> Source:
    """Read both files; either may be empty."""
    found = Gathering("habitctl")
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        days, _, name = text.partition(" ")
        is_number = days.isascii() and days.isdigit() and len(days) < 5
        if not is_number or not line_of(name):
            found.lose("lines that are not understood", place=f"habits:{number}")
            continue
        schedule = often(1, int(days)) if int(days) else "none"
        if schedule is None:
            found.lose(f"once in {days} days; it becomes daily", line_of(name))
        found.add(Taken(line_of(name), schedule=schedule or "daily"))
    for number, line in enumerate(log.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        day = day_of(parts[0])
        result = RESULTS.get(parts[2].strip()) if len(parts) == 3 else None
        if day is None or result is None or not line_of(parts[1]):
            found.lose("lines that are not understood", place=f"log:{number}")
            continue
        found.named(line_of(parts[1])).say(day, result)
    for habit in found.source().habits:
        habit.keep_last()
    return found.source()

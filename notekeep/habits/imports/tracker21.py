"""Habit Tracker 21 of Obsidian: a note for each habit, with the days it was done as `entries`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.words import DONE, day_of, line_of, often, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.imports.source import Page, Source

DAY = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


def read(pages: Iterable[Page]) -> Source:
    """Read the notes of a folder of habits."""
    found = Gathering("tracker21")
    for page in pages:
        found.check(page)
        habit = found.add(Taken(line_of(page.word("title")) or line_of(page.name)))
        habit.about = text_of(page.body)
        gap = page.word("maxGap").strip()
        if gap.isascii() and gap.isdigit() and len(gap) < 4 and int(gap):
            # So many days may pass between two times without ending the streak.
            habit.schedule = often(1, int(gap) + 1) or "daily"
        for text in DAY.findall(page.raw.get("entries", "")):
            day = day_of(text)
            if day is None:
                found.lose("days that no calendar has", habit.name, text)
            else:
                habit.say(day, DONE)
        habit.keep_last()
        for key in sorted(page.words.keys() - {"title", "maxGap", "entries", "tags"}):
            found.lose(f"the field {line_of(key)}", habit.name)
    return found.source()

"""A year of a habit as an embed shows it: `![[habits/meditate#year]]`, in a note as in a post."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.heatmap import year_bounds
from notekeep.habits.view import streak_unit
from notekeep.habits.year import described, year_of

if TYPE_CHECKING:
    from notekeep.habits.heatmap import Calendar
    from notekeep.index.habits import HabitIndex


class HabitYear(NamedTuple):
    """A year of a habit.

    Attributes:
        title: What the habit is called.
        year: The year.
        sentence: What its picture shows, for those who cannot see it.
        calendar: Its days.
        today: The day as of which it is told.
    """

    title: str
    year: int
    sentence: str
    calendar: Calendar
    today: date


def year_at(index: HabitIndex, path: str, heading: str) -> HabitYear | None:
    """Look at the year that an embed asks for.

    Args:
        index: The vault's habits.
        path: The note that is embedded, vault-relative.
        heading: What the embed says after `#`.

    Returns:
        None when the note defines no habit, or the heading is no year.
    """
    today = index.today()
    year = year_of(heading, today)
    if year is None:
        return None
    index.refresh()
    found = next((each for each in index.known() if each.definition.path == path), None)
    if found is None:
        return None
    first, last = map(date.fromordinal, year_bounds(year))
    # Of a year that is over, what it was on its last day, whatever came after it.
    line = index.timeline(found, min(last, today), last)
    title = found.definition.title
    sentence = described(title, year, line, streak_unit(found.definition, line))
    return HabitYear(title, year, sentence, index.calendar(found, first, last), today)

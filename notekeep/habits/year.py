"""A year of a habit: what an embed of it says, and what its picture shows in a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.habits.heatmap import year_bounds
from notekeep.habits.streak import rate, streak
from notekeep.habits.view import count

if TYPE_CHECKING:
    from datetime import date

    from notekeep.habits.timeline import Timeline

_FRAGMENT = re.compile("year(?:[ -]([0-9]{4}))?")


def year_of(heading: str, today: date) -> int | None:
    """The year that an embed of a habit names behind its `#`: `year` is this one, `year 2025` that.

    None for any other heading.
    """
    found = _FRAGMENT.fullmatch(heading.strip().casefold())
    if found is None:
        return None
    year = int(found[1]) if found[1] else today.year
    return year if 1900 <= year <= 2199 else None


def described(title: str, year: int, line: Timeline, unit: str) -> str:
    """What the picture shows, in a sentence or two."""
    first, last = year_bounds(year)
    days = min(last, line.today) - first + 1
    kept = rate(line, max(0, days)) if days > 0 else None
    if kept is None or kept.value is None:
        return f"{title} in {year}: nothing yet."
    closed = kept.met + kept.missed
    text = f"{title} in {year}: kept {kept.met} of {count(closed, unit or 'days')}"
    best = streak(line._replace(results=_within(line, first))).longest
    return f"{text}; the longest streak was {count(best, unit or 'days')}."


def _within(line: Timeline, first: int) -> bytes:
    """The results of a timeline without those before a day."""
    before = max(0, first - line.first)
    return bytes(before) + line.results[before:]

"""A year of a habit in a sentence: what a picture of it shows to those who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.heatmap import year_bounds
from notekeep.habits.streak import rate, streak
from notekeep.habits.view import count

if TYPE_CHECKING:
    from notekeep.habits.timeline import Timeline


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

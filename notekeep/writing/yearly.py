"""A year of habits as the beginning of a post: figures, the year as a picture, where it came from.

It is a draft like any other, for the person to write on; nothing is published by making it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.habits.heatmap import year_bounds
from notekeep.habits.streak import rate
from notekeep.habits.view import streak_unit
from notekeep.habits.year import described

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.habits.timeline import Timeline
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.markdown.note import Value
    from notekeep.writing.plan import WritePlan
    from notekeep.writing.plans import Plans


def plan_year(plans: Plans, habits: HabitIndex, chosen: Sequence[Habit], year: int) -> WritePlan:
    """Plan a draft about a year.

    Args:
        plans: The vault.
        habits: Its habits, refreshed.
        chosen: The habits that it is about.
        year: The year.

    Raises:
        Refused: None of them has a note and a day of that year.
    """
    parts: list[str] = []
    for habit in chosen:
        parts += _part(habits, habit, year, is_alone=len(chosen) == 1)
    if not parts:
        raise Refused(
            f"there is nothing to tell of {year}",
            "choose a habit with a note, and a year in which it was due",
        )
    title = f"{chosen[0].definition.title} in {year}" if len(chosen) == 1 else f"Habits in {year}"
    sources = dict.fromkeys(habit.definition.source for habit in chosen)
    fields: dict[str, Value] = {
        "date": habits.today().isoformat(),
        "draft": True,
        "tags": ["habit"],
        "sources": [source for source in sources if source],
    }
    return plans.new("post", title, fields=fields, body="\n".join(parts))


def _part(habits: HabitIndex, habit: Habit, year: int, *, is_alone: bool) -> Iterator[str]:
    definition = habit.definition
    first, last = map(date.fromordinal, year_bounds(year))
    end = min(last, habits.today())
    if not definition.path or end < first:
        return
    line = habits.timeline(habit, end, last)
    if rate(line, (end - first).days + 1).value is None:
        return
    if not is_alone:
        yield from (f"## {definition.title}", "")
    sentence = described(definition.title, year, line, streak_unit(definition, line))
    yield from (sentence, "", f"![[{definition.path.removesuffix('.md')}#year {year}]]", "")
    yield from ("| month | kept |", "|---|---:|")
    for month, share in _months(line, year, end):
        yield f"| {month} | {share:.0%} |"
    yield ""
    if definition.source:
        yield from (f"It began with {definition.source}.", "")


def _months(line: Timeline, year: int, end: date) -> Iterator[tuple[str, float]]:
    """The share of each month that was met, of those that have a unit that is over."""
    for month in range(1, 13):
        start = date(year, month, 1)
        stop = date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
        stop = min(stop, end)
        share = rate(line._replace(today=stop.toordinal()), (stop - start).days + 1).value
        if stop >= start and share is not None:
            yield f"{start:%B}", share

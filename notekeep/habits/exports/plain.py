"""The entries that count, as lines that mean the same when nothing else of the log is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.fold import NONE, fold
from notekeep.habits.revise import values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.habits.log import Entry

MACHINERY = frozenset({"undo", "redo"})
"""Pairs that only say which line takes back which."""


def plain_entries(entries: Iterable[Entry], unit: str, *, pairs: bool = False) -> list[Entry]:
    """Give each day its entries without what was replaced, and without revisions.

    Each day is proved to be folded into what it was; one that would not be becomes one line, or
    two, that say what it is.

    Args:
        entries: All entries of one habit.
        unit: Its unit.
        pairs: Whether the `key=word` pairs of a line are kept.
    """
    by_day: dict[int, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    return [each for day in sorted(by_day) for each in _day(by_day[day], unit, pairs=pairs)]


def _day(entries: Sequence[Entry], unit: str, *, pairs: bool) -> Iterator[Entry]:
    day = fold(entries, unit)
    if day.value == NONE:
        return
    top = sorted(
        (entry for entry in entries if entry.revision == day.revision and entry.kind != "clear"),
        key=lambda entry: entry.time or "",
    )
    kept = list(dict.fromkeys(_plain(entry, pairs=pairs) for entry in top))
    if fold(kept, unit)[:3] == day[:3]:
        yield from kept
        return
    for place, value in enumerate(values_of(day, unit)):
        first = kept[0] if place == 0 else kept[0]._replace(note=None, extra=())
        yield first._replace(
            kind=value.kind, amount=value.amount, unit=value.unit, is_set=value.is_set
        )


def _plain(entry: Entry, *, pairs: bool) -> Entry:
    kept = tuple(pair for pair in entry.extra if pairs and pair[0] not in MACHINERY)
    return entry._replace(revision=0, extra=kept)

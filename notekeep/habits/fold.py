"""The lines of one habit and day folded into what the day was.

The result depends on the set of lines alone: their order, repetition, file and device make no
difference, which is what lets any two copies of a log be merged in any way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.log import Entry

NONE, MISS, SKIP, DONE, AMOUNT = range(5)
VALUES = ("none", "miss", "skip", "done", "amount")
"""What a day's value is called; NONE to AMOUNT are places in it."""

_RANKS = {"done": DONE, "skip": SKIP, "miss": MISS, "clear": NONE}


class Day(NamedTuple):
    """What one day was for one habit.

    Attributes:
        value: NONE, MISS, SKIP, DONE or AMOUNT.
        amount: The sum, in thousandths of the habit's base unit (see `units.to_base`).
        is_marked: Whether it was also said to be done, which meets any at-least goal.
        is_disputed: Whether lines of the same revision contradict each other.
        revision: The highest revision of its lines; -1 when there are none.
        apart: Amounts in units that do not convert to the habit's, as thousandths and unit. They
            count as done.
    """

    value: int
    amount: int = 0
    is_marked: bool = False
    is_disputed: bool = False
    revision: int = -1
    apart: tuple[tuple[int, str], ...] = ()


EMPTY = Day(NONE)


def said_in(entry: Entry) -> tuple[object, ...]:
    """What tells entries of one habit and day apart; two that are equal count once."""
    return entry[2:]


def fold(entries: Iterable[Entry], unit: str = "") -> Day:
    """Fold all entries of one habit and day.

    Only the highest revision counts. In it amounts add up, or the largest of those that set the
    day replaces them; then done beats skip, skip beats miss, and miss beats clear.

    Args:
        entries: In any order, each any number of times; their day and habit are not looked at.
        unit: The habit's unit; "" adds numbers as they stand.
    """
    entries = list(entries)
    if not entries:
        return EMPTY
    distinct = {said_in(entry): entry for entry in entries} if len(entries) > 1 else {}
    if len(distinct) < 2:
        return _alone(entries[0], unit)
    revision = max(entry.revision for entry in distinct.values())
    top = [entry for entry in distinct.values() if entry.revision == revision]
    if len(top) == 1:
        return _alone(top[0], unit)
    added, was_set, apart = _amounts(top, unit)
    ranks = {_RANKS[entry.kind] for entry in top if entry.kind != "amount"}
    if apart:
        ranks.add(DONE)
    is_marked = DONE in ranks
    if not added and not was_set:
        value = max(ranks)
        return Day(value, 0, is_marked, len(ranks) > 1, revision, apart)
    is_disputed = bool(ranks - {DONE}) or len(was_set) + bool(was_set and added) > 1
    amount = max(was_set) if was_set else sum(added)
    return Day(AMOUNT, amount, is_marked, is_disputed, revision, apart)


def _alone(entry: Entry, unit: str) -> Day:
    """What nearly all days are: one line."""
    if entry.kind != "amount":
        return _plain(_RANKS[entry.kind], entry.revision)
    amount = units.to_base(entry.amount, entry.unit, unit)
    if amount is None:
        apart = ((entry.amount, entry.unit or ""),)
        return Day(DONE, is_marked=True, revision=entry.revision, apart=apart)
    return Day(AMOUNT, amount, revision=entry.revision)


@lru_cache(maxsize=256)
def _plain(value: int, revision: int) -> Day:
    """A day of one line without an amount; of those there are few different ones."""
    return Day(value, is_marked=value == DONE, revision=revision)


def _amounts(
    entries: list[Entry], unit: str
) -> tuple[list[int], set[int], tuple[tuple[int, str], ...]]:
    """Amounts that add, amounts that set, and those in units that do not convert."""
    added: list[int] = []
    was_set: set[int] = set()
    apart: list[tuple[int, str]] = []
    for entry in entries:
        if entry.kind != "amount":
            continue
        amount = units.to_base(entry.amount, entry.unit, unit)
        if amount is None:
            apart.append((entry.amount, entry.unit or ""))
        elif entry.is_set:
            was_set.add(amount)
        else:
            added.append(amount)
    return added, was_set, tuple(sorted(apart))

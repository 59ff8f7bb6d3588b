"""Lines of a day to its value; corrections."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import amounts
from notekeep.habits.log import LogEntry, LogValue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


# The lines of one habit and day folded into what the day was.
#
# The result depends on the set of lines alone: their order, repetition, file and device make no
# difference, which is what lets any two copies of a log be merged in any way.


VALUE_NONE, VALUE_MISS, VALUE_SKIP, VALUE_DONE, VALUE_AMOUNT = range(5)
VALUES = ("none", "miss", "skip", "done", "amount")
"""What a day's value is called; NONE to AMOUNT are places in it."""

_RANKS = {"done": VALUE_DONE, "skip": VALUE_SKIP, "miss": VALUE_MISS, "clear": VALUE_NONE}


class DayValue(NamedTuple):
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


EMPTY_DAY_VALUE = DayValue(VALUE_NONE)


def entry_identity(entry: LogEntry) -> tuple[object, ...]:
    """What tells entries of one habit and day apart; two that are equal count once."""
    return entry[2:]


def reduce_entries(entries: Iterable[LogEntry], unit: str = "") -> DayValue:
    """Fold all entries of one habit and day.

    Only the highest revision counts. In it amounts add up, or the largest of those that set the
    day replaces them; then done beats skip, skip beats miss, and miss beats clear.

    Args:
        entries: In any order, each any number of times; their day and habit are not looked at.
        unit: The habit's unit; "" adds numbers as they stand.
    """
    entries = list(entries)
    if not entries:
        return EMPTY_DAY_VALUE
    distinct = {entry_identity(entry): entry for entry in entries} if len(entries) > 1 else {}
    if len(distinct) < 2:
        return _alone(entries[0], unit)
    revision = max(entry.revision for entry in distinct.values())
    top = [entry for entry in distinct.values() if entry.revision == revision]
    if len(top) == 1:
        return _alone(top[0], unit)
    added, was_set, apart = _amounts(top, unit)
    ranks = {_RANKS[entry.kind] for entry in top if entry.kind != "amount"}
    if apart:
        ranks.add(VALUE_DONE)
    is_marked = VALUE_DONE in ranks
    if not added and not was_set:
        value = max(ranks)
        return DayValue(value, 0, is_marked, len(ranks) > 1, revision, apart)
    is_disputed = bool(ranks - {VALUE_DONE}) or len(was_set) + bool(was_set and added) > 1
    amount = max(was_set) if was_set else sum(added)
    return DayValue(VALUE_AMOUNT, amount, is_marked, is_disputed, revision, apart)


def _alone(entry: LogEntry, unit: str) -> DayValue:
    """What nearly all days are: one line."""
    if entry.kind != "amount":
        return _plain(_RANKS[entry.kind], entry.revision)
    amount = amounts.to_base_unit(entry.amount, entry.unit, unit)
    if amount is None:
        apart = ((entry.amount, entry.unit or ""),)
        return DayValue(VALUE_DONE, is_marked=True, revision=entry.revision, apart=apart)
    return DayValue(VALUE_AMOUNT, amount, revision=entry.revision)


@lru_cache(maxsize=256)
def _plain(value: int, revision: int) -> DayValue:
    """A day of one line without an amount; of those there are few different ones."""
    return DayValue(value, is_marked=value == VALUE_DONE, revision=revision)


def _amounts(
    entries: list[LogEntry], unit: str
) -> tuple[list[int], set[int], tuple[tuple[int, str], ...]]:
    """Amounts that add, amounts that set, and those in units that do not convert."""
    added: list[int] = []
    was_set: set[int] = set()
    apart: list[tuple[int, str]] = []
    for entry in entries:
        if entry.kind != "amount":
            continue
        amount = amounts.to_base_unit(entry.amount, entry.unit, unit)
        if amount is None:
            apart.append((entry.amount, entry.unit or ""))
        elif entry.is_set:
            was_set.add(amount)
        else:
            added.append(amount)
    return added, was_set, tuple(sorted(apart))


# What to write so that a day becomes what a person means: the revision, and sums that were set.
#
# Lines are never changed in place: another copy of the log would bring the old one back, and it
# would add. A change is a new line of a higher revision, which every copy folds in the same way.


_ADDING = frozenset({"done", "amount"})


def revise(
    entries: Sequence[LogEntry], said: LogValue, unit: str = "", *, replaces: bool = False
) -> tuple[LogValue, int]:
    """Find the value and revision to write for a day.

    Args:
        entries: All lines of the habit and day.
        said: What the person says of it.
        unit: The habit's unit.
        replaces: Whether it takes the place of all that was said before.

    Returns:
        The value as it must be written: an amount on top of one that was set becomes the new sum.
    """
    if not entries:
        return said, 0
    revision = max(entry.revision for entry in entries)
    top = [entry for entry in entries if entry.revision == revision]
    is_addition = said.kind in _ADDING and not said.is_set and not replaces
    if not is_addition or any(entry.kind not in _ADDING for entry in top):
        return said, revision + 1
    if said.kind == "amount" and any(entry.is_set for entry in top):
        more = amounts.to_base_unit(said.amount, said.unit, unit)
        if more is not None:
            amount, name = amounts.exact_amount(reduce_entries(entries, unit).amount + more, unit)
            return LogValue("amount", amount, name or None, is_set=True), revision + 1
    return said, revision


def restore_day(
    entries: Sequence[LogEntry], gone: Collection[LogEntry], unit: str = ""
) -> list[tuple[LogValue, int]]:
    """Find what to write so that a day is what it was without some of its lines.

    Args:
        entries: All lines of the habit and day.
        gone: The lines to take back, and with each every repetition of it.
        unit: The habit's unit.

    Returns:
        One value and revision, or two: an amount, and that the day was said to be done as well.
    """
    revision = max(entry.revision for entry in entries) + 1
    same = {entry_identity(entry) for entry in gone}
    day = reduce_entries((entry for entry in entries if entry_identity(entry) not in same), unit)
    return [(value, revision) for value in day_values(day, unit)]


def day_values(day: DayValue, unit: str) -> list[LogValue]:
    """What to say so that a day without entries becomes this one: one value, or two."""
    if day.value != VALUE_AMOUNT:
        kinds: dict[int, LogValue] = {
            VALUE_NONE: LogValue("clear"),
            VALUE_MISS: LogValue("miss"),
            VALUE_SKIP: LogValue("skip"),
            VALUE_DONE: LogValue("done"),
        }
        return [kinds[day.value]]
    amount, name = amounts.exact_amount(day.amount, unit)
    values = [LogValue("amount", amount, name or None, is_set=True)]
    return [*values, LogValue("done")] if day.is_marked else values

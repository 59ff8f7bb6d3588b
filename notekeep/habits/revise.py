"""What to write so that a day becomes what a person means: the revision, and sums that were set.

Lines are never changed in place: another copy of the log would bring the old one back, and it
would add. A change is a new line of a higher revision, which every copy folds in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits import units
from notekeep.habits.fold import AMOUNT, DONE, MISS, NONE, SKIP, fold, said_in
from notekeep.habits.log import Entry, Value

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from notekeep.habits.fold import Day

_ADDING = frozenset({"done", "amount"})


def revise(
    entries: Sequence[Entry], said: Value, unit: str = "", *, replaces: bool = False
) -> tuple[Value, int]:
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
        more = units.to_base(said.amount, said.unit, unit)
        if more is not None:
            amount, name = units.exact(fold(entries, unit).amount + more, unit)
            return Value("amount", amount, name or None, is_set=True), revision + 1
    return said, revision


def restore(
    entries: Sequence[Entry], gone: Collection[Entry], unit: str = ""
) -> list[tuple[Value, int]]:
    """Find what to write so that a day is what it was without some of its lines.

    Args:
        entries: All lines of the habit and day.
        gone: The lines to take back, and with each every repetition of it.
        unit: The habit's unit.

    Returns:
        One value and revision, or two: an amount, and that the day was said to be done as well.
    """
    revision = max(entry.revision for entry in entries) + 1
    same = {said_in(entry) for entry in gone}
    day = fold((entry for entry in entries if said_in(entry) not in same), unit)
    return [(value, revision) for value in values_of(day, unit)]


def values_of(day: Day, unit: str) -> list[Value]:
    """What to say so that a day without entries becomes this one: one value, or two."""
    if day.value != AMOUNT:
        kinds: dict[int, Value] = {
            NONE: Value("clear"),
            MISS: Value("miss"),
            SKIP: Value("skip"),
            DONE: Value("done"),
        }
        return [kinds[day.value]]
    amount, name = units.exact(day.amount, unit)
    values = [Value("amount", amount, name or None, is_set=True)]
    return [*values, Value("done")] if day.is_marked else values

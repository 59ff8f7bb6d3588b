"""The history of one habit: a byte and an amount for each day, from its first entry on.

This is the form in which the index keeps a habit and the rules work on it: ten years of days are
a few kilobytes, and most questions are answered by the fast operations of `bytes`.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from notekeep.habits.fold import AMOUNT, EMPTY, Day

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUE = 0b0111
MARKED = 0b1000
POSITIVE = 0b1_0000
LOGGED = 0b10_0000
DISPUTED = 0b100_0000
"""Bits of a day's code: its value, and whether it was said to be done, has an amount above zero,
has any line at all, and has lines that contradict each other."""

MOST = 2**63 - 1
_WIDTH = 8
_CLEARED = bytes([0, LOGGED])


class Days:
    """Codes and amounts of consecutive days.

    Attributes:
        first: The ordinal of the first day.
        codes: One code a day, see VALUE and the other bits.
        amounts: Thousandths of the habit's base unit, one a day.
    """

    __slots__ = ("amounts", "codes", "first")

    def __init__(self, first: int = 0, codes: bytes = b"", amounts: bytes = b"") -> None:
        self.first = first
        self.codes = bytearray(codes)
        self.amounts: array[int] = array("q")
        self.amounts.frombytes(amounts)

    @classmethod
    def of(cls, folded: Mapping[int, Day]) -> Days:
        """Make a history of days by their ordinals, in any order."""
        days = cls()
        if not folded:
            return days
        days.first = first = min(folded)
        length = max(folded) - first + 1
        days.codes = bytearray(length)
        days.amounts = array("q", bytes(_WIDTH * length))
        for ordinal, day in folded.items():
            days.codes[ordinal - first] = code_of(day)
            if day.amount:
                days.amounts[ordinal - first] = min(day.amount, MOST)
        return days

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Days):
            return NotImplemented
        mine, theirs = (self.first, self.codes, self.amounts), (other.first, other.codes)
        return mine == (*theirs, other.amounts)

    __hash__ = None  # type: ignore[assignment]  # it changes with every entry

    @property
    def last(self) -> int:
        """The ordinal of the last day; one before the first when there are none."""
        return self.first + len(self.codes) - 1

    @property
    def begin(self) -> int | None:
        """The ordinal of the first day of which anything still stands; None without one."""
        said = self.codes.lstrip(_CLEARED)
        return self.first + len(self.codes) - len(said) if said else None

    def put(self, ordinal: int, day: Day) -> None:
        """Set one day."""
        if day is EMPTY and not self.first <= ordinal <= self.last:
            return
        if not self.codes:
            self.first = ordinal
        before, behind = self.first - ordinal, ordinal - self.last
        if before > 0:
            self.codes = bytearray(before) + self.codes
            self.amounts = array("q", bytes(_WIDTH * before)) + self.amounts
            self.first = ordinal
        elif behind > 0:
            self.codes.extend(bytes(behind))
            self.amounts.frombytes(bytes(_WIDTH * behind))
        place = ordinal - self.first
        self.codes[place] = code_of(day)
        self.amounts[place] = min(day.amount, MOST)

    def code(self, ordinal: int) -> int:
        """The code of one day, 0 for a day without entries."""
        place = ordinal - self.first
        return self.codes[place] if 0 <= place < len(self.codes) else 0

    def amount(self, ordinal: int) -> int:
        """The amount of one day."""
        place = ordinal - self.first
        return self.amounts[place] if 0 <= place < len(self.amounts) else 0

    def window(self, first: int, last: int) -> tuple[bytes, array[int]]:
        """Codes and amounts of the days from `first` to `last`, both included."""
        length = last - first + 1
        if length <= 0:
            return b"", array("q")
        start, end = max(first, self.first), min(last, self.last)
        if end < start:
            return bytes(length), array("q", bytes(_WIDTH * length))
        head, tail = start - first, last - end
        inner = slice(start - self.first, end - self.first + 1)
        codes = bytes(head) + self.codes[inner] + bytes(tail)
        amounts = array("q", bytes(_WIDTH * head)) + self.amounts[inner]
        amounts.frombytes(bytes(_WIDTH * tail))
        return bytes(codes), amounts

    def trim(self) -> None:
        """Drop days without entries at both ends, so that equal histories are equal."""
        stripped = self.codes.lstrip(b"\0")
        head = len(self.codes) - len(stripped)
        self.codes = stripped.rstrip(b"\0")
        self.amounts = self.amounts[head : head + len(self.codes)]
        self.first = self.first + head if self.codes else 0


def code_of(day: Day) -> int:
    """The code of a folded day."""
    code = day.value
    if day.is_marked:
        code |= MARKED
    if day.value == AMOUNT and day.amount > 0:
        code |= POSITIVE
    if day.is_disputed:
        code |= DISPUTED
    return code | LOGGED if day.revision >= 0 else code

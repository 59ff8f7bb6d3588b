"""The history of one habit: what each logged day was."""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

from notekeep.habits.revisions import EMPTY_DAY_VALUE, DayKind, DayValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_AMOUNT = 2**63 - 1

_KINDS: tuple[DayKind, ...] = ("none", "miss", "skip", "done", "amount")
_KIND_MASK = 0b0111
_MARKED_BIT = 0b1000
_LOGGED_BIT = 0b10_0000
_DISPUTED_BIT = 0b100_0000


@lru_cache(maxsize=1024)  # of all days most are alike
def _unpack_day(code: int, amount: int) -> DayValue:
    if not code:
        return EMPTY_DAY_VALUE
    is_marked, is_disputed = bool(code & _MARKED_BIT), bool(code & _DISPUTED_BIT)
    return DayValue(_KINDS[code & _KIND_MASK], amount, is_marked, is_disputed, revision=0)


class DayHistory:
    """The days of one habit by their ordinals, without the revisions and units of their lines.

    They are held as they are stored, a code and an amount for each day, because a look at a few
    days must not take as long as ten years have.
    """

    __slots__ = ("_amounts", "_codes", "_first")

    def __init__(self, days: Mapping[int, DayValue] | None = None) -> None:
        self._first = 0
        self._codes = bytearray()
        self._amounts = array("q")
        for ordinal, day in sorted((days or {}).items()):
            self.put(ordinal, day)

    @classmethod
    def unpack(cls, first: int, codes: bytes, amounts: bytes) -> DayHistory:
        """Make a history of what `pack` gave."""
        history = cls()
        history._first = first
        history._codes.extend(codes)
        history._amounts.frombytes(amounts)
        return history

    def pack(self) -> tuple[int, bytes, bytes]:
        """Return the first day, and a byte and an eight-byte amount for each day from it on."""
        codes = bytes(self._codes).rstrip(b"\0")
        start = len(codes) - len(codes.lstrip(b"\0"))
        first = self._first + start if codes else 0
        return first, codes[start:], self._amounts[start : len(codes)].tobytes()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DayHistory):
            return NotImplemented
        return self.pack() == other.pack()

    __hash__ = None  # type: ignore[assignment]  # it changes with every entry

    def __bool__(self) -> bool:
        return any(self._codes)

    @property
    def begin(self) -> int | None:
        """The ordinal of the first day of which anything still stands; None without one."""
        standing = (day for day, code in enumerate(self._codes, self._first) if code & _KIND_MASK)
        return next(standing, None)

    def day(self, ordinal: int) -> DayValue:
        """Return what one day was."""
        return self.between(ordinal, ordinal)[0]

    def between(self, first: int, last: int) -> list[DayValue]:
        """Return the days from `first` to `last`, both included."""
        count = max(0, last - first + 1)
        before = min(count, max(0, self._first - first))
        known = slice(max(0, first - self._first), max(0, last - self._first + 1))
        days = [EMPTY_DAY_VALUE] * before
        days += map(_unpack_day, self._codes[known], self._amounts[known])
        return days + [EMPTY_DAY_VALUE] * (count - len(days))

    def logged_days(self) -> Iterator[tuple[int, DayValue]]:
        """Yield the ordinal and value of each day that has lines, in order."""
        for ordinal, code in enumerate(self._codes, self._first):
            if code:
                yield ordinal, _unpack_day(code, self._amounts[ordinal - self._first])

    def put(self, ordinal: int, day: DayValue) -> None:
        """Set one day; one without lines leaves no trace."""
        if not self._codes:
            self._first = ordinal
        before, after = self._first - ordinal, ordinal + 1 - self._first - len(self._codes)
        if before > 0:
            self._first = ordinal
            self._codes[:0] = bytes(before)
            self._amounts[:0] = array("q", bytes(8 * before))
        elif after > 0:
            self._codes += bytes(after)
            self._amounts.frombytes(bytes(8 * after))
        place = ordinal - self._first
        self._codes[place] = _pack_code(day) if day.is_logged else 0
        self._amounts[place] = min(day.amount, MAX_AMOUNT) if day.is_logged else 0


def _pack_code(day: DayValue) -> int:
    return (
        _KINDS.index(day.value)
        | _MARKED_BIT * day.is_marked
        | _DISPUTED_BIT * day.is_disputed
        | _LOGGED_BIT
    )

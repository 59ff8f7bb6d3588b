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
    is_marked, is_disputed = bool(code & _MARKED_BIT), bool(code & _DISPUTED_BIT)
    return DayValue(_KINDS[code & _KIND_MASK], amount, is_marked, is_disputed, revision=0)


class DayHistory:
    """The days of one habit by their ordinals, without the revisions and units of their lines."""

    __slots__ = ("_days",)

    def __init__(self, days: Mapping[int, DayValue] | None = None) -> None:
        self._days: dict[int, DayValue] = {}
        for ordinal, day in (days or {}).items():
            self.put(ordinal, day)

    @classmethod
    def unpack(cls, first: int, codes: bytes, amounts: bytes) -> DayHistory:
        """Make a history of what `pack` gave."""
        history = cls()
        numbers = array("q")
        numbers.frombytes(amounts)
        history._days = {
            ordinal: _unpack_day(code, amount)
            for ordinal, (code, amount) in enumerate(zip(codes, numbers, strict=True), first)
            if code
        }
        return history

    def pack(self) -> tuple[int, bytes, bytes]:
        """Return the first day, and a byte and an eight-byte amount for each day from it on."""
        if not self._days:
            return 0, b"", b""
        first = min(self._days)
        length = max(self._days) - first + 1
        codes, amounts = bytearray(length), array("q", bytes(8 * length))
        for ordinal, day in self._days.items():
            codes[ordinal - first] = (
                _KINDS.index(day.value)
                | _MARKED_BIT * day.is_marked
                | _DISPUTED_BIT * day.is_disputed
                | _LOGGED_BIT
            )
            amounts[ordinal - first] = day.amount
        return first, bytes(codes), amounts.tobytes()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DayHistory):
            return NotImplemented
        return self._days == other._days

    __hash__ = None  # type: ignore[assignment]  # it changes with every entry

    def __bool__(self) -> bool:
        return bool(self._days)

    @property
    def begin(self) -> int | None:
        """The ordinal of the first day of which anything still stands; None without one."""
        standing = (day for day in sorted(self._days) if self._days[day].value != "none")
        return next(standing, None)

    def day(self, ordinal: int) -> DayValue:
        """Return what one day was."""
        return self._days.get(ordinal, EMPTY_DAY_VALUE)

    def between(self, first: int, last: int) -> list[DayValue]:
        """Return the days from `first` to `last`, both included."""
        get = self._days.get
        return [get(day, EMPTY_DAY_VALUE) for day in range(first, last + 1)]

    def logged_days(self) -> Iterator[tuple[int, DayValue]]:
        """Yield the ordinal and value of each day that has lines, in order."""
        yield from sorted(self._days.items())

    def put(self, ordinal: int, day: DayValue) -> None:
        """Set one day; one without lines leaves no trace."""
        if day.is_logged:
            amount = min(day.amount, MAX_AMOUNT)
            kept = DayValue(day.value, amount, day.is_marked, day.is_disputed, revision=0)
            self._days[ordinal] = kept
        else:
            self._days.pop(ordinal, None)

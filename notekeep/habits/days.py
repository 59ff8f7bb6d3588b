"""The value of a day, reduced from its log lines, and the history of a habit.

The value depends only on the set of lines. Order, repetition, file and device make no difference,
so copies of a log can be merged in any way. For the same reason, a line is never changed in place:
a merge would restore the old line, and both would count. A change is a new line with a higher
revision.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from notekeep.habits import amounts
from notekeep.habits.log import LogEntry, LogValue

DayKind: TypeAlias = Literal["none", "miss", "skip", "done", "amount"]

MAX_AMOUNT = 2**63 - 1

_KINDS: tuple[DayKind, ...] = ("none", "miss", "skip", "done", "amount")
_KIND_MASK = 0b0111
_MARKED_BIT = 0b1000
_LOGGED_BIT = 0b10_0000
_DISPUTED_BIT = 0b100_0000

_STRONGEST_FIRST: tuple[DayKind, ...] = ("done", "skip", "miss", "none")
_ADDING = frozenset({"done", "amount"})


class DayValue(NamedTuple):
    """The value of one day of a habit."""

    value: DayKind
    amount: int = 0  # the sum, in thousandths of the habit's base unit (see `amounts.to_base_unit`)
    is_marked: bool = False  # whether it is also logged as done, which meets any at-least goal
    is_disputed: bool = False  # whether lines of the same revision contradict each other
    revision: int = -1  # the highest revision of its lines; -1 when there are none
    # Amounts that cannot be converted to the habit's unit, in thousandths; they count as done.
    apart: tuple[tuple[int, str], ...] = ()

    @property
    def is_logged(self) -> bool:
        """Whether the day has a log line."""
        return self.revision >= 0


EMPTY_DAY_VALUE = DayValue("none")


def entry_identity(entry: LogEntry) -> tuple[object, ...]:
    """Return the identity of an entry within its habit and day; equal entries count once."""
    return entry[2:]


def reduce_entries(entries: Iterable[LogEntry], unit: str = "") -> DayValue:
    """Reduce all entries of one habit and day to the value of the day.

    With the unit `times`, each `done` is an amount of one. Only the highest revision counts. Its
    amounts are added, or the largest `=` amount replaces them. Without amounts, done takes
    precedence over skip, skip over miss, and miss over clear.
    """
    distinct = {entry_identity(entry): entry for entry in entries}.values()
    if not distinct:
        return EMPTY_DAY_VALUE
    revision = max(entry.revision for entry in distinct)
    kinds: set[DayKind] = set()
    added: list[int] = []
    totals: set[int] = set()
    apart: list[tuple[int, str]] = []
    for entry in distinct:
        if entry.revision != revision:
            continue
        if entry.kind == "done" and unit in amounts.TIMES:
            added.append(amounts.MILLI)
            continue
        if entry.kind != "amount":
            kinds.add("none" if entry.kind == "clear" else entry.kind)
            continue
        converted = amounts.to_base_unit(entry.amount, entry.unit, unit)
        if converted is None:
            apart.append((entry.amount, entry.unit or ""))
            kinds.add("done")
        elif entry.is_set:
            totals.add(converted)
        else:
            added.append(converted)
    value: DayKind = "amount"
    amount = max(totals) if totals else sum(added)
    if added or totals:
        is_disputed = bool(kinds - {"done"}) or len(totals) + bool(totals and added) > 1
    else:
        value = next(kind for kind in _STRONGEST_FIRST if kind in kinds)
        is_disputed = len(kinds) > 1
    return DayValue(value, amount, "done" in kinds, is_disputed, revision, tuple(sorted(apart)))


def revise(
    entries: Sequence[LogEntry], new: LogValue, unit: str = "", *, replaces: bool = False
) -> tuple[LogValue, int]:
    """Return the value and revision to write for a new entry of a day.

    Adding an amount to a `=` amount writes the new total. With `replaces`, the entry replaces all
    earlier ones.
    """
    if new.kind == "done" and unit in amounts.TIMES and any(entry.is_set for entry in entries):
        new = LogValue("amount", amounts.MILLI, unit)
    if not entries:
        return new, 0
    revision = max(entry.revision for entry in entries)
    top = [entry for entry in entries if entry.revision == revision]
    is_addition = new.kind in _ADDING and not new.is_set and not replaces
    if not is_addition or any(entry.kind not in _ADDING for entry in top):
        return new, revision + 1
    if new.kind == "amount" and any(entry.is_set for entry in top):
        more = amounts.to_base_unit(new.amount, new.unit, unit)
        if more is not None:
            return _set_amount(reduce_entries(entries, unit).amount + more, unit), revision + 1
    return new, revision


def restore_day(
    entries: Sequence[LogEntry], removed: Collection[LogEntry], unit: str = ""
) -> list[tuple[LogValue, int]]:
    """Return the values and revisions to log so that a day ignores the removed entries."""
    revision = max(entry.revision for entry in entries) + 1
    same = {entry_identity(entry) for entry in removed}
    day = reduce_entries((entry for entry in entries if entry_identity(entry) not in same), unit)
    return [(value, revision) for value in day_values(day, unit)]


def day_values(day: DayValue, unit: str) -> list[LogValue]:
    """Return the one or two values to log to give an empty day this value."""
    if day.value != "amount":
        return [LogValue("clear" if day.value == "none" else day.value)]
    values = [_set_amount(day.amount, unit)]
    return [*values, LogValue("done")] if day.is_marked else values


def _set_amount(amount: int, unit: str) -> LogValue:
    exact, name = amounts.exact_amount(amount, unit)
    return LogValue("amount", exact, name or None, is_set=True)


@lru_cache(maxsize=1024)  # most days share a few values
def _unpack_day(code: int, amount: int) -> DayValue:
    if not code:
        return EMPTY_DAY_VALUE
    is_marked, is_disputed = bool(code & _MARKED_BIT), bool(code & _DISPUTED_BIT)
    return DayValue(_KINDS[code & _KIND_MASK], amount, is_marked, is_disputed, revision=0)


class DayHistory:
    """The days of one habit by ordinal, without the revisions and units of their lines.

    Each day is stored as a code and an amount, so that reading a few days does not decode ten
    years.
    """

    __slots__ = ("_amounts", "_codes", "_first", "due")

    def __init__(self, days: Mapping[int, DayValue] | None = None) -> None:
        self._first = 0
        self._codes = bytearray()
        self._amounts = array("q")
        self.due: frozenset[int] = frozenset()  # days on which a part of a combined habit is due
        for ordinal, day in sorted((days or {}).items()):
            self.put(ordinal, day)

    @classmethod
    def unpack(cls, first: int, codes: bytes, amounts: bytes) -> DayHistory:
        """Return the history for the values that `pack` returned."""
        history = cls()
        history._first = first
        history._codes.extend(codes)
        history._amounts.frombytes(amounts)
        return history

    def pack(self) -> tuple[int, bytes, bytes]:
        """Return the first day, and a code byte and an eight-byte amount for each day from it."""
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
        """The ordinal of the first day with an entry that was not cleared, or None."""
        days = (day for day, code in enumerate(self._codes, self._first) if code & _KIND_MASK)
        return next(days, None)

    def day(self, ordinal: int) -> DayValue:
        """Return the value of one day."""
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
        """Set the value of a day; a day without lines is removed."""
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
        self._codes[place] = self._amounts[place] = 0
        if day.is_logged:
            flags = _LOGGED_BIT | _MARKED_BIT * day.is_marked | _DISPUTED_BIT * day.is_disputed
            self._codes[place] = flags | _KINDS.index(day.value)
            self._amounts[place] = min(day.amount, MAX_AMOUNT)

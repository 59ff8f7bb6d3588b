"""The sheet on which the days of one habit are judged, and the words for what a day was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from notekeep.habits import acts
from notekeep.habits.acts import mapping

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Sequence

STATUSES = (
    "off",
    "paused",
    "rest",
    "extra",
    "done",
    "missed",
    "skipped",
    "pending",
    "ok-so-far",
    "future",
    "covered",
    "gap",
    "open",
    "due",
    "last day",
    "overdue",
)
(
    OFF,
    PAUSED,
    REST,
    EXTRA,
    DONE,
    MISSED,
    SKIPPED,
    PENDING,
    OK_SO_FAR,
    FUTURE,
    COVERED,
    GAP,
    OPEN,
    DUE,
    LAST_DAY,
    OVERDUE,
) = range(len(STATUSES))
"""Places in STATUSES."""

NO_RESULT, MET, FAILED = range(3)
"""What stands at a day: no unit that is closed, one that was met, one that was missed."""

Result: TypeAlias = Literal["met", "missed", "skipped", "open"]
Unit: TypeAlias = Literal["due days", "weeks", "months", "slots", "days", "times", ""]


class Part(NamedTuple):
    """A stretch of days under one schedule, first and last day included, and its unit."""

    first: int
    last: int
    unit: Unit


class Period(NamedTuple):
    """A week, a month or a slot.

    Attributes:
        start: Its first day in the calendar, as an ordinal.
        end: Its last day.
        reached: How often it was done, or the amount that was reached.
        need: How often it had to be, or the amount that was to be reached or not exceeded.
        result: `open` until it is over or cannot change any more.
        left: For an open one, the days from today on in which it can still be done.
    """

    start: int
    end: int
    reached: int
    need: int
    result: Result
    left: int = 0


class Closed:
    """Periods of one length that are over, one after the other, kept as what was done in each.

    Ten years of short slots are thousands of periods of a few kinds: each kind is judged once, and
    a `Period` is made of one only when somebody looks at it.

    Attributes:
        start: The first day of the first period, as an ordinal.
        length: How many days each has.
        kinds: The acts of each, in order.
        judged: For each kind how often it was done, how often it had to be, and the result.
    """

    __slots__ = ("judged", "kinds", "length", "start")

    def __init__(
        self,
        start: int,
        length: int,
        kinds: Sequence[bytes],
        judged: Mapping[bytes, tuple[int, int, Result]],
    ) -> None:
        self.start = start
        self.length = length
        self.kinds = kinds
        self.judged = judged

    def __iter__(self) -> Iterator[Period]:
        """Each of them, in order."""
        for number, kind in enumerate(self.kinds):
            start = self.start + number * self.length
            yield Period(start, start + self.length - 1, *self.judged[kind])


class Frame:
    """Acts, and the statuses and results that the schedules make of them.

    Attributes:
        first: The ordinal of the first day.
        today: The ordinal of the day that is not over yet; it lies within the frame.
        acts: One act a day, see `acts`.
        amounts: Thousandths of the base unit, one a day.
        week_start: The first day of a week, 0 for Monday.
        statuses: One place in STATUSES a day; filled in by the schedules.
        results: One of NO_RESULT, MET, FAILED a day; filled in by the schedules.
        periods: Weeks, months or slots up to today, in order, some of them together; filled in by
            the schedules.
    """

    __slots__ = (
        "acts",
        "amounts",
        "first",
        "periods",
        "results",
        "statuses",
        "today",
        "week_start",
    )

    def __init__(
        self, first: int, today: int, acts: bytes, amounts: array[int], week_start: int
    ) -> None:
        self.first = first
        self.today = today
        self.acts = acts
        self.amounts = amounts
        self.week_start = week_start
        self.statuses = bytearray(acts.translate(_ABROAD))
        self.results = bytearray(len(acts))
        self.periods: list[Period | Closed] = []

    @property
    def last(self) -> int:
        """The ordinal of the last day."""
        return self.first + len(self.acts) - 1

    def acts_in(self, first: int, last: int) -> bytes:
        """The acts of some days, both ends included."""
        return self.acts[max(0, first - self.first) : max(0, last - self.first + 1)]

    def successes_in(self, first: int, last: int) -> int:
        """How many days up to today were a success."""
        over = self.acts_in(first, min(last, self.today - 1))
        today = self.acts_in(self.today, self.today) if first <= self.today <= last else b""
        return over.count(acts.SUCCESS) + over.count(acts.QUIET) + today.count(acts.SUCCESS)

    def close(self, day: int, *, is_met: bool) -> None:
        """Write down that a unit was met or missed, at a day up to today."""
        self.results[day - self.first] = MET if is_met else FAILED

    def fill(self, first: int, last: int, rest: int) -> None:
        """Give days their status: what their act says by itself, else `rest`."""
        first, last = max(first, self.first), min(last, self.last)
        if first <= last:
            part = slice(first - self.first, last - self.first + 1)
            self.statuses[part] = said(self.acts[part], rest)

    def fill_open(self, first: int, last: int) -> None:
        """Give the days of a period that is not closed their status."""
        self.fill(first, min(last, self.today - 1), OPEN)
        if first <= self.today <= last:
            act = self.acts[self.today - self.first]
            ok = act in (acts.QUIET, acts.WITHIN)
            pending = OPEN if act == acts.MISSED else PENDING
            self.fill(self.today, self.today, OK_SO_FAR if ok else pending)
        self.fill(max(first, self.today + 1), last, FUTURE)


def said(days: bytes, rest: int) -> bytes:
    """The status of each day: what its act says by itself, else `rest`."""
    return days.translate(_FILLERS[rest])


def _filler(rest: int) -> bytes:
    return mapping(
        {
            **dict.fromkeys(acts.ACTS, rest),
            acts.SKIPPED: SKIPPED,
            acts.SUCCESS: DONE,
            acts.PAUSED: PAUSED,
            acts.OFF: OFF,
            acts.OUTSIDE: EXTRA,
        }
    )


_ABROAD = mapping({**dict.fromkeys(acts.ACTS, OFF), acts.OUTSIDE: EXTRA})
_FILLERS = [_filler(rest) for rest in range(len(STATUSES))]

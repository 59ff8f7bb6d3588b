"""Schedules, goals, and the slots they make."""

from __future__ import annotations

import re
from array import array
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.revisions import (
    EMPTY_DAY_VALUE,
    VALUE_AMOUNT,
    VALUE_DONE,
    VALUE_MISS,
    VALUE_NONE,
    VALUE_SKIP,
    DayValue,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notekeep.habits.definition import Definition


# The history of one habit: a byte and an amount for each day, from its first entry on.
#
# This is the form in which the index keeps a habit and the rules work on it: ten years of days
# are a few kilobytes, and most questions are answered by the fast operations of `bytes`.


VALUE_MASK = 0b0111
MARKED_BIT = 0b1000
POSITIVE_BIT = 0b1_0000
LOGGED_BIT = 0b10_0000
DISPUTED_BIT = 0b100_0000
"""Bits of a day's code: its value, and whether it was said to be done, has an amount above zero,
has any line at all, and has lines that contradict each other."""

MAX_AMOUNT = 2**63 - 1
_WIDTH = 8
_CLEARED = bytes([0, LOGGED_BIT])


class DayHistory:
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
    def of(cls, folded: Mapping[int, DayValue]) -> DayHistory:
        """Make a history of days by their ordinals, in any order."""
        days = cls()
        if not folded:
            return days
        days.first = first = min(folded)
        length = max(folded) - first + 1
        days.codes = bytearray(length)
        days.amounts = array("q", bytes(_WIDTH * length))
        for ordinal, day in folded.items():
            days.codes[ordinal - first] = encode_day(day)
            if day.amount:
                days.amounts[ordinal - first] = min(day.amount, MAX_AMOUNT)
        return days

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DayHistory):
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

    def put(self, ordinal: int, day: DayValue) -> None:
        """Set one day."""
        if day is EMPTY_DAY_VALUE and not self.first <= ordinal <= self.last:
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
        self.codes[place] = encode_day(day)
        self.amounts[place] = min(day.amount, MAX_AMOUNT)

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


def encode_day(day: DayValue) -> int:
    """The code of a folded day."""
    code = day.value
    if day.is_marked:
        code |= MARKED_BIT
    if day.value == VALUE_AMOUNT and day.amount > 0:
        code |= POSITIVE_BIT
    if day.is_disputed:
        code |= DISPUTED_BIT
    return code | LOGGED_BIT if day.revision >= 0 else code


# What each day of a habit was with its goal and its pauses in view: the ground of all counting.
#
# An act is one byte a day. Schedules then say what the acts were worth: see `timeline`.


GOAL_REACHED_BIT = 0b1000_0000
"""A bit beside those of a day's code: its amount reaches the goal of a day, or exceeds it."""

DAY_CODES = (
    EMPTY_DAY,
    MISSED_DAY,
    SKIPPED_DAY,
    SUCCESS_DAY,
    QUIET_DAY,
    WITHIN_LIMIT_DAY,
    PAUSED_DAY,
    OFF_DAY,
    OUTSIDE_DAY,
) = tuple(range(9))
"""Nothing that counts; a miss; a skip; a success; silence where silence is a success; not more
than allowed on a day that is not over; in a pause; outside of since..until; a success out there."""


def code_days(habit: Definition, days: DayHistory, first: int, last: int, today: int) -> bytes:
    """The act of each day from `first` to `last`.

    Args:
        habit: Its goal, pauses, and first and last day are used.
        days: What was logged.
        first: The first day wanted; without `since` it is the habit's first day.
        last: The last day wanted.
        today: The day that is not over yet.
    """
    codes, amounts = days.window(first, last)
    goal = habit.goal
    is_by_day = goal.per == "day"
    table = _meanings(goal.kind, is_by_day=is_by_day, counts_silence=habit.counts_silence)
    if goal.kind != "done" and is_by_day:
        codes = _compared(codes, amounts, goal)
    acts = bytearray(codes.translate(table))
    over = max(0, min(len(acts), today - first))
    acts[:over] = acts[:over].replace(bytes([WITHIN_LIMIT_DAY]), bytes([SUCCESS_DAY]))
    for start, end in habit.pauses:
        _change(acts, start - first, end - first + 1, _IN_PAUSE)
    if habit.since is not None:
        _change(acts, 0, habit.since - first, _OUTSIDE)
    if habit.until is not None:
        _change(acts, habit.until - first + 1, len(acts), _OUTSIDE)
    return bytes(acts)


def _change(acts: bytearray, start: int, end: int, table: bytes) -> None:
    start, end = max(start, 0), min(end, len(acts))
    if start < end:
        acts[start:end] = acts[start:end].translate(table)


def _compared(codes: bytes, amounts: array[int], goal: Goal) -> bytes:
    """Codes with REACHED where an amount reaches the target of a day, or exceeds it (`most`).

    Ten years of days are compared by one `map` and put together as one long number, which takes a
    tenth of a loop over them.
    """
    compare = goal.target.__le__ if goal.kind == "least" else goal.target.__lt__
    reached = int.from_bytes(bytes(map(compare, amounts)), "little") * GOAL_REACHED_BIT
    return (int.from_bytes(codes, "little") | reached).to_bytes(len(codes), "little")


@lru_cache(maxsize=16)
def _meanings(kind: str, *, is_by_day: bool, counts_silence: bool) -> bytes:
    """What each code means under a kind of goal, over a day or over a week or month."""
    silence = QUIET_DAY if counts_silence and is_by_day else EMPTY_DAY
    acts = {
        VALUE_NONE: silence,
        VALUE_MISS: MISSED_DAY,
        VALUE_SKIP: SKIPPED_DAY,
        VALUE_DONE: SUCCESS_DAY,
    }
    table = bytearray(256)
    for code in range(256):
        if code & VALUE_MASK != VALUE_AMOUNT:
            table[code] = acts.get(code & VALUE_MASK, EMPTY_DAY)
        elif kind == "least" and is_by_day:
            table[code] = SUCCESS_DAY if code & (MARKED_BIT | GOAL_REACHED_BIT) else EMPTY_DAY
        elif kind == "most" and is_by_day:
            within = SUCCESS_DAY if code & MARKED_BIT else WITHIN_LIMIT_DAY
            table[code] = MISSED_DAY if code & GOAL_REACHED_BIT else within
        elif kind != "most" and code & (MARKED_BIT | POSITIVE_BIT):
            table[code] = SUCCESS_DAY
        else:
            table[code] = EMPTY_DAY
    return bytes(table)


def translation_table(changes: dict[int, int]) -> bytes:
    """A table for `bytes.translate` that changes some codes and keeps the others."""
    table = bytearray(range(256))
    for code, becomes in changes.items():
        table[code] = becomes
    return bytes(table)


_IN_PAUSE = translation_table(
    dict.fromkeys((EMPTY_DAY, MISSED_DAY, SKIPPED_DAY, QUIET_DAY, WITHIN_LIMIT_DAY), PAUSED_DAY)
)
_OUTSIDE = translation_table({**dict.fromkeys(DAY_CODES, OFF_DAY), SUCCESS_DAY: OUTSIDE_DAY})


# The sheet on which the days of one habit are judged, and the words for what a day was.


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

UnitResult: TypeAlias = Literal["met", "missed", "skipped", "open"]
StreakUnit: TypeAlias = Literal["due days", "weeks", "months", "slots", "days", "times", ""]


class ScheduleSegment(NamedTuple):
    """A stretch of days under one schedule, first and last day included, and its unit."""

    first: int
    last: int
    unit: StreakUnit


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
    result: UnitResult
    left: int = 0


class ClosedPeriods:
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
        judged: Mapping[bytes, tuple[int, int, UnitResult]],
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


class EvaluationBuffer:
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
        self.periods: list[Period | ClosedPeriods] = []

    @property
    def last(self) -> int:
        """The ordinal of the last day."""
        return self.first + len(self.acts) - 1

    def codes_in(self, first: int, last: int) -> bytes:
        """The acts of some days, both ends included."""
        return self.acts[max(0, first - self.first) : max(0, last - self.first + 1)]

    def count_successes(self, first: int, last: int) -> int:
        """How many days up to today were a success."""
        over = self.codes_in(first, min(last, self.today - 1))
        today = self.codes_in(self.today, self.today) if first <= self.today <= last else b""
        return over.count(SUCCESS_DAY) + over.count(QUIET_DAY) + today.count(SUCCESS_DAY)

    def close(self, day: int, *, is_met: bool) -> None:
        """Write down that a unit was met or missed, at a day up to today."""
        self.results[day - self.first] = MET if is_met else FAILED

    def fill(self, first: int, last: int, rest: int) -> None:
        """Give days their status: what their act says by itself, else `rest`."""
        first, last = max(first, self.first), min(last, self.last)
        if first <= last:
            part = slice(first - self.first, last - self.first + 1)
            self.statuses[part] = initial_statuses(self.acts[part], rest)

    def fill_open(self, first: int, last: int) -> None:
        """Give the days of a period that is not closed their status."""
        self.fill(first, min(last, self.today - 1), OPEN)
        if first <= self.today <= last:
            act = self.acts[self.today - self.first]
            ok = act in (QUIET_DAY, WITHIN_LIMIT_DAY)
            pending = OPEN if act == MISSED_DAY else PENDING
            self.fill(self.today, self.today, OK_SO_FAR if ok else pending)
        self.fill(max(first, self.today + 1), last, FUTURE)


def initial_statuses(days: bytes, rest: int) -> bytes:
    """The status of each day: what its act says by itself, else `rest`."""
    return days.translate(_FILLERS[rest])


def _filler(rest: int) -> bytes:
    return translation_table(
        {
            **dict.fromkeys(DAY_CODES, rest),
            SKIPPED_DAY: SKIPPED,
            SUCCESS_DAY: DONE,
            PAUSED_DAY: PAUSED,
            OFF_DAY: OFF,
            OUTSIDE_DAY: EXTRA,
        }
    )


_ABROAD = translation_table({**dict.fromkeys(DAY_CODES, OFF), OUTSIDE_DAY: EXTRA})
_FILLERS = [_filler(rest) for rest in range(len(STATUSES))]


# When a habit is due: four families of schedules, read from and written as a few words.
#
# Chosen days; so often in a calendar period; so often in any span of days; so many days after
# the last time. A habit may also be due never, and then it is only tracked.


EVERY_DAY = (True,) * 7
MAX_DAYS = 366
"""A span of days longer than a year is a typing error."""

SCHEDULE_HINT = "write daily, mon,wed,fri, 3/week, 2/month, 3/7d, every 2d, after 2d..4d or none"


class ChosenDays(NamedTuple):
    """Due on some days of the week; `weekdays` has a truth for each, Monday first."""

    weekdays: tuple[bool, ...]


class PerPeriod(NamedTuple):
    """Due so many times in each calendar week or month, on any days."""

    times: int
    period: Literal["week", "month"]


class InDays(NamedTuple):
    """Due so many times in any `days` days."""

    times: int
    days: int


class EverySlot(NamedTuple):
    """Due once in each slot of `days` days, counted from `start`; None counts from `since`."""

    days: int
    start: int | None = None


class AfterLast(NamedTuple):
    """Due `low` days after the last time, and overdue after `high`."""

    low: int
    high: int


class Untracked(NamedTuple):
    """Never due: entries are kept and shown, nothing is counted."""


Schedule: TypeAlias = ChosenDays | PerPeriod | InDays | EverySlot | AfterLast | Untracked


class DatedSchedule(NamedTuple):
    """A schedule and the day from which it holds, as an ordinal; 0 holds from the beginning."""

    start: int
    schedule: Schedule


DAILY = ChosenDays(EVERY_DAY)
_NAMED: dict[str, Schedule] = {
    "daily": DAILY,
    "weekdays": ChosenDays((*(True,) * 5, False, False)),
    "weekends": ChosenDays((*(False,) * 5, True, True)),
    "none": Untracked(),
}
_NAMES = {schedule: name for name, schedule in _NAMED.items()}
_WORDS: dict[str, Schedule] = {
    **_NAMED,
    "every day": DAILY,
    "every other day": EverySlot(2),
    "every second day": EverySlot(2),
    "weekday": _NAMED["weekdays"],
    "weekend": _NAMED["weekends"],
    "weekly": PerPeriod(1, "week"),
    "every week": PerPeriod(1, "week"),
    "monthly": PerPeriod(1, "month"),
    "every month": PerPeriod(1, "month"),
}
"""The words that are read; those that are not names are written in the short form."""
_PER = r"([0-9]{1,3}) ?/ ?(?:(week|month)|([0-9]{1,3}) ?d(?:ays)?)"
_EVERY = r"every ([0-9]{1,3}) ?d(?:ays)?(?: from ([0-9-]+))?"
_AFTER = r"after ([0-9]{1,3}) ?d(?:ays)?(?: ?\.\. ?([0-9]{1,3}) ?d(?:ays)?)?"
_LONGEST = {"week": 7, "month": 31}


def parse_schedule(text: str) -> Schedule:
    """Read one schedule.

    Raises:
        UsageError: It is none, or one that no calendar can meet.
    """
    words = " ".join(text.casefold().split())
    if words in _WORDS:
        return _WORDS[words]
    if found := re.fullmatch(_PER, words):
        times = int(found[1])
        if found[3]:
            days = _span(found[3], text)
            return InDays(_times(times, days, text), days)
        period: Literal["week", "month"] = "week" if found[2] == "week" else "month"
        return PerPeriod(_times(times, _LONGEST[period], text), period)
    if found := re.fullmatch(_EVERY, words):
        start = dates.parse_iso(found[2]) if found[2] else None
        if found[2] and start is None:
            raise _wrong(text, f"there is no day {found[2]}")
        return EverySlot(_span(found[1], text), start.toordinal() if start else None)
    if found := re.fullmatch(_AFTER, words):
        low, high = _span(found[1], text), _span(found[2] or found[1], text)
        if high < low:
            raise _wrong(text, f"{high} days come before {low}")
        return AfterLast(low, high)
    return _chosen(words, text)


def parse_rules(lines: Sequence[str]) -> tuple[DatedSchedule, ...]:
    """Read schedules with the day from which each holds, as `2026-06-01 mon,wed,fri`.

    Args:
        lines: The schedules; one without a day continues the one before it.

    Returns:
        The rules by their first day. The first one also holds for all days before it, because
        the entries before a habit got its definition had to follow some rule.

    Raises:
        UsageError: One of them is no schedule, or there is none.
    """
    texts: dict[int, str] = {}
    start = 0
    for line in lines:
        head, _, rest = line.strip().partition(" ")
        day = dates.parse_iso(head)
        if day is not None:
            start = day.toordinal()
        # `[mon, wed, fri]` is a list of three to YAML, and one schedule to a person.
        text = rest if day is not None else line
        texts[start] = text if day is not None or start not in texts else f"{texts[start]},{text}"
    rules = {day: parse_schedule(text) for day, text in texts.items()}
    if not rules:
        raise _wrong("", "no schedule")
    ordered = [DatedSchedule(start, rules[start]) for start in sorted(rules)]
    return (ordered[0]._replace(start=0), *ordered[1:])


def format_schedule(schedule: Schedule) -> str:
    """Write a schedule as `parse_schedule` reads it."""
    if schedule in _NAMES:
        return _NAMES[schedule]
    match schedule:
        case PerPeriod(times, period):
            return f"{times}/{period}"
        case InDays(times, days):
            return f"{times}/{days}d"
        case EverySlot(days, start):
            return f"every {days}d" + (f" from {_iso(start)}" if start else "")
        case AfterLast(low, high):
            return f"after {low}d" + (f"..{high}d" if high != low else "")
        case ChosenDays(weekdays):
            names = zip(dates.WEEKDAYS, weekdays, strict=True)
            return ",".join(name[:3] for name, is_due in names if is_due)
        case _:
            return "none"


def frequency(schedule: Schedule) -> tuple[int, int]:
    """How often a habit is due, as times and days; the strength of a habit moves at that speed."""
    match schedule:
        case PerPeriod(times, period):
            return (times, 7) if period == "week" else (times, 30)
        case InDays(times, days):
            return (times, days)
        case EverySlot(days, _):
            return 1, days
        case AfterLast(_, high):
            return 1, high
        case ChosenDays(weekdays):
            return sum(weekdays), 7
        case _:
            return 1, 1


def _chosen(words: str, text: str) -> ChosenDays:
    chosen = [False] * 7
    for part in words.split(","):
        name = part.strip()
        matches = [day for day, full in enumerate(dates.WEEKDAYS) if full.startswith(name)]
        if len(name) < 2 or len(matches) != 1:
            raise _wrong(text, f"not a schedule: {text}")
        chosen[matches[0]] = True
    return ChosenDays(tuple(chosen))


def _span(digits: str, text: str) -> int:
    days = int(digits)
    if not 1 <= days <= MAX_DAYS:
        raise _wrong(text, f"not a number of days: {digits}")
    return days


def _times(times: int, days: int, text: str) -> int:
    if not 1 <= times <= days:
        raise _wrong(text, f"{times} times do not fit into {days} days")
    return times


def _iso(day: int) -> str:
    from datetime import date

    return date.fromordinal(day).isoformat()


def _wrong(text: str, message: str) -> UsageError:
    return UsageError(message, SCHEDULE_HINT, text=text, position=0)


# What a day, week or month of a habit must hold: done at all, at least or at most an amount.


Kind: TypeAlias = Literal["done", "least", "most"]
Per: TypeAlias = Literal["day", "week", "month"]

GOAL_HINT = 'write done, ">= 10 min", "<= 2 cup" or ">= 20 km/week"'
PERIOD_DAYS: dict[Per, int] = {"day": 1, "week": 7, "month": 30}
_PERS: dict[str | None, Per] = {None: "day", "day": "day", "week": "week", "month": "month"}

_GOAL = (
    rf"(?:(>=|<=|≥|≤) ?)?(?:([0-9]+h ?[0-9]+m(?:in)?)|({amounts.NUMBER}) ?({amounts.UNIT_NAME})?)"
    r" ?(?:(?:/|per ) ?(day|week|month))?"
)


class Goal(NamedTuple):
    """What must be reached.

    Attributes:
        kind: `done` for any entry that says so, `least` or `most` for an amount.
        target: Thousandths of the base unit (see `units.to_base`).
        unit: The unit as written, "" without.
        per: The time in which amounts add up.
    """

    kind: Kind = "done"
    target: int = 0
    unit: str = ""
    per: Per = "day"

    @property
    def day_target(self) -> float:
        """What one day has to hold, in thousandths; the average day of a week or month."""
        return self.target / PERIOD_DAYS[self.per]

    def is_met_by(self, value: int, amount: int, *, is_marked: bool) -> bool:
        """Whether one day, taken alone, was a success; silence is never one here."""
        if value == VALUE_DONE or is_marked:
            return self.kind != "most" or amount <= self.target
        if value != VALUE_AMOUNT:
            return False
        if self.kind == "least":
            return amount >= self.target
        return amount <= self.target if self.kind == "most" else amount > 0

    def share(self, value: int, amount: int, *, is_marked: bool) -> float:
        """How much of the goal a day has, 0.0 to 1.0, amounts over a week or month by the day."""
        if value in (VALUE_MISS, VALUE_SKIP):
            return 0.0
        if self.kind != "least" or is_marked:
            return float(self.is_met_by(value, amount, is_marked=is_marked))
        return min(1.0, amount / self.day_target) if self.target else 1.0


def parse_goal(text: str) -> Goal:
    """Read a goal.

    Raises:
        UsageError: It is none.
    """
    words = " ".join(text.split())
    if words.casefold() == "done":
        return Goal()
    found = re.fullmatch(_GOAL, words)
    # Without a sign and a unit, `3/week` is a schedule in the wrong place.
    if not found or not (found[1] or found[2] or found[4]):
        raise UsageError(f"not a goal: {text}", GOAL_HINT, text=text, position=0)
    sign, hours, digits, unit, per = found.groups()
    unit = "min" if hours else unit or ""
    if not sign:
        sign, unit = ">=", amounts.normalize_unit(unit)
    amount = amounts.parse_hours(hours) if hours else amounts.parse_number(digits)
    if amount is None:
        raise UsageError(f"the number is too long: {text}", GOAL_HINT, text=text, position=0)
    target = amounts.to_base_unit(amount, unit or None, unit)
    kind: Kind = "least" if sign in (">=", "≥") else "most"
    return Goal(kind, target or 0, unit, _PERS[per])


def format_goal(goal: Goal) -> str:
    """Write a goal as `parse_goal` reads it."""
    if goal.kind == "done":
        return "done"
    sign = ">=" if goal.kind == "least" else "<="
    per = f"/{goal.per}" if goal.per != "day" else ""
    return f"{sign} {amounts.format_in_habit_unit(goal.target, goal.unit)}{per}"


# Habits that are due so often, or up to an amount, in a week, a month or a slot of days.


_RESULTS = {"met": MET, "missed": FAILED}


class PeriodGrid(NamedTuple):
    """How days are cut into periods: `week`, `month`, or slots of `days` days from `start`."""

    kind: str
    days: int = 7
    start: int = 0


def period_bounds(grid: PeriodGrid, day: int) -> tuple[int, int]:
    """First and last day of the period that a day lies in, as ordinals.

    For weeks, `grid.start` is any day that begins one.
    """
    if grid.kind == "month":
        first = date.fromordinal(day).replace(day=1)
        after = date.fromordinal(first.toordinal() + 31).replace(day=1)
        return first.toordinal(), after.toordinal() - 1
    start = day - (day - grid.start) % grid.days
    return start, start + grid.days - 1


def calendar_weeks(week_start: int) -> PeriodGrid:
    """Calendar weeks; the ordinal 1 is a Monday."""
    return PeriodGrid("week", 7, 1 + week_start)


def fill_counts(
    frame: EvaluationBuffer, part: ScheduleSegment, grid: PeriodGrid, times: int
) -> None:
    """Judge a stretch of days in each period of which a habit is due so many times.

    Days that are paused, or lie outside of the stretch, lower what a period needs in proportion,
    rounded up; a skip lowers it by one.
    """
    start, end = period_bounds(grid, part.first)
    if start != part.first:
        _count_each(frame, part._replace(last=min(end, part.last)), grid, times)
        part = part._replace(first=min(end, part.last) + 1)
    _count_each(frame, _fill_closed(frame, part, grid, times), grid, times)


def _count_each(
    frame: EvaluationBuffer, part: ScheduleSegment, grid: PeriodGrid, times: int
) -> None:
    """Judge periods one by one: those that are not whole, not over, or not of one length."""
    for start, end, first, last in _periods(frame, part, grid):
        count = frame.count_successes(first, last)
        inside = frame.codes_in(first, last)
        need, result = _judged(inside, count, end - start + 1, times, is_over=last < frame.today)
        _close(frame, Period(start, end, count, need, result, _left(frame, last)), first, last)


def _judged(
    inside: bytes, count: int, length: int, times: int, *, is_over: bool
) -> tuple[int, UnitResult]:
    """What a period needs, and what came of it."""
    base = -(-times * _active(inside) // length)
    need = max(0, base - inside.count(SKIPPED_DAY))
    if count >= need and (need or count):
        return need, "met"
    if not need:
        return need, "skipped"
    return need, "missed" if is_over else "open"


def _fill_closed(
    frame: EvaluationBuffer, part: ScheduleSegment, grid: PeriodGrid, times: int
) -> ScheduleSegment:
    """Judge the periods at the beginning that are whole and over, all of one kind at a time.

    Returns:
        What is left of the stretch.
    """
    length = grid.days
    number = (min(part.last, frame.today - 1) - part.first + 1) // length
    if grid.kind == "month" or number < 1:
        return part
    end = part.first + number * length
    inside = frame.codes_in(part.first, end - 1)
    kinds = [inside[place : place + length] for place in range(0, len(inside), length)]
    judged: dict[bytes, tuple[int, int, UnitResult]] = {}
    statuses: dict[bytes, bytes] = {}
    results: dict[bytes, bytes] = {}
    for kind in set(kinds):
        count = kind.count(SUCCESS_DAY) + kind.count(QUIET_DAY)
        need, result = _judged(kind, count, length, times, is_over=True)
        judged[kind] = count, need, result
        statuses[kind] = initial_statuses(kind, GAP if result == "missed" else COVERED)
        results[kind] = bytes([NO_RESULT] * (length - 1) + [_RESULTS.get(result, NO_RESULT)])
    place = slice(part.first - frame.first, end - frame.first)
    frame.statuses[place] = b"".join([statuses[kind] for kind in kinds])
    frame.results[place] = b"".join([results[kind] for kind in kinds])
    frame.periods.append(ClosedPeriods(part.first, length, kinds, judged))
    return part._replace(first=end)


def fill_amounts(
    frame: EvaluationBuffer, part: ScheduleSegment, grid: PeriodGrid, goal: Goal
) -> None:
    """Judge a stretch of days in each period of which amounts add up to a goal.

    The goal is scaled to the days that are active. An at-most goal is missed as soon as the sum
    exceeds it, and met only when the period is over.
    """
    is_least = goal.kind == "least"
    for start, end, first, last in _periods(frame, part, grid):
        inside = frame.codes_in(first, last)
        active = _active(inside) - (inside.count(SKIPPED_DAY) if is_least else 0)
        length = end - start + 1
        over = slice(first - frame.first, min(last, frame.today) - frame.first + 1)
        count = sum(frame.amounts[over])
        reach = goal.target * active
        is_over = last < frame.today
        result: UnitResult = "open"
        if active <= 0:
            result = "skipped"
        elif is_least and (count * length >= reach or is_over):
            result = "met" if count * length >= reach else "missed"
        elif not is_least and (count * length > reach or _was_admitted(frame, first, goal, last)):
            result = "missed"
        elif not is_least and is_over:
            result = "met"
        period = Period(start, end, count, reach // length, result, _left(frame, last))
        _close(frame, period, first, last, is_quiet=not is_least)


def _periods(
    frame: EvaluationBuffer, part: ScheduleSegment, grid: PeriodGrid
) -> Iterator[tuple[int, int, int, int]]:
    """Each period up to today's: its ends in the calendar, and its ends within the stretch."""
    day = part.first
    while day <= min(part.last, frame.today):
        start, end = period_bounds(grid, day)
        yield start, end, day, min(end, part.last)
        day = end + 1
    frame.fill(max(day, frame.today + 1), part.last, FUTURE)


def _active(inside: bytes) -> int:
    return len(inside) - inside.count(PAUSED_DAY) - inside.count(OFF_DAY)


def _left(frame: EvaluationBuffer, last: int) -> int:
    """Days from today to `last` on which nothing was said yet."""
    ahead = frame.codes_in(frame.today, last)
    return sum(ahead.count(act) for act in (EMPTY_DAY, QUIET_DAY, WITHIN_LIMIT_DAY))


def _was_admitted(frame: EvaluationBuffer, first: int, goal: Goal, last: int) -> bool:
    """Whether a goal of nothing at all was broken by a miss that gives no amount."""
    said = frame.codes_in(first, min(last, frame.today))
    return goal.target == 0 and MISSED_DAY in said


def _close(
    frame: EvaluationBuffer, period: Period, first: int, last: int, *, is_quiet: bool = False
) -> None:
    """Write down a period's result and the status of its days."""
    is_open = period.result == "open"
    frame.periods.append(period if is_open else period._replace(left=0))
    if period.result in ("met", "missed"):
        frame.close(min(last, frame.today), is_met=period.result == "met")
    if not is_open:
        frame.fill(first, last, GAP if period.result == "missed" else COVERED)
    elif is_quiet:
        frame.fill(first, min(last, frame.today), OK_SO_FAR)
        frame.fill(frame.today + 1, last, FUTURE)
    else:
        frame.fill_open(first, last)


# Habits that are due so often in any span of days, and which days a series of checks covers.
#
# Days are covered the way Loop Habit Tracker covers them: so many checks that lie close enough
# together make a span, which begins at the first of them. Spans that overlap the next one slide
# back, but never so far that their last check would fall out. A span of 30 or 31 days is a
# month: as long as the month it begins in, or as the next one when it begins on the last day of
# a month.


MONTH = (30, 31)


def spans(checks: Sequence[int], times: int, days: int) -> list[tuple[int, int]]:
    """The spans that checks make, first and last day included, earliest first.

    Args:
        checks: The days with a check, in order, as ordinals.
        times: How many checks a span needs.
        days: How long a span is.
    """
    if times >= days:
        times = days = 1
    found: list[tuple[int, int]] = []
    for place in range(len(checks) - times, -1, -1):
        start, last_check = checks[place], checks[place + times - 1]
        length = _month_length(start) if days in MONTH else days
        room = start + length - 1 - last_check
        if room < 0:
            continue
        if found:
            overlap = start + length - found[-1][0]
            start -= max(0, min(overlap, room))
        found.append((start, start + length - 1))
    return found[::-1]


def _month_length(day: int) -> int:
    """The days of the month that a day is in; of the next month for the last day of one."""
    first = date.fromordinal(day + 1).replace(day=1)
    return (first + timedelta(days=31)).replace(day=1).toordinal() - first.toordinal()


def fill_spans(frame: EvaluationBuffer, part: ScheduleSegment, times: int, days: int) -> None:
    """Judge a stretch of days; a streak counts the days that are covered or skipped."""
    last = min(part.last, frame.today)
    inside = frame.codes_in(part.first, last)
    successes = (SUCCESS_DAY, QUIET_DAY)
    checks = [part.first + place for place, act in enumerate(inside) if act in successes]
    if checks and checks[-1] == frame.today and inside[-1] == QUIET_DAY:
        checks.pop()
    frame.fill(part.first, last, GAP)
    frame.fill(last + 1, part.last, FUTURE)
    for first, end in spans(checks, times, days):
        frame.fill(max(first, part.first), min(end, part.last), COVERED)
    if part.first <= frame.today <= part.last:
        _settle_today(frame)
    for day in range(part.first, last + 1):
        status = frame.statuses[day - frame.first]
        if status in (DONE, COVERED, SKIPPED, GAP):
            frame.close(day, is_met=status != GAP)


def _settle_today(frame: EvaluationBuffer) -> None:
    """A day that is not over is no gap unless the person says so."""
    place = frame.today - frame.first
    if frame.statuses[place] == GAP and frame.acts[place] != MISSED_DAY:
        frame.statuses[place] = PENDING


# Habits that are due so many days after the last time.


def fill_after(
    frame: EvaluationBuffer, part: ScheduleSegment, schedule: AfterLast
) -> tuple[int, int] | None:
    """Judge a stretch of days; a streak counts the times that came by their deadline.

    Until the first time it is due, and overdue when the days between both limits have passed: the
    deadline is then the day that was missed. Days in a pause do not pass; a skip starts the count
    again without being a time.

    Returns:
        The day it is next due and the last day of it, as ordinals, as seen from the end of the
        stretch or from today; None when there is no day to see it from.
    """
    passed, deadline = schedule.low - 1, part.first
    last = min(part.last, frame.today)
    for day in range(part.first, last + 1):
        act = frame.acts[day - frame.first]
        if act == PAUSED_DAY:
            frame.fill(day, day, REST)
            continue
        passed += 1
        if passed == schedule.high:
            deadline = day
        elif passed == schedule.high + 1:
            frame.close(deadline, is_met=False)
        if act in (SUCCESS_DAY, SKIPPED_DAY):
            passed = 0
            frame.fill(day, day, REST)
            if act == SUCCESS_DAY:
                frame.close(day, is_met=True)
            continue
        frame.fill(day, day, _stage(passed, schedule))
    frame.fill(max(last + 1, part.first), part.last, FUTURE)
    if last < part.first:
        return None
    return last + schedule.low - passed, last + schedule.high - passed


def _stage(passed: int, schedule: AfterLast) -> int:
    if passed < schedule.low:
        return REST
    if passed > schedule.high:
        return OVERDUE
    return LAST_DAY if passed == schedule.high else DUE

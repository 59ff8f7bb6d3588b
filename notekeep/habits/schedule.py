"""The schedule, goal and reminders of a habit, and how they are written.

A schedule is one of: certain weekdays, a number of times in each calendar week or month, a number
of times in any span of days, once in each slot of days, some days after the last time, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.days import DayValue

EVERY_DAY = (True,) * 7
MAX_DAYS = 366  # more than a year is a typo

SCHEDULE_HINT = (
    "Write daily, weekdays, mon,wed,fri, every other day, twice a week, 3/week, after 2d..4d"
    " or none."
)


class ChosenDays(NamedTuple):
    """Due on some weekdays; `weekdays` has a flag for each, Monday first."""

    weekdays: tuple[bool, ...]

    def text(self) -> str:
        return _NAMES.get(self) or ",".join(_short_names(self.weekdays))

    def words(self) -> str:
        names = ", ".join(name.capitalize() for name in _short_names(self.weekdays))
        return _NAMES.get(self, names)

    def frequency(self) -> tuple[int, int]:
        return sum(self.weekdays), 7


class PerPeriod(NamedTuple):
    """Due a number of times in each calendar week or month, on any days."""

    times: int
    period: Literal["week", "month"]

    def text(self) -> str:
        return f"{self.times}/{self.period}"

    def words(self) -> str:
        return f"{'once' if self.times == 1 else f'{self.times} times'} a {self.period}"

    def frequency(self) -> tuple[int, int]:
        return self.times, PERIOD_DAYS[self.period]


class InDays(NamedTuple):
    """Due a number of times in any `days` days."""

    times: int
    days: int

    def text(self) -> str:
        return f"{self.times}/{self.days}d"

    def words(self) -> str:
        return f"{self.times} times in {self.days} days"

    def frequency(self) -> tuple[int, int]:
        return self.times, self.days


class EverySlot(NamedTuple):
    """Due once in each slot of `days` days, counted from `start`; None counts from `since`."""

    days: int
    start: int | None = None

    def text(self) -> str:
        first = f" from {dates.format_iso(self.start)}" if self.start else ""
        return f"every {self.days}d{first}"

    def words(self) -> str:
        return "every other day" if self.days == 2 else f"every {self.days} days"

    def frequency(self) -> tuple[int, int]:
        return 1, self.days


class AfterLast(NamedTuple):
    """Due `low` days after the last time, and overdue after `high`."""

    low: int
    high: int

    def text(self) -> str:
        return f"after {self.low}d" + (f"..{self.high}d" if self.high != self.low else "")

    def words(self) -> str:
        return f"{self.low}{f' to {self.high}' if self.high != self.low else ''} days after"

    def frequency(self) -> tuple[int, int]:
        return 1, self.high


class Untracked(NamedTuple):
    """Never due: entries are shown, nothing is counted."""

    def text(self) -> str:
        return "none"

    def words(self) -> str:
        return "no schedule"

    def frequency(self) -> tuple[int, int]:
        return 1, 1


Schedule: TypeAlias = ChosenDays | PerPeriod | InDays | EverySlot | AfterLast | Untracked
"""Every schedule has these methods:

- `text()`: the schedule as `parse_schedule` reads it.
- `words()`: the schedule in words, such as `every other day`, `3 times a week` or `Mon, Wed, Fri`.
- `frequency()`: times and days; the strength of the habit moves at that speed.
"""


class DatedSchedule(NamedTuple):
    """A schedule and its first day, as an ordinal; 0 is the beginning."""

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
# Accepted words; those that are not in _NAMED are written in the short form.
_WORDS: dict[str, Schedule] = {
    **_NAMED,
    "every day": DAILY,
    "each day": DAILY,
    "once a day": DAILY,
    "weekday": _NAMED["weekdays"],
    "every weekday": _NAMED["weekdays"],
    "weekend": _NAMED["weekends"],
    "every weekend": _NAMED["weekends"],
    "weekly": PerPeriod(1, "week"),
    "every week": PerPeriod(1, "week"),
    "monthly": PerPeriod(1, "month"),
    "every month": PerPeriod(1, "month"),
    "no schedule": Untracked(),
}
_NUMBERS = {
    "once": 1,
    "twice": 2,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "other": 2,
    "second": 2,
    "third": 3,
    "fourth": 4,
}
_NUMBER_WORD = rf"\b({'|'.join(_NUMBERS)})\b"
_A = r"(?:/|\b(?:an?|per|each|every|in)\b)"
_PER = rf"([0-9]{{1,3}})(?: ?x| times)? ?{_A} ?(?:(week|month)|([0-9]{{1,3}}) ?d(?:ays)?)"
_EVERY = r"every ([0-9]{1,3})(?:nd|rd|th)? ?(d|days?|weeks?)(?: from ([0-9-]+))?"
_AFTER = r"after ([0-9]{1,3}) ?d(?:ays)?(?: ?\.\. ?([0-9]{1,3}) ?d(?:ays)?)?"
_DAYS_AFTER = r"([0-9]{1,3})(?: to ([0-9]{1,3}))? days after"
_LONGEST = {"week": 7, "month": 31}


def parse_schedule(text: str) -> Schedule:
    """Read one schedule; UsageError if it is invalid or impossible."""
    words = " ".join(text.casefold().split()).removeprefix("on ")
    if words in _WORDS:
        return _WORDS[words]
    words = re.sub(_NUMBER_WORD, lambda found: str(_NUMBERS[found[0]]), words)
    if found := re.fullmatch(_PER, words):
        times = int(found[1])
        if found[3]:
            days = _span(found[3], text)
            return InDays(_times(times, days, text), days)
        period: Literal["week", "month"] = "week" if found[2] == "week" else "month"
        return PerPeriod(_times(times, _LONGEST[period], text), period)
    if found := re.fullmatch(_EVERY, words):
        start = dates.parse_iso(found[3]) if found[3] else None
        if found[3] and start is None:
            raise _wrong(text, f'"{found[3]}" is not a date.')
        days = _span(found[1], text)
        if found[2].startswith("w"):
            days = _span(str(7 * days), text)
        return EverySlot(days, start.toordinal() if start else None)
    if found := re.fullmatch(_AFTER, words) or re.fullmatch(_DAYS_AFTER, words):
        low, high = _span(found[1], text), _span(found[2] or found[1], text)
        if high < low:
            raise _wrong(text, f"{high} days is less than {low}.")
        return AfterLast(low, high)
    return _chosen(words, text)


def parse_rules(lines: Sequence[str]) -> tuple[DatedSchedule, ...]:
    """Read schedules with the first day of each, as `2026-06-01 mon,wed,fri`.

    A line without a day continues the one before. The first schedule also applies to all days
    before it, because earlier entries need one.
    """
    texts: dict[int, str] = {}
    start = 0
    for line in lines:
        head, _, rest = line.strip().partition(" ")
        day = dates.parse_iso(head)
        if day is not None:
            start = day.toordinal()
        # `[mon, wed, fri]` is a list in YAML, and one schedule here.
        text = rest if day is not None else line
        texts[start] = text if day is not None or start not in texts else f"{texts[start]},{text}"
    rules = {day: parse_schedule(text) for day, text in texts.items()}
    if not rules:
        raise _wrong("", "The schedule is empty.")
    ordered = [DatedSchedule(start, rules[start]) for start in sorted(rules)]
    return (ordered[0]._replace(start=0), *ordered[1:])


def _chosen(words: str, text: str) -> ChosenDays:
    chosen = [False] * 7
    names = re.sub(r",|&|\band\b", " ", words.removeprefix("every ")).split()
    for name in names:
        matches = [day for day, full in enumerate(dates.WEEKDAYS) if f"{full}s".startswith(name)]
        if len(name) < 2 or len(matches) != 1:
            raise _wrong(text, f'"{text}" is not a schedule.')
        chosen[matches[0]] = True
    if not names:
        raise _wrong(text, f'"{text}" is not a schedule.')
    return ChosenDays(tuple(chosen))


def _short_names(weekdays: Sequence[bool]) -> list[str]:
    return [name[:3] for name, is_on in zip(dates.WEEKDAYS, weekdays, strict=True) if is_on]


def _span(digits: str, text: str) -> int:
    days = int(digits)
    if not 1 <= days <= MAX_DAYS:
        raise _wrong(text, f"{digits} is not a number of days from 1 to {MAX_DAYS}.")
    return days


def _times(times: int, days: int, text: str) -> int:
    if not 1 <= times <= days:
        raise _wrong(text, f"{times} times do not fit in {days} days.")
    return times


def _wrong(text: str, message: str) -> UsageError:
    return UsageError(message, SCHEDULE_HINT, text=text, position=0)


# Reminders: a time, optionally with weekdays: `07:30`, `mon,fri 18:00`.

_TIME = r"(?:(.*) )?([01]?[0-9]|2[0-3]):([0-5][0-9])"


class Reminder(NamedTuple):
    """A time of the day, on some weekdays; None for all days on which the habit is due."""

    hour: int
    minute: int
    weekdays: tuple[bool, ...] | None = None

    @property
    def time(self) -> str:
        """`07:30`."""
        return f"{self.hour:02}:{self.minute:02}"

    def text(self) -> str:
        """Return the reminder as `parse_reminders` reads it: `mon,fri 07:30`."""
        days = "" if self.weekdays is None else f"{','.join(_short_names(self.weekdays))} "
        return f"{days}{self.time}"

    def is_on(self, day: int) -> bool:
        """Whether the reminder applies to the weekday of an ordinal."""
        return self.weekdays is None or self.weekdays[(day - 1) % 7]


def parse_reminders(words: Iterable[str]) -> tuple[list[Reminder], list[str]]:
    """Read the reminders of a definition; return them and the invalid words.

    `remind: mon,fri 18:00` is one reminder, although the comma splits it into two items.
    """
    found: list[Reminder] = []
    wrong: list[str] = []
    before: list[str] = []
    for word in words:
        before.append(word)
        if ":" not in word:
            continue
        reminder = _parse_reminder(",".join(before))
        if reminder is None and len(before) > 1 and (reminder := _parse_reminder(word)):
            wrong.append(",".join(before[:-1]))
        elif reminder is None:
            wrong.append(",".join(before))
        if reminder is not None and reminder not in found:
            found.append(reminder)
        before = []
    return found, wrong + ([",".join(before)] if before else [])


def _parse_reminder(text: str) -> Reminder | None:
    parts = re.fullmatch(_TIME, " ".join(text.split()))
    if parts is None:
        return None
    names, hour, minute = parts.groups()
    if not names:
        return Reminder(int(hour), int(minute))
    try:
        schedule = parse_schedule(names)
    except UsageError:
        return None
    if not isinstance(schedule, ChosenDays):
        return None
    chosen = None if schedule.weekdays == EVERY_DAY else schedule.weekdays
    return Reminder(int(hour), int(minute), chosen)


Kind: TypeAlias = Literal["done", "least", "most"]
Per: TypeAlias = Literal["day", "week", "month"]

GOAL_HINT = 'Write done, never, "10 minutes", "at most 2 cups" or "20 km a week".'
PERIOD_DAYS: dict[Per, int] = {"day": 1, "week": 7, "month": 30}
_PERS: dict[str | None, Per] = {None: "day", "day": "day", "week": "week", "month": "month"}

_GOAL = (
    r"(?:(>=|<=|≥|≤|at least|at most|no more than|up to|max(?:imum)?|under|below|less than) ?)?"
    r"(.+?) ?(?:(?:/|(?:per|an?|each|every) ) ?(day|week|month))?"
)
_LEAST = (">=", "≥", "at least")
_NEVER = frozenset({"never", "avoid", "none", "0", "not at all"})


class Goal(NamedTuple):
    """What a habit must reach."""

    kind: Kind = "done"  # `done` for any entry, `least` or `most` for an amount
    target: int = 0  # thousandths of the base unit (see `amounts.to_base_unit`)
    unit: str = ""
    per: Per = "day"

    @property
    def day_target(self) -> float:
        """The target of one day, in thousandths: of a week or month, the average."""
        return self.target / PERIOD_DAYS[self.per]

    def text(self) -> str:
        """Return the goal as `parse_goal` reads it."""
        if self.kind == "done":
            return "done"
        sign = ">=" if self.kind == "least" else "<="
        per = f"/{self.per}" if self.per != "day" else ""
        return f"{sign} {amounts.format_in_habit_unit(self.target, self.unit)}{per}"

    def words(self) -> str:
        """Return the goal in words: `≥ 10 min a day`, `≤ 2 cups a day`; "" for any entry."""
        if self.kind == "done":
            return ""
        if self.kind == "most" and not self.target:
            return "not at all"
        target = amounts.from_base_unit(self.target, self.unit)
        unit = amounts.plural_unit(target, self.unit)
        sign = "≥" if self.kind == "least" else "≤"
        return f"{sign} {amounts.format_amount(target, unit)} a {self.per}"

    def share(self, day: DayValue) -> float:
        """Return the share of the daily target that a day reached, 0.0 to 1.0."""
        if day.value in ("miss", "skip"):
            return 0.0
        if self.kind == "most":
            return float(day.value != "none" and day.amount <= self.target)
        if day.value == "done" or day.is_marked:
            return 1.0
        if self.kind == "done":
            return float(day.amount > 0)
        return min(1.0, day.amount / self.day_target) if self.target else 1.0


def parse_goal(text: str) -> Goal:
    """Read a goal; UsageError if it is invalid."""
    words = " ".join(text.split())
    if words.casefold() == "done":
        return Goal()
    if words.casefold() in _NEVER:
        return Goal("most")
    found = re.fullmatch(_GOAL, words, re.IGNORECASE)
    sign, typed, per = found.groups() if found else ("", "", None)
    read = amounts.read_amount(typed.split()) if typed else None
    # `3/week`, without a sign and a unit, is a schedule in the wrong field.
    if read is None or read[2] != len(typed.split()) or not (sign or read[1]):
        raise UsageError(f'"{text}" is not a goal.', GOAL_HINT, text=text, position=0)
    amount, unit = read[0], read[1] or ""
    if not sign or sign[-1].isalpha():  # the sign is a word, so the unit is a word too
        unit = amounts.normalize_unit(unit)
    target = amounts.to_base_unit(amount, unit or None, unit) or 0
    is_least = (sign or "at least").casefold() in _LEAST
    if is_least and sign and not target:
        raise UsageError(f'"{text}" is always met.', GOAL_HINT, text=text, position=0)
    kind: Kind = "least" if is_least and target else "most"
    return Goal(kind, target, unit, _PERS[per and per.casefold()])


def describe_aim(schedule: Schedule, goal: Goal) -> str:
    """Return goal and schedule in words: `≥ 10 min a day`, or `3 times a week · ≥ 5 km`."""
    words = goal.words()
    if words and (schedule == DAILY or goal.per != "day"):
        return words
    return " · ".join(filter(None, (schedule.words(), words.removesuffix(" a day"))))


def ascii_goal(words: str) -> str:
    """Replace the characters that some terminals lack in a goal in words."""
    return words.replace("≥", ">=").replace("≤", "<=").replace(" · ", ", ")


def spans(checks: Sequence[int], times: int, days: int) -> list[tuple[int, int]]:
    """Return the spans of days that checks cover, first and last day included, earliest first.

    This is the rule of Loop Habit Tracker: `times` checks within `days` days make a span, which
    begins at the first of them. A span that overlaps the next one slides back, but never so far
    that it loses its last check. A span of 30 or 31 days is a month: as long as the month it begins
    in, or as the next one if it begins on the last day of a month.
    """
    if times >= days:
        times = days = 1
    found: list[tuple[int, int]] = []
    for place in range(len(checks) - times, -1, -1):
        start, last_check = checks[place], checks[place + times - 1]
        month = date.fromordinal(start + 1)
        length = dates.days_in(month.year, month.month) if days in (30, 31) else days
        room = start + length - 1 - last_check
        if room < 0:
            continue
        if found:
            overlap = start + length - found[-1][0]
            start -= max(0, min(overlap, room))
        found.append((start, start + length - 1))
    return found[::-1]

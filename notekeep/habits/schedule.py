"""The schedule, goal and reminders of a habit: parsing and formatting.

A schedule is one of: certain weekdays, certain days of the month or year, a number of times in each
calendar week or month, a number of times in any span of days, once in each slot of days or months,
a number of days after the last time, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.habits.days import DayValue
from notekeep.habits.month_days import MonthDay, parse_month_days, times_a_year

EVERY_DAY = (True,) * 7
MAX_DAYS = 366  # more than a year is a typo
MAX_MONTHS = 120

Per: TypeAlias = Literal["day", "week", "month"]
PERIOD_DAYS: dict[Per, int] = {"day": 1, "week": 7, "month": 30}

SCHEDULE_HINT = (
    "Write daily, mon,wed,fri, 3/week, twice a day, every other day, every 3 months,"
    " 1st and 15th, last friday, 5 may, after 2d..4d or none."
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

    def is_due(self, day: int) -> bool:
        return self.weekdays[(day - 1) % 7]


class ChosenDates(NamedTuple):
    """Due on certain days of every month or of certain months."""

    dates: tuple[MonthDay, ...]

    def text(self) -> str:
        return ",".join(one.text() for one in self.dates)

    def words(self) -> str:
        names = ", ".join(one.words() for one in self.dates)
        if all(one.month for one in self.dates):
            return f"{names} each year"
        return names if any(one.month for one in self.dates) else f"{names} of each month"

    def frequency(self) -> tuple[int, int]:
        if any(one.month or one.number > SHORTEST_MONTH for one in self.dates):
            return times_a_year(self.dates), MAX_DAYS
        # The longest time from one 15th to the next, and from one first Monday to the next.
        return len(self.dates), 31 if all(one.weekday is None for one in self.dates) else 35

    def is_due(self, day: int) -> bool:
        current = date.fromordinal(day)
        return any(one.is_on(current) for one in self.dates)


class PerPeriod(NamedTuple):
    """Due a number of times per day, calendar week or calendar month, on any days."""

    times: int
    period: Per

    def text(self) -> str:
        return f"{self.times}/{self.period}"

    def words(self) -> str:
        return f"{_count_times(self.times)} a {self.period}"

    def frequency(self) -> tuple[int, int]:
        days = PERIOD_DAYS[self.period]
        return min(self.times, days), days

    def is_due(self, day: int) -> bool:  # noqa: ARG002 - it can be any day
        return True


class InDays(NamedTuple):
    """Due a number of times in any span of `days` days."""

    times: int
    days: int

    def text(self) -> str:
        return f"{self.times}/{self.days}d"

    def words(self) -> str:
        return f"{_count_times(self.times)} in {self.days} days"

    def frequency(self) -> tuple[int, int]:
        return self.times, self.days


class EverySlot(NamedTuple):
    """Due once in each slot of days or calendar months, counted from `start`.

    `start` is an ordinal; with months, it is the first day of a month. None counts from `since`.
    """

    length: int
    start: int | None = None
    unit: Literal["day", "month"] = "day"

    def text(self) -> str:
        if self.unit == "day":
            return f"every {self.length}d{self._first()}"
        return f"every {self.length} months{self._first()}"

    def words(self) -> str:
        is_years = self.unit == "month" and not self.length % 12
        length, unit = (self.length // 12, "year") if is_years else (self.length, self.unit)
        if length == 1 and is_years:
            return f"every year{self._first()}"
        return f"every {f'other {unit}' if length == 2 else f'{length} {unit}s'}{self._first()}"

    def frequency(self) -> tuple[int, int]:
        return 1, self.length * (31 if self.unit == "month" else 1)

    def _first(self) -> str:
        if self.start is None:
            return ""
        day = dates.format_iso(self.start)
        return f" from {day if self.unit == 'day' else day[:7]}"


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
    """Never due: entries are shown, but nothing is counted."""

    def text(self) -> str:
        return "none"

    def words(self) -> str:
        return "no schedule"

    def frequency(self) -> tuple[int, int]:
        return 1, 1


class AsParts(NamedTuple):
    """Due when a part of a combined habit is due (see `combined`)."""

    def text(self) -> str:
        return "as its parts"

    def words(self) -> str:
        return "as its parts"

    def frequency(self) -> tuple[int, int]:
        return 1, 1


Schedule: TypeAlias = (
    ChosenDays | ChosenDates | PerPeriod | InDays | EverySlot | AfterLast | AsParts | Untracked
)
"""Every schedule has these methods:

- `text()`: the schedule as `parse_schedule` reads it.
- `words()`: the schedule in words, such as `every other day`, `3 times a week` or `Mon, Wed, Fri`.
- `frequency()`: times and days, which determine how fast the strength of the habit changes.
"""


Rule = TypeVar("Rule")


class Dated(NamedTuple, Generic[Rule]):
    """A schedule or a goal with its first day as an ordinal; 0 for the first rule."""

    start: int
    rule: Rule


DAILY = ChosenDays(EVERY_DAY)
_NAMED: dict[str, Schedule] = {
    "daily": DAILY,
    "weekdays": ChosenDays((*(True,) * 5, False, False)),
    "weekends": ChosenDays((*(False,) * 5, True, True)),
    "as its parts": AsParts(),
    "none": Untracked(),
}
_NAMES = {schedule: name for name, schedule in _NAMED.items()}
# Accepted input; schedules that are not in _NAMED are written in the short form.
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
    "quarterly": EverySlot(3, unit="month"),
    "every quarter": EverySlot(3, unit="month"),
    "yearly": EverySlot(12, unit="month"),
    "annually": EverySlot(12, unit="month"),
    "once a year": EverySlot(12, unit="month"),
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
_PER = rf"([0-9]{{1,3}})(?: ?x| times)? ?{_A} ?(?:(day|week|month)|([0-9]{{1,3}}) ?d(?:ays)?)"
_EVERY = (
    r"every (?:([0-9]{1,3})(?:nd|rd|th)? ?)?(d|days?|weeks?|months?|years?)(?: from ([0-9-]+))?"
)
_AFTER = r"after ([0-9]{1,3}) ?d(?:ays)?(?: ?\.\. ?([0-9]{1,3}) ?d(?:ays)?)?"
_DAYS_AFTER = r"([0-9]{1,3})(?: to ([0-9]{1,3}))? days after"
_LONGEST = {"day": 999, "week": 7, "month": 31}
SHORTEST_MONTH = 28


def parse_schedule(text: str) -> Schedule:
    """Read one schedule. Raises UsageError if it is invalid or impossible."""
    words = typed = " ".join(text.casefold().split()).removeprefix("on ")
    if words in _WORDS:
        return _WORDS[words]
    words = re.sub(_NUMBER_WORD, lambda found: str(_NUMBERS[found[0]]), words)
    if found := re.fullmatch(_PER, words):
        times = int(found[1])
        if found[3]:
            days = _span(found[3], text)
            return InDays(_times(times, days, text), days)
        period = _PERS[found[2]]
        if period == "day" and times == 1:
            return DAILY
        return PerPeriod(_times(times, _LONGEST[period], text), period)
    if found := re.fullmatch(_EVERY, words):
        return _every(int(found[1] or 1), found[2], found[3], text)
    if found := re.fullmatch(_AFTER, words) or re.fullmatch(_DAYS_AFTER, words):
        low, high = _span(found[1], text), _span(found[2] or found[1], text)
        if high < low:
            raise _wrong(text, f"{high} days is less than {low}.")
        return AfterLast(low, high)
    if month_days := parse_month_days(typed):
        return ChosenDates(month_days)
    return _chosen(words, text)


def _every(count: int, unit: str, first: str | None, text: str) -> Schedule:
    is_month = unit[0] in "my"
    start = dates.parse_iso(f"{first}-01" if is_month and len(first or "") == 7 else first or "")
    if first and start is None:
        raise _wrong(text, f'"{first}" is not a date.')
    if not is_month:
        days = _span(str(count), text)
        days = _span(str(7 * days), text) if unit[0] == "w" else days
        return EverySlot(days, start.toordinal() if start else None)
    months = count * (12 if unit[0] == "y" else 1)
    if not 1 <= months <= MAX_MONTHS:
        raise _wrong(text, f"{months} is not a number of months from 1 to {MAX_MONTHS}.")
    if months == 1:
        return PerPeriod(1, "month")
    return EverySlot(months, start.replace(day=1).toordinal() if start else None, "month")


def parse_rules(lines: Sequence[str], parse: Callable[[str], Rule]) -> tuple[Dated[Rule], ...]:
    """Read schedules or goals with their first days, such as `2026-06-01 mon,wed,fri`.

    `parse` is `parse_schedule` or `parse_goal`. A line without a day continues the previous line.
    The first rule also applies to all earlier days, because their entries need a rule.
    """
    texts: dict[int, str] = {}
    start = 0
    for line in lines:
        head, _, rest = line.strip().partition(" ")
        day = dates.parse_iso(head)
        if day is not None:
            start = day.toordinal()
        # `[mon, wed, fri]` is a list in YAML, but one schedule here.
        text = rest if day is not None else line
        texts[start] = text if day is not None or start not in texts else f"{texts[start]},{text}"
    ordered = [Dated(start, parse(texts[start])) for start in sorted(texts)]
    if not ordered:
        raise UsageError("There is no value.")
    return (ordered[0]._replace(start=0), *ordered[1:])


def format_rules(rules: Iterable[Dated[Schedule]] | Iterable[Dated[Goal]]) -> list[str]:
    """Return dated lines as `parse_rules` reads them; the first has no day."""
    return [
        f"{dates.format_iso(start)} {rule.text()}" if start else rule.text()
        for start, rule in rules
    ]


def rule_on(rules: Sequence[Dated[Rule]], day: int) -> Rule:
    """Return the rule that applies on a day."""
    return [rule for start, rule in rules if start <= day][-1]


def split_by_rule(
    rules: Sequence[Dated[Rule]], first: int, last: int
) -> list[tuple[int, int, Rule]]:
    """Split days by rule; return the first and last day of each part."""
    ends = [rule.start - 1 for rule in rules[1:]] + [last]
    return [
        (max(start, first), min(end, last), rule)
        for (start, rule), end in zip(rules, ends, strict=True)
        if max(start, first) <= min(end, last)
    ]


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


def _count_times(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _short_names(weekdays: Sequence[bool]) -> list[str]:
    return [name[:3] for name, is_on in zip(dates.WEEKDAYS, weekdays, strict=True) if is_on]


def _span(digits: str, text: str) -> int:
    days = int(digits)
    if not 1 <= days <= MAX_DAYS:
        raise _wrong(text, f"{digits} is not a number of days from 1 to {MAX_DAYS}.")
    return days


def _times(times: int, days: int, text: str) -> int:
    if not 1 <= times <= days:
        raise _wrong(text, f"{times} times do not fit{f' in {days} days' if times else ''}.")
    return times


def _wrong(text: str, message: str) -> UsageError:
    return UsageError(message, SCHEDULE_HINT, text=text, position=0)


# Reminders: a time, optionally with weekdays: `07:30`, `mon,fri 18:00`.

_TIME = r"(?:(.*) )?([01]?[0-9]|2[0-3]):([0-5][0-9])"


class Reminder(NamedTuple):
    """A time of the day, on certain weekdays; None for all days on which the habit is due."""

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
    """Read the reminders of a definition; return them and the invalid items.

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


Kind: TypeAlias = Literal["done", "least", "most", "between"]

GOAL_HINT = 'Write done, never, "10 minutes", "at most 2 cups", "7 to 9 h" or "20 km a week".'
_PERS: dict[str | None, Per] = {None: "day", "day": "day", "week": "week", "month": "month"}

_PER_PERIOD = r" ?(?:(?:/|(?:per|an?|each|every) ) ?(day|week|month))?"
_GOAL = (
    r"(?:(>=|<=|<|≥|≤|at least|at most|no more than|up to|max(?:imum)?|under|below|less than) ?)?"
    rf"(.+?){_PER_PERIOD}"
)
_RANGE = rf"(?:between )?([0-9].*?) ?(?:-|–|\bto\b|\band\b) ?([0-9].*?){_PER_PERIOD}"  # noqa: RUF001
_UNDER = frozenset({"<", "under", "below", "less than"})
_LEAST = (">=", "≥", "at least")
_NEVER = frozenset({"never", "avoid", "none", "0", "not at all"})


class Goal(NamedTuple):
    """The goal of a habit."""

    kind: Kind = "done"  # `done` for any entry, the others for an amount
    # Thousandths of the base unit (see `amounts.to_base_unit`); for `between`, the lower end.
    target: int = 0
    unit: str = ""
    per: Per = "day"
    high: int = 0  # the upper end of `between`
    is_under: bool = False  # whether reaching the target exceeds the limit, as with `< 2 cups`

    @property
    def is_to_reach(self) -> bool:
        """Whether an amount must reach the target."""
        return self.kind in ("least", "between")

    @property
    def highest(self) -> int | None:
        """The highest allowed amount, or None."""
        if self.kind == "between":
            return self.high
        return self.target - self.is_under if self.kind == "most" else None

    def is_exceeded_by(self, amount: int) -> bool:
        """Whether an amount is too much."""
        return self.highest is not None and amount > self.highest

    def in_unit(self, unit: str) -> Goal:
        """Return the goal in a unit, if it has a target but no unit."""
        if self.unit or not self.target:
            return self
        target, high = (
            amounts.to_base_unit(end, None, unit) or 0 for end in (self.target, self.high)
        )
        return self._replace(target=target, high=high, unit=unit)

    @property
    def day_target(self) -> float:
        """The target per day, in thousandths; the average for a weekly or monthly goal."""
        return self.target / PERIOD_DAYS[self.per]

    def text(self) -> str:
        """Return the goal as `parse_goal` reads it."""
        if self.kind == "done":
            return "done"
        sign = {"least": ">= ", "most": "< " if self.is_under else "<= "}.get(self.kind, "")
        per = f"/{self.per}" if self.per != "day" else ""
        amount = amounts.format_in_habit_unit(self.high or self.target, self.unit)
        return f"{sign}{self._lower_end('-')}{amount}{per}"

    def words(self) -> str:
        """Return the goal in words: `≥ 10 min a day`, `≤ 2 cups a day`; "" for any entry."""
        if self.kind == "done":
            return ""
        if self.kind == "most" and not self.target and self.per == "day":
            return "not at all"
        sign = {"least": "≥ ", "most": "< " if self.is_under else "≤ "}.get(self.kind, "")
        return f"{sign}{self.amount_words()} a {self.per}"

    def amount_words(self) -> str:
        """Return the amount of the goal in words: `10 min`, `2 cups`, `7–9 h`."""  # noqa: RUF002
        amount = amounts.from_base_unit(self.high or self.target, self.unit)
        unit = amounts.plural_unit(amount, self.unit)
        return self._lower_end("–") + amounts.format_amount(amount, unit)  # noqa: RUF001

    def _lower_end(self, dash: str) -> str:
        if self.kind != "between":
            return ""
        return amounts.format_number(amounts.from_base_unit(self.target, self.unit)) + dash

    def share(self, day: DayValue) -> float:
        """Return the share of the daily target that a day reached, 0.0 to 1.0."""
        if day.value in ("miss", "skip"):
            return 0.0
        if self.kind == "most":
            return float(day.value != "none" and not self.is_exceeded_by(day.amount))
        if self.per == "day" and self.is_exceeded_by(day.amount):
            return 0.0
        if day.value == "done" or day.is_marked:
            return 1.0
        if self.kind == "done":
            return float(day.amount > 0)
        return min(1.0, day.amount / self.day_target) if self.target else 1.0


def goal_of(schedule: Schedule) -> Goal:
    """Return the goal that a schedule implies: `2/day` needs two entries."""
    if isinstance(schedule, PerPeriod) and schedule.period == "day":
        return Goal("least", schedule.times * amounts.MILLI, "time")
    return Goal()


def parse_goal(text: str) -> Goal:
    """Read a goal. Raises UsageError if it is invalid."""
    words = " ".join(text.split())
    if words.casefold() == "done":
        return Goal()
    if words.casefold() in _NEVER:
        return Goal("most")
    if found := re.fullmatch(_RANGE, words, re.IGNORECASE):
        return _parse_range(found[1], found[2], _PERS[found[3] and found[3].casefold()], text)
    found = re.fullmatch(_GOAL, words, re.IGNORECASE)
    sign, typed, per = found.groups() if found else ("", "", None)
    read = amounts.read_amount(typed.split()) if typed else None
    # `3/week`, without an operator and a unit, is a schedule in the wrong field.
    if read is None or read[2] != len(typed.split()) or not (sign or read[1]):
        raise UsageError(f'"{text}" is not a goal.', GOAL_HINT, text=text, position=0)
    amount, unit = read[0], read[1] or ""
    if not sign or sign[-1].isalpha():  # an operator in words, so the unit is a word, too
        unit = amounts.normalize_unit(unit)
    target = amounts.to_base_unit(amount, unit or None, unit) or 0
    is_least = (sign or "at least").casefold() in _LEAST
    is_under = (sign or "").casefold() in _UNDER
    if (is_least or is_under) and sign and not target:
        when = "always" if is_least else "never"
        raise UsageError(f'"{text}" is {when} met.', GOAL_HINT, text=text, position=0)
    kind: Kind = "least" if is_least and target else "most"
    return Goal(kind, target, unit, _PERS[per and per.casefold()], is_under=is_under)


def _parse_range(lowest: str, highest: str, per: Per, text: str) -> Goal:
    low, high = (amounts.read_amount(words.split()) for words in (lowest, highest))
    unit = amounts.normalize_unit((high and high[1]) or "")
    ends = [
        amounts.to_base_unit(end[0], end[1], unit)
        for end, words in ((low, lowest), (high, highest))
        if end is not None and end[2] == len(words.split())
    ]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        raise UsageError(f'"{text}" is not a goal.', GOAL_HINT, text=text, position=0)
    if ends[0] >= ends[1]:
        message = f"{highest} is not more than {lowest}."
        raise UsageError(message, GOAL_HINT, text=text, position=0)
    if not ends[0]:
        return Goal("most", ends[1], unit, per)
    return Goal("between", ends[0], unit, per, ends[1])


def describe_aim(schedule: Schedule, goal: Goal) -> str:
    """Return the goal and schedule in words: `≥ 10 min a day`, `3 times a week · ≥ 5 km`."""
    words = goal.words()
    if words and (schedule == DAILY or goal.per != "day"):
        return words
    due = schedule.words().partition(" from ")[0]  # short, for a list
    shown = "" if goal == goal_of(schedule) else words.removesuffix(" a day")
    return " · ".join(filter(None, (due, shown)))


def ascii_goal(words: str) -> str:
    """Replace the characters of a goal that some terminals cannot show."""
    words = words.replace("–", "-")  # noqa: RUF001
    return words.replace("≥", ">=").replace("≤", "<=").replace(" · ", ", ")


def spans(checks: Sequence[int], times: int, days: int) -> list[tuple[int, int]]:
    """Return the spans of days that checks cover, first and last day included, earliest first.

    This is the rule of Loop Habit Tracker: `times` checks within `days` days form a span, which
    begins at the first of them. A span that overlaps the next one moves back, but keeps its last
    check. A span of 30 or 31 days is a month: as long as the month in which it begins, or as the
    next month if it begins on the last day.
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

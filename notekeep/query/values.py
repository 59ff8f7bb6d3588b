"""Parses the value of a field by its type: numbers, dates, ranges, yes or no.

`2026`, `2026-03`, `2026-W12`, `last-week` and `7d` are periods with a first and a last day. Today
is an argument. Words for a single day are the same as in notekeep.dates, except bare numbers: `24`
is a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeAlias

from notekeep.dates import (
    MONTH_NAMES,
    WEEKDAYS,
    days_in,
    find_month,
    shift_date,
    start_of_week,
    try_parse_day,
)
from notekeep.errors import UsageError
from notekeep.query.fields import QueryField, TermContext, Token
from notekeep.query.tree import Compare, Operator

Period: TypeAlias = tuple[date, date]
"""First and last day, inclusive."""

Ends: TypeAlias = tuple[Any, Any]
"""The first and last value that a word stands for: ISO days, or the same number twice."""

BOOLS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}

# Compiled on first use, because most queries have neither dates nor numbers.
_NUMBER = r"[-+]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})"

SHIFTS = {"last": -1, "this": 0, "next": 1}

_DATE_WORDS = (
    *("today", "yesterday", "tomorrow", "week", "month", "quarter", "year"),
    *(*SHIFTS, *WEEKDAYS, *MONTH_NAMES),
)

_ISO = r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?"
_WEEK = r"(\d{4})-?w(\d{1,2})"
_QUARTER = r"(\d{4})-?q([1-4])"
_NAMED = r"(last|this|next)-(week|month|quarter|year)"
_MONTH = r"(last-)?([a-z]{3,9})(?:-(\d{4}))?"
_WINDOW = r"(?:(?:last|past)-)?(\d{1,6})-?(d|w|m|y|day|week|month|year)s?"


def parse_period(word: str, today: date, week_start: int = 0) -> Period | None:
    """Return the days of a word or partial date; None if it is not a date.

    Weeks start on `week_start`, 0 for Monday; spaces and underscores count as hyphens. Raises
    ValueError for dates that do not exist.
    """
    text = re.sub(r"[\s_]+", "-", word.strip().casefold())
    try:
        return (
            _iso(text)
            or _week_or_quarter(text)
            or _named(text, today, week_start)
            or _window(text, today)
            or _day(word, today)
            or _month_word(text, today)
        )
    except (ValueError, OverflowError, UsageError):
        raise ValueError(f"The date {word} does not exist.") from None


def _iso(text: str) -> Period | None:
    found = re.fullmatch(_ISO, text.upper())
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or month is None:
        return date(year or 0, 1, 1), date(year or 0, 12, 31)
    if day is None:
        return _month(year, month)
    return date(year, month, day), date(year, month, day)


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return first, first.replace(day=days_in(year, month))


def _week_or_quarter(text: str) -> Period | None:
    if found := re.fullmatch(_WEEK, text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=6)
    if found := re.fullmatch(_QUARTER, text):
        return _quarter(int(found[1]), int(found[2]) - 1)
    return None


def _quarter(year: int, index: int) -> Period:
    return date(year, 3 * index + 1, 1), _month(year, 3 * index + 3)[1]


def _day(word: str, today: date) -> Period | None:
    """Parse one day in words: `yesterday`, `mon`, `3-days-ago`, `20 nov`, `24.11.2026`."""
    text = word.strip()
    day = try_parse_day(text, today) if text and not text.isdigit() else None
    return None if day is None else (day, day)


def _month_word(text: str, today: date) -> Period | None:
    """Parse `march-2026`, `march` (the latest March) or `last-march` (before this month)."""
    if not (found := re.fullmatch(_MONTH, text)):
        return None
    last, name, year = found.groups()
    month = find_month(name)
    if month is None:
        return None
    if year:
        return None if last else _month(int(year), month)
    past = month < today.month or (month == today.month and not last)
    return _month(today.year if past else today.year - 1, month)


def _named(text: str, today: date, week_start: int) -> Period | None:
    """Parse `last-week`: the previous calendar week, not the last seven days."""
    found = re.fullmatch(_NAMED, text)
    if not found:
        return None
    shift, unit = SHIFTS[found[1]], found[2]
    if unit == "week":
        first = start_of_week(today, week_start) + timedelta(7 * shift)
        return first, first + timedelta(days=6)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
        return _month(year, month + 1)
    if unit == "quarter":
        return _quarter(*divmod(today.year * 4 + (today.month - 1) // 3 + shift, 4))
    return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)


def _window(text: str, today: date) -> Period | None:
    """Parse `7d` and `last-7-days`: the days up to and including today."""
    found = re.fullmatch(_WINDOW, text)
    if not found:
        return None
    return shift_date(today, -int(found[1]), found[2]) + timedelta(days=1), today


class ValueParser:
    """Parses a value by the type of its field.

    In a field of unknown type, a value that looks like a number or date is compared as such; with
    `:` and `=`, it is text.
    """

    def __init__(self, field: QueryField, name: Token, value: Token, context: TermContext) -> None:
        self.field, self.name, self.value, self.context = field, name, value, context
        self.op: Operator = name.op or ":"
        self.is_range = ".." in value.text and value.kind == "word"

    def read(self) -> Compare:
        """Return the comparison of the field with the value."""
        match self.field.type:
            case "number":
                return self._between(self._number)
            case "date":
                return self._between(self._days)
            case "bool":
                return self._bool()
            case "any" if self.is_range or self.op not in (":", "="):
                if read := self._guess():
                    return self._between(read)
        return self._compare(self.op, self.value.text)

    def _ends(self) -> list[str]:
        """Return the value, or both ends of a range, one of which may be ""."""
        if not self.is_range:
            return [self.value.text]
        low, _, high = self.value.text.partition("..")
        return [low, high]

    def _guess(self) -> Callable[[str], Ends] | None:
        ends = [end for end in self._ends() if end]
        if ends and all(re.fullmatch(_NUMBER, end) for end in ends):
            return self._number
        try:
            return self._days if ends and all(map(self._period, ends)) else None
        except ValueError:
            return None

    def _between(self, read: Callable[[str], Ends]) -> Compare:
        low, *more = self._ends()
        if not more:
            first, last = read(low)
            if self.op in (":", "="):
                # A number is exact, a day is a range of one day.
                high = None if isinstance(first, float) else last
                return self._compare(self.op if high is None else ":", first, high)
            return self._compare(self.op, last if self.op in (">", "<=") else first)
        [high_text] = more
        if self.op not in (":", "="):
            raise self._error(
                "A range cannot be compared.", f"Write {self.name.text}:{self.value.text}."
            )
        if not low and not high_text:
            raise self._error("This range is empty.", f"Write {self.name.text}:A..B, A.. or ..B.")
        if not high_text:
            return self._compare(">=", read(low)[0])
        if not low:
            return self._compare("<=", read(high_text)[1])
        first, last = read(low)[0], read(high_text)[1]
        if first > last:
            raise self._error(
                f"The range {low}..{high_text} ends before it starts.", f"Write {high_text}..{low}."
            )
        return self._compare(":", first, last)

    def _number(self, text: str) -> Ends:
        if not re.fullmatch(_NUMBER, text):
            self.context.check_unfinished(self.value, ["-", "+", "."] if text else [""])
            raise self._error(
                f'{self.name.text} is a number, but "{text}" is not.',
                f"Write {self.name.text}>=4 or {self.name.text}:3..5.",
            )
        return float(text), float(text)

    def _period(self, text: str) -> Period | None:
        return parse_period(text, self.context.today, self.context.week_start)

    def _days(self, text: str) -> Ends:
        try:
            days = self._period(text)
        except ValueError as error:
            self._check_unfinished(text)
            raise self._error(str(error)) from None
        if days is None:
            self._check_unfinished(text)
            raise self._error(
                f'{self.name.text} is a date, but "{text}" is not.',
                "Write 2026, 2026-03, 2026-03-05, last-week, yesterday or 30d.",
            )
        return days[0].isoformat(), days[1].isoformat()

    def _check_unfinished(self, day: str) -> None:
        """Raise Unfinished while a date is being typed: digits, or the start of a word."""
        is_digits = re.fullmatch(r"\d[\d.wq-]*", day.casefold()) is not None
        token = self.value._replace(text=re.sub(r"^(last|this|next)[\s_-]", "", day.casefold()))
        self.context.check_unfinished(token, [token.text] if is_digits else _DATE_WORDS)

    def _bool(self) -> Compare:
        self.context.check_unfinished(self.value, set(BOOLS) - {self.value.text.casefold()})
        value = BOOLS.get(self.value.text.casefold())
        if value is None or self.op not in (":", "="):
            raise self._error(
                f'{self.name.text} is yes or no, not "{self.value.text}".',
                f"Write {self.name.text}:yes or {self.name.text}:no.",
            )
        return self._compare("=", value)

    def _compare(self, op: Operator, low: str | float, high: str | float | None = None) -> Compare:
        return Compare(self.field.name, op, low, high, (self.name.start, self.value.end))

    def _error(self, message: str, hint: str = "") -> UsageError:
        return self.context.error(message, hint, at=self.value.start)

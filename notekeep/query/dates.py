"""Dates in a query: a word or a partial date becomes the days it covers.

`2026`, `2026-03`, `2026-W12`, `last-week` and `7d` are periods: a first and a last day. Nothing
here reads the clock, today is given. Words for *one* day are those of notekeep.dates, but for a
bare number: `24` is a day where one is asked for, and a number where anything may stand.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TypeAlias

from notekeep.dates import MONTH_NAMES, back, days_in, find_day
from notekeep.errors import UsageError

Period: TypeAlias = tuple[date, date]
"""First and last day, both included."""

SHIFTS = {"last": -1, "this": 0, "next": 1}

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?")
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})")
_QUARTER = re.compile(r"(\d{4})-?q([1-4])")
_NAMED = re.compile(r"(last|this|next)-(week|month|quarter|year)")
_MONTH = re.compile(r"(last-)?([a-z]{3,9})")
_WINDOW = re.compile(r"(?:(?:last|past)-)?(\d{1,6})-?(d|w|m|y|day|week|month|year)s?")


def period(word: str, today: date, week_start: int = 0) -> Period | None:
    """The days that a word or a partial date stands for.

    Args:
        word: As typed, in any case; blanks and underscores count as hyphens.
        today: The day the query is asked on.
        week_start: The first day of a week, 0 for Monday to 6 for Sunday.

    Returns:
        First and last day, or None when the word is no date at all.

    Raises:
        ValueError: It has the form of a date, but no calendar has that day.
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
        raise ValueError(f"No calendar has {word}.") from None


def _iso(text: str) -> Period | None:
    found = _ISO.fullmatch(text.upper())
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
    if found := _WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=6)
    if found := _QUARTER.fullmatch(text):
        return _quarter(int(found[1]), int(found[2]) - 1)
    return None


def _quarter(year: int, index: int) -> Period:
    return date(year, 3 * index + 1, 1), _month(year, 3 * index + 3)[1]


def _day(word: str, today: date) -> Period | None:
    """One day in words: `yesterday`, `mon`, `3-days-ago`, `20 nov`, `24.11.2026`."""
    text = word.strip()
    day = find_day(text, today) if text and not text.isdigit() else None
    return None if day is None else (day, day)


def _month_word(text: str, today: date) -> Period | None:
    """`march`: the latest, this one included; `last-march` is before this one."""
    if not (found := _MONTH.fullmatch(text)):
        return None
    last, name = found.groups()
    for month, full in enumerate(MONTH_NAMES, 1):
        if full.startswith(name):
            past = month < today.month or (month == today.month and not last)
            return _month(today.year if past else today.year - 1, month)
    return None


def _named(text: str, today: date, week_start: int) -> Period | None:
    """`last-week` is the calendar week before this one, not the last seven days."""
    found = _NAMED.fullmatch(text)
    if not found:
        return None
    shift, unit = SHIFTS[found[1]], found[2]
    if unit == "week":
        first = today - timedelta(days=(today.weekday() - week_start) % 7 - 7 * shift)
        return first, first + timedelta(days=6)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
        return _month(year, month + 1)
    if unit == "quarter":
        return _quarter(*divmod(today.year * 4 + (today.month - 1) // 3 + shift, 4))
    return date(today.year + shift, 1, 1), date(today.year + shift, 12, 31)


def _window(text: str, today: date) -> Period | None:
    """`7d` and `last-7-days`: so many days up to today, today included."""
    found = _WINDOW.fullmatch(text)
    if not found:
        return None
    return back(today, int(found[1]), found[2]) + timedelta(days=1), today

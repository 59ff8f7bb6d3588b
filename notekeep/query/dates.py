"""Dates in a query: a word or a partial date becomes the days it covers.

`2026`, `2026-03`, `2026-W12`, `last-week` and `7d` are periods: a first and a last day. Nothing
here reads the clock, today is given. Words for *one* day of a check-in are notekeep.dates' affair.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TypeAlias

from notekeep.dates import MONTH_NAMES, WEEKDAYS

Period: TypeAlias = tuple[date, date]
"""First and last day, both included."""

SHIFTS = {"last": -1, "this": 0, "next": 1}
DAY_WORDS = {"today": 0, "yesterday": -1, "yd": -1, "tomorrow": 1}

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?")
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})")
_QUARTER = re.compile(r"(\d{4})-?q([1-4])")
_NAMED = re.compile(r"(last|this|next)-(week|month|quarter|year)")
_WEEKDAY = re.compile(r"(last-)?([a-z]{3,9})")
_AGO = re.compile(r"(\d{1,6})-(day|week|month|year)s?-ago|-(\d{1,6})([dwmy]?)")
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
            or _day_word(text, today)
            or _named(text, today, week_start)
            or _ago(text, today)
            or _window(text, today)
        )
    except (ValueError, OverflowError):
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
    return first, first.replace(day=calendar.monthrange(year, month)[1])


def _week_or_quarter(text: str) -> Period | None:
    if found := _WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=6)
    if found := _QUARTER.fullmatch(text):
        return _quarter(int(found[1]), int(found[2]) - 1)
    return None


def _quarter(year: int, index: int) -> Period:
    return date(year, 3 * index + 1, 1), _month(year, 3 * index + 3)[1]


def _day_word(text: str, today: date) -> Period | None:
    """`today`, `mon` (the latest, today included), `last-mon` (before today), `march`."""
    if text in DAY_WORDS:
        day = today + timedelta(days=DAY_WORDS[text])
        return day, day
    if not (found := _WEEKDAY.fullmatch(text)):
        return None
    last, name = found.groups()
    for weekday, full in enumerate(WEEKDAYS):
        if full.startswith(name):
            back = (today.weekday() - weekday) % 7 or (7 if last else 0)
            day = today - timedelta(days=back)
            return day, day
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


def _ago(text: str, today: date) -> Period | None:
    """`3-days-ago` and `-3`: one day."""
    found = _AGO.fullmatch(text)
    if not found:
        return None
    day = _back(today, int(found[1] or found[3]), (found[2] or found[4] or "d")[0])
    return day, day


def _window(text: str, today: date) -> Period | None:
    """`7d` and `last-7-days`: so many days up to today, today included."""
    found = _WINDOW.fullmatch(text)
    if not found:
        return None
    return _back(today, int(found[1]), found[2][0]) + timedelta(days=1), today


def _back(today: date, count: int, unit: str) -> date:
    if unit in "dw":
        return today - timedelta(days=count * (7 if unit == "w" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1), 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))

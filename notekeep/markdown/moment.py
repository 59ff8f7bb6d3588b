"""Dates in the format strings that Obsidian's templates use (momentjs.com/docs, "Format")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt

_TOKEN: Final = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|Do|DD|D|dddd|ddd|dd|HH|H|hh|h|mm|m|ss|s|A|a|WW|W|ww|w|GGGG|gggg|Q"
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def formatted(now: dt.datetime, form: str) -> str:
    """A moment in a format: `YYYY-MM-DD`, `dddd, D MMMM`, `GGGG-[W]WW`. Weeks are those of ISO."""
    return _TOKEN.sub(lambda match: _value(now, match), form)


def _value(now: dt.datetime, match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1]
    token = match[0]
    year, week, weekday = now.isocalendar()
    day, month = _DAYS[weekday - 1], _MONTHS[now.month - 1]
    hour = now.hour % 12 or 12
    values = {
        "YYYY": f"{now.year:04}",
        "YY": f"{now.year % 100:02}",
        "MMMM": month,
        "MMM": month[:3],
        "Do": f"{now.day}{_ordinal(now.day)}",
        "dddd": day,
        "ddd": day[:3],
        "dd": day[:2],
        "A": "AM" if now.hour < 12 else "PM",
        "a": "am" if now.hour < 12 else "pm",
        "GGGG": f"{year:04}",
        "gggg": f"{year:04}",
        "Q": str((now.month + 2) // 3),
    }
    if token in values:
        return values[token]
    number = {
        "M": now.month,
        "D": now.day,
        "H": now.hour,
        "h": hour,
        "m": now.minute,
        "s": now.second,
        "W": week,
        "w": week,
    }[token[0]]
    return f"{number:0{len(token)}}"


def _ordinal(day: int) -> str:
    if 10 < day < 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")

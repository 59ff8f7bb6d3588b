"""Parse and format days, and find the day of a time.

Days are plain dates in local time: there are no time zones, and no function here reads the clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TypeVar

from notekeep.errors import UsageError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = tuple(name[:3].capitalize() for name in MONTH_NAMES)
LATEST_NIGHT = 12
"""The latest hour that can belong to the previous day: hours in a log go up to 35."""
MAX_DAY_WORDS = 4
"""The maximum number of words in a day, as in "Tue 24 Nov 2026"."""

_DAY_WORDS = {"": 0, "today": 0, "yesterday": -1, "yd": -1, "tomorrow": 1}
_MONTHS_OF = {"y": 12, "q": 3, "m": 1}
_LENGTHS = {"w": timedelta(7), "h": timedelta(hours=1), "s": timedelta(seconds=1)}
_UNITS = re.compile(r"d|days?|w|weeks?|m|months?|y|years?|")
_YEARS_BACK = 8
"""The longest gap between two 29ths of February, as from 1896 to 1904."""

Moment = TypeVar("Moment", date, datetime)


def habit_day(now: datetime, day_start: int) -> date:
    """Return the day of a time: before `day_start` o'clock, it is the previous day.

    It uses the time shown on the clock, so daylight saving time has no effect.
    """
    return (now - timedelta(hours=day_start)).date()


def format_clock(now: datetime, day: date, day_start: int, *, seconds: bool = False) -> str:
    """Format a time of day: `07:10`, or `24:40` for 00:40 after midnight."""
    is_night = now.date() == day + timedelta(days=1) and now.hour < min(day_start, LATEST_NIGHT)
    hour = now.hour + (24 if is_night else 0)
    return f"{hour:02}:{now.minute:02}" + (f":{now.second:02}" if seconds else "")


def clock_seconds(clock: str | None) -> int:
    """Return the seconds since midnight of a time in a log (`07:10`, `24:40:05`); 0 for None."""
    hours, minutes, seconds = (int(part) for part in f"{clock or '00:00'}:0".split(":")[:3])
    return hours * 3600 + minutes * 60 + seconds


def start_of_week(day: date, week_start: int) -> date:
    """Return the first day of the week of a day; `week_start` is 0 for Monday."""
    return day - timedelta((day.weekday() - week_start) % 7)


def week_span(start: int) -> str:
    """Format the first and last day of a week: `Mon to Sun`; `start` is 0 for Monday."""
    first, last = WEEKDAYS[start], WEEKDAYS[(start + 6) % 7]
    return f"{first[:3].capitalize()} to {last[:3].capitalize()}"


def find_weekday(word: str) -> int | None:
    """Parse a weekday (`tue`, `Sunday`): 0 for Monday, None for other words."""
    name = word.casefold()
    found = [day for day, full in enumerate(WEEKDAYS) if len(name) > 1 and full.startswith(name)]
    return found[0] if found else None


def find_month(word: str) -> int | None:
    """Parse a month (`nov`, `November`): 1 to 12, None for other words."""
    name = word.casefold()
    found = [month for month, full in enumerate(MONTH_NAMES, 1) if full.startswith(name)]
    return found[0] if found and len(name) > 2 else None


def format_short_day(day: date, today: date | None = None) -> str:
    """Format a day as `Tue 24 Nov`, with the year if `today` is in another year."""
    text = f"{WEEKDAYS[day.weekday()][:3].capitalize()} {day.day} {MONTHS[day.month - 1]}"
    return text if today is None or day.year == today.year else f"{text} {day.year}"


def parse_iso(text: str) -> date | None:
    """Parse `2026-11-24`; return None for other formats and invalid days."""
    year, month, day = text[:4], text[5:7], text[8:]
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not _digits(year + month + day):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def format_iso(ordinal: int) -> str:
    """Format an ordinal day as `2026-11-24`."""
    return date.fromordinal(ordinal).isoformat()


def parse_day(text: str, today: date) -> date:
    """Parse a day in words; "" is today.

    `text` is `today`, `yesterday` or `yd`, `tomorrow`, `-2`, `-1w`, `3 days ago`, `2 months ago`,
    `mon` to `sun` (the latest one, including today), `last tue` (before today), `24` (the latest
    24th), `11-03` or `3 nov` (the latest 3 November), or a date (`2026-11-24`, `24.11.2026`,
    `Tue 24 Nov 2026`, `November 24th, 2026`). Hyphens can replace spaces.
    """
    day = try_parse_day(text, today)
    if day is None:
        raise UsageError(
            f"{text} is not a day.",
            "Use today, yesterday, -2, mon, 24, 11-03 or 2026-11-24.",
            text=text,
            position=0,
        )
    return day


def try_parse_day(text: str, today: date) -> date | None:
    """Parse a day like `parse_day`, but return None for other text."""
    words = _words(text)
    name = " ".join(words)
    try:
        if name in _DAY_WORDS:
            return today + timedelta(days=_DAY_WORDS[name])
        return (
            _weekday(words, today)
            or _ago(words, today)
            or _written(name, today)
            or _month_named(words, today)
            or _latest(name.split("-"), today)
        )
    except (ValueError, OverflowError):
        raise UsageError(
            f"There is no such date: {text}", "Use a date like 2026-11-24.", text=text, position=0
        ) from None


def shift_date(moment: Moment, count: int, unit: str) -> Moment:
    """Add `count` units to a day or time; if the month is too short, use its last day.

    `unit` is `y`, `q`, `m` (months), `w`, `d`, `h` or `s`, or a word such as `years`; "" means
    days. Raises ValueError or OverflowError for years out of range.
    """
    months = _MONTHS_OF.get(unit[:1], 0)
    if not months:
        return moment + count * _LENGTHS.get(unit[:1], timedelta(days=1))
    year, month = divmod(moment.year * 12 + moment.month - 1 + count * months, 12)
    day = min(moment.day, days_in(year, month + 1))
    return moment.replace(year=year, month=month + 1, day=day)


def days_in(year: int, month: int) -> int:
    """Return the number of days in a month, without loading the module `calendar`."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _words(text: str) -> list[str]:
    """Split a text into words; hyphens and commas count as spaces, and `3rd` becomes `3`."""
    text = text.strip().casefold()
    if not any(map(str.isalpha, text)) or text.startswith("-"):
        return text.split()
    words = text.replace("-", " ").replace("_", " ").replace(",", " ").split()
    return [re.sub(r"^([0-9]{1,2})(?:st|nd|rd|th)$", r"\1", word.rstrip(".")) for word in words]


def _weekday(words: list[str], today: date) -> date | None:
    """Parse `tue` or `last tue`; at least two letters, since `m` may be a check-in value."""
    is_last = len(words) == 2 and words[0] == "last"
    weekday = find_weekday(words[-1]) if len(words) == 1 + is_last else None
    if weekday is None:
        return None
    back = (today.weekday() - weekday) % 7
    return today - timedelta(days=back or (7 if is_last else 0))


def _ago(words: list[str], today: date) -> date | None:
    """Parse `-2`, `-1w`, `3 days ago`, `2 months ago`."""
    if len(words) == 1 and words[0].startswith("-"):
        count = words[0][1:].rstrip("dwmy")
        unit = words[0][1 + len(count) :]
    elif len(words) == 3 and words[2] == "ago":
        count, unit = words[:2]
    else:
        return None
    if not _digits(count) or not _UNITS.fullmatch(unit):
        return None
    return shift_date(today, -int(count), unit)


def _written(text: str, today: date) -> date | None:
    """Parse `2026-11-24`, `2026-11-3`, `2026/11/24` and `24.11.2026`."""
    parts = text.split("." if "." in text else "/" if "/" in text else "-")
    if "." in text:
        parts.reverse()
    if len(parts) != 3 or not all(map(_digits, parts)) or len(parts[0]) != 4:
        return None
    return today.replace(year=int(parts[0]), month=int(parts[1]), day=int(parts[2]))


def _month_named(words: list[str], today: date) -> date | None:
    """Parse `24 nov`, `nov 24` or `24 of november`, optionally with a weekday and a year."""
    weekday = find_weekday(words[0]) if len(words) > 2 else None
    if weekday is not None:
        words = words[1:]
    if words[1:2] == ["of"]:
        words = [words[0], *words[2:]]
    if len(words) not in (2, 3):
        return None
    day, name = words[:2] if _digits(words[0]) else words[1::-1]
    month = find_month(name)
    if month is None or not _digits(day) or len(day) > 2:
        return None
    if len(words) == 2:
        named = _latest([str(month), day], today)
    elif _digits(words[2]) and len(words[2]) == 4:
        named = date(int(words[2]), month, int(day))
    else:
        return None
    if named and weekday not in (None, named.weekday()):
        raise ValueError(words)
    return named


def _latest(parts: list[str], today: date) -> date | None:
    """Parse `24` or `11-03` as the latest such day up to today."""
    if len(parts) > 2 or not all(_digits(part) and len(part) < 3 for part in parts):
        return None
    year, month = today.year, int(parts[0]) if len(parts) == 2 else today.month
    number = int(parts[-1])
    for _ in range(12 * _YEARS_BACK + 1):
        if 0 < number <= days_in(year, month) and (day := date(year, month, number)) <= today:
            return day
        if len(parts) == 2:
            year -= 1
        else:
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    raise ValueError(parts)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 8

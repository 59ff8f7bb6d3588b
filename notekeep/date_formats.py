"""Obsidian's date formats: format dates, and parse days from names.

These are the formats of Moment (momentjs.com/docs, "Format"), in English, because a vault does not
contain Obsidian's language. Locale weeks (`w`, `gg`, `e`) start on the vault's first day of the
week. If that is Monday, they are ISO weeks; if not, the first week contains January 1.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

from notekeep.dates import MONTH_NAMES, WEEKDAYS

_DAYS: Final = tuple(name.capitalize() for name in WEEKDAYS)
_MONTHS: Final = tuple(name.capitalize() for name in MONTH_NAMES)
_LONG: Final = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "LLL": "MMMM D, YYYY h:mm A",
    "LL": "MMMM D, YYYY",
    "L": "MM/DD/YYYY",
    "llll": "ddd, MMM D, YYYY h:mm A",
    "lll": "MMM D, YYYY h:mm A",
    "ll": "MMM D, YYYY",
    "l": "M/D/YYYY",
}
_LONG_TOKEN: Final = re.compile(r"\[[^\[\]]*\]|LTS|LT|L{1,4}|l{1,4}")
_CENTURY: Final = 68
"""Two-digit years up to this number are in the 2000s, later ones in the 1900s, as in Moment."""


class _MomentInWeek(NamedTuple):
    """A time, and the first day of the week."""

    now: dt.datetime
    week_start: int  # 0 for Monday

    @property
    def weekday(self) -> int:
        """The day of the locale week, from 0."""
        return (self.now.weekday() - self.week_start) % 7

    @property
    def week(self) -> tuple[int, int]:
        """The year and number of the locale week."""
        day = self.now.date()
        if self.week_start == 0:
            year, number, _ = day.isocalendar()
            return year, number
        # The last day of the week decides the year, which may be 10000.
        year = day.year + (day.month == 12 and day.day + 6 - self.weekday > 31)
        return year, (day.toordinal() - _first_week(year, self.week_start)) // 7 + 1


def _first_week(year: int, week_start: int) -> int:
    first = dt.date(year - 1, 12, 31).toordinal() + 1 if year > 1 else 1
    return first - (first - 1 - week_start) % 7


class _Token(NamedTuple):
    """A token of a format."""

    write: Callable[[_MomentInWeek], str]  # formats a time
    meaning: str = ""  # a part of a date; "time" for times of day; "" if not used for parsing
    pattern: str = r"\d+"  # matches its text


def _pad(get: Callable[[_MomentInWeek], int], width: int = 1) -> Callable[[_MomentInWeek], str]:
    return lambda at: f"{get(at):0{width}}"


def _ordinal(number: int) -> str:
    if 10 < number % 100 < 20:
        return f"{number}th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _number(
    name: str, width: int, meaning: str, get: Callable[[_MomentInWeek], int]
) -> Iterator[tuple[str, _Token]]:
    yield name, _Token(_pad(get), meaning)
    yield name + name[0], _Token(_pad(get, width), meaning, rf"\d{{{width}}}")
    yield f"{name}o", _Token(lambda at: _ordinal(get(at)), meaning, r"\d+(?:st|nd|rd|th)")


def _year(
    letter: str, meaning: str, get: Callable[[_MomentInWeek], int]
) -> Iterator[tuple[str, _Token]]:
    yield letter * 2, _Token(lambda at: f"{get(at) % 100:02}", f"two-digit {meaning}", r"\d{2}")
    yield letter * 4, _Token(_pad(get, 4), meaning, r"\d{4}")
    yield letter * 5, _Token(_pad(get, 5), meaning, r"\d{5}")


def _names(
    name: str,
    meaning: str,
    names: tuple[str, ...],
    get: Callable[[_MomentInWeek], int],
    cut: int = 20,
) -> tuple[str, _Token]:
    short = tuple(word[:cut] for word in names)
    return name, _Token(lambda at: short[get(at)], f"{meaning} by name", "|".join(short))


def _fraction(width: int) -> Callable[[_MomentInWeek], str]:
    return lambda at: f"{at.now.microsecond:06}000"[:width]


def _zone(at: _MomentInWeek) -> str:
    return f"{at.now.astimezone():%z}"


def _tokens() -> Iterator[tuple[str, _Token]]:
    yield from _number("M", 2, "month", lambda at: at.now.month)
    yield from _number("D", 2, "day", lambda at: at.now.day)
    yield from _number("DDD", 3, "day of year", lambda at: int(f"{at.now:%j}"))
    yield from _number("W", 2, "iso week", lambda at: at.now.isocalendar()[1])
    yield from _number("w", 2, "week", lambda at: at.week[1])
    yield from _year("Y", "year", lambda at: at.now.year)
    yield from _year("G", "iso year", lambda at: at.now.isocalendar()[0])
    yield from _year("g", "week year", lambda at: at.week[0])
    for letters in ("y", "yy", "yyy", "yyyy"):
        yield letters, _Token(_pad(lambda at: at.now.year, len(letters)), "year", r"\d{4}")
    yield "Y", _Token(_pad(lambda at: at.now.year, 4), "year", r"\d{4}")
    yield "Q", _Token(lambda at: str((at.now.month + 2) // 3), "", r"\d")
    yield "Qo", _Token(lambda at: _ordinal((at.now.month + 2) // 3), "", r"\d\w\w")
    yield _names("MMMM", "month", _MONTHS, lambda at: at.now.month - 1)
    yield _names("MMM", "month", _MONTHS, lambda at: at.now.month - 1, 3)
    for name, cut in (("dddd", 20), ("ddd", 3), ("dd", 2)):
        yield _names(name, "weekday", _DAYS, lambda at: at.now.weekday(), cut)
    yield "d", _Token(lambda at: str(at.now.isoweekday() % 7), "weekday from Sunday", r"\d")
    yield "do", _Token(lambda at: _ordinal(at.now.isoweekday() % 7), "", r"\d\w\w")
    yield "E", _Token(lambda at: str(at.now.isoweekday()), "weekday from Monday", r"\d")
    yield "e", _Token(lambda at: str(at.weekday), "weekday from first", r"\d")
    for name, number in _CLOCK.items():
        yield name, _Token(_pad(number), "time")
        yield name * 2, _Token(_pad(number, 2), "time")
    yield "A", _Token(lambda at: "AM" if at.now.hour < 12 else "PM", "time")
    yield "a", _Token(lambda at: "am" if at.now.hour < 12 else "pm", "time")
    for width in range(1, 10):
        yield "S" * width, _Token(_fraction(width), "time")
    yield "X", _Token(lambda at: str(int(at.now.timestamp())), "time")
    yield "x", _Token(lambda at: str(int(at.now.timestamp() * 1000)), "time")
    yield "Z", _Token(lambda at: f"{_zone(at)[:3]}:{_zone(at)[3:5]}", "time")
    yield "ZZ", _Token(_zone, "time")


_CLOCK: Final[Mapping[str, Callable[[_MomentInWeek], int]]] = {
    "H": lambda at: at.now.hour,
    "h": lambda at: at.now.hour % 12 or 12,
    "k": lambda at: at.now.hour or 24,
    "m": lambda at: at.now.minute,
    "s": lambda at: at.now.second,
}
_TOKENS: Final = dict(_tokens())
_PART: Final = re.compile(
    r"\[([^\[\]]*)\]|\\?("
    + "|".join(sorted(_TOKENS, key=lambda name: (-len(name), name)))
    + r")|(.)",
    re.DOTALL,
)


@lru_cache(64)
def _parts(form: str) -> tuple[_Token | str, ...]:
    form = _LONG_TOKEN.sub(lambda match: _LONG.get(match[0], match[0]), form)
    parts: list[_Token | str] = []
    for match in _PART.finditer(form):
        literal, token, other = match.groups()
        if token and not match[0].startswith("\\"):
            parts.append(_TOKENS[token])
        else:
            parts.append(literal if literal is not None else token or other)
    return tuple(parts)


def format_date(now: dt.datetime, form: str, week_start: int = 0) -> str:
    """Format a local time as `YYYY-MM-DD`, `GGGG-[W]WW` etc.; weeks start on `week_start`."""
    at = _MomentInWeek(now, week_start)
    return "".join(part if isinstance(part, str) else part.write(at) for part in _parts(form))


def format_day_name(day: dt.date, form: str, week_start: int = 0) -> str:
    """Format a day; the format may contain folders: `YYYY/MM/YYYY-MM-DD`."""
    return format_date(dt.datetime.combine(day, dt.time()), form, week_start)


_FIRST_DAYS: Final[Mapping[str, Sequence[dt.date]]] = {
    "daily": [dt.date(*day) for day in product((2024, 2026), range(1, 13), (1, 2, 11, 12, 21, 28))],
    "weekly": [dt.date.fromisocalendar(*day, 1) for day in product((2024, 2026), range(2, 51))],
    "monthly": [dt.date(*day, 1) for day in product((2024, 2026), range(1, 13))],
}


@lru_cache(8)
def can_name(form: str, kind: str = "daily") -> bool:
    """Whether a format gives each day, week or month a unique name; names of days must be parsable.

    The format must contain a year and no time. `DMYYYY` is ambiguous: 1112026 is 1 November or 11
    January. `kind` is `daily`, `weekly` or `monthly`.
    """
    if any(part.meaning == "time" for part in _parts(form) if not isinstance(part, str)):
        return False
    days = _FIRST_DAYS[kind]
    names = {format_day_name(day, form).casefold() for day in days}
    return len(names) == len(days) and (
        kind != "daily"
        or all(parse_day_name(format_day_name(day, form), form) == day for day in days)
    )


def parse_day_name(name: str, form: str, week_start: int = 0) -> dt.date | None:
    """Parse the name of a day in a format that passes `can_name`; None if it does not match."""
    pattern, meanings = _pattern(form)
    match = pattern.fullmatch(name)
    if match is None:
        return None
    texts: dict[str, str] = {}
    for meaning, text in zip(meanings, match.groups(), strict=True):
        texts.setdefault(meaning, text)
    try:
        day = _day(texts, week_start)
    except (ValueError, OverflowError):
        return None
    if day is None or format_day_name(day, form, week_start).casefold() != name.casefold():
        return None
    return day


@lru_cache(64)
def _pattern(form: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    parts = _parts(form)
    pattern = "".join(
        re.escape(part) if isinstance(part, str) else f"((?a:{part.pattern}))" for part in parts
    )
    meanings = tuple(part.meaning for part in parts if not isinstance(part, str))
    return re.compile(pattern, re.IGNORECASE), meanings


def _day(texts: Mapping[str, str], week_start: int) -> dt.date | None:
    """Return the day for the parsed tokens, or None if they are incomplete."""
    number = {
        meaning: int(found[0]) for meaning, text in texts.items() if (found := _DIGITS.match(text))
    }
    for meaning in ("year", "iso year", "week year"):
        two = number.get(f"two-digit {meaning}")
        if two is not None and meaning not in number:
            number[meaning] = two + (2000 if two <= _CENTURY else 1900)
    if "month by name" in texts and "month" not in number:
        number["month"] = _index(_MONTHS, texts["month by name"]) + 1
    if "year" in number and "month" in number and "day" in number:
        return dt.date(number["year"], number["month"], number["day"])
    if "year" in number and "day of year" in number:
        first = dt.date(number["year"], 1, 1)
        return first + dt.timedelta(number["day of year"] - 1)
    weekday = _weekday(texts, number, week_start)
    if weekday is None:
        return None
    if "iso year" in number and "iso week" in number:
        return dt.date.fromisocalendar(number["iso year"], number["iso week"], weekday + 1)
    if "week year" not in number or "week" not in number:
        return None
    if week_start == 0:
        return dt.date.fromisocalendar(number["week year"], number["week"], weekday + 1)
    first_day = _first_week(number["week year"], week_start) + 7 * (number["week"] - 1)
    return dt.date.fromordinal(first_day + (weekday - week_start) % 7)


_DIGITS: Final = re.compile(r"\d+")


def _weekday(texts: Mapping[str, str], number: Mapping[str, int], week_start: int) -> int | None:
    if "weekday by name" in texts:
        return _index(_DAYS, texts["weekday by name"])
    if "weekday from Monday" in number:
        return (number["weekday from Monday"] - 1) % 7
    if "weekday from Sunday" in number:
        return (number["weekday from Sunday"] - 1) % 7
    if "weekday from first" in number:
        return (number["weekday from first"] + week_start) % 7
    return None


def _index(names: tuple[str, ...], start: str) -> int:
    return next(at for at, name in enumerate(names) if name.casefold().startswith(start.casefold()))

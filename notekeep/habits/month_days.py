"""Days of the month and of the year: the 15th, the last day, the first Monday, 5 May."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from notekeep import dates

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
"""Names of the weekdays' numbers within a month; they exist in every month."""
_NUMBERS = {name: number for number, name in ORDINALS.items()}
_LONGEST_YEAR = 2024

_BEGINNING = r"^(?:(?:every|each) (?:month|year)|monthly|yearly|annually) (?:on )?"
_END = r" (?:(?:of|in) )?(?:the|an?|each|every|per) (?:month|year)"
_SEPARATORS = r"\s*(?:,|&|\band\b)\s*(?:the )?"
_ITEM = r"([a-z]+|[0-9]{1,2}(?:st|nd|rd|th)?)(?: (?:of )?([a-z]+))?(?: (?:of |in )?([a-z]+))?"
_MONTH_FIRST = r"([a-z]+) ([0-9]{1,2}(?:st|nd|rd|th)?)"


class MonthDay(NamedTuple):
    """A day of each month, or of one month each year."""

    number: int  # the day, or the number of the weekday in the month, from 1; -1 is the last
    weekday: int | None = None  # 0 for Monday
    month: int | None = None

    def is_on(self, day: date) -> bool:
        """Whether a date is this day. A month without a 31st has no such day."""
        if self.month not in (None, day.month):
            return False
        left = dates.days_in(day.year, day.month) - day.day
        if self.weekday is None:
            return day.day == self.number if self.number > 0 else not left
        is_number = (day.day + 6) // 7 == self.number if self.number > 0 else left < 7
        return day.weekday() == self.weekday and is_number

    def text(self) -> str:
        """Return the day in a short form: `15th`, `last day`, `first mon`, `5 may`."""
        return self._format(3).casefold()

    def words(self) -> str:
        """Return the day in words: `15th`, `last day`, `first Monday of May`, `5 May`."""
        return self._format()

    def _format(self, letters: int | None = None) -> str:
        month = "" if self.month is None else dates.MONTHS[self.month - 1]
        if self.weekday is not None:
            name = dates.WEEKDAYS[self.weekday].capitalize()[:letters]
            words = f"{ORDINALS[self.number]} {name}"
        elif self.number < 0:
            words = "last day"
        else:
            return f"{self.number} {month}" if month else _ordinal(self.number)
        return f"{words} of {month}" if month else words


def times_a_year(days: Sequence[MonthDay]) -> int:
    """Count these days in a leap year."""
    first, last = (date(_LONGEST_YEAR, *ends).toordinal() for ends in ((1, 1), (12, 31)))
    year = [date.fromordinal(ordinal) for ordinal in range(first, last + 1)]
    return sum(any(one.is_on(day) for one in days) for day in year)


def parse_month_days(words: str) -> tuple[MonthDay, ...]:
    """Read days such as `1st, 15th`, `first monday of the month` or `every year on 5 may`.

    The words are in lower case. Return () for other text. It is read backwards, so that a number
    alone, as in `first and third mon`, belongs to the weekday or month that follows.
    """
    inner = re.sub(f"{_END}$", "", re.sub(_BEGINNING, "", words))
    text = re.sub("^(?:every|each) ", "", inner)
    is_vague = text != inner == words  # `every second monday` can also mean every two weeks
    found: list[MonthDay] = []
    for item in reversed(re.split(_SEPARATORS, text.removeprefix("the "))):
        day = _read_item(item, found[-1] if found else None) if item else None
        if item and day is None:
            return ()
        if is_vague and day and not day.month and 1 < day.number < 5:
            return ()
        found += [day] if day else []
    return tuple(sorted(set(found), key=_position))


def _read_item(item: str, following: MonthDay | None) -> MonthDay | None:
    parts = re.fullmatch(_MONTH_FIRST, item)
    words = [parts[2], parts[1]] if parts else []
    if not parts and (parts := re.fullmatch(_ITEM, item)):
        words = [word for word in parts.groups() if word]
    number, is_ordinal = _read_number(words[0]) if words else (0, False)
    weekday = month = None
    is_named = False
    for word in words[1:]:
        if word == "day" and not is_named:
            pass
        elif (found := dates.find_weekday(word.removesuffix("s"))) is not None and not is_named:
            weekday = found
        elif month is None and (found := dates.find_month(word)):
            month = found
        else:
            return None
        is_named = True
    if len(words) == 1 and following is not None:
        other, weekday, month = following
        if number == other or number not in ORDINALS:  # `15th, last fri`
            weekday = None
    is_day = is_ordinal and number > 0
    if not number or not (weekday is not None or month or is_day or len(words) > 1):
        return None
    longest = dates.days_in(_LONGEST_YEAR, month or 1)
    fits = number in ORDINALS if weekday is not None else number <= longest
    return MonthDay(number, weekday, month) if fits else None


def _read_number(word: str) -> tuple[int, bool]:
    """Read `first`, `1st` or `1`, and whether it is an ordinal; 0 for other words."""
    if word in _NUMBERS:
        return _NUMBERS[word], True
    digits = word.rstrip("stndrh")
    return (int(digits), digits != word) if digits.isdecimal() else (0, False)


def _position(day: MonthDay) -> tuple[bool, int, bool, int, int]:
    """Sort key: days of one month first, then weekdays, and the last day last."""
    number = day.number if day.number > 0 else 32
    return day.month is None, day.month or 0, day.weekday is None, number, day.weekday or 0


def _ordinal(number: int) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number < 14 else suffix}"

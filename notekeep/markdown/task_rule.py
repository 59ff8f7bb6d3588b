"""Repeat rules of tasks, such as `every 2 weeks on Monday when done`.

The syntax and the resulting dates are the same as in Obsidian's Tasks plug-in; see the table in
`tests/vectors/repeating-tasks.md`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final, Literal, NamedTuple

from notekeep.dates import find_month, find_weekday, shift_date

_WORDS: Final = re.compile(r"\d+[a-z]*\.?|[a-z]+|,|\S")
_SHORT: Final = re.compile(r"(\d*)([dwmy])")
_UNITS: Final = {"d": "day", "w": "week", "m": "month", "y": "year"}
_FREQUENCIES: Final[dict[str, Literal[0, 1, 2, 3]]] = {"year": 0, "month": 1, "week": 2, "day": 3}
"""rrule.YEARLY to DAILY."""

_ORDINALS: Final = {"first": 1, "second": 2, "third": 3}
_LONGEST_MONTH: Final = 31
_MAX_COUNT: Final = 9999


class Rule(NamedTuple):
    """How a task repeats: every `interval` units, possibly only on some days."""

    unit: str  # "day", "week", "month" or "year"
    interval: int = 1
    # the weekday (0 is Monday), and its number in the month or year (-1 is the last, None is all)
    weekdays: tuple[tuple[int, int | None], ...] = ()
    month_days: tuple[int, ...] = ()  # -1 is the last day
    months: tuple[int, ...] = ()
    is_when_done: bool = False  # whether to count from the completion date

    def next_after(self, day: date) -> date | None:
        """Return the next date, counted from `day`; None if there is none."""
        try:
            if self.unit in ("month", "year") and self[2:5] == ((), (), ()):
                return shift_date(day, self.interval, self.unit)
            return self._find(day)
        except (ValueError, OverflowError):
            return None

    def _find(self, day: date) -> date | None:
        # Imported only when a repeating task is ticked.
        from dateutil import rrule

        start = datetime.combine(day, time())
        days = rrule.rrule(
            _FREQUENCIES[self.unit],
            dtstart=start,
            interval=self.interval,
            bymonth=self.months or None,
            bymonthday=self.month_days or None,
            byweekday=[rrule.weekday(*one) for one in self.weekdays] or None,
        )
        found = days.after(start)
        return found.date() if found else None


def describe_rule(text: str) -> str:
    """Return a rule in words; short forms are expanded: `every 2 weeks` for `2w`."""
    words = " ".join(text.replace("-", " ").split())
    first, _, rest = words.partition(" ")
    if short := _SHORT.fullmatch(first):
        unit = _UNITS[short[2]]
        first = unit if short[1] in ("", "1") else f"{short[1]} {unit}s"
        words = f"{first} {rest}".strip()
    return words if words.casefold().startswith("every ") else f"every {words}"


def parse_rule(text: str) -> Rule | None:
    """Parse a rule such as `every week`, `2w`, `mon,thu` or `month-on-the-last`; else None."""
    words = describe_rule(text).casefold().removesuffix("!").strip()
    is_when_done = words.endswith(" when done")
    words = words.removesuffix(" when done").removeprefix("every ").strip()
    tokens = ["," if word in ("and", "or") else word for word in _WORDS.findall(words)]
    rule = _Parser(tokens).parse()
    return rule and rule._replace(is_when_done=is_when_done)


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = [token for token in tokens if token not in ("on", "in", "the")]
        self.weekdays: list[tuple[int, int | None]] = []
        self.month_days: list[int] = []
        self.months: list[int] = []

    def parse(self) -> Rule | None:
        count = 1
        if self.tokens and self.tokens[0].isdecimal():
            count = int(self.tokens.pop(0))
        unit = self._unit()
        while self.tokens:
            if not self._part():
                return None
        days = (tuple(self.weekdays), tuple(self.month_days), tuple(self.months))
        return Rule(unit, count, *days) if unit and 0 < count <= _MAX_COUNT else None

    def _unit(self) -> str:
        word = self.tokens[0].removesuffix("s") if self.tokens else ""
        if word in _UNITS.values():
            self.tokens.pop(0)
            return word
        if word == "weekday" or find_weekday(word) is not None:
            return "week"
        return "year" if find_month(word) else ""

    def _part(self) -> bool:
        word = self.tokens.pop(0)
        if word == "," and self.tokens:
            return True
        if word.removesuffix("s") == "weekday":
            self.weekdays += [(day, None) for day in range(5)]
        elif (weekday := find_weekday(word)) is not None:
            self.weekdays.append((weekday, None))
        elif month := find_month(word):
            self.months.append(month)
        elif number := self._number(word):
            weekday = find_weekday(self.tokens[0]) if self.tokens else None
            if weekday is not None:
                self.tokens.pop(0)
                self.weekdays.append((weekday, number))
                return True
            if self.tokens[:1] == ["day"]:
                self.tokens.pop(0)
            self.month_days.append(number)
            return abs(number) <= _LONGEST_MONTH
        else:
            return False
        return True

    def _number(self, word: str) -> int:
        """Return the number for `2nd`, `last` or `3rd last` (negative from the end); else 0."""
        if word == "last":
            return -1
        digits = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th|\.)", word)
        number = int(digits[1]) if digits else _ORDINALS.get(word, 0)
        if number and self.tokens[:1] == ["last"]:
            self.tokens.pop(0)
            return -number
        return number

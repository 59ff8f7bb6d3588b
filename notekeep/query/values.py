"""A field's value: numbers, dates, ranges, yes and no, as the field's type reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.query.dates import period
from notekeep.query.tree import Compare, Operator

if TYPE_CHECKING:
    from notekeep.errors import UsageError
    from notekeep.query.fields import Field
    from notekeep.query.leaves import Context
    from notekeep.query.lexer import Token

BOOLS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}

_NUMBER = re.compile(r"[-+]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})")
_OPERATORS: dict[str, Operator] = {
    ":": ":",
    "=": "=",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
}


def read_value(field: Field, name: Token, value: Token, context: Context) -> Compare:
    """A comparison of a field with a value, read by the field's type.

    A field of unknown type takes a value as number or date where it looks like one and is compared
    by order; `:` and `=` on it are about its text, as typed.

    Raises:
        UsageError: The value is not of the field's type, or a range is upside down.
    """
    return _Reader(field, name, value, context).read()


class _Reader:
    def __init__(self, field: Field, name: Token, value: Token, context: Context) -> None:
        self.field, self.name, self.value, self.context = field, name, value, context
        self.op = _OPERATORS[name.op]
        self.span = (name.start, value.end)

    def read(self) -> Compare:
        low, dots, high = self.value.text.partition("..")
        ranged = bool(dots) and self.value.kind == "word"
        if self.field.type == "number":
            return self._numbers(low, high) if ranged else self._number()
        if self.field.type == "date":
            return self._dates(low, high) if ranged else self._date()
        if self.field.type == "bool":
            return self._bool()
        if self.field.type == "any" and (guessed := self._guess(low, high, ranged=ranged)):
            return guessed
        return self._compare(self.op, self.value.text)

    def _guess(self, low: str, high: str, *, ranged: bool) -> Compare | None:
        ends = [end for end in (low, high) if end] if ranged else [self.value.text]
        if not ends or (not ranged and self.op in (":", "=")):
            return None
        if all(_NUMBER.fullmatch(end) for end in ends):
            return self._numbers(low, high) if ranged else self._number()
        try:
            dates = all(self._days(end) for end in ends)
        except ValueError:
            dates = False
        if dates:
            return self._dates(low, high) if ranged else self._date()
        return None

    def _number(self) -> Compare:
        return self._compare(self.op, self._as_number(self.value.text))

    def _numbers(self, low: str, high: str) -> Compare:
        self._check_range(low, high)
        if not high:
            return self._compare(">=", self._as_number(low))
        if not low:
            return self._compare("<=", self._as_number(high))
        first, last = self._as_number(low), self._as_number(high)
        if first > last:
            raise self._upside_down(low, high)
        return self._compare(":", first, last)

    def _as_number(self, text: str) -> float:
        if not _NUMBER.fullmatch(text):
            raise self._error(
                f'{self.name.text} is a number, and "{text}" is none.',
                f"Write {self.name.text}>=4 or {self.name.text}:3..5.",
            )
        return float(text)

    def _date(self) -> Compare:
        first, last = self._as_days(self.value.text)
        if self.op in (":", "="):
            return self._compare(":", first, last)
        return self._compare(self.op, last if self.op in (">", "<=") else first)

    def _dates(self, low: str, high: str) -> Compare:
        self._check_range(low, high)
        if not high:
            return self._compare(">=", self._as_days(low)[0])
        if not low:
            return self._compare("<=", self._as_days(high)[1])
        first, last = self._as_days(low)[0], self._as_days(high)[1]
        if first > last:
            raise self._upside_down(low, high)
        return self._compare(":", first, last)

    def _days(self, text: str) -> tuple[str, str] | None:
        days = period(text, self.context.today, self.context.week_start)
        return days and (days[0].isoformat(), days[1].isoformat())

    def _as_days(self, text: str) -> tuple[str, str]:
        try:
            days = self._days(text)
        except ValueError as error:
            raise self._error(str(error)) from None
        if days is None:
            raise self._error(
                f'{self.name.text} is a date, and "{text}" is none.',
                "Write 2026, 2026-03, 2026-03-05, last-week, yesterday or 30d.",
            )
        return days

    def _bool(self) -> Compare:
        value = BOOLS.get(self.value.text.casefold())
        if value is None or self.op not in (":", "="):
            raise self._error(
                f'{self.name.text} is yes or no, and "{self.value.text}" is neither.',
                f"Write {self.name.text}:yes or {self.name.text}:no.",
            )
        return self._compare("=", value)

    def _check_range(self, low: str, high: str) -> None:
        if self.op not in (":", "="):
            raise self._error(
                "A range has both its ends already.", f"Write {self.name.text}:{self.value.text}."
            )
        if not low and not high:
            raise self._error(
                "This range has no ends.", f"Write {self.name.text}:A..B, A.. or ..B."
            )

    def _upside_down(self, low: str, high: str) -> UsageError:
        return self._error(
            f"The range {low}..{high} ends before it begins.", f"Write {high}..{low}."
        )

    def _compare(self, op: Operator, low: str | float, high: str | float | None = None) -> Compare:
        return Compare(self.field.name, op, low, high, self.span)

    def _error(self, message: str, hint: str = "") -> UsageError:
        return self.context.error(message, hint, at=self.value.start)

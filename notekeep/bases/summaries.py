"""The built-in summaries for the columns of a base."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Sequence
from typing import Final

from notekeep.bases.values import Duration, Value, as_text, as_time, is_empty, is_number


def _of_numbers(of: Callable[[Sequence[float]], float]) -> Callable[[Sequence[Value]], Value]:
    def summary(values: Sequence[Value]) -> Value:
        found = of([value for value in values if is_number(value)])
        return int(found) if found == int(found) else found

    return summary


def _of_dates(of: Callable[..., dt.date]) -> Callable[[Sequence[Value]], Value]:
    return lambda values: of((v for v in values if isinstance(v, dt.date)), key=as_time)


def _range(values: Sequence[Value]) -> Value:
    if any(isinstance(value, dt.date) for value in values):
        return Duration(0, as_time(_of_dates(max)(values)) - as_time(_of_dates(min)(values)))
    return _of_numbers(lambda numbers: max(numbers) - min(numbers))(values)


SUMMARIES: Final[dict[str, Callable[[Sequence[Value]], Value]]] = {
    "average": _of_numbers(statistics.fmean),
    "checked": lambda values: sum(value is True for value in values),
    "count": len,
    "earliest": _of_dates(min),
    "empty": lambda values: sum(map(is_empty, values)),
    "filled": lambda values: sum(not is_empty(value) for value in values),
    "latest": _of_dates(max),
    "max": _of_numbers(max),
    "median": _of_numbers(statistics.median),
    "min": _of_numbers(min),
    "range": _range,
    "stddev": _of_numbers(statistics.pstdev),
    "sum": _of_numbers(sum),
    "unchecked": lambda values: sum(value is False for value in values),
    "unique": lambda values: len({as_text(value) for value in values if not is_empty(value)}),
}
"""Functions by lower-case name. They raise ValueError if no value has the right type."""

"""The week or the month that words mean: a day in it, or the whole of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits.review import Bounds, bounds_of
from notekeep.query.dates import period

if TYPE_CHECKING:
    from datetime import date

    from notekeep.habits.review import Span

_FORMS: dict[Span, str] = {"week": "2026-W40, last-week", "month": "2026-10, october, last-month"}


def span_in(span: Span, words: str, today: date, week_start: int = 0) -> Bounds:
    """The week or month that words mean: `2026-W40`, `october`, or a day that lies in it.

    Args:
        span: Which of both is wanted.
        words: The words; none are today.
        today: The day that counts now.
        week_start: The first day of a week, 0 for Monday to 6.

    Raises:
        UsageError: They mean no day, or more days than such a span has.
    """
    first, last = _days(words, today, week_start) or (dates.parse_day(words, today),) * 2
    found = bounds_of(span, first, week_start)
    if last - first > found.last - found.first:
        raise UsageError(
            f"{words.strip()} is more than a {span}",
            f"name one as {_FORMS[span]}, or a day in it",
            text=words.strip(),
            position=0,
        )
    return found


def span_called(words: str, today: date, week_start: int = 0) -> Bounds | None:
    """The week or month that words alone name, as `2026-10` or `last week`; None for other days."""
    days = _days(words, today, week_start)
    if days is None:
        return None
    first, last = days
    month = bounds_of("month", first)
    if days == month[1:]:
        return month
    # A week of the calendar (ISO) also where another day begins it here.
    begins = first.weekday() in (0, week_start)
    return bounds_of("week", first, week_start) if begins and last - first == timedelta(6) else None


def _days(words: str, today: date, week_start: int) -> tuple[date, date] | None:
    try:
        return period(words, today, week_start)
    except ValueError as error:
        raise UsageError(str(error), "write one as 2026-11-24", text=words, position=0) from None

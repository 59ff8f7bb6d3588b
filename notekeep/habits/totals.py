"""Totals of a habit's amounts by week, month, year and overall, compared with the previous span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeAlias

from notekeep.dates import MONTH_NAMES, MONTHS
from notekeep.habits import amounts
from notekeep.habits.calendar import year_bounds
from notekeep.habits.days import DayValue, reduce_entries
from notekeep.habits.definition import Definition
from notekeep.habits.evaluation import Timeline
from notekeep.habits.log import LogEntry
from notekeep.habits.review import find_bounds
from notekeep.habits.summary import format_count

TotalSpan: TypeAlias = Literal["week", "month", "year", "ever"]
TOTAL_SPANS: tuple[TotalSpan, ...] = ("week", "month", "year", "ever")


class LoggedAmounts(NamedTuple):
    """The days with amounts, by ordinal, and the unit of their sum."""

    unit: str
    days: dict[int, DayValue]


class Change(NamedTuple):
    """A comparison with the previous span; amounts are in thousandths of the base unit.

    If a span is not over, its decided days are compared with the same number of previous days.
    """

    last: date  # the last compared day
    amount: int  # up to that day
    first_before: date
    last_before: date
    amount_before: int  # above zero
    name: str  # of the previous days: `October`, or `1 to 18 Oct`

    @property
    def share(self) -> float:
        """The change: 0.12 is 12 % more."""
        return self.amount / self.amount_before - 1


class Total(NamedTuple):
    """The amounts of a span up to today, in thousandths of the base unit."""

    span: TotalSpan
    first: date
    last: date
    amount: int
    times: int  # days with an amount above zero
    left_out: int  # days with amounts in other units, which are not added
    change: Change | None  # None if the previous span is incomplete or empty

    def average(self, unit: str) -> int | None:
        """Return the average amount per time, in thousandths of the unit, or None."""
        return round(amounts.from_base_unit(self.amount, unit) / self.times) if self.times else None


def collect_amounts(habit: Definition, entries: Iterable[LogEntry]) -> LoggedAmounts:
    """Collect the days with amounts from all entries of a habit.

    Different units cannot be added, so a habit without a unit gets the most frequent one.
    """
    by_day: dict[int, list[LogEntry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    units = Counter(
        amounts.normalize_unit(entry.unit)
        for some in by_day.values()
        for entry in some
        if entry.unit is not None
    )
    unit = habit.unit or max(units, key=lambda name: (units[name], name), default="")
    days = {day: reduce_entries(some, unit) for day, some in by_day.items()}
    return LoggedAmounts(unit, {day: one for day, one in days.items() if one.amount or one.apart})


def add_up(
    logged: LoggedAmounts, timeline: Timeline, span: TotalSpan, day: date, week_start: int = 0
) -> Total:
    """Add up the amounts of the week, month or year of a day, or all up to today (`ever`)."""
    first, last = _bounds(span, day, week_start)
    if span == "ever":
        first = min([timeline.begin, *logged.days])
    last = min(last, timeline.today)
    inside = [value for at, value in logged.days.items() if first <= at <= last]
    amount, times = sum(one.amount for one in inside), sum(one.amount > 0 for one in inside)
    left_out = sum(bool(one.apart) for one in inside)
    change = None if span == "ever" else _compare(logged, timeline, span, day, week_start)
    start, end = date.fromordinal(first), date.fromordinal(last)
    return Total(span, start, end, amount, times, left_out, change)


def _bounds(span: TotalSpan, day: date, week_start: int) -> tuple[int, int]:
    if span == "ever":
        return 1, date.max.toordinal()
    if span == "year":
        return year_bounds(day.year)
    _, first, last = find_bounds(span, day, week_start)
    return first.toordinal(), last.toordinal()


def _compare(
    logged: LoggedAmounts, timeline: Timeline, span: TotalSpan, day: date, week_start: int
) -> Change | None:
    first, last = _bounds(span, day, week_start)
    closed = min(last, timeline.closed)
    begin, end = _bounds(span, date.fromordinal(first) - timedelta(1), week_start)
    before = end if closed == last else min(end, begin + closed - first)
    compared = [at for at in logged.days if first <= at <= closed or begin <= at <= before]
    if closed < first or timeline.begin > begin or any(logged.days[at].apart for at in compared):
        return None
    amount = sum(logged.days[at].amount for at in compared if at >= first)
    amount_before = sum(logged.days[at].amount for at in compared if at <= before)
    if not amount_before:
        return None
    then = date.fromordinal(begin), date.fromordinal(before)
    name = _name_whole(span, then[0], day) if before == end else _name_days(*then, day)
    return Change(date.fromordinal(closed), amount, *then, amount_before, name)


def _name_whole(span: TotalSpan, first: date, day: date) -> str:
    if span == "week":
        return "the week before"
    year = str(first.year) if span == "year" or first.year != day.year else ""
    return f"{'' if span == 'year' else MONTH_NAMES[first.month - 1].capitalize()} {year}".strip()


def _name_days(first: date, last: date, day: date) -> str:
    """Name a range of days, with years other than that of `day`: `1 to 18 Oct`."""
    end = f"{last.day} {MONTHS[last.month - 1]}" + (
        f" {last.year}" if last.year != day.year else ""
    )
    if first == last:
        return end
    is_same = (first.year, first.month) == (last.year, last.month)
    year = f" {first.year}" if first.year != last.year else ""
    start = str(first.day) if is_same else f"{first.day} {MONTHS[first.month - 1]}{year}"
    return f"{start} to {end}"


def describe_total(total: Total, unit: str) -> list[str]:
    """Return a total in clauses: `22.5 km`, `4.5 km each time`, `+12 % against October`."""
    parts = [_shown(amounts.from_base_unit(total.amount, unit), unit)]
    average = total.average(unit)
    if average is not None and total.times > 1:
        step = 10 if average < 10_000 else 100 if average < 100_000 else 1000
        parts.append(f"{_shown((average + step // 2) // step * step, unit)} each time")
    if total.change is not None:
        percent = round(total.change.share * 100)
        parts.append(f"{f'{percent:+} %' if percent else 'no change'} against {total.change.name}")
    if total.left_out:
        parts.append(f"{format_count(total.left_out, 'days')} with other units left out")
    return parts


def _shown(amount: int, unit: str) -> str:
    return amounts.format_amount(amount, amounts.plural_unit(amount, unit))


def total_name(total: Total, today: date) -> str:
    """Return the name of the span of a total: `this month`, `2025`, `ever`."""
    if total.span == "ever":
        return "ever"
    return str(total.first.year) if total.last.year < today.year else f"this {total.span}"

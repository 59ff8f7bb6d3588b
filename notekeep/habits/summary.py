"""A habit in a list: marks, streak, strength and the rest of today; its year in a sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from notekeep.dates import format_short_day
from notekeep.habits import amounts
from notekeep.habits.calendar import Mark, day_level, day_mark, year_bounds
from notekeep.habits.days import DayHistory
from notekeep.habits.definition import FOREVER, Definition
from notekeep.habits.evaluation import Period, Status, Timeline, evaluate_days
from notekeep.habits.measures import Rate, rate, streak, strength
from notekeep.habits.schedule import (
    DAILY,
    AfterLast,
    EverySlot,
    PerPeriod,
    describe_aim,
)

Call: TypeAlias = Literal["due", "may", "done", "none"]
"""What to do today: due, possible but not needed yet, already done, or nothing."""

CLAUSE = ", "
"""Separates the parts of a note; narrow lists show only the first ones."""
NEW_DAYS = 14
"""Days in which a habit is new and its strength means little."""
DAY_PARTS = ("morning", "noon", "afternoon", "evening", "night")
"""Names of groups that are parts of the day, in order."""
MIN_FOR_PERCENT = 5
"""The fewest units to show as a percentage."""
UNANSWERED = frozenset(
    {"pending", "missed", "ok-so-far", "open", "gap", "due", "last day", "overdue"}
)
"""The statuses of a day that needs an entry."""


class Cell(NamedTuple):
    """One day of a habit."""

    day: date
    status: Status
    mark: Mark
    level: int  # 0 to 4, the share of the goal (see `calendar`)
    amount: str  # in the habit's unit, such as `7 min`; "" without an amount
    is_logged: bool  # whether the day has a log line
    is_disputed: bool  # whether lines contradict each other
    is_cleared: bool = False  # whether `clear` removed the entries

    @property
    def toggled(self) -> Literal["done", "clear", "ask"]:
        """The effect of ticking the day; `ask` if there is an amount, which is never removed."""
        if not self.is_logged or self.mark not in {"done", "ok"}:
            return "done"
        return "ask" if self.amount else "clear"

    @property
    def is_unanswered(self) -> bool:
        """Whether the day needs an entry and has none."""
        return self.status in UNANSWERED and not self.is_logged


class HabitView:
    """A habit as of one day, with the cells of the days `shown` or of the last seven."""

    def __init__(
        self,
        habit: Definition,
        days: DayHistory,
        today: int,
        week_start: int = 0,
        shown: tuple[int, int] | None = None,
    ) -> None:
        first, last = shown or (today - 6, today)
        timeline = evaluate_days(habit, days, today, week_start, max(last, today))
        runs = streak(timeline)
        self._habit = habit
        self._days = days
        # Only what the strength needs; all evaluated days would take much memory.
        self._timeline = timeline._replace(statuses=[], segments=[], periods=[])
        self.id = habit.id
        self.title = habit.title
        self.group = habit.group
        self.order = habit.order
        self.schedule = habit.schedule_on(today).text()
        self.goal = habit.goal.text()
        # Goal and schedule in words: `≥ 10 min a day`, `3 times a week · ≥ 5 km`.
        self.aim = describe_aim(habit.schedule_on(today), habit.goal)
        self.unit = habit.unit
        # The daily target as a number; "" without one.
        is_amount = habit.goal.kind == "least" and habit.goal.per == "day"
        needed = amounts.from_base_unit(habit.goal.target, habit.unit)
        self.day_goal = amounts.format_number(needed) if is_amount else ""
        self.path = habit.path
        # Whether its strength means little yet.
        self.is_new = timeline.age < NEW_DAYS
        self.is_paused = timeline.status(today) == "paused"
        # Whether today is the last chance of a unit, or the day not to miss twice.
        self.is_at_risk = _is_at_risk(timeline)
        self.today = _summarize_day(habit, days, timeline, today, is_at_risk=self.is_at_risk)
        self.cells = tuple(
            self.today if day == today else _summarize_day(habit, days, timeline, day)
            for day in range(first, last + 1)
        )
        self.call = _call(timeline, is_at_risk=self.is_at_risk, is_logged=self.today.is_logged)
        self.streak = runs.current
        self.best = runs.longest
        # `days`, `due days`, `weeks`, `months`, `slots`, `times` or "".
        self.streak_unit = streak_unit(habit, timeline)
        # The rest of today or of the period, such as `7 of 10 min`, in clauses.
        period = _open_period_note(habit, timeline)
        self.note = _note(habit, days, timeline, period, is_at_risk=self.is_at_risk)
        # The progress of the week or month of the last shown day.
        self.period_note = _period_note(habit, timeline, last) or CLAUSE.join(period)
        self.tiny = habit.tiny
        self.after = habit.after
        self.remind = habit.remind
        self.is_archived = habit.is_archived
        # One sentence for each invalid field of its note.
        self.problems = tuple(f"{problem.key}: {problem.message}" for problem in habit.problems)

    @cached_property
    def strength(self) -> float | None:
        """The strength, as `measures.strength` returns it."""
        return strength(self._habit, self._days, self._timeline)


def list_position(habit: HabitView) -> tuple[object, ...]:
    """Return the sort key of a habit: group, order, title. Parts of the day come first."""
    words = habit.group.casefold().split()
    part = next((n for n, name in enumerate(DAY_PARTS) if name in words), len(DAY_PARTS))
    order = sys.maxsize if habit.order is None else habit.order
    return part, _natural(habit.group), order, _natural(habit.title)


def _natural(text: str) -> list[tuple[int, str]]:
    """The sort key of a text, with numbers by size."""
    parts = re.findall("([0-9]+)|([^0-9]+)", text.casefold())
    return [(int(number or 0), word) for number, word in parts]


def count_habits(habits: Iterable[HabitView]) -> tuple[int, int, int]:
    """Count the habits of today: done, all, and at risk."""
    active = [one for one in habits if one.call != "none" and not one.is_archived]
    due = [one for one in active if one.call != "done"]
    return len(active) - len(due), len(active), sum(one.is_at_risk for one in due)


def format_today(habits: Iterable[HabitView]) -> str:
    """Return the counts of today as `5/8 !1`; "" if no habit is due."""
    done, total, at_risk = count_habits(habits)
    return f"{done}/{total}" + (f" !{at_risk}" if at_risk else "") if total else ""


def _summarize_day(
    habit: Definition, days: DayHistory, timeline: Timeline, day: int, *, is_at_risk: bool = False
) -> Cell:
    value, status = days.day(day), timeline.status(day)
    is_amount = value.value == "amount"
    return Cell(
        day=date.fromordinal(day),
        status=status,
        mark=day_mark(habit, timeline, day, value, is_at_risk=is_at_risk),
        level=day_level(habit, value, status),
        amount=amounts.format_in_habit_unit(value.amount, habit.unit) if is_amount else "",
        is_logged=value.is_logged,
        is_disputed=value.is_disputed,
        is_cleared=value.is_logged and value.value == "none",
    )


def streak_unit(habit: Definition, timeline: Timeline) -> str:
    """Return the unit of the streak in words; for a daily habit `days`."""
    part = timeline.segments[-1:]
    is_daily = bool(part) and habit.schedule_on(part[0].first) == DAILY
    return "days" if is_daily and timeline.unit == "due days" else timeline.unit


def format_count(number: int, unit: str) -> str:
    """Format a number with its unit: `1 week`, `12 due days`."""
    unit = "times" if unit == "slots" else unit
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}".rstrip()


def format_rate(found: Rate, unit: str) -> str:
    """Format a rate in percent, or as a count if there are few units."""
    closed = found.met + found.missed
    if 0 < closed < MIN_FOR_PERCENT:
        return f"{found.met} of {format_count(closed, unit or 'days')}"
    return f"{100 * found.met / closed:.0f} %" if closed else "no data"


def format_strength(habit: HabitView) -> str:
    """Format the strength: `72 %`, `new` while it means little, or ""."""
    if habit.strength is None:
        return ""
    return "new" if habit.is_new else f"{habit.strength * 100:.0f} %"


def format_run(length: int, unit: str) -> str:
    """Format the length of a streak: `3 weeks`, `22 in a row`."""
    return f"{length} in a row" if unit == "slots" else format_count(length, unit)


def format_streak(habit: HabitView) -> str:
    """Format the streak: `13 days (best 21)`; "" if nothing is counted."""
    if not habit.streak_unit:
        return ""
    best = f" (best {habit.best})" if habit.best > habit.streak else ""
    return format_run(habit.streak, habit.streak_unit) + best


def _open_period(timeline: Timeline) -> Period | None:
    """Return the period of today, while it can still be met."""
    period = timeline.periods[-1] if timeline.periods else None
    if period is None or period.result != "open" or timeline.status(timeline.today) == "extra":
        return None
    return period if period.end >= timeline.today else None


def _is_at_risk(timeline: Timeline) -> bool:
    status = timeline.status(timeline.today)
    if status in ("last day", "overdue"):
        return True
    if status != "pending":
        return False
    if (period := _open_period(timeline)) is not None:
        return period.need - period.reached == period.left
    results = timeline.results
    return bool(results) and not results[-1][1]  # the day not to miss twice


def _call(timeline: Timeline, *, is_at_risk: bool, is_logged: bool) -> Call:
    status = timeline.status(timeline.today)
    if status == "ok-so-far" and timeline.first == timeline.today and not is_logged:
        return "may"  # a limit that starts today is not met yet
    if status in ("done", "extra", "ok-so-far"):
        return "done"
    if status in ("due", "last day", "overdue", "missed"):
        return "due"
    if status == "pending":
        return "due" if is_at_risk or not timeline.periods else "may"
    return "none"


def _note(
    habit: Definition,
    days: DayHistory,
    timeline: Timeline,
    period: list[str],
    *,
    is_at_risk: bool,
) -> str:
    today = timeline.today
    goal, status = habit.goal, timeline.status(today)
    parts = [_pause_note(habit, today)] if status == "paused" else []
    if is_at_risk and not timeline.periods and timeline.due is None:
        is_yesterday = timeline.results[-1][0] == today - 1
        parts.append("Missed yesterday" if is_yesterday else "Missed last time")
    if goal.per == "day" and status in ("pending", "ok-so-far", "done", "missed"):
        shows_most = goal.kind == "most" and goal.target
        if shows_most or (goal.kind == "least" and status != "done"):
            parts.append(_reached_of(days.day(today).amount, goal.target, habit))
    parts += period
    if isinstance(habit.schedule_on(today), AfterLast) and timeline.due is not None:
        parts.append(_after_note(timeline.due, today))
    return CLAUSE.join(parts)


def _pause_note(habit: Definition, today: int) -> str:
    """Return how long the habit is paused: `Paused until 31 Dec`."""
    last = max(last for first, last in habit.pauses if first <= today <= last)
    if last == FOREVER:
        return "Paused"
    return f"Paused until {format_short_day(date.fromordinal(last), date.fromordinal(today))}"


def _reached_of(reached: int, target: int, habit: Definition) -> str:
    """Format an amount and its target: `17 of 150 pages`."""
    whole = amounts.from_base_unit(target, habit.unit)
    done = amounts.format_number(amounts.from_base_unit(reached, habit.unit))
    return f"{done} of {amounts.format_amount(whole, amounts.plural_unit(whole, habit.unit))}"


def describe_part(habit: Definition, timeline: Timeline, period: Period) -> str:
    """Return why the target of a period is lower than the goal: ` (new this week)`.

    The goal is shown as written, without this reduction.
    """
    if habit.goal.per == "day" or period.need == habit.goal.target:
        return ""
    is_new = timeline.begin > period.start
    return f" (new this {habit.goal.per})" if is_new else " (fewer days)"


def _period_note(habit: Definition, timeline: Timeline, day: int) -> str:
    """The progress of a closed or a past week or month: `60 of 150 pages`."""
    period = next((one for one in timeline.periods if one.start <= day <= one.end), None)
    if period is None or period == _open_period(timeline):
        return ""
    when = "this" if period.end >= timeline.today else "that"
    schedule = habit.schedule_on(min(period.end, timeline.today))
    if habit.goal.per != "day":
        reached = _reached_of(period.reached, habit.goal.target, habit)
        return f"{reached} {when} {habit.goal.per}"
    if isinstance(schedule, PerPeriod):
        return f"{period.reached} of {period.need} {when} {schedule.period}"
    return ""


def _open_period_note(habit: Definition, timeline: Timeline) -> list[str]:
    period = _open_period(timeline)
    if period is None:
        return []
    goal, schedule = habit.goal, habit.schedule_on(timeline.today)
    is_by_day = goal.kind == "done" or goal.per == "day"
    if not (is_by_day and isinstance(schedule, PerPeriod | EverySlot)):
        part = describe_part(habit, timeline, period) or f" this {goal.per}"
        return [_reached_of(period.reached, goal.target, habit) + part]
    to_go = period.need - period.reached
    left = format_count(period.left, "days") + " left"
    if to_go > period.left:
        span = f"this {schedule.period}" if isinstance(schedule, PerPeriod) else "in time"
        return [f"Can't reach {period.need} {span}", left]
    if period.left == 1:
        return ["Last day"]
    return [f"{to_go} to go", left]


def _after_note(due: tuple[int, int], today: int) -> str:
    first, last = due
    if today < first:
        return f"Due in {format_count(first - today, 'days')}"
    if today > last:
        return f"{format_count(today - last, 'days')} overdue"
    if today == last:
        return "Last day"
    return f"Due{CLAUSE}{format_count(last - today, 'days')} left"


_FRAGMENT = re.compile("year(?:[ -]([0-9]{4}))?")


def parse_year_heading(heading: str, today: date) -> int | None:
    """Read the year of an embed, the text after `#`: `year` or `year 2025`."""
    found = _FRAGMENT.fullmatch(heading.strip().casefold())
    if found is None:
        return None
    year = int(found[1]) if found[1] else today.year
    return year if 1900 <= year <= 2199 else None


def describe_year(habit: Definition, year: int, timeline: Timeline) -> str:
    """Return the sentence that describes the picture of a year."""
    first, last = year_bounds(year)
    timeline = timeline.between(first, last)
    found = rate(timeline)
    if found.value is None:
        return f"{habit.title} in {year}: nothing yet."
    when = f"{year} so far" if last >= timeline.today else str(year)
    unit = streak_unit(habit, timeline) or "days"
    closed, best = found.met + found.missed, streak(timeline).longest
    text = f"{habit.title} in {when}: kept {found.met} of {format_count(closed, unit)}"
    return f"{text}; the longest streak was {format_count(best, unit)}."

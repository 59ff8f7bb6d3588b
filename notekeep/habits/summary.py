"""A habit in a list: marks, streak, strength and progress; and a summary of its year."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from notekeep.dates import format_short_day
from notekeep.habits import amounts
from notekeep.habits.calendar import Mark, day_level, day_mark, year_bounds
from notekeep.habits.days import DayHistory
from notekeep.habits.definition import FOREVER, Definition, fold_name
from notekeep.habits.evaluation import Period, Status, Timeline, evaluate_days
from notekeep.habits.measures import Rate, rate, streak, strength
from notekeep.habits.schedule import (
    DAILY,
    AfterLast,
    AsParts,
    ChosenDates,
    ChosenDays,
    EverySlot,
    Goal,
    PerPeriod,
    describe_aim,
)

Call: TypeAlias = Literal["due", "may", "done", "none"]
"""What to do today: due, possible but not needed yet, already done, or nothing."""

CLAUSE = ", "
"""Separates the clauses of a note; narrow lists show only the first clauses."""
NEW_DAYS = 14
"""Number of days for which a habit is new and its strength means little."""
DAY_PARTS = ("morning", "noon", "afternoon", "evening", "night")
"""Names of groups that are parts of the day, in order."""
MIN_FOR_PERCENT = 5
"""Minimum number of units to show a percentage."""
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
    is_cleared: bool = False  # whether the entries were cleared
    result: bool | None = None  # from `Timeline.final_results`

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

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON; the keys are stable."""
        return {
            "date": self.day.isoformat(),
            "status": self.status,
            "mark": self.mark,
            "level": self.level,
            "result": self.result,
            "amount": self.amount,
            "logged": self.is_logged,
            "disputed": self.is_disputed,
        }


class HabitView:
    """A habit as of one day, with the cells of the days `shown` or of the last seven."""

    def __init__(
        self,
        habit: Definition,
        days: DayHistory,
        today: int,
        week_start: int = 0,
        shown: tuple[int, int] | None = None,
        timer_since: str = "",
    ) -> None:
        first, last = shown or (today - 6, today)
        timeline = evaluate_days(habit, days, today, week_start, max(last, today))
        runs = streak(timeline)
        self._habit = habit
        self._days = days
        self.awaits_today = timeline.awaits_today
        # Whether its days count in the daily shares of all habits.
        self.counts_in_days = not habit.is_archived or habit.until is not None
        # Keep only what the strength needs; all evaluated days would take too much memory.
        self._timeline = timeline._replace(statuses=[], segments=[], periods=[])
        self.id = habit.id
        self.title = habit.title
        self.group = habit.group
        self.order = habit.order
        self.schedule = habit.schedule_on(today).text()
        goal = habit.goal_on(today)
        self.goal = goal.text()
        # Goal and schedule in words: `≥ 10 min a day`, `3 times a week · ≥ 5 km`.
        self.aim = describe_aim(habit.schedule_on(today), goal)
        self.parts = habit.parts  # the ids of the parts of a combined habit
        if habit.combines:
            of_parts = f"{habit.combines} of {', '.join(habit.parts)}"
            is_own = not isinstance(habit.schedule_on(today), AsParts)
            self.aim = f"{of_parts} · {self.aim}" if is_own else of_parts
        self.unit = habit.unit
        # The daily target as a number, or "".
        is_amount = goal.is_to_reach and goal.per == "day"
        needed = amounts.from_base_unit(goal.target, habit.unit)
        self.day_goal = amounts.format_number(needed) if is_amount else ""
        self.path = habit.path
        # Whether its strength means little yet.
        self.is_new = timeline.age < NEW_DAYS
        self.is_paused = timeline.status(today) == "paused"
        # Whether today is the last chance to meet a unit, or to avoid a second miss in a row.
        self.is_at_risk = _is_at_risk(timeline)
        results = timeline.final_results

        def cell(day: int, *, is_at_risk: bool = False) -> Cell:
            result = results.get(day)
            return _summarize_day(habit, days, timeline, day, result=result, is_at_risk=is_at_risk)

        self.today = cell(today, is_at_risk=self.is_at_risk)
        self.cells = tuple(
            self.today if day == today else cell(day) for day in range(first, last + 1)
        )
        self.call = _call(timeline, is_at_risk=self.is_at_risk, is_logged=self.today.is_logged)
        self.streak = runs.current
        self.best = runs.longest
        # `days`, `due days`, `weeks`, `months`, `slots`, `times` or "".
        self.streak_unit = streak_unit(habit, timeline)
        # Progress and remaining work, such as `7 of 10 min`, in clauses.
        period = _open_period_note(habit, timeline)
        note = _note(habit, days, timeline, period, is_at_risk=self.is_at_risk)
        # The start time of its running timer, such as `10:05`, or "".
        self.timer_since = timer_since
        running = f"Timer since {timer_since}" if timer_since else ""
        self.note = CLAUSE.join(filter(None, (running, note)))
        # The progress of the week or month of the last shown day.
        self.period_note = _period_note(habit, timeline, last, period)
        self.tiny = habit.tiny
        self.after = habit.after
        self.remind = habit.remind
        self.is_archived = habit.is_archived
        # One sentence for each invalid field of its note.
        self.problems = tuple(f"{problem.key}: {problem.message}" for problem in habit.problems)

    def as_object(self) -> dict[str, Any]:
        """Return it with its days as JSON; the keys are stable."""
        return {**self.summary(), "days": [cell.as_object() for cell in self.cells]}

    def summary(self) -> dict[str, Any]:
        """Return it without its days as JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "group": self.group,
            "schedule": self.schedule,
            "goal": self.goal,
            "unit": self.unit,
            "parts": list(self.parts),
            "path": self.path,
            "status": self.today.status,
            "call": self.call,
            "at_risk": self.is_at_risk,
            "streak": self.streak,
            "best": self.best,
            "streak_unit": self.streak_unit,
            "strength": None if self.strength is None else round(self.strength, 6),
            "note": self.note,
            "archived": self.is_archived,
            "problems": list(self.problems),
        }

    def is_planned_on(self, day: int) -> bool:
        """Whether the schedule names this day, but not every day, and it is not paused."""
        habit, schedule = self._habit, self._habit.schedule_on(day)
        is_named = isinstance(schedule, (ChosenDays, ChosenDates)) and schedule.is_due(day)
        counts = not (habit.is_paused_on(day) or habit.outside(day))
        return is_named and counts and schedule != DAILY

    @property
    def group_name(self) -> str:
        """The group, or the heading of habits without one in a list with groups."""
        return self.group or "Others"

    @cached_property
    def strength(self) -> float | None:
        """The strength, as `measures.strength` returns it."""
        return strength(self._habit, self._days, self._timeline)


def list_position(habit: HabitView) -> tuple[object, ...]:
    """Return the sort key of a habit: group, order, title.

    Groups that are parts of the day come first, habits without a group last.
    """
    words = habit.group.casefold().split()
    part = next((n for n, name in enumerate(DAY_PARTS) if name in words), len(DAY_PARTS))
    order = sys.maxsize if habit.order is None else habit.order
    return part, not habit.group, _natural(habit.group), order, _natural(habit.title)


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a natural sort key, with numbers by value."""
    parts = re.findall("([0-9]+)|([^0-9]+)", text.casefold())
    return [(int(number or 0), word) for number, word in parts]


class PlacedHabit(NamedTuple):
    """A habit in a list."""

    habit: HabitView
    section: str  # the name of its group, or "Paused"
    is_stacked: bool = False  # whether it is listed below its anchor, in the anchor's section


def arrange_habits(habits: Sequence[HabitView]) -> list[PlacedHabit]:
    """Return habits in list order, paused ones last.

    A habit that comes `after` another, its anchor, is listed below it when the anchor is done.
    """
    anchors: dict[str, HabitView] = {}
    for habit in habits:
        file_name = habit.path.rpartition("/")[2].removesuffix(".md")
        anchors |= dict.fromkeys(map(fold_name, (habit.id, habit.title, file_name)), habit)
    below: dict[str, list[HabitView]] = {}
    for habit in habits:
        anchor = anchors.get(fold_name(habit.after)) if habit.after else None
        if anchor is not None and anchor.id != habit.id and anchor.call == "done":
            below.setdefault(anchor.id, []).append(habit)
    stacked = {habit.id for some in below.values() for habit in some}
    placed: dict[str, PlacedHabit] = {}

    def place(habit: HabitView, section: str = "") -> None:
        if habit.id in placed:
            return
        own = "Paused" if habit.is_paused else habit.group_name
        placed[habit.id] = PlacedHabit(habit, section or own, bool(section))
        for next_one in below.get(habit.id, ()):
            place(next_one, section or own)

    ordered = sorted(habits, key=lambda habit: habit.is_paused)
    for habit in ordered:
        if habit.id not in stacked:
            place(habit)
    for habit in ordered:  # habits that are anchors of each other
        place(habit)
    return [*placed.values()]


def count_habits(habits: Iterable[HabitView]) -> tuple[int, int, int]:
    """Count today's habits: done, total, and at risk."""
    active = [one for one in habits if one.call != "none" and not one.is_archived]
    due = [one for one in active if one.call != "done"]
    return len(active) - len(due), len(active), sum(one.is_at_risk for one in due)


def format_today(habits: Iterable[HabitView]) -> str:
    """Return today's counts and the running timer, such as `5/8 !1 read 10:05`, or ""."""
    habits = list(habits)
    done, total, at_risk = count_habits(habits)
    counts = [f"{done}/{total}"] * (total > 0) + [f"!{at_risk}"] * (at_risk > 0)
    running = [f"{one.id} {one.timer_since}" for one in habits if one.timer_since]
    return " ".join(counts + running)


def _summarize_day(
    habit: Definition,
    days: DayHistory,
    timeline: Timeline,
    day: int,
    *,
    result: bool | None,
    is_at_risk: bool,
) -> Cell:
    value, status = days.day(day), timeline.status(day)
    is_amount = value.value == "amount"
    return Cell(
        day=date.fromordinal(day),
        status=status,
        mark=day_mark(habit, timeline, day, value, is_at_risk=is_at_risk),
        level=day_level(habit.goal_on(day), value, status),
        amount=amounts.format_in_habit_unit(value.amount, habit.unit) if is_amount else "",
        is_logged=value.is_logged,
        is_disputed=value.is_disputed,
        is_cleared=value.is_logged and value.value == "none",
        result=result,
    )


def streak_unit(habit: Definition, timeline: Timeline) -> str:
    """Return the unit of the streak in words; `days` for a daily habit."""
    part = timeline.segments[-1:]
    schedule = habit.schedule_on(part[0].first) if part else None
    is_daily = schedule == DAILY or isinstance(schedule, PerPeriod)
    return "days" if is_daily and timeline.unit == "due days" else timeline.unit


def format_count(number: int, unit: str) -> str:
    """Format a number with its unit: `1 week`, `12 due days`."""
    unit = "times" if unit == "slots" else unit
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}".rstrip()


def format_rate(found: Rate, unit: str) -> str:
    """Format a rate in percent, or as a count if there are few units."""
    closed = found.met + found.missed
    if 0 < closed < MIN_FOR_PERCENT:
        return f"{found.met} of {format_count(closed, _rate_unit(found, unit))}"
    return f"{100 * found.met / closed:.0f} %" if closed else "no data"


def _rate_unit(found: Rate, unit: str) -> str:
    return "times" if found.is_mixed else unit or "days"


def format_strength(habit: HabitView) -> str:
    """Format the strength: `72 %`, `new` for a new habit, or ""."""
    if habit.strength is None:
        return ""
    return "new" if habit.is_new else f"{habit.strength * 100:.0f} %"


def format_run(length: int, unit: str) -> str:
    """Format the length of a streak: `3 weeks`, `22 in a row`."""
    return f"{length} in a row" if unit in ("slots", "due days") else format_count(length, unit)


def format_streak(habit: HabitView) -> str:
    """Format the streak: `13 days (best 21)`; "" if nothing is counted."""
    if not habit.streak_unit:
        return ""
    best = f" (best {habit.best})" if habit.best > habit.streak else ""
    return format_run(habit.streak, habit.streak_unit) + best


def _open_period(timeline: Timeline) -> Period | None:
    """Return the current period if it is still open."""
    period = timeline.period
    if period is None or period.result != "open" or timeline.status(timeline.today) == "extra":
        return None
    return period


def _is_at_risk(timeline: Timeline) -> bool:
    status = timeline.status(timeline.today)
    if status in ("last day", "overdue"):
        return True
    if status != "pending":
        return False
    if (period := _open_period(timeline)) is not None:
        return period.need - period.reached == period.left
    results = timeline.results_in_unit
    return bool(results) and not results[-1][1]  # a second miss in a row


def _call(timeline: Timeline, *, is_at_risk: bool, is_logged: bool) -> Call:
    status = timeline.status(timeline.today)
    if status == "ok-so-far" and timeline.first == timeline.today and not is_logged:
        return "may"  # a limit that starts today is not yet met
    if status in ("done", "extra", "ok-so-far"):
        return "done"
    if status in ("due", "last day", "overdue", "missed"):
        return "due"
    if status == "pending":
        return "due" if is_at_risk or timeline.period is None else "may"
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
    goal, status = habit.goal_on(today), timeline.status(today)
    parts = [_pause_note(habit, today)] if status == "paused" else []
    if is_at_risk and timeline.period is None and timeline.due is None:
        is_yesterday = timeline.results_in_unit[-1][0] == today - 1
        parts.append("Missed yesterday" if is_yesterday else "Missed last time")
    if goal.per == "day" and status in ("pending", "ok-so-far", "done", "missed"):
        shows_most = goal.kind == "most" and goal.target
        if shows_most or (goal.is_to_reach and status != "done"):
            parts.append(_reached_of(days.day(today).amount, goal, habit))
    parts += period
    if isinstance(habit.schedule_on(today), AfterLast) and timeline.due is not None:
        parts.append(_after_note(timeline.due, today))
    return CLAUSE.join(parts)


def _pause_note(habit: Definition, today: int) -> str:
    """Return the end of the pause: `Paused until 31 Dec`."""
    last = max(last for first, last in habit.pauses if first <= today <= last)
    if last == FOREVER:
        return "Paused"
    return f"Paused until {format_short_day(date.fromordinal(last), date.fromordinal(today))}"


def _reached_of(reached: int, goal: Goal, habit: Definition) -> str:
    """Format an amount and its goal: `17 of 150 pages`."""
    done = amounts.format_number(amounts.from_base_unit(reached, habit.unit))
    return f"{done} of {goal.amount_words()}"


def describe_part(timeline: Timeline, period: Period) -> str:
    """Return the reason for a reduced target, such as ` (new this week)`, or "".

    The goal itself is shown as written, without the reduction.
    """
    goal = period.goal
    if goal.per == "day" or period.need in (goal.target, goal.high or goal.target):
        return ""
    is_new = timeline.begin > period.start
    return f" (new this {period.goal.per})" if is_new else " (fewer days)"


def _period_note(habit: Definition, timeline: Timeline, day: int, still_open: list[str]) -> str:
    """Return the progress of the week or month of a day: `60 of 150 pages that week`."""
    period = next((one for one in timeline.periods if one.start <= day <= one.last), None)
    if period is None:
        return ""
    if period == _open_period(timeline):
        return CLAUSE.join(still_open)
    when = "this" if period.last >= timeline.today else "that"
    schedule = habit.schedule_on(min(period.last, timeline.today))
    if period.goal.per != "day":
        reached = _reached_of(period.reached, period.goal, habit)
        return f"{reached} {when} {period.goal.per}"
    if isinstance(schedule, PerPeriod):
        return f"{period.reached} of {period.need} {when} {schedule.period}"
    return ""


def _open_period_note(habit: Definition, timeline: Timeline) -> list[str]:
    period = _open_period(timeline)
    if period is None:
        return []
    goal, schedule = period.goal, habit.schedule_on(timeline.today)
    is_by_day = goal.kind == "done" or goal.per == "day"
    if not (is_by_day and isinstance(schedule, PerPeriod | EverySlot)):
        part = describe_part(timeline, period) or f" this {goal.per}"
        return [_reached_of(period.reached, goal, habit) + part]
    to_go = period.need - period.reached
    left = format_count(period.left, "days") + " left"
    if to_go > period.left:
        span = f"this {schedule.period}" if isinstance(schedule, PerPeriod) else "in time"
        return [f"Can't reach {period.need} {span}", left]
    if period.left == 1:
        return ["Due by tonight"]
    return [f"{to_go} to go", left]


def _after_note(due: tuple[int, int], today: int) -> str:
    first, last = due
    if today < first:
        return f"Due in {format_count(first - today, 'days')}"
    if today > last:
        return f"{format_count(today - last, 'days')} overdue"
    if today == last:
        return "Due by tonight"
    return f"Due{CLAUSE}{format_count(last - today, 'days')} left"


_FRAGMENT = re.compile("year(?:[ -]([0-9]{4}))?")


def parse_year_heading(heading: str, today: date) -> int | None:
    """Read the year from the heading of an embed: `year` or `year 2025`."""
    found = _FRAGMENT.fullmatch(heading.strip().casefold())
    if found is None:
        return None
    year = int(found[1]) if found[1] else today.year
    return year if 1900 <= year <= 2199 else None


def describe_year(habit: Definition, year: int, timeline: Timeline) -> str:
    """Return a sentence that describes the chart of a year."""
    first, last = year_bounds(year)
    timeline = timeline.between(first, last)
    found = rate(timeline)
    if found.value is None:
        return f"{habit.title} in {year}: nothing yet."
    when = f"{year} so far" if last >= timeline.today else str(year)
    unit = streak_unit(habit, timeline) or "days"
    closed, best = found.met + found.missed, streak(timeline).longest
    kept = f"{found.met} of {format_count(closed, _rate_unit(found, unit))}"
    text = f"{habit.title} in {when}: kept {kept}"
    return f"{text}; the longest streak was {format_count(best, unit)}."

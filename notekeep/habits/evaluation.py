"""What each day of a habit was worth under its schedules, and which units were met or missed.

A unit is what a streak counts: a due day, a week, a month, a slot, a time. Its result stands at
one day, so that streaks and rates of any range are questions about a string of bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import schedule as acts
from notekeep.habits.schedule import (
    DONE,
    EXTRA,
    FAILED,
    FUTURE,
    MET,
    MISSED,
    NO_RESULT,
    OFF,
    OK_SO_FAR,
    PAUSED,
    PENDING,
    REST,
    SKIPPED,
    AfterLast,
    ChosenDays,
    ClosedPeriods,
    EvaluationBuffer,
    EverySlot,
    InDays,
    Period,
    PeriodGrid,
    PerPeriod,
    Schedule,
    ScheduleSegment,
    StreakUnit,
    Untracked,
    calendar_weeks,
    code_days,
    fill_after,
    fill_amounts,
    fill_counts,
    fill_spans,
    period_bounds,
    translation_table,
)

if TYPE_CHECKING:
    from notekeep.habits.definition import Definition
    from notekeep.habits.schedule import DayHistory


class Timeline(NamedTuple):
    """A habit's days, judged.

    Attributes:
        first: The ordinal of the first day.
        today: The ordinal of the day that is not over yet.
        statuses: One place in STATUSES a day, up to today and further.
        results: One of NO_RESULT, MET, FAILED a day, each at the day where a unit closed.
        parts: The stretches under one schedule that have begun, in order.
        blocks: The weeks, months or slots up to today's, some of them together; empty for other
            schedules. See `periods`.
        due: For `after` schedules, the day it is next due and the last day of it.
    """

    first: int
    today: int
    statuses: bytes
    results: bytes
    parts: tuple[ScheduleSegment, ...]
    blocks: tuple[Period | ClosedPeriods, ...]
    due: tuple[int, int] | None

    @property
    def periods(self) -> list[Period]:
        """The weeks, months or slots up to today's, in order; none for other schedules."""
        found: list[Period] = []
        for block in self.blocks:
            found += [block] if isinstance(block, Period) else block
        return found

    @property
    def period(self) -> Period | None:
        """The last of them while it is not over; None for other schedules."""
        last = self.blocks[-1] if self.blocks else None
        return last if isinstance(last, Period) else None

    @property
    def unit(self) -> StreakUnit:
        """What the streak counts."""
        return self.parts[-1].unit if self.parts else ""

    def status(self, day: int) -> int:
        """What a day was: a place in STATUSES."""
        place = day - self.first
        if place < 0:
            return OFF
        return self.statuses[place] if place < len(self.statuses) else FUTURE


def evaluate_days(
    habit: Definition, days: DayHistory, today: int, week_start: int = 0, last: int | None = None
) -> Timeline:
    """Judge all days of a habit.

    Args:
        habit: The definition.
        days: What was logged.
        today: The day that is not over yet.
        week_start: The first day of a week, 0 for Monday to 6 for Sunday.
        last: The last day wanted, when it lies after today.
    """
    starts = [day for day in (habit.since, days.begin) if day is not None]
    first = min(starts, default=today)
    since = first if habit.since is None else habit.since
    end = max(last or 0, _horizon(habit, since, today, week_start))
    first = min(first, today)
    frame = EvaluationBuffer(
        first,
        today,
        code_days(habit, days, first, end, today),
        days.window(first, end)[1],
        week_start,
    )
    due, parts = None, []
    for part, schedule in _parts(habit, since, end):
        due = _fill(frame, part, schedule, habit)
        if part.first <= today:
            parts.append(part)
    return Timeline(
        first,
        today,
        bytes(frame.statuses),
        bytes(frame.results),
        tuple(parts),
        tuple(frame.periods),
        due,
    )


def _grid(habit: Definition, schedule: Schedule, since: int, week_start: int) -> PeriodGrid | None:
    """The periods that a schedule, or a goal over a week or month, counts in."""
    if isinstance(schedule, Untracked):
        return None
    span = habit.goal.per if habit.goal.kind != "done" else "day"
    if span == "day" and isinstance(schedule, PerPeriod):
        span = schedule.period
    if span == "day":
        if not isinstance(schedule, EverySlot):
            return None
        return PeriodGrid(
            "slot", schedule.days, since if schedule.start is None else schedule.start
        )
    return calendar_weeks(week_start) if span == "week" else PeriodGrid("month")


def _horizon(habit: Definition, since: int, today: int, week_start: int) -> int:
    """The last day that has a say in how today is judged."""
    grid = _grid(habit, habit.schedule_on(today), since, week_start)
    return period_bounds(grid, today)[1] if grid else today


def _parts(habit: Definition, since: int, end: int) -> list[tuple[ScheduleSegment, Schedule]]:
    last = end if habit.until is None else min(end, habit.until)
    found = []
    for place, rule in enumerate(habit.rules):
        is_last = place + 1 == len(habit.rules)
        until = last if is_last else min(last, habit.rules[place + 1].start - 1)
        start = max(rule.start, since)
        if start <= until:
            found.append(
                (ScheduleSegment(start, until, counted_unit(habit, rule.schedule)), rule.schedule)
            )
    return found


def counted_unit(habit: Definition, schedule: Schedule) -> StreakUnit:
    """What the streak of a habit counts under a schedule."""
    grid = _grid(habit, schedule, 0, 0)
    if grid is not None:
        kinds: dict[str, StreakUnit] = {"week": "weeks", "month": "months", "slot": "slots"}
        return kinds[grid.kind]
    match schedule:
        case ChosenDays():
            return "due days"
        case InDays():
            return "days"
        case AfterLast():
            return "times"
        case _:
            return ""


def _fill(
    frame: EvaluationBuffer, part: ScheduleSegment, schedule: Schedule, habit: Definition
) -> tuple[int, int] | None:
    since = part.first if habit.since is None else habit.since
    grid = _grid(habit, schedule, since, frame.week_start)
    if grid is not None and habit.goal.kind != "done" and habit.goal.per != "day":
        fill_amounts(frame, part, grid, habit.goal)
    elif grid is not None:
        times = schedule.times if isinstance(schedule, PerPeriod) else 1
        fill_counts(frame, part, grid, times)
    elif isinstance(schedule, ChosenDays):
        _fill_days(frame, part, schedule.weekdays)
    elif isinstance(schedule, InDays):
        fill_spans(frame, part, schedule.times, schedule.days)
    elif isinstance(schedule, AfterLast):
        return fill_after(frame, part, schedule)
    else:
        frame.fill(part.first, part.last, REST)
        frame.fill(max(part.first, frame.today + 1), part.last, FUTURE)
    return None


def _fill_days(frame: EvaluationBuffer, part: ScheduleSegment, weekdays: tuple[bool, ...]) -> None:
    """Judge each due day by itself, all days of one weekday at a time."""
    ranges = (
        (part.first, min(part.last, frame.today - 1), _OVER, _OVER_RESULTS),
        (max(part.first, frame.today), min(part.last, frame.today), _TODAY, _TODAY_RESULTS),
        (max(part.first, frame.today + 1), part.last, _LATER, _NO_RESULTS),
    )
    for first, last, statuses, results in ranges:
        for day in range(first, min(first + 7, last + 1)):
            days = slice(day - frame.first, last - frame.first + 1, 7)
            said = frame.acts[days]
            if weekdays[(day - 1) % 7]:
                frame.statuses[days] = said.translate(statuses)
                frame.results[days] = said.translate(results)
            else:
                frame.statuses[days] = said.translate(_NOT_DUE)


_SAID = {
    acts.SKIPPED_DAY: SKIPPED,
    acts.SUCCESS_DAY: DONE,
    acts.PAUSED_DAY: PAUSED,
    acts.OFF_DAY: OFF,
    acts.OUTSIDE_DAY: EXTRA,
}
_OVER = translation_table(
    {acts.EMPTY_DAY: MISSED, acts.MISSED_DAY: MISSED, acts.QUIET_DAY: DONE, **_SAID}
)
_TODAY = translation_table(
    {
        acts.EMPTY_DAY: PENDING,
        acts.MISSED_DAY: MISSED,
        acts.QUIET_DAY: OK_SO_FAR,
        acts.WITHIN_LIMIT_DAY: OK_SO_FAR,
        **_SAID,
    }
)
_LATER = translation_table({**dict.fromkeys(acts.DAY_CODES, FUTURE), **_SAID})
_NOT_DUE = translation_table(
    {
        **dict.fromkeys(acts.DAY_CODES, REST),
        acts.SUCCESS_DAY: EXTRA,
        acts.PAUSED_DAY: PAUSED,
        acts.OFF_DAY: OFF,
        acts.OUTSIDE_DAY: EXTRA,
    }
)
_NO_RESULTS = bytes(256)
_TODAY_RESULTS = translation_table(
    {**dict.fromkeys(acts.DAY_CODES, NO_RESULT), acts.SUCCESS_DAY: MET, acts.MISSED_DAY: FAILED}
)
_OVER_RESULTS = translation_table(
    {
        **dict.fromkeys(acts.DAY_CODES, NO_RESULT),
        acts.SUCCESS_DAY: MET,
        acts.QUIET_DAY: MET,
        acts.EMPTY_DAY: FAILED,
        acts.MISSED_DAY: FAILED,
    }
)

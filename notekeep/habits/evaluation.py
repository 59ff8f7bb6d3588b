"""Evaluate each day of a habit under its schedules, and each unit of its streak.

A streak counts units: due days, weeks, months, slots or times. The result of a unit belongs to the
day on which it closed. Skipped, paused, not due and open units have no result, so they neither add
to a streak nor break it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import accumulate
from typing import Literal, NamedTuple, TypeAlias, assert_never

from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.schedule import (
    AfterLast,
    AsParts,
    ChosenDates,
    ChosenDays,
    EverySlot,
    Goal,
    InDays,
    PerPeriod,
    Schedule,
    Untracked,
    spans,
    split_by_rule,
)

Status: TypeAlias = Literal[
    "off",
    "paused",
    "rest",
    "extra",
    "done",
    "missed",
    "skipped",
    "pending",
    "ok-so-far",
    "future",
    "covered",
    "gap",
    "open",
    "due",
    "last day",
    "overdue",
]
StreakUnit: TypeAlias = Literal["due days", "weeks", "months", "slots", "days", "times", ""]

Outcome: TypeAlias = Literal[
    "empty", "miss", "skip", "success", "quiet", "within limit", "paused", "off", "outside"
]
"""The value of a day under the goal and the pauses, before the schedule is applied.

`quiet` is a success without an entry; `within limit` is a limit not exceeded so far, on a day that
is not over; `off` is a day outside of since..until, and `outside` is a success on such a day.
"""

UnitResult: TypeAlias = tuple[int, bool]
"""A closed unit: the day on which it closed, and whether it was met."""

UNDECIDED: frozenset[Status] = frozenset({"pending", "ok-so-far"})
"""The statuses of today that can still change to met or missed."""

_OWN_STATUS: dict[Outcome, Status] = {
    "skip": "skipped",
    "success": "done",
    "paused": "paused",
    "off": "off",
    "outside": "extra",
}
"""The status of outcomes that do not depend on the schedule."""
_NOT_DUE_STATUS: dict[Outcome, Status] = {**_OWN_STATUS, "success": "extra", "skip": "rest"}


class Segment(NamedTuple):
    """Days under one schedule, first and last included, their unit, and the closed units."""

    first: int
    last: int
    unit: StreakUnit
    results: list[UnitResult]
    due: tuple[int, int] | None = None  # for `after` schedules: the next first and last due day


class Period(NamedTuple):
    """A week, a month or a slot."""

    start: int  # its first day in the calendar, as an ordinal
    end: int
    reached: int  # the number of times done, or the amount
    need: int  # the required times, or the amount to reach or not to exceed
    # `open` until it is over or can no longer change.
    result: Literal["met", "missed", "skipped", "open"]
    goal: Goal  # the goal on its last day
    last: int  # its last day under its schedule: `end`, or the day before the next schedule
    left: int = 0  # the days, from today on, that can still count in an open period


class Timeline(NamedTuple):
    """The evaluated days of a habit."""

    first: int
    begin: int  # the first day that counts
    today: int
    statuses: list[Status]  # of each day from `first` on, including some days after today
    segments: list[Segment]  # the segments that have begun, in order
    periods: list[Period]  # the periods up to today, in order
    closed: int  # the last decided day: today once it has an entry, else yesterday
    misses: frozenset[int]  # missed days, and the last days of missed slots

    @property
    def age(self) -> int:
        """The number of decided days."""
        return self.closed - self.begin + 1

    @property
    def unit(self) -> StreakUnit:
        """The unit of the streak."""
        return self.segments[-1].unit if self.segments else ""

    @property
    def due(self) -> tuple[int, int] | None:
        """The first and last day on which an `after` schedule is next due."""
        return self.segments[-1].due if self.segments else None

    @property
    def results(self) -> list[UnitResult]:
        """All closed units, in order."""
        return [result for segment in self.segments for result in segment.results]

    @property
    def results_in_unit(self) -> list[UnitResult]:
        """The closed units of the streak's current unit, in order."""
        same = (segment for segment in self.segments if segment.unit == self.unit)
        return [result for segment in same for result in segment.results]

    @property
    def final_results(self) -> dict[int, bool]:
        """Whether the unit that closed on a day was met, by day. These results are final.

        The current week, month or slot has no result: it closes on its last day.
        """
        period = self.period
        is_current = period is not None and period.last > self.today
        is_decided = period is not None and period.result in ("met", "missed")
        return dict(self.results[:-1] if is_current and is_decided else self.results)

    @property
    def awaits_today(self) -> bool:
        """Whether today has no final result yet, but will get one."""
        if (period := self.period) is None:
            return self.status(self.today) in (*UNDECIDED, "last day")
        return period.result == "open" and period.last == self.today

    @property
    def period(self) -> Period | None:
        """The current week, month or slot, if today's schedule has them."""
        has_one = self.periods and self.unit in ("weeks", "months", "slots")
        return self.periods[-1] if has_one else None

    def between(self, first: int, last: int) -> Timeline:
        """Return the timeline with only the units that closed on these days.

        Use it for all figures of a span, so that they agree on its last day.
        """
        segments = [
            part._replace(results=[unit for unit in part.results if first <= unit[0] <= last])
            for part in self.segments
            if part.first <= last
        ]
        periods = [each for each in self.periods if first <= min(each.last, self.today) <= last]
        return self._replace(segments=segments, periods=periods, closed=min(self.closed, last))

    def status(self, day: int) -> Status:
        """Return the status of a day."""
        place = day - self.first
        if place < 0:
            return "off"
        return self.statuses[place] if place < len(self.statuses) else "future"


def evaluate_days(
    habit: Definition, days: DayHistory, today: int, week_start: int = 0, last: int | None = None
) -> Timeline:
    """Evaluate all days of a habit up to today, or up to `last` if that is later."""
    starts = [day for day in (habit.since, days.begin) if day is not None]
    since = habit.since if habit.since is not None else min(starts, default=today)
    first = min(*starts, since, today)
    grid = _find_grid(habit.schedule_on(today), habit.goal_on(today), since, week_start)
    # The rest of the current period affects its target.
    end = max(last or 0, _period_bounds(grid, today)[1] if grid else today)
    evaluation = _Evaluation(habit, days, first, end, today)
    limit = end if habit.until is None else min(end, habit.until)
    judged = [evaluation.judge(part) for part in _stretches(habit, since, limit, week_start)]
    segments = [segment for segment in judged if segment.first <= today]
    is_open = days.day(today).value == "none" or evaluation.statuses[today - first] in UNDECIDED
    misses = [
        day
        for segment in segments
        if segment.unit not in ("weeks", "months")
        for day, is_met in segment.results
        if not is_met
    ]
    return Timeline(
        first,
        since,
        today,
        evaluation.statuses,
        segments,
        evaluation.periods,
        today - is_open,
        frozenset(misses),
    )


class _PeriodGrid(NamedTuple):
    """Periods of `length` days or calendar months, counted from `start`."""

    unit: StreakUnit
    length: int = 1
    start: int = 1
    is_by_month: bool = False


def _find_grid(schedule: Schedule, goal: Goal, since: int, week_start: int) -> _PeriodGrid | None:
    """Return the periods of a schedule, or of a weekly or monthly goal."""
    if isinstance(schedule, Untracked):
        return None
    per = goal.per
    if per == "day" and isinstance(schedule, EverySlot):
        start = since if schedule.start is None else schedule.start
        return _PeriodGrid("slots", schedule.length, start, schedule.unit == "month")
    if per == "day" and isinstance(schedule, PerPeriod):
        per = schedule.period
    if per == "week":
        return _PeriodGrid("weeks", 7, 1 + week_start)  # the ordinal 1 is a Monday
    return _PeriodGrid("months", is_by_month=True) if per == "month" else None


class _Stretch(NamedTuple):
    """Days under one schedule, and under one goal if there are periods."""

    first: int
    last: int
    schedule: Schedule
    goal: Goal
    grid: _PeriodGrid | None


def _stretches(habit: Definition, since: int, limit: int, week_start: int) -> list[_Stretch]:
    """Split days by schedule and goal; for a period with several, those of the last day apply."""
    found: list[_Stretch] = []
    for begin, end, schedule in split_by_rule(habit.schedules, since, limit):
        slots = begin if habit.since is None else habit.since
        for first, last, goal in split_by_rule(habit.goals, begin, end):
            grid = _find_grid(schedule, goal, slots, week_start)
            start = first
            before = found[-1] if found else None
            if before is not None and grid == before.grid:
                if grid is not None:
                    start = max(_period_bounds(grid, first)[0], before.first)
                elif schedule == before.schedule:
                    start = before.first  # the goals are already applied day by day
                found.pop()
                if start > before.first:
                    found.append(before._replace(last=start - 1))
            found.append(_Stretch(start, last, schedule, goal, grid))
    return found


def _period_bounds(grid: _PeriodGrid, day: int) -> tuple[int, int]:
    if grid.is_by_month:
        month = _month_of(day)
        first = month - (month - _month_of(grid.start)) % grid.length
        return _month_start(first), _month_start(first + grid.length) - 1
    start = day - (day - grid.start) % grid.length
    return start, start + grid.length - 1


def _month_of(day: int) -> int:
    """Return the number of a day's month, counted from the year 0."""
    month_day = date.fromordinal(day)
    return 12 * month_day.year + month_day.month - 1


def _month_start(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


def _find_outcomes(
    habit: Definition, values: list[DayValue], first: int, today: int
) -> list[Outcome]:
    """Return the outcomes of days under their goals, the pauses, `since` and `until`."""
    outcomes: list[Outcome] = []
    last = first + len(values) - 1
    for start, end, goal in split_by_rule(habit.goals, first, last):
        part = values[start - first : end - first + 1]
        is_quiet = habit.counts_silence(goal)
        meanings = {value: _find_outcome(goal, value, is_quiet=is_quiet) for value in set(part)}
        outcomes += [meanings[value] for value in part]
        if goal.kind == "most":
            for place in range(start - first, min(end + 1, today) - first):
                if outcomes[place] == "within limit":
                    outcomes[place] = "success"
    for start, end in habit.pauses:
        for place in range(max(start, first) - first, min(end, last) - first + 1):
            if outcomes[place] != "success":
                outcomes[place] = "paused"
    since = first if habit.since is None else habit.since
    until = last if habit.until is None else habit.until
    for day in (*range(first, min(since, last + 1)), *range(max(until + 1, first), last + 1)):
        outcomes[day - first] = "outside" if outcomes[day - first] == "success" else "off"
    return outcomes


def _find_outcome(goal: Goal, value: DayValue, *, is_quiet: bool) -> Outcome:
    is_by_day = goal.per == "day"
    if value.value == "none":
        return "quiet" if is_quiet and is_by_day else "empty"
    if value.value == "done":
        return "success"
    if value.value != "amount":
        return value.value
    if goal.kind == "most" and not is_by_day:
        return "empty"  # an amount within a weekly limit is not a success
    if is_by_day and goal.is_exceeded_by(value.amount):
        return "miss"
    if goal.kind == "most":
        return "success" if value.is_marked else "within limit"
    enough = goal.target if goal.is_to_reach and is_by_day else 1
    return "success" if value.is_marked or value.amount >= enough else "empty"


class _Evaluation:
    def __init__(
        self, habit: Definition, days: DayHistory, first: int, last: int, today: int
    ) -> None:
        self.first = first
        self.last = last
        self.today = today
        self.due_days = days.due
        self.values = days.between(first, last)
        self.outcomes = _find_outcomes(habit, self.values, first, today)
        self.statuses: list[Status] = [
            "extra" if outcome == "outside" else "off" for outcome in self.outcomes
        ]
        self.periods: list[Period] = []

    def judge(self, stretch: _Stretch) -> Segment:
        """Evaluate the days under one schedule."""
        first, last, schedule, goal, grid = stretch
        if grid is not None:
            segment = Segment(first, last, grid.unit, [])
            if goal.per != "day":
                self._judge_amounts(segment, grid, goal)
            else:
                times = schedule.times if isinstance(schedule, PerPeriod) else 1
                self._judge_counts(segment, grid, goal, times)
            return segment
        match schedule:
            case ChosenDays() | ChosenDates() | PerPeriod(period="day"):
                segment = Segment(first, last, "due days", [])
                self._judge_due_days(segment, schedule.is_due)
            case AsParts():
                segment = Segment(first, last, "due days", [])
                self._judge_due_days(segment, self.due_days.__contains__)
            case InDays():
                segment = Segment(first, last, "days", [])
                self._judge_spans(segment, schedule)
            case AfterLast():
                segment = Segment(first, last, "times", [])
                return segment._replace(due=self._judge_after(segment, schedule))
            case PerPeriod() | EverySlot():
                raise AssertionError("a schedule of periods has a grid")
            case Untracked():
                segment = Segment(first, last, "", [])
                self._fill(first, min(last, self.today), "rest")
                self._fill(max(first, self.today + 1), last, "future")
            case _:
                assert_never(schedule)
        return segment

    def _outcomes_in(self, first: int, last: int) -> list[Outcome]:
        return self.outcomes[max(0, first - self.first) : max(0, last - self.first + 1)]

    def _fill(self, first: int, last: int, status: Status) -> None:
        """Set the status of days, unless their outcome alone determines it."""
        for day in range(max(first, self.first), min(last, self.last) + 1):
            place = day - self.first
            self.statuses[place] = _OWN_STATUS.get(self.outcomes[place], status)

    def _judge_due_days(self, segment: Segment, is_due: Callable[[int], bool]) -> None:
        outcomes = self._outcomes_in(segment.first, segment.last)
        for day, outcome in enumerate(outcomes, segment.first):
            if not is_due(day):
                status = _NOT_DUE_STATUS.get(outcome, "rest")
            else:
                status = _OWN_STATUS.get(outcome) or self._find_due_status(day, outcome)
                if day <= self.today and status in ("done", "missed"):
                    segment.results.append((day, status == "done"))
            self.statuses[day - self.first] = status

    def _find_due_status(self, day: int, outcome: Outcome) -> Status:
        """Return the status of a due day that its outcome alone does not determine."""
        if day > self.today:
            return "future"
        if day == self.today and outcome != "miss":
            return "pending" if outcome == "empty" else "ok-so-far"
        return "done" if outcome == "quiet" else "missed"

    def _judge_counts(self, segment: Segment, grid: _PeriodGrid, goal: Goal, times: int) -> None:
        """Evaluate periods that require a number of times."""
        # Paused days and days outside of the segment lower the target in proportion, rounded up.
        # Each skip lowers it by one.
        for start, end, first, last in self._periods_of(segment, grid):
            inside = self._outcomes_in(first, last)
            # Without an entry, a day is a success only when it is over.
            over = inside if last < self.today else self._outcomes_in(first, self.today - 1)
            count = over.count("success") + over.count("quiet")
            if first <= self.today <= last:
                count += self.outcomes[self.today - self.first] == "success"
            base = -(-times * _count_active(inside) // (end - start + 1))
            need = max(0, base - inside.count("skip"))
            result: Literal["met", "missed", "skipped", "open"] = "open"
            if count >= need:
                result = "met" if need or count else "skipped"
            elif last < self.today:
                result = "missed"
            parts = [int(outcome in ("success", "quiet")) for outcome in inside]
            self._close(segment, Period(start, end, count, need, result, goal, last), first, parts)

    def _judge_amounts(self, segment: Segment, grid: _PeriodGrid, goal: Goal) -> None:
        """Evaluate periods in which amounts add up to a goal."""
        # The goal is scaled to the active days. A limit is missed as soon as the sum exceeds it,
        # and met only when the period is over. A range is met while the sum is inside it.
        is_least = goal.is_to_reach
        for start, end, first, last in self._periods_of(segment, grid):
            inside = self._outcomes_in(first, last)
            active = _count_active(inside) - (inside.count("skip") if is_least else 0)
            until_today = min(last, self.today)
            inside_values = self.values[first - self.first : until_today - self.first + 1]
            count = sum(value.amount for value in inside_values)
            # A goal of zero is also missed by a `miss` without an amount.
            is_admitted = goal.target == 0 and "miss" in self._outcomes_in(first, until_today)
            length = end - start + 1
            reached, needed = count * length, goal.target * active
            highest = None if goal.highest is None else goal.highest * active
            is_over = last < self.today
            result: Literal["met", "missed", "skipped", "open"] = "open"
            if active <= 0:
                result = "skipped"
            elif is_admitted or (highest is not None and reached > highest):
                result = "missed"
                needed = needed if highest is None else max(needed, highest)
            elif is_least and (reached >= needed or is_over):
                result = "met" if reached >= needed else "missed"
            elif not is_least and is_over:
                result = "met"
            period = Period(start, end, count, needed // length, result, goal, last)
            parts = [value.amount for value in inside_values]
            self._close(segment, period, first, parts)

    def _periods_of(
        self, segment: Segment, grid: _PeriodGrid
    ) -> Iterator[tuple[int, int, int, int]]:
        """Yield periods up to today: start and end in the calendar, then in the segment."""
        day = segment.first
        while day <= min(segment.last, self.today):
            start, end = _period_bounds(grid, day)
            yield start, end, day, min(end, segment.last)
            day = end + 1
        self._fill(max(day, self.today + 1), segment.last, "future")

    def _close(self, segment: Segment, period: Period, first: int, parts: list[int]) -> None:
        """Record the result of a period; `parts` contains the share of each day from `first`."""
        last = period.last
        if period.result != "open":
            self.periods.append(period)
            if period.result != "skipped":
                day = min(last, self.today)
                if last > self.today:  # the result counts from the day that decided it
                    sums = enumerate(accumulate(parts[: day - first + 1]), first)
                    enough = period.need + (period.result == "missed")
                    day = next((at for at, reached in sums if reached >= enough), day)
                segment.results.append((day, period.result == "met"))
            self._fill(first, last, "gap" if period.result == "missed" else "covered")
            return
        ahead = self._outcomes_in(self.today, last)
        left = sum(ahead.count(outcome) for outcome in ("empty", "quiet", "within limit"))
        self.periods.append(period._replace(left=left))
        self._fill(self.today + 1, last, "future")
        if period.goal.kind == "most" and period.goal.per != "day":
            self._fill(first, self.today, "ok-so-far")
            return
        self._fill(first, self.today - 1, "open")
        today = self.outcomes[self.today - self.first]
        is_ok = today in ("quiet", "within limit")
        pending: Status = "open" if today == "miss" else "pending"
        self._fill(self.today, self.today, "ok-so-far" if is_ok else pending)

    def _judge_spans(self, segment: Segment, schedule: InDays) -> None:
        """Evaluate days under a schedule such as `3/10d`, whose streak counts covered days."""
        last = min(segment.last, self.today)
        inside = self._outcomes_in(segment.first, last)
        checks = [
            day
            for day, outcome in enumerate(inside, segment.first)
            if outcome == "success" or (outcome == "quiet" and day < self.today)
        ]
        self._fill(segment.first, last, "gap")
        self._fill(max(last + 1, segment.first), segment.last, "future")
        for first, end in spans(checks, schedule.times, schedule.days):
            self._fill(max(first, segment.first), min(end, segment.last), "covered")
        today = self.today - self.first
        if segment.first <= self.today <= segment.last and self.statuses[today] == "gap":
            # Today is not a gap unless it is logged as missed.
            self.statuses[today] = "gap" if self.outcomes[today] == "miss" else "pending"
        for day in range(segment.first, last + 1):
            status = self.statuses[day - self.first]
            if status in ("done", "covered", "gap"):
                segment.results.append((day, status != "gap"))

    def _judge_after(self, segment: Segment, schedule: AfterLast) -> tuple[int, int] | None:
        """Evaluate days under an `after` schedule, whose streak counts the times done in time."""
        # The habit is due until it is done for the first time. It is overdue after `high` days, and
        # the deadline is then the missed day. Paused days do not count. A skip restarts the count
        # without adding a time. The next due day is as of today, or of the end of the segment.
        passed, deadline = schedule.low - 1, segment.first
        last = min(segment.last, self.today)
        for day in range(segment.first, last + 1):
            outcome = self.outcomes[day - self.first]
            if outcome == "paused":
                self._fill(day, day, "rest")
                continue
            passed += 1
            if passed == schedule.high:
                deadline = day
            elif passed == schedule.high + 1:
                segment.results.append((deadline, False))
            if outcome in ("success", "skip"):
                passed = 0
                if outcome == "success":
                    segment.results.append((day, True))
            status: Status = "last day" if passed == schedule.high else "due"
            if passed < schedule.low:
                status = "rest"
            elif passed > schedule.high:
                status = "overdue"
            self._fill(day, day, status)
        self._fill(max(last + 1, segment.first), segment.last, "future")
        if last < segment.first:
            return None
        return last + schedule.low - passed, last + schedule.high - passed


def _count_active(outcomes: list[Outcome]) -> int:
    return len(outcomes) - outcomes.count("paused") - outcomes.count("off")

"""The timer on this device, which logs minutes for a habit when it is stopped.

Only one timer runs at a time. It is a file in the state folder, so it survives a restart.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from notekeep import cache_files, dates
from notekeep.config import current_time
from notekeep.errors import Failure, NotFound, Refused, remedy
from notekeep.habits import amounts
from notekeep.tracking.checkin import (
    CheckIn,
    CheckInResult,
    append_check_in,
    parse_typed_value,
    refuse_combined,
)

if TYPE_CHECKING:
    from notekeep.tracking.habit_names import Habit
    from notekeep.tracking.tracker import HabitIndex

TIMER_FILE = "timer"
"""File in the state folder while a timer runs: the habit and the local start time."""


class Timer(NamedTuple):
    """A running timer."""

    habit: str  # id of the habit
    start: datetime

    @property
    def since(self) -> str:
        """`10:05`."""
        return f"{self.start:%H:%M}"

    @property
    def minutes(self) -> int:
        """The whole minutes since the start."""
        # Compare timestamps, because the clock may have changed to or from summer time.
        return max(0, int(current_time().timestamp() - self.start.timestamp()) // 60)


def read_timer(state: str) -> Timer | None:
    """Return the running timer, or None."""
    found = cache_files.load_state(state, TIMER_FILE)
    with suppress(KeyError, TypeError, ValueError):
        return Timer(str(found["habit"]), datetime.fromisoformat(found["start"]))
    return None


def start_timer(index: HabitIndex, habit: Habit) -> Timer:
    """Start the timer for a habit.

    Raises Refused if a timer is running or the habit is not measured in time, and UsageError for a
    combined habit.
    """
    state, about = index.places.state, habit.definition
    refuse_combined(about)
    if (running := read_timer(state)) is not None:
        raise Refused(
            f"The timer for {running.habit} has been running since {running.since}.",
            "`notekeep habit stop` stops it.",
        )
    if about.unit and amounts.to_base_unit(amounts.MILLI, "min", about.unit) is None:
        raise Refused(
            f"{about.id} is measured in {about.unit}, and a timer logs minutes.",
            f"Log an amount: `notekeep habit {about.id} 12 {about.unit}`.",
        )
    timer = Timer(about.id, current_time().replace(microsecond=0))
    data = json.dumps({"habit": timer.habit, "start": timer.start.isoformat()}).encode()
    try:
        cache_files.make_cache_folder(state)
        cache_files.write_cache_file(state, TIMER_FILE, data, durable=True)
    except OSError as error:
        raise Failure(f"The timer cannot be saved: {error.strerror}.", remedy(error)) from error
    return timer


def stop_timer(
    index: HabitIndex, *, value: str = "", discard: bool = False
) -> tuple[Timer, CheckInResult | None]:
    """Stop the timer, and log its minutes or `value`, with the day and time of its start.

    The result is None if nothing was logged: with `discard`, or within the first minute.
    Raises NotFound if no timer is running.
    """
    state = index.places.state
    timer = read_timer(state)
    if timer is None:
        raise NotFound("No timer is running.", "`notekeep habit start ID` starts one.")
    result = None
    if not discard and (value or timer.minutes):
        habit = index.resolve(timer.habit)
        typed = parse_typed_value(value or f"{timer.minutes} min", habit.definition.unit)
        day_start = index.places.settings.day_start
        day = dates.habit_day(timer.start, day_start)
        clock = dates.format_clock(timer.start, day, day_start)
        result = append_check_in(index, CheckIn(habit, typed, day, clock))
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(state, TIMER_FILE))
    return timer, result

"""A check-in: one line appended to this device's log, and the habit as it is afterwards.

The line is durable before anything else happens. An index that is missing, locked or stale is no
reason not to write it; the answer then says what was wrong. Taking one back is taking_back.py's
affair.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from notekeep import dates
from notekeep.errors import Refused, UsageError
from notekeep.files.append import append_line
from notekeep.habits import log, units
from notekeep.habits.fold import said_in
from notekeep.habits.log import Entry, Value, format_entry, read_value
from notekeep.habits.revise import revise
from notekeep.index.device import device_name
from notekeep.index.habit_look import LOG_FOLDER
from notekeep.index.moments import keep_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from notekeep.habits.view import Cell, HabitView
    from notekeep.index.habit_names import Habit
    from notekeep.index.habits import HabitIndex


class CheckIn(NamedTuple):
    """What a person says.

    Attributes:
        habit: Of which habit.
        value: What of it.
        day: The day it counts for; None is today.
        time: When it was, as in a log line; "" is now.
        note: A remark.
        extra: Further `key=word` pairs.
        is_forced: Whether days ahead and units that do not convert are meant.
        replaces: Whether it takes the place of all that was said of the day before.
        is_said: Whether the value was said, rather than left out to mean done.
    """

    habit: Habit
    value: Value
    day: date | None = None
    time: str = ""
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    is_forced: bool = False
    replaces: bool = False
    is_said: bool = True


class Logged(NamedTuple):
    """What a check-in did.

    Attributes:
        habit: The habit as it is afterwards, as of today.
        cell: The day of the entry, as it is afterwards.
        line: The line, as it was written or would be.
        path: The log file, vault-relative.
        is_written: False for one that was only tried, and one that was there already.
        warning: What a person should know although the line is written; "" for nothing.
    """

    habit: HabitView
    cell: Cell
    line: str
    path: str
    is_written: bool
    warning: str = ""


def read_typed(text: str, unit: str = "") -> Value:
    """Read a value as a person types it: as in a log line, and `+1` for one more.

    Args:
        text: The words of the value.
        unit: The habit's unit, which an amount without one gets.

    Raises:
        UsageError: It is no value.
    """
    words = text.strip().removeprefix("+").split()
    found = read_value(words) if words else None
    if found is None or found[1] != len(words):
        hint = "write done, skip, miss, clear, 12 min, 1h20 or = 30"
        if any("," in word for word in words):
            hint = f"write {text.strip().replace(',', '.')}"
        raise UsageError(f"value not understood: {text}", hint, text=text, position=0)
    return with_unit(found[0], unit)


def with_unit(value: Value, unit: str) -> Value:
    """Give an amount the habit's unit where it has none, or one that only spells it otherwise."""
    if value.kind != "amount" or not unit:
        return value
    if value.unit is None or units.same_unit(value.unit) == units.same_unit(unit):
        return value._replace(unit=unit)
    is_minutes = value.unit in ("m", "M") and units.to_base(units.MILLI, "min", unit) is not None
    return value._replace(unit="min") if is_minutes else value


def check_in(
    index: HabitIndex, said: CheckIn, *, now: datetime | None = None, dry_run: bool = False
) -> Logged:
    """Write what a person says of a habit and day.

    Args:
        index: The index of the vault's habits, refreshed.
        said: What the person says.
        now: The wall clock; None asks the machine.
        dry_run: Write nothing.

    Raises:
        UsageError: The day lies ahead, the unit does not convert, or there is nothing to clear.
        Refused: The log may not be written.
        Failure: The system did not let us; the line is not there.
    """
    moment = now or wall_clock()
    today = dates.habit_day(moment, index.places.settings.day_start)
    day = said.day or today
    entries = index.day_entries(said.habit, day.toordinal())
    _check(said, day, today, entries)
    unit = said.habit.definition.unit
    value, revision = revise(entries, said.value, unit, replaces=said.replaces)
    time = said.time or free_time(moment, day, index.places.settings.day_start, entries)
    entry = entry_of(said.habit, day, value, time, revision, said.extra, said.note)
    path = log_path(index.places.state, day)
    line = proved_line(entry, is_link=index.places.settings.log_links)
    is_new = all(said_in(entry) != said_in(other) for other in entries)
    warning = "" if is_new else "that line is in the log already"
    if is_new and not dry_run:
        append(index, path, line, day)
        warning = index.added(said.habit, path, {line: entry})
    view, cell = seen(index, said.habit, day, today)
    return Logged(view, cell, line, path, is_new and not dry_run, warning)


def check(index: HabitIndex, said: CheckIn, *, now: datetime | None = None) -> None:
    """Find out whether `check_in` would write it, so that of several none is written alone.

    Raises:
        UsageError: The day lies ahead, the unit does not convert, or there is nothing to clear.
    """
    today = dates.habit_day(now or wall_clock(), index.places.settings.day_start)
    day = said.day or today
    _check(said, day, today, index.day_entries(said.habit, day.toordinal()))


def log_path(state: str, day: date) -> str:
    """The file that this device writes an entry of a day to, vault-relative."""
    return f"{LOG_FOLDER}/{day:%Y-%m}.{device_name(state)}.md"


def seen(index: HabitIndex, habit: Habit, day: date, today: date) -> tuple[HabitView, Cell]:
    """A habit as of today, and one of its days."""
    view = index.view(habit, today, first=day, last=day)
    index.write_prompt(today)
    return view, view.cells[0]


def wall_clock() -> datetime:
    """What time the machine, or a test, says it is."""
    from notekeep.config import now

    return now()


def append(index: HabitIndex, path: str, line: str, day: date) -> None:
    """Append a line to a log file, durably, and keep when that was.

    Raises:
        Refused: The log may not be written.
        Failure: The system did not let us; the line is not there.
    """
    place = os.path.join(index.places.root, *path.split("/"))
    append_line(place, line, f"# Habit log {day:%Y-%m}\n\n", root=index.places.root)
    keep_moment(index.places.state, line)


def _check(said: CheckIn, day: date, today: date, entries: Sequence[Entry]) -> None:
    value, habit = said.value, said.habit.definition
    if said.value.kind == "clear" and not entries:
        raise UsageError(
            f"nothing is logged for {habit.id} on {dates.short(day, today)}",
            "there is nothing to clear",
        )
    if said.is_forced:
        return
    if day > today:
        raise UsageError(
            f"{dates.short(day, today)} has not come yet",
            "--force writes it all the same",
        )
    if day.year < log.FIRST_YEAR:
        raise UsageError(f"{day.isoformat()} is too long ago", "write the year with four digits")
    if value.kind == "amount" and units.to_base(value.amount, value.unit, habit.unit) is None:
        raise UsageError(
            f"{habit.id} is counted in {habit.unit}, and {value.unit} does not convert to it",
            f"write the amount in {habit.unit}; --force writes it all the same",
        )


def entry_of(
    habit: Habit,
    day: date,
    value: Value,
    time: str,
    revision: int,
    extra: tuple[tuple[str, str], ...],
    note: str,
) -> Entry:
    """What is said of a habit and day, as an entry."""
    return Entry(
        day.toordinal(),
        habit.definition.id,
        value.kind,
        value.amount,
        value.unit,
        value.is_set,
        time,
        revision,
        extra,
        " ".join(note.split()) or None,
    )


def proved_line(entry: Entry, *, is_link: bool) -> str:
    """An entry as a line, which is proved to say the same before anything is written.

    Raises:
        Refused: It would be read back as something else.
    """
    line = format_entry(entry, is_link=is_link)
    if log.parse_line(line).entry != entry:
        raise Refused(
            f"this would not be read back as it was meant: {line}",
            "nothing was written; say it with plainer words",
        )
    return line


def free_time(now: datetime, day: date, day_start: int, entries: Sequence[Entry]) -> str:
    """A time for an entry that no other one of the day has, so that repeats differ."""
    taken = {entry.time for entry in entries}
    minute = dates.clock(now, day, day_start)
    if not any(time and time.startswith(minute) for time in taken):
        return minute
    moment = now
    while (time := dates.clock(moment, day, day_start, seconds=True)) in taken:
        moment += timedelta(seconds=1)
    return time

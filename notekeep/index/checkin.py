"""A check-in: one line appended to this device's log, and the habit as it is afterwards.

The line is durable before anything else happens. An index that is missing, locked or stale is no
reason not to write it; the answer then says what was wrong.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from notekeep import dates
from notekeep.errors import NotFound, Refused, UsageError
from notekeep.files.append import append_line
from notekeep.habits import log, units
from notekeep.habits.fold import said_in
from notekeep.habits.log import Entry, Value, format_entry, read_value
from notekeep.habits.revise import restore, revise
from notekeep.index.device import device_name
from notekeep.index.habit_line import keep_one
from notekeep.index.habit_look import LOG_FOLDER
from notekeep.index.habit_names import find_habit, is_name
from notekeep.index.moments import keep_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from notekeep.habits.view import Cell, HabitView
    from notekeep.index.habit_names import Habit
    from notekeep.index.habits import HabitIndex

UNDO = "undo"
"""The attribute of a line that takes another one back; its value is that line's time."""
TOGETHER = "and"
"""The value of the attribute in a second line that belongs to the same step back."""
REDO = "redo"
"""The attribute of a line that takes a step back back; its value is the time of that step."""


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


class Undone(NamedTuple):
    """What taking an entry back did.

    Attributes:
        habit: The habit as it is afterwards, as of today.
        cell: The day of the entry, as it is afterwards.
        gone: The line that was taken back.
        lines: The lines that do it.
        warning: What a person should know although they are written; "" for nothing.
    """

    habit: HabitView
    cell: Cell
    gone: str
    lines: tuple[str, ...]
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
    moment = now or _now()
    today = dates.habit_day(moment, index.places.settings.day_start)
    day = said.day or today
    entries = index.day_entries(said.habit, day.toordinal())
    _check(said, day, today, entries)
    unit = said.habit.definition.unit
    value, revision = revise(entries, said.value, unit, replaces=said.replaces)
    time = said.time or _free_time(moment, day, index.places.settings.day_start, entries)
    entry = _entry(said.habit, day, value, time, revision, said.extra, said.note)
    path = log_path(index.places.state, day)
    line = _written(entry, is_link=index.places.settings.log_links)
    is_new = all(said_in(entry) != said_in(other) for other in entries)
    warning = "" if is_new else "that line is in the log already"
    if is_new and not dry_run:
        _append(index, path, line, day)
        warning = index.added(said.habit, path, {line: entry})
    view, cell = _seen(index, said.habit, day, today)
    return Logged(view, cell, line, path, is_new and not dry_run, warning)


def check(index: HabitIndex, said: CheckIn, *, now: datetime | None = None) -> None:
    """Find out whether `check_in` would write it, so that of several none is written alone.

    Raises:
        UsageError: The day lies ahead, the unit does not convert, or there is nothing to clear.
    """
    today = dates.habit_day(now or _now(), index.places.settings.day_start)
    day = said.day or today
    _check(said, day, today, index.day_entries(said.habit, day.toordinal()))


def undo(index: HabitIndex, *, now: datetime | None = None, dry_run: bool = False) -> Undone:
    """Take back the last entry that this device wrote and that was not taken back yet.

    The log only grows: a line of a higher revision makes the day what it was before.

    Raises:
        NotFound: There is nothing left to take back.
    """
    index.refresh()
    own = _own_since_last(index)
    if not own:
        raise NotFound("there is no entry of this device to take back")
    return _without(index, own, UNDO, now=now, dry_run=dry_run)


def redo(index: HabitIndex, *, now: datetime | None = None, dry_run: bool = False) -> Undone:
    """Say again what `undo` took back last, if nothing else was said on this device since.

    Raises:
        NotFound: There is nothing to say again.
    """
    index.refresh()
    own = own_since_undo(index)
    if not own:
        raise NotFound("there is no entry of this device to say again")
    return _without(index, own, REDO, now=now, dry_run=dry_run)


def _without(
    index: HabitIndex,
    own: Sequence[tuple[Entry, str]],
    sign: str,
    *,
    now: datetime | None,
    dry_run: bool,
) -> Undone:
    """Make a day what it was before the last of some lines, and without those of them after it."""
    gone, text = own[-1]
    known = index.known()
    if not is_name(known, gone.habit):
        # Its note is gone, and the beginning of another one's name is not meant.
        raise NotFound(f"there is no habit {gone.habit} any more", "`notekeep trash` may have it")
    habit = find_habit(known, gone.habit)
    day = date.fromordinal(gone.day)
    moment = now or _now()
    settings = index.places.settings
    unit = habit.definition.unit
    entries = index.day_entries(habit, gone.day)
    written: list[Entry] = []
    mark = gone.time or "untimed"
    later = [entry for entry, _ in own if entry.day == gone.day and entry.habit == gone.habit]
    # Another process may have the index, which then has not all that the log has.
    known_lines = {said_in(entry) for entry in entries}
    entries += [entry for entry in later if said_in(entry) not in known_lines]
    for value, revision in restore(entries, later, unit):
        time = _free_time(moment, day, settings.day_start, [*entries, *written])
        pair = (UNDO, TOGETHER) if written else (sign, mark)
        written.append(_entry(habit, day, value, time, revision, (pair,), ""))
    lines = {_written(entry, is_link=settings.log_links): entry for entry in written}
    warning = ""
    if not dry_run:
        path = log_path(index.places.state, day)
        for line in lines:
            _append(index, path, line, day)
        warning = index.added(habit, path, lines)
    today = dates.habit_day(moment, settings.day_start)
    return Undone(*_seen(index, habit, day, today), text, tuple(lines), warning)


def log_path(state: str, day: date) -> str:
    """The file that this device writes an entry of a day to, vault-relative."""
    return f"{LOG_FOLDER}/{day:%Y-%m}.{device_name(state)}.md"


def _seen(index: HabitIndex, habit: Habit, day: date, today: date) -> tuple[HabitView, Cell]:
    """A habit as of today, and one of its days."""
    view = index.view(habit, today, first=day, last=day)
    keep_one(index, view, today)
    return view, view.cells[0]


def _now() -> datetime:
    from notekeep.config import now

    return now()


def _append(index: HabitIndex, path: str, line: str, day: date) -> None:
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


def _entry(
    habit: Habit,
    day: date,
    value: Value,
    time: str,
    revision: int,
    extra: tuple[tuple[str, str], ...],
    note: str,
) -> Entry:
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


def _written(entry: Entry, *, is_link: bool) -> str:
    """An entry as a line, which is proved to say the same before anything is written."""
    line = format_entry(entry, is_link=is_link)
    if log.parse_line(line).entry != entry:
        raise Refused(
            f"this would not be read back as it was meant: {line}",
            "nothing was written; say it with plainer words",
        )
    return line


def _free_time(now: datetime, day: date, day_start: int, entries: Sequence[Entry]) -> str:
    """A time for an entry that no other one of the day has, so that repeats differ."""
    taken = {entry.time for entry in entries}
    minute = dates.clock(now, day, day_start)
    if not any(time and time.startswith(minute) for time in taken):
        return minute
    moment = now
    while (time := dates.clock(moment, day, day_start, seconds=True)) in taken:
        moment += timedelta(seconds=1)
    return time


def _own_since_last(index: HabitIndex) -> list[tuple[Entry, str]]:
    """The lines of this device, newest first, down to the last one that still stands.

    Those before it in the list were taken back, or take one back; each with its text.
    """
    taken_back = 0
    passed: list[tuple[Entry, str]] = []
    for entry, text in own_lines(index):
        passed.append((entry, text))
        mark = dict(entry.extra).get(UNDO)
        if mark is not None:
            taken_back += mark != TOGETHER
        elif taken_back:
            taken_back -= 1
        else:
            return passed
    return []


def own_since_undo(index: HabitIndex) -> list[tuple[Entry, str]]:
    """The lines of this device, newest first, down to the last step back that still stands.

    Empty when something was said since.
    """
    said_again = 0
    passed: list[tuple[Entry, str]] = []
    for entry, text in own_lines(index):
        passed.append((entry, text))
        signs = dict(entry.extra)
        if signs.get(UNDO) == TOGETHER:
            continue
        if REDO in signs:
            said_again += 1
        elif UNDO not in signs:
            return []
        elif said_again:
            said_again -= 1
        else:
            return passed
    return []


def own_lines(index: HabitIndex) -> Iterator[tuple[Entry, str]]:
    """The lines of this device, newest first: by when a file was written, and from its end."""
    folder = os.path.join(index.places.root, *LOG_FOLDER.split("/"))
    ending = f".{device_name(index.places.state)}.md"
    try:
        with os.scandir(folder) as listing:
            files = [entry for entry in listing if entry.name.endswith(ending) and entry.is_file()]
    except FileNotFoundError:
        return
    for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True):
        with open(file.path, "rb") as opened:
            text = opened.read().decode("utf-8", "replace").removeprefix("\ufeff")
        for placed in reversed(log.parse_file(text)):
            if placed.line.entry is not None:
                yield placed.line.entry, placed.text

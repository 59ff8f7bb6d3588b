"""Taking a check-in back, and saying it again: steps over the lines that this device wrote.

The log only grows, so a step back is a line like any other, with a sign that says what it takes
back. How lines are written is checkin.py's affair.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep import dates
from notekeep.errors import NotFound
from notekeep.habits import log
from notekeep.habits.fold import said_in
from notekeep.habits.revise import restore
from notekeep.index.checkin import (
    append,
    entry_of,
    free_time,
    log_path,
    proved_line,
    seen,
    wall_clock,
)
from notekeep.index.device import device_name
from notekeep.index.habit_look import LOG_FOLDER
from notekeep.index.habit_names import find_habit, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from notekeep.habits.log import Entry
    from notekeep.habits.view import Cell, HabitView
    from notekeep.index.habits import HabitIndex

UNDO = "undo"
"""The attribute of a line that takes another one back; its value is that line's time."""
TOGETHER = "and"
"""The value of the attribute in a second line that belongs to the same step back."""
REDO = "redo"
"""The attribute of a line that takes a step back back; its value is the time of that step."""


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


def undo(index: HabitIndex, *, now: datetime | None = None, dry_run: bool = False) -> Undone:
    """Take back the last entry that this device wrote and that was not taken back yet.

    The log only grows: a line of a higher revision makes the day what it was before.

    Raises:
        NotFound: There is nothing left to take back.
    """
    index.refresh()
    own = own_since_check_in(index)
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
    moment = now or wall_clock()
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
        time = free_time(moment, day, settings.day_start, [*entries, *written])
        pair = (UNDO, TOGETHER) if written else (sign, mark)
        written.append(entry_of(habit, day, value, time, revision, (pair,), ""))
    lines = {proved_line(entry, is_link=settings.log_links): entry for entry in written}
    warning = ""
    if not dry_run:
        path = log_path(index.places.state, day)
        for line in lines:
            append(index, path, line, day)
        warning = index.added(habit, path, lines)
    today = dates.habit_day(moment, settings.day_start)
    return Undone(*seen(index, habit, day, today), text, tuple(lines), warning)


def own_since_check_in(index: HabitIndex) -> list[tuple[Entry, str]]:
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

"""Undo and redo of this device's check-ins, as steps over the lines that it wrote.

The log only grows, so an undo is a line like any other, of a higher revision, with an attribute
that says what it takes back.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotFound
from notekeep.habits import log
from notekeep.habits.log import LogEntry, format_entry
from notekeep.habits.revisions import restore_day
from notekeep.tracking.checkin import (
    CheckInTimes,
    append_entries,
    device_name,
    free_time,
    make_entry,
    view_habit_day,
)
from notekeep.tracking.habit_names import find_habit, is_name
from notekeep.tracking.habit_table import LOG_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.habits.summary import Cell, HabitView
    from notekeep.tracking.tracker import HabitIndex


UNDO_KEY = "undo"
"""The attribute of a line that takes another one back; its value is that line's time."""
JOINED_KEY = "and"
"""The value of the attribute in a second line that belongs to the same step back."""
REDO_KEY = "redo"
"""The attribute of a line that takes a step back back; its value is the time of that step."""


class Undone(NamedTuple):
    """What undoing or redoing an entry did."""

    habit: HabitView  # as it is afterwards, as of today
    cell: Cell  # the day of the entry, as it is afterwards
    gone: str  # the line that was undone
    lines: tuple[str, ...]  # those that do it
    warning: str = ""  # what a person should know although they are written


def undo_check_in(index: HabitIndex, *, dry_run: bool = False) -> Undone:
    """Undo the last entry that this device wrote and that was not undone yet."""
    index.refresh()
    own = _lines_since_check_in(index)
    if not own:
        raise NotFound("there is no entry of this device to take back")
    return _restore(index, own, UNDO_KEY, dry_run=dry_run)


def redo_check_in(index: HabitIndex, *, dry_run: bool = False) -> Undone:
    """Redo what was undone last, if nothing else was logged on this device since."""
    index.refresh()
    own = _lines_since_undo(index)
    if not own:
        raise NotFound("there is no entry of this device to say again")
    return _restore(index, own, REDO_KEY, dry_run=dry_run)


def _restore(
    index: HabitIndex, own: Sequence[tuple[LogEntry, str]], key: str, *, dry_run: bool
) -> Undone:
    """Make a day what it was before the last of some lines, and without those of them after it."""
    gone, text = own[-1]
    known = index.known()
    if not is_name(known, gone.habit):
        # Its note is gone, and the beginning of another one's name is not meant.
        raise NotFound(f"there is no habit {gone.habit} any more", "`notekeep trash` may have it")
    habit = find_habit(known, gone.habit)
    day = date.fromordinal(gone.day)
    entries = index.day_entries(habit, gone.day)
    written: list[LogEntry] = []
    later = [entry for entry, _ in own if entry.day == gone.day and entry.habit == gone.habit]
    for value, revision in restore_day(entries, later, habit.definition.unit):
        time = free_time(day, index.places.settings.day_start, [*entries, *written])
        pair = (UNDO_KEY, JOINED_KEY) if written else (key, gone.time or "untimed")
        written.append(make_entry(habit, day, value, time, revision, (pair,)))
    _, lines = append_entries(index, day, written, dry_run=dry_run)
    view, cell = view_habit_day(index, habit, day)
    return Undone(view, cell, text, lines, index.trouble)


def _lines_since_check_in(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """The lines of this device, newest first, down to the last one that still stands."""
    taken_back = 0
    passed: list[tuple[LogEntry, str]] = []
    for entry, text in _own_lines(index):
        passed.append((entry, text))
        mark = dict(entry.extra).get(UNDO_KEY)
        if mark is not None:
            taken_back += mark != JOINED_KEY
        elif taken_back:
            taken_back -= 1
        else:
            return passed
    return []


def _lines_since_undo(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """The same down to the last undo that still stands; none if something was logged since."""
    said_again = 0
    passed: list[tuple[LogEntry, str]] = []
    for entry, text in _own_lines(index):
        passed.append((entry, text))
        signs = dict(entry.extra)
        if signs.get(UNDO_KEY) == JOINED_KEY:
            continue
        if REDO_KEY in signs:
            said_again += 1
        elif UNDO_KEY not in signs:
            return []
        elif said_again:
            said_again -= 1
        else:
            return passed
    return []


def _own_lines(index: HabitIndex) -> Iterator[tuple[LogEntry, str]]:
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


class CheckInStep(NamedTuple):
    """One check-in: when it was written, what it says, and whether it is undone or a redo."""

    time: float
    text: str
    undone: bool
    again: bool


def check_ins(index: HabitIndex) -> Iterator[CheckInStep]:
    """Yield the check-ins of this device, newest first; what undoes one is not among them."""
    moments = CheckInTimes(index.places.state)
    taken_back = 0
    for entry, text in _own_lines(index):
        signs = dict(entry.extra)
        if UNDO_KEY in signs:
            taken_back += signs[UNDO_KEY] != JOINED_KEY
            continue
        undone = taken_back > 0
        taken_back -= undone
        yield CheckInStep(moments.of(entry, text), describe_entry(entry), undone, REDO_KEY in signs)


def find_last_undo(index: HabitIndex) -> CheckInStep | None:
    """Return the undo that `redo` would take back, with its own time; None without one."""
    own = _lines_since_undo(index)
    if not own:
        return None
    entry, text = own[-1]
    return CheckInStep(
        CheckInTimes(index.places.state).of(entry, text), describe_entry(entry), True, False
    )


def describe_entry(entry: LogEntry) -> str:
    """Return what an entry says, as a person reads it."""
    return format_entry(entry._replace(extra=(), revision=0)).removeprefix("- ")

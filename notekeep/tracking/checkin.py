"""Check in: append one proved line to this device's log, and show the habit as it is afterwards.

The line is durable before anything else happens. A catalog that is missing, locked or stale is no
reason not to write it; the result then says what was wrong.
"""

from __future__ import annotations

import os
import re
import sys
import time
import unicodedata
from binascii import crc32
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep import cache_files, dates
from notekeep.config import current_time
from notekeep.errors import Ambiguous, Failure, NotFound, Refused, UsageError, remedy
from notekeep.habits import amounts, log
from notekeep.habits.days import entry_identity, restore_day, revise
from notekeep.habits.log import LogEntry, LogValue, format_entry, read_value
from notekeep.storage.append import append_line
from notekeep.tracking.habit_names import Habit, find_habit, is_name
from notekeep.tracking.habit_table import LOG_FOLDER

if TYPE_CHECKING:
    from notekeep.habits.summary import Cell, HabitView
    from notekeep.tracking.tracker import HabitIndex


VALUE_HINT = "Use done, missed, skipped, clear, 12 min, 1h20 or = 30."


class CheckIn(NamedTuple):
    """What a person says of a habit."""

    habit: Habit
    value: LogValue
    day: date | None = None  # None is today
    time: str = ""  # as in a log line; "" is when it was said
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # further `key=word` pairs
    is_forced: bool = False  # whether days ahead and units that do not convert are meant
    replaces: bool = False  # whether it takes the place of all that was said of the day before
    is_said: bool = True  # whether a value was typed, rather than left out to mean done


class CheckInResult(NamedTuple):
    """What a check-in did."""

    habit: HabitView  # as it is afterwards, as of today
    cell: Cell  # the day of the entry, as it is afterwards
    line: str  # as it was written or would be
    path: str  # the log file, vault-relative
    is_written: bool  # False for one that was only tried, and one that was there already
    warning: str = ""  # what a person should know although the line is written


def parse_typed_value(text: str, unit: str = "") -> LogValue:
    """Read a value as a person types it, also `+1`; an amount without a unit gets the habit's."""
    words = text.strip().removeprefix("+").split()
    found = read_typed_value(words) if words else None
    if found is None or found[1] != len(words):
        hint = VALUE_HINT
        if any("," in word for word in words):
            hint = f"Use {text.strip().replace(',', '.')}."
        raise UsageError(f'"{text}" is not a value.', hint, text=text, position=0)
    return add_unit(found[0], unit)


def read_typed_value(words: Sequence[str]) -> tuple[LogValue, int] | None:
    """Read the value at the start of typed words, as `log.read_value` does in a line."""
    if words[0].casefold() == "x":
        hint = "Write done or missed."
        raise UsageError('"x" can mean done or missed.', hint, text=" ".join(words), position=0)
    return read_value(words)


def add_unit(value: LogValue, unit: str) -> LogValue:
    """Give an amount the habit's unit where it has none, or one that only spells it otherwise."""
    if value.kind != "amount" or not unit:
        return value
    if value.unit is None or amounts.normalize_unit(value.unit) == amounts.normalize_unit(unit):
        return value._replace(unit=unit)
    is_minutes = (
        value.unit in ("m", "M") and amounts.to_base_unit(amounts.MILLI, "min", unit) is not None
    )
    return value._replace(unit="min") if is_minutes else value


def check_in(index: HabitIndex, request: CheckIn, *, dry_run: bool = False) -> CheckInResult:
    """Write what a person says of a habit and day; the index has been refreshed.

    UsageError is raised as by `validate_check_in`, Refused where the log may not be written or the
    line would be read back as something else, Failure where the system did not let us; then no line
    is there.
    """
    day, entries = validate_check_in(index, request)
    value, revision = revise(
        entries, request.value, request.habit.definition.unit, replaces=request.replaces
    )
    start = index.places.settings.day_start
    time = request.time or _free_time(day, start, entries)
    remark = " ".join(request.note.split()) or None
    name, ordinal = request.habit.definition.id, day.toordinal()
    entry = LogEntry(ordinal, name, *value, time, revision, request.extra, remark)
    is_new = all(entry_identity(entry) != entry_identity(other) for other in entries)
    path, (line,) = _append_entries(index, day, [entry], dry_run=dry_run or not is_new)
    warning = index.trouble if is_new else "That entry is already in the log."
    habit = request.habit
    if (
        not warning
        and value.kind != "clear"
        and (where := request.habit.definition.outside(ordinal))
    ):
        named = dates.format_short_day(day, index.today())
        warning = f"This does not count: {named} is {where}."
        since = habit.definition.since
        if since is not None and ordinal < since and index.move_start(habit, day, dry_run=dry_run):
            habit = habit._replace(definition=habit.definition._replace(since=ordinal))
            warning = f"{habit.definition.title} now starts on {named}."
    view = index.view_after(habit, day, [*entries, entry])
    return CheckInResult(view, view.cells[0], line, path, is_new and not dry_run, warning)


def validate_check_in(index: HabitIndex, request: CheckIn) -> tuple[date, list[LogEntry]]:
    """Return the day it counts for, and what the log has of that day.

    Of several check-ins all are validated first, so that none is written alone. UsageError says
    that the day lies ahead, the unit does not convert, or nothing to clear.
    """
    today = index.today()
    day = request.day or today
    entries = index.day_entries(request.habit, day.toordinal())
    value, habit = request.value, request.habit.definition
    named = dates.format_short_day(day, today)
    if value.kind == "clear" and not entries:
        raise UsageError(f"Nothing is logged for {habit.id} on {named}.")
    if request.is_forced:
        return day, entries
    if day > today:
        raise UsageError(f"{named} is in the future.", "Choose today or an earlier day.")
    if day.year < log.FIRST_YEAR:
        raise UsageError(
            f"{day.isoformat()} is too far in the past.", "Use four digits for the year."
        )
    is_amount = value.kind == "amount"
    if is_amount and amounts.to_base_unit(value.amount, value.unit, habit.unit) is None:
        raise UsageError(
            f"{habit.id} is measured in {habit.unit}, and {value.unit} cannot be converted.",
            f"Use {habit.unit}.",
        )
    return day, entries


def log_path(state: str, day: date) -> str:
    """Return the file that this device writes an entry of a day to, vault-relative."""
    return f"{LOG_FOLDER}/{day:%Y-%m}.{device_name(state)}.md"


def _append_entries(
    index: HabitIndex, day: date, entries: Sequence[LogEntry], *, dry_run: bool
) -> tuple[str, tuple[str, ...]]:
    """Append entries of a day to this device's log, durably; return the file and the lines."""
    is_link = index.places.settings.log_links
    lines = tuple(format_entry(entry, is_link=is_link) for entry in entries)
    for line, entry in zip(lines, entries, strict=True):
        if log.parse_line(line).entry != entry:
            raise Refused(
                f"This entry would be read differently: {line}",
                "Nothing was written. Use simpler words.",
            )
    path = log_path(index.places.state, day)
    if not dry_run:
        place = os.path.join(index.places.root, *path.split("/"))
        for line in lines:
            append_line(place, line, f"# Habit log {day:%Y-%m}\n\n", root=index.places.root)
            index.own_lines.add(line.rstrip())
            row = f"{_checksum(line)} {time.time():.6f}"
            cache_files.append_bounded_line(index.places.state, CHECKINS_FILE, row)
        index.refresh()
    return path, lines


def _free_time(day: date, day_start: int, entries: Sequence[LogEntry]) -> str:
    """Return a time of now that no other entry of the day has."""
    moment = now = current_time()
    taken = {entry.time for entry in entries}
    minute = dates.format_clock(now, day, day_start)
    if not any(time and time.startswith(minute) for time in taken):
        return minute
    while (time := dates.format_clock(moment, day, day_start, seconds=True)) in taken:
        moment += timedelta(seconds=1)
    return time


# When this device checked in, so that `undo` can tell a check-in from a change of notes by age.
#
# The time in a line of the log is for people: minutes, and of a day long gone whatever was meant.
# The moment of writing is kept beside it in the state folder; losing it costs only that order.


CHECKINS_FILE = "checkins"
"""A line for each line that was written, in the state folder: its checksum, and when."""


def _read_times(state: str) -> dict[str, float]:
    """Return when this device wrote its lines, in seconds since 1970, by their checksums."""
    times: dict[str, float] = {}
    with suppress(OSError), open(os.path.join(state, CHECKINS_FILE), encoding="ascii") as file:
        for row in file:
            checksum, _, seconds = row.partition(" ")
            with suppress(ValueError):
                times[checksum] = float(seconds)
    return times


def _time_written(times: Mapping[str, float], entry: LogEntry, line: str) -> float:
    """Return when a line was written; a line that is not in `times` has only its own time."""
    if (known := times.get(_checksum(line))) is not None:
        return known
    hours, minutes, seconds = (int(part) for part in f"{entry.time or '0:0'}:0".split(":")[:3])
    day = datetime.fromordinal(entry.day)
    return (day + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp()


def _checksum(line: str) -> str:
    return f"{crc32(line.rstrip().encode('utf-8', 'surrogateescape')):08x}"


# Undo and redo, as steps over the lines that this device wrote. The log only grows, so an undo is a
# line like any other, of a higher revision, with an attribute that says what it takes back.


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


def undo_check_in(index: HabitIndex, *, redo: bool = False, dry_run: bool = False) -> Undone:
    """Undo the last entry of this device, or the last undo if nothing was logged since."""
    own = _lines_since_undo(index) if redo else _lines_since_check_in(index)
    key = REDO_KEY if redo else UNDO_KEY
    if not own:
        raise NotFound(f"This device has no entry to {key}.")
    gone, text = own[-1]
    index.refresh()
    known = index.known()
    if not is_name(known, gone.habit):
        # Its note is gone, and the beginning of another one's name is not meant.
        raise NotFound(f"The habit {gone.habit} no longer exists.", "Look in `notekeep trash`.")
    habit = find_habit(known, gone.habit)
    day = date.fromordinal(gone.day)
    entries = index.day_entries(habit, gone.day)
    written: list[LogEntry] = []
    later = [entry for entry, _ in own if entry.day == gone.day and entry.habit == gone.habit]
    for value, revision in restore_day(entries, later, habit.definition.unit):
        time = _free_time(day, index.places.settings.day_start, [*entries, *written])
        pair = (UNDO_KEY, JOINED_KEY) if written else (key, gone.time or "untimed")
        name = habit.definition.id
        written.append(LogEntry(gone.day, name, *value, time, revision, (pair,)))
    _, lines = _append_entries(index, day, written, dry_run=dry_run)
    view = index.view(habit, first=day, last=day)
    return Undone(view, view.cells[0], text, lines, index.trouble)


def _lines_since_check_in(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """Return the lines of this device, newest first, down to the last one that is not undone."""
    lines: list[tuple[LogEntry, str]] = []
    for entry, text, state in _own_lines(index):
        lines.append((entry, text))
        if state == "counts":
            return lines
    return []


def _lines_since_undo(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """Return the lines down to the last undo without a redo; none if one was logged since."""
    redone = 0
    lines: list[tuple[LogEntry, str]] = []
    for entry, text, state in _own_lines(index):
        lines.append((entry, text))
        keys = dict(entry.extra)
        if REDO_KEY in keys:
            redone += 1
        elif state != "undo":
            return []
        elif keys[UNDO_KEY] != JOINED_KEY:
            if not redone:
                return lines
            redone -= 1
    return []


def _own_lines(
    index: HabitIndex,
) -> Iterator[tuple[LogEntry, str, Literal["undo", "undone", "counts"]]]:
    """Yield the lines of this device, newest first: by when a file was written, and from its end.

    Each comes with what it is: an undo, undone by a later line, or neither.
    """
    undos = 0
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
            entry, text = placed.line.entry, placed.text
            if entry is None:
                continue
            mark = dict(entry.extra).get(UNDO_KEY)
            if mark is not None:
                undos += mark != JOINED_KEY
                yield entry, text, "undo"
            else:
                yield entry, text, "undone" if undos else "counts"
                undos -= undos > 0


class CheckInStep(NamedTuple):
    """One check-in: when it was written, what it says, and whether it is undone or a redo."""

    time: float
    text: str
    undone: bool
    again: bool
    is_own: bool = False  # whether it was written through the same index


def check_ins(index: HabitIndex) -> Iterator[CheckInStep]:
    """Yield the check-ins of this device, newest first; what undoes one is not among them."""
    times = _read_times(index.places.state)
    for entry, text, state in _own_lines(index):
        if state != "undo":
            is_own, is_redo = text.rstrip() in index.own_lines, REDO_KEY in dict(entry.extra)
            moment, words = _time_written(times, entry, text), describe_entry(entry, index)
            yield CheckInStep(moment, words, state == "undone", is_redo, is_own)


def find_last_undo(index: HabitIndex) -> CheckInStep | None:
    """Return the undo that `redo` would take back, with its own time; None without one."""
    own = _lines_since_undo(index)
    if not own:
        return None
    entry, text = own[-1]
    moment = _time_written(_read_times(index.places.state), entry, text)
    return CheckInStep(moment, describe_entry(entry, index), True, False)


def describe_entry(entry: LogEntry, index: HabitIndex) -> str:
    """Return what an entry says, as a person reads it: "Read 12 pages · Sat 28 Nov"."""
    try:
        title = index.find(entry.habit).definition.title
    except (NotFound, Ambiguous):
        title = entry.habit
    value: str = entry.kind
    if value == "amount":
        amount = amounts.pluralize(amounts.format_amount(entry.amount, entry.unit or ""))
        value = f"= {amount}" if entry.is_set else amount
    day = dates.format_short_day(date.fromordinal(entry.day), index.today())
    return " · ".join(filter(None, (f"{title} {value}", day, entry.note)))


# The name of this device: each appends to log files of its own, so that git never conflicts.
# Machines often have the same host name, so a name that is made ends in a few random characters.


DEVICE_FILE = "device"
LONGEST = 40

_RANDOM = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not taken for each other."""
_RANDOM_LENGTH = 4
_NAMELESS = frozenset({"", "localhost", "unknown"})


def device_name(state: str) -> str:
    """Return the name of this device, made from the host's when there is none: `laptop-k3f9`.

    Failure when it cannot be kept: it must not change from one entry to the next.
    """
    try:
        with open(os.path.join(state, DEVICE_FILE), encoding="utf-8") as file:
            name = file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        name = ""
    except OSError as error:
        raise _failure(state, error) from error
    is_plain = name.isascii() and name.replace("-", "").isalnum()
    return name if is_plain else set_device_name(state, name if device_slug(name) else _new_name())


def set_device_name(state: str, name: str) -> str:
    """Give this device another name, and return it as file names have it."""
    found = device_slug(name)
    if not found:
        raise UsageError(f'"{name}" is not a valid device name.', "Use letters and digits.")
    try:
        cache_files.make_cache_folder(state)
        cache_files.write_cache_file(state, DEVICE_FILE, f"{found}\n".encode("ascii"))
    except OSError as error:
        raise _failure(state, error) from error
    return found


def device_slug(name: str) -> str:
    """Return a name as it can stand in a file's name on every system: `mias-laptop`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST].strip("-")


def _new_name() -> str:
    if sys.platform == "win32":
        name = os.environ.get("COMPUTERNAME", "")
    else:
        name = os.uname().nodename
    host = device_slug(name.partition(".")[0])[: LONGEST - _RANDOM_LENGTH - 1].strip("-")
    ending = "".join(_RANDOM[byte % len(_RANDOM)] for byte in os.urandom(_RANDOM_LENGTH))
    return f"{'device' if host in _NAMELESS else host}-{ending}"


def _failure(state: str, error: OSError) -> Failure:
    return Failure(
        f"Cannot save the device name in {os.path.join(state, DEVICE_FILE)}: {error.strerror}.",
        remedy(error),
    )

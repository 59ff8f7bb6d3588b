"""Check in: append one proved line to this device's log, and show the habit as it is afterwards.

The line is durable before anything else happens. A catalog that is missing, locked or stale is no
reason not to write it; the result then says what was wrong. `checkin_undo.py` undoes one.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from binascii import crc32
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from notekeep import cache_files, dates
from notekeep.config import current_time
from notekeep.errors import Failure, Refused, UsageError, remedy
from notekeep.habits import amounts, log
from notekeep.habits.log import LogEntry, LogValue, format_entry, read_value
from notekeep.habits.revisions import entry_identity, revise
from notekeep.storage.append import append_line
from notekeep.tracking.habit_table import LOG_FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.habits.summary import Cell, HabitView
    from notekeep.tracking.habit_names import Habit
    from notekeep.tracking.tracker import HabitIndex


class CheckIn(NamedTuple):
    """What a person says of a habit."""

    habit: Habit
    value: LogValue
    day: date | None = None  # None is today
    time: str = ""  # as in a log line; "" is now
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
    """Read a value as a person types it: as in a log line, and `+1` for one more.

    An amount without a unit gets the habit's.
    """
    words = text.strip().removeprefix("+").split()
    found = read_value(words) if words else None
    if found is None or found[1] != len(words):
        hint = "write done, skip, miss, clear, 12 min, 1h20 or = 30"
        if any("," in word for word in words):
            hint = f"write {text.strip().replace(',', '.')}"
        raise UsageError(f"value not understood: {text}", hint, text=text, position=0)
    return add_unit(found[0], unit)


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
    time = request.time or free_time(day, index.places.settings.day_start, entries)
    entry = make_entry(request.habit, day, value, time, revision, request.extra, request.note)
    is_new = all(entry_identity(entry) != entry_identity(other) for other in entries)
    path, (line,) = append_entries(index, day, [entry], dry_run=dry_run or not is_new)
    warning = index.trouble if is_new else "that line is in the log already"
    view, cell = view_habit_day(index, request.habit, day)
    return CheckInResult(view, cell, line, path, is_new and not dry_run, warning)


def validate_check_in(index: HabitIndex, request: CheckIn) -> tuple[date, list[LogEntry]]:
    """Return the day it counts for, and what the log has of that day.

    Of several check-ins all are validated first, so that none is written alone. UsageError says
    that the day lies ahead, the unit does not convert, or there is nothing to clear.
    """
    today = index.today()
    day = request.day or today
    entries = index.day_entries(request.habit, day.toordinal())
    value, habit, named = (
        request.value,
        request.habit.definition,
        dates.format_short_day(day, today),
    )
    if value.kind == "clear" and not entries:
        raise UsageError(
            f"nothing is logged for {habit.id} on {named}", "there is nothing to clear"
        )
    if request.is_forced:
        return day, entries
    if day > today:
        raise UsageError(f"{named} has not come yet", "--force writes it all the same")
    if day.year < log.FIRST_YEAR:
        raise UsageError(f"{day.isoformat()} is too long ago", "write the year with four digits")
    is_amount = value.kind == "amount"
    if is_amount and amounts.to_base_unit(value.amount, value.unit, habit.unit) is None:
        raise UsageError(
            f"{habit.id} is counted in {habit.unit}, and {value.unit} does not convert to it",
            f"write the amount in {habit.unit}; --force writes it all the same",
        )
    return day, entries


def log_path(state: str, day: date) -> str:
    """Return the file that this device writes an entry of a day to, vault-relative."""
    return f"{LOG_FOLDER}/{day:%Y-%m}.{device_name(state)}.md"


def view_habit_day(index: HabitIndex, habit: Habit, day: date) -> tuple[HabitView, Cell]:
    """Return a habit as of today, and one of its days."""
    today = index.today()
    view = index.view(habit, today, first=day, last=day)
    return view, view.cells[0]


def make_entry(
    habit: Habit,
    day: date,
    value: LogValue,
    time: str,
    revision: int,
    extra: tuple[tuple[str, str], ...],
    note: str = "",
) -> LogEntry:
    """Make the entry that says something of a habit and day."""
    remark = " ".join(note.split()) or None
    ordinal = day.toordinal()
    return LogEntry(ordinal, habit.definition.id, *value, time, revision, extra, remark)


def append_entries(
    index: HabitIndex, day: date, entries: Sequence[LogEntry], *, dry_run: bool
) -> tuple[str, tuple[str, ...]]:
    """Append entries of a day to this device's log, durably; return the file and the lines."""
    is_link = index.places.settings.log_links
    lines = tuple(_proved_line(entry, is_link=is_link) for entry in entries)
    path = log_path(index.places.state, day)
    if not dry_run:
        place = os.path.join(index.places.root, *path.split("/"))
        for line in lines:
            append_line(place, line, f"# Habit log {day:%Y-%m}\n\n", root=index.places.root)
            record_check_in_time(index.places.state, line)
        index.refresh()
    return path, lines


def _proved_line(entry: LogEntry, *, is_link: bool) -> str:
    """An entry as a line, which is proved to say the same before anything is written."""
    line = format_entry(entry, is_link=is_link)
    if log.parse_line(line).entry != entry:
        raise Refused(
            f"this would not be read back as it was meant: {line}",
            "nothing was written; say it with plainer words",
        )
    return line


def free_time(day: date, day_start: int, entries: Sequence[LogEntry]) -> str:
    """Return a time of now that no other entry of the day has, so that repeats differ."""
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


def record_check_in_time(state: str, line: str) -> None:
    """Keep that a line was written just now, by its checksum, in the state folder of the vault."""
    cache_files.append_bounded_line(state, CHECKINS_FILE, f"{_name(line)} {time.time():.6f}")


class CheckInTimes:
    """When this device wrote its lines, as of when this was made."""

    def __init__(self, state: str) -> None:
        self._known: dict[str, float] = {}
        with suppress(OSError), open(os.path.join(state, CHECKINS_FILE), encoding="ascii") as file:
            for row in file:
                name, _, seconds = row.partition(" ")
                with suppress(ValueError):
                    self._known[name] = float(seconds)

    def of(self, entry: LogEntry, line: str) -> float:
        """Return when a line was written, in seconds since 1970; else the time it names itself."""
        known = self._known.get(_name(line))
        return _own_time(entry) if known is None else known


def _own_time(entry: LogEntry) -> float:
    hours, minutes, seconds = (int(part) for part in f"{entry.time or '0:0'}:0".split(":")[:3])
    day = datetime.fromordinal(entry.day)
    return (day + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp()


def _name(line: str) -> str:
    return f"{crc32(line.rstrip().encode('utf-8', 'surrogateescape')):08x}"


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
        raise UsageError(f"not a name for a device: {name}", "use letters and digits")
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
    name = os.environ.get("COMPUTERNAME", "") if os.name == "nt" else os.uname().nodename
    host = device_slug(name.partition(".")[0])[: LONGEST - _RANDOM_LENGTH - 1].strip("-")
    ending = "".join(_RANDOM[byte % len(_RANDOM)] for byte in os.urandom(_RANDOM_LENGTH))
    return f"{'device' if host in _NAMELESS else host}-{ending}"


def _failure(state: str, error: OSError) -> Failure:
    return Failure(
        f"{os.path.join(state, DEVICE_FILE)}: cannot save the device name: {error.strerror}",
        remedy(error),
    )

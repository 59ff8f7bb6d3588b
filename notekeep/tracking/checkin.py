"""Check in: append a verified line to this device's log, and return the updated habit.

The line is saved to disk before anything else happens. A missing, locked or outdated catalog does
not prevent a check-in; the result then has a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep import dates
from notekeep.config import current_time
from notekeep.errors import Ambiguous, NotFound, Refused, UsageError
from notekeep.habits import amounts, log
from notekeep.habits.days import entry_identity, restore_day, revise
from notekeep.habits.log import LogEntry, LogValue, format_entry, read_value
from notekeep.log_folders import HABIT_LOG
from notekeep.tracking.device_log import (
    append_to_log,
    log_path,
    read_own_logs,
    read_times,
    time_written,
)
from notekeep.tracking.habit_names import Habit

if TYPE_CHECKING:
    from notekeep.habits.definition import Definition
    from notekeep.habits.summary import Cell, HabitView
    from notekeep.tracking.tracker import HabitIndex


VALUE_HINT = "Use done, missed, skipped, clear, 12 min, 1h20 or = 30."


class CheckIn(NamedTuple):
    """A check-in to write."""

    habit: Habit
    value: LogValue
    day: date | None = None  # default: today
    time: str = ""  # as in a log line; default: now
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # other `key=word` pairs
    is_forced: bool = False  # whether to accept future days and units that cannot be converted
    replaces: bool = False  # whether it replaces all earlier entries of the day
    is_typed: bool = True  # whether the user typed a value; otherwise it is `done`


class CheckInResult(NamedTuple):
    """The result of a check-in."""

    habit: HabitView  # after the entry, as of today
    cell: Cell  # the day of the entry
    line: str
    path: str  # of the log file, relative to the vault
    is_written: bool  # False for a dry run and for an entry that already exists
    warning: str = ""


def parse_typed_value(text: str, unit: str = "") -> LogValue:
    """Parse a value typed by the user, such as `+1`; add the habit's unit to a bare amount."""
    words = text.strip().removeprefix("+").split()
    found = read_typed_value(words) if words else None
    if found is None or found[1] != len(words):
        hint = VALUE_HINT
        if any("," in word for word in words):
            hint = f"Use {text.strip().replace(',', '.')}."
        raise UsageError(f'"{text}" is not a value.', hint, text=text, position=0)
    return add_unit(found[0], unit)


def read_typed_value(words: Sequence[str]) -> tuple[LogValue, int] | None:
    """Read the value at the start of typed words; refuse `x`, because it is ambiguous."""
    if words[0].casefold() == "x":
        hint = "Write done or missed."
        raise UsageError('"x" can mean done or missed.', hint, text=" ".join(words), position=0)
    return read_value(words)


def add_unit(value: LogValue, unit: str) -> LogValue:
    """Add the habit's unit to an amount without a unit; replace other spellings of the unit."""
    if value.kind != "amount" or not unit:
        return value
    if value.unit is None or amounts.normalize_unit(value.unit) == amounts.normalize_unit(unit):
        return value._replace(unit=unit)
    is_minutes = (
        value.unit in ("m", "M") and amounts.to_base_unit(amounts.MILLI, "min", unit) is not None
    )
    return value._replace(unit="min") if is_minutes else value


def append_check_in(index: HabitIndex, request: CheckIn, *, dry_run: bool = False) -> CheckInResult:
    """Write a check-in. The caller must refresh the index first.

    Raises UsageError as `validate_check_in` does, Refused if the log must not be written or the
    line would be parsed differently, and Failure for system errors. Nothing is written then.
    """
    day, entries = validate_check_in(index, request)
    value, revision = revise(
        entries, request.value, request.habit.definition.unit, replaces=request.replaces
    )
    start = index.places.settings.day_start
    time = request.time or _unused_time(day, start, entries)
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
    if is_new and not dry_run:
        notes = [habit.definition.path] if habit.definition.path else []
        index.on_event("checkin", notes, habit=name, day=day.isoformat(), line=line)
    cell = _with_unit(view.cells[0], habit.definition.unit, [*entries, entry])
    return CheckInResult(view, cell, line, path, is_new and not dry_run, warning)


def _with_unit(cell: Cell, unit: str, entries: Iterable[LogEntry]) -> Cell:
    """Add the unit of the entries to the amount of a habit without a unit, if it is the same."""
    units = {one.unit for one in entries if one.kind == "amount"}
    known = units.pop() if len(units) == 1 else None
    is_added = bool(cell.amount and known and not unit)
    return cell._replace(amount=f"{cell.amount} {known}") if is_added else cell


def validate_check_in(index: HabitIndex, request: CheckIn) -> tuple[date, list[LogEntry]]:
    """Return the day of a check-in and the entries for that day.

    Validate all check-ins before writing the first. Raises UsageError if the day is in the future,
    the unit cannot be converted, or there is nothing to clear.
    """
    today = index.today()
    day = request.day or today
    entries = index.day_entries(request.habit, day.toordinal())
    value, habit = request.value, request.habit.definition
    refuse_combined(habit)
    named = dates.format_short_day(day, today)
    if value.kind == "clear" and not entries:
        raise UsageError(
            f"Nothing is logged for {habit.id} on {named}.", "There is nothing to clear."
        )
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


def refuse_combined(habit: Definition) -> None:
    """Refuse a combined habit, which has no log of its own."""
    if habit.combines:
        raise UsageError(
            f"{habit.title} is combined from {', '.join(habit.parts)}.", "Check in one of these."
        )


def _append_entries(
    index: HabitIndex, day: date, entries: Sequence[LogEntry], *, dry_run: bool
) -> tuple[str, tuple[str, ...]]:
    """Append entries for a day to this device's log; return the file and the lines."""
    is_link = index.places.settings.log_links
    lines = tuple(format_entry(entry, is_link=is_link) for entry in entries)
    for line, entry in zip(lines, entries, strict=True):
        if log.parse_line(line).entry != entry:
            raise Refused(
                f"This entry would be read differently: {line}",
                "Nothing was written. Use simpler words.",
            )
    places = index.places
    path = log_path(HABIT_LOG, places.state, day)
    if not dry_run:
        for line in lines:
            append_to_log(places.root, places.state, path, line, f"# Habit log {day:%Y-%m}\n\n")
            index.own_lines.add(line.rstrip())
        index.refresh()
    return path, lines


def _unused_time(day: date, day_start: int, entries: Sequence[LogEntry]) -> str:
    """Return the current time, with seconds if another entry for the day has the same minute."""
    moment = now = current_time()
    times = {entry.time for entry in entries}
    minute = dates.format_clock(now, day, day_start)
    if not any(time and time.startswith(minute) for time in times):
        return minute
    while (time := dates.format_clock(moment, day, day_start, seconds=True)) in times:
        moment += timedelta(seconds=1)
    return time


# Undo and redo of lines that this device wrote. Lines are never deleted, so an undo is a line with
# a higher revision and an attribute that refers to the undone line.


UNDO_KEY = "undo"
"""The attribute of a line that undoes an entry; its value is the time of the undone line."""
JOINED_KEY = "and"
"""The value of the attribute in the second line that an undo writes."""
REDO_KEY = "redo"
"""The attribute of a line that redoes an entry; its value is the time of the undo."""


class UndoResult(NamedTuple):
    """The result of an undo or redo."""

    habit: HabitView  # afterwards, as of today
    cell: Cell  # the day of the entry
    undone: str  # the line that was undone
    lines: tuple[str, ...]  # the new lines
    warning: str = ""


def undo_check_in(index: HabitIndex, *, redo: bool = False, dry_run: bool = False) -> UndoResult:
    """Undo the last entry from this device; with `redo`, redo the last undo."""
    own = _lines_since_undo(index) if redo else _lines_since_check_in(index)
    key = REDO_KEY if redo else UNDO_KEY
    if not own:
        raise NotFound(f"This device has no entry to {key}.")
    entry, text = own[-1]
    index.refresh()
    if not index.is_name(entry.habit):
        # Its note was deleted. Do not match a prefix of another name.
        raise NotFound(f"The habit {entry.habit} no longer exists.", "Look in `notekeep trash`.")
    habit = index.find(entry.habit)
    day = date.fromordinal(entry.day)
    entries = index.day_entries(habit, entry.day)
    written: list[LogEntry] = []
    later = [other for other, _ in own if (other.day, other.habit) == (entry.day, entry.habit)]
    for value, revision in restore_day(entries, later, habit.definition.unit):
        time = _unused_time(day, index.places.settings.day_start, [*entries, *written])
        pair = (UNDO_KEY, JOINED_KEY) if written else (key, entry.time or "untimed")
        name = habit.definition.id
        written.append(LogEntry(entry.day, name, *value, time, revision, (pair,)))
    _, lines = _append_entries(index, day, written, dry_run=dry_run)
    view = index.view(habit, first=day, last=day)
    return UndoResult(view, view.cells[0], text, lines, index.trouble)


def _lines_since_check_in(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """Return the lines from this device, newest first, down to the last entry not undone."""
    lines: list[tuple[LogEntry, str]] = []
    for entry, text, state in _own_lines(index):
        lines.append((entry, text))
        if state == "counts":
            return lines
    return []


def _lines_since_undo(index: HabitIndex) -> list[tuple[LogEntry, str]]:
    """Return the lines down to the last undo not redone; [] if anything was logged since."""
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
    """Yield the lines from this device in reverse order, starting with the file written last.

    The third value is `undo` for a line written by an undo, and `undone` for an undone entry.
    """
    undos = 0
    for whole in read_own_logs(index.places.root, index.places.state, HABIT_LOG):
        for placed in reversed(log.parse_file(whole)):
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
    """A check-in in the undo history."""

    time: float
    text: str
    undone: bool
    again: bool
    is_own: bool = False  # whether this HabitIndex object wrote it


def check_ins(index: HabitIndex) -> Iterator[CheckInStep]:
    """Yield the check-ins from this device, newest first, without lines written by undo."""
    times = read_times(index.places.state)
    for entry, text, state in _own_lines(index):
        if state != "undo":
            is_own, is_redo = text.rstrip() in index.own_lines, REDO_KEY in dict(entry.extra)
            moment = time_written(times, text, entry.day, entry.time)
            words = describe_entry(entry, index)
            yield CheckInStep(moment, words, state == "undone", is_redo, is_own)


def find_last_undo(index: HabitIndex) -> CheckInStep | None:
    """Return the undo that `redo` would revert, or None."""
    own = _lines_since_undo(index)
    if not own:
        return None
    entry, text = own[-1]
    moment = time_written(read_times(index.places.state), text, entry.day, entry.time)
    return CheckInStep(moment, describe_entry(entry, index), True, False)


def describe_entry(entry: LogEntry, index: HabitIndex) -> str:
    """Format an entry: "Read 12 pages · Sat 28 Nov"."""
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

"""The databases of two habit trackers: Tickmate and Rewire.

Both layouts are known from databases published as test data. Values that do not appear in them,
such as other periods, are reported as losses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from notekeep.errors import UsageError
from notekeep.habits import amounts
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    MISS,
    SKIP,
    HabitSource,
    make_amount,
    make_schedule,
    read_day,
)
from notekeep.importing.formats.reading import Detect, is_database, read_table
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, ImportedHabit, clean_text, one_line

if TYPE_CHECKING:
    import sqlite3

Row = dict[str, Any]

_UNKNOWN_HABIT = "entries of habits that are not in the file"
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def _read_rows(opened: sqlite3.Connection, table: str, *columns: str) -> list[Row]:
    """Return the rows of a table, which may be missing in old versions."""
    found = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {name.casefold() for (name,) in found}
    return list(read_table(opened, table, columns)) if table.casefold() in tables else []


def _in_order(rows: Sequence[Row], column: str) -> list[Row]:
    return sorted(rows, key=lambda row: (_to_int(row[column]), _to_int(row["_id"])))


def _to_int(value: object, default: int = -1) -> int:
    return value if isinstance(value, int) else default


def _add_habit(row: Row, found: HabitSource) -> ImportedHabit:
    about = clean_text(row["description"]).strip()
    return found.add(ImportedHabit(one_line(row["name"]) or "Untitled", about=about))


# Tickmate: a row for each tick, with months from 0 to 11


def read_tickmate(opened: sqlite3.Connection) -> HabitSource:
    """Read a backup. Raises Refused if it has no tables `tracks` and `ticks`."""
    found = HabitSource()
    columns = ("_id", "name", "description", "enabled", "multiple_entries_per_day", "order")
    tracks = _in_order(list(read_table(opened, "tracks", columns)), "order")
    ticks = list(read_table(opened, "ticks", ("_track_id", "year", "month", "day")))
    names = {
        row["_id"]: one_line(row["name"]) for row in _read_rows(opened, "groups", "_id", "name")
    }
    groups = _read_rows(opened, "track2groups", "_track_id", "_group_id")
    counts: dict[int, Counter[int | None]] = {_to_int(row["_id"]): Counter() for row in tracks}
    for tick in ticks:
        year, month, day = (_to_int(tick[part]) for part in ("year", "month", "day"))
        if (days := counts.get(_to_int(tick["_track_id"]))) is None:
            found.report_loss(_UNKNOWN_HABIT)
        else:
            days[read_day(f"{year:04}-{month + 1:02}-{day:02}")] += 1
    for row in tracks:
        habit = _add_habit(row, found)
        habit.schedule = "none"
        habit.is_archived = row["enabled"] == 0
        own = [
            names.get(item["_group_id"], "") for item in groups if item["_track_id"] == row["_id"]
        ]
        own = list(dict.fromkeys(filter(None, own)))
        habit.group = own[0] if own else ""
        if len(own) > 1:
            found.report_loss("groups after the first", habit.name)
        days = counts[_to_int(row["_id"])]
        if invalid := days.pop(None, 0):
            found.report_loss("ticks with an invalid date", habit.name, times=invalid)
        is_counted = row["multiple_entries_per_day"] == 1 or max(days.values(), default=0) > 1
        for day, count in sorted((day, count) for day, count in days.items() if day is not None):
            habit.record(day, (make_amount(count) if is_counted else None) or DONE)
    if tracks:
        found.report_loss("schedules: Tickmate has none, so a day without a tick is not missed")
        found.report_loss("times of day, icons and colours: not imported")
    return found


# Rewire: a state (1, 2 or 3) for each day. Weekdays start with 0 for Sunday.


_REWIRE_COLUMNS = (
    *("_id", "order_num", "name", "description", "active_days", "category", "archived"),
    *("schedule", "days", "period", "repeating_count", "unit", "target_count"),
)
_STATES = {1: MISS, 2: DONE, 3: SKIP}
_PERIODS = {0: "week", 1: "month"}
_NOT_IMPORTED = {"TARGETS": "rewards for streaks", "REWARD": "rewards", "reasons": "reasons"}


def read_rewire(opened: sqlite3.Connection) -> HabitSource:
    """Read a backup. Raises Refused if it has no tables `Habits` and `CHECKINS`."""
    found = HabitSource()
    rows = _in_order(list(read_table(opened, "Habits", _REWIRE_COLUMNS)), "order_num")
    units = {
        row["_id"]: one_line(row["unit_name"])
        for row in _read_rows(opened, "UNIT", "_id", "unit_name")
    }
    groups = {
        row["_id"]: one_line(row["category_name"])
        for row in _read_rows(opened, "category", "_id", "category_name")
    }
    known: dict[int, ImportedHabit] = {}
    for row in rows:
        habit = known[_to_int(row["_id"])] = _add_habit(row, found)
        habit.group = groups.get(row["category"], "")
        habit.is_archived = row["archived"] == 1
        habit.schedule = _rewire_schedule(row, habit.name, found)
        target = make_amount(row["target_count"])
        if target is not None and target.amount:
            found.set_unit(habit, units.get(row["unit"], ""))
            habit.goal = f">= {amounts.format_number(target.amount)} {habit.unit}".rstrip()
    entries = read_table(opened, "CHECKINS", ("habit_id", "date", "type", "note", "actual_count"))
    for row in entries:
        _add_checkin(row, known.get(_to_int(row["habit_id"])), found)
    for row in _read_rows(opened, "REMINDERS", "habit_id", "time", "active_days"):
        minutes, days = _to_int(row["time"]), _weekdays(row["active_days"])
        owner = known.get(_to_int(row["habit_id"]))
        if owner and days and 0 <= minutes < 24 * 60:
            prefix = "" if len(days) == len(_WEEKDAYS) else f"{','.join(days)} "
            owner.remind.append(f"{prefix}{minutes // 60:02}:{minutes % 60:02}")
        else:
            found.report_loss("invalid reminders", owner.name if owner else "")
    for table, what in _NOT_IMPORTED.items():
        if count := len(_read_rows(opened, table, "_id")):
            found.report_loss(what, times=count)
    if known:
        found.report_loss("start dates: a habit starts with its first entry")
        found.report_loss("colours: not used by notekeep")
    for habit in known.values():
        habit.entries.sort(key=lambda entry: entry.day)
    found.keep_last_entries()
    return found


def _rewire_schedule(row: Row, name: str, found: HabitSource) -> str:
    kind, times = row["schedule"], _to_int(row["days"])
    if kind == 0 and (days := _weekdays(row["active_days"])):
        return "daily" if len(days) == len(_WEEKDAYS) else ",".join(days)
    if kind == 1 and row["period"] in _PERIODS and 1 <= times <= 31:
        period = _PERIODS[row["period"]]
        return "daily" if period == "week" and times >= len(_WEEKDAYS) else f"{times}/{period}"
    if kind == 2 and (count := _to_int(row["repeating_count"])) > 0:
        return found.default_to_daily(make_schedule(1, count), f"once in {count} days", name)
    return found.default_to_daily(None, "an unknown schedule", name)


def _weekdays(text: object) -> list[str]:
    numbers = {part.strip() for part in one_line(text).split(",")}
    return [name for number, name in enumerate(_WEEKDAYS) if str(number) in numbers]


def _add_checkin(row: Row, habit: ImportedHabit | None, found: HabitSource) -> None:
    if habit is None:
        found.report_loss(_UNKNOWN_HABIT)
        return
    text = one_line(row["date"])
    day = read_day(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    value = _STATES.get(row["type"])
    if day is None or value is None:
        found.report_loss("entries with an invalid day or state", habit.name)
        return
    amount = make_amount(row["actual_count"], habit.unit)
    if value != SKIP and amount is not None and amount.amount:
        value = amount
    habit.record(day, value, one_line(row["note"]))


def _has_names(*names: bytes) -> Detect:
    """Return a check whether the first page of a database contains names of tables and columns."""
    return lambda _, head: is_database(head) and all(name in head for name in names)


def _reader(
    read: Callable[[sqlite3.Connection], HabitSource],
) -> Callable[[InputFiles], HabitSource]:
    def read_first(files: InputFiles) -> HabitSource:
        names = files.detected or files.names
        if len(names) != 1:
            message = f"{files.path} contains {len(names)} databases instead of one."
            raise UsageError(message, "Choose one.")
        with files.database(names[0]) as opened:
            return read(opened)

    return read_first


FORMATS = (
    Format("tickmate", "Tickmate", "", _has_names(b"_track_id", b"ticks"), _reader(read_tickmate)),
    Format("rewire", "Rewire", "", _has_names(b"CHECKINS", b"active_days"), _reader(read_rewire)),
)

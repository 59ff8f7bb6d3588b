"""Read Loop Habit Tracker: its CSV files and the tables of its database, of every version.

Values of days are its own: a check, one that it worked out by itself, a no, a skip, unknown, or
thousandths of an amount. What it works out by itself is counted anew here and is no entry.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.errors import Refused
from notekeep.habits import amounts
from notekeep.habits.amounts import MILLI, format_number
from notekeep.habits.importers.habit_data import (
    DONE,
    MISS,
    SKIP,
    ImportedHabit,
    SourceBuilder,
    make_line,
    make_schedule,
    make_text,
    make_unit,
    parse_day,
    read_csv_rows,
    read_csv_table,
)
from notekeep.habits.log import FIRST_DAY, LAST_DAY, LogValue
from notekeep.habits.schedule import InDays, parse_schedule, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.habits.importers.habit_data import HabitSource


UNKNOWN, NO, AUTO, YES, SKIPPED = -1, 0, 1, 2, 3
LOOP_MARKS = {"UNKNOWN": UNKNOWN, "NO": NO, "YES_AUTO": AUTO, "YES_MANUAL": YES, "SKIP": SKIPPED}
_PERIODS = {1: "", 7: "/week", 30: "/month"}


class LoopHabit(NamedTuple):
    """What Loop says of a habit, whichever of its files it stands in."""

    name: str
    times: int = 1  # how often it is due, in so many `days`
    days: int = 1
    is_numeric: bool = False
    unit: str = ""
    target: int = 0  # the amount to reach, thousandths
    is_most: bool = False  # whether the target is the most that is allowed
    question: str = ""
    description: str = ""
    is_archived: bool = False
    identity: str = ""  # what tells it from all others, "" in files that do not say


def make_loop_habit(facts: LoopHabit, found: SourceBuilder) -> ImportedHabit:
    """Make a habit of what Loop says of it, and name what does not fit."""
    name = make_line(facts.name) or "Untitled"
    about = "\n\n".join(
        text for text in (make_text(facts.question), make_text(facts.description)) if text
    )
    habit = found.add(
        ImportedHabit(name, facts.identity, about=about, is_archived=facts.is_archived)
    )
    if facts.is_numeric:
        _numeric(habit, facts, found)
        return habit
    schedule = make_schedule(facts.times, facts.days)
    if schedule is None:
        found.report_loss(
            f"the schedule {facts.times} in {facts.days} days; it becomes daily", name
        )
        schedule = "daily"
    habit.schedule = schedule
    if facts.times > facts.days:
        found.report_loss(f"{facts.times} times in {facts.days} days; it becomes daily", name)
    return habit


def _numeric(habit: ImportedHabit, facts: LoopHabit, found: SourceBuilder) -> None:
    unit = make_unit(facts.unit)
    if unit != make_line(facts.unit):
        found.report_loss(
            f"the unit {make_line(facts.unit)}; it becomes {unit or 'a bare number'}", habit.name
        )
    if facts.days not in _PERIODS or facts.times != 1:
        found.report_loss(f"the target for {facts.days} days; it becomes one for a day", habit.name)
    sign = "<=" if facts.is_most else ">="
    words = f"{sign} {format_number(facts.target)} {unit}".rstrip()
    habit.goal = words + _PERIODS.get(facts.days, "")
    habit.unit = unit


def set_start_and_end(habit: ImportedHabit) -> None:
    """Let a habit begin, and one that is over end, with the days that Loop counts as covered."""
    schedule = parse_schedule(str(habit.schedule))
    checks = sorted(said.day for said in habit.entries if said.value == DONE)
    covered = spans(checks, *schedule) if isinstance(schedule, InDays) else []
    if not covered:
        return
    days = [said.day for said in habit.entries]
    habit.since = min(covered[0][0], *days)
    if habit.is_archived:
        habit.until = max(covered[-1][1], *days)


def add_loop_day(
    habit: ImportedHabit, day: int, value: int, note: str, *, is_numeric: bool, found: SourceBuilder
) -> None:
    """Add what Loop says of one day."""
    note = make_line(note)
    kinds = {SKIPPED: SKIP, YES: DONE, NO: MISS}
    if is_numeric and value >= 0 and value != SKIPPED:
        habit.record(day, LogValue("amount", value, habit.unit or None), note)
    elif value in kinds:
        habit.record(day, kinds[value], note)
    elif note:
        found.report_loss("notes on days without an entry", habit.name)
    elif value not in (AUTO, UNKNOWN):
        found.report_loss(f"days with the value {value}", habit.name)


# Habits.csv, and a folder with Checkmarks.csv for each habit
#
# Three layouts are known: 1.x without a head in the folders and with a 0 on every empty day, 2.0
# with Question and NumRepetitions, 2.1 and later with Type, Unit, Target and notes. Columns are
# found by their heads.


HABITS_FILE, CHECKMARKS_FILE = "Habits.csv", "Checkmarks.csv"
_FORMER_HEADS = {
    "NumRepetitions": "FrequencyNumerator",
    "Interval": "FrequencyDenominator",
    "Archived": "Archived?",
}


def read_loop_csv(files: Mapping[str, str]) -> HabitSource:
    """Read an export: the texts of its CSV files by their path in the archive or folder.

    Raises:
        Refused: There is no Habits.csv, or one that is none.
    """
    found = SourceBuilder("loop")
    top = next((name for name in files if name.rpartition("/")[2] == HABITS_FILE), None)
    if top is None:
        raise Refused(f"there is no {HABITS_FILE}", "give the zip that Loop exports, or its folder")
    base = top[: -len(HABITS_FILE)]
    rows = read_csv_table(files[top], top, ("Position", "Name"), " of Loop")
    folders = _folders(files, base)
    shared = read_csv_rows(files.get(base + CHECKMARKS_FILE, ""), base + CHECKMARKS_FILE)
    for place, row in enumerate(rows, 1):
        facts = _facts_from_csv({_FORMER_HEADS.get(head, head): cell for head, cell in row.items()})
        habit = make_loop_habit(facts, found)
        position = re.search(r"[0-9]+", row["Position"])
        name = folders.get(int(position[0]) if position else place)
        if name is not None:
            _days(habit, read_csv_rows(files[name], name), name, facts, found)
        else:
            _shared_days(habit, shared, place, facts, found)
        set_start_and_end(habit)
    found.report_loss(
        "reminders and colours, which the CSV files do not have or notekeep does not use"
    )
    if any(habit.entries for habit in found.build().habits):
        message = "a no within a span that Loop fills by itself; its database (.db) has them"
        found.report_loss(message)
    return found.build()


def _facts_from_csv(cells: Mapping[str, str]) -> LoopHabit:
    target = amounts.parse_number(cells.get("Target Value", "").strip())
    return LoopHabit(
        name=cells["Name"],
        times=_count(cells.get("FrequencyNumerator", "")),
        days=_count(cells.get("FrequencyDenominator", "")),
        is_numeric=cells.get("Type", "").strip().upper() == "NUMERICAL",
        unit=cells.get("Unit", ""),
        target=target or 0,
        is_most=cells.get("Target Type", "").strip().upper() == "AT_MOST",
        question=cells.get("Question", ""),
        description=cells.get("Description", ""),
        is_archived=cells.get("Archived?", "").strip().casefold() == "true",
    )


def _count(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else 1


def _folders(files: Mapping[str, str], base: str) -> dict[int, str]:
    """The Checkmarks.csv of each habit, by the number its folder begins with."""
    found: dict[int, str] = {}
    for name in files:
        folder, _, file = name.removeprefix(base).rpartition("/")
        number = re.match(r"([0-9]{1,6})(?![0-9])", folder)
        if name.startswith(base) and file == CHECKMARKS_FILE and number and "/" not in folder:
            found.setdefault(int(number[1]), name)
    return found


def _days(
    habit: ImportedHabit,
    rows: Sequence[Sequence[str]],
    name: str,
    facts: LoopHabit,
    found: SourceBuilder,
) -> None:
    """The days of a habit, from the file in its own folder."""
    has_head = bool(rows) and rows[0][0].strip() == "Date"
    for number, row in enumerate(rows[has_head:], 1 + has_head):
        day = parse_day(row[0])
        value = _value(row[1] if len(row) > 1 else "")
        if day is None or value is None:
            found.report_loss("lines that are not understood", habit.name, f"{name}:{number}")
            continue
        if not has_head and value == 0:
            value = UNKNOWN  # before 2.0 a day without a check has a 0, whether it was a no or not
        note = row[2] if len(row) > 2 else ""
        add_loop_day(habit, day, value, note, is_numeric=facts.is_numeric, found=found)


def _shared_days(
    habit: ImportedHabit,
    rows: Sequence[Sequence[str]],
    column: int,
    facts: LoopHabit,
    found: SourceBuilder,
) -> None:
    """The days of a habit, from its column of the file for all; names there may hold commas."""
    for row in rows[1:]:
        day = parse_day(row[0])
        value = _value(row[column]) if column < len(row) else UNKNOWN
        if day is not None and value is not None:
            add_loop_day(habit, day, value, "", is_numeric=facts.is_numeric, found=found)
    if rows:
        found.report_loss("notes, which the file for all habits does not have", habit.name)


def _value(text: str) -> int | None:
    plain = text.strip()
    if plain in LOOP_MARKS:
        return LOOP_MARKS[plain]
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


# The tables of the database
#
# Columns that a version does not have yet are missing from the rows; before values there was one
# row for each check and nothing else.


HABIT_COLUMNS = (
    *("id", "name", "freq_num", "freq_den", "type", "unit", "target_type", "target_value"),
    *("question", "description", "archived", "uuid"),
    *("reminder_hour", "reminder_min", "reminder_days", "position"),
)
DAY_COLUMNS = ("habit", "timestamp", "value", "notes")
"""What is read of each table, where it has it."""

_A_DAY = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = range(FIRST_DAY, LAST_DAY + 1)
_WEEKDAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
"""The weekdays of a reminder, by their bit."""

Cells: TypeAlias = "Mapping[str, Any]"
"""A row of a table, by the names of its columns."""


def read_loop_tables(habits: Iterable[Cells], days: Iterable[Cells]) -> HabitSource:
    """Read a backup: the rows of its habits and repetitions, in milliseconds of midnight UTC."""
    found = SourceBuilder("loop")
    known: dict[int, tuple[ImportedHabit, LoopHabit]] = {}
    ordered = sorted(habits, key=lambda row: (_whole(row.get("position")), _whole(row.get("id"))))
    for row in ordered:
        facts = _facts_from_row(row)
        habit = make_loop_habit(facts, found)
        known[_whole(row.get("id"), -1)] = habit, facts
        _remind(habit, row, found)
    for row in days:
        owner = known.get(_whole(row.get("habit"), -1))
        day = _EPOCH + _whole(row.get("timestamp"), -(1 << 60)) // _A_DAY
        value = row.get("value", YES)
        if owner is None:
            found.report_loss("entries of habits that are not in the file")
        elif day not in _DAYS or not isinstance(value, int):
            found.report_loss("entries whose day or value is not understood", owner[0].name)
        else:
            note = row.get("notes") or ""
            add_loop_day(owner[0], day, value, note, is_numeric=owner[1].is_numeric, found=found)
    for habit, _ in known.values():
        habit.entries.sort(key=lambda said: said.day)
        set_start_and_end(habit)
    if known:
        found.report_loss("colours, which notekeep does not use")
    return found.build()


def _facts_from_row(row: Cells) -> LoopHabit:
    target = row.get("target_value")
    is_number = isinstance(target, int | float) and 0 <= target < 1e12
    return LoopHabit(
        name=make_line(row.get("name") or ""),
        times=_whole(row.get("freq_num"), 1),
        days=_whole(row.get("freq_den"), 1),
        is_numeric=_whole(row.get("type")) == 1,
        unit=make_line(row.get("unit") or ""),
        target=round(target * MILLI) if is_number and target is not None else 0,
        is_most=_whole(row.get("target_type")) == 1,
        question=str(row.get("question") or ""),
        description=str(row.get("description") or ""),
        is_archived=bool(_whole(row.get("archived"))),
        identity=make_line(row.get("uuid") or ""),
    )


def _remind(habit: ImportedHabit, row: Cells, found: SourceBuilder) -> None:
    hour, minute = _whole(row.get("reminder_hour"), -1), _whole(row.get("reminder_min"), -1)
    bits = _whole(row.get("reminder_days"), 127) & 127
    if not (0 <= hour < 24 and 0 <= minute < 60 and bits):
        return
    time = f"{hour:02}:{minute:02}"
    names = [name for place, name in enumerate(_WEEKDAYS) if bits >> place & 1]
    if bits == 127:
        habit.remind = [time]
        return
    habit.remind = [f"{','.join(sorted(names, key=_from_monday))} {time}"]
    found.report_loss("the days of a reminder may be off by one; look at them", habit.name)


def _from_monday(name: str) -> int:
    return (_WEEKDAYS.index(name) - 2) % 7


def _whole(value: Any, default: int = 0) -> int:
    return value if isinstance(value, int) else default

"""Loop Habit Tracker: reads CSV files and databases of all versions, and writes CSV files.

The value of a day is a check, an automatic check, a no, a skip, unknown, or an amount in
thousandths. Automatic checks are not imported, because notekeep computes them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, assert_never

from notekeep.dates import format_iso
from notekeep.errors import Refused
from notekeep.habits import amounts
from notekeep.habits.days import DayHistory, DayValue
from notekeep.habits.definition import Definition
from notekeep.habits.log import LogValue
from notekeep.habits.measures import strengths
from notekeep.habits.schedule import (
    DAILY,
    PERIOD_DAYS,
    AfterLast,
    AsParts,
    ChosenDates,
    ChosenDays,
    EverySlot,
    Goal,
    InDays,
    PerPeriod,
    Untracked,
    goal_of,
    parse_schedule,
    spans,
)
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    MISS,
    SKIP,
    HabitSource,
    day_since_1970,
    make_schedule,
    name_file,
    read_day,
    read_habit_csv,
    read_texts,
    write_csv_table,
)
from notekeep.importing.formats.reading import has_columns, is_database, read_rows, read_table
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, ImportedHabit, clean_text, one_line

UNKNOWN, NO, AUTO, YES, SKIPPED = -1, 0, 1, 2, 3
LOOP_MARKS = {"UNKNOWN": UNKNOWN, "NO": NO, "YES_AUTO": AUTO, "YES_MANUAL": YES, "SKIP": SKIPPED}
_PERIODS = {1: "", 7: "/week", 30: "/month"}


_HABIT_COLUMNS = (
    *("id", "name", "freq_num", "freq_den", "type", "unit", "target_type", "target_value"),
    *("question", "description", "archived", "uuid"),
    *("reminder_hour", "reminder_min", "reminder_days", "position"),
)
_DAY_COLUMNS = ("habit", "timestamp", "value", "notes")
"""The columns to read. Old versions do not have all of them."""

Cells: TypeAlias = "Mapping[str, Any]"
"""A row of a table, by column. Cells may be missing or None."""


def _add_habit(row: Cells, found: HabitSource) -> ImportedHabit:
    about = [clean_text(row.get(column)).strip() for column in ("question", "description")]
    habit = found.add(
        ImportedHabit(
            one_line(row.get("name")) or "Untitled",
            one_line(row.get("uuid")),
            about="\n\n".join(filter(None, about)),
            is_archived=bool(_to_int(row.get("archived"))),
        )
    )
    times, days = _to_int(row.get("freq_num"), 1), _to_int(row.get("freq_den"), 1)
    if _to_int(row.get("type")) == 1:
        _set_goal(habit, row, times, days, found)
        return habit
    habit.schedule = found.default_to_daily(
        make_schedule(times, days), f"the schedule {times} in {days} days", habit.name
    )
    if times > days:
        found.report_loss(f"{times} times in {days} days; imported as daily", habit.name)
    return habit


def _set_goal(habit: ImportedHabit, row: Cells, times: int, days: int, found: HabitSource) -> None:
    found.set_unit(habit, one_line(row.get("unit")))
    if days not in _PERIODS or times != 1:
        found.report_loss(f"the target for {days} days; imported as a daily target", habit.name)
    sign = "<=" if _to_int(row.get("target_type")) == 1 else ">="
    target = row.get("target_value")
    is_number = isinstance(target, int | float) and 0 <= target < 1e12
    thousandths = round(target * amounts.MILLI) if is_number and target is not None else 0
    if sign == ">=":  # a target of 0 would always be met
        thousandths = max(1, thousandths)
    amount = amounts.format_number(thousandths)
    habit.goal = f"{sign} {amount} {habit.unit}".rstrip() + _PERIODS.get(days, "")


def _to_int(value: Any, default: int = 0) -> int:
    return value if isinstance(value, int) else default


def _set_start_and_end(habit: ImportedHabit, found: HabitSource) -> None:
    """Set the first day (and the last day of an archived habit) as Loop counts it."""
    schedule = parse_schedule(str(habit.schedule))
    checks = sorted(entry.day for entry in habit.entries if entry.value == DONE)
    covered = spans(checks, *schedule) if isinstance(schedule, InDays) else []
    if not covered:
        return
    for _ in range(sum(entry.value == SKIP for entry in habit.entries)):
        found.report_loss("skipped days in a streak, which Loop counts", habit.name)
    days = [entry.day for entry in habit.entries]
    habit.since = min(covered[0][0], *days)
    if habit.is_archived:
        habit.until = max(covered[-1][1], *days)


def _add_day(
    habit: ImportedHabit,
    day: int,
    value: int,
    note: str,
    found: HabitSource,
    *,
    has_amounts: bool = False,
) -> None:
    note = one_line(note)
    is_numeric = has_amounts or habit.goal != "done"
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
# There are three layouts. In 1.x, files in folders have no column names, and every empty day has
# a 0. In 2.0, there are Question and NumRepetitions. After 2.3.0, there are Type, Unit, Target and
# notes. Without Type, only a value over 3 shows that the values of a habit are amounts.


HABITS_FILE, CHECKMARKS_FILE = "Habits.csv", "Checkmarks.csv"
_COLUMNS = {
    "Name": "name",
    "Type": "type",
    "Question": "question",
    "Description": "description",
    "FrequencyNumerator": "freq_num",
    "NumRepetitions": "freq_num",
    "FrequencyDenominator": "freq_den",
    "Interval": "freq_den",
    "Unit": "unit",
    "Target Type": "target_type",
    "Target Value": "target_value",
    "Archived?": "archived",
    "Archived": "archived",
}
"""The columns of all versions and their names in the database."""


def read_loop_csv(files: Mapping[str, str]) -> HabitSource:
    """Read an export, given as the texts of its CSV files by path."""
    found = HabitSource()
    top = next((name for name in files if name.rpartition("/")[2] == HABITS_FILE), None)
    if top is None:
        raise Refused(f"There is no {HABITS_FILE}.", "Use the zip exported by Loop, or its folder.")
    base = top[: -len(HABITS_FILE)]
    rows = read_habit_csv(top, files[top], "Position", "Name")
    folders = _folders(files, base)
    shared = _read_marks(base + CHECKMARKS_FILE, files)
    for place, (_, row) in enumerate(rows, 1):
        habit = _add_habit(_convert_cells(row), found)
        position = re.search(r"[0-9]+", row["Position"])
        name = folders.get(int(position[0]) if position else place)
        marks = shared if name is None else _read_marks(name, files)
        column = place if name is None else 1
        has_amounts = "Type" not in row and any(
            (_parse_value(cell) or 0) > SKIPPED for _, cells in marks for cell in cells[column:][:1]
        )
        if has_amounts:
            habit.schedule = "none"
            message = "the unit and the goal of the amounts, which the file does not have"
            found.report_loss(f"{message}; set them in the note of the habit", habit.name)
        if name is not None:
            _read_days(habit, marks, name, found, has_amounts=has_amounts)
        else:
            _read_shared_days(habit, marks, column, found, has_amounts=has_amounts)
        _set_start_and_end(habit, found)
    found.report_loss("reminders and colours: missing in the CSV files or not used by notekeep")
    if any(habit.entries for habit in found.habits):
        message = 'entries "no" in spans that Loop fills in; its database (.db) has them'
        found.report_loss(message)
    return found


def _convert_cells(row: Mapping[str, str]) -> Cells:
    cells = {column: row.get(head, "").strip() for head, column in _COLUMNS.items() if head in row}
    target = amounts.parse_thousandths(cells.get("target_value", ""))
    return {
        **cells,
        "type": int(cells.get("type", "").upper() == "NUMERICAL"),
        "freq_num": _count(cells.get("freq_num", "")),
        "freq_den": _count(cells.get("freq_den", "")),
        "target_type": int(cells.get("target_type", "").upper() == "AT_MOST"),
        "target_value": (target or 0) / amounts.MILLI,
        "archived": int(cells.get("archived", "").casefold() == "true"),
    }


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _folders(files: Mapping[str, str], base: str) -> dict[int, str]:
    """Return the Checkmarks.csv of each habit, by the number at the start of its folder."""
    found: dict[int, str] = {}
    for name in files:
        folder, _, file = name.removeprefix(base).rpartition("/")
        number = re.match(r"([0-9]{1,6})(?![0-9])", folder)
        if name.startswith(base) and file == CHECKMARKS_FILE and number and "/" not in folder:
            found.setdefault(int(number[1]), name)
    return found


def _read_marks(name: str, files: Mapping[str, str]) -> list[tuple[int, list[str]]]:
    with name_file(name):
        return list(read_rows(io.StringIO(files.get(name, ""), newline=None)))


def _read_days(
    habit: ImportedHabit,
    rows: Sequence[tuple[int, list[str]]],
    name: str,
    found: HabitSource,
    *,
    has_amounts: bool,
) -> None:
    has_head = bool(rows) and rows[0][1][0].strip() == "Date"
    for number, row in rows[has_head:]:
        day = read_day(row[0])
        value = _parse_value(row[1] if len(row) > 1 else "")
        if day is None or value is None:
            found.report_loss("invalid lines", habit.name, f"{name}:{number}")
            continue
        if not has_head and value == 0:
            value = UNKNOWN  # before 2.0, 0 is a no or an empty day
        note = row[2] if len(row) > 2 else ""
        _add_day(habit, day, value, note, found, has_amounts=has_amounts)


def _read_shared_days(
    habit: ImportedHabit,
    rows: Sequence[tuple[int, list[str]]],
    column: int,
    found: HabitSource,
    *,
    has_amounts: bool,
) -> None:
    for _, row in rows[1:]:
        day = read_day(row[0])
        value = _parse_value(row[column]) if column < len(row) else UNKNOWN
        if day is not None and value is not None:
            _add_day(habit, day, value, "", found, has_amounts=has_amounts)
    if rows:
        found.report_loss("notes: missing in the file for all habits", habit.name)


def _parse_value(text: str) -> int | None:
    plain = text.strip()
    if plain in LOOP_MARKS:
        return LOOP_MARKS[plain]
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


# The tables of the database. Old versions have a row for each check, without values.


_A_DAY = 86_400_000
_WEEKDAYS = {2: "mon", 3: "tue", 4: "wed", 5: "thu", 6: "fri", 0: "sat", 1: "sun"}
"""The weekdays of a reminder, by bit."""


def read_loop_tables(habits: Iterable[Cells], days: Iterable[Cells]) -> HabitSource:
    """Read a backup: rows of habits and repetitions. Days are milliseconds of midnight UTC."""
    found = HabitSource()
    known: dict[int, ImportedHabit] = {}
    ordered = sorted(habits, key=lambda row: (_to_int(row.get("position")), _to_int(row.get("id"))))
    for row in ordered:
        habit = known[_to_int(row.get("id"), -1)] = _add_habit(row, found)
        _set_reminder(habit, row, found)
    for row in days:
        owner = known.get(_to_int(row.get("habit"), -1))
        day = day_since_1970(_to_int(row.get("timestamp"), -(1 << 60)) // _A_DAY)
        value = YES if row.get("value") is None else row["value"]
        if owner is None:
            found.report_loss("entries of habits that are not in the file")
        elif day is None or not isinstance(value, int):
            found.report_loss("entries with an invalid day or value", owner.name)
        else:
            _add_day(owner, day, value, row.get("notes") or "", found)
    for habit in known.values():
        habit.entries.sort(key=lambda entry: entry.day)
        _set_start_and_end(habit, found)
    if known:
        found.report_loss("colours: not used by notekeep")
    return found


def _set_reminder(habit: ImportedHabit, row: Cells, found: HabitSource) -> None:
    hour, minute = _to_int(row.get("reminder_hour"), -1), _to_int(row.get("reminder_min"), -1)
    bits = _to_int(row.get("reminder_days"), 127) & 127
    if not (0 <= hour < 24 and 0 <= minute < 60 and bits):
        return
    time = f"{hour:02}:{minute:02}"
    if bits == 127:
        habit.remind = [time]
        return
    names = [name for bit, name in _WEEKDAYS.items() if bits >> bit & 1]
    habit.remind = [f"{','.join(names)} {time}"]
    found.report_loss("the days of a reminder may be off by one; please check", habit.name)


def _detect(name: str, head: bytes) -> bool:
    if is_database(head):
        is_hidden = b"CREATE TABLE" not in head  # the table names are on another page
        return b"Repetitions" in head or (is_hidden and "loop" in name.casefold())
    is_table = name.rpartition("/")[2].casefold() == HABITS_FILE.casefold()
    return is_table and has_columns("Position", "Name")(name, head)


def _read(files: InputFiles) -> HabitSource:
    databases = [name for name in files.names if is_database(files.head(name))]
    if not databases:
        return read_loop_csv(dict(read_texts(files, ".csv")))
    with files.database(databases[0]) as opened:
        try:
            habits = list(read_table(opened, "Habits", _HABIT_COLUMNS))
            days = list(read_table(opened, "Repetitions", _DAY_COLUMNS))
        except Refused as error:
            raise Refused(
                f"{files.path} is not a database of Loop: {error.message.removesuffix('.')}.",
                "Use Loop's backup: Settings, Export full backup.",
            ) from error
    return read_loop_tables(habits, days)


FORMATS = (Format("loop", "Loop Habit Tracker", "", _detect, _read),)


# Habits in the layout of Loop's CSV export.
#
# Loop has a frequency (times in a number of days) and amounts in one unit. Everything else is
# reported as a loss. Scores are the strengths of a habit, computed as in Loop.


SCORES = "Scores.csv"
COLOUR = "#00897B"
HEAD = (
    *("Position", "Name", "Type", "Question", "Description"),
    *("FrequencyNumerator", "FrequencyDenominator", "Color", "Unit"),
    *("Target Type", "Target Value", "Archived?"),
)


class HabitHistory(NamedTuple):
    """A habit, its days, and the notes of its days by ordinal."""

    habit: Definition
    days: DayHistory
    notes: Mapping[int, str]


def write_loop_files(
    habits: Sequence[HabitHistory], today: int
) -> tuple[dict[str, str], list[str]]:
    """Return the files of an export up to `today`, by name, and the losses."""
    losses: dict[str, None] = {}
    rows, marks, scores = [], [], []
    files: dict[str, str] = {}
    for number, history in enumerate(habits, 1):
        title = re.sub(r"[^A-Za-z0-9 _-]+", "", history.habit.title)
        folder = f"{number:03} {title}".strip()[:60].strip()
        rows.append(_row(number, history.habit, losses, today))
        marks.append(_marks(history, losses, today))
        first, values = strengths(history.habit, history.days, today)
        scores.append({first + place: f"{value:.4f}" for place, value in enumerate(values)})
        newest = sorted(marks[-1].items(), reverse=True)
        lines = [(format_iso(day), mark, history.notes.get(day, "")) for day, mark in newest]
        points = [
            (format_iso(day), score) for day, score in sorted(scores[-1].items(), reverse=True)
        ]
        files[f"{folder}/{SCORES}"] = write_csv_table(("Date", "Score"), points)
        files[f"{folder}/{CHECKMARKS_FILE}"] = write_csv_table(("Date", "Value", "Notes"), lines)
    names = [history.habit.title for history in habits]
    shared = {
        HABITS_FILE: write_csv_table(HEAD, rows),
        SCORES: _shared(names, scores, "0.0000", today),
        CHECKMARKS_FILE: _shared(names, marks, "UNKNOWN", today),
    }
    return {**shared, **files}, list(losses)


def _row(number: int, habit: Definition, losses: dict[str, None], today: int) -> tuple[str, ...]:
    goal = habit.goal_on(today)
    if goal.kind == "done":
        kind, unit, target_type, target = "YES_NO", "", "", ""
        times, days = _frequency(habit, losses, today)
    else:
        kind, unit = "NUMERICAL", habit.unit
        target_type = "AT_LEAST" if goal.is_to_reach else "AT_MOST"
        if goal.kind == "between":
            losses[f"{habit.title}: the upper end of its goal"] = None
        if goal.is_under:
            losses[f"{habit.title}: its goal is under the target, which Loop counts as met"] = None
        target = str(amounts.from_base_unit(goal.target, habit.unit) / amounts.MILLI)
        times, days = 1, PERIOD_DAYS[goal.per]
        schedule = habit.schedule_on(today)
        if goal.per == "day" and schedule != DAILY and goal != goal_of(schedule):
            losses[f"{habit.title}: its schedule; Loop has none with a target amount"] = None
    if len(habit.schedules) > 1:
        losses[f"{habit.title}: its former schedules"] = None
    if len(habit.goals) > 1:
        losses[f"{habit.title}: its former goals"] = None
    if habit.pauses:
        losses[f"{habit.title}: its pauses"] = None
    cells = (habit.title, kind, "", "", str(times), str(days), COLOUR, unit, target_type, target)
    return (f"{number:03}", *cells, str(habit.is_archived).lower())


def _frequency(habit: Definition, losses: dict[str, None], today: int) -> tuple[int, int]:
    schedule = habit.schedule_on(today)
    times, days = schedule.frequency()
    match schedule:
        case ChosenDays():
            if schedule != DAILY:
                losses[f"{habit.title}: its days of the week"] = None
        case ChosenDates():
            losses[f"{habit.title}: its days of the month or year"] = None
        case EverySlot() | AfterLast():
            loss = (
                f"{habit.title}: its interval ({schedule.words()}), which Loop counts differently"
            )
            losses[loss] = None
        case PerPeriod() | InDays() | AsParts() | Untracked():
            pass
        case _:
            assert_never(schedule)
    return (1, 1) if times == days else (times, days)


def _marks(history: HabitHistory, losses: dict[str, None], today: int) -> dict[int, str]:
    """Return Loop's value of each day with a value."""
    habit, days = history.habit, history.days
    goal = habit.goal_on(today)
    is_numeric = goal.kind != "done"
    found: dict[int, str] = {}
    for day, logged in days.logged_days():
        if logged.value == "none" or day > today:
            continue
        if logged.value == "skip":
            found[day] = "SKIP"
        elif is_numeric:
            found[day] = _amount(habit, goal, logged, losses)
        else:
            if logged.value == "amount":
                losses[f"{habit.title}: amounts, as it has no amount goal"] = None
            found[day] = "YES_MANUAL" if logged.value == "done" or logged.amount > 0 else "NO"
    if not is_numeric:
        for day in _covered(habit, found, today):
            found.setdefault(day, "YES_AUTO")
    return found


def _amount(habit: Definition, goal: Goal, day: DayValue, losses: dict[str, None]) -> str:
    amount = day.amount
    is_short = day.is_marked and amount < goal.target and goal.is_to_reach
    if day.value == "miss":
        losses[f"{habit.title}: missed days; exported as an amount"] = None
        amount = 2 * goal.target if goal.kind == "most" else 0
    elif day.value == "done" or is_short:
        losses[f"{habit.title}: days done without an amount"] = None
        amount = goal.target if goal.is_to_reach else 0
    thousandths = amounts.from_base_unit(amount, habit.unit)
    return "NO" if not thousandths else str(thousandths)


def _covered(habit: Definition, marks: Mapping[int, str], today: int) -> Iterable[int]:
    """Yield Loop's automatic checks: days covered by the checks around them."""
    schedule = habit.schedule_on(today)
    times, days = schedule.frequency()
    checks = sorted(day for day, mark in marks.items() if mark == "YES_MANUAL")
    if times >= days:
        return
    for first, last in spans(checks, times, days):
        yield from range(first, min(last, today) + 1)


def _shared(
    names: Sequence[str], columns: Sequence[Mapping[int, str]], empty: str, today: int
) -> str:
    first = min((day for column in columns for day in column), default=today + 1)
    lines = [
        (format_iso(day), *(column.get(day, empty) for column in columns), "")
        for day in range(today, first - 1, -1)
    ]
    return write_csv_table(("Date", *names, ""), lines)

"""The CSV files of Loop Habit Tracker: Habits.csv, and a folder with Checkmarks.csv for each habit.

Three layouts are known: 1.x without a head in the folders and with a 0 on every empty day, 2.0
with Question and NumRepetitions, 2.1 and later with Type, Unit, Target and notes. Columns are
found by their heads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.habits import units
from notekeep.habits.imports.loop import MARKS, UNKNOWN, Facts, habit_of, say, set_ends
from notekeep.habits.imports.source import Gathering
from notekeep.habits.imports.words import day_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notekeep.habits.imports.source import Source, Taken

HABITS, CHECKMARKS = "Habits.csv", "Checkmarks.csv"
_ALSO = {
    "Position": (),
    "Name": (),
    "Type": (),
    "Question": (),
    "Description": (),
    "FrequencyNumerator": ("NumRepetitions",),
    "FrequencyDenominator": ("Interval",),
    "Unit": (),
    "Target Type": (),
    "Target Value": (),
    "Archived?": ("Archived",),
}
"""The columns that are read, and what earlier versions call them."""


def read(files: Mapping[str, str]) -> Source:
    """Read an export.

    Args:
        files: The texts of its CSV files by their path in the archive or folder.

    Raises:
        Refused: There is no Habits.csv, or one that is none.
    """
    found = Gathering("loop")
    top = next((name for name in files if name.rpartition("/")[2] == HABITS), None)
    if top is None:
        raise Refused(f"there is no {HABITS}", "give the zip that Loop exports, or its folder")
    base = top[: -len(HABITS)]
    rows = rows_of(files[top], top)
    columns = _columns(rows[0] if rows else [], top)
    folders = _folders(files, base)
    shared = rows_of(files.get(base + CHECKMARKS, ""), base + CHECKMARKS)
    for place, row in enumerate(rows[1:]):
        facts = _facts(_cells(row, columns))
        habit = habit_of(facts, found)
        position = int("".join(re.findall(r"[0-9]+", row[columns["Position"]])[:1]) or place + 1)
        name = folders.get(position)
        if name is not None:
            _days(habit, rows_of(files[name], name), name, facts, found)
        else:
            _shared_days(habit, shared, place + 1, facts, found)
        set_ends(habit)
    found.lose("reminders and colours, which the CSV files do not have or notekeep does not use")
    if any(said for habit in found.source().habits for said in habit.entries):
        found.lose("a no within a span that Loop fills by itself; its database (.db) has them")
    return found.source()


def _columns(head: Sequence[str], name: str) -> dict[str, int]:
    places = {cell.strip(): place for place, cell in enumerate(head)}
    columns = {
        column: place
        for column, others in _ALSO.items()
        if (place := next((places[n] for n in (column, *others) if n in places), None)) is not None
    }
    if not {"Position", "Name"} <= columns.keys():
        raise Refused(f"{name}: its first line does not name the columns of Loop", line=1)
    return columns


def _cells(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {name: row[place] if place < len(row) else "" for name, place in columns.items()}


def _facts(cells: Mapping[str, str]) -> Facts:
    target = units.parse_number(cells.get("Target Value", "").strip())
    return Facts(
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
        if name.startswith(base) and file == CHECKMARKS and number and "/" not in folder:
            found.setdefault(int(number[1]), name)
    return found


def _days(
    habit: Taken, rows: Sequence[Sequence[str]], name: str, facts: Facts, found: Gathering
) -> None:
    """The days of a habit, from the file in its own folder."""
    has_head = bool(rows) and rows[0][0].strip() == "Date"
    for number, row in enumerate(rows[has_head:], 1 + has_head):
        day = day_of(row[0])
        value = _value(row[1] if len(row) > 1 else "")
        if day is None or value is None:
            found.lose("lines that are not understood", habit.name, f"{name}:{number}")
            continue
        if not has_head and value == 0:
            value = UNKNOWN  # before 2.0 a day without a check has a 0, whether it was a no or not
        note = row[2] if len(row) > 2 else ""
        say(habit, day, value, note, is_numeric=facts.is_numeric, found=found)


def _shared_days(
    habit: Taken, rows: Sequence[Sequence[str]], column: int, facts: Facts, found: Gathering
) -> None:
    """The days of a habit, from its column of the file for all; names there may hold commas."""
    for row in rows[1:]:
        day = day_of(row[0])
        value = _value(row[column]) if column < len(row) else UNKNOWN
        if day is not None and value is not None:
            say(habit, day, value, "", is_numeric=facts.is_numeric, found=found)
    if rows:
        found.lose("notes, which the file for all habits does not have", habit.name)


def _value(text: str) -> int | None:
    plain = text.strip()
    if plain in MARKS:
        return MARKS[plain]
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None

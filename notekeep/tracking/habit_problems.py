"""Problems in the habit log and in habit definitions.

A line with a problem still counts, unless the code of the problem starts with H.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from notekeep.dates import format_iso
from notekeep.errors import Problem
from notekeep.habits import amounts
from notekeep.habits.days import reduce_entries
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.habit_table import LogLine, read_lines

if TYPE_CHECKING:
    import sqlite3


def find_problems(
    connection: sqlite3.Connection,
    root: str,
    habits: Sequence[Habit],
    today: int,
    unreadable: Mapping[str, str],
) -> list[Problem]:
    """Return all problems, sorted by file and line. `unreadable` maps files to reasons."""
    found = [
        Problem(path, None, f"cannot read the file: {reason}", "its last known entries are used")
        for path, reason in unreadable.items()
    ]
    reported = connection.execute(
        "SELECT path, line, message, hint, code FROM problems WHERE source = 'habit'"
    )
    found += (Problem(*row) for row in reported)
    found += _definitions(root, habits)
    for habit in habits:
        lines = list(read_lines(connection, habit.names))
        if not habit.definition.path and lines:
            message = f"there is no note for the habit {lines[0].entry.habit}"
            hint = f"`notekeep habit add {habit.key}` creates it; its entries are kept and shown"
            found.append(Problem(lines[0].path, lines[0].number, message, hint, "W105"))
        if habit.definition.combines:
            message = f"{habit.definition.id} is combined from others; this line does not count"
            hint = "check in one of its parts, and delete the line"
            found += (Problem(line.path, line.number, message, hint, "W109") for line in lines)
        else:
            found += _day_problems(lines, habit, today)
    return sorted(found, key=lambda problem: (problem.path, problem.line or 0, problem.code))


def read_problem_lines(root: str, found: Iterable[Problem]) -> list[str]:
    """Return the line of each problem; "" if it has no line or the file is missing."""
    files: dict[str, list[bytes]] = {}
    lines = []
    for problem in found:
        if problem.line is not None and problem.path not in files:
            try:
                with open(os.path.join(root, problem.path), "rb") as file:
                    files[problem.path] = file.read().split(b"\n")
            except OSError:
                files[problem.path] = []
        rows = files.get(problem.path, [])
        number = problem.line or 0
        row = rows[number - 1] if 0 < number <= len(rows) else b""
        lines.append(row.decode("utf-8", "replace").strip())
    return lines


def _definitions(root: str, habits: Sequence[Habit]) -> Iterator[Problem]:
    for habit in habits:
        definition = habit.definition
        for problem in definition.problems:
            message = f"{problem.key}: {problem.message}"
            line = _line_of(root, definition.path, problem.key)
            yield Problem(definition.path, line, message, problem.hint, "W108")
        for other in habit.others:
            yield Problem(
                other,
                _line_of(root, other, "habit"),
                f"{definition.id} is also defined in {definition.path}, which is used",
                "change the id of one of them, or delete it",
                "W105",
            )


def _line_of(root: str, path: str, key: str) -> int | None:
    """Return the line number of a key in the front matter of a note, or None."""
    try:
        with open(os.path.join(root, path), encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if number > 1 and line.startswith("---"):
                    return None
                if line.partition(":")[0].strip(" \"'").casefold() == key:
                    return number
    except OSError:
        return None
    return None


def _line_problems(line: LogLine, habit: Habit, today: int) -> Iterator[Problem]:
    entry, definition, unit = line.entry, habit.definition, habit.definition.unit
    is_amount = entry.kind == "amount"
    if is_amount and amounts.to_base_unit(entry.amount, entry.unit, unit) is None:
        message = f"{entry.unit} cannot be converted to {unit}; counted as done"
        hint = f"use {unit}"
        yield Problem(line.path, line.number, message, hint, "W103")
    if where := "in the future" if entry.day > today else definition.outside(entry.day):
        day = format_iso(entry.day)
        yield Problem(line.path, line.number, f"{day} is {where}", "fix the date", "W104")


def _day_problems(lines: list[LogLine], habit: Habit, today: int) -> Iterator[Problem]:
    by_day: dict[int, list[LogLine]] = {}
    for line in lines:
        by_day.setdefault(line.entry.day, []).append(line)
    for some in by_day.values():
        day = reduce_entries((line.entry for line in some), habit.definition.unit)
        top = [line for line in some if line.entry.revision == day.revision]
        for line in top:
            if line.entry.kind != "clear":
                yield from _line_problems(line, habit, today)
        if day.is_disputed:
            others = ", ".join(f"{line.path}:{line.number}" for line in top[1:])
            message = f"this line conflicts with {others}"
            hint = f"check in {habit.definition.id} for that day again; the last entry counts"
            yield Problem(top[0].path, top[0].number, message, hint, "W102")
        yield from _repeated(some)


def _repeated(lines: list[LogLine]) -> Iterator[Problem]:
    """Yield repeated amounts in one file, which count only once because they have no time."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if line.entry.kind != "amount" or line.entry.time or line.entry.is_set:
            continue
        place = (line.path, line.text)
        if place in seen:
            message = "this line occurs twice and counts once"
            hint = "add a time like @09:00 to both, or write the sum on one line"
            yield Problem(line.path, line.number, message, hint, "W107")
        seen.add(place)

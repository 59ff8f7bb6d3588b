"""Mending what was reported of habits: one report at a time, or all that take no guess at once.

Each is a plan like any other change, shown before and taken back by `undo`. Where only a person can
tell what was meant there is no mend, and the report says where to look.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.habits import log
from notekeep.habits.fold import fold
from notekeep.habits.mend import earlier, mend_line, restated
from notekeep.writing.plan import FileChange, WritePlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.log import Entry
    from notekeep.habits.mend import Mend
    from notekeep.index.habits import Habit, HabitIndex
    from notekeep.markdown.problem import Problem
    from notekeep.writing.plans import Plans

VERB = "mend"


class Offer(NamedTuple):
    """What can be done about one report: what it is, for a person, and the plan that does it."""

    label: str
    plan: WritePlan


def offer(plans: Plans, habits: HabitIndex, problem: Problem) -> Offer | None:
    """Find what can be done about one report; None where only a person can tell.

    Args:
        plans: The vault.
        habits: Its habits, refreshed.
        problem: A report of habits, as `HabitIndex.problems` gives it.
    """
    if problem.line is None or problem.code[:1] not in ("H", "W"):
        return None
    data = plans.read(problem.path)
    text = _line(data, problem.line)
    if text is None:
        return None
    entry = log.parse_line(text).entry
    habit = _habit(habits, entry)
    if problem.code == "W105" and entry is None:
        found = _another_id(plans, habits, problem.path)
    elif problem.code == "W106":
        found = _without_markers(problem, data)
    elif problem.code == "W104" and problem.message.endswith("in the future"):
        mend = earlier(text, habits.today())
        found = None if mend is None else _in_line(problem, data, mend)
    elif habit is not None and entry is not None and problem.code in ("W102", "W104", "W105"):
        found = _about_habit(plans, habits, problem.code, habit, entry)
    else:
        mend = mend_line(problem.code, text, habit.definition.unit if habit else "")
        found = None if mend is None else _in_line(problem, data, mend)
    return found


def mend_all(plans: Plans, problems: Iterable[Problem]) -> WritePlan:
    """Plan all that takes no guess, file by file."""
    plan = WritePlan(VERB, "habit log")
    lines: dict[str, dict[int, str]] = {}
    for problem in problems:
        if problem.line is not None:
            lines.setdefault(problem.path, {})[problem.line] = problem.code
    for path, codes in lines.items():
        data = plans.read(path)
        after = mended(data, codes)
        if after != data:
            plan.changes.append(FileChange(path, data, after))
    return plan


def mended(data: bytes, codes: dict[int, str]) -> bytes:
    """A log file with the lines that were reported mended, where that takes no guess.

    Args:
        data: The file.
        codes: The report of each line, by its number.
    """
    rows = data.split(b"\n")
    kept = []
    for number, row in enumerate(rows, 1):
        mend = mend_line(codes[number], _decoded(row)) if number in codes else None
        if mend is None or not mend.is_sure:
            kept.append(row)
        elif mend.text is not None:
            kept.append(_encoded(mend.text) + row[len(row.rstrip()) :])
    return b"\n".join(kept)


def _in_line(problem: Problem, data: bytes, mend: Mend) -> Offer:
    rows = data.split(b"\n")
    place = (problem.line or 1) - 1
    end = rows[place][len(rows[place].rstrip()) :]
    rows[place : place + 1] = [] if mend.text is None else [_encoded(mend.text) + end]
    label = f"{problem.path}:{problem.line} {problem.code}"
    plan = WritePlan(VERB, label, [FileChange(problem.path, data, b"\n".join(rows))])
    return Offer(mend.label, plan)


def _without_markers(problem: Problem, data: bytes) -> Offer | None:
    """All markers of the file at once: what one alone leaves behind would no longer be one."""
    lines = log.parse_file(data.decode("utf-8", "surrogateescape"))
    marks = {
        each.number: "W106"
        for each in lines
        if each.line.report and each.line.report.code == "W106"
    }
    after = mended(data, marks)
    if after == data:
        return None
    label = f"{problem.path} {problem.code}"
    plan = WritePlan(VERB, label, [FileChange(problem.path, data, after)])
    return Offer("take the markers out", plan)


def _another_id(plans: Plans, habits: HabitIndex, path: str) -> Offer | None:
    """Give a note whose id another one has an id of its own; its lines counted for the other."""
    habit = next((habit for habit in habits.known() if path in habit.others), None)
    if habit is None:
        return None
    number = 2
    while habits.is_name(f"{habit.definition.id}-{number}"):
        number += 1
    change = f"habit={habit.definition.id}-{number}"
    return Offer(f"set {change}", plans.set_fields([path], [change]))


def _about_habit(
    plans: Plans, habits: HabitIndex, code: str, habit: Habit, entry: Entry
) -> Offer | None:
    """What can be done about an entry that its habit or the other lines of its day contradict."""
    definition = habit.definition
    day = date.fromordinal(entry.day)
    if code == "W102":
        return _settled(plans, habits, habit, day)
    if code == "W105" and not definition.path:
        first = min(line.entry.day for line in habits.lines(habit))
        fields = {"habit": entry.habit, "since": date.fromordinal(first).isoformat()}
        plan = plans.new("habit", definition.title, fields=fields)
        return Offer(f"define the habit {entry.habit}", plan)
    if code == "W104" and definition.path:
        key = ""
        if definition.since is not None and entry.day < definition.since:
            key = "since"
        elif definition.until is not None and entry.day > definition.until:
            key = "until"
        if key:
            change = f"{key}={day.isoformat()}"
            return Offer(f"set {change}", plans.set_fields([definition.path], [change]))
    return None


def _settled(plans: Plans, habits: HabitIndex, habit: Habit, day: date) -> Offer | None:
    """What counts of a day on which lines contradict each other, said once more for good."""
    from notekeep.index.checkin import log_path

    entries = habits.day_entries(habit, day.toordinal())
    unit = habit.definition.unit
    whole = fold(entries, unit)
    top = [entry for entry in entries if entry.revision == whole.revision]
    wins = next((entry for entry in top if fold([entry], unit)[:2] == whole[:2]), None)
    if wins is None:
        return None
    line = restated(wins)
    path = log_path(habits.places.state, day)
    try:
        data: bytes | None = plans.read(path)
    except NotekeepError:
        data = None
    before = data if data is not None else f"# Habit log {day:%Y-%m}\n\n".encode()
    gap = b"" if before.endswith(b"\n") or not before else b"\n"
    after = before + gap + _encoded(line) + b"\n"
    label = f"say again: {line.partition(': ')[2]}"
    return Offer(label, WritePlan(VERB, line, [FileChange(path, data, after)]))


def _habit(habits: HabitIndex, entry: Entry | None) -> Habit | None:
    if entry is None:
        return None
    try:
        return habits.find(entry.habit)
    except NotekeepError:
        return None


def _line(data: bytes, number: int) -> str | None:
    rows = data.split(b"\n")
    return _decoded(rows[number - 1]).rstrip() if number <= len(rows) else None


def _decoded(row: bytes) -> str:
    return row.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").rstrip()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

"""Notes that define habits; repairs of log lines."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from notekeep import dates
from notekeep.errors import NotekeepError, NotFound, Problem, UsageError
from notekeep.habits import log
from notekeep.habits.days import reduce_entries
from notekeep.habits.definition import fold_name, format_pause, is_id, parse_pause
from notekeep.habits.log import LogEntry
from notekeep.habits.repairs import LineRepair, move_to_past_month, repair_line
from notekeep.habits.schedule import parse_goal, parse_schedule
from notekeep.markdown.field_values import Value
from notekeep.markdown.note import title_slug
from notekeep.notes.capture import plan_new
from notekeep.notes.fields_and_tags import plan_set
from notekeep.notes.plan import NoteChange, WritePlan, encode
from notekeep.notes.workspace import Workspace
from notekeep.tracking.checkin import log_path
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex


def habit_fields(
    index: HabitIndex,
    title: str,
    *,
    identity: str = "",
    schedule: str = "daily",
    goal: str = "done",
    since: str = "",
    aliases: tuple[str, ...] = (),
) -> dict[str, Value]:
    """Return the front matter of a new habit, from schedule and goal as typed.

    Without an identity, its id is made from the title. Without a first day it starts with its
    first log line; a limit starts today, because days without a line count.
    """
    index.refresh()
    identity = identity or title_slug(title)
    for new in (identity, *aliases):
        check_habit_name(index, new)
    aims = parse_goal(goal)
    if not since and aims.kind == "most" and not index.is_name(identity):
        since = "today"
    fields: dict[str, Value] = {
        "habit": identity,
        "schedule": [parse_schedule(schedule).text()],
        "goal": aims.text(),
    }
    if since:
        fields["since"] = dates.parse_day(since, index.today()).isoformat()
    return fields


def check_habit_name(index: HabitIndex, name: str) -> None:
    """Refuse a name that is not valid in a log line, or that another habit has."""
    if not is_id(name):
        raise UsageError(
            f"{name} is not a valid habit id.",
            "Use only letters, digits, - _ and . and not the name of a habit command.",
        )
    if index.is_name(name) and index.find(name).definition.path:
        other = index.find(name).definition
        raise UsageError(f"{name} is already used by {other.title} ({other.path}).")


def begin_pause(text: str, today: date) -> list[str]:
    """Return the changes of front matter for a pause, by default from today on."""
    start, dots, end = (text or f"{today.isoformat()}..").partition("..")
    first = start if dates.parse_iso(start) else dates.parse_day(start, today).isoformat()
    return [f"paused+={format_pause(*parse_pause(f'{first}{dots}{end}'))}"]


def end_pause(habit: Habit, today: date) -> list[str]:
    """Return the changes that end today's pause yesterday, or remove it if it began today."""
    day = today.toordinal()
    for low, high in habit.definition.pauses:
        if low <= day <= high:
            days = f"{dates.format_iso(low)}..{dates.format_iso(day - 1)}"
            shortened = [] if low == day else [f"paused+={days}"]
            return [f"paused-={format_pause(low, high)}", *shortened]
    raise NotFound(f"{habit.definition.id} is not paused today.")


def leave_archive(habit: Habit, today: date) -> list[str]:
    """Return the changes that restore a habit; the days since its end become a pause."""
    end, last = habit.definition.until, today.toordinal() - 1
    has_gap = end is not None and end < last
    pause = [f"paused+={format_pause(end + 1, last)}"] if end is not None and has_gap else []
    return ["archived=", "until=", *pause]


def plan_rewrite(
    plan: WritePlan, workspace: Workspace, habits: HabitIndex, habit: Habit, new: str
) -> WritePlan:
    """Plan to rename a habit in all log lines, together with `plan`, the change of its note."""
    whole = replace(plan, verb="rename habit", label=f"{habit.definition.id} {new}", whole=True)
    numbers: dict[str, list[int]] = {}
    for line in habits.lines(habit):
        if fold_name(line.entry.habit) != fold_name(new):
            numbers.setdefault(line.path, []).append(line.number)
    for path, places in sorted(numbers.items()):
        data = workspace.read(path)
        rows = data.split(b"\n")
        for number in places:
            text = rows[number - 1].decode("utf-8", "surrogateescape")
            rows[number - 1] = encode(log.rename_in_line(text, new))
        whole.changes.append(NoteChange(path, data, b"\n".join(rows)))
    return whole


# Repairs of reported problems. There is none if the intention is unclear.

VERB = "mend"


class RepairOffer(NamedTuple):
    """A repair of a problem: its description and its plan."""

    label: str
    plan: WritePlan


def offer_repair(workspace: Workspace, habits: HabitIndex, problem: Problem) -> RepairOffer | None:
    """Find the repair of a problem of `HabitIndex.problems`; None if there is none."""
    if problem.line is None or problem.code[:1] not in ("H", "W"):
        return None
    data = workspace.read(problem.path)
    rows = data.split(b"\n")
    if problem.line > len(rows):
        return None
    text = _decode(rows[problem.line - 1])
    entry = log.parse_line(text).entry
    habit = None
    with suppress(NotekeepError):  # unknown or ambiguous
        habit = habits.find(entry.habit) if entry is not None else None
    if problem.code == "W105" and entry is None:
        return _offer_other_id(workspace, habits, problem.path)
    if problem.code == "W106":
        return _remove_markers(problem, data)
    if problem.code == "W104" and "in the future" in problem.message:
        repair = move_to_past_month(text, habits.today())
    elif habit is not None and entry is not None and problem.code in ("W102", "W104", "W105"):
        return _offer_for_entry(workspace, habits, problem.code, habit, entry)
    else:
        repair = repair_line(problem.code, text, habit.definition.unit if habit else "")
    return None if repair is None else _repair_line(problem, data, repair)


def plan_repairs(workspace: Workspace, problems: Iterable[Problem]) -> WritePlan:
    """Plan all certain repairs."""
    plan = WritePlan(VERB, "habit log")
    lines: dict[str, dict[int, str]] = {}
    for problem in problems:
        if problem.line is not None:
            lines.setdefault(problem.path, {})[problem.line] = problem.code
    for path, codes in lines.items():
        data = workspace.read(path)
        plan.edit(path, data, repair_log(data, codes))
    return plan


def repair_log(data: bytes, codes: dict[int, str]) -> bytes:
    """Return a log file with the certain repairs of reported lines (codes by number)."""
    rows = data.split(b"\n")
    repaired = []
    for number, row in enumerate(rows, 1):
        repair = repair_line(codes[number], _decode(row)) if number in codes else None
        if repair is None or not repair.is_sure:
            repaired.append(row)
        elif repair.text is not None:
            repaired.append(encode(repair.text) + row[len(row.rstrip()) :])
    return b"\n".join(repaired)


def _repair_line(problem: Problem, data: bytes, repair: LineRepair) -> RepairOffer:
    rows = data.split(b"\n")
    place = (problem.line or 1) - 1
    end = rows[place][len(rows[place].rstrip()) :]
    rows[place : place + 1] = [] if repair.text is None else [encode(repair.text) + end]
    label = f"{problem.path}:{problem.line} {problem.code}"
    plan = WritePlan(VERB, label, [NoteChange(problem.path, data, b"\n".join(rows))])
    return RepairOffer(repair.label, plan)


def _remove_markers(problem: Problem, data: bytes) -> RepairOffer | None:
    """Remove all markers of a file: a part of a conflict marker is not recognized."""
    lines = log.parse_file(data.decode("utf-8", "surrogateescape"))
    marks = {
        each.number: "W106"
        for each in lines
        if each.line.report and each.line.report.code == "W106"
    }
    after = repair_log(data, marks)
    if after == data:
        return None
    label = f"{problem.path} {problem.code}"
    plan = WritePlan(VERB, label, [NoteChange(problem.path, data, after)])
    return RepairOffer("remove the markers", plan)


def _offer_other_id(workspace: Workspace, habits: HabitIndex, path: str) -> RepairOffer | None:
    """Offer a new id for a note with the id of another; its lines count for the other."""
    habit = next((habit for habit in habits.known() if path in habit.others), None)
    if habit is None:
        return None
    number = 2
    while habits.is_name(f"{habit.definition.id}-{number}"):
        number += 1
    change = f"habit={habit.definition.id}-{number}"
    return RepairOffer(f"set {change}", plan_set(workspace, [path], [change]))


def _offer_for_entry(
    workspace: Workspace, habits: HabitIndex, code: str, habit: Habit, entry: LogEntry
) -> RepairOffer | None:
    definition = habit.definition
    day = date.fromordinal(entry.day)
    if code == "W102":
        return _restate_day(workspace, habits, habit, day)
    if code == "W105" and not definition.path:
        first = min(line.entry.day for line in habits.lines(habit))
        fields = {"habit": entry.habit, "since": dates.format_iso(first)}
        plan = plan_new(workspace, "habit", definition.title, fields=fields)
        return RepairOffer(f"create the habit {entry.habit}", plan)
    if code == "W104" and definition.path:
        key = ""
        if definition.since is not None and entry.day < definition.since:
            key = "since"
        elif definition.until is not None and entry.day > definition.until:
            key = "until"
        if key:
            change = f"{key}={day.isoformat()}"
            return RepairOffer(f"set {change}", plan_set(workspace, [definition.path], [change]))
    return None


def _restate_day(
    workspace: Workspace, habits: HabitIndex, habit: Habit, day: date
) -> RepairOffer | None:
    entries = habits.day_entries(habit, day.toordinal())
    unit = habit.definition.unit
    whole = reduce_entries(entries, unit)
    top = [entry for entry in entries if entry.revision == whole.revision]
    wins = next((entry for entry in top if reduce_entries([entry], unit)[:2] == whole[:2]), None)
    if wins is None:
        return None
    line = log.format_entry(wins._replace(revision=wins.revision + 1))
    path = log_path(habits.places.state, day)
    change = add_log_lines(workspace, path, f"{day:%Y-%m}", [line])
    return RepairOffer(f"log again: {line.partition(': ')[2]}", WritePlan(VERB, line, [change]))


def add_log_lines(workspace: Workspace, path: str, month: str, lines: Iterable[str]) -> NoteChange:
    """Return the change that adds lines to a log file, which may not exist."""
    before = workspace.read_if_exists(path)
    head = before if before is not None else f"# Habit log {month}\n\n".encode()
    end = b"\r\n" if b"\r\n" in head else b"\n"
    gap = b"" if not head or head.endswith(b"\n") else end
    return NoteChange(path, before, head + gap + b"".join(encode(line) + end for line in lines))


def _decode(row: bytes) -> str:
    return row.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").rstrip()

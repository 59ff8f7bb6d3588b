"""Plan changes to the notes that define habits, and repairs of log lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from notekeep import dates
from notekeep.errors import NotekeepError, NotFound, Problem, Refused, UsageError
from notekeep.habits import log
from notekeep.habits.days import reduce_entries
from notekeep.habits.definition import (
    Definition,
    fold_name,
    format_pause,
    is_id,
    parse_pause,
    read_definition,
)
from notekeep.habits.log import LogEntry
from notekeep.habits.repairs import LineRepair, move_to_past_month, repair_line
from notekeep.habits.schedule import goal_of, parse_goal, parse_schedule
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.field_changes import FieldChange
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.frontmatter import read_frontmatter
from notekeep.markdown.note import title_slug
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.capture import plan_new
from notekeep.notes.fields_and_tags import plan_set
from notekeep.notes.plan import NoteChange, WritePlan, encode
from notekeep.notes.workspace import Workspace
from notekeep.tracking.device_log import log_path
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
    """Return the front matter for a new habit with this schedule and goal.

    Without `identity`, the id is derived from the title, unless the log already uses the title.
    Without `since`, the habit starts with its first log line; a limit starts today, because days
    without an entry count for it.
    """
    index.refresh()
    if not identity:
        slug = title_slug(title)
        is_logged = is_id(title) and index.is_name(title) and not index.is_name(slug)
        identity = title if is_logged else slug
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


class FieldError(UsageError):
    """A value conflicts with other values of the note; `key` is its field."""

    def __init__(self, message: str, hint: str = "", *, key: str) -> None:
        super().__init__(message, hint)
        self.key = key


class RuleChange(NamedTuple):
    """A new schedule or goal for a habit."""

    fields: list[FieldChange]  # the changes to its note
    definition: Definition  # after the changes
    later: list[str]  # messages about rules for later days, which replace the new rule


def change_rules(
    workspace: Workspace, habit: Habit, day: date | None, *, schedule: str = "", goal: str = ""
) -> RuleChange:
    """Return the change that sets the schedule or goal of a habit, from a day or for all days.

    With a day, earlier days keep their rule, and so do days for which the note already has a later
    rule. Raises FieldError if the new rule conflicts with the rest of the definition.
    """
    path = habit.definition.path
    fields = _read_fields(workspace, path)
    known = read_definition(fields, path) or habit.definition
    defaults = {"schedule": "as its parts" if known.combines else "daily", "goal": "done"}
    new = {
        "schedule": parse_schedule(schedule).text() if schedule else "",
        "goal": parse_goal(goal).text() if goal else "",
    }
    changes = []
    for key, text in new.items():
        if not text:
            continue
        if day is None:
            fields[key] = text
            changes.append(FieldChange(key, "=", text))
            continue
        written = fields.get(key) or defaults[key]
        lines = [written] if isinstance(written, str) else written
        others = [one for one in _dated_lines(lines) if one[0] != day]
        starts = [start for start, _ in others if start is not None]
        after = [
            place for place, (start, _) in enumerate(others) if start is not None and start > day
        ]
        # Keep sorted lines sorted. If the user chose another order, add the new line at the end.
        place = after[0] if after and starts == sorted(starts) else len(others)
        dated = [line for _, line in others]
        dated.insert(place, f"{day.isoformat()} {text}")
        fields[key] = dated
        changes.append(FieldChange(key, "=", [*dated]))
    changed = read_definition(fields, path) or habit.definition
    for problem in changed.problems:
        if new.get(problem.key) or problem not in known.problems:
            message = f"{problem.key}: {problem.message}"
            hint = "Correct the note first." if problem in known.problems else problem.hint
            raise FieldError(message, hint, key=problem.key)
    later = [] if day is None else _later_rules(changed, new, day, workspace.today())
    return RuleChange(changes, changed, later)


def _read_fields(workspace: Workspace, path: str) -> dict[str, str | list[str]]:
    words = read_frontmatter(workspace.read(path)).words
    return {key.casefold(): value for key, value in words.items()}


def _dated_lines(lines: Iterable[str]) -> Iterator[tuple[date | None, str]]:
    """Yield each line with its day; a line without a day has the day of the previous line."""
    start = None
    for line in lines:
        start = dates.parse_iso(line.strip().partition(" ")[0]) or start
        yield start, line


def _later_rules(habit: Definition, new: Mapping[str, str], day: date, today: date) -> list[str]:
    """Return a message for each later rule that replaces a new schedule or goal."""
    later = [("schedule", start, rule.text()) for start, rule in habit.schedules]
    later += [("goal", start, rule.text()) for start, rule in habit.goals]
    return [
        f"From {dates.format_short_day(date.fromordinal(start), today)}, the {key} is still {text}."
        for key, start, text in later
        if new[key] and start > day.toordinal()
    ]


def form_values(habit: Definition, day: date) -> dict[str, str]:
    """Return a habit's values for its form: the rules on a day, the tiny version and the group.

    A combined habit has no goal.
    """
    schedule, goal = habit.schedule_on(day.toordinal()), habit.goal_on(day.toordinal())
    values = {
        "schedule": schedule.text(),
        "goal": "done" if goal == goal_of(schedule) else goal.text(),
        "tiny": habit.tiny,
        "group": habit.group,
    }
    return {
        key: clean_line(text).strip()
        for key, text in values.items()
        if not (key == "goal" and habit.combines)
    }


def changed_values(
    habit: Definition, before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, str]:
    """Return the values of a form whose meaning has changed."""
    parse: dict[str, Callable[[str], object]] = {
        "schedule": lambda text: parse_schedule(text).text(),
        "goal": lambda text: parse_goal(text).in_unit(habit.unit),
    }
    read = {key: parse.get(key, str) for key in after}
    return {key: text for key, text in after.items() if read[key](text) != read[key](before[key])}


def plan_form(
    workspace: Workspace, habit: Habit, day: date, changed: Mapping[str, str]
) -> WritePlan:
    """Plan to save the changed values of a form; a schedule or goal applies from `day`."""
    path = habit.definition.path
    texts = dict(changed)
    new = {key: texts.pop(key, "") for key in ("schedule", "goal")}
    rules = change_rules(workspace, habit, day, **new)
    if texts.get("group") == "" and not _read_fields(workspace, path).get("group"):
        message = f"{habit.definition.group} is the first tag of the note."
        raise FieldError(message, "Type another group, or remove the tag.", key="group")
    others = [FieldChange(key, "=", text or None) for key, text in texts.items()]
    plan = plan_set(workspace, [path], [*rules.fields, *others])
    plan.raise_if_nothing_left()
    plan.remarks += rules.later
    return plan


def check_habit_name(index: HabitIndex, name: str) -> None:
    """Raise UsageError for a name that is invalid in log lines or used by another habit."""
    if not is_id(name):
        raise UsageError(
            f"{name} is not a valid habit id.",
            "Use only letters, digits, - _ and . but not the name of a habit command.",
        )
    if index.is_name(name) and index.find(name).definition.path:
        other = index.find(name).definition
        raise UsageError(f"{name} is already used by {other.title} ({other.path}).")


def plan_pause(workspace: Workspace, habits: Iterable[Habit], days: str, today: date) -> WritePlan:
    """Plan to pause habits, by default from today; raise Refused if all are already paused."""
    start, dots, end = (days or f"{today.isoformat()}..").partition("..")
    first = start if dates.parse_iso(start) else dates.parse_day(start, today).isoformat()
    pause = parse_pause(f"{first}{dots}{end}")
    paths = [one.definition.path for one in habits if not one.definition.is_paused_in(*pause)]
    if not paths:
        raise Refused("These days are paused already.", "Nothing was changed.")
    text = format_pause(*pause)
    return replace(plan_set(workspace, paths, [f"paused+={text}"]), verb="pause", label=text)


def plan_resume(workspace: Workspace, habits: Iterable[Habit], today: date) -> WritePlan:
    """Plan to end current pauses yesterday, and to remove pauses that begin today."""
    day = today.toordinal()
    plan = WritePlan("resume", "habits")
    for habit in habits:
        changes: list[str] = []
        for first, last in habit.definition.pauses:
            if first <= day <= last:
                changes.append(f"paused-={format_pause(first, last)}")
                if first < day:
                    changes.append(f"paused+={format_pause(first, day - 1)}")
        if changes:
            found = plan_set(workspace, [habit.definition.path], changes)
            plan.changes += found.changes
            plan.refused += found.refused
    if not (plan.changes or plan.refused):
        raise NotFound("Nothing is paused today.")
    return plan


def unarchive_changes(habit: Habit, today: date) -> list[str]:
    """Return the changes that unarchive a habit; the days since its end become a pause."""
    end, last = habit.definition.until, today.toordinal() - 1
    has_gap = end is not None and end < last
    pause = [f"paused+={format_pause(end + 1, last)}"] if end is not None and has_gap else []
    return ["archived=", "until=", *pause]


def plan_rewrite(
    plan: WritePlan, workspace: Workspace, habits: HabitIndex, habit: Habit, new: str
) -> WritePlan:
    """Extend a plan that changes a habit's id in its note: change the id in all log lines."""
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


# Repairs of reported problems. If the intent is unclear, no repair is offered.

VERB = "mend"


class RepairOffer(NamedTuple):
    """A repair of a problem: its description and its plan."""

    label: str
    plan: WritePlan


def offer_repair(workspace: Workspace, habits: HabitIndex, problem: Problem) -> RepairOffer | None:
    """Return a repair for a problem from `HabitIndex.problems`, or None."""
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
    """Plan all repairs that have only one possible meaning."""
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
    """Return a log file with the unambiguous repairs. `codes` maps line numbers to codes."""
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
    """Remove all conflict markers, because a partial conflict would not be recognized."""
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
    """Offer a new id for a note with a duplicate id; log lines still belong to the other note."""
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
    path = log_path(HABIT_LOG, habits.places.state, day)
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

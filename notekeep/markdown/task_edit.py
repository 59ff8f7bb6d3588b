"""Ticks a task: its box, its completion date, and the next occurrence if it repeats."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from notekeep.dates import parse_iso
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.task_fields import (
    DATES,
    Notation,
    find_fields,
    find_value,
    split_block_id,
    strip_fields,
    write_day,
)
from notekeep.markdown.task_rule import parse_rule
from notekeep.markdown.text_edit import TextEdit, line_end, line_start

if TYPE_CHECKING:
    from notekeep.markdown.outline import BodyFacts, Task


class NextTask(NamedTuple):
    """The text of the next occurrence of a repeating task, or the reason that there is none."""

    text: str = ""
    problem: str = ""


def next_task(text: str, today: date) -> NextTask:
    """Return the next occurrence of a task completed today; empty if the task does not repeat.

    All dates move by the same number of days. The repeat rule applies to the due date, or else to
    the scheduled or the start date.
    """
    fields = find_fields(text)
    repeat = find_value(fields, "repeat")
    if repeat is None:
        return NextTask()
    rule = parse_rule(repeat.value)
    if rule is None:
        about = f'"{clean_line(repeat.value)}" is not a rule that notekeep understands'
        return NextTask(problem=f"{about}, so no next task was added.")
    days = [field for name in DATES if (field := find_value(fields, name)) is not None]
    known = parse_iso(days[0].value) if days else today
    after = rule.next_after(today if rule.is_when_done or known is None else known)
    if known is None or after is None:
        reason = (
            f"{days[0].value} is not a date"
            if known is None
            else "the repeat rule gives no later date"
        )
        return NextTask(problem=f"No next task was added: {reason}.")
    new = split_block_id(text)[0].rstrip()
    for field in reversed(fields):
        value = ""
        if field in days:
            day = parse_iso(field.value) or known
            value = str(after + timedelta((day - known).days))
        elif field.name == "created":
            value = str(today)
        if value:
            new = new[: field.at] + value + new[field.at + len(field.value) :]
        elif field.name in ("done", "cancelled", "id", "dependsOn"):
            new = new[: field.start] + new[field.end :]
    return NextTask(new)


def toggle_task(text: str, body: BodyFacts, task: Task, today: date) -> tuple[list[TextEdit], str]:
    """Return the edits that complete or reopen a task, and a problem with the next occurrence.

    A completed task gets a completion date if it repeats, or if another task in the note has a
    completion date. The next occurrence is added above it. Reopening a task removes the date, and
    the next occurrence unless it was edited. The problem is "" if there is none.
    """
    start, at = line_start(text, task.start), task.mark_at
    old = text[at + len(task.mark) : task.end]
    bare = strip_fields(old, "done", "cancelled")
    lead = text[start:at]
    if task.done:
        done = find_value(find_fields(old), "done")
        day = parse_iso(done.value) if done else None
        edits = [TextEdit(at, task.end, f" {bare}", "open", task.line)]
        before = next((one for one in body.tasks if one.line == task.line - 1), None)
        added = f"{lead} {next_task(bare, day or today).text}"
        if before is not None and text[line_start(text, before.start) : before.end] == added:
            edits.append(TextEdit(line_start(text, before.start), start, ""))
        return edits, ""
    following = next_task(bare, today)
    notation = _notation_of_dates(bare, body)
    ticked, block_id = split_block_id(bare)
    if notation is not None:
        ticked += write_day("done", today, notation)
    edits = [TextEdit(at, task.end, f"x{ticked}{block_id}", "done", task.line)]
    if following.text:
        edits.append(TextEdit(start, start, f"{lead} {following.text}{line_end(text)}"))
    return edits, following.problem


def _notation_of_dates(text: str, body: BodyFacts) -> Notation | None:
    """Return the notation of the completion date, or None if the task gets no date."""
    fields = find_fields(text)
    others = (find_value(find_fields(one.text), "done") for one in body.tasks)
    used = next((field.notation for field in others if field is not None), None)
    if used is None and find_value(fields, "repeat") is None:
        return None
    own = (field.notation for field in fields if field.name in (*DATES, "repeat"))
    return next(own, used)

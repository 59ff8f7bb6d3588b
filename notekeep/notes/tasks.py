"""Tick a task, or open it again."""

from __future__ import annotations

from notekeep.errors import NotFound
from notekeep.markdown.sanitize import clean
from notekeep.markdown.text_edit import edit_body, toggle_task
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace


def plan_toggle_task(
    workspace: Workspace, path: str, line: int, text: str = "", *, keep_done: bool = False
) -> WritePlan:
    """Plan to tick or untick the task nearest a line, from 1; `keep_done` leaves a done one so."""
    data = workspace.read(path)
    note = workspace.note(path, data)
    places = [
        (abs(task.line + note.body_line + 1 - line), task)
        for task in (note.spans.tasks if note.spans else ())
        if not text or text in (task.text, clean(task.text))
    ]
    away, task = min(places, default=(None, None), key=lambda place: place[0] or 0)
    if task is None or (away and not text):
        raise NotFound(f"{path}:{line}: the task is no longer there", "check the note")
    after = data if keep_done and task.done else edit_body(note, data, [toggle_task(task)])
    return WritePlan("tick", task.text, [NoteChange(path, data, after)])

"""Set fields; add, remove and rename tags; tick tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from notekeep.catalog.columns import known_fields
from notekeep.dates import format_short_day, parse_iso
from notekeep.errors import InvalidValue, NotFound, UsageError
from notekeep.markdown.fields import field_edit, frontmatter
from notekeep.markdown.fields.field_changes import (
    FieldChange,
    apply_changes,
    read_change,
    resolve_date,
)
from notekeep.markdown.fields.field_values import parse_items
from notekeep.markdown.fields.schema import STATUS_DATES, canonical, find_known_keys
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.outline import read_body
from notekeep.markdown.sanitize import clean
from notekeep.markdown.task_edit import toggle_task
from notekeep.markdown.task_fields import strip_fields
from notekeep.markdown.text_edit import (
    TextEdit,
    edit_body,
    refuse_unreadable,
    require_utf8,
)
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace

MIN_SIMILARITY = 0.75
"""The similarity to a known field at which a new field is reported as a possible typo."""


def plan_set(
    workspace: Workspace,
    paths: Iterable[str],
    changes: Sequence[str | FieldChange],
    *,
    force: bool = False,
) -> WritePlan:
    """Plan to change fields in each note; words such as `yesterday` become dates."""
    today = workspace.today()
    requested = [read_change(one) if isinstance(one, str) else one for one in changes]
    edits = [resolve_date(edit, workspace.schema, today) for edit in requested]
    label = " ".join(map(str, edits))
    plan = _plan_edits(workspace, "set", label, paths, edits, force=force)
    for before, after in zip(requested, edits, strict=True):
        # Show the date, because the user may have meant next Monday by `mon`.
        day = parse_iso(str(after.value)) if after != before else None
        if day is not None:
            plan.remarks.append(f"{after.key}: {before.value} is {format_short_day(day, today)}.")
    _add_new_fields(workspace, plan, edits)
    return plan


class DateOffer(NamedTuple):
    """Dates to fill in for a new status."""

    plan: WritePlan  # the original plan with the dates added
    fields: list[str]  # the fields to fill in, such as `finished`
    day: str  # the date, ISO
    notes: int  # the number of notes that get a date


def find_date_offer(workspace: Workspace, plan: WritePlan) -> DateOffer | None:
    """Find an empty date field for a new status in a plan, such as `finished`, or None."""
    day = workspace.today().isoformat()
    fields: dict[str, None] = {}
    changes = list(plan.changes)
    for at, change in enumerate(changes):
        if change.before is None or change.after is None:
            continue
        note = read_note(change.path, change.after, workspace.schema, in_body=False)
        kind = workspace.schema.kinds.get(note.kind)
        known = {*(kind.fields if kind else ()), *note.fields}
        name = next((one for one in STATUS_DATES.get(_status(note), ()) if one in known), None)
        if not name or note.fields.get(name):
            continue
        before = read_note(change.path, change.before, workspace.schema, in_body=False)
        if _status(note) != _status(before):
            edit = FieldChange(name, "=", day)
            after = apply_changes(change.after, [edit], workspace.schema, note.kind)
            changes[at] = change._replace(after=after)
            fields[name] = None
    if not fields:
        return None
    label = " ".join([plan.label, *(f"{name}={day}" for name in fields)])
    count = sum(old is not new for old, new in zip(plan.changes, changes, strict=True))
    return DateOffer(replace(plan, label=label, changes=changes), [*fields], day, count)


def _status(note: Note) -> str:
    return str(note.fields.get("status") or "").casefold()


def plan_tag(
    workspace: Workspace, paths: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()
) -> WritePlan:
    """Plan to add and remove tags in the front matter of each note."""
    edits = [FieldChange("tags", "+=", tag.lstrip("#")) for tag in add]
    edits += [FieldChange("tags", "-=", tag.lstrip("#")) for tag in remove]
    label = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in remove)])
    plan = _plan_edits(workspace, "tag", label, paths, edits)
    removed = {tag.lstrip("#").casefold() for tag in remove}
    for change in plan.changes:
        note = workspace.note(change.path, change.after or b"")
        plan.remarks += [
            f"{change.path}:{tag.line + note.body_line + 1}: #{tag.name} stays in the text."
            for tag in note.spans.tags
            if tag.name.casefold() in removed
        ]
    return plan


def _plan_edits(
    workspace: Workspace,
    verb: str,
    label: str,
    paths: Iterable[str],
    edits: Sequence[FieldChange],
    *,
    force: bool = False,
) -> WritePlan:
    for edit in edits:
        require_utf8(str(edit), f"the value of {edit.key}")
    plan = WritePlan(verb, label)
    invalid: list[InvalidValue] = []

    def edit_note(path: str, data: bytes) -> bytes:
        kind = read_note(path, data, workspace.schema, in_body=False).kind
        try:
            return apply_changes(data, edits, workspace.schema, kind, force=force)
        except InvalidValue as error:
            invalid.append(error)
            raise

    files = workspace.distinct(paths)
    workspace.edit_each(plan, files, edit_note)
    if len(invalid) == len(files) and len({error.message for error in invalid}) == 1:
        raise invalid[0]  # report the error once, not for each note
    return plan


def _add_new_fields(workspace: Workspace, plan: WritePlan, edits: Sequence[FieldChange]) -> None:
    unknown = [
        key
        for key in dict.fromkeys(edit.key for edit in edits)
        if workspace.schema.type_of("", canonical(key)) is None
    ]
    if not unknown:
        return
    known = known_fields(workspace.catalog.field_names(), workspace.schema)
    for key in unknown:
        if known.find(key):
            continue
        near = known.nearest_field(key, MIN_SIMILARITY)
        remark = f"{key} is a new field." + ("" if near is None else f" Did you mean {near}?")
        if any(one.key == key and one.op != "-=" and one.value is not None for one in edits):
            plan.new_fields.append(remark)
        if near is not None:
            plan.remarks.append(remark)


def plan_rename_tag(workspace: Workspace, old: str, new: str) -> WritePlan:
    """Plan to rename a tag and its children in all notes: `a` to `b`, `a/x` to `b/x`."""
    # The old tag may be invalid, because front matter allows any text; the new tag must be valid.
    before, after = old.strip().lstrip("#").strip("/"), _parse_tag(new)
    if not before:
        raise UsageError("Which tag?", "`notekeep tags` lists them.")
    old_key = before.casefold()

    def rename(tag: str) -> str | None:
        """Return the new name of a tag; None if the tag does not change."""
        name = tag.casefold()
        if name != old_key and not name.startswith(f"{old_key}/"):
            return None
        # Case folding may change the length of a tag, but not its number of levels.
        return "/".join([after, *tag.split("/")[before.count("/") + 1 :]])

    plan = WritePlan("tags", f"rename {before} -> {after}")
    _, rows = workspace.catalog.rows()
    tags = {row.path: row.tags for row in rows}
    tags |= {path: workspace.note(path, text).tags for path, text in workspace.open_texts.items()}
    paths = [path for path in tags if any(rename(tag) is not None for tag in tags[path])]
    if not paths:
        raise NotFound(f"No note has the tag #{before}.", "`notekeep tags` lists them.")
    workspace.edit_each(
        plan, paths, lambda path, data: _rename_tags(workspace.note(path, data), data, rename)
    )
    return plan


def _rename_tags(note: Note, data: bytes, rename: Callable[[str], str | None]) -> bytes:
    if note.problem is not None:
        raise refuse_unreadable(note.problem)
    edits = [
        TextEdit(tag.start, tag.end, f"#{name}", line=tag.line)
        for tag in note.spans.tags
        if (name := rename(tag.name)) is not None and name != tag.name
    ]
    data = edit_body(note, data, edits)
    key, words, _ = read_tags(data)
    names = {word.lstrip("#").casefold() for word in words}
    for word in words:
        name = rename(word.lstrip("#"))
        if name is None or word.lstrip("#") == name:
            continue
        sign = word[: len(word) - len(word.lstrip("#"))]
        if name.casefold() in names and name.casefold() != word.lstrip("#").casefold():
            data = field_edit.remove_item(data, key, word)
        else:
            data = field_edit.replace_item(data, key, word, f"{sign}{name}")
        names.add(name.casefold())
    return data


def read_tags(data: bytes) -> tuple[str, list[str], bool]:
    """Return the key for tags in front matter, the tags, and whether they are one string."""
    matter = frontmatter.read_frontmatter(data)
    key = find_known_keys(matter.fields).get("tags", "")
    written = matter.words[key] if key else ""
    tags = [str(item) for item in parse_items("tags", written)]
    return key, tags, isinstance(written, str)


def _parse_tag(text: str) -> str:
    name = text.strip().lstrip("#").strip("/")
    found = read_body(f"#{name}").tags
    if [tag.name for tag in found] != [name] or "//" in name:
        raise UsageError(
            f"{text!r} is not a tag.", "Use letters, digits, - _ and /, but not digits alone."
        )
    return name


def plan_toggle_task(
    workspace: Workspace,
    path: str,
    line: int,
    text: str = "",
    *,
    day: dt.date | None = None,
    keep_done: bool = False,
) -> WritePlan:
    """Plan to tick or untick the task nearest to a line (from 1); with `keep_done`, only tick.

    `day` is the day on which the task was done (default: today).
    """
    data = workspace.read(path)
    note = workspace.note(path, data)
    # The task may have been ticked in the meantime, which adds a date.
    searched = strip_fields(text, "done", "cancelled")
    places = [
        (abs(task.line + note.body_line + 1 - line), task)
        for task in note.spans.tasks
        if not text
        or searched in (known := strip_fields(task.text, "done", "cancelled"), clean(known))
    ]
    distance, task = min(places, default=(None, None), key=lambda place: place[0] or 0)
    if not text and (task is None or distance):
        raise NotFound(f"{path}:{line}: There is no task.", "`notekeep tasks` lists the tasks.")
    if task is None:
        raise NotFound(f"{path}:{line}: The task no longer exists.", "Check the note.")
    if keep_done and task.done:
        return WritePlan("tick", task.text, [NoteChange(path, data, data)])
    edits, problem = toggle_task(note.body, note.spans, task, day or workspace.today())
    changes = [NoteChange(path, data, edit_body(note, data, edits))]
    return WritePlan("tick", task.text, changes, remarks=[problem] if problem else [])

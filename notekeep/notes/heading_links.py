"""Rename headings; update links to headings that a plan changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
from notekeep.markdown.links import replace_headings
from notekeep.markdown.note import title_slug
from notekeep.markdown.note_names import Resolver
from notekeep.markdown.outline import Link
from notekeep.markdown.sanitize import plain_text
from notekeep.markdown.task_fields import split_block_id
from notekeep.markdown.text_edit import (
    TextEdit,
    edit_body,
    find_heading_text,
    normalize_heading,
    require_utf8,
)
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace, check_editable

_NOT_IN_LINK: Final = re.compile(r"[\[\]|#^\\<>]+|%%")
"""Characters that the heading in a link cannot contain."""


def plan_rename_heading(workspace: Workspace, path: str, line: int, title: str) -> WritePlan:
    """Plan to change the text of the heading on a line of a file, from 1, and links to it."""
    require_utf8(title, "the heading")
    data = workspace.read(path)
    note = workspace.note(path, data)
    check_editable(note, data)
    at = line - note.body_line - 1
    number = next((n for n, one in enumerate(note.spans.headings) if one.line == at), None)
    if number is None:
        raise NotFound(f"{path}:{line}: There is no heading.", "Select a heading.")
    heading, title = note.spans.headings[number], " ".join(title.split())
    span = find_heading_text(note.body, heading)
    if not title:
        raise UsageError("A heading needs a text.", "Type its new text.")
    if span is None:
        raise Refused("This heading has several lines.", "Edit it by hand.", line=line)
    old, block_id = split_block_id(heading.text)
    after = edit_body(note, data, [TextEdit(*span, f"{title}{block_id}")])
    renamed = [one.text for one in workspace.note(path, after).spans.headings]
    expected = [one.text for one in note.spans.headings]
    expected[number] = f"{title}{block_id}"
    if renamed != expected:
        raise Refused(
            f"{title!r} would not be read as one heading.", "Use simpler words.", line=line
        )
    plan = WritePlan("rename", f"{plain_text(old)} -> {plain_text(title)}")
    plan.edit(path, data, after)
    update_heading_links(workspace, plan)
    return plan


def update_heading_links(workspace: Workspace, plan: WritePlan) -> dict[str, list[TextEdit]]:
    """Add updates of links to changed headings to a plan, and a remark for each unreadable note.

    Return the edits of each note, as offsets in its text with the earlier changes of the plan.
    """
    updated: dict[str, list[TextEdit]] = {}
    renamed = {
        change.path: headings
        for change in plan.changes
        if (headings := _renamed_headings(workspace, change))
    }
    if not renamed:
        return updated
    resolver = Resolver(workspace.catalog.names())
    sources = {link.source for path in renamed for link in workspace.catalog.backlinks(path)}
    sources |= workspace.open_texts.keys()
    changes = {change.path: change for change in plan.changes}
    for path in workspace.distinct(sorted(sources | renamed.keys())):
        try:
            before = changes[path].before if path in changes else workspace.read(path)
            data = changes[path].after if path in changes else before
            if data is None:
                continue
            note = workspace.note(path, data)
            find = partial(_find_heading, path, renamed, resolver)
            edits = replace_headings(note.body, note.spans.links, find)
            after = edit_body(note, data, edits)
        except NotekeepError as error:
            plan.remarks.append(f"{path}: Links to a changed heading may break: {error.message}")
            continue
        if after != data:
            changes[path] = NoteChange(path, before, after)
            body = len(data.decode()) - len(note.body)
            updated[path] = [
                edit._replace(start=edit.start + body, end=edit.end + body) for edit in edits
            ]
    plan.changes[:] = [changes[path] for path in sorted(changes)]
    return updated


def _renamed_headings(workspace: Workspace, change: NoteChange) -> Mapping[str, tuple[str, str]]:
    """Map changed headings, in the form that links use, to their old and new text."""
    old, new = (
        [plain_text(one.text) for one in workspace.note(change.path, data or b"").spans.headings]
        for data in (change.before, change.after)
    )
    if len(old) != len(new) or old == new:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for before, after in zip(old, new, strict=True):
        found.setdefault(normalize_heading(before), (before, after))  # links point to the first
    return found


def _find_heading(
    source: str,
    renamed: Mapping[str, Mapping[str, tuple[str, str]]],
    resolver: Resolver,
    link: Link,
) -> str | None:
    """Return the new heading for a link; None if it does not change."""
    found = resolver.resolve(link.target, source) if link.target else [source]
    headings = renamed.get(found[0], {}) if found else {}
    parts = link.heading.split("#")
    new = [_new_heading(part, headings) for part in parts]
    return "#".join(new) if new != parts else None


def _new_heading(part: str, headings: Mapping[str, tuple[str, str]]) -> str:
    old, new = headings.get(normalize_heading(part), ("", ""))
    if old == new:
        return part
    if part != old and part == title_slug(old):
        return title_slug(new)
    return " ".join(_NOT_IN_LINK.sub(" ", new).split())

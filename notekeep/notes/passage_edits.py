"""Add a block id or a thought below a passage."""

from __future__ import annotations

from collections.abc import Mapping

from notekeep.errors import Refused, UsageError
from notekeep.markdown.text_edit import TextEdit, edit_body, line_start, require_utf8
from notekeep.notes.plan import WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.recall.passages import read_passages


def plan_block_ids(workspace: Workspace, ids: Mapping[str, Mapping[int, str]]) -> WritePlan:
    """Plan to add block ids below passages. `ids` maps paths and lines to ids without `^`."""
    plan = WritePlan("recall", "block ids of passages")

    def edit(path: str, data: bytes) -> bytes:
        return _add_below(workspace, path, data, {at: f"^{one}" for at, one in ids[path].items()})

    workspace.edit_each(plan, [*ids], edit)
    return plan


def plan_thought(workspace: Workspace, path: str, line: int, text: str) -> WritePlan:
    """Plan to add a paragraph below the passage on a line of a note."""
    require_utf8(text, "the text")
    if not text.strip():
        raise UsageError("There is nothing to add.", "Type a thought.")
    data = workspace.read(path)
    after = _add_below(workspace, path, data, {line: text.strip()})
    plan = WritePlan("add", path)
    plan.edit(path, data, after)
    return plan


def _add_below(workspace: Workspace, path: str, data: bytes, texts: Mapping[int, str]) -> bytes:
    """Add paragraphs below passages; raise Refused if that would change a passage."""
    note = workspace.note(path, data)
    eol = "\r\n" if b"\r\n" in data else "\n"
    passages = read_passages(note)
    edits = []
    for one in passages:
        if (text := texts.get(one.line)) is None:
            continue
        indent = " " * (one.start - line_start(note.body, one.start))
        lines = eol.join(f"{indent}{line}".rstrip() for line in text.splitlines())
        following = note.body[one.end :].removeprefix(eol)
        gap = "" if not following.strip() or following.startswith(("\n", "\r")) else eol
        edits.append(TextEdit(one.end, one.end, f"{eol}{eol}{lines}{gap}"))
    after = edit_body(note, data, edits)
    others = read_passages(workspace.note(path, after))
    is_same = [one.text for one in others] == [one.text for one in passages]
    if len(edits) != len(texts) or not is_same:
        raise Refused(f"{path}: The quote has changed or cannot be extended.", "Edit the note.")
    return after

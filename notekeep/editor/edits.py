"""Plans as edits of an editor: changes of texts, and new or renamed files.

The plans are those of the commands, made from the texts as typed. The editor applies them, so that
its own undo reverts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from notekeep.editor.open_vault import OpenVault
from notekeep.editor.positions import TextPositions
from notekeep.editor.session import Session
from notekeep.errors import Refused
from notekeep.markdown.editor_text import BOM
from notekeep.markdown.text_merge import find_edits, find_note_hunks
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import check_editable
from notekeep.services.notes import NoteService


def open_notes(session: Session, vault: OpenVault) -> NoteService:
    """Return the service that plans changes to notes as typed."""
    texts = {}
    for document in session.open_documents(vault):
        saved = vault.workspace.read_if_exists(document.path)
        # An editor replaces bytes that are not UTF-8, so a save would lose them.
        texts[document.path] = document.data if saved is None or _is_utf8(saved) else saved
    return vault.vault.notes.with_open_texts(texts)


def check_open_note(notes: NoteService, path: str) -> None:
    """Refuse edits of a note that is not UTF-8, is unreadable or has conflict markers."""
    data = notes.workspace.read(path)
    check_editable(notes.workspace.note(path, data), data)


def make_edit(
    session: Session, vault: OpenVault, plan: WritePlan, *, moves_files: bool = True
) -> types.WorkspaceEdit:
    """Return a plan as edits; show which notes it leaves unchanged, and why.

    Without `moves_files`, the editor already renames the files of the plan itself.
    Raises Refused if the editor cannot rename or create files and the plan needs it, or if an open
    note has changed since the plan was made.
    """
    plan.raise_if_nothing_left()
    editable, messages = [], [f"{one.place}: {one.message}" for one in plan.refused]
    for change in plan.changes:
        if find_note_hunks(change.before or b"").hunks and not change.target:
            messages.append(f"{change.path}: The note has Git conflict markers.")
        else:
            editable.append(change)
    edits = [_edit_text(session, vault, one) for one in editable if one.after != one.before]
    files: list[Any] = []
    session.own_renames = {
        (change.path, change.target) for change in editable if change.target and moves_files
    }
    for change in editable:
        if change.before is None:
            files.append(types.CreateFile(_address(vault, change.path)))
        elif change.target and moves_files:
            old = session.uri(vault, change.path)
            files.append(types.RenameFile(old, _address(vault, change.target)))
    if messages:
        shown = f"Left unchanged: {' '.join(messages)}"
        session.server.window_show_message(
            types.ShowMessageParams(types.MessageType.Warning, shown)
        )
    creates = [one for one in files if isinstance(one, types.CreateFile)]
    renames = [one for one in files if isinstance(one, types.RenameFile)]
    if renames and not can_change_files(session, types.ResourceOperationKind.Rename):
        raise Refused("This editor cannot rename files.", "Use `notekeep rename NOTE TITLE`.")
    if not (files or _has_versions(session)):
        changes = {
            one.text_document.uri: [part for part in one.edits if isinstance(part, types.TextEdit)]
            for one in edits
        }
        return types.WorkspaceEdit(changes=changes)
    return types.WorkspaceEdit(document_changes=[*creates, *edits, *renames])


def can_change_files(session: Session, kind: types.ResourceOperationKind) -> bool:
    """Whether the editor can create or rename files as part of an edit."""
    known = _edit_capabilities(session)
    return known is not None and kind in (known.resource_operations or ())


def _edit_text(session: Session, vault: OpenVault, change: NoteChange) -> types.TextDocumentEdit:
    uri = session.uri(vault, change.path)
    document = session.document(uri) if change.before is not None else None
    before, after = (data.decode("utf-8") for data in (change.before or b"", change.after or b""))
    version = None
    if document is not None and document.is_open:
        if document.data != change.before:
            raise Refused(f"{change.path} has changed meanwhile.", "Try again.")
        version = document.version
    else:
        # Editors do not count a byte order mark.
        before, after = before.removeprefix(BOM), after.removeprefix(BOM)
    positions = TextPositions(before, session.encoding)
    edits: Sequence[Any] = [
        types.TextEdit(positions.range(edit.start, edit.end), edit.text)
        for edit in find_edits(before, after)
    ]
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri, version)
    return types.TextDocumentEdit(identifier, edits)


def _address(vault: OpenVault, path: str) -> str:
    return Path(vault.root, path).as_uri()


def _has_versions(session: Session) -> bool:
    known = _edit_capabilities(session)
    return known is not None and bool(known.document_changes)


def _edit_capabilities(session: Session) -> types.WorkspaceEditClientCapabilities | None:
    workspace = session.server.client_capabilities.workspace
    return workspace.workspace_edit if workspace is not None else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

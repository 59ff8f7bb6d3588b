"""Rename a note with its file, a heading or a tag; update links when the editor renames files."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from lsprotocol import types

from notekeep.editor.document import Document
from notekeep.editor.edits import check_open_note, make_edit, open_notes
from notekeep.editor.features import Feature
from notekeep.editor.navigation import find_target, heading_at
from notekeep.editor.open_vault import OpenVault
from notekeep.editor.session import Session, to_path
from notekeep.errors import NotFound, Refused
from notekeep.markdown import links
from notekeep.markdown.fields.frontmatter_block import find_key_line
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.outline import Heading, Link
from notekeep.markdown.sanitize import plain_text
from notekeep.markdown.task_fields import split_block_id
from notekeep.markdown.text_edit import find_heading_text, normalize_heading
from notekeep.notes.plan import WritePlan
from notekeep.services.notes import NoteService
from notekeep.storage.file_names import safe_name, vault_path
from notekeep.storage.scan import NOTE_SUFFIXES

_FILES: Final = types.FileOperationRegistrationOptions(
    [
        types.FileOperationFilter(
            types.FileOperationPattern("**/*.md", matches=types.FileOperationPatternKind.File),
            "file",
        ),
        types.FileOperationFilter(
            types.FileOperationPattern("**", matches=types.FileOperationPatternKind.Folder),
            "file",
        ),
    ]
)


class Name(NamedTuple):
    """A name at a position: of a note, a heading or a tag."""

    start: int  # its offsets in the text
    end: int
    text: str  # the current name
    path: str = ""  # of the note with the title or heading; "" for a tag
    line: int = 0  # of the heading, from 1; 0 for the title


def find_name(session: Session, document: Document, offset: int) -> Name | None:
    """Return the name at an offset of a note; None if nothing there can be renamed."""
    if link := document.link_at(offset):
        return _find_linked_name(session, document, link, offset)
    if tag := document.tag_at(offset):
        # With the cursor on `learning` of `#learning/ml`, all tags below `learning` change.
        start = tag.end - len(tag.name)
        stop = tag.name.find("/", max(offset - start, 0))
        name = tag.name[:stop] if stop > 0 else tag.name
        return Name(start, start + len(name), name)
    if heading := heading_at(document, offset):
        return _name_heading(document, heading)
    line = document.positions.line_of(offset)
    if "title" in document.note.raw and line + 1 == find_key_line(document.data, "title"):
        start = document.positions.line_start(line)
        text = document.positions.lines[line]
        value = text.find(":") + 1
        value += len(text[value:]) - len(text[value:].lstrip())
        return Name(start + value, start + len(text), document.note.title, document.path)
    return None


def _find_linked_name(session: Session, document: Document, link: Link, offset: int) -> Name | None:
    target = find_target(session, document, link)
    place = links.find_target(document.text, link)
    if target is None or target.document is None or place is None:
        return None
    part = links.find_fragment(document.text, link)
    if part is None or offset < part[0]:
        if not link.target:
            return None
        return Name(*place, target.document.note.title, target.document.path)
    last = normalize_heading(link.heading.rpartition("#")[2])
    for heading in target.document.headings if link.heading else ():
        if normalize_heading(plain_text(heading.text)) == last:
            start = part[0] + document.text[slice(*part)].rfind("#") + 1
            named = _name_heading(target.document, heading, is_title=False)
            return named and named._replace(start=start, end=part[1])
    return None


def _name_heading(
    document: Document, heading: Heading, *, is_title: bool | None = None
) -> Name | None:
    """Return the name of a heading; the title of a note if its file is named after it."""
    span = find_heading_text(document.text, heading)
    if span is None:
        return None
    text, block_id = split_block_id(heading.text)
    end = span[1] - len(block_id)
    title = document.note.title
    first = next((one for one in document.headings if one.level == 1), None)
    if is_title is None:
        is_title = heading == first and plain_text(text) == title
    if is_title and note_stem(document.path) == safe_name(title):
        return Name(span[0], end, title, document.path)
    return Name(span[0], end, text, document.path, heading.line + 1)


def prepare_rename(
    session: Session, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """Return the name at a position and its place."""
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    name = find_name(session, document, document.positions.offset(params.position))
    if name is None:
        return None
    return types.PrepareRenamePlaceholder(document.positions.range(name.start, name.end), name.text)


def rename(session: Session, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """Return the edits that rename the note, heading or tag at a position in all notes."""
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    vault = document.vault
    vault.refresh()
    name = find_name(session, document, document.positions.offset(params.position))
    if name is None:
        raise NotFound("There is nothing to rename.", "Select a link, a heading or a tag.")
    notes = open_notes(session, vault)
    check_open_note(notes, document.path)
    return make_edit(session, vault, _plan_rename(notes, name, params.new_name))


def _plan_rename(notes: NoteService, name: Name, new: str) -> WritePlan:
    if not name.path:
        return notes.plan_rename_tag(name.text, new)
    check_open_note(notes, name.path)
    if name.line:
        return notes.plan_rename_heading(name.path, name.line, new)
    if notes.workspace.catalog.row(name.path) is None:
        raise NotFound(f"{name.path} has not been saved.", "Save the note, then rename it.")
    return notes.plan_rename(name.path, new)


def update_links(session: Session, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """Return the edits of links to files and folders that the editor is about to rename."""
    vault = next(filter(None, (session.vault_above(one.old_uri) for one in params.files)), None)
    if vault is None:
        return None
    vault.refresh()
    moves: dict[str, str] = {}
    for file in params.files:
        old, new = (_path_in(vault, uri) for uri in (file.old_uri, file.new_uri))
        if old and new and os.path.isdir(os.path.join(vault.root, old)):
            inside = (path for path in vault.catalog.paths(None) if path.startswith(f"{old}/"))
            moves |= {path: f"{new}{path[len(old) :]}" for path in inside}
        elif old.endswith(NOTE_SUFFIXES) and new.endswith(NOTE_SUFFIXES):
            moves[old] = new
    # An editor also asks before it renames files as part of our own edit, which has these links. It
    # may ask before it reports the changed texts.
    for own in session.own_renames & moves.items():
        del moves[own[0]]
    session.own_renames.clear()
    if not moves:
        return None
    plan = open_notes(session, vault).plan_links(moves)
    return make_edit(session, vault, plan, moves_files=False)


def _path_in(vault: OpenVault, uri: str) -> str:
    try:
        return vault_path(vault.root, to_path(uri) or "")
    except Refused:
        return ""


FEATURES = {
    types.TEXT_DOCUMENT_PREPARE_RENAME: Feature(prepare_rename),
    types.TEXT_DOCUMENT_RENAME: Feature(
        rename, types.RenameOptions(prepare_provider=True), is_slow=True, shows_errors=True
    ),
    types.WORKSPACE_WILL_RENAME_FILES: Feature(
        update_links, _FILES, is_slow=True, shows_errors=True
    ),
}

"""Code actions: fix a problem, tick a task, make a note or a quote of the selection, check in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lsprotocol import types

from notekeep.editor.commands import CHECK_IN
from notekeep.editor.diagnostics import SOURCE, find_unclear_links
from notekeep.editor.document import Document
from notekeep.editor.edits import can_change_files, check_open_note, make_edit, open_notes
from notekeep.editor.features import Feature
from notekeep.editor.navigation import find_target
from notekeep.editor.session import Session
from notekeep.errors import NotekeepError
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.schema import is_in_folder
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.text_edit import TextEdit, apply
from notekeep.markdown.text_merge import find_edits
from notekeep.notes.capture import make_title
from notekeep.notes.lint import FileLint, lint_file
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.services.notes import NoteService

Kind = types.CodeActionKind
FIX_ALL: Final = "source.fixAll.notekeep"
CHECK_IN_KIND: Final = "notekeep.checkIn"
MAX_HABITS: Final = 5
"""The most check-ins that today's note offers."""


def list_actions(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Return the actions for a selection or a cursor."""
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    actions = [*_list_check_ins(document)] if _is_wanted(params, CHECK_IN_KIND) else []
    notes = open_notes(session, document.vault)
    try:
        check_open_note(notes, document.path)
    except NotekeepError:
        return actions
    found: list[types.CodeAction] = []
    if _is_wanted(params, Kind.QuickFix) or _is_wanted(params, FIX_ALL):
        found += _list_fixes(session, document, params)
    if _is_wanted(params, Kind.RefactorRewrite):
        found += _toggle_task(session, document, notes, params.range)
    if _is_wanted(params, Kind.RefactorExtract):
        found += _extract_selection(session, document, notes, params.range)
    return [*found, *actions]


def _is_wanted(params: types.CodeActionParams, kind: str) -> bool:
    only = params.context.only
    return only is None or any(f"{kind}.".startswith(f"{one}.") for one in map(_name, only))


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _list_fixes(
    session: Session, document: Document, params: types.CodeActionParams
) -> Iterator[types.CodeAction]:
    """Yield a fix for each selected problem that has one, and one for all problems of the note."""
    reported = [one for one in params.context.diagnostics if one.source == SOURCE]
    if not reported and not params.context.only:
        return  # editors ask again after each move of the cursor
    lint = _lint(document)
    edits = find_edits(document.text, lint.after.decode("utf-8"))
    fixable = [one.problem for one in lint.findings if one.has_fix]
    first, last = params.range.start.line + 1, params.range.end.line + 1
    for problem in fixable if _is_wanted(params, Kind.QuickFix) else ():
        line = problem.line or 1
        if not first <= line <= last:
            continue
        yield types.CodeAction(
            f"Fix: {problem.message}",
            Kind.QuickFix,
            diagnostics=[one for one in reported if one.range.start.line + 1 == line],
            edit=_edit_note(session, document, _edits_of(document, line, edits)),
            is_preferred=True,
        )
    if edits and _is_wanted(params, FIX_ALL):
        title = "Fix 1 problem" if len(fixable) == 1 else f"Fix {len(fixable)} problems"
        edit = _edit_note(session, document, edits)
        yield types.CodeAction(f"{title} of this note", FIX_ALL, edit=edit)


def _lint(document: Document) -> FileLint:
    unclear = find_unclear_links(document)
    broken = {(link.line + 1, link.target) for link, state in unclear.items() if state == "broken"}
    vault = document.vault
    return lint_file(vault.workspace, document.path, document.data, broken, vault.near_names)


def _edits_of(document: Document, line: int, edits: Iterable[TextEdit]) -> list[TextEdit]:
    """Return the edits that fix the problem on a line; a fix of front matter may be below it."""
    start = document.positions.line_start(line - 1)
    if start < document.body_start:
        return [edit for edit in edits if edit.start < document.body_start]
    return [edit for edit in edits if document.positions.line_of(edit.start) == line - 1]


def _edit_note(
    session: Session, document: Document, edits: Iterable[TextEdit]
) -> types.WorkspaceEdit:
    after = apply(document.text, edits).encode("utf-8", "replace")
    plan = WritePlan("edit", document.path)
    plan.edit(document.path, document.data, after)
    return make_edit(session, document.vault, plan)


def _toggle_task(
    session: Session, document: Document, notes: NoteService, place: types.Range
) -> Iterator[types.CodeAction]:
    line = place.start.line + 1
    first = document.note.body_line + 1
    task = next((one for one in document.note.spans.tasks if one.line + first == line), None)
    if task is None:
        return
    plan = notes.plan_toggle_task(document.path, line)
    title = "Reopen the task" if task.done else "Complete the task"
    if plan.remarks:
        title = f"{title} ({plan.remarks[0].removesuffix('.')})"
    edit = make_edit(session, document.vault, plan)
    yield types.CodeAction(title, Kind.RefactorRewrite, edit=edit)


def _extract_selection(
    session: Session, document: Document, notes: NoteService, place: types.Range
) -> Iterator[types.CodeAction]:
    start, end = (document.positions.offset(one) for one in (place.start, place.end))
    text = document.text[start:end].replace("\r\n", "\n")
    if start < document.body_start or not text.strip():
        return
    if is_in_folder(document.path, HABIT_LOG):
        return
    title = make_title(text)
    if title and can_change_files(session, types.ResourceOperationKind.Create):
        plan = _plan_note(document, notes, title, start, end)
        edit = make_edit(session, document.vault, plan)
        yield types.CodeAction(f'Move to a new note "{title}"', Kind.RefactorExtract, edit=edit)
    for path, name in _find_quote_notes(session, document, start, end):
        plan = notes.plan_quote(path, text)
        where = "this note" if path == document.path else f'"{name}"'
        edit = make_edit(session, document.vault, plan)
        yield types.CodeAction(f"Add to the quotes of {where}", Kind.RefactorExtract, edit=edit)


def _plan_note(
    document: Document, notes: NoteService, title: str, start: int, end: int
) -> WritePlan:
    """Plan a new note with the selected text, and a link to it in place of the text."""
    text = document.text[start:end]
    body = text.replace("\r\n", "\n").strip()
    first, _, rest = body.partition("\n")
    if make_title(first) == title and (first.startswith("#") or not rest.strip()):
        body = rest.strip()
    plan = notes.plan_new("note", title, body=body)
    path = plan.changes[0].path
    is_only = not notes.workspace.catalog.named(note_stem(path))
    link = notes.workspace.link_style.link(path, document.path, is_only=is_only)
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    after = f"{document.text[:start]}{lead}{link}{tail}{document.text[end:]}"
    plan.changes.append(NoteChange(document.path, document.data, after.encode("utf-8", "replace")))
    return plan


def _find_quote_notes(
    session: Session, document: Document, start: int, end: int
) -> Iterator[tuple[str, str]]:
    """Yield path and title of the notes for a quote: linked in or just before it, and this one."""
    links = [link for link in document.links if start <= link.start < end]
    links += [link for link in document.links if link.start < start][-1:]
    found: dict[str, str] = {}
    for link in links:
        target = find_target(session, document, link)
        if target is not None and target.document is not None:
            found[target.document.path] = target.document.note.title
    found.setdefault(document.path, document.note.title)
    yield from found.items()


def _list_check_ins(document: Document) -> Iterator[types.CodeAction]:
    """Yield the check-in of a habit in its note, and those that are due in today's note."""
    vault = document.vault.vault
    habits: list[tuple[str, str]] = []
    if document.note.kind == "habit":
        vault.habits.refresh()
        known = (one.definition for one in vault.habits.known())
        habits = [(one.id, one.title) for one in known if one.path == document.path]
    elif document.path == vault.workspace.daily_path(vault.today()):
        due = vault.overview(only_due=True).habits
        habits = [(one.id, one.title) for one in due if not one.today.is_logged][:MAX_HABITS]
    for name, title in habits:
        text = f"Check in {title}"
        command = types.Command(text, CHECK_IN, arguments=[name, "", document.uri])
        yield types.CodeAction(text, CHECK_IN_KIND, command=command)


FEATURES = {
    types.TEXT_DOCUMENT_CODE_ACTION: Feature(
        list_actions,
        types.CodeActionOptions(
            [Kind.QuickFix, Kind.RefactorRewrite, Kind.RefactorExtract, FIX_ALL, CHECK_IN_KIND]
        ),
        is_slow=True,
    )
}

"""Commands that an editor runs by name: a quick note, a check-in, today's note.

Only these write files. Each writes one step, which `notekeep undo` reverts. A note with unsaved
changes is edited in the editor instead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from lsprotocol import types

from notekeep.editor.edits import make_edit, open_notes
from notekeep.editor.open_vault import OpenVault
from notekeep.editor.session import Session
from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.notes.capture import INBOX, TODAYS_NOTE, plan_periodic
from notekeep.notes.plan import WritePlan
from notekeep.own_commands import take_queued
from notekeep.services.notes import NoteService

CAPTURE: Final = "notekeep.capture"
CHECK_IN: Final = "notekeep.checkIn"
OPEN_DAILY: Final = "notekeep.openDaily"

log = logging.getLogger(__name__)


def capture(session: Session, text: str = "", note: str = "", uri: str = "") -> str:
    """Add a quick note to today's note, to another note, or to the inbox; return its address.

    `note` is empty, the name of a note, or `inbox`.
    """
    if not text.strip():
        raise UsageError("There is nothing to add.", "Give the text as the first argument.")
    vault = _find_vault(session, uri)
    place = INBOX if note.casefold() == "inbox" else note or TODAYS_NOTE
    found = _write(session, vault, lambda notes: notes.plan_capture(text, place))
    _show_message(session, f"Added to {found}.")
    return session.uri(vault, found)


def check_in(session: Session, habit: str = "", value: str = "", uri: str = "") -> str:
    """Check in a habit for today, by default as done; return the line of the log."""
    if not habit.strip():
        raise UsageError("Which habit?", "Give its name as the first argument.")
    vault = _find_vault(session, uri)
    vault.vault.habits.refresh()
    done = vault.vault.habits.check_in(habit, value or "done")
    _show_message(session, done.warning or f"Added to {done.path}: {done.line}")
    return done.line


def open_daily(session: Session, uri: str = "") -> str:
    """Show today's note, which is created if needed; return its address."""
    vault = _find_vault(session, uri)
    workspace = vault.workspace
    path = workspace.daily_path(workspace.today())
    if vault.workspace.read_if_exists(path) is None:
        _write(session, vault, lambda notes: plan_periodic(notes.workspace, "daily"))
    address = session.uri(vault, path)
    window = session.server.client_capabilities.window
    if window is not None and window.show_document is not None and window.show_document.support:
        params = types.ShowDocumentParams(address, take_focus=True)
        session.server.window_show_document(params)
    return address


def _find_vault(session: Session, uri: str) -> OpenVault:
    vault = session.vault_above(uri) if uri else next(iter(session.vaults), None)
    if vault is None:
        raise NotFound("No vault is open.", "Open a note of a vault first.")
    return vault


def _write(
    session: Session, vault: OpenVault, make_plan: Callable[[NoteService], WritePlan]
) -> str:
    """Write a plan as one step; return the path of its first file."""
    vault.refresh()
    typed = make_plan(notes := open_notes(session, vault))
    unsaved = {
        path
        for path, text in notes.workspace.open_texts.items()
        if vault.workspace.read_if_exists(path) != text
    }
    if unsaved & {change.path for change in typed.changes}:
        edit = make_edit(session, vault, typed)
        session.server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, typed.label))
        return typed.changes[0].path
    saved = vault.vault.notes
    return saved.apply_again(partial(make_plan, saved)).paths[0]


def run_own_commands() -> None:
    """Run the person's own commands that follow what was written."""
    for waiting in take_queued():
        try:
            log.info("%s", waiting.start())
        except NotekeepError as error:
            log.warning("%s %s", error.message, error.hint)


def _show_message(session: Session, text: str) -> None:
    session.server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    CAPTURE: capture,
    CHECK_IN: check_in,
    OPEN_DAILY: open_daily,
}

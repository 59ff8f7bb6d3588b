"""Two versions of one note: merging with other programs, and unsaved text after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from notekeep.errors import NotFound
from notekeep.markdown.editor_text import EditorText
from notekeep.markdown.note_merge import merge_versions
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.autosave import AutosaveFile, UnsavedText, find_unsaved
from notekeep.tui.dialogs.dialog import Choice, Dialog, Option, OptionRows, dialog_box
from notekeep.tui.keyboard import bindings
from notekeep.tui.render.text_diff import compare, unified
from notekeep.tui.widgets.line_view import DiffView
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.vault import Vault

    OnAnswer = Callable[[str | None], None]


MergeOutcome: TypeAlias = Literal["same", "reloaded", "merged", "deleted", "conflict"]
"""The result of a merge."""


class EditSession:
    """The text of a note in the editor and in its file, and their merge.

    Does not draw or write. Raises Refused for a note that the editor cannot show without changes.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.disk: bytes | None = data
        """The last known content of the file, which a save expects; None if there is no file."""
        self.base = data
        """The merge base. Stays the same while the file is missing: its drive may be remounted."""
        self._text = EditorText.checked(data)
        self.stand_ins = self._text.stand_ins

    @property
    def lines(self) -> list[str]:
        """The lines to show, as set by the methods below."""
        return self._text.lines

    def content(self, lines: Sequence[str]) -> bytes:
        if lines == self._text.lines:
            return self._text.data
        return self._text.joined(lines)

    def is_changed(self, lines: Sequence[str]) -> bool:
        return self.content(lines) != self.disk

    def plan(self, lines: Sequence[str], label: str) -> WritePlan:
        """Plan a save, which fails if the file has changed."""
        change = NoteChange(self.path, self.disk, self.content(lines))
        return WritePlan("edit", label, [change])

    def show(self, data: bytes) -> None:
        """Replace the text like typed text; the file is not considered changed."""
        self._text = EditorText(data, self.stand_ins)

    def show_file(self, data: bytes) -> None:
        """Replace the text with the new content of the file."""
        self.disk = self.base = data
        self.show(data)

    def merge_with_file(self, theirs: bytes | None, lines: Sequence[str]) -> MergeOutcome:
        """Merge with the content of the file; `theirs` is None if the file does not exist."""
        if theirs == self.disk:
            return "same"
        if theirs is None:
            self.disk = None
            return "deleted"
        ours = self.content(lines)
        if (merged := merge_versions(self.path, self.base, ours, theirs)) is None:
            return "conflict"
        was_changed = ours not in (self.disk, theirs)
        self.disk = self.base = theirs
        self.show(merged)
        return "merged" if was_changed else "reloaded"

    def keep_own_text(self, theirs: bytes, lines: Sequence[str]) -> None:
        """Keep the text, so that the next save replaces the file."""
        ours = self.content(lines)
        self.disk = self.base = theirs
        self.show(ours)

    def restore(self, unsaved: UnsavedText) -> None:
        """Show unsaved text; the caller must merge the file afterwards."""
        self.disk = self.base = unsaved.base_data
        self.show(unsaved.data)


# The editor's questions.

RESTORE, DIFF, DISCARD = "restore", "diff", "discard"
KEEP_MINE, KEEP_THEIRS, KEEP_BOTH = "mine", "theirs", "both"
TRY_AGAIN, LEAVE = "again", "leave"
BOTH_KEPT = "Another program changed the same lines. Your text is in {copy} · g c compares"


def ask_restore(
    screen: VaultScreen, unsaved: UnsavedText, on_disk: bytes, answered: OnAnswer
) -> None:
    """Ask what to do with unsaved text; None means later."""
    options = [
        Option("Restore", "open it in the editor", RESTORE),
        Option("Show difference", "to the saved note", DIFF),
        Option("Discard", "keep the saved note", DISCARD),
    ]
    title = f"Unsaved text from {format_moment(unsaved.when)}"
    _ask(screen, title, options, answered, (on_disk, unsaved.data))


def ask_leave_unsaved(screen: VaultScreen, answered: OnAnswer) -> None:
    """Ask whether to discard text that cannot be saved; None stays in the editor."""
    options = [
        Option("Try again", "save the note", TRY_AGAIN),
        Option("Close without saving", "your changes are lost", LEAVE),
    ]
    _ask(screen, "The note could not be saved", options, answered)


def ask_which_version(screen: VaultScreen, theirs: bytes, mine: bytes, answered: OnAnswer) -> None:
    """Ask which version of the same lines to keep; None means later."""
    options = [
        Option("Keep mine", "the history keeps theirs", KEEP_MINE),
        Option("Keep theirs", "the history keeps mine", KEEP_THEIRS),
        Option("Keep both", "mine becomes a copy beside it", KEEP_BOTH),
        Option("Show difference", "from theirs to mine", DIFF),
    ]
    title = "Another program changed the same lines"
    _ask(screen, title, options, answered, (theirs, mine))


def format_moment(when: float) -> str:
    """Format a time, with the day if it is not today."""
    then, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%Y-%m-%d %H:%M", then)


def _ask(
    screen: VaultScreen,
    title: str,
    options: list[Option],
    answered: OnAnswer,
    versions: tuple[bytes, bytes] = (b"", b""),
) -> None:
    """Ask, and ask again after showing the difference between two versions."""

    def chosen(answer: str | None) -> None:
        if answer == DIFF:
            screen.app.push_screen(DiffDialog(*versions), lambda _: ask())
        else:
            answered(answer)

    def ask() -> None:
        screen.app.push_screen(Choice(title, options), chosen)

    ask()


class DiffDialog(Dialog[None]):
    """Two versions of a text as a diff."""

    def __init__(self, before: bytes, after: bytes) -> None:
        super().__init__()
        self._comparison = compare(before, after)

    def compose(self) -> ComposeResult:
        with dialog_box("Difference", ("esc", "back"), classes="-tall-box"):
            yield DiffView()

    def on_mount(self) -> None:
        view = self.query_one(DiffView)
        view.show(lambda width: unified(self._comparison, width, self.glyphs))
        view.focus()


# Unsaved text after a crash.


def find_unsaved_texts(vault: Vault) -> list[UnsavedText]:
    """Return unsaved texts that differ from their notes; read-only."""
    unsaved = find_unsaved(vault.places.state)
    return [text for text in unsaved if read_if_exists(vault, text.path) != text.data]


def read_if_exists(vault: Vault, path: str) -> bytes | None:
    """Return the content of a file; None if it does not exist."""
    try:
        return vault.workspace.read(path)
    except NotFound:
        return None


def _discard(vault: Vault, unsaved: UnsavedText) -> None:
    vault.history.store.record_version(unsaved.path, unsaved.data)
    swap = AutosaveFile(vault.places.state, unsaved.path)
    if swap.claim() == unsaved:
        swap.discard()
    swap.release()


class UnsavedScreen(Dialog["UnsavedText | None"]):
    """The unsaved texts; the answer is the text to restore, or None."""

    BINDINGS = bindings("unsaved")

    def __init__(self, texts: Sequence[UnsavedText]) -> None:
        super().__init__()
        self._texts = list(texts)
        self._list = OptionRows()

    def compose(self) -> ComposeResult:
        keys = ("enter", "restore"), ("del", "discard"), ("v", "difference"), ("esc", "later")
        with dialog_box("Unsaved text", *keys):
            yield self._list

    def on_mount(self) -> None:
        self._list.focus()
        self._list_texts()

    def _list_texts(self) -> None:
        texts = enumerate(self._texts)
        self._list.show([Option(text.path, format_moment(text.when), str(n)) for n, text in texts])
        self.fit(self._list, margin=7)

    @property
    def _selected(self) -> UnsavedText | None:
        return self._texts[int(self._list.value)] if self._texts else None

    def on_list_view_selected(self) -> None:
        self.action_restore_unsaved()

    def action_restore_unsaved(self) -> None:
        self.dismiss(self._selected)

    def action_compare_unsaved(self) -> None:
        if (unsaved := self._selected) is None:
            return

        def show(content: bytes | None) -> None:
            self.app.push_screen(DiffDialog(content or b"", unsaved.data))

        in_background(self, lambda: read_if_exists(self.vault, unsaved.path), show, group="compare")

    def action_discard_unsaved(self) -> None:
        if (unsaved := self._selected) is None:
            return

        def discarded(_: object) -> None:
            show_message(self, f"Discarded. It stays in the history of {unsaved.path}")
            self._texts.remove(unsaved)
            if self._texts:
                self._list_texts()
            else:
                self.dismiss(None)

        discard = partial(_discard, self.vault, unsaved)
        in_background(self, discard, discarded, group=WRITE_GROUP, holds_keys=True)

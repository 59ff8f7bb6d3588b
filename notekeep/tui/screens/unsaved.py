"""Text that was typed and never saved, as a crash leaves it: restored, compared or discarded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotFound
from notekeep.storage.autosave import AutosaveFile, find_unsaved
from notekeep.tui.dialogs.dialog import Dialog, Option, OptionRows, dialog_box
from notekeep.tui.keys import bindings
from notekeep.tui.screens.edit_conflicts import DiffDialog, format_moment
from notekeep.tui.widgets.bars import ActionButtons
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from notekeep.storage.autosave import UnsavedText
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.vault import Vault

BUTTONS = (
    ("restore-unsaved", "restore"),
    ("discard-unsaved", "discard"),
    ("dismiss", "later"),
    ("compare-unsaved", "difference"),
)


def find_unsaved_texts(vault: Vault) -> list[UnsavedText]:
    """Find the texts that were left and are not what their notes hold; reads and never writes."""
    return [one for one in find_unsaved(vault.places.state) if _content(vault, one) != one.data]


def _content(vault: Vault, unsaved: UnsavedText) -> bytes | None:
    try:
        return vault.workspace.read(unsaved.path)
    except NotFound:
        return None


def _discard(vault: Vault, unsaved: UnsavedText) -> None:
    """Discard a text once history has it."""
    vault.history.store.record_version(unsaved.path, unsaved.data)
    swap = AutosaveFile(vault.places.state, unsaved.path)
    if swap.claim() == unsaved:
        swap.discard()
    swap.release()


class UnsavedScreen(Dialog["UnsavedText | None"]):
    """The texts that were left; the answer is the one to restore, or None."""

    BINDINGS = bindings("unsaved")

    def __init__(self, texts: Sequence[UnsavedText]) -> None:
        super().__init__()
        self._texts = list(texts)
        self._list = OptionRows([], self.glyphs)

    def compose(self) -> ComposeResult:
        with dialog_box("Text that was not saved"):
            yield self._list
            yield ActionButtons(*BUTTONS)

    def on_mount(self) -> None:
        self._list.focus()
        self._list_texts()

    def _list_texts(self) -> None:
        texts = enumerate(self._texts)
        self._list.show([Option(one.path, format_moment(one.when), str(n)) for n, one in texts])
        self.fit(self._list, margin=9)

    @property
    def _here(self) -> UnsavedText:
        return self._texts[int(self._list.value)]

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_restore_unsaved()

    def action_restore_unsaved(self) -> None:
        self.dismiss(self._here)

    def action_compare_unsaved(self) -> None:
        unsaved = self._here

        def show(content: bytes | None) -> None:
            self.app.push_screen(DiffDialog(content or b"", unsaved.data))

        in_background(self, lambda: _content(self.vault, unsaved), show, group="compare")

    def action_discard_unsaved(self) -> None:
        unsaved = self._here

        def discarded(_: object) -> None:
            show_message(self, f"Discarded; the history of {unsaved.path} has it")
            self._texts.remove(unsaved)
            if self._texts:
                self._list_texts()
            else:
                self.dismiss(None)

        discard = partial(_discard, self.vault, unsaved)
        in_background(self, discard, discarded, group=WRITE_GROUP, exclusive=True)

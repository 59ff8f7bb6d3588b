"""Text that was typed and never saved, as a crash leaves it: restored, compared or let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotFound
from notekeep.markdown.sanitize import clean_line
from notekeep.storage.autosave import AutosaveFile, find_unsaved
from notekeep.tui.dialogs.dialog import Dialog, dialog_box
from notekeep.tui.keys import bindings
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line
from notekeep.tui.screens.edit_conflicts import DiffDialog, format_moment
from notekeep.tui.widgets.bars import ActionButtons
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import WRITE_GROUP, in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from notekeep.storage.autosave import UnsavedText
    from notekeep.tui.render.glyphs import Glyphs
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
    """Let a text go once history has it."""
    vault.history.store.record_version(unsaved.path, unsaved.data)
    swap = AutosaveFile(vault.places.state, unsaved.path)
    if swap.claim() == unsaved:
        swap.discard()
    swap.release()


class _Texts(ListView):
    """The texts, one to a row."""

    def __init__(self, texts: Sequence[UnsavedText], glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.texts = list(texts)

    def row_count(self) -> int:
        return len(self.texts)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        unsaved = self.texts[row]
        bar = Piece(self._glyphs.cursor if row == self.cursor else " ", "cursor-bar")
        left = [Piece(clean_line(unsaved.path))]
        right = [Piece(format_moment(unsaved.when), "faint"), Piece(" ")]
        return [[bar, Piece(" "), *spread_line(left, right, width - 2)]]


class UnsavedScreen(Dialog["UnsavedText | None"]):
    """The texts that were left; the answer is the one to restore, or None."""

    BINDINGS = bindings("unsaved")

    def __init__(self, vault: Vault, glyphs: Glyphs, texts: Sequence[UnsavedText]) -> None:
        super().__init__()
        self._vault, self._glyphs = vault, glyphs
        self._texts = _Texts(texts, glyphs)

    def compose(self) -> ComposeResult:
        with dialog_box("Text that was not saved"):
            yield self._texts
            yield ActionButtons(*BUTTONS)

    def on_mount(self) -> None:
        self._texts.focus()
        self._fit()

    def _fit(self) -> None:
        room = max(1, self.app.size.height - 9)
        self._texts.styles.height = min(len(self._texts.texts), room)

    @property
    def _here(self) -> UnsavedText:
        return self._texts.texts[self._texts.cursor]

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_restore_unsaved()

    def action_restore_unsaved(self) -> None:
        self.dismiss(self._here)

    def action_compare_unsaved(self) -> None:
        unsaved = self._here

        def show(content: bytes | None) -> None:
            self.app.push_screen(DiffDialog(content or b"", unsaved.data, self._glyphs))

        in_background(self, lambda: _content(self._vault, unsaved), show, group="compare")

    def action_discard_unsaved(self) -> None:
        unsaved = self._here

        def gone(_: object) -> None:
            show_message(self, f"Let go; the history of {unsaved.path} has it")
            self._texts.texts.remove(unsaved)
            if self._texts.texts:
                self._texts.rows_changed(self._texts.cursor)
                self._fit()
            else:
                self.dismiss(None)

        in_background(
            self, lambda: _discard(self._vault, unsaved), gone, group=WRITE_GROUP, exclusive=True
        )

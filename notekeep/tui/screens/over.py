"""A screen over another one: a list, and the text of what is under the cursor beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Horizontal, Vertical

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.screens.base import VaultScreen
from notekeep.tui.screens.leaving import Leaving
from notekeep.tui.widgets.diff_view import DiffView

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from notekeep.errors import NotekeepError
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.line_view import LineView, ListView
    from notekeep.vault import Vault

PAUSE = 0.05
"""Seconds on a row before its text is made, so that the next key can make it unnecessary."""


class OverScreen(Leaving[None], VaultScreen):
    """A list and a text; escape leads back to where one came from."""

    CSS_PATH = "over.tcss"
    LIES_OVER = True

    text = getters.query_one("#text", DiffView)

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date, listed: ListView) -> None:
        """Make the screen.

        Args:
            vault: What it shows.
            glyphs: The characters to draw with.
            today: The day it is.
            listed: The list.
        """
        super().__init__(vault, glyphs, today)
        self.listed = listed

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="over-panes"):
            yield self.listed
            with Vertical(id="over-text"):
                yield from self.compose_text()

    def compose_text(self) -> ComposeResult:
        """Yield what stands beside the list."""
        yield DiffView(self.glyphs, id="text")

    def on_mount(self) -> None:
        super().on_mount()
        # At once, where `focus` would wait: an escape that comes first would only move the focus.
        self.set_focus(self.listed)
        self.vault_changed()

    @property
    def opens_as_it_is(self) -> bool:
        return False

    def cannot(self, error: NotekeepError) -> None:
        """Say what is wrong in the place of the text."""
        lines: list[Line] = [[], [Piece(clean_line(error.message), "warn")]]
        if error.hint:
            lines.append([Piece(clean_line(error.hint), "muted")])
        self.text.say(*lines)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.action_read_text()

    def action_leave_over(self) -> None:
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self.listed.focus()
        elif self.focused is not self.listed:
            self.listed.focus()
        elif self.is_current:
            self.dismiss(None)

    def action_read_text(self) -> None:
        self.reading.focus()

    def action_page_text(self) -> None:
        self.reading.action_page_down()

    def action_zoom_text(self) -> None:
        self.toggle_class("-zoomed")
        (self.reading if self.has_class("-zoomed") else self.listed).focus()

    @property
    def reading(self) -> LineView:
        """The text that is beside the list."""
        return self.text

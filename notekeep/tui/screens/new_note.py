"""A new note: which kind, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Hint, TextDialog
from notekeep.tui.widgets.buttons import CLOSE, SUBMIT, Button, Buttons
from notekeep.tui.widgets.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class NewNote(TextDialog[tuple[str, str] | None]):
    """Asks for the kind and the title of a note; the answer is both, or None."""

    BINDINGS = bindings("new-note", "dialog", priority=("next-kind", "previous-kind"))
    CSS_PATH = "dialogs.tcss"

    def __init__(self, kinds: Sequence[str], *, kind: str = "", title: str = "") -> None:
        """Ask.

        Args:
            kinds: The kinds there are.
            kind: The one to begin with; any other is the plain note.
            title: What is known of the title.
        """
        super().__init__()
        self._kinds = list(kinds)
        plain = "note" if "note" in self._kinds else self._kinds[0]
        self._kind = kind if kind in self._kinds else plain
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = "New note"
            yield ChoiceBar(self._kinds, self._kind)
            yield Input(clean_line(self._title), placeholder="Title", compact=True)
            yield Hint("")
            yield Buttons(
                Button("tab", "chooses the kind", "next-kind"),
                Button("enter", "makes the note", SUBMIT),
                CLOSE,
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        title = event.value.strip()
        if title:
            self.submit((self.query_one(ChoiceBar).chosen, title))

    def action_next_kind(self) -> None:
        self.query_one(ChoiceBar).step(1)

    def action_previous_kind(self) -> None:
        self.query_one(ChoiceBar).step(-1)

"""A line to type words into, with what may be meant offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Hint, TextDialog
from notekeep.tui.screens.leaving import hints
from notekeep.tui.suggesting import WordSuggester, after_blank, after_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class AskWords(TextDialog["str | None"]):
    """Asks for words."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar = ["dialogs.tcss", "planned.tcss"]

    def __init__(self, title: str, hint: str, example: str, *, is_one: bool = False) -> None:
        """Ask.

        Args:
            title: What is asked for.
            hint: One sentence below it.
            example: What is shown while nothing is typed.
            is_one: Whether all that is typed is one word, blanks and all.
        """
        super().__init__()
        self._title, self._hint, self._example = title, hint, example
        self._suggester = WordSuggester(after_signs if is_one else after_blank)

    def know(self, words: Sequence[str]) -> None:
        """Take what may be typed, to offer it."""
        self._suggester.know(words, self)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._title))
            box.border_subtitle = hints(("enter", "takes it"), ("esc", "closes"))
            yield Input(
                placeholder=self._example,
                compact=True,
                select_on_focus=False,
                suggester=self._suggester,
            )
            yield Hint(self._hint)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit(event.value.strip())

"""A dialog that asks for a text to find and its replacement."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from notekeep.notes.replace import Replacement
from notekeep.tui.dialogs.dialog import HintLine, Line, SubmitDialog, dialog_box
from notekeep.tui.keyboard import bindings
from notekeep.tui.widgets.bars import ChoiceBar

EXACT, ANY_CASE, WORDS, REGEX = "Exact", "Any case", "Whole words", "Regex"
KEYS = (("tab", "next"), ("ctrl+t", "match"), ("enter", "show lines"), ("esc", "cancel"))
HINTS = {
    EXACT: "Case must match. Code, URLs, tags and titles are not changed.",
    ANY_CASE: "Case is ignored. Code, URLs, tags and titles are not changed.",
    WORDS: "Whole words, case must match. Code, URLs, tags and titles are not changed.",
    REGEX: r"A regular expression. $1 or \1 in the new text is a group.",
}


class ReplaceDialog(SubmitDialog["Replacement | None"]):
    """Asks for a replacement; None if cancelled. `old` is the initial text to find."""

    BINDINGS = bindings("replace", priority=("next-match",))

    def __init__(self, title: str, old: str) -> None:
        super().__init__()
        self._title = title
        self._bar = ChoiceBar(tuple(HINTS), EXACT)
        self._old = Line(old, "Text to find", selects=True)
        self._new = Line("", "empty: remove the text")

    def compose(self) -> ComposeResult:
        with dialog_box(self._title, *KEYS):
            yield self._bar
            for name, line in (("Replace", self._old), ("with", self._new)):
                with Horizontal(classes="labelled"):
                    yield Label(name, markup=False)
                    yield line
            yield HintLine(HINTS[EXACT])

    def on_mount(self) -> None:
        self.set_focus(self._new if self._old.value else self._old)
        self.watch(self._bar, "chosen", self._show_hint, init=False)

    def _show_hint(self, chosen: str) -> None:
        self.query_one(HintLine).show_text(HINTS[chosen])

    def action_next_match(self) -> None:
        self._bar.step(1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self._old and not self._new.value:
            self.set_focus(self._new)
        elif self._old.value:
            how = self._bar.chosen
            self.submit(
                Replacement(
                    self._old.value,
                    self._new.value,
                    is_regex=how == REGEX,
                    whole_words=how == WORDS,
                    ignore_case=how == ANY_CASE,
                )
            )

"""One line with completion and a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.completion import (
    WordSuggester,
    find_last_item,
    find_last_word,
    find_start,
    skip_signs,
)
from notekeep.tui.dialogs.dialog import hints
from notekeep.tui.dialogs.prompts import Choice, HintLine, Option, TextDialog, open_dialog
from notekeep.tui.field_forms import FIELD_HINTS, LIST_TYPES, parse_field_text
from notekeep.tui.keys import bindings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.app import ComposeResult
    from textual.screen import Screen

    from notekeep.tui.field_forms import FormField
    from notekeep.tui.render.glyphs import Glyphs


# A line to type words into, with what may be meant offered.


class WordsPrompt(TextDialog["str | None"]):
    """Asks for words."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar = ["dialogs.tcss", "planned.tcss"]

    def __init__(self, title: str, hint: str, example: str, *, is_one: bool = False) -> None:
        super().__init__()
        self._title, self._hint, self._example = title, hint, example
        self._suggester = WordSuggester(skip_signs if is_one else find_last_word)

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
            yield HintLine(self._hint)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit(event.value.strip())


# One field of a note as a question: typed text that has to fit, or one of a few choices.


NONE = "\0none"
"""An answer that is no value: a note cannot hold it."""


class FieldPrompt(TextDialog[str | None]):
    """Asks for the value of a field; what does not fit is told, and can be corrected."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar = ["dialogs.tcss", "form.tcss"]

    def __init__(self, field: FormField, text: str, today: date) -> None:
        super().__init__()
        self.field, self.text, self._today = field, text, today
        self.suggester = WordSuggester(find_last_item if field.type in LIST_TYPES else find_start)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self.field.name))
            box.border_subtitle = hints(("enter", "takes it"), ("esc", "closes"))
            yield Input(
                clean_line(self.text),
                compact=True,
                select_on_focus=False,
                suggester=self.suggester,
                placeholder="nothing: the field goes away",
            )
            yield HintLine(FIELD_HINTS.get(self.field.type, "Text."))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text == clean_line(self.text):
            self.dismiss(self.text)
            return
        try:
            written = parse_field_text(self.field, text, self._today)
        except NotekeepError as error:
            self.show_problem(error)
        else:
            self.submit(written)


def ask_field(
    screen: Screen[Any],
    prompt: FieldPrompt,
    glyphs: Glyphs,
    apply: Callable[[str], str],
    then: Callable[[str], object],
) -> bool:
    """Ask for the value of a field, in the way that suits its type."""
    field, text = prompt.field, prompt.text
    choices = ("yes", "no") if field.type == "bool" else field.choices
    if not choices:
        open_dialog(screen, prompt, apply, then, group="check")
        return True
    options = [Option(choice, "", choice) for choice in choices]
    if text and text not in choices:
        options.append(Option(text, "as it is", text))
    options.append(Option("Nothing", "the field goes away", NONE))

    def chosen(answer: str | None) -> None:
        if answer is not None:
            then("" if answer == NONE else answer)

    values = [option.value for option in options]
    at = values.index(text) if text in values else 0
    screen.app.push_screen(Choice(field.name, options, glyphs, at), chosen)
    return False

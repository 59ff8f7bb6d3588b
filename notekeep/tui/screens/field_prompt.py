"""One field of a note as a question: typed text that has to fit, or one of a few choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean_line
from notekeep.tui.fields import HINTS, LISTS, checked
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Choice, Hint, Option, TextDialog, ask
from notekeep.tui.screens.leaving import hints
from notekeep.tui.suggesting import WordSuggester, after_comma, at_once

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.app import ComposeResult
    from textual.screen import Screen

    from notekeep.tui.fields import Field
    from notekeep.tui.render.glyphs import Glyphs

NONE = "\0none"
"""An answer that is no value: a note cannot hold it."""


class FieldPrompt(TextDialog[str | None]):
    """Asks for the value of a field; what does not fit is told, and can be corrected."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar = ["dialogs.tcss", "form.tcss"]

    def __init__(self, field: Field, text: str, today: date) -> None:
        """Ask.

        Args:
            field: The field.
            text: What stands there already.
            today: The day it is, for days in words.
        """
        super().__init__()
        self.field, self.text, self._today = field, text, today
        self.suggester = WordSuggester(after_comma if field.type in LISTS else at_once)

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
            yield Hint(HINTS.get(self.field.type, "Text."))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text == clean_line(self.text):
            self.dismiss(self.text)
            return
        try:
            written = checked(self.field, text, self._today)
        except NotekeepError as error:
            self.complain(error)
        else:
            self.submit(written)


def ask_field(
    screen: Screen[Any],
    prompt: FieldPrompt,
    glyphs: Glyphs,
    apply: Callable[[str], str],
    then: Callable[[str], object],
) -> bool:
    """Ask for the value of a field, in the way that suits its type.

    Args:
        screen: Where it is asked.
        prompt: The question for a field that is typed.
        glyphs: The characters to draw with.
        apply: Returns a value that is typed, or raises NotekeepError for one that cannot be taken.
        then: Takes the value.

    Returns:
        Whether it is asked with the prompt, which may then be told of known values.
    """
    field, text = prompt.field, prompt.text
    choices = ("yes", "no") if field.type == "bool" else field.choices
    if not choices:
        ask(screen, prompt, apply, then, group="check")
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

"""One field of a note as a question: typed text that has to fit, or one of a few choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.completion import find_last_item, find_start
from notekeep.tui.dialogs.prompts import Choice, Option, Prompt, open_dialog
from notekeep.tui.field_forms import FIELD_HINTS, LIST_TYPES, parse_field_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.screen import Screen
    from textual.widgets import Input

    from notekeep.tui.field_forms import FormField
    from notekeep.tui.render.glyphs import Glyphs

NO_VALUE = "\0none"
"""An answer that is no value: a note cannot hold it."""


def field_options(field: FormField, text: str) -> list[Option]:
    """Return the values of a field that is chosen, one that stands there already among them."""
    choices = ("yes", "no") if field.type == "bool" else field.choices
    options = [Option(choice, "", choice) for choice in choices]
    if text and text not in choices:
        options.append(Option(text, "as it is", text))
    return [*options, Option("Nothing", "the field goes away", NO_VALUE)]


class FieldPrompt(Prompt):
    """Asks for the value of a field; what does not fit is told, and can be corrected."""

    def __init__(self, field: FormField, text: str, today: date) -> None:
        super().__init__(
            field.name,
            value=text,
            hint=FIELD_HINTS.get(field.type, "Text."),
            example="nothing: the field goes away",
            find_word=find_last_item if field.type in LIST_TYPES else find_start,
        )
        self.field, self.text, self._today = field, text, today

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        event.prevent_default()
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
    """Ask for the value of a field, in the way that suits its type.

    Args:
        screen: Where it is asked.
        prompt: The question for a field that is typed.
        glyphs: The characters to draw with.
        apply: Returns a value that is typed, or raises NotekeepError for one that cannot be taken.
        then: Takes the value.

    Returns:
        Whether it is asked with the prompt, which may then offer known values.
    """
    field, text = prompt.field, prompt.text
    if not field.choices and field.type != "bool":
        open_dialog(screen, prompt, apply, then, group="check")
        return True
    options = field_options(field, text)

    def chosen(answer: str | None) -> None:
        if answer is not None:
            then("" if answer == NO_VALUE else answer)

    values = [option.value for option in options]
    at = values.index(text) if text in values else 0
    screen.app.push_screen(Choice(field.name, options, glyphs, at), chosen)
    return False

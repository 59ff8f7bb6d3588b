"""One field of a note as a question: typed text that has to fit, or one of a few choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input

from notekeep.errors import UsageError
from notekeep.markdown.clean import clean_line
from notekeep.tui.completion import Words as Known
from notekeep.tui.fields import HINTS, LISTS, check
from notekeep.tui.keys import bindings
from notekeep.tui.screens.dialogs import Choice, Option, TextDialog, Words
from notekeep.tui.screens.leaving import hints

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App, ComposeResult

    from notekeep.tui.fields import Field
    from notekeep.tui.render.glyphs import Glyphs

OTHER, NONE = "\0other", "\0none"
"""Answers that are no value: a note cannot hold them."""


class ValueSuggester(Suggester):
    """Offers what other notes have in the field; of a list, for the item that is being typed."""

    def __init__(self, *, is_list: bool) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._is_list = is_list
        self._known = Known(())

    def know(self, values: Sequence[str]) -> None:
        """Take the values that notes have."""
        self._known = Known(values)

    async def get_suggestion(self, value: str) -> str | None:
        start = 0
        if self._is_list:
            start = max(value.rfind(","), value.rfind(";")) + 1
            start += len(value[start:]) - len(value[start:].lstrip())
        typed = value[start:]
        found = next(self._known.beginning(typed), None) if typed else None
        return None if found is None else value + found[len(typed) :]


class FieldPrompt(TextDialog[str | None]):
    """Asks for the value of a field; what does not fit is told, and can be corrected."""

    BINDINGS = bindings("dialog")
    CSS_PATH: ClassVar = ["dialogs.tcss", "form.tcss"]

    def __init__(self, field: Field, text: str) -> None:
        """Ask.

        Args:
            field: The field.
            text: What stands there already.
        """
        super().__init__()
        self._field, self._text = field, text
        self.suggester = ValueSuggester(is_list=field.type in LISTS)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as box:
            box.border_title = Content(clean_line(self._field.name))
            box.border_subtitle = hints(("enter", "takes it"), ("esc", "closes"))
            yield Input(
                clean_line(self._text),
                compact=True,
                select_on_focus=False,
                suggester=self.suggester,
                placeholder="nothing: the field goes away",
            )
            yield Words(HINTS.get(self._field.type, "Text."))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text == clean_line(self._text):
            self.dismiss(self._text)
            return
        try:
            check(self._field, text)
        except UsageError as error:
            self.query_one(Words).say(f"{error.message}. {error.hint}", "warn")
        else:
            self.dismiss(text)


def ask_field(
    app: App[None], field: Field, text: str, glyphs: Glyphs, answered: Callable[[str | None], None]
) -> FieldPrompt | None:
    """Ask for the value of a field, in the way that suits its type.

    Returns:
        The prompt, when it is one that is typed into, so that it can be told of known values.
    """
    choices = ("yes", "no") if field.type == "bool" else field.choices
    if not choices:
        prompt = FieldPrompt(field, text)
        app.push_screen(prompt, answered)
        return prompt
    options = [Option(choice, "", choice) for choice in choices]
    if text and text not in choices:
        options.append(Option(text, "as it is", text))
    if field.type != "bool":
        options.append(Option("Something else …", "", OTHER))
    options.append(Option("Nothing", "the field goes away", NONE))

    def chosen(answer: str | None) -> None:
        if answer == OTHER:
            app.push_screen(FieldPrompt(field, text), answered)
        else:
            answered("" if answer == NONE else answer)

    values = [option.value for option in options]
    at = values.index(text) if text in values else 0
    app.push_screen(Choice(field.name, options, glyphs, at), chosen)
    return None

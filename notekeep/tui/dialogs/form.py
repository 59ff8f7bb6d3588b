"""Dialogs for the fields of a note (a form or a single field), a new note and a quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from notekeep.errors import NotekeepError
from notekeep.markdown.fields.field_changes import FieldChange
from notekeep.markdown.fields.schema import STATUS_DATES
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.completion import WordSuggester, known_values
from notekeep.tui.dialogs.dialog import (
    Choice,
    DialogBox,
    HintLine,
    Line,
    Option,
    Prompt,
    SubmitDialog,
    ask,
    dialog_box,
    open_dialog,
)
from notekeep.tui.field_forms import (
    LIST_TYPES,
    FormField,
    field_hint,
    list_form_fields,
    make_field_changes,
    parse_field_text,
    step_value,
)
from notekeep.tui.keyboard import bindings
from notekeep.tui.render.formatting import parse_rating, plural, stars
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, pad_line, spread_line
from notekeep.tui.widgets.bars import ChoiceBar
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import show_message

NO_VALUE = "\0none"  # the answer that removes the field; no note can contain this text


def field_options(field: FormField, text: str) -> list[Option]:
    """Return the choices of a field, including its current value."""
    choices = ("yes", "no") if field.type == "bool" else field.choices
    options = [Option(choice, "", choice) for choice in choices]
    if text and text not in choices:
        options.append(Option(text, "current value", text))
    return [*options, Option("No value", "remove the field", NO_VALUE)]


def submit_field(
    dialog: SubmitDialog[str | None], field: FormField, text: str, before: str
) -> None:
    """Submit a text in the format of the field, or show an error if it is invalid."""
    if text == clean_line(before):
        dialog.dismiss(None)
        return
    try:
        value = parse_field_text(field, text, dialog.today)
    except NotekeepError as error:
        dialog.show_problem(error)
    else:
        dialog.submit(value)


class FieldPrompt(Prompt):
    """Asks for the value of a field."""

    def __init__(self, field: FormField, text: str) -> None:
        super().__init__(
            field.name,
            value=text,
            hint=field_hint(field),
            example="empty: remove the field",
            suggester=WordSuggester(",;" if field.type in LIST_TYPES else ""),
        )
        self.field, self.text = field, text

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.prevent_default()
        submit_field(self, self.field, event.value.strip(), self.text)


NAME_WIDTH = 14
TYPE_NAMES = {"bool": "yes or no", "links": "links to notes"}
"""Display names of types whose names are not plain words."""
KEYS = ("enter", "edit"), ("→", "next value"), ("del", "empty"), ("ctrl+s", "apply")


class _Fields(ListView[str | FormField]):
    """The fields, one per row, and their edited texts."""

    def __init__(self, fields: Sequence[FormField]) -> None:
        super().__init__()
        own = [field for field in fields if field.is_own]
        common = [field for field in fields if not field.is_own]
        self._rows = [*own, *(["Every note"] if own else []), *common]
        self.texts = {field.name: field.text for field in fields}

    @property
    def field(self) -> FormField | None:
        return None if isinstance(self.item, str) else self.item

    @property
    def changes(self) -> list[FieldChange]:
        return [
            change
            for field in self.fields
            for change in make_field_changes(field, self.texts[field.name])
        ]

    @property
    def changed(self) -> int:
        return sum(self.texts[field.name] != field.text for field in self.fields)

    def set_text(self, field: FormField, text: str) -> None:
        self.texts[field.name] = text
        self.line_changed(self._rows.index(field))

    @property
    def fields(self) -> list[FormField]:
        return [row for row in self._rows if not isinstance(row, str)]

    def draw_item(self, item: str | FormField, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, str):
            return [Piece("  "), Piece(item, "section")]
        text = self.texts[item.name]
        label = fit_line([Piece(clean_line(item.name), "muted")], NAME_WIDTH - 1)
        value = Piece(clean_line(text) or self.glyphs.dot, "bright" if text else "faint")
        left = [*pad_line(label, NAME_WIDTH), value, *self._stars(item, text)]
        type_name = TYPE_NAMES.get(item.type or "", item.type or "")
        about = "choice" if item.choices else type_name
        if item.name == "rating":
            about = f"0 to {item.best:g}"
        right = [Piece(about, "faint"), Piece(" ")] if width >= 2 * NAME_WIDTH + 20 else []
        head = gutter(self.glyphs, here=here, marked=text != item.text)
        return [*head, *spread_line(left, right, width - 2)]

    def _stars(self, field: FormField, text: str) -> StyledLine:
        if field.name != "rating" or not text:
            return []
        try:
            rating = parse_rating(float(text))
        except ValueError:
            return []
        return [Piece(f"  {stars(rating, self.glyphs)}", "star")] if rating is not None else []


class FormScreen(SubmitDialog["list[FieldChange] | None"], inherit_bindings=False):
    """The form for all fields; the answer is the list of changes, or None.

    `check` raises NotekeepError for changes that the note does not allow.
    """

    BINDINGS = bindings("form")

    def __init__(self, note: Note, check: Callable[[list[FieldChange]], object]) -> None:
        super().__init__()
        self._title, self._check = note.title, check
        self._undated = ""  # the date field of the new status, if it is empty
        self.fields = _Fields(list_form_fields(note, self.vault.schema))

    def compose(self) -> ComposeResult:
        keys = *KEYS, ("esc", "cancel")
        with dialog_box(f"Fields of {self._title}", *keys, classes="-tall-box"):
            yield self.fields
            yield HintLine("")

    def on_mount(self) -> None:
        self.fields.focus()

    def on_list_view_selected(self) -> None:
        self.action_edit_field()

    def action_edit_field(self) -> None:
        if (field := self.fields.field) is None:
            return
        text, put = self.fields.texts[field.name], partial(self._set_text, field)
        if field.choices or field.type == "bool":
            choice = Choice(field.name, field_options(field, text), text)
            ask(self, choice, lambda answer: self._set_text(field, answer.removeprefix(NO_VALUE)))
            return

        def check(text: str) -> str:
            self._check(make_field_changes(field, text))
            return text

        prompt = FieldPrompt(field, text)
        open_dialog(self, prompt, check, put, group="check")
        if field.type in {"text", "list", None}:
            values = partial(known_values, self.vault, field.name)
            self.load("values", values, prompt.offer, is_quiet=True)

    def action_step_field(self, by: int) -> None:
        if (field := self.fields.field) is None:
            return
        if (text := step_value(field, self.fields.texts[field.name], by, self.today)) is None:
            self.action_edit_field()
        else:
            self._set_text(field, text)

    def action_clear_field(self) -> None:
        if (field := self.fields.field) is not None:
            self._set_text(field, "")

    def action_reset_field(self) -> None:
        if (field := self.fields.field) is not None:
            self._set_text(field, field.text)

    def _set_text(self, field: FormField, text: str) -> None:
        """Set the text of a field; after a status, offer to set its empty date field."""
        self.fields.set_text(field, text)
        if field.name == "status":
            names = STATUS_DATES.get(text.casefold(), ())
            self._undated = next((name for name in names if name in self.fields.texts), "")
        if self.fields.texts.get(self._undated):
            self._undated = ""
        offer = f"{self._undated} is empty · t sets it to today" if self._undated else ""
        self.query_one(HintLine).show_text(offer)
        leave = ("esc", "discard" if self.fields.changed else "cancel")
        self.query_one(DialogBox).show_keys(*KEYS, leave)

    def action_date_status(self) -> None:
        fields = self.fields.fields
        field = next((field for field in fields if field.name == self._undated), None)
        if field is not None:
            self._set_text(field, self.today.isoformat())

    def action_finish_form(self) -> None:
        if changes := self.fields.changes:
            self.submit(changes)
        else:
            self.dismiss(None)

    def action_drop_form(self) -> None:
        if changed := self.fields.changed:
            show_message(self, f"Discarded {plural(changed, 'change')}")
        self.dismiss(None)


class NewNoteDialog(SubmitDialog[tuple[str, str] | None]):
    """Asks for the kind and title of a new note; None if cancelled."""

    BINDINGS = bindings("new-note", priority=("next-kind", "previous-kind"))

    def __init__(
        self, kinds: Sequence[str], *, kind: str = "", title: str = "", folder: str = ""
    ) -> None:
        super().__init__()
        self._folder = folder
        self._kinds = list(kinds)
        plain = "note" if "note" in self._kinds else self._kinds[0]
        self._kind = kind if kind in self._kinds else plain
        self._title = title

    def compose(self) -> ComposeResult:
        with dialog_box("New note", ("tab", "kind"), ("enter", "create"), ("esc", "cancel")):
            yield ChoiceBar(self._kinds, self._kind)
            yield Line(self._title, "Title", selects=True)
            yield HintLine(f"In the folder {clean_line(self._folder)}." if self._folder else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        title = event.value.strip()
        if title:
            self.submit((self.query_one(ChoiceBar).chosen, title))

    def action_step_kind(self, by: int) -> None:
        self.query_one(ChoiceBar).step(by)


class QuoteDialog(SubmitDialog[tuple[str, str] | None]):
    """Asks for a quote and its page; None if cancelled."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        keys = ("tab", "next"), ("enter", "add"), ("esc", "cancel")
        with dialog_box(f"Quote from {clean_line(self._title)}", *keys):
            for name, example in (
                ("Text", "without quotation marks"),
                ("Page", "e.g. 38 or 12:34"),
            ):
                with Horizontal(classes="labelled"):
                    yield Label(name, markup=False)
                    yield Line(example=example, id=f"quote-{name.lower()}")
            yield HintLine("")

    def on_input_submitted(self) -> None:
        text, page = (field.value.strip() for field in self.query(Input))
        if text:
            self.submit((text, page))
        else:
            self.query(Input).first().focus()

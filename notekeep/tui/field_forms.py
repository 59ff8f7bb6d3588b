"""The fields of a note as editable texts, and their changes as edits of the front matter.

This module does not draw or write. A value is edited as text; the schema defines its type.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from notekeep.dates import parse_iso
from notekeep.markdown.fields.field_changes import (
    FieldChange,
    check_limits,
    parse_date_words,
    typed_value,
)
from notekeep.markdown.fields.field_values import Value, parse_items
from notekeep.markdown.fields.schema import COMMON_FIELDS, FIELD_CHOICES, FieldType, Schema
from notekeep.markdown.note import Note
from notekeep.tui.render.formatting import BEST_RATING

LIST_TYPES = frozenset({"list", "links"})
HIDDEN_FIELDS = "type", "title"
"""Fields that the form omits, because changing them moves or renames the file."""


class FormField(NamedTuple):
    """A field of a note."""

    name: str
    type: FieldType | None  # None for a field outside the schema
    value: Value
    text: str  # the value as text
    choices: tuple[str, ...] = ()  # the usual values
    is_own: bool = True  # whether the field is specific to the note's kind or the note
    best: float = BEST_RATING  # the best rating of the vault


def list_form_fields(note: Note, schema: Schema) -> list[FormField]:
    """Return the fields of a note's kind, its other fields, then the fields of all kinds."""
    kind = schema.kinds.get(note.kind)
    own = list(kind.fields) if kind is not None else []
    common = [name for name in COMMON_FIELDS if name not in own]
    other = [name for name in note.fields if name not in {*own, *COMMON_FIELDS}]
    found = []
    for name in (*own, *other, *common):
        if name in HIDDEN_FIELDS:
            continue
        value = note.fields.get(name)
        type_ = schema.type_of(note.kind, name)
        choices = FIELD_CHOICES.get((note.kind, name), ())
        text, is_own = format_value(value), name not in common
        found.append(FormField(name, type_, value, text, choices, is_own, schema.rating_max))
    return found


def format_value(value: Value) -> str:
    """Return a value as text, with commas between items, or semicolons if an item has a comma."""
    if value is None:
        return ""
    if isinstance(value, list):
        texts = [format_value(item) for item in value]
        if not any("," in text or ";" in text for text in texts):
            return ", ".join(texts)
        return "; ".join(texts) + (";" if len(texts) == 1 else "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse_list_items(name: str, text: str) -> list[str]:
    """Parse the items of a list, the inverse of `format_value`."""
    if ";" in text:
        return [part.strip() for part in text.split(";") if part.strip()]
    return [str(item) for item in parse_items(name, text)]


def check_field_text(field: FormField, text: str) -> None:
    """Raise UsageError or InvalidValue if a text is not valid for its field."""
    if text and field.type not in LIST_TYPES:
        typed_value(field.name, field.type, text)
        check_limits(field.name, field.type, text, field.choices, field.best)


def parse_field_text(field: FormField, text: str, today: dt.date) -> str:
    """Check a text and return it as stored in the field; a day in words becomes a date."""
    stored = parse_date_words(text, today) if field.type == "date" else text
    check_field_text(field, stored)
    return stored


def make_field_changes(field: FormField, text: str) -> list[FieldChange]:
    """Return the smallest edits that set a field to this text."""
    if text == field.text:
        return []
    if not text:
        return [FieldChange(field.name, "=", None)]
    if field.type not in LIST_TYPES and not isinstance(field.value, list):
        return [FieldChange(field.name, "=", text)]
    before = [format_value(item) for item in field.value] if isinstance(field.value, list) else []
    after = parse_list_items(field.name, text)
    unchanged = [item for item in before if item in after]
    added = [item for item in after if item not in before]
    # Items keep their quotes and comments only if the list is not rewritten.
    if not before or unchanged + added != after or len(set(before)) < len(before):
        return [FieldChange(field.name, "=", list(after))]
    removed = [FieldChange(field.name, "-=", item) for item in before if item not in after]
    return [*removed, *(FieldChange(field.name, "+=", item) for item in added)]


def step_value(field: FormField, text: str, by: int, today: dt.date) -> str | None:
    """Return the next or previous value, or None if the values have no order."""
    if field.choices:
        values: Sequence[str] = ("", *field.choices)
        at = values.index(text) if text in values else 0
        return values[(at + by) % len(values)]
    if field.type == "bool":
        return {"yes": "no", "no": "yes"}.get(text, "yes" if by > 0 else "no")
    if field.type == "date":
        day = parse_iso(text)
        if day is None:
            return None if text else today.isoformat()
        return (day + dt.timedelta(days=by)).isoformat()
    if field.type != "number":
        return None
    try:
        number = float(text or 0)
    except ValueError:
        return None
    if field.name == "rating":
        return format_value(min(field.best, max(0.0, number + by / 2)))
    return format_value(max(0.0, number + by))


FIELD_HINTS: Mapping[FieldType | None, str] = {
    "date": "A date: 2026-11-24, yesterday, mon, a month or a year.",
    "number": "A number.",
    "bool": "yes or no.",
    "list": "Separate with commas, or with semicolons if an item has a comma.",
    "links": "Separate with commas.",
}
"""Hints below an input, by type."""


def field_hint(field: FormField) -> str:
    """Return the hint below the input of a field; for a rating, it includes the limits."""
    if field.name == "rating":
        return f"A number, 0 to {field.best:g}."
    return FIELD_HINTS.get(field.type, "")

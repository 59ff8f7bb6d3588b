"""A note's fields as a form shows them, and what was changed in it as edits of front matter.

Nothing here draws or writes. A value is text while it is edited; the schema types it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from notekeep.dates import parse_iso
from notekeep.markdown.field_changes import FieldChange, check_limits, parse_date_words, typed_value
from notekeep.markdown.field_values import Value, parse_items
from notekeep.markdown.note import Note
from notekeep.markdown.schema import COMMON_FIELDS, FIELD_CHOICES, FieldType, Schema
from notekeep.tui.render.formatting import BEST_RATING

LIST_TYPES = frozenset({"list", "links"})
LEFT_OUT = "type", "title"
"""Fields that the form leaves out: a change of them is a move of the file, or a rename."""


class FormField(NamedTuple):
    """One field of a note."""

    name: str  # what it is called in this kind of note
    type: FieldType | None  # its type; None for a field that no kind has
    value: Value
    text: str  # the value as it is typed
    choices: tuple[str, ...] = ()  # what it usually is, for a field that is chosen
    is_own: bool = True  # whether it is a field of the note's kind, and not one that every kind has
    best: float = BEST_RATING  # the best rating of the vault


def list_form_fields(note: Note, schema: Schema) -> list[FormField]:
    """Return the fields of a note's kind, then those of every kind, then what else it has."""
    kind = schema.kinds.get(note.kind)
    own = list(kind.fields) if kind is not None else []
    common = [name for name in COMMON_FIELDS if name not in own]
    other = [name for name in note.fields if name not in {*own, *COMMON_FIELDS}]
    found = []
    for name in (*own, *other, *common):
        if name in LEFT_OUT:
            continue
        value = note.fields.get(name)
        type_ = schema.type_of(note.kind, name)
        choices = FIELD_CHOICES.get((note.kind, name), ())
        text, is_own = format_value(value), name not in common
        found.append(FormField(name, type_, value, text, choices, is_own, schema.rating_max))
    return found


def format_value(value: Value) -> str:
    """Return a value as it is typed: items between commas, or semicolons where one has a comma."""
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
    """Parse the items of a list as they were typed; see `format_value`."""
    if ";" in text:
        return [part.strip() for part in text.split(";") if part.strip()]
    return [str(item) for item in parse_items(name, text)]


def check_field_text(field: FormField, text: str) -> None:
    """Raise UsageError or InvalidValue where a text does not fit its field."""
    if text and field.type not in LIST_TYPES:
        typed_value(field.name, field.type, text)
        check_limits(field.name, field.type, text, field.choices, field.best)


def parse_field_text(field: FormField, text: str, today: dt.date) -> str:
    """Check a text, and return it as it is written into its field: for a day in words its date."""
    written = parse_date_words(text, today) if field.type == "date" else text
    check_field_text(field, written)
    return written


def make_field_changes(field: FormField, text: str) -> list[FieldChange]:
    """Return the edits that make a field what was typed: as few as leave the rest as it is."""
    if text == field.text:
        return []
    if not text:
        return [FieldChange(field.name, "=", None)]
    if field.type not in LIST_TYPES and not isinstance(field.value, list):
        return [FieldChange(field.name, "=", text)]
    before = [format_value(item) for item in field.value] if isinstance(field.value, list) else []
    after = parse_list_items(field.name, text)
    kept = [item for item in before if item in after]
    added = [item for item in after if item not in before]
    # Items keep their quotes and comments only where the others are not written anew.
    if not before or kept + added != after or len(set(before)) < len(before):
        return [FieldChange(field.name, "=", list(after))]
    gone = [FieldChange(field.name, "-=", item) for item in before if item not in after]
    return [*gone, *(FieldChange(field.name, "+=", item) for item in added)]


def step_value(field: FormField, text: str, by: int, today: dt.date) -> str | None:
    """Return the value before or after one; None for a field that has no such thing."""
    if field.choices:
        places: Sequence[str] = ("", *field.choices)
        here = places.index(text) if text in places else 0
        return places[(here + by) % len(places)]
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
"""What is said of a type of field while it is typed."""


def field_hint(field: FormField) -> str:
    """Return what is said of a field while it is typed, with the limits of a rating."""
    if field.name == "rating":
        return f"A number, 0 to {field.best:g}."
    return FIELD_HINTS.get(field.type, "")

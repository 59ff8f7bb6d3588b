"""Field changes as the user types them: `rating=5`, `author+=Ann`, `genre-=old`, `status=`.

If the file uses an alias of the field (`authors`, `keywords`), that key is edited. The schema
determines the type of the value, so that `rating=4.50` stays a number and an ISBN stays text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, cast

from notekeep.dates import try_parse_day
from notekeep.errors import InvalidValue, UsageError
from notekeep.markdown.fields import field_edit, frontmatter
from notekeep.markdown.fields.field_values import (
    BareText,
    Value,
    parse_boolean,
    parse_date,
    parse_items,
    parse_number,
    type_scalar,
)
from notekeep.markdown.fields.schema import (
    DEFAULT_SCHEMA,
    FIELD_CHOICES,
    FieldType,
    Schema,
    canonical,
    find_known_keys,
)
from notekeep.settings import VAULT_SETTINGS

Op: TypeAlias = Literal["=", "+=", "-="]

_CHANGE: Final = re.compile(r"\s*([^\s=+-][^=]*?)\s*(\+=|-=|=)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One change to one field."""

    key: str
    # "=" sets it, or deletes it if `value` is None; "+=" adds to a list, "-=" removes from it
    op: Op
    value: Value  # the user's text, which the schema converts, or a typed value

    def __str__(self) -> str:
        """Return the change as the user types it."""
        listed = self.value if isinstance(self.value, list) else [self.value]
        shown = ", ".join("" if item is None else str(item) for item in listed)
        return f"{self.key}{self.op}{shown}"


def read_change(text: str) -> FieldChange:
    """Parse `key=value`, `key+=value`, `key-=value`, or `key=`, which deletes the field."""
    match = _CHANGE.fullmatch(text)
    if match is None:
        raise UsageError(
            f'"{text}" is not a field change.',
            "Use key=value, key+=value, key-=value, or key= to delete.",
            text=text,
            position=0,
        )
    key, value = match[1], match[3].strip()
    op = cast("Op", match[2])
    if not value and op != "=":
        raise UsageError(f"{key}{op} needs a value.", text=text, position=len(text))
    return FieldChange(key, op, value or None)


def resolve_date(change: FieldChange, schema: Schema, today: dt.date) -> FieldChange:
    """Convert a word in a date field, as in `finished=yesterday`; keep other changes."""
    value = change.value
    if type(value) is not str or schema.type_of("", canonical(change.key)) != "date":
        return change
    return replace(change, value=parse_date_words(value, today))


def parse_date_words(text: str, today: dt.date) -> str:
    """Convert a word such as "yesterday" to an ISO date; return other text unchanged.

    Raises:
        UsageError: The date does not exist.
    """
    if not text.strip() or parse_date(text.strip()) is not None:
        return text
    day = try_parse_day(text, today)
    return text if day is None else day.isoformat()


def check_value(name: str, value: Value, schema: Schema, kind: str) -> None:
    """Refuse a value outside the range or the choices of its field."""
    name = canonical(name)
    choices = FIELD_CHOICES.get((kind, name), ())
    check_limits(name, schema.type_of(kind, name), value, choices, schema.rating_max)


def check_limits(
    name: str, type_: FieldType | None, value: Value, choices: Sequence[str], best: float
) -> None:
    """Refuse values outside `choices`, if there are any, and ratings outside 0 to `best`."""
    for item in value if isinstance(value, list) else [value]:
        text = "" if item is None else str(item).strip()
        if not text:
            continue
        if name == "rating" and type_ == "number":
            found = parse_number(text)
            if found is not None and not 0 <= found <= best:
                raise InvalidValue(
                    f"{name} must be between 0 and {best:g}. Got {text}.",
                    f"If your ratings go higher, set rating_max in {VAULT_SETTINGS}."
                    if found > best
                    else "",
                )
        if choices and text.casefold() not in choices:
            near = get_close_matches(text.casefold(), choices, n=1)
            raise InvalidValue(
                f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}. Got {text}.",
                f"Did you mean {near[0]}?" if near else "",
            )


def apply_changes(
    data: bytes,
    changes: Iterable[FieldChange],
    schema: Schema = DEFAULT_SCHEMA,
    kind: str = "note",
    *,
    force: bool = False,
) -> bytes:
    """Apply changes to the front matter of a file in order, or refuse all of them.

    With `force`, ranges and choices are not checked. Returns the same object if nothing changes.
    """
    for change in changes:
        if not force and change.op != "-=":
            check_value(change.key, change.value, schema, kind)
        data = _apply(data, change, schema, kind)
    return data


def _apply(data: bytes, change: FieldChange, schema: Schema, kind: str) -> bytes:
    name = canonical(change.key)
    matter = frontmatter.read_frontmatter(data)
    key = change.key
    if key not in matter.fields:
        key = find_known_keys(matter.fields).get(name, name)
    if change.value is None:
        return field_edit.delete_key(data, key)
    type_ = schema.type_of(kind, name)
    if change.op == "=":
        return field_edit.set_field(data, key, typed_value(name, type_, change.value))
    listed = change.value if isinstance(change.value, list) else [change.value]
    for item in listed:
        if change.op == "+=":
            data = field_edit.add_item(data, key, item)
        else:
            data = field_edit.remove_item(data, key, str(item))
    return data


def typed_value(name: str, type_: FieldType | None, value: Value) -> Value:
    """Convert the user's text to the type of its field, or guess the type if there is none."""
    if type_ in ("list", "links"):
        listed = value if isinstance(value, list) else parse_items(name, str(value))
        return [item.strip() if type(item) is str else item for item in listed]
    if not isinstance(value, str) or isinstance(value, BareText):
        return value
    text = value.strip()
    if type_ is None:
        return value if isinstance(type_scalar(text), str) else BareText(text)
    if type_ == "bool":
        known = parse_boolean(text)
        if known is None:
            raise UsageError(f'{name} is yes or no, not "{text}".', "Use true or false.")
        return known
    if type_ == "number":
        return _number(name, text)
    if type_ == "date":
        day = parse_date(text)
        if day is None:
            hint = f"Use {name}=2026-11-24, 2026-11, 2026, or a word such as yesterday, mon or -3."
            raise UsageError(f'{name} is a date, not "{text}".', hint)
        # Without quotes, YAML reads a year before 1000 as an octal or negative number.
        return day if re.fullmatch(r"0\d+|-\d+", day) else BareText(day)
    return text


def _number(name: str, text: str) -> Value:
    plain = type_scalar(text)
    if isinstance(plain, (int, float)) and not isinstance(plain, bool):
        return BareText(text)
    found = parse_number(text)
    if found is None:
        raise UsageError(f'{name} is a number, not "{text}".', f"Use a number: {name}=4.5.")
    return found

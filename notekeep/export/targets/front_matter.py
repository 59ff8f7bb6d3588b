"""Writes YAML front matter that all parsers read in the same way.

Text is always quoted, so that no tag becomes a number or a boolean. In single quotes, the only
escape is a doubled quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from notekeep.markdown.fields.field_values import BareText

EMPTY_TEXT = BareText("''")
"""An empty value for a required text field."""


def drop_empty(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that have a value."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def format_yaml_value(value: object) -> str:
    """Return a value as YAML: quoted text, plain numbers, booleans and dates."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case dict():
            items = (f"{key}: {format_yaml_value(item)}" for key, item in value.items())
            return "{" + ", ".join(items) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(format_yaml_value, value)) + "]"
        case BareText():  # a date in the generator's format
            return str(value)
    return "'" + join_blanks(value).replace("'", "''") + "'"


def format_yaml_head(fields: Mapping[str, object]) -> str:
    """Return YAML front matter, followed by a blank line."""
    lines = [f"{key}: {format_yaml_value(value)}" for key, value in drop_empty(fields).items()]
    return "\n".join(["---", *lines, "---", "", ""])


def format_plain_value(value: object) -> str:
    """Return a value on one line, for front matter without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(join_blanks, value))
    return " ".join(str(value).splitlines())


def join_blanks(value: object) -> str:
    """Return a value as text on one line, with single spaces."""
    return " ".join(str(value).split())

"""Front matter as generators read it: YAML that means the same to every parser of it.

Text is always quoted, so that no tag becomes a year, a yes or a number; what is quoted with single
quotes has no escapes but the doubled quote.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.export.post import Post
    from notekeep.markdown.field_values import Value


class UnquotedText(str):
    """Text that YAML takes without quotes: a date in a generator's own form."""

    __slots__ = ()


EMPTY_TEXT = UnquotedText("''")
"""An empty text for a field that a site insists on."""


def format_yaml_value(value: object) -> str:
    """Return a value of front matter as YAML: quoted text, plain numbers, booleans and dates."""
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
        case UnquotedText():
            return str(value)
    return "'" + " ".join(str(value).split()).replace("'", "''") + "'"


def format_yaml_head(post: Post, fields: Mapping[str, object]) -> str:
    """Return YAML front matter and a blank line: those of `fields` with a value, the post's own."""
    lines = [
        f"{key}: {format_yaml_value(value)}"
        for key, value in {**fields, **passed_fields(post, fields)}.items()
        if value not in (None, "", [])
    ]
    return "\n".join(["---", *lines, "---", "", ""])


def format_plain_lines(fields: Mapping[str, str], post: Post) -> list[tuple[str, str]]:
    """Return fields of a head without quotes, each on a line, the person's own behind them."""
    lines = dict(fields)
    for key, value in post.extra.items():
        items = value if isinstance(value, list) else [value]
        lines.setdefault(key, ", ".join(" ".join(str(item).split()) for item in items))
    return [(key, text) for key, text in lines.items() if text]


def passed_fields(post: Post, taken: Mapping[str, object]) -> dict[str, Value]:
    """Return the fields that the person let pass, but for those that the target writes itself."""
    return {key: value for key, value in post.extra.items() if key not in taken}

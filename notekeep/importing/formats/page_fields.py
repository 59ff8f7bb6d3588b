"""Converts names and values of fields from other programs to fields of a note."""

from __future__ import annotations

import re

from notekeep.errors import Refused
from notekeep.importing.formats.reading import day_in_words, split_list
from notekeep.importing.records import Page, one_line
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.schema import canonical

_RESERVED = ("title", "type", "source_id", "publish", "habit", "slug", "date", "draft", "feed")
"""Names that have a meaning in notes, and therefore get a prefix."""
_STARS = re.compile(r"[★⭐]+")
_BOOLS = {"yes": True, "no": False, "true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
_TEXTS = ("isbn", "asin", "published", "series", "episode")
"""Fields whose numbers are stored as text."""
_LISTS = ("tags", "aliases")
_MAX_FIELDS = 1000
"""Maximum number of fields, because writing them takes quadratic time."""


def field_name(words: str, prefix: str) -> str:
    """Return the canonical name of a field, or the lower-case name if there is none."""
    name = re.sub(r"\W+", "_", one_line(words).casefold()).strip("_")
    name = canonical(name)
    return f"{prefix}_{name}" if name in _RESERVED else name


def set_field(page: Page, words: str, value: str, prefix: str) -> None:
    """Set a field, the tags or the day of a page. Raises Refused for too many fields."""
    name, text = field_name(words, prefix), one_line(value)
    if not name or not text:
        return
    if name == "tags":
        page.tags = tuple(dict.fromkeys([*page.tags, *split_list(text)]))
    elif name == "created":
        page.created = page.created or day_in_words(text)
    elif len(page.fields) >= _MAX_FIELDS:
        raise Refused(f"{page.title} has more than {_MAX_FIELDS} fields")
    else:
        page.fields[name] = _read_value(name, text)


def _read_value(name: str, text: str) -> Value:
    if name in _LISTS:
        return list(split_list(text))
    if _STARS.fullmatch(text):
        return len(text)
    if text.casefold() in _BOOLS:
        return _BOOLS[text.casefold()]
    if _NUMBER.fullmatch(text) and name not in _TEXTS:
        return float(text) if "." in text else int(text)
    return day_in_words(text) or text

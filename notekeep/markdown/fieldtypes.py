"""Reads a field as its schema's type: what `rating: "4,5"` or `tags: a, b` means to a person.

A value that does not fit its type is kept as it was written; nothing is lost by reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from notekeep.dates import days_in
from notekeep.markdown.values import core

if TYPE_CHECKING:
    from notekeep.markdown.kinds import FieldType
    from notekeep.markdown.values import Scalar, Value

_TRUE: Final = frozenset(("true", "yes", "y", "on", "1"))
_FALSE: Final = frozenset(("false", "no", "n", "off", "0", ""))
_NUMBER: Final = re.compile(r"[-+]?\d{1,15}(?:\.\d+)?\Z", re.ASCII)
_DATE: Final = re.compile(
    r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?"
    r"(?:[T ]+(\d{1,2}:\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[-+]\d{2}:?\d{2})?)?\Z",
    re.ASCII,
)
_STARS: Final = re.compile(r"([⭐★🌟]+)(?:[☆]*)\Z")
_LINKED: Final = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]|]+)\]\]\Z")
# Fields that name people: "Clear, James" is one of them.
_PEOPLE: Final = frozenset(("author", "host", "guest"))


def typed(name: str, kind: FieldType | None, value: Value, words: str | list[str]) -> Value:
    """Type one field.

    Args:
        name: The field's canonical name.
        kind: Its type; None for a field nobody defines, which keeps its plain typing.
        value: It under plain typing.
        words: Its text before typing.
    """
    if kind is None or value is None:
        return [] if kind in ("list", "links") else value
    if kind in ("list", "links"):
        return items(name, words)
    if isinstance(words, list):
        if len(words) != 1:
            return value
        words = words[0]
    if kind == "text":
        return words.strip()
    if kind == "bool":
        return boolean(value if not isinstance(value, list) else words, default=value)
    reader = number if kind == "number" else date
    found = reader(words.strip())
    return value if found is None else found


def boolean(value: Scalar, default: Value = None) -> Value:
    """Read a bool that may be text: `"false"` is False; `default` for what is neither."""
    word = str(value).strip().casefold() if value is not None else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else default


def number(text: str) -> float | None:
    """Read a number, with a decimal comma, as `4/5`, or in stars; None for what is no number."""
    if stars := _STARS.match(text):
        return len(stars[1])
    head = text.split("/", 1)[0].strip() if re.match(r"[\d.,]+\s*/\s*\d+\Z", text) else text
    plain = core(head.replace(",", ".") if head.count(",") == 1 else head)
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        found = _NUMBER.match(head)
        return float(head) if found else None
    return plain


def date(text: str) -> str | None:
    """Read a date as ISO text, as precise as it was given: `2026/3/1` is `2026-03-01`.

    A year or a month alone stays one; a time stays with its minutes. None for what is no date,
    and for a day that no calendar has.
    """
    text = unlinked(text)
    if re.match(r"\d{4}\Z", text, re.ASCII):
        return text
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day, clock, seconds, zone = match.groups()
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return None if clock else f"{year}-{int(month):02d}"
    if not 1 <= int(day) <= days_in(int(year), int(month)):
        return None
    iso = f"{year}-{int(month):02d}-{int(day):02d}"
    if clock:
        iso += f"T{clock:0>5}" + (f":{seconds}" if seconds else "") + (zone or "")
    return iso


def items(name: str, words: str | list[str]) -> list[Scalar]:
    """Read a list, which may be text with commas; blanks around items and empty ones go."""
    parts = words if isinstance(words, list) else split_items(name, words)
    return [text for part in parts if (text := part.strip())]


def split_items(name: str, text: str) -> list[str]:
    """Cut text into the items it lists.

    Tags without a comma are cut at blanks, since a tag has none. Names are cut only where every
    part has a first and a last name, so that "Clear, James" stays one person.
    """
    if name == "tags" and "," not in text:
        return text.split()
    if "," not in text or _LINKED.match(text):
        return [text]
    parts = text.split(",")
    if name in _PEOPLE and not all(" " in part.strip() for part in parts):
        return [text]
    return parts


def unlinked(text: str) -> str:
    """The text a value shows that is one wiki link: `[[2026-11-24]]`, `[[James Clear|James]]`."""
    match = _LINKED.match(text)
    return match[1] if match else text

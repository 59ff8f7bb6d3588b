"""Values of fields: types, parsing and formatting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from notekeep.dates import days_in
from notekeep.markdown.fields.schema import FieldType

# Values of front matter, and the types of plain text
#
# Unlike in YAML 1.1, `yes`, `12:30`, `0123`, `1_000` and dates stay text. The schema defines their
# meaning (see schema.py).

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = Scalar | list[Scalar]
"""A scalar or a list of scalars; dates are ISO text."""

MAX_NUMBER: Final = 10**15
"""Numbers of this size or larger are probably codes and stay text."""

# Integers that SQLite and JSON readers store exactly.
_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})\Z")
_FLOAT: Final = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]{0,14})?\.[0-9]+|(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*)?)"
    r"(?:[eE][-+]?[0-9]{1,2})?\Z"
)
_NUMBER_START: Final = frozenset("-+.0123456789")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def type_scalar(text: str) -> Scalar:
    """Convert the text of an unquoted scalar to null, a bool or a number; other text stays text.

    A subset of the YAML 1.2 core schema (yaml.org/spec/1.2.2, 10.3.2): no octal, hexadecimal,
    infinity or not-a-number, and no number longer than 15 digits.
    """
    if text[:1] in _NUMBER_START:
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    if text in _WORDS:
        return _WORDS[text]
    return text


# Conversion to the type in the schema, such as `rating: "4,5"` or `tags: a, b`
#
# A value that does not fit its type stays unchanged.

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
# Fields with names of people, such as "Clear, James".
_PEOPLE: Final = frozenset(("author", "host", "guest"))


def type_field(name: str, kind: FieldType | None, value: Value, words: str | list[str]) -> Value:
    """Convert a field to its type in the schema; without a type, the value stays unchanged."""
    if kind is None or value is None:
        return [] if kind in ("list", "links") else value
    if kind in ("list", "links"):
        return parse_items(name, words)
    if isinstance(words, list):
        if len(words) != 1:
            return value
        words = words[0]
    if kind == "text":
        return words.strip()
    if kind == "bool":
        return parse_boolean(value if not isinstance(value, list) else words, default=value)
    reader = parse_number if kind == "number" else parse_date
    found = reader(words.strip())
    return value if found is None else found


def parse_boolean(value: Scalar, default: Value = None) -> Value:
    """Return a bool for text such as `"false"`, or `default`."""
    word = str(value).strip().casefold() if value is not None else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else default


def parse_number(text: str) -> float | None:
    """Parse a number, including `4,5`, `4/5` and stars; None for other text."""
    if stars := _STARS.match(text):
        return len(stars[1])
    head = text.split("/", 1)[0].strip() if re.match(r"[\d.,]+\s*/\s*\d+\Z", text) else text
    plain = type_scalar(head.replace(",", ".") if head.count(",") == 1 else head)
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        found = _NUMBER.match(head)
        return float(head) if found else None
    return plain


def parse_date(text: str) -> str | None:
    """Return a date as ISO text with its precision: `2026/3/1` is `2026-03-01`.

    Years, months and years BC such as `-0750` are dates too. A time keeps its seconds, but not
    fractions of them. Returns None for other text and for dates that do not exist.
    """
    if linked := _LINKED.match(text):
        text = linked[1]
    if re.match(r"-?\d{4}\Z", text, re.ASCII):
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


def parse_items(name: str, words: str | list[str]) -> list[Scalar]:
    """Return the stripped, non-empty items of a list or of text with commas."""
    parts = words if isinstance(words, list) else split_items(name, words)
    return [text for part in parts if (text := part.strip())]


def split_items(name: str, text: str) -> list[str]:
    """Split text into items.

    Tags without a comma are split at spaces. People's names are split only if every part has a
    first and a last name, so that "Clear, James" stays one person.
    """
    if name == "tags" and "," not in text:
        return text.split()
    if "," not in text or _LINKED.match(text):
        return [text]
    parts = text.split(",")
    if name in _PEOPLE and not all(" " in part.strip() for part in parts):
        return [text]
    return parts


# Formatting, with quotes only where needed
#
# Text is quoted if notekeep, YAML 1.1 (Jekyll, Hugo) or YAML 1.2 (Obsidian) would read it as
# another type: `yes`, `12:30`, `0123`, `1.10`. ISO dates stay plain, as people write them.


class BareText(str):
    """Text to write without quotes: `4.50`, `true`, `2026-11-24`."""

    __slots__ = ()


# Plain scalars that YAML 1.1 (yaml.org/type) or the 1.2 core schema do not read as text.
_TYPED: Final = re.compile(
    r"""(?:
        [-+]?(?:
            0[xX][0-9a-fA-F_]+ | 0[oO][0-7_]+ | 0b[01_]+
            | [0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?
            | \.[0-9_]+(?:[eE][-+]?[0-9]+)?
            | \.(?:inf|Inf|INF)
        )
        | \.(?:nan|NaN|NAN)
        | (?i:y|n|yes|no|on|off|true|false|null)
        | ~ | = | <<
    )\Z""",
    re.VERBOSE,
)
_PLAIN: Final = re.compile(
    r"[^\x00-\x23\x25-\x27\x29\x2a\x2c\x2d:-@\[-^`{-\xa0]"
    r"[^:#]*+(?:(?::(?=[^ ])|(?<=[^ ])\#)[^:#]*+)*+\Z"
)
_FLOW_SIGNS: Final = frozenset(",[]{}")
# Characters that need an escape in double quotes.
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def format_scalar(value: Scalar, *, flow: bool = False) -> str:
    """Format a scalar as YAML on one line; `flow`: for an inline list, where commas need quotes."""
    if value is None:
        return "null" if flow else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    reads_plain = (
        _PLAIN.match(value) is not None
        and _TYPED.match(value) is None
        and not value.endswith(" ")
        and _is_printable(value)
        and not (flow and not _FLOW_SIGNS.isdisjoint(value))
    )
    return str(value) if isinstance(value, BareText) or reads_plain else _quoted(value)


def format_like(value: Scalar, style: str | None) -> str:
    """Format a scalar with the quotes of the scalar that it replaces."""
    if isinstance(value, str) and not isinstance(value, BareText):
        if style == '"':
            return _quoted(value, double=True)
        if style == "'" and _is_printable(value):
            return "'" + value.replace("'", "''") + "'"
    return format_scalar(value)


def _quoted(text: str, *, double: bool = False) -> str:
    if not double and '"' in text and "'" not in text and _is_printable(text):
        return f"'{text}'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _is_printable(text: str) -> bool:
    return _ESCAPED.search(text.replace('"', "").replace("\\", "")) is None


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def format_inline_list(items: list[Scalar]) -> str:
    """Format a list on one line: `[a, b]`."""
    return "[" + ", ".join(format_scalar(item, flow=True) for item in items) + "]"


def format_items(items: list[Scalar], indent: str, eol: str) -> str:
    """Format a list with one item per line."""
    return "".join(f"{indent}- {format_scalar(item, flow=item is None)}{eol}" for item in items)


def format_field(
    key: str, value: Value, *, eol: str = "\n", indent: str = "", step: str = "  "
) -> str:
    """Format `key: value` with its line end; lists have one item per line."""
    name = indent + format_scalar(key)
    if not isinstance(value, list):
        return f"{name}: {format_scalar(value)}".rstrip(" ") + eol
    if not value:
        return f"{name}: []{eol}"
    return f"{name}:{eol}{format_items(value, indent + step, eol)}"


def render_new(fields: Mapping[str, Value], body: str) -> str:
    """Return the text of a new note."""
    if not fields:
        return body
    block = "".join(format_field(key, value) for key, value in fields.items())
    return f"---\n{block}---\n{body}"

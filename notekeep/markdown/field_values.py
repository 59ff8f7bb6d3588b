"""Values: their types, typed text, spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from notekeep.dates import days_in
from notekeep.markdown.schema import FieldType

# What a value of front matter is, and how plain text in it is typed.
#
# The typing is deliberately poorer than YAML 1.1: `yes`, `12:30`, `0123`, `1_000` and dates stay
# the text that was written. What a field means beyond that is the schema's business (see
# schema.py).


Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = Scalar | list[Scalar]
"""What front matter holds: flat scalars and lists of scalars; dates are ISO text."""

MAX_NUMBER: Final = 10**15
"""Numbers from here on are codes, not amounts, and stay text."""

# Integers that SQLite and JSON readers hold exactly; longer runs of digits are codes.
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
    """Type the text of an unquoted scalar: null, a bool, a number, else the text itself.

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


# Reads a field as its schema's type: what `rating: "4,5"` or `tags: a, b` means to a person.
#
# A value that does not fit its type is kept as it was written; nothing is lost by reading.


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


def type_field(name: str, kind: FieldType | None, value: Value, words: str | list[str]) -> Value:
    """Type one field by its canonical name and type; without a type it keeps its plain typing."""
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
    """Read a bool that may be text: `"false"` is False; `default` for what is neither."""
    word = str(value).strip().casefold() if value is not None else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else default


def parse_number(text: str) -> float | None:
    """Read a number, with a decimal comma, as `4/5`, or in stars; None for what is no number."""
    if stars := _STARS.match(text):
        return len(stars[1])
    head = text.split("/", 1)[0].strip() if re.match(r"[\d.,]+\s*/\s*\d+\Z", text) else text
    plain = type_scalar(head.replace(",", ".") if head.count(",") == 1 else head)
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        found = _NUMBER.match(head)
        return float(head) if found else None
    return plain


def parse_date(text: str) -> str | None:
    """Read a date as ISO text, as precise as it was given: `2026/3/1` is `2026-03-01`.

    A year or a month alone stays one, also a year BC, `-0750`; a time stays with its minutes. None
    for what is no date, and for a day that no calendar has.
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


# Spells values so that they read back as what they are, quoted only where that needs quotes.
#
# Text is quoted when notekeep, YAML 1.1 (Jekyll, Hugo) or YAML 1.2 (Obsidian) would take it for
# something else: `yes`, `12:30`, `0123`, `1.10`. An ISO date stays plain, as people write it.


class BareText(str):
    """Text that is to stand in the file as it is, unquoted: `4.50`, `true`, `2026-11-24`."""

    __slots__ = ()


# Every plain scalar that YAML 1.1 (yaml.org/type) or the 1.2 core schema types as no text.
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
# What may not stand in a quoted YAML line as it is.
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def spell(value: Scalar, *, flow: bool = False) -> str:
    """Spell a scalar as YAML on one line; `flow` is between brackets, where commas are signs."""
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


def respell(value: Scalar, style: str | None) -> str:
    """Spell a scalar that replaces one which stood in quotes, text in quotes of the same kind."""
    if isinstance(value, str) and not isinstance(value, BareText):
        if style == '"':
            return _quoted(value, double=True)
        if style == "'" and _is_printable(value):
            return "'" + value.replace("'", "''") + "'"
    return spell(value)


def _quoted(text: str, *, double: bool = False) -> str:
    if not double and '"' in text and "'" not in text and _is_printable(text):
        return f"'{text}'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _is_printable(text: str) -> bool:
    """Whether YAML takes every character of a text as it is."""
    return _ESCAPED.search(text.replace('"', "").replace("\\", "")) is None


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def spell_inline_list(items: list[Scalar]) -> str:
    """Spell a list on one line: `[a, b]`."""
    return "[" + ", ".join(spell(item, flow=True) for item in items) + "]"


def spell_items(items: list[Scalar], indent: str, eol: str) -> str:
    """Spell a list with one item a line."""
    return "".join(f"{indent}- {spell(item, flow=item is None)}{eol}" for item in items)


def spell_field(
    key: str, value: Value, *, eol: str = "\n", indent: str = "", step: str = "  "
) -> str:
    """Spell a whole `key: value` with its line end; a list takes one line an item."""
    name = indent + spell(key)
    if not isinstance(value, list):
        return f"{name}: {spell(value)}".rstrip(" ") + eol
    if not value:
        return f"{name}: []{eol}"
    return f"{name}:{eol}{spell_items(value, indent + step, eol)}"


def render_new(fields: Mapping[str, Value], body: str) -> str:
    """The text of a new note: its fields in the order given, then its body."""
    if not fields:
        return body
    block = "".join(spell_field(key, value) for key, value in fields.items())
    return f"---\n{block}---\n{body}"

"""Spells values so that they read back as what they are, quoted only where that needs quotes.

Text is quoted when notekeep, YAML 1.1 (Jekyll, Hugo) or YAML 1.2 (Obsidian) would take it for
something else: `yes`, `12:30`, `0123`, `1.10`. An ISO date stays plain, as people write it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.markdown.values import Scalar, Value


class Plain(str):
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
    """Spell a scalar as YAML on one line.

    Args:
        value: Text, a number, a bool, None, or Plain for what must not be quoted.
        flow: Whether it will stand between brackets, where commas and brackets are signs.
    """
    if value is None:
        return "null" if flow else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Plain) or _reads_plain(value, flow):
        return str(value)
    return _quoted(value)


def respell(value: Scalar, style: str | None) -> str:
    """Spell a scalar that replaces one which stood in quotes, text in quotes of the same kind."""
    if isinstance(value, str) and not isinstance(value, Plain):
        if style == '"':
            return _quoted(value, double=True)
        if style == "'" and _is_printable(value):
            return "'" + value.replace("'", "''") + "'"
    return spell(value)


def _quoted(text: str, *, double: bool = False) -> str:
    if not double and '"' in text and "'" not in text and _is_printable(text):
        return f"'{text}'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _reads_plain(text: str, flow: bool) -> bool:  # noqa: FBT001 - passed on from spell()
    return (
        _PLAIN.match(text) is not None
        and _TYPED.match(text) is None
        and not text.endswith(" ")
        and _is_printable(text)
        and not (flow and not _FLOW_SIGNS.isdisjoint(text))
    )


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


def spell_flow(items: list[Scalar]) -> str:
    """Spell a list on one line: `[a, b]`."""
    return "[" + ", ".join(spell(item, flow=True) for item in items) + "]"


def spell_field(
    key: str, value: Value, *, eol: str = "\n", indent: str = "", step: str = "  "
) -> str:
    """Spell a whole `key: value` with its line end; a list takes one line an item.

    Args:
        key: The key, quoted if it must be.
        value: What it holds.
        eol: How lines end.
        indent: What stands before the key.
        step: What stands before an item, beyond `indent`.
    """
    name = indent + spell(key)
    if not isinstance(value, list):
        return f"{name}: {spell(value)}".rstrip(" ") + eol
    if not value:
        return f"{name}: []{eol}"
    items = "".join(f"{indent}{step}- {spell(item, flow=item is None)}{eol}" for item in value)
    return f"{name}:{eol}{items}"


def render_new(fields: Mapping[str, Value], body: str) -> str:
    """The text of a new note: its fields in the order given, then its body."""
    if not fields:
        return body
    block = "".join(spell_field(key, value) for key, value in fields.items())
    return f"---\n{block}---\n{body}"

"""What a value of front matter is, and how plain text in it is typed.

The typing is deliberately poorer than YAML 1.1: `yes`, `12:30`, `0123`, `1_000` and dates stay the
text that was written. What a field means beyond that is the schema's business (see kinds.py).
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

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
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


def core(text: str) -> Scalar:
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

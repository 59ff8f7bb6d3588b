"""Keys as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
    "question_mark": "?",
    "exclamation_mark": "!",
    "colon": ":",
    "slash": "/",
    "asterisk": "*",
    "plus": "+",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "comma": ",",
    "full_stop": ".",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "underscore": "_",
    "semicolon": ";",
    "apostrophe": "'",
    "quotation_mark": '"',
    "grave_accent": "`",
    "circumflex_accent": "^",
    "tilde": "~",
    "backslash": "\\",
    "vertical_line": "|",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "at": "@",
}


def key_name(key: str) -> str:
    """Return a key as a person reads it: "slash" is "/", "ctrl+o" is "ctrl+o", "f1" is "F1"."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if last in _NAMES:
        last = _NAMES[last]
    elif last.startswith("f") and last[1:].isdigit():
        last = last.upper()
    return "+".join([*modifiers, last])


def key_names(keys: Iterable[str]) -> str:
    """Return several keys as a person reads them, separated by blanks."""
    return " ".join(key_name(key) for key in keys)

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
    "comma": ",",
    "full_stop": ".",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "underscore": "_",
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

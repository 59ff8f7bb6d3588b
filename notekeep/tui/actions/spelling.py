"""Keys as a person reads them, and as they write them."""

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


_SIGNS = {sign: name for name, sign in _NAMES.items()}
_OTHERS = frozenset({"enter", "tab", "space", "backspace", "delete", "insert", "home", "end"})
"""Keys that are called by a word and have no sign."""
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "ret": "enter",
    "spc": "space",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
}
_MODIFIERS = {"ctrl": "ctrl", "c": "ctrl", "control": "ctrl", "shift": "shift", "s": "shift"}
_MODIFIERS |= dict.fromkeys(("alt", "a", "m", "meta", "opt", "option"), "alt")


def key_of(said: str) -> str | None:
    """Return the name of a key that a person wrote: "?", "ctrl-d", "C-d", "PgUp"; None for none."""
    text = said.strip() or said[:1]
    if not text:
        return None
    if len(text) == 1:
        return "space" if text == " " else _SIGNS.get(text, text)
    *before, last = _parts(text)
    modifiers = [_MODIFIERS.get(one.lower()) for one in before]
    if None in modifiers:
        return None
    name = _key(last, is_modified=bool(before))
    if name is None:
        return None
    if modifiers == ["shift"] and len(name) == 1 and name.isalpha():
        return name.upper()  # as a terminal sends it
    order = ("alt", "ctrl", "shift")
    return "+".join([*(one for one in order if one in modifiers), name])


def _parts(text: str) -> list[str]:
    """Part a key from what is held with it: "ctrl+d", "ctrl-d", "<C-d>", "ctrl+-"."""
    if text[0] == "<" and text[-1] == ">" and len(text) > 2:
        text = text[1:-1]
    last = text[-1]
    joined = text[:-1].replace("-", "+") + last if last in "+-" else text.replace("-", "+")
    if joined[-1] in "+-" and len(joined) > 1 and joined[-2] == "+":
        return [*joined[:-2].split("+"), joined[-1]]
    return joined.split("+")


def _key(text: str, *, is_modified: bool) -> str | None:
    if len(text) == 1:
        return _SIGNS.get(text, text.lower() if is_modified else text)
    lower = text.lower()
    name = _ALIASES.get(lower, lower)
    is_function = name[:1] == "f" and name[1:].isdigit() and 1 <= int(name[1:]) <= 24
    return name if name in _NAMES or name in _OTHERS or is_function else None


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

"""Actions as Textual's key bindings, and keys as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from notekeep.tui.actions import of_context

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
    "plus": "+",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "minus": "-",
}


ALL = ("*",)


def bindings(
    *contexts: str, priority: Iterable[str] = (), by_screen: Iterable[str] = ()
) -> list[BindingType]:
    """Return the bindings of the actions of some contexts, each under its action's id.

    Args:
        contexts: Names from `actions.CONTEXTS`.
        priority: Ids of actions whose keys go before those of the widget in focus.
        by_screen: Ids of actions that the widget leaves to its screen; ALL for every one.
    """
    first, left = frozenset(priority), frozenset(by_screen)
    return [
        Binding(
            ",".join(action.keys),
            f"screen.{action.method}" if left & {"*", action.id} else action.method,
            action.title,
            id=action.id,
            show=bool(action.label),
            tooltip=action.help,
            priority=action.id in first,
        )
        for context in contexts
        for action in of_context(context)
        if action.keys
    ]


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

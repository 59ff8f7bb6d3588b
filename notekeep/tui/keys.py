"""Actions as Textual's key bindings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from notekeep.tui.commands.registry import actions_in_context

ALL_ACTIONS = ("*",)
UNBOUND_PREFIX = "unbound-"
"""Begins what stands for the key of an action that has none, until the person gives it one."""


def bindings(
    *contexts: str, priority: Iterable[str] = (), by_screen: Iterable[str] = ()
) -> list[BindingType]:
    """Return the bindings of the actions of some contexts, each under its action's id."""
    first, left = frozenset(priority), frozenset(by_screen)
    return [
        Binding(
            ",".join(action.keys) or UNBOUND_PREFIX + action.id,
            f"screen.{action.method}" if left & {"*", action.id} else action.method,
            action.title,
            id=action.id,
            show=bool(action.label),
            tooltip=action.help,
            priority=bool(first & {"*", action.id}),
        )
        for context in contexts
        for action in actions_in_context(context)
    ]


def make_keymap(own_keys: Mapping[str, str]) -> dict[str, str]:
    """Return a map of keys as Textual takes it, which knows no way to take a key away."""
    return {action: keys or UNBOUND_PREFIX + action for action, keys in own_keys.items()}

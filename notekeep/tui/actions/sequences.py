"""Keys of which two are pressed, one after the other: `g t`, and what vim and Emacs have of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.actions.spelling import key_name

if TYPE_CHECKING:
    from collections.abc import Iterable


class Second(NamedTuple):
    """A second key: what it is, the action it stands for, and what the menu calls that."""

    key: str
    action: str
    name: str


GO_KEYS: tuple[Second, ...] = (
    Second("t", "show-today", "Today"),
    Second("b", "show-browse", "Browse"),
    Second("h", "show-habits", "Habits"),
    Second("p", "show-publish", "Publish"),
    Second("c", "show-conflicts", "Conflicts"),
    Second("s", "show-steps", "Steps"),
    Second("x", "show-tasks", "Tasks"),
    Second("v", "switch-vault", "Vaults"),
    Second("g", "first-line", "Top"),
)
"""What the second key after `g` does."""

AFTER: dict[str, tuple[Second, ...]] = {
    "go": GO_KEYS,
    "control-x": (
        Second("ctrl+s", "save", "save"),
        Second("ctrl+c", "quit", "quit"),
        Second("ctrl+f", "switch-note", "another note"),
        Second("b", "switch-note", "another note"),
        Second("k", "finish", "done"),
        Second("u", "undo", "undo"),
    ),
    "twice-d": (Second("d", "delete", "delete"),),
    "twice-z": (Second("Z", "quit", "quit"), Second("Q", "quit", "quit")),
}
"""For each action that waits for one more key, what that may be."""


def menu(seconds: Iterable[Second], width: int) -> str:
    """Return the keys that may follow, with what they do, closer where there is less room.

    Args:
        seconds: What may follow.
        width: The cells there are.
    """
    named = [f"{key_name(one.key)} {one.name}" for one in seconds]
    for text in ("  ".join(named), " ".join(named)):
        if len(text) <= width:
            return text
    return "Go to: " + " ".join(key_name(one.key) for one in seconds)


def sequence_name(first: str, second: str) -> str:
    """Return two keys as a person reads them: "gt", "ctrl+x ctrl+s"."""
    names = key_name(first), key_name(second)
    return ("" if max(map(len, names)) == 1 else " ").join(names)

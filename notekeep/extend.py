"""What a package of another author may import; everything else in notekeep is private.

`docs/extending.md` is the manual. Until version 1.0 the changelog lists what changes here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from notekeep.extensions import API
from notekeep.notes.plan import WritePlan
from notekeep.vault import Vault

__all__ = [
    "API",
    "Action",
    "Vault",
    "WritePlan",
]


@dataclass(frozen=True, slots=True)
class Action:
    """A command of the app, for the group `notekeep.actions`.

    `run` gets the open vault and the vault-relative paths of the selected notes. It runs in a
    thread beside the interface and writes nothing itself: a returned plan is shown and applied as
    one step that `undo` reverts, a returned text is shown, and None shows nothing.
    """

    id: str  # letters, digits and "-"; unique in the app
    title: str  # in the palette and the help: "Count words"
    key: str | None  # the default key, None for none; a key of notekeep is not replaced
    run: Callable[[Vault, Sequence[str]], WritePlan | str | None]


def check_action(value: object) -> Action:
    """Return an action as it is; TypeError for another object."""
    if not isinstance(value, Action):
        raise TypeError(f"it is of type {type(value).__name__}, not an Action")
    return value

"""Other vaults: those that were opened here, to be chosen from, and any other folder."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from notekeep import config, vaults
from notekeep.errors import NotekeepError
from notekeep.tui import place as places
from notekeep.tui.jobs import in_background
from notekeep.tui.render.diff import home_path
from notekeep.tui.screens.dialogs import Choice, Option, Prompt, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.tui.reaching import Reaching

ANOTHER = "\0another"
"""Stands for a folder that is not in the list."""


class Known(NamedTuple):
    """A vault that was opened here: what it is called, its folder, and when it was left, or 0."""

    name: str
    root: str
    left: float


def known_vaults() -> list[Known]:
    """Return the vaults of this machine, the one that was left last first.

    Raises:
        Failure: The list cannot be read.
    """
    machine = config.Places.of_machine()
    person = config.person_settings(machine)
    roots = {
        os.path.realpath(path): os.path.join(machine.state, identity)
        for identity, path in vaults.known_vaults(machine.state).items()
    }
    names = {os.path.realpath(path): name for name, path in person.vaults.items()}
    roots.update({root: "" for root in names if root not in roots and os.path.isdir(root)})
    found = [
        Known(names.get(root, os.path.basename(root)), root, _left(state))
        for root, state in roots.items()
    ]
    return sorted(found, key=lambda one: (-one.left, one.name.casefold(), one.root))


def _left(state: str) -> float:
    """When the person left a vault, as its place tells: it is written at the end."""
    try:
        return os.stat(os.path.join(state, places.FILE)).st_mtime if state else 0.0
    except OSError:
        return 0.0


def choose_vault(app: Reaching) -> None:
    """List the vaults, and go to the one that is chosen."""
    in_background(
        app, known_vaults, partial(_ask, app), group="vaults", exclusive=True, holds_keys=True
    )


def _ask(app: Reaching, known: Sequence[Known]) -> None:
    here = app.vault.root
    options = [
        Option("Another folder …", "any folder of Markdown", ANOTHER)
        if one is None
        else Option(one.name, home_path(one.root), one.root)
        for one in (*(one for one in known if one.root != here), None)
    ]

    def answered(root: str | None) -> None:
        if root == ANOTHER:
            _ask_folder(app)
        elif root is not None:
            open_vault(app, root)

    app.push_screen(Choice("Open another vault", options, app.glyphs), answered)


def _ask_folder(app: Reaching) -> None:
    hint = "notekeep reads it as it stands; a folder that is not there is made."
    start = os.path.join(os.path.dirname(app.vault.root), "")
    prompt = Prompt("Open a folder", value=home_path(start), hint=hint)

    def prepare(folder: str) -> str | None:
        return _prepared(folder, is_new=True) if folder else None

    ask(app, prompt, prepare, partial(_leave_for, app), group="vaults")


def open_vault(app: Reaching, folder: str) -> None:
    """Leave this vault for another one.

    Args:
        app: The program.
        folder: The other vault's folder.
    """
    in_background(app, partial(_prepared, folder), partial(_leave_for, app), group="vaults")


def _prepared(folder: str, *, is_new: bool = False) -> str:
    """Give the real path of a vault's folder; a new one is made and remembered by name."""
    root = os.path.realpath(os.path.expanduser(folder))
    try:
        if is_new:
            os.makedirs(root, exist_ok=True)
            config.remember_vault(root, config.Places.of_machine())
        os.listdir(root)
    except OSError as error:
        text = f"{home_path(root)} cannot be opened: {error.strerror}"
        raise NotekeepError(text, "Choose another folder.") from error
    return root


def _leave_for(app: Reaching, root: str) -> None:
    if root != app.vault.root:
        app.call_later(app.leave_for, root)

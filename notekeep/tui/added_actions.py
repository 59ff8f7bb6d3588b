"""The user's own commands and the actions of extensions, in the app."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.action import Action
from notekeep.tui.commands.registry import (
    add_actions as place_actions,
)
from notekeep.tui.commands.registry import (
    command_actions,
    extension_actions,
    wrong_keys,
)
from notekeep.tui.program import Program
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.workers import LONG, in_background, run_own_command, show_message, show_output

if TYPE_CHECKING:
    from notekeep.extend import Action as ExtensionAction
    from notekeep.extensions import Extension
    from notekeep.notes.plan import WritePlan

_Found = list[tuple["Extension", "ExtensionAction", Action]]


def add_actions(app: Program) -> None:
    """Add all actions after the extensions are imported in the background."""
    person = app.vault.person

    def add(found: _Found) -> None:
        ours = command_actions(person.commands.values())
        added = place_actions([*ours, *(action for _, _, action in found)], app.own_keys)
        app.added_actions = added.actions
        runs: dict[str, Callable[[VaultScreen], object]] = {
            action.id: partial(run_extension, extension, action) for extension, action, _ in found
        }
        app.added_runs = {**runs, **{name: partial(run_own, name) for name in person.commands}}
        for new in added.actions:
            if new.keys:
                keys, call = ",".join(new.keys), f"run_added('{new.id}')"
                app.bind(keys, call, description=new.title, show=False)
        wrong = wrong_keys(person.keymap, person.keys, {new.id for new in added.actions})
        for warning in (*wrong, *added.problems):
            show_message(app, clean_line(warning), seconds=LONG, severity="warning")

    in_background(app, lambda: list(extension_actions()), add, group="extensions")


def run_added(app: Program, name: str) -> None:
    """Run an added action on the selected notes."""
    if isinstance(app.screen, VaultScreen):
        app.added_runs[name](app.screen)


def run_own(name: str, screen: VaultScreen) -> None:
    """Run one of the user's own commands."""
    from notekeep.own_commands import QueuedCommand

    vault, paths = screen.vault, tuple(screen.chosen_notes())
    run_own_command(
        screen, QueuedCommand(vault.person.commands[name], vault.root, "key", paths, {})
    )


def run_extension(extension: Extension, action: ExtensionAction, screen: VaultScreen) -> None:
    """Run an action of an extension; show its text, or its plan to confirm."""
    from notekeep.notes.plan import WritePlan
    from notekeep.tui.screens.note_operations import NoteOperation, confirm_plan

    paths = screen.chosen_notes()

    def run() -> WritePlan | str | None:
        with extension.guard(NotekeepError):
            result = action.run(screen.vault, paths)
            if not isinstance(result, WritePlan | str | None):
                raise TypeError(f"it returned {type(result).__name__}, not a plan or a text")
            return result

    def show(result: WritePlan | str | None) -> None:
        if isinstance(result, str):
            show_output(screen, action.title, result)
        elif result is not None:
            step = NoteOperation(paths, action.title, lambda count: f"{action.title}: {count}")
            confirm_plan(screen, step, result)

    in_background(screen, run, show, group="extensions")

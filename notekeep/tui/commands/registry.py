"""The registry of actions, and key maps.

Key bindings, the footer, the palette, help and `notekeep keys` are derived from the registry, so
they always agree. This module does not import Textual, because the command line also uses it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from notekeep import extensions
from notekeep.tui.commands.action import (
    SECOND_KEYS,
    Action,
    format_key,
    format_keys,
    format_sequence,
    parse_key,
)
from notekeep.tui.commands.note_actions import NOTE_ACTIONS
from notekeep.tui.commands.screen_actions import SCREEN_ACTIONS

if TYPE_CHECKING:
    from notekeep.extend import Action as ExtensionAction
    from notekeep.extensions import Extension
    from notekeep.own_commands import OwnCommand


class _Context(NamedTuple):
    """A context in which actions work: its title in help, and the wider contexts around it.

    `around` is None if the focus is always in a narrower context.
    """

    title: str
    around: tuple[str, ...] | None = None


_CONTEXTS = {
    "app": _Context("Everywhere"),
    "lines": _Context("Lists and pages"),
    "browse": _Context("Browse"),
    "list": _Context("List of notes", ("rows", "lines", "browse", "app")),
    "grid": _Context("Grid of notes", ("rows", "lines", "browse", "app")),
    "rows": _Context("List and grid"),
    "preview": _Context("Preview", ("lines", "browse", "app")),
    "sidebar": _Context("Sidebar", ("lines", "browse", "app")),
    "search": _Context("Search box", ("browse", "app")),
    "edit": _Context("Editor", ("app",)),
    "find": _Context("Find in the editor", ("app",)),
    "today": _Context("Today", ("lines", "app")),
    "habits": _Context("Habits", ("lines", "app")),
    "habit-detail": _Context("Details of a habit", ("lines", "app")),
    "publish": _Context("Publish", ("lines", "app")),
    "history": _Context("History of a note", ("over", "lines", "app")),
    "steps": _Context("Steps", ("over", "lines", "app")),
    "conflicts": _Context("Conflicts", ("over", "lines", "app")),
    "proposals": _Context("Proposals", ("over", "lines", "app")),
    "form": _Context("Fields of a note", ("lines",)),
    "unsaved": _Context("Unsaved text", ("lines", "dialog")),
    "tasks": _Context("Tasks", ("lines", "app")),
    "task-filter": _Context("Task filter", ("app",)),
    "books": _Context("Year in books", ("over", "lines", "app")),
    "base": _Context("Base of Obsidian", ("over", "lines", "app")),
    "quotes": _Context("Quotes", ("over", "lines", "app")),
    "recall": _Context("Recall", ("lines", "app")),
    "import": _Context("Import", ("over", "lines", "app")),
    "over": _Context("Lists with a text"),
    "switcher": _Context("Quick switch and palette", ()),
    "new-note": _Context("New note", ("dialog",)),
    "capture": _Context("Quick note", ("dialog",)),
    "picture": _Context("A picture", ("dialog",)),
    "help": _Context("Help", ("lines", "dialog")),
    "dialog": _Context("Dialogs", ()),
    "cell": _Context("A cell of the grid", ()),
    "cell-stars": _Context("A rating", ("cell",)),
    "cell-date": _Context("A calendar", ("cell",)),
    "cell-list": _Context("A list in a cell", ("cell",)),
    "plan": _Context("Changes to confirm", ("lines",)),
    "plan-lines": _Context("Lines to change", ("plan", "lines")),
    "replace": _Context("Replace", ("dialog",)),
}

CONTEXTS = {name: context.title for name, context in _CONTEXTS.items()}

ACTION_PLACES = {
    name: (name, *context.around)
    for name, context in _CONTEXTS.items()
    if context.around is not None
}
"""The contexts whose keys work at each place that can have the focus, nearest first."""

ACTIONS = (*NOTE_ACTIONS, *SCREEN_ACTIONS)
"""All actions; within a context, in the order of the footer and help."""

ACTIONS_BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}

SHADOWED_ACTIONS: dict[str, tuple[str, ...]] = {
    "habit-note": ("new-note",),
    "clear-search": ("back",),
    "close-detail": ("explain-quit",),
    "leave-recall": ("explain-quit",),
    "keep-passage": ("line-up",),
    "write-thought": ("new-note",),
    "open-quote": ("read-text",),
    "filter-quotes": ("search",),
    "leave-over": ("explain-quit",),
    "leave-tasks": ("explain-quit",),
    "next-offer": ("capture",),
    "undo-typing": ("suspend", "undo"),
    "redo-typing": ("redo",),
    "find-previous": ("redo",),
    "find-here": ("search",),
    "find-next": ("search",),
    "filter-tasks": ("search",),
    "sort-column": ("sort",),
}
"""Actions that may use a key of a wider context in a key map, with the actions that they hide."""


def actions_in_context(context: str, added: Iterable[Action] = ()) -> Iterator[Action]:
    """Yield the actions of a context in order; `added` actions come last."""
    return (action for action in (*ACTIONS, *added) if action.context == context)


def actions_at_place(place: str) -> Iterator[Action]:
    """Yield all actions that work at a place, nearest context first."""
    return chain.from_iterable(map(actions_in_context, ACTION_PLACES[place]))


def action_keys(action: Action, own_keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of an action; the user's own keys replace the defaults."""
    own = own_keys.get(action.id)
    if own is None:
        return action.keys
    return tuple(key.strip() for key in own.split(",") if key.strip())


def is_offered(action: Action, own_keys: Mapping[str, str]) -> bool:
    """Return whether to list an action: not if it starts a sequence and has no key."""
    return action.id not in SECOND_KEYS or bool(action_keys(action, own_keys))


def key_labels(action: Action, own_keys: Mapping[str, str], most: int | None = None) -> str:
    """Return the keys of an action for display, sequences last."""
    single = format_keys(action_keys(action, own_keys)[:most])
    double = [
        format_sequence(first[0], second.key)
        for id_, seconds in SECOND_KEYS.items()
        if (first := action_keys(ACTIONS_BY_ID[id_], own_keys))
        for second in seconds
        if second.action == action.id
    ]
    return ", ".join(filter(None, (single, *double)))


def find_key_clashes(own_keys: Mapping[str, str], known: Iterable[str] = ()) -> list[str]:
    """Return the errors of a key map, one sentence each; `known` are IDs of added actions."""
    unknown = own_keys.keys() - ACTIONS_BY_ID.keys() - set(known)
    found = [f"There is no action {name!r}." for name in unknown]
    for place in ACTION_PLACES:
        holders: dict[str, str] = {}
        for action in actions_at_place(place):
            for key in action_keys(action, own_keys):
                holder = holders.setdefault(key, action.id)
                if holder != action.id and action.id not in SHADOWED_ACTIONS.get(holder, ()):
                    found.append(f"The key {format_key(key)} is used by {holder} and {action.id}.")
    return list(dict.fromkeys(found))


# Added actions: the user's own commands, and the actions of extensions. They work everywhere except
# in dialogs, and never replace a name or key.


class AddedActions(NamedTuple):
    """Added actions, with those of their keys that are not in use."""

    actions: tuple[Action, ...]
    problems: tuple[str, ...]  # one sentence for each name or key that is in use


def add_actions(actions: Iterable[Action], own_keys: Mapping[str, str]) -> AddedActions:
    """Return actions with the keys that no other action uses in the same places."""
    contexts = {name for around in ACTION_PLACES.values() if "app" in around for name in around}
    holders = {
        key: action.id
        for action in reversed(ACTIONS)  # so that the first action with a key is reported
        if action.context in contexts
        for key in action_keys(action, own_keys)
    }
    names, added, problems = set(ACTIONS_BY_ID), [], []
    for action in actions:
        if action.id in names:
            problems.append(f"There is another action {action.id!r}, so it is not added.")
            continue
        names.add(action.id)
        keys = []
        for key in action_keys(action, own_keys):
            name = parse_key(key)
            if name is None:
                problems.append(f"There is no key {key!r} (set for {action.id}).")
            elif (holder := holders.setdefault(name, action.id)) != action.id:
                problems.append(f"The key {format_key(name)} is used by {holder} and {action.id}.")
            else:
                keys.append(name)
        added.append(action._replace(keys=tuple(keys), context="app"))
    return AddedActions(tuple(added), tuple(problems))


def command_actions(commands: Iterable[OwnCommand]) -> Iterator[Action]:
    """Yield the user's own commands as actions."""
    for command in commands:
        title = command.title or command.name.replace("-", " ").capitalize()
        when = f" Also runs after: {command.after}." if command.after else ""
        keys = tuple(_split_keys(command.key))
        about = f"Run your own command {command.run[0]}.{when}"
        yield Action(command.name, title, keys, help=about, also="own command")


def extension_actions() -> Iterator[tuple[Extension, ExtensionAction, Action]]:
    """Import the extensions with actions, and yield the actions that work."""
    from notekeep.extend import check_action

    for extension, found in extensions.load_working(extensions.ACTIONS, check_action):
        keys = tuple(_split_keys(found.key or ""))
        about = f"Added by {extension.package} {extension.version}."
        yield extension, found, Action(found.id, found.title, keys, help=about, also="extension")


# Key maps for Vim and Emacs; the user's own keys override them. A key map is a TOML file of action
# IDs and keys that contains only the differences from the defaults. Letters stay the same where
# possible, so that help, manual and footer stay correct.

DEFAULT = "default"
FOLDER = Path(__file__).parent / "keymaps"


@cache
def keymaps() -> tuple[str, ...]:
    """Return the names of the built-in key maps."""
    return (DEFAULT, *sorted(path.stem for path in FOLDER.glob("*.toml")))


def keymap(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a key map with the user's own keys, under Textual's names.

    If the map is unknown, the default is used. Unknown keys are ignored; an action with only
    unknown keys keeps its default keys. An empty string unbinds an action.
    """
    keys_by_action: dict[str, str] = {}
    if name not in ("", DEFAULT) and name in keymaps():
        keys_by_action = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    for action, keys in own.items():
        known = [key for key in map(parse_key, _split_keys(keys)) if key is not None]
        if known or not keys.strip() or action not in ACTIONS_BY_ID:
            keys_by_action[action] = ",".join(dict.fromkeys(known))
    return keys_by_action


def wrong_keys(name: str, own: Mapping[str, str], known: Iterable[str] = ()) -> list[str]:
    """Return the errors of the arguments of `keymap`, one sentence each.

    `known` are the IDs of added actions; see `add_actions`.
    """
    found = []
    if name and name not in keymaps():
        found.append(f"There is no key map {name!r}. Use {', '.join(keymaps())}.")
    for action, keys in own.items():
        found += [
            f"There is no key {key!r} (set for {action})."
            for key in _split_keys(keys)
            if parse_key(key) is None
        ]
    return [*found, *find_key_clashes(keymap(name, own), known)]


def _split_keys(keys: str) -> list[str]:
    """Split keys at commas; a comma alone is a key."""
    if keys.strip() == ",":
        return [","]
    return [key.strip() for key in keys.split(",") if key.strip()]

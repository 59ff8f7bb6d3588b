"""The one registry of what a person can do in the interface.

Key bindings, the footer, the palette, the help pages and `notekeep keys` are all made from it, so
that they cannot disagree. Nothing here imports Textual: the command line reads it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.actions.action import Action
from notekeep.tui.actions.browse import BROWSE
from notekeep.tui.actions.edit import EDIT
from notekeep.tui.actions.everywhere import EVERYWHERE
from notekeep.tui.actions.grid import GRID
from notekeep.tui.actions.habits import HABITS
from notekeep.tui.actions.over import OVER
from notekeep.tui.actions.preview import PREVIEW
from notekeep.tui.actions.publish import PUBLISHING
from notekeep.tui.actions.reach import REACH
from notekeep.tui.actions.sequences import AFTER, GO_KEYS, sequence_name
from notekeep.tui.actions.spelling import key_name, key_names
from notekeep.tui.actions.today import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "ACTIONS",
    "AFTER",
    "BY_ID",
    "CONTEXTS",
    "GO_KEYS",
    "PLACES",
    "SHADOWED",
    "Action",
    "at_place",
    "clashes",
    "is_offered",
    "keys_of",
    "names_of",
    "of_context",
    "sequences_of",
]

CONTEXTS: dict[str, str] = {
    "app": "Everywhere",
    "lines": "Lists and pages",
    "browse": "Browse",
    "list": "List of notes",
    "grid": "Grid of notes",
    "rows": "List and grid",
    "preview": "Preview",
    "sidebar": "Sidebar",
    "search": "Search box",
    "edit": "Editor",
    "find": "Finding in the editor",
    "today": "Today",
    "habits": "Habits",
    "habit-detail": "Detail of a habit",
    "publish": "Publish",
    "history": "History of a note",
    "steps": "Steps",
    "conflicts": "Conflicts",
    "form": "Fields of a note",
    "unsaved": "Unsaved text",
    "tasks": "Tasks",
    "task-filter": "Filter of tasks",
    "over": "Lists with a text beside them",
    "switcher": "Quick switch and palette",
    "new-note": "New note",
    "capture": "Write down",
    "picture": "A picture",
    "help": "Help",
    "dialog": "Dialogs",
    "cell": "A cell of the grid",
    "cell-stars": "A rating",
    "cell-date": "A calendar",
    "cell-list": "A list in a cell",
    "plan": "What a verb would do",
}
"""Where actions work, and what help calls the place."""

PLACES: dict[str, tuple[str, ...]] = {
    "list": ("list", "rows", "lines", "browse", "app"),
    "grid": ("grid", "rows", "lines", "browse", "app"),
    "preview": ("preview", "lines", "browse", "app"),
    "sidebar": ("sidebar", "lines", "browse", "app"),
    "search": ("search", "browse", "app"),
    "edit": ("edit", "app"),
    "find": ("find", "app"),
    "today": ("today", "lines", "app"),
    "habits": ("habits", "lines", "app"),
    "habit-detail": ("habit-detail", "lines", "app"),
    "publish": ("publish", "lines", "app"),
    "history": ("history", "over", "lines", "app"),
    "steps": ("steps", "over", "lines", "app"),
    "conflicts": ("conflicts", "over", "lines", "app"),
    "form": ("form", "lines"),
    "unsaved": ("unsaved", "lines", "dialog"),
    "tasks": ("tasks", "lines", "app"),
    "task-filter": ("task-filter", "app"),
    "switcher": ("switcher",),
    "new-note": ("new-note", "dialog"),
    "capture": ("capture", "dialog"),
    "picture": ("picture", "dialog"),
    "help": ("help", "lines", "dialog"),
    "dialog": ("dialog",),
    "cell": ("cell",),
    "cell-stars": ("cell-stars", "cell"),
    "cell-date": ("cell-date", "cell"),
    "cell-list": ("cell-list", "cell"),
    "plan": ("plan", "lines"),
}
"""For each place the focus can be, the contexts whose keys work there, nearest first."""

ACTIONS: tuple[Action, ...] = (
    *BROWSE,
    *PREVIEW,
    *GRID,
    *EDIT,
    *TODAY,
    *HABITS,
    *PUBLISHING,
    *OVER,
    *REACH,
    *EVERYWHERE,
)
"""Every action; the order within a context is that of the footer and of help."""

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}

SHADOWED: dict[str, tuple[str, ...]] = {
    "habit-note": ("new-note",),
    "clear-search": ("back",),
    "explain": ("help",),
    "next-offer": ("capture",),
    "undo-typing": ("suspend", "undo"),
    "redo-typing": ("redo",),
    "find-previous": ("redo",),
    "sort-column": ("sort",),
}
"""Actions that take over keys of wider ones, in some map and on purpose: what they do is nearer."""


def of_context(context: str) -> Iterator[Action]:
    """Yield the actions of one context, in their order."""
    return (action for action in ACTIONS if action.context == context)


def at_place(place: str) -> Iterator[Action]:
    """Yield every action that works at a place, nearest context first."""
    for context in PLACES[place]:
        yield from of_context(context)


def keys_of(action: Action, own_keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that an action has for a person.

    Args:
        action: The action.
        own_keys: Action ids and the keys they are given, separated by commas; "" for none.
    """
    own = own_keys.get(action.id)
    if own is None:
        return action.keys
    return tuple(key.strip() for key in own.split(",") if key.strip())


def is_offered(action: Action, own_keys: Mapping[str, str]) -> bool:
    """Tell whether an action makes sense for a person: not what waits after a key they have not."""
    return action.id not in AFTER or bool(keys_of(action, own_keys))


def names_of(action: Action, own_keys: Mapping[str, str], most: int | None = None) -> str:
    """Return the keys of an action as a person reads them, those that are two in a row last.

    Args:
        action: The action.
        own_keys: See `keys_of`.
        most: How many of one key are named at most.
    """
    single = key_names(keys_of(action, own_keys)[:most])
    return ", ".join(filter(None, (single, *sequences_of(action, own_keys))))


def sequences_of(action: Action, own_keys: Mapping[str, str]) -> list[str]:
    """Return the keys of an action that are two in a row, as a person reads them: "gs".

    Args:
        action: The action.
        own_keys: See `keys_of`.
    """
    return [
        sequence_name(first[0], second.key)
        for id_, seconds in AFTER.items()
        if (first := keys_of(BY_ID[id_], own_keys))
        for second in seconds
        if second.action == action.id
    ]


def clashes(own_keys: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a person's key map, one sentence each.

    Args:
        own_keys: Action ids and the keys they are given, separated by commas.
    """
    found = [
        f"There is no action {name!r} to give keys to." for name in own_keys.keys() - BY_ID.keys()
    ]
    for contexts in PLACES.values():
        taken: dict[str, str] = {}
        for action in (action for context in contexts for action in of_context(context)):
            for key in keys_of(action, own_keys):
                holder = taken.setdefault(key, action.id)
                if holder != action.id and action.id not in SHADOWED.get(holder, ()):
                    found.append(
                        f"The key {key_name(key)} is that of {holder}, and of {action.id}."
                    )
    return list(dict.fromkeys(found))

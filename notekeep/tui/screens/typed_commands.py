"""Commands typed into the palette, as on the command line: `tag +read`, `habit meditate 12 min`.

Only what makes sense over a screen is read here: a verb that changes notes is about the note under
the cursor, or about those that are marked.
"""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from notekeep.dates import try_parse_day
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.dialogs.add_habit import ask_for_habit
from notekeep.tui.messages import CreateNote, OpenNote, ShowQuery
from notekeep.tui.notifications import notify_check_in, notify_done
from notekeep.tui.render.formatting import plural
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.vault_screen import program
from notekeep.tui.screens.welcome import list_known_vaults, switch_vault
from notekeep.tui.workers import WRITE_GROUP, in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.notes.plan import WriteResult
    from notekeep.tui.screens.vault_screen import VaultScreen


class TypedCommand(NamedTuple):
    """A command that was typed whole: what it will do, and what does it."""

    title: str
    run: Callable[[], object]


class TypedVerb(NamedTuple):
    """A verb that may be typed: how, what it does, and what reads what stands after it."""

    usage: str
    about: str
    read: Callable[[VaultScreen, str], TypedCommand | None]


def parse_typed_command(screen: VaultScreen, text: str) -> TypedCommand | str | None:
    """Parse what was typed on a screen.

    Returns:
        The command; why it is none, where it begins like one; or None, also for half a command.
    """
    name, _, rest = text.strip().lstrip(":").strip().partition(" ")
    if screen.vault.person.keymap == VIM_KEYMAP:
        if not rest and name in VIM_COMMANDS:
            title, method = VIM_COMMANDS[name]
            return TypedCommand(title, partial(screen.app.run_action, method))
        name = VIM_VERBS.get(name, name)
    verb = VERBS.get(name)
    if verb is None or not rest.strip():
        return None
    try:
        return verb.read(screen, rest.strip())
    except NotekeepError as error:
        return f"{error.message}; {error.hint}" if error.hint else error.message


def match_verbs(text: str) -> list[TypedVerb]:
    """Return the verbs that what was typed is the beginning of."""
    name = text.strip().lstrip(":").strip().partition(" ")[0]
    return [verb for key, verb in VERBS.items() if name and key.startswith(name)]


# Notes.


def _notes(screen: VaultScreen) -> list[str]:
    return screen.chosen_notes() if isinstance(screen, BrowseScreen) else []


def _describe(screen: VaultScreen, paths: Sequence[str]) -> str:
    row = screen.vault.catalog.row(paths[0]) if len(paths) == 1 else None
    return clean_line(row.title) if row is not None else plural(len(paths), "note")


def _write(screen: VaultScreen, text: str, what: Callable[[], WriteResult]) -> None:
    in_background(screen, what, partial(notify_done, screen, text), group=WRITE_GROUP)


def _tag(screen: VaultScreen, rest: str) -> TypedCommand | None:
    words, paths = rest.split(), _notes(screen)
    if not paths or not all(word[0] in "+-" and len(word) > 1 for word in words):
        return None
    add = [word[1:].lstrip("#") for word in words if word[0] == "+"]
    remove = [word[1:].lstrip("#") for word in words if word[0] == "-"]
    name = _describe(screen, paths)
    run = partial(
        _write, screen, f"Tagged {name}", lambda: screen.vault.notes.tag(paths, add, remove)
    )
    return TypedCommand(f"Tag {name}: {' '.join(words)}", run)


def _set(screen: VaultScreen, rest: str) -> TypedCommand | None:
    try:
        words = shlex.split(rest)
    except ValueError:
        return None
    paths = _notes(screen)
    if not paths or not all("=" in word[1:] for word in words):
        return None
    name = _describe(screen, paths)
    run = partial(
        _write,
        screen,
        f"Wrote {' '.join(words)}",
        lambda: screen.vault.notes.set_fields(paths, words),
    )
    return TypedCommand(f"Set fields of {name}: {' '.join(words)}", run)


def _rename(screen: VaultScreen, rest: str) -> TypedCommand | None:
    paths = _notes(screen)
    if len(paths) != 1:
        return None
    run = partial(
        _write, screen, f"Renamed to {rest}", lambda: screen.vault.notes.rename(paths[0], rest)
    )
    return TypedCommand(f"Rename {_describe(screen, paths)} to {rest}", run)


def _move(screen: VaultScreen, rest: str) -> TypedCommand | None:
    paths = _notes(screen)
    if not paths:
        return None

    def move() -> WriteResult:
        if len(paths) == 1:
            return screen.vault.notes.move(paths[0], rest)
        return screen.vault.notes.apply(screen.vault.notes.plan_moves(paths, rest))

    run = partial(_write, screen, f"Moved to {rest}", move)
    return TypedCommand(f"Move {_describe(screen, paths)} to {rest}", run)


def _new(screen: VaultScreen, rest: str) -> TypedCommand | None:
    kind, _, title = rest.partition(" ")
    if kind not in screen.vault.schema.kinds or not title.strip():
        return None
    run = partial(screen.post_message, CreateNote(title.strip(), kind))
    return TypedCommand(f"New {kind}: {title.strip()}", run)


def _add(screen: VaultScreen, rest: str) -> TypedCommand | None:
    run = partial(_write, screen, "Kept in today's note", lambda: screen.vault.notes.add(rest))
    return TypedCommand(f"Write into today's note: {rest}", run)


def _open(screen: VaultScreen, rest: str) -> TypedCommand | None:
    row = screen.vault.search.resolve(rest)
    return TypedCommand(
        f"Open {row.title}", partial(screen.post_message, OpenNote(row.path, read=True))
    )


# Lists.


def _search(screen: VaultScreen, rest: str) -> TypedCommand | None:
    return TypedCommand(f"Search for {rest}", partial(screen.post_message, ShowQuery(rest)))


def _sort(screen: VaultScreen, rest: str) -> TypedCommand | None:
    screen.vault.search.parse(f"sort:{rest}")  # says so, when there is no such field
    if " " in rest:
        return None
    if isinstance(screen, BrowseScreen):
        return TypedCommand(f"Sort by {rest}", partial(screen.sort_by, rest))
    return TypedCommand(f"Sort by {rest}", partial(screen.post_message, ShowQuery(f"sort:{rest}")))


def _saved(screen: VaultScreen, rest: str) -> TypedCommand | None:
    query = screen.vault.search.saved.get(rest)
    if query is None:
        return None
    return TypedCommand(f"{rest}: {query}", partial(screen.post_message, ShowQuery(query)))


def _tasks(screen: VaultScreen, rest: str) -> TypedCommand | None:
    screen.vault.search.parse(rest)
    return TypedCommand(f"Tasks of {rest}", partial(program(screen).show_tasks, rest))


# Habits and vaults.


def _habit(screen: VaultScreen, rest: str) -> TypedCommand | None:
    vault = screen.vault
    name, *words = rest.split()
    if name == "add":
        title = " ".join(words)
        about = f": {title}" if title else ""
        return TypedCommand(f"Add a habit{about}", partial(ask_for_habit, screen, title))
    habit = vault.habits.tracker.find(name).definition
    day = try_parse_day(words[-1], vault.today()) if words else None
    value = " ".join(words[:-1] if day is not None else words) or "done"
    when = f", {words[-1]}" if day is not None else ""
    title = f"{habit.title}: {value}{when}"

    def run() -> None:
        in_background(
            screen,
            lambda: vault.habits.check_in(habit.id, value, day),
            partial(notify_check_in, screen, title),
            group="log",
        )

    return TypedCommand(title, run)


def _vault(screen: VaultScreen, rest: str) -> TypedCommand | None:
    found = next((one for one in list_known_vaults() if one.name == rest), None)
    if found is None:
        return None
    return TypedCommand(
        f"Open the vault {rest}",
        partial(switch_vault, program(screen), found.root),
    )


VIM_KEYMAP = "vim"
"""The map of keys whose hands type these."""

_QUIT = ("Quit; nothing is ever unsaved", "quit")
VIM_COMMANDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("q", "q!", "qa", "qa!", "wq", "wqa", "x", "xa"), _QUIT),
    **dict.fromkeys(("w", "wa"), ("Nothing here is unsaved", "refresh")),
    "h": ("Help", "help"),
}
"""Commands of vim that stand alone: their titles, and the action that they are."""
VIM_VERBS = {"e": "open", "edit": "open", "b": "open", "r": "add"}

VERBS: dict[str, TypedVerb] = {
    "tag": TypedVerb("tag +this -that", "tags of the note here, or of the marked ones", _tag),
    "set": TypedVerb(
        "set rating=5 status=", "fields of the note here, or of the marked ones", _set
    ),
    "sort": TypedVerb(
        "sort -rating", "the order of the list; without the - the other way round", _sort
    ),
    "search": TypedVerb("search QUERY", "what the search box finds", _search),
    "ls": TypedVerb("ls QUERY", "the notes that a query matches", _search),
    "saved": TypedVerb("saved NAME", "a search that was saved", _saved),
    "open": TypedVerb("open NOTE", "a note by its title, alias or path", _open),
    "show": TypedVerb("show NOTE", "a note by its title, alias or path", _open),
    "new": TypedVerb("new KIND TITLE", "a new note", _new),
    "add": TypedVerb("add TEXT", "a line of today's note", _add),
    "rename": TypedVerb("rename TITLE", "another title for the note here", _rename),
    "mv": TypedVerb("mv FOLDER", "another folder for the note here, or for the marked ones", _move),
    "tasks": TypedVerb("tasks QUERY", "the tasks of some notes", _tasks),
    "habit": TypedVerb("habit NAME VALUE DAY", "a check-in; value and day may be left out", _habit),
    "vaults": TypedVerb("vaults NAME", "another vault by its name", _vault),
}

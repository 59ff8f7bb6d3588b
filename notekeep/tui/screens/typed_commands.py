"""Commands of the command line typed into the palette: `tag +read`, `habit meditate 12 min`.

Commands that change notes apply to the note at the cursor, or to the marked notes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from notekeep.dates import MAX_DAY_WORDS, try_parse_day
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.plan import WritePlan
from notekeep.tui.dialogs.habits import ask_for_habit, edit_habit
from notekeep.tui.messages import CreateNote, OpenNote, ShowOverlay, ShowQuery
from notekeep.tui.program import program
from notekeep.tui.render.formatting import plural
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.note_operations import (
    NoteOperation,
    carry_out,
    parse_tag_changes,
    plan_current_moves,
    require_current_links,
    split_field_changes,
)
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.screens.welcome import list_known_vaults, switch_vault


class TypedCommand(NamedTuple):
    """A complete command that can run."""

    title: str
    run: Callable[[], object]


class TypedVerb(NamedTuple):
    """A command that can be typed into the palette."""

    usage: str
    about: str
    parse: Callable[..., TypedCommand | None]
    """Takes the screen, the text after the verb, and the notes if it changes notes."""
    changes_notes: bool = False


def parse_typed_command(screen: VaultScreen, text: str) -> TypedCommand | str | None:
    """Return the typed command, or its error; None if it is incomplete or not a command."""
    name, _, rest = text.strip().lstrip(":").strip().partition(" ")
    if screen.vault.person.keymap == VIM_KEYMAP:
        if not rest and name in VIM_COMMANDS:
            title, method = VIM_COMMANDS[name]
            return TypedCommand(title, partial(screen.app.run_action, method))
        name = VIM_VERBS.get(name, name)
    if (verb := VERBS.get(name)) is None or not rest.strip():
        return None
    notes = screen.chosen_notes() if verb.changes_notes else []
    if verb.changes_notes and not notes:
        return None
    try:
        return verb.parse(screen, rest.strip(), *([notes] if notes else []))
    except NotekeepError as error:
        return f"{error.message} {error.hint}" if error.hint else error.message


def match_verbs(text: str, *, has_notes: bool = True) -> list[TypedVerb]:
    """Return the verbs that start with the input; without `has_notes`, none that change notes."""
    name = text.strip().lstrip(":").strip().partition(" ")[0]
    found = [verb for key, verb in VERBS.items() if name and key.startswith(name)]
    return [verb for verb in found if has_notes or not verb.changes_notes]


def _describe(screen: VaultScreen, paths: Sequence[str]) -> str:
    row = screen.vault.catalog.row(paths[0]) if len(paths) == 1 else None
    return clean_line(row.title) if row is not None else plural(len(paths), "note")


def _change(
    screen: VaultScreen, title: str, text: str, plan: Callable[[], WritePlan]
) -> TypedCommand:
    return TypedCommand(title, lambda: screen.write(lambda: screen.vault.notes.apply(plan()), text))


def _tag(screen: VaultScreen, rest: str, paths: list[str]) -> TypedCommand | None:
    if not all(word[0] in "+-" and len(word) > 1 for word in rest.split()):
        return None
    name = _describe(screen, paths)
    plan = partial(screen.vault.notes.plan_tag, paths, *parse_tag_changes(rest))
    is_one = len(paths) == 1
    step = NoteOperation(
        paths, f"Tag {name}: {rest}", lambda count: f"Tagged {name if is_one else count}"
    )
    return TypedCommand(step.title, partial(carry_out, screen, step, plan))


def _set(screen: VaultScreen, rest: str, paths: list[str]) -> TypedCommand | None:
    changes = split_field_changes(rest)
    if not all("=" in change[1:] for change in changes):
        return None
    words = " ".join(changes)
    title = f"Set fields of {_describe(screen, paths)}: {words}"
    step = NoteOperation(paths, title, lambda _: f"Wrote {words}")
    plan = partial(screen.vault.notes.plan_set, paths, changes)
    return TypedCommand(title, partial(carry_out, screen, step, plan))


def _rename(screen: VaultScreen, rest: str, paths: list[str]) -> TypedCommand | None:
    if len(paths) != 1:
        return None
    title = f"Rename {_describe(screen, paths)} to {rest}"

    def plan() -> WritePlan:
        require_current_links(screen)
        return screen.vault.notes.plan_rename(paths[0], rest)

    return _change(screen, title, f"Renamed to {rest}", plan)


def _move(screen: VaultScreen, rest: str, paths: list[str]) -> TypedCommand | None:
    title = f"Move {_describe(screen, paths)} to {rest}"
    step = NoteOperation(paths, title, lambda _: f"Moved to {rest}")
    plan = partial(plan_current_moves, screen, paths, rest)
    return TypedCommand(title, partial(carry_out, screen, step, plan))


def _new(screen: VaultScreen, rest: str) -> TypedCommand | None:
    kind, _, title = rest.partition(" ")
    if kind not in screen.vault.schema.kinds or not title.strip():
        return None
    run = partial(screen.post_message, CreateNote(title.strip(), kind))
    return TypedCommand(f"New {kind}: {title.strip()}", run)


def _add(screen: VaultScreen, rest: str) -> TypedCommand | None:
    title, plan = f"Add to today's note: {rest}", partial(screen.vault.notes.plan_add, rest)
    return _change(screen, title, "Added to today's note", plan)


def _open(screen: VaultScreen, rest: str) -> TypedCommand | None:
    row = screen.vault.workspace.resolve(rest)
    run = partial(screen.post_message, OpenNote(row.path, read=True))
    return TypedCommand(f"Open {row.title}", run)


def _search(screen: VaultScreen, rest: str) -> TypedCommand | None:
    return TypedCommand(f"Search for {rest}", partial(screen.post_message, ShowQuery(rest)))


def _sort(screen: VaultScreen, rest: str) -> TypedCommand | None:
    screen.vault.search.parse(f"sort:{rest}")  # raises if there is no such field
    if " " in rest:
        return None
    if isinstance(screen, BrowseScreen):
        return TypedCommand(f"Sort by {rest}", partial(screen.sort_by, rest))
    return TypedCommand(f"Sort by {rest}", partial(screen.post_message, ShowQuery(f"sort:{rest}")))


def _saved(screen: VaultScreen, rest: str) -> TypedCommand | None:
    if (query := screen.vault.search.saved.get(rest)) is None:
        return None
    return TypedCommand(f"{rest}: {query}", partial(screen.post_message, ShowQuery(query)))


def _tasks(screen: VaultScreen, rest: str) -> TypedCommand | None:
    screen.vault.search.parse(rest)
    return TypedCommand(
        f"Tasks of {rest}", partial(screen.post_message, ShowOverlay("tasks", rest))
    )


def _habit(screen: VaultScreen, rest: str) -> TypedCommand | None:
    vault = screen.vault
    name, *words = rest.split()
    if name == "add":
        title = " ".join(words)
        about = f": {title}" if title else ""
        return TypedCommand(f"Add a habit{about}", partial(ask_for_habit, screen, title))
    if name == "edit":
        habit = vault.habits.find(" ".join(words)).definition
        return TypedCommand(f"Edit the habit {habit.title}", partial(edit_habit, screen, habit.id))
    habit = vault.habits.find(name).definition
    day, when = None, ""
    for count in range(min(MAX_DAY_WORDS, len(words)), 0, -1):
        ending = " ".join(words[-count:])
        is_amount = len(words) == 1 and ending.isdigit()
        if not is_amount and (day := try_parse_day(ending, vault.today())) is not None:
            words, when = words[:-count], f", {ending}"
            break
    value = " ".join(words) or "done"
    title = f"{habit.title}: {value}{when}"
    check_in = partial(vault.habits.check_in, habit.id, value, day)
    return TypedCommand(title, partial(screen.check_in, check_in, f"Checked in: {title}"))


def _vault(screen: VaultScreen, rest: str) -> TypedCommand | None:
    found = next((vault for vault in list_known_vaults() if vault.name == rest), None)
    if found is None:
        return None
    switch = partial(switch_vault, program(screen), found.root)
    return TypedCommand(f"Open the vault {rest}", switch)


VIM_KEYMAP = "vim"  # the key map with these commands

_QUIT = ("Quit. Everything is saved", "quit")
VIM_COMMANDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("q", "q!", "qa", "qa!", "wq", "wqa", "x", "xa"), _QUIT),
    **dict.fromkeys(("w", "wa"), ("Everything is saved", "refresh")),
    "h": ("Help", "help"),
}
"""Vim commands without arguments: title and action."""
VIM_VERBS = {"e": "open", "edit": "open", "b": "open", "r": "add"}

VERBS: dict[str, TypedVerb] = {
    "tag": TypedVerb(
        "tag +add -remove", "change tags of this note or the marked notes", _tag, changes_notes=True
    ),
    "set": TypedVerb(
        "set rating=5 status=",
        "set fields of this note or the marked notes",
        _set,
        changes_notes=True,
    ),
    "sort": TypedVerb("sort -rating", "sort the list; - for descending", _sort),
    "search": TypedVerb("search QUERY", "search", _search),
    "ls": TypedVerb("ls QUERY", "list notes", _search),
    "saved": TypedVerb("saved NAME", "open a saved search", _saved),
    "open": TypedVerb("open NOTE", "open a note by title, alias or path", _open),
    "show": TypedVerb("show NOTE", "open a note by title, alias or path", _open),
    "new": TypedVerb("new KIND TITLE", "create a note", _new),
    "add": TypedVerb("add TEXT", "add a line to today's note", _add),
    "rename": TypedVerb("rename TITLE", "rename this note", _rename, changes_notes=True),
    "mv": TypedVerb("mv FOLDER", "move this note or the marked notes", _move, changes_notes=True),
    "tasks": TypedVerb("tasks QUERY", "list tasks", _tasks),
    "habit": TypedVerb("habit NAME VALUE DAY", "check in; value and day are optional", _habit),
    "vaults": TypedVerb("vaults NAME", "open a vault by name", _vault),
}

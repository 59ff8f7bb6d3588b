"""Commands typed into the palette, as on the command line: `tag +read`, `habit meditate 12 min`.

Only what makes sense over a screen is read here: a verb that changes notes is about the note under
the cursor, or about those that are marked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean_line
from notekeep.tui.jobs import in_background
from notekeep.tui.messages import CreateNote, OpenNote, ShowQuery
from notekeep.tui.render.words import plural
from notekeep.tui.screens.beside import Beside
from notekeep.tui.telling import tell_check_in, tell_done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.tui.reaching import Reaching
    from notekeep.tui.screens.base import VaultScreen
    from notekeep.writing.plan import Done


class Command(NamedTuple):
    """A command that was typed whole.

    Attributes:
        title: What it will do.
        run: Does it.
    """

    title: str
    run: Callable[[], object]


class Verb(NamedTuple):
    """A verb that may be typed: how, what it does, and what reads what stands after it."""

    usage: str
    about: str
    read: Callable[[VaultScreen, str], Command | None]


def typed_command(screen: VaultScreen, text: str) -> Command | None:
    """Read a command; None when it is none, or not a whole one.

    Args:
        screen: Where it was typed.
        text: What was typed.
    """
    read = _read(screen, text)
    return read if isinstance(read, Command) else None


def why_none(screen: VaultScreen, text: str) -> str:
    """Return why what was typed is no command, where it begins like one; else "".

    Args:
        screen: Where it was typed.
        text: What was typed.
    """
    read = _read(screen, text)
    return read if isinstance(read, str) else ""


def _read(screen: VaultScreen, text: str) -> Command | str | None:
    name, _, rest = text.strip().lstrip(":").strip().partition(" ")
    if screen.vault.person.keymap == VIM:
        if not rest and name in VIM_ALONE:
            title, method = VIM_ALONE[name]
            return Command(title, partial(screen.app.run_action, method))
        name = VIM_VERBS.get(name, name)
    verb = VERBS.get(name)
    if verb is None or not rest.strip():
        return None
    try:
        return verb.read(screen, rest.strip())
    except NotekeepError as error:
        return f"{error.message}; {error.hint}" if error.hint else error.message


def verbs_begun(text: str) -> list[Verb]:
    """Return the verbs that what was typed is the beginning of."""
    name = text.strip().lstrip(":").strip().partition(" ")[0]
    return [verb for key, verb in VERBS.items() if name and key.startswith(name)]


# Notes.


def _notes(screen: VaultScreen) -> list[str]:
    return list(screen.chosen_notes()) if isinstance(screen, Beside) else []


def _called(screen: VaultScreen, paths: Sequence[str]) -> str:
    row = screen.vault.catalog.row(paths[0]) if len(paths) == 1 else None
    return clean_line(row.title) if row is not None else plural(len(paths), "note")


def _write(screen: VaultScreen, text: str, what: Callable[[], Done]) -> None:
    in_background(screen, what, partial(tell_done, screen, text), group="write")


def _tag(screen: VaultScreen, rest: str) -> Command | None:
    words, paths = rest.split(), _notes(screen)
    if not paths or not all(word[0] in "+-" and len(word) > 1 for word in words):
        return None
    add = [word[1:].lstrip("#") for word in words if word[0] == "+"]
    remove = [word[1:].lstrip("#") for word in words if word[0] == "-"]
    name = _called(screen, paths)
    run = partial(_write, screen, f"Tagged {name}", lambda: screen.vault.tag(paths, add, remove))
    return Command(f"Tag {name}: {' '.join(words)}", run)


def _set(screen: VaultScreen, rest: str) -> Command | None:
    from shlex import split

    try:
        words = split(rest)
    except ValueError:
        return None
    paths = _notes(screen)
    if not paths or not all("=" in word[1:] for word in words):
        return None
    name = _called(screen, paths)
    run = partial(
        _write, screen, f"Wrote {' '.join(words)}", lambda: screen.vault.set_fields(paths, words)
    )
    return Command(f"Set fields of {name}: {' '.join(words)}", run)


def _rename(screen: VaultScreen, rest: str) -> Command | None:
    paths = _notes(screen)
    if len(paths) != 1:
        return None
    run = partial(_write, screen, f"Renamed to {rest}", lambda: screen.vault.rename(paths[0], rest))
    return Command(f"Rename {_called(screen, paths)} to {rest}", run)


def _move(screen: VaultScreen, rest: str) -> Command | None:
    paths = _notes(screen)
    if not paths:
        return None

    def move() -> Done:
        if len(paths) == 1:
            return screen.vault.move(paths[0], rest)
        return screen.vault.carry_out(screen.vault.plan.move_all(paths, rest))

    run = partial(_write, screen, f"Moved to {rest}", move)
    return Command(f"Move {_called(screen, paths)} to {rest}", run)


def _new(screen: VaultScreen, rest: str) -> Command | None:
    kind, _, title = rest.partition(" ")
    if kind not in screen.vault.schema.kinds or not title.strip():
        return None
    run = partial(screen.post_message, CreateNote(title.strip(), kind))
    return Command(f"New {kind}: {title.strip()}", run)


def _add(screen: VaultScreen, rest: str) -> Command | None:
    run = partial(_write, screen, "Kept in today's note", lambda: screen.vault.add(rest))
    return Command(f"Write into today's note: {rest}", run)


def _open(screen: VaultScreen, rest: str) -> Command | None:
    row = screen.vault.resolve(rest)
    return Command(f"Open {row.title}", partial(screen.post_message, OpenNote(row.path, read=True)))


# Lists.


def _search(screen: VaultScreen, rest: str) -> Command | None:
    return Command(f"Search for {rest}", partial(screen.post_message, ShowQuery(rest)))


def _sort(screen: VaultScreen, rest: str) -> Command | None:
    screen.vault.query(f"sort:{rest}")  # says so, when there is no such field
    if " " in rest:
        return None
    if isinstance(screen, Beside):
        return Command(f"Sort by {rest}", partial(screen.sort_by, rest))
    return Command(f"Sort by {rest}", partial(screen.post_message, ShowQuery(f"sort:{rest}")))


def _saved(screen: VaultScreen, rest: str) -> Command | None:
    query = screen.vault.saved.get(rest)
    if query is None:
        return None
    return Command(f"{rest}: {query}", partial(screen.post_message, ShowQuery(query)))


def _tasks(screen: VaultScreen, rest: str) -> Command | None:
    screen.vault.query(rest)
    app = cast("Reaching", screen.app)
    return Command(f"Tasks of {rest}", partial(app.show_tasks, rest))


# Habits and vaults.


def _habit(screen: VaultScreen, rest: str) -> Command | None:
    from notekeep.dates import find_day

    vault = screen.vault
    name, *words = rest.split()
    if name == "add":
        from notekeep.tui.screens.add_habit import ask_for_habit

        title = " ".join(words)
        about = f": {title}" if title else ""
        return Command(f"Add a habit{about}", partial(ask_for_habit, screen, title))
    habit = vault.habit_index.find(name).definition
    day = find_day(words[-1], vault.today()) if words else None
    value = " ".join(words[:-1] if day is not None else words) or "done"
    when = f", {words[-1]}" if day is not None else ""
    said = f"{habit.title}: {value}{when}"

    def run() -> None:
        in_background(
            screen,
            lambda: vault.log(habit.id, value, day),
            partial(tell_check_in, screen, said),
            group="log",
        )

    return Command(said, run)


def _vault(screen: VaultScreen, rest: str) -> Command | None:
    from notekeep.tui.screens.vaults import known_vaults, open_vault

    found = next((one for one in known_vaults() if one.name == rest), None)
    if found is None:
        return None
    return Command(
        f"Open the vault {rest}", partial(open_vault, cast("Reaching", screen.app), found.root)
    )


VIM = "vim"
"""The map of keys whose hands type these."""

_QUIT = ("Quit; nothing is ever unsaved", "quit")
VIM_ALONE: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("q", "q!", "qa", "qa!", "wq", "wqa", "x", "xa"), _QUIT),
    **dict.fromkeys(("w", "wa"), ("Nothing here is unsaved", "refresh")),
    "h": ("Help", "help"),
}
"""Commands of vim that stand alone: what is said of them, and the action that they are."""
VIM_VERBS = {"e": "open", "edit": "open", "b": "open", "r": "add"}

VERBS: dict[str, Verb] = {
    "tag": Verb("tag +this -that", "tags of the note here, or of the marked ones", _tag),
    "set": Verb("set rating=5 status=", "fields of the note here, or of the marked ones", _set),
    "sort": Verb("sort -rating", "the order of the list; without the - the other way round", _sort),
    "search": Verb("search QUERY", "what the search box finds", _search),
    "ls": Verb("ls QUERY", "the notes that a query matches", _search),
    "saved": Verb("saved NAME", "a search that was saved", _saved),
    "open": Verb("open NOTE", "a note by its title, alias or path", _open),
    "show": Verb("show NOTE", "a note by its title, alias or path", _open),
    "new": Verb("new KIND TITLE", "a new note", _new),
    "add": Verb("add TEXT", "a line of today's note", _add),
    "rename": Verb("rename TITLE", "another title for the note here", _rename),
    "mv": Verb("mv FOLDER", "another folder for the note here, or for the marked ones", _move),
    "tasks": Verb("tasks QUERY", "the tasks of some notes", _tasks),
    "habit": Verb("habit NAME VALUE DAY", "a check-in; value and day may be left out", _habit),
    "vaults": Verb("vaults NAME", "another vault by its name", _vault),
}

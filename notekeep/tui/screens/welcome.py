"""Welcome: choose the first vault, or open another vault."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Center, Middle

from notekeep import config
from notekeep.errors import NotekeepError
from notekeep.services import demo
from notekeep.tui import location as places
from notekeep.tui.dialogs.dialog import (
    Choice,
    Option,
    OptionRows,
    Prompt,
    TextLines,
    ask,
    hints,
    open_dialog,
)
from notekeep.tui.keyboard import bindings
from notekeep.tui.program import program
from notekeep.tui.render import glyphs as glyph_sets
from notekeep.tui.render.formatting import shorten_home
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.theme import THEMES, choose_theme_name
from notekeep.tui.workers import in_background, show_error

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from notekeep.tui.widgets.line_view import ListView


NEW_FOLDER = os.path.join("~", "notes")
CHOICE_HEIGHT = 3  # lines of a choice: title, description and a blank line
ROOMY_LINES, FULL_LINES = 15, 8
"""The minimum terminal rows to show descriptions, and to show the heading."""
HEADING: StyledLine = [
    Piece("notekeep", "title"),
    Piece("\n"),
    Piece("Notes, habits and drafts in one folder of plain Markdown.", "muted"),
]

WELCOME_CHOICES = (
    Option("Create a vault", f"a new folder for Markdown files, e.g. {NEW_FOLDER}", "c"),
    Option("Open a folder", "existing Markdown files or an Obsidian vault; not changed", "o"),
    Option("Try the sample", "a small vault in a temporary folder", "s"),
)
"""The choices; the value of each is its key."""


class _WelcomeChoices(OptionRows):
    row_height = CHOICE_HEIGHT

    def fit(self, height: int) -> None:
        self.row_height = CHOICE_HEIGHT if height >= ROOMY_LINES else 1
        self.styles.height = self.row_height * len(WELCOME_CHOICES) + 1  # including the key hints
        self.rows_changed(self.cursor)

    def choose(self, row: int) -> None:
        self.post_message(self.Selected(self, row))

    def on_key(self, event: events.Key) -> None:
        keys = [choice.value for choice in WELCOME_CHOICES]
        if event.key == "enter":
            self.choose(self.cursor)
        elif event.key in keys:
            self.choose(keys.index(event.key))

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        del width
        choice = WELCOME_CHOICES[row]
        bar = Piece(self.glyphs.cursor if row == self.cursor else " ", "cursor-bar")
        title = [bar, Piece(f"  {choice.value}  ", "key"), Piece(choice.title, "title")]
        return [title, [bar, Piece(f"     {choice.about}", "muted")], []][: self.row_height]

    def _line_role(self, index: int) -> str:
        is_gap = self.row_height == CHOICE_HEIGHT and index % CHOICE_HEIGHT == CHOICE_HEIGHT - 1
        return "" if is_gap else super()._line_role(index)


class WelcomeApp(App[str | None]):
    """Asks for a vault; the result is its folder, or None."""

    TITLE = "notekeep"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings("dialog")
    CSS = """
    Screen { background: $background; }
    Center { height: auto; }
    TextLines { width: 72; max-width: 100%; margin-bottom: 1; }
    _WelcomeChoices {
        width: 76; max-width: 100%; overflow-y: hidden; scrollbar-gutter: auto;
        border-bottom: blank; border-subtitle-align: left; border-subtitle-color: $text-muted;
        border-subtitle-background: $background;
    }
    .-low Center TextLines { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        themes, no_colour = self.available_themes, self.no_color
        self.theme = choose_theme_name("", themes, os.environ, no_colour=no_colour)
        self.glyphs = glyph_sets.choose_glyphs("", os.environ)

    def compose(self) -> ComposeResult:
        with Middle(), Center():
            yield TextLines(HEADING)
            choices = _WelcomeChoices(WELCOME_CHOICES)
            choices.border_subtitle = hints(("enter", "choose"), ("esc", "quit"), of="app")
            yield choices

    def on_mount(self) -> None:
        self.query_one(_WelcomeChoices).focus()

    def on_resize(self, event: events.Resize) -> None:
        height = event.size.height
        self.set_class(height < FULL_LINES, "-low")
        for choices in self.query(_WelcomeChoices):
            choices.fit(height)

    def action_dismiss(self) -> None:
        self.exit(None)

    def action_press_key(self, key: str) -> None:
        self.simulate_key(key)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        key = WELCOME_CHOICES[event.row].value
        if key == "s":
            self._open_sample()
        elif key == "c":
            hint = "The folder is created if it does not exist."
            prompt = Prompt("Create a vault", value=NEW_FOLDER, hint=hint)
            open_dialog(self, prompt, partial(_prepare, is_new=True), self.exit)
        else:
            hint = "notekeep uses it without changes."
            prompt = Prompt("Open a folder", value=os.getcwd(), hint=hint)
            open_dialog(self, prompt, _prepare, self.exit)

    def _open_sample(self) -> None:
        try:
            root = demo.copy_sample_vault(config.current_time().date())
        except (NotekeepError, OSError) as error:
            shown = error if isinstance(error, NotekeepError) else NotekeepError(str(error))
            show_error(self, shown)
        else:
            self.exit(root)


def _prepare(folder: str, *, is_new: bool = False) -> str | None:
    """Register a folder as a vault, and create it if it is new; return its real path."""
    if not folder:
        return None
    root = _open_folder(os.path.realpath(os.path.expanduser(folder)), is_new=is_new)
    config.remember_vault(root, demo.own_places())
    return root


def _open_folder(root: str, *, is_new: bool = False) -> str:
    """Check that a folder is readable and return it; create a new folder."""
    shown = shorten_home(root)
    if not is_new and not os.path.isdir(root):
        raise NotekeepError(f"There is no folder {shown}.", "Check its name, or create a vault.")
    try:
        if is_new:
            os.makedirs(root, exist_ok=True)
        os.listdir(root)
    except OSError as error:
        text = f"Cannot open {shown}: {error.strerror}."
        raise NotekeepError(text, "Choose another folder.") from error
    return root


# Other vaults.

OTHER_FOLDER = "\0another"  # an answer that cannot be a folder


class KnownVault(NamedTuple):
    """A vault on this machine."""

    name: str
    root: str
    closed: float  # the time when it was last closed, or 0


def list_known_vaults() -> list[KnownVault]:
    """Return the vaults of this machine, most recently closed first, without sample copies."""
    machine = demo.own_places()
    person = config.person_settings(machine)
    roots = {
        os.path.realpath(path): os.path.join(machine.state, identity)
        for identity, path in config.known_vaults(machine.state).items()
    }
    named = map(os.path.realpath, person.vaults.values())
    roots.update({root: "" for root in named if root not in roots and os.path.isdir(root)})
    found = [
        KnownVault(person.vault_name(root), root, _closed_at(state))
        for root, state in roots.items()
    ]
    return sorted(found, key=lambda vault: (-vault.closed, vault.name.casefold(), vault.root))


def _closed_at(state: str) -> float:
    """Return when a vault was last closed: the app saves the user's place then."""
    try:
        return os.stat(os.path.join(state, places.PLACE_FILE)).st_mtime if state else 0.0
    except OSError:
        return 0.0


def choose_vault(node: DOMNode) -> None:
    """List the vaults, and open the selected one."""

    def choose(known: Sequence[KnownVault]) -> None:
        others = [vault for vault in known if vault.root != program(node).vault.root]
        options = [Option(vault.name, shorten_home(vault.root), vault.root) for vault in others]
        options.append(Option("Another folder …", "any folder of Markdown files", OTHER_FOLDER))
        ask(node, Choice("Open another vault", options), chosen)

    def chosen(root: str) -> None:
        if root == OTHER_FOLDER:
            _ask_folder(node)
        else:
            switch_vault(node, root)

    in_background(node, list_known_vaults, choose, group="vaults", exclusive=True, holds_keys=True)


def _ask_folder(node: DOMNode) -> None:
    hint = "notekeep uses it without changes. A folder that does not exist is created."
    root = program(node).vault.root
    start = NEW_FOLDER if demo.is_copy(root) else os.path.join(os.path.dirname(root), "")
    prompt = Prompt("Open a folder", value=shorten_home(start), hint=hint)
    prepare, leave = partial(_prepare, is_new=True), partial(_leave_for, node)
    open_dialog(node, prompt, prepare, leave, group="vaults")


def switch_vault(node: DOMNode, root: str) -> None:
    """Close this vault and open another one."""
    in_background(node, partial(_open_folder, root), partial(_leave_for, node), group="vaults")


def _leave_for(node: DOMNode, root: str) -> None:
    app = program(node)
    if root != app.vault.root:
        app.call_later(app.leave_for, root)

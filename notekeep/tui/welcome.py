"""Welcome: no vault yet, and three keys to have one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from textual.app import App
from textual.containers import Center, Middle
from textual.message import Message

from notekeep import config
from notekeep.errors import NotekeepError
from notekeep.tui.jobs import show_error
from notekeep.tui.keys import bindings
from notekeep.tui.render import glyphs as glyph_sets
from notekeep.tui.render.pieces import ACTION_LINK, Line, Piece
from notekeep.tui.screens.dialogs import Prompt, Words, ask
from notekeep.tui.theme import THEMES, choose
from notekeep.tui.widgets.buttons import SUBMIT, Button, Buttons
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from notekeep.tui.render.glyphs import Glyphs

NEW_FOLDER = os.path.join("~", "notes")
TALL = 3
"""Lines of a way: its title, what is said of it, and one that is free."""
ROOMY, FULL = 15, 8
"""Rows of a terminal that has room for all that is said, and for a heading."""


class _Way(NamedTuple):
    """One way to a vault: its key, what it does, and what is said of it."""

    key: str
    title: str
    about: str


HEADING: Line = [
    Piece("notekeep", "title"),
    Piece("\n"),
    Piece("Notes, habits and drafts in one folder of plain Markdown.", "muted"),
]

WAYS = (
    _Way("c", "Create a vault", f"an empty folder of Markdown files, {NEW_FOLDER} if you like"),
    _Way("o", "Open a folder", "one you have, of Markdown, or of Obsidian; nothing in it changes"),
    _Way("s", "Look at the sample", "a small vault to play with, in a temporary folder"),
)


class Taken(Message, namespace="ways"):
    """A way was chosen."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class _Ways(ListView):
    row_height = TALL

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def fit(self, height: int) -> None:
        """Say less of each way where there is no room for more."""
        self.row_height = TALL if height >= ROOMY else 1
        self.styles.height = self.row_height * len(WAYS)
        self.rows_changed(self.cursor)

    def take(self) -> None:
        """Take the way under the cursor."""
        self.post_message(Taken(WAYS[self.cursor].key))

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.take()
        elif event.key in {way.key for way in WAYS}:
            self.post_message(Taken(event.key))

    def row_count(self) -> int:
        return len(WAYS)

    def draw_row(self, row: int, width: int) -> list[Line]:
        del width
        way = WAYS[row]
        here = Piece(self._glyphs.cursor if row == self.cursor else " ", "cursor-bar")
        title = [here, Piece(f"  {way.key}  ", "key"), Piece(way.title, "title")]
        if self.row_height == 1:
            return [title]
        return [
            title,
            [here, Piece(f"     {way.about}", "muted")],
            [],
        ]

    def _over(self, index: int) -> str:
        is_gap = self.row_height == TALL and index % TALL == TALL - 1
        return "" if is_gap else super()._over(index)


class _Keys(Buttons):
    """What can be done, each a button."""

    def __init__(self) -> None:
        super().__init__(Button("enter", "chooses", SUBMIT), Button("esc", "leaves", "dismiss"))

    async def on_click(self, event: events.Click) -> None:
        if event.style.meta.get("link") == ACTION_LINK + SUBMIT:
            event.stop()
            event.prevent_default()
            self.screen.query_one(_Ways).take()


class WelcomeApp(App[str | None]):
    """Asks for a vault; its result is the vault's folder, or None."""

    TITLE = "notekeep"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = bindings("dialog")
    CSS = """
    Screen { background: $background; }
    Center { height: auto; }
    Words { width: 72; max-width: 100%; margin-bottom: 1; }
    _Ways { width: 76; max-width: 100%; overflow-y: hidden; scrollbar-gutter: auto; }
    _Keys { width: 72; max-width: 100%; margin-top: 1; }
    .-low Center Words { display: none; }
    .-low _Keys { margin-top: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = choose("", self.available_themes, os.environ, no_colour=self.no_color)
        self.glyphs = glyph_sets.choose("", os.environ)

    def compose(self) -> ComposeResult:
        with Middle(), Center():
            yield Words(HEADING)
            yield _Ways(self.glyphs)
            yield _Keys()

    def on_mount(self) -> None:
        self.query_one(_Ways).focus()

    def on_resize(self, event: events.Resize) -> None:
        height = event.size.height
        self.set_class(height < FULL, "-low")
        for ways in self.query(_Ways):
            ways.fit(height)

    def action_dismiss(self) -> None:
        self.exit(None)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        self._take(WAYS[event.row].key)

    def on_ways_taken(self, event: Taken) -> None:
        self._take(event.key)

    def _take(self, key: str) -> None:
        if key == "s":
            self._open_sample()
        elif key == "c":
            hint = "The folder is made when it is not there yet."
            ask(self, Prompt("Create a vault", value=NEW_FOLDER, hint=hint), _create, self.exit)
        else:
            hint = "notekeep reads it as it stands."
            ask(self, Prompt("Open a folder", value=os.getcwd(), hint=hint), _open, self.exit)

    def _open_sample(self) -> None:
        from notekeep import demo

        try:
            root, home = demo.make_copy(config.now().date())
        except (NotekeepError, OSError) as error:
            self._tell(error)
        else:
            os.environ["NOTEKEEP_HOME"] = home
            self.exit(root)

    def _tell(self, error: Exception) -> None:
        shown = error if isinstance(error, NotekeepError) else NotekeepError(str(error))
        show_error(self, shown)


def _create(folder: str) -> str | None:
    """Make a folder, and remember it as a vault; give its real path."""
    if folder:
        try:
            os.makedirs(os.path.expanduser(folder), exist_ok=True)
        except OSError as error:
            raise NotekeepError(str(error)) from error
    return _open(folder)


def _open(folder: str) -> str | None:
    """Remember a folder as a vault; give its real path."""
    if not folder:
        return None
    root = os.path.realpath(os.path.expanduser(folder))
    if not os.path.isdir(root):
        raise NotekeepError(f"There is no folder {folder}.", "Check its name, or create a vault.")
    try:
        config.remember_vault(root, config.Places.of_machine())
    except OSError as error:
        raise NotekeepError(str(error)) from error
    return root

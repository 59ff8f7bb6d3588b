"""A walk through every place of the interface at which keys work."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PIL import Image
from textual.actions import parse
from textual.keys import key_to_character
from textual.widgets import Input, TextArea

from notekeep.storage.autosave import UnsavedText
from notekeep.tui.commands.registry import ACTION_PLACES, actions_at_place, actions_in_context
from notekeep.tui.messages import ShowOverlay
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.line_view import DiffView
from tests.support.screens import press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot
    from textual.widget import Widget

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.tui.widgets.note_grid import NoteGrid

OVER = (
    *("history", "steps", "conflicts", "tasks", "books", "import"),
    *("quotes", "recall", "base", "proposals"),
)
"""The places that lie over another one."""

BOOK = "books/Deep Work.md"
PICTURE = "attachments/map.png"
BASE = "All.base"


def open_over(app: NotekeepApp, place: str) -> None:
    """Open a screen over the one that is shown."""
    subjects = {"history": (BOOK,), "import": (app.vault.absolute(BOOK),), "base": (BASE, "")}
    Path(app.vault.root, BASE).write_text("views: [{name: All, order: [file.name]}]\n", "utf-8")
    app.post_message(ShowOverlay(place, *subjects.get(place, ())))


def is_at(app: NotekeepApp, place: str) -> bool:
    """Tell whether a place of a screen has the focus."""
    screen = app.screen
    return isinstance(screen, VaultScreen) and screen.place() == place


def keys_at(place: str) -> dict[str, str]:
    """Return the keys that work at a place, with the id of the action that each has there."""
    keys: dict[str, str] = {}
    for action in actions_at_place(place):
        for key in action.keys:
            keys.setdefault(key, action.id)
    return keys


def dead_keys(app: NotekeepApp, place: str) -> dict[str, str]:
    """Return the keys of a place that do not lead to their action there, each with the action.

    What a line or a text that is typed into has for itself is not missed from wider contexts; and
    what enter does in a line is told to its dialog as an event.
    """
    nearest = {
        key for action in actions_in_context(ACTION_PLACES[place][0]) for key in action.keys
    } - {"enter"}
    return {
        key: action_id
        for key, action_id in keys_at(place).items()
        if not _leads_to(app, key, action_id) and (key in nearest or not _types(app.focused, key))
    }


def all_keys_act(app: NotekeepApp, place: str) -> bool:
    """Tell whether every key of a place leads to its action there."""
    return not dead_keys(app, place)


def _leads_to(app: NotekeepApp, key: str, action_id: str) -> bool:
    active = app.screen.active_bindings.get(key)
    if active is None or active.binding.id != action_id:
        return False
    owner, name, _ = parse(active.binding.action)
    holder = {"screen": app.screen, "app": app}.get(owner, active.node)
    return callable(getattr(holder, f"action_{name}", None))


def _types(focused: Widget | None, key: str) -> bool:
    if not isinstance(focused, Input | TextArea):
        return False
    # Textual names the slash so, but knows its character by another name.
    character = "/" if key == "slash" else key_to_character(key)
    field = Input if isinstance(focused, Input) else TextArea
    own = field._merge_bindings().key_to_bindings
    return focused.check_consume_key(key, character) or key in own


class ScreenTour:
    """A person who goes to every place; the program begins on Browse, over the small vault."""

    def __init__(self, app: NotekeepApp, pilot: Pilot[Any]) -> None:
        self._app, self._pilot = app, pilot

    async def places(self) -> AsyncIterator[str]:
        """Yield the name of each place, as in `actions.PLACES`, while one is there."""
        for part in (self._screens, self._browse, self._dialogs, self._grid, self._over):
            await self._until(partial(is_at, self._app, "list"))
            async for place in part():
                yield place

    # How one gets somewhere.

    async def _press(self, *keys: str) -> None:
        await press(self._pilot, *keys)

    async def _until(self, what: Callable[[], object]) -> None:
        await until(self._pilot, what)

    async def _at(self, place: str) -> str:
        await self._until(partial(is_at, self._app, place))
        return place

    async def _deep(self, depth: int) -> None:
        """Wait until so many screens lie over each other, and the one on top is there."""
        await self._until(
            lambda: len(self._app.screen_stack) == depth and self._app.screen.is_mounted
        )

    async def _dialog(self, place: str, *keys: str) -> str:
        await self._press(*keys)
        await self._deep(2)
        return place

    async def _leave(self, key: str = "escape") -> None:
        await self._press(key)
        await self._deep(1)

    @property
    def _browsing(self) -> BrowseScreen:
        return cast("BrowseScreen", self._app.screen)

    async def _to_book(self) -> None:
        """Find the note that has most in it, and go to it in the list."""
        await self._press("slash")
        type_text(self._app, "title:deep")
        await self._until(
            lambda: self._browsing.note_under_cursor == BOOK and shows(self._app, "1 of 9")
        )
        await self._press("enter")
        await self._at("list")

    # The parts of the walk, each from the list of notes and back.

    async def _screens(self) -> AsyncIterator[str]:
        await self._press("f4")
        await self._at("publish")
        # In the list of drafts enter leads to the text, where it writes.
        await self._press("tab")
        await self._until(lambda: isinstance(self._app.focused, DiffView))
        yield "publish"
        for key, place in {"f1": "today", "f3": "habits"}.items():
            await self._press(key)
            yield await self._at(place)
        await self._until(lambda: shows(self._app, "Meditate"))
        await self._press("enter")
        yield await self._at("habit-detail")
        await self._press("escape")
        await self._at("habits")
        await self._press("f2")
        yield await self._at("list")

    async def _browse(self) -> AsyncIterator[str]:
        for place in ("preview", "sidebar"):
            self._browsing.query_one(f"#{place}").focus()
            yield await self._at(place)
        await self._press("slash")
        yield await self._at("search")
        yield await self._dialog("dialog", "f6")
        await self._leave()
        await self._press("escape")
        await self._press("ctrl+o")
        yield "switcher"
        await self._press("escape")
        await self._at("list")

    async def _dialogs(self) -> AsyncIterator[str]:
        from notekeep.tui.screens.edit_conflicts import UnsavedScreen
        from notekeep.tui.screens.picture import PictureScreen

        await self._to_book()
        opened = {"n": "new-note", "ctrl+n": "capture", "r": "dialog", "question_mark": "help"}
        for key, place in opened.items():
            yield await self._dialog(place, key)
            await self._leave()
        yield await self._dialog("replace", "R")
        type_text(self._app, "hours")
        await self._press("tab")
        type_text(self._app, "days")
        await self._press("enter")
        await self._until(lambda: shows(self._app, "1 line in 1 note would change"))
        yield "plan-lines"
        await self._leave()
        yield await self._dialog("form", "f")
        await self._leave("q")
        await self._press("e")
        yield await self._at("edit")
        await self._press("ctrl+f")
        yield await self._at("find")
        await self._press("escape")
        await self._at("edit")
        await self._press("escape")
        await self._at("list")
        app = self._app
        file = Path(app.vault.root, PICTURE)
        file.parent.mkdir()
        Image.new("RGB", (16, 8)).save(file)
        texts = [UnsavedText.of("a.md", b"", b"", (0, 0))]
        app.push_screen(UnsavedScreen(texts))
        yield await self._dialog("unsaved")
        await self._leave()
        app.push_screen(PictureScreen(PICTURE))
        yield await self._dialog("picture")
        await self._leave()

    async def _grid(self) -> AsyncIterator[str]:
        await self._press("v")
        yield await self._at("grid")
        await self._until(lambda: shows(self._app, "author"))
        cells = {"pages": "cell", "rating": "cell-stars", "finished": "cell-date"}
        for column, place in {**cells, "tags": "cell-list"}.items():
            await self._to_column(column)
            yield await self._dialog(place, "enter")
            await self._leave()
        await self._press("m")
        await self._until(lambda: self._browsing.notes.marked)
        await self._dialog("dialog", "t")
        type_text(self._app, "sea")
        await self._press("enter")
        await self._until(lambda: shows(self._app, "y apply") or shows(self._app, "enter apply"))
        yield await self._dialog("plan")
        await self._leave()
        await self._press("m", "v")
        await self._at("list")

    async def _to_column(self, name: str) -> None:
        grid = cast("NoteGrid", self._browsing.pane.grid)
        await self._until(lambda: name in [column.name for column in grid.columns])
        wanted = [column.name for column in grid.columns].index(name)
        steps = wanted - grid.column
        await self._press(*["right" if steps > 0 else "left"] * abs(steps))
        await self._until(lambda: grid.column == wanted)

    async def _over(self) -> AsyncIterator[str]:
        for place in OVER:
            open_over(self._app, place)
            yield await self._at(place)
            if place == "tasks":
                await self._press("slash")
                yield await self._at("task-filter")
                await self._press("escape")
                await self._at(place)
            await self._leave()

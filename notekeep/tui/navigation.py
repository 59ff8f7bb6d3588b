"""Opens the four main screens and the overlays on top of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from notekeep.tui import location as places
from notekeep.tui.screens.vault_screen import OverlayScreen, VaultScreen

if TYPE_CHECKING:
    from notekeep.tui.editors import Editors
    from notekeep.tui.program import Program
    from notekeep.tui.screens.browse import BrowseScreen

SCREENS = {
    places.BROWSE_SCREEN: "screens.browse.BrowseScreen",
    places.TODAY_SCREEN: "screens.today.TodayScreen",
    places.HABITS_SCREEN: "screens.habits.HabitsScreen",
    places.PUBLISH_SCREEN: "screens.publish.PublishScreen",
}
"""The main screens; each is imported when it is first shown."""
OVERLAYS = {
    "agenda": "screens.tasks.AgendaScreen",
    "ask-import": "screens.imports.ask_import",
    "base": "screens.bases.BaseScreen",
    "bases": "screens.bases.choose_base",
    "books": "screens.books.BooksScreen",
    "conflicts": "screens.conflicts.ConflictsScreen",
    "history": "screens.history.HistoryScreen",
    "import": "screens.imports.ImportScreen",
    "picture": "screens.picture.PictureScreen",
    "proposals": "screens.proposals.ProposalsScreen",
    "quotes": "screens.passages.QuotesScreen",
    "recall": "screens.passages.RecallScreen",
    "steps": "screens.history.StepsScreen",
    "tasks": "screens.tasks.TasksScreen",
    "themes": "dialogs.theme_picker.choose_theme",
    "trash": "screens.history.show_trash",
    "vaults": "screens.welcome.choose_vault",
}
"""The class of each overlay, or the function that opens its dialog."""


def _load(name: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"notekeep.tui.{module}"), attribute)
    return found


class Navigation:
    """The screens of the app."""

    def __init__(self, app: Program, editors: Editors) -> None:
        self._app, self._editors = app, editors
        self._browse: BrowseScreen | None = None

    def make_first_screen(self) -> VaultScreen:
        """Return the first screen; other screens are created when they are opened."""
        for name in places.SCREENS:
            self._app.add_mode(name, partial(self._make_screen, name))
        return self._make_screen(self._app.current_mode)

    def _make_screen(self, name: str) -> VaultScreen:
        make, place = _load(SCREENS[name]), self._app.place
        screen: VaultScreen
        if name == places.BROWSE_SCREEN:
            screen = self._browse = make(place.note, place.view)
        else:
            screen = make()
        return screen

    @property
    def browse(self) -> BrowseScreen | None:
        """The Browse screen, or None if it has not been opened."""
        return self._browse if self._browse is not None and self._browse.is_mounted else None

    def open_overlay(self, name: str, *subject: str, state: Any = None) -> None:
        """Open an overlay, unless it is already on top with the same subject.

        `state` is from `OverlayScreen.save_state`.
        """
        make = _load(OVERLAYS[name])
        if not isinstance(make, type):
            make(self._app, *subject)
            return
        here, screen = self._app.screen, make(*subject)
        if not (isinstance(here, type(screen)) and here.subject == screen.subject):
            screen.request = (name, *subject)
            if state is not None:
                screen.restore_state(state)
            self._app.push_screen(screen)

    def way_back(self) -> Callable[[], None] | None:
        """Return a function that opens the current overlay again; None on a main screen."""
        here = self._app.screen
        if not isinstance(here, OverlayScreen) or not here.request:
            return None
        return partial(self.open_overlay, *here.request, state=here.save_state())

    def close_overlays(self) -> None:
        while isinstance(top := self._app.screen, OverlayScreen):
            top.dismiss(None)

    def show(self, mode: str, show: Callable[[Any], object]) -> None:
        """Switch to a main screen, close all overlays on it, and call `show` with it."""
        app = self._app
        self.close_overlays()
        if self._editors.leave_then(partial(self.show, mode, show)):
            return
        if mode != app.current_mode:
            app.switch_mode(mode)
            # The new screen may also have overlays.
            self.show(mode, show)
            return
        screen = app.screen_stack[0]
        screen.call_after_refresh(show, screen)

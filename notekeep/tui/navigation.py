"""One stack of screens: the four that lie at the bottom, and the overlays above them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from notekeep.tui import location as places
from notekeep.tui.screens.vault_screen import OverlayScreen, VaultScreen

if TYPE_CHECKING:
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen


class Navigation:
    """The screens of one program, each made when it is first shown."""

    def __init__(self, app: NotekeepApp) -> None:
        self._app = app
        self._browse: BrowseScreen | None = None

    def make_first_screen(self) -> VaultScreen:
        """Make the screen that the program opens on; the others are made when they are opened."""
        for name in places.SCREENS:
            self._app.add_mode(name, partial(self._make_screen, name))
        return self._make_screen(self._app.current_mode)

    def _make_screen(self, name: str) -> VaultScreen:
        # Each is imported when it is made: the frame of the first one needs no other.
        if name == places.BROWSE_SCREEN:
            from notekeep.tui.screens.browse import BrowseScreen

            place = self._app.place
            self._browse = BrowseScreen(place.note, place.view)
            return self._browse
        if name == places.TODAY_SCREEN:
            from notekeep.tui.screens.today import TodayScreen

            return TodayScreen()
        if name == places.HABITS_SCREEN:
            from notekeep.tui.screens.habits import HabitsScreen

            return HabitsScreen()
        from notekeep.tui.screens.publish import PublishScreen

        return PublishScreen()

    @property
    def browse(self) -> BrowseScreen | None:
        """Browse, if it is there already."""
        return self._browse if self._browse is not None and self._browse.is_mounted else None

    def open_overlay(self, kind: Callable[..., OverlayScreen], *subject: str) -> None:
        """Show a screen over the one that is shown, unless that one is of its kind and subject."""
        here, screen = self._app.screen, kind(*subject)
        if not (isinstance(here, type(screen)) and here.subject == screen.subject):
            self._app.push_screen(screen)

    def close_overlays(self) -> None:
        """Leave the screens that lie over the one they were opened from."""
        while isinstance(here := self._app.screen, OverlayScreen):
            here.dismiss(None)

    def show_on_screen(self, mode: str, show: Callable[[Any], object]) -> None:
        """Switch to a screen, leave all that lies over it there, and call `show` with it."""
        app = self._app
        self.close_overlays()
        if app.editors.leave_then(partial(self.show_on_screen, mode, show)):
            return
        if mode != app.current_mode:
            app.switch_mode(mode)
            # Something may lie over this one, too, from when it was shown last.
            self.show_on_screen(mode, show)
            return
        screen = app.screen_stack[0]
        screen.call_after_refresh(show, screen)

"""One stack of screens: the four that lie at the bottom, and the overlays above them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.css.query import NoMatches

from notekeep.tui import location as places
from notekeep.tui.program import ProgramPart
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.vault_screen import OverlayScreen, VaultScreen

if TYPE_CHECKING:
    from notekeep.tui.app import NotekeepApp


class Navigation:
    """The screens of one program, each made when it is first shown."""

    def __init__(self, app: NotekeepApp) -> None:
        self._app = app
        self._modes: list[VaultScreen] = []
        self._overlays: list[OverlayScreen] = []

    def make_first_screen(self) -> VaultScreen:
        """Make the screen that the program opens on; the others are made when they are opened."""
        for name in places.SCREENS:
            self._app.add_mode(name, partial(self._make_screen, name))
        return self._make_screen(self._app.current_mode)

    def _make_screen(self, name: str) -> VaultScreen:
        screen: VaultScreen
        if name == places.BROWSE_SCREEN:
            place = self._app.place
            screen = BrowseScreen(place.note, place.view)
        elif name == places.TODAY_SCREEN:
            from notekeep.tui.screens.today import TodayScreen

            screen = TodayScreen()
        elif name == places.HABITS_SCREEN:
            from notekeep.tui.screens.habits import HabitsScreen

            screen = HabitsScreen()
        else:
            from notekeep.tui.screens.publish import PublishScreen

            screen = PublishScreen()
        self._modes.append(screen)
        return screen

    @property
    def browse(self) -> BrowseScreen | None:
        """Browse, if it is there already."""
        made = (one for one in self._modes if isinstance(one, BrowseScreen) and one.is_mounted)
        return next(made, None)

    def loaded_screens(self) -> Sequence[VaultScreen]:
        return [one for one in (*self._modes, *self._overlays) if one.is_mounted]

    def open_overlay(self, kind: Callable[..., OverlayScreen], *subject: str) -> None:
        """Show a screen over the one that is shown, unless that one is of its kind and subject."""
        app, here = self._app, self._app.screen
        screen = kind(*subject)
        if isinstance(here, type(screen)) and here.subject == screen.subject:
            return
        self._overlays.append(screen)
        app.push_screen(screen, lambda _: self._overlays.remove(screen))

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

    def show_changed(self) -> None:
        # The parts of a screen go before it when the program ends, while other programs go on.
        with contextlib.suppress(NoMatches):
            for screen in self._modes:
                if screen.is_mounted:
                    screen.vault_changed()
                else:
                    # It is being made, of what was there before, and looks again when it stands.
                    screen.call_later(screen.vault_changed)
            for overlay in self._overlays:
                if overlay.is_mounted:
                    overlay.vault_changed()
            if (dialog := self._app.screen).is_modal and isinstance(dialog, ProgramPart):
                dialog.vault_changed()

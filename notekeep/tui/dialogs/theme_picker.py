"""Choosing a theme: each is tried as the cursor comes to it, and escape keeps the one there was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.dialogs.dialog import Choice, Option
from notekeep.tui.theme import THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.tui.program import Program

TRY_DELAY = 0.1  # seconds on a theme until it is tried: all that is shown is drawn anew for it


class ThemePicker(Choice):
    """A list of themes under which the screen shows the one that the cursor is on."""

    _delay: Timer | None = None

    def on_list_view_highlighted(self) -> None:
        name = self.rows.value
        if self._delay is not None:
            self._delay.stop()
        if name and name != self.app.theme:
            self._delay = self.set_timer(TRY_DELAY, lambda: self._try(name))

    def _try(self, name: str) -> None:
        # The person may have left meanwhile, and be back at the theme there was.
        if self.app.screen_stack[-1:] == [self]:
            self.app.theme = name


def choose_theme(app: Program) -> None:
    """Let the person choose a theme, notekeep's own first."""
    own = [theme.name for theme in THEMES]
    names = [*own, *sorted(app.available_themes.keys() - set(own))]
    before, kept = app.theme, app.place.theme

    def answered(name: str | None) -> None:
        if name is not None:
            app.theme = name
            return
        app.theme = before
        app.place.theme = kept  # "" is the one that suits the terminal

    def describe(name: str) -> str:
        theme = app.available_themes[name]
        parts = ["current"] if name == before else []
        parts += ["colours of the terminal"] if theme.ansi else []
        parts += ["notekeep's own"] if name in own else []
        return " · ".join([*parts, "dark" if theme.dark else "light"])

    options = [Option(name, describe(name), name) for name in names]
    app.push_screen(ThemePicker("Theme", options, before), answered)

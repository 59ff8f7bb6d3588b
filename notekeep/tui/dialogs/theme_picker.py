"""Choosing a theme: each is tried as the cursor comes to it, and escape keeps the one there was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.dialogs.prompts import Choice, Option
from notekeep.tui.theme import THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.theme import ThemedApp
    from notekeep.tui.widgets.line_view import ListView

PAUSE = 0.1
"""Seconds on a theme until it is tried: all that is shown is drawn anew for it."""


class ThemePicker(Choice):
    """A list of themes under which the screen shows the one that the cursor is on."""

    _waits: Timer | None = None

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        event.stop()
        name = self.chosen
        if self._waits is not None:
            self._waits.stop()
        if name and name != self.app.theme:
            self._waits = self.set_timer(PAUSE, lambda: self._try(name))

    def _try(self, name: str) -> None:
        # The person may have left meanwhile, and be back at the theme there was.
        if self.app.screen_stack[-1:] == [self]:
            self.app.theme = name


def choose_theme(app: ThemedApp, glyphs: Glyphs) -> None:
    """Let the person choose a theme, notekeep's own first."""
    own = [theme.name for theme in THEMES]
    others = sorted(app.available_themes.keys() - set(own))
    names = [*own, *others]
    before, kept = app.theme, app.place.theme

    def answered(name: str | None) -> None:
        if name is not None:
            app.theme = name
            return
        app.theme = before
        app.place.theme = kept  # "" is the one that suits the terminal

    options = [
        Option(name, _about(app, name, is_here=name == before, is_own=name in own), name)
        for name in names
    ]
    app.push_screen(ThemePicker("Theme", options, glyphs, names.index(before)), answered)


def _about(app: ThemedApp, name: str, *, is_here: bool, is_own: bool) -> str:
    theme = app.available_themes[name]
    parts = ["dark" if theme.dark else "light"]
    parts += ["notekeep's own"] if is_own else []
    parts += ["colours of the terminal"] if theme.ansi else []
    parts += ["as now"] if is_here else []
    return " · ".join(reversed(parts))

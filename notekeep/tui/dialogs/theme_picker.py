"""Theme picker: the screen previews the theme at the cursor; escape restores the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.dialogs.dialog import Choice, Option
from notekeep.tui.theme import THEMES

if TYPE_CHECKING:
    from textual.timer import Timer

    from notekeep.tui.program import Program

TRY_DELAY = 0.1  # seconds before a theme is previewed, which redraws everything


class ThemePicker(Choice):
    """A list of themes that previews the theme at the cursor."""

    _delay: Timer | None = None

    def on_list_view_highlighted(self) -> None:
        name = self.rows.value
        if self._delay is not None:
            self._delay.stop()
        if name and name != self.app.theme:
            self._delay = self.set_timer(TRY_DELAY, lambda: self._preview(name))

    def _preview(self, name: str) -> None:
        # The dialog may have been closed in the meantime.
        if self.app.screen_stack[-1:] == [self]:
            self.app.theme = name


def choose_theme(app: Program) -> None:
    """Ask for a theme; notekeep's own themes come first."""
    own = [theme.name for theme in THEMES]
    names = [*own, *sorted(app.available_themes.keys() - set(own))]
    before, stored = app.theme, app.place.theme

    def answered(name: str | None) -> None:
        if name is not None:
            app.theme = name
            return
        app.theme = before
        app.place.theme = stored  # "" means that the terminal's background decides

    def describe(name: str) -> str:
        theme = app.available_themes[name]
        parts = ["current"] if name == before else []
        parts += ["colours of the terminal"] if theme.ansi else []
        parts += ["notekeep's own"] if name in own else []
        return " · ".join([*parts, "dark" if theme.dark else "light"])

    options = [Option(name, describe(name), name) for name in names]
    app.push_screen(ThemePicker("Theme", options, before), answered)

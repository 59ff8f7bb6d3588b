"""How the program looks: its theme, taken before anything is styled, and what is worked out of it.

Textual asks for the theme with every line that it draws and works out all colours several times
over while it starts; both are answered here from what was found last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from textual.theme import Theme

    from notekeep.tui.place import Place
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

    Program = App[None]
else:
    # As in `keyboard`: a class of Textual's kind takes time at each start.
    Program = object


class Looks(Program):
    """An app with a theme that is kept from one start to the next.

    Attributes:
        place: Where the person is, with the theme that was chosen.
        vault: The vault.
        glyphs: The characters to draw with.
    """

    place: Place
    vault: Vault
    glyphs: Glyphs

    _found: tuple[str, Theme] | None = None
    _variables: tuple[Theme, dict[str, str]] | None = None

    def start_in(self, name: str) -> None:
        """Take a theme before anything is styled, so that nothing is styled twice."""
        if self.available_themes[name].ansi:
            self.theme = name
            return
        self.set_reactive(App.theme, name)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self.stylesheet = Stylesheet(variables=self.get_css_variables())

    def get_theme(self, theme_name: str) -> Theme | None:
        if self._found is None or self._found[0] != theme_name:
            theme = super().get_theme(theme_name)
            if theme is None:
                return None
            self._found = theme_name, theme
        return self._found[1]

    def register_theme(self, theme: Theme) -> None:
        super().register_theme(theme)
        self._found = None

    def get_css_variables(self) -> dict[str, str]:
        theme = self.current_theme
        if self._variables is None or self._variables[0] is not theme:
            self._variables = theme, super().get_css_variables()
        return dict(self._variables[1])

    def watch_theme(self, theme: str) -> None:
        if hasattr(self, "place") and self.is_running and not self.vault.person.theme:
            self.place.theme = theme

    def action_change_theme(self) -> None:
        from notekeep.tui.screens.themes import choose_theme

        choose_theme(self, self.glyphs)

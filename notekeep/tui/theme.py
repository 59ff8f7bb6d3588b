"""Themes, choice at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import constants
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Container, Mapping


# The themes of notekeep: one dark, one light, each once more with as much contrast as there is.


@dataclass(frozen=True)
class Shades:
    """The shades of a theme between its background and its text, and those of its bars."""

    muted: str
    faint: str
    bright: str
    cursor: str
    blurred: str
    line: str
    bar: str
    bar_hover: str
    selection: str
    done: str = ""


def _theme(name: str, shades: Shades, **colours: Any) -> Theme:
    """Make a theme; what Textual has names for follows from its shades and its colours."""
    accent, background = colours["accent"], colours["background"]
    variables = {
        "ink-muted": shades.muted,
        "ink-faint": shades.faint,
        "ink-bright": shades.bright,
        "ink-cursor": shades.cursor,
        "ink-blurred": shades.blurred,
        "ink-line": shades.line,
        "text-muted": shades.muted,
        "text-disabled": shades.faint,
        "block-cursor-background": shades.cursor,
        "block-cursor-foreground": shades.bright,
        "border": accent,
        "border-blurred": shades.line,
        "scrollbar": shades.bar,
        "scrollbar-hover": shades.bar_hover,
        "scrollbar-active": accent,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
        "input-cursor-background": accent,
        "input-cursor-foreground": background,
        "input-selection-background": shades.selection,
    }
    if shades.done:
        variables["ink-done"] = shades.done
    return Theme(name, surface=background, variables=variables, **colours)


DARK = _theme(
    "notekeep-dark",
    Shades(
        muted="#9299a6",
        faint="#666d7a",
        bright="#f2f4f8",
        cursor="#2a303b",
        blurred="#20242b",
        line="#2b3038",
        bar="#333944",
        bar_hover="#48505e",
        selection="#7fb4e0 30%",
    ),
    primary="#7fb4e0",
    secondary="#8f9bb3",
    accent="#e3a857",
    success="#6fbf8b",
    warning="#e3a857",
    error="#e5734f",
    foreground="#d6d9df",
    background="#15171b",
    panel="#1d2026",
    dark=True,
)

LIGHT = _theme(
    "notekeep-light",
    Shades(
        muted="#5f6571",
        faint="#8c919b",
        bright="#101216",
        cursor="#e4e0d4",
        blurred="#f0eee8",
        line="#d9d5ca",
        bar="#d3cfc3",
        bar_hover="#b8b3a5",
        selection="#1d5d96 25%",
    ),
    primary="#1d5d96",
    secondary="#5b6270",
    accent="#99570a",
    success="#2c7a4b",
    warning="#99570a",
    error="#b8401c",
    foreground="#24272d",
    background="#fbfaf7",
    panel="#f0eee8",
    dark=False,
)

CONTRAST = _theme(
    "notekeep-contrast",
    Shades(
        muted="#e0e0e0",
        faint="#bdbdbd",
        bright="#ffffff",
        cursor="#2f3f66",
        blurred="#2b2b2b",
        line="#9e9e9e",
        bar="#9e9e9e",
        bar_hover="#ffffff",
        selection="#8fd3ff 45%",
        done="#8fd3ff",
    ),
    primary="#8fd3ff",
    secondary="#ffffff",
    accent="#ffd75f",
    success="#7dffa0",
    warning="#ffd75f",
    error="#ff9d85",
    foreground="#ffffff",
    background="#000000",
    panel="#1c1c1c",
    dark=True,
)

CONTRAST_LIGHT = _theme(
    "notekeep-contrast-light",
    Shades(
        muted="#1f1f1f",
        faint="#474747",
        bright="#000000",
        cursor="#c9dcff",
        blurred="#e3e3e3",
        line="#5c5c5c",
        bar="#5c5c5c",
        bar_hover="#000000",
        selection="#003a75 30%",
        done="#003a75",
    ),
    primary="#003a75",
    secondary="#000000",
    accent="#6b3500",
    success="#004d1f",
    warning="#6b3500",
    error="#8a1200",
    foreground="#000000",
    background="#ffffff",
    panel="#ececec",
    dark=False,
)

THEMES = (DARK, LIGHT, CONTRAST, CONTRAST_LIGHT)
DEFAULT = DARK.name


def choose_theme_name(
    wanted: str,
    known: Container[str],
    environment: Mapping[str, str],
    *,
    no_colour: bool = False,
) -> str:
    """Return the name of the theme to use."""
    wanted = wanted or constants.DEFAULT_THEME
    if no_colour or wanted == "ansi":
        return "ansi-dark"
    # Textual's own default means that nobody chose.
    if wanted in known and wanted != "textual-dark":
        return wanted
    return LIGHT.name if _is_light(environment) else DEFAULT


def _is_light(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that its background is white or light grey."""
    return environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}


# How the program looks: its theme, taken before anything is styled, and what is worked out of
# it.
#
# Textual asks for the theme with every line that it draws and works out all colours several
# times over while it starts; both are answered here from what was found last.


if TYPE_CHECKING:
    from notekeep.tui.location import LastPlace
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

    Program = App[None]
else:
    # As in `keyboard`: a class of Textual's kind takes time at each start.
    Program = object


class ThemedApp(Program):
    """An app with a theme that is kept from one start to the next."""

    place: LastPlace
    vault: Vault
    glyphs: Glyphs

    _found: tuple[str, Theme] | None = None
    _variables: tuple[Theme, dict[str, str]] | None = None

    def start_with_theme(self, name: str) -> None:
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
        from notekeep.tui.dialogs.theme_picker import choose_theme

        choose_theme(self, self.glyphs)

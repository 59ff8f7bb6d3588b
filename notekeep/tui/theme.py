"""The themes of notekeep: one dark, one light, each once more with as much contrast as there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import constants
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Container, Mapping


def _theme(  # noqa: PLR0913 - a theme is that many shades
    name: str,
    *,
    muted: str,  # text that is said beside something
    faint: str,  # text that may be read and need not be
    bright: str,
    cursor: str,  # behind the row of the cursor
    blurred: str,  # the same in a pane without the focus
    line: str,
    bar: str,
    bar_hover: str,
    selection: str,
    done: str = "",  # what was done; "" is the shade of all dark or all light themes
    **colours: Any,
) -> Theme:
    """Make a theme; what Textual has names for follows from its shades and its colours."""
    accent, background = colours["accent"], colours["background"]
    variables = {
        "ink-muted": muted,
        "ink-faint": faint,
        "ink-bright": bright,
        "ink-cursor": cursor,
        "ink-blurred": blurred,
        "ink-line": line,
        "text-muted": muted,
        "text-disabled": faint,
        "block-cursor-background": cursor,
        "block-cursor-foreground": bright,
        "border": accent,
        "border-blurred": line,
        "scrollbar": bar,
        "scrollbar-hover": bar_hover,
        "scrollbar-active": accent,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
        "input-cursor-background": accent,
        "input-cursor-foreground": background,
        "input-selection-background": selection,
    }
    if done:
        variables["ink-done"] = done
    return Theme(name, surface=background, variables=variables, **colours)


DARK = _theme(
    "notekeep-dark",
    muted="#9299a6",
    faint="#666d7a",
    bright="#f2f4f8",
    cursor="#2a303b",
    blurred="#20242b",
    line="#2b3038",
    bar="#333944",
    bar_hover="#48505e",
    selection="#7fb4e0 30%",
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
    muted="#5f6571",
    faint="#8c919b",
    bright="#101216",
    cursor="#e4e0d4",
    blurred="#f0eee8",
    line="#d9d5ca",
    bar="#d3cfc3",
    bar_hover="#b8b3a5",
    selection="#1d5d96 25%",
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


def choose_theme_name(
    wanted: str,
    known: Container[str],
    environment: Mapping[str, str],
    *,
    no_colour: bool = False,
) -> str:
    """Return the name of the theme to use, of those that are `known`.

    `wanted` is what the person set or chose last; "ansi" is the terminal's own palette, "" what
    Textual's own setting says, and else what suits the terminal's background.
    """
    wanted = wanted or constants.DEFAULT_THEME
    if no_colour or wanted == "ansi":
        return "ansi-dark"
    # Textual's own default means that nobody chose.
    if wanted in known and wanted != "textual-dark":
        return wanted
    # Many terminals say that their background is white or light grey.
    is_light = environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}
    return LIGHT.name if is_light else DARK.name

"""The themes of notekeep: one dark, one light, each once more with as much contrast as there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import constants
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

DARK = Theme(
    name="notekeep-dark",
    primary="#7fb4e0",
    secondary="#8f9bb3",
    accent="#e3a857",
    success="#6fbf8b",
    warning="#e3a857",
    error="#e5734f",
    foreground="#d6d9df",
    background="#15171b",
    surface="#15171b",
    panel="#1d2026",
    dark=True,
    variables={
        "ink-muted": "#9299a6",
        "ink-faint": "#666d7a",
        "ink-bright": "#f2f4f8",
        "ink-cursor": "#2a303b",
        "ink-blurred": "#20242b",
        "ink-line": "#2b3038",
        "text-muted": "#9299a6",
        "text-disabled": "#666d7a",
        "block-cursor-background": "#2a303b",
        "block-cursor-foreground": "#f2f4f8",
        "border": "#e3a857",
        "border-blurred": "#2b3038",
        "scrollbar": "#333944",
        "scrollbar-hover": "#48505e",
        "scrollbar-active": "#e3a857",
        "scrollbar-background": "#15171b",
        "scrollbar-background-hover": "#15171b",
        "scrollbar-background-active": "#15171b",
        "scrollbar-corner-color": "#15171b",
        "input-cursor-background": "#e3a857",
        "input-cursor-foreground": "#15171b",
        "input-selection-background": "#7fb4e0 30%",
    },
)

LIGHT = Theme(
    name="notekeep-light",
    primary="#1d5d96",
    secondary="#5b6270",
    accent="#99570a",
    success="#2c7a4b",
    warning="#99570a",
    error="#b8401c",
    foreground="#24272d",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#f0eee8",
    dark=False,
    variables={
        "ink-muted": "#5f6571",
        "ink-faint": "#8c919b",
        "ink-bright": "#101216",
        "ink-cursor": "#e4e0d4",
        "ink-blurred": "#f0eee8",
        "ink-line": "#d9d5ca",
        "text-muted": "#5f6571",
        "text-disabled": "#8c919b",
        "block-cursor-background": "#e4e0d4",
        "block-cursor-foreground": "#101216",
        "border": "#99570a",
        "border-blurred": "#d9d5ca",
        "scrollbar": "#d3cfc3",
        "scrollbar-hover": "#b8b3a5",
        "scrollbar-active": "#99570a",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
        "scrollbar-corner-color": "#fbfaf7",
        "input-cursor-background": "#99570a",
        "input-cursor-foreground": "#fbfaf7",
        "input-selection-background": "#1d5d96 25%",
    },
)

CONTRAST = Theme(
    name="notekeep-contrast",
    primary="#8fd3ff",
    secondary="#ffffff",
    accent="#ffd75f",
    success="#7dffa0",
    warning="#ffd75f",
    error="#ff9d85",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        "ink-muted": "#e0e0e0",
        "ink-faint": "#bdbdbd",
        "ink-bright": "#ffffff",
        "ink-cursor": "#2f3f66",
        "ink-blurred": "#2b2b2b",
        "ink-line": "#9e9e9e",
        "ink-done": "#8fd3ff",
        "text-muted": "#e0e0e0",
        "text-disabled": "#bdbdbd",
        "block-cursor-background": "#2f3f66",
        "block-cursor-foreground": "#ffffff",
        "border": "#ffd75f",
        "border-blurred": "#9e9e9e",
        "scrollbar": "#9e9e9e",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffd75f",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "scrollbar-corner-color": "#000000",
        "input-cursor-background": "#ffd75f",
        "input-cursor-foreground": "#000000",
        "input-selection-background": "#8fd3ff 45%",
    },
)

CONTRAST_LIGHT = Theme(
    name="notekeep-contrast-light",
    primary="#003a75",
    secondary="#000000",
    accent="#6b3500",
    success="#004d1f",
    warning="#6b3500",
    error="#8a1200",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#ececec",
    dark=False,
    variables={
        "ink-muted": "#1f1f1f",
        "ink-faint": "#474747",
        "ink-bright": "#000000",
        "ink-cursor": "#c9dcff",
        "ink-blurred": "#e3e3e3",
        "ink-line": "#5c5c5c",
        "ink-done": "#003a75",
        "text-muted": "#1f1f1f",
        "text-disabled": "#474747",
        "block-cursor-background": "#c9dcff",
        "block-cursor-foreground": "#000000",
        "border": "#6b3500",
        "border-blurred": "#5c5c5c",
        "scrollbar": "#5c5c5c",
        "scrollbar-hover": "#000000",
        "scrollbar-active": "#6b3500",
        "scrollbar-background": "#ffffff",
        "scrollbar-background-hover": "#ffffff",
        "scrollbar-background-active": "#ffffff",
        "scrollbar-corner-color": "#ffffff",
        "input-cursor-background": "#6b3500",
        "input-cursor-foreground": "#ffffff",
        "input-selection-background": "#003a75 30%",
    },
)

THEMES = (DARK, LIGHT, CONTRAST, CONTRAST_LIGHT)
DEFAULT = DARK.name


def choose(
    wanted: str,
    known: Container[str],
    environment: Mapping[str, str],
    *,
    no_colour: bool = False,
) -> str:
    """Return the name of the theme to use.

    Args:
        wanted: What the person set or chose last; "ansi" is the terminal's own palette, "" what
            Textual's own setting says, and else what suits the terminal's background.
        known: The themes there are.
        environment: Where many terminals say in COLORFGBG what their background is.
        no_colour: Whether there is to be no colour, and no theme was asked for.
    """
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

"""The two themes of notekeep: one dark, one light, one accent each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import constants
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Container

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

THEMES = (DARK, LIGHT)
DEFAULT = DARK.name


def choose(wanted: str, known: Container[str], *, no_colour: bool = False) -> str:
    """Return the name of the theme to use.

    Args:
        wanted: What the person set or chose last; "ansi" is the terminal's own palette, "" what
            Textual's own setting says.
        known: The themes there are.
        no_colour: Whether there is to be no colour, and no theme was asked for.
    """
    wanted = wanted or constants.DEFAULT_THEME
    if no_colour or wanted == "ansi":
        return "ansi-dark"
    # Textual's own default means that nobody chose.
    return wanted if wanted in known and wanted != "textual-dark" else DEFAULT

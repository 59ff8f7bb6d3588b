"""The colours of the interface: a palette of roles for each theme, and one for foreign themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from textual import constants
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

ROLE_PREFIX = "ink-"
"""How the variable of a role begins in the style sheets: `$ink-raised`."""


Palette: TypeAlias = "Mapping[str, str]"
"""The colour of each role, as `#rrggbb`."""

PALETTES: Final[Mapping[str, Palette]] = {
    "notekeep-dark": {
        "page": "#16181d",
        "bar": "#1f222a",
        "raised": "#262a34",
        "field": "#14161a",
        "cursor": "#303744",
        "blurred": "#242831",
        "line": "#3a414e",
        "bright": "#f4f6fa",
        "text": "#d3d7de",
        "muted": "#9aa2b0",
        "faint": "#717a89",
        "amber": "#f0ad4e",
        "gold": "#c9b37a",
        "link": "#aeb0f5",
        "blue": "#5cb3ea",
        "green": "#7fc397",
        "coral": "#f08468",
        "hit": "#5a431c",
        "add": "#1d3429",
        "add2": "#2d5540",
        "del": "#40261f",
        "del2": "#6b3b2e",
        "day0": "#21252d",
        "day1": "#173a57",
        "day2": "#1d5c8c",
        "day3": "#3186c2",
        "day4": "#8fccf3",
        "missed": "#47291f",
    },
    "notekeep-light": {
        "page": "#fbfaf7",
        "bar": "#ece8df",
        "raised": "#f5f2ec",
        "field": "#ffffff",
        "cursor": "#e3ddcf",
        "blurred": "#ebe7dd",
        "line": "#d3cdbf",
        "bright": "#0f1115",
        "text": "#272a30",
        "muted": "#585e6a",
        "faint": "#7c818b",
        "amber": "#8f4d00",
        "gold": "#6f5a1a",
        "link": "#4340b0",
        "blue": "#0b64a0",
        "green": "#226b3f",
        "coral": "#ab3415",
        "hit": "#ffdf9e",
        "add": "#dff1e3",
        "add2": "#b3dfc0",
        "del": "#fbe3dc",
        "del2": "#f3bfb0",
        "day0": "#e9e4d9",
        "day1": "#b9d9ee",
        "day2": "#6fb0da",
        "day3": "#2c7fb8",
        "day4": "#0b3c6f",
        "missed": "#f6d5ca",
    },
    "notekeep-contrast": {
        "page": "#000000",
        "bar": "#1a1a1a",
        "raised": "#2a2a2a",
        "field": "#000000",
        "cursor": "#2b3f70",
        "blurred": "#383838",
        "line": "#9e9e9e",
        "bright": "#ffffff",
        "text": "#ffffff",
        "muted": "#e0e0e0",
        "faint": "#bdbdbd",
        "amber": "#ffd75f",
        "gold": "#f0e0a0",
        "link": "#c9c9ff",
        "blue": "#8fd3ff",
        "green": "#8dffae",
        "coral": "#ffa590",
        "hit": "#6b5200",
        "add": "#00401a",
        "add2": "#005c26",
        "del": "#5a1500",
        "del2": "#8a2200",
        "day0": "#2b2b2b",
        "day1": "#0b4a8a",
        "day2": "#1f78c4",
        "day3": "#62b8f5",
        "day4": "#d5f0ff",
        "missed": "#6b1d08",
    },
    "notekeep-contrast-light": {
        "page": "#ffffff",
        "bar": "#ececec",
        "raised": "#f4f4f4",
        "field": "#ffffff",
        "cursor": "#c4d8ff",
        "blurred": "#e3e3e3",
        "line": "#5c5c5c",
        "bright": "#000000",
        "text": "#000000",
        "muted": "#1f1f1f",
        "faint": "#474747",
        "amber": "#6b3500",
        "gold": "#4f4000",
        "link": "#2a2690",
        "blue": "#003a75",
        "green": "#004d1f",
        "coral": "#8a1200",
        "hit": "#ffd86b",
        "add": "#cdf5d6",
        "add2": "#8fe0a5",
        "del": "#ffd9cf",
        "del2": "#ffab96",
        "day0": "#e3e3e3",
        "day1": "#a9d2f0",
        "day2": "#5a9fd4",
        "day3": "#1f6aa8",
        "day4": "#00284f",
        "missed": "#ffc2b3",
    },
}
"""Surfaces from the page upwards, text, six hues, tints that are only ever a background, and the
days of a habit, under each of notekeep's own themes."""

# With 256 colours the nearest entry of a dark grey is blue, that of a light one pink or yellow.
# These are exact entries of that palette.
_DARK_256: Final[Palette] = {
    "page": "#1c1c1c",
    "bar": "#262626",
    "raised": "#303030",
    "field": "#121212",
    "cursor": "#444444",
    "blurred": "#303030",
    "line": "#585858",
    "bright": "#ffffff",
    "text": "#d0d0d0",
    "muted": "#a8a8a8",
    "faint": "#808080",
    "amber": "#ffaf5f",
    "gold": "#d7af87",
    "link": "#afafff",
    "blue": "#5fafd7",
    "green": "#87d787",
    "coral": "#ff875f",
    "hit": "#5f5f00",
    "add": "#005f00",
    "add2": "#005f00",
    "del": "#5f0000",
    "del2": "#870000",
    "day0": "#303030",
    "day1": "#005f5f",
    "day2": "#005f87",
    "day3": "#5fafd7",
    "day4": "#87d7ff",
    "missed": "#5f0000",
}
_LIGHT_256: Final[Palette] = {
    **PALETTES["notekeep-light"],
    "page": "#ffffff",
    "bar": "#e4e4e4",
    "raised": "#eeeeee",
    "cursor": "#d0d0d0",
    "blurred": "#e4e4e4",
    "line": "#bcbcbc",
    "bright": "#080808",
    "text": "#262626",
    "muted": "#585858",
    "faint": "#767676",
    "amber": "#875f00",
    "gold": "#5f5f00",
    "hit": "#ffd787",
    "add": "#d7ffd7",
    "add2": "#afd7af",
    "del": "#ffd7d7",
    "del2": "#ffafaf",
    "day0": "#e4e4e4",
    "missed": "#ffd7d7",
}
_PALETTES_256: Final[Mapping[str, Palette]] = {
    "notekeep-dark": _DARK_256,
    "notekeep-light": _LIGHT_256,
}


def _theme(name: str, palette: Palette) -> Theme:
    """Return the theme of a palette, whose roles its variables name too."""
    amber, page, line = palette["amber"], palette["page"], palette["line"]
    variables = {
        **{f"{ROLE_PREFIX}{role}": colour for role, colour in palette.items()},
        "text-muted": palette["muted"],
        "text-disabled": palette["faint"],
        "block-cursor-background": palette["cursor"],
        "block-cursor-foreground": palette["bright"],
        "border": amber,
        "border-blurred": line,
        "scrollbar": line,
        "scrollbar-hover": palette["faint"],
        "scrollbar-active": amber,
        "scrollbar-background": page,
        "scrollbar-background-hover": page,
        "scrollbar-background-active": page,
        "scrollbar-corner-color": page,
        "input-cursor-background": amber,
        "input-cursor-foreground": page,
        "input-selection-background": f"{palette['link']} 30%",
    }
    return Theme(
        name,
        primary=palette["link"],
        secondary=palette["muted"],
        accent=amber,
        success=palette["green"],
        warning=amber,
        error=palette["coral"],
        foreground=palette["text"],
        background=page,
        surface=page,
        panel=palette["bar"],
        dark="light" not in name,
        variables=variables,
    )


THEMES = tuple(_theme(name, palette) for name, palette in PALETTES.items())
DARK, LIGHT, CONTRAST, CONTRAST_LIGHT = THEMES


def own_themes(color_system: str | None) -> Sequence[Theme]:
    """Return notekeep's own themes, in colours that a terminal of such a system has."""
    exact = _PALETTES_256 if color_system == "256" else {}
    return [_theme(one.name, exact[one.name]) if one.name in exact else one for one in THEMES]


# The terminal's own palette has no shades, so that surfaces are the page.
_TERMINAL: Final[Palette] = {
    **dict.fromkeys(PALETTES["notekeep-dark"], "ansi_default"),
    "line": "ansi_bright_black",
    "faint": "ansi_bright_black",
    "amber": "ansi_yellow",
    "gold": "ansi_yellow",
    "link": "ansi_magenta",
    "blue": "ansi_cyan",
    "green": "ansi_green",
    "coral": "ansi_red",
    "day0": "ansi_bright_black",
    "day1": "ansi_blue",
    "day2": "ansi_blue",
    "day3": "ansi_bright_blue",
    "day4": "ansi_bright_cyan",
}

# The colours of a theme of true colours that is not one of ours.

_BLENDS: Final = {
    "muted": 0.62,
    "faint": 0.42,
    "bright": 1.0,
    "raised": 0.1,
    "field": 0.0,
    "cursor": 0.16,
    "blurred": 0.08,
    "line": 0.22,
    "day0": 0.08,
}
"""How far from the background to the foreground a role lies."""
_HUES: Final = {
    "amber": "accent",
    "gold": "warning",
    "link": "primary",
    "green": "success",
    "coral": "error",
}
_TINTS: Final = {
    "hit": ("amber", 0.3),
    "add": ("green", 0.16),
    "add2": ("green", 0.32),
    "del": ("coral", 0.16),
    "del2": ("coral", 0.32),
    "missed": ("coral", 0.2),
}
"""Of which hue a tint is made, and how much of it."""
_LEAST: Final = {"muted": 4.5, "faint": 3.0, "blue": 4.5, **dict.fromkeys(_HUES, 4.5)}
"""The contrast with the background that a role needs to be read."""
_PUSHES = 10


def contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def role_variables(theme: Theme) -> dict[str, str]:
    """Return the variables of the roles for a theme that does not name them itself."""
    if f"{ROLE_PREFIX}page" in theme.variables:
        return {}
    palette = _TERMINAL if theme.ansi else _foreign_palette(theme)
    return {f"{ROLE_PREFIX}{role}": colour for role, colour in palette.items()}


def _foreign_palette(theme: Theme) -> Palette:
    variables = theme.to_color_system().generate()
    page, text = (Color.parse(variables[name]) for name in ("background", "foreground"))
    own = PALETTES[(DARK if theme.dark else LIGHT).name]
    found = {
        "page": page,
        "text": text,
        "bar": Color.parse(variables["panel"]),
        "blue": Color.parse(own["blue"]),
        **{role: page.blend(text, share, alpha=1.0) for role, share in _BLENDS.items()},
        **{role: Color.parse(variables[name]) for role, name in _HUES.items()},
    }
    for role, least in _LEAST.items():
        colour = found[role]
        for push in range(1, _PUSHES + 1):
            if contrast(found[role], page) >= least:
                break
            found[role] = colour.blend(text, push / _PUSHES, alpha=1.0)
    for role, (hue, share) in _TINTS.items():
        found[role] = page.blend(found[hue], share, alpha=1.0)
    days = {role: own[role] for role in ("day1", "day2", "day3", "day4")}
    return {**{role: colour.hex6 for role, colour in found.items()}, **days}


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

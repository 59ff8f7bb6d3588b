"""Themes: a palette of roles for each of our themes, and a derived palette for Textual's."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final, TypeAlias

from textual import constants
from textual.color import Color
from textual.theme import Theme

ROLE_PREFIX = "ink-"  # prefix of the style sheet variable of a role: `$ink-raised`

Palette: TypeAlias = "Mapping[str, str]"  # role to `#rrggbb`

_COLUMNS = ("dark", "light", "contrast", "contrast-light", "dark-256", "light-256")
# Surfaces from the page upwards, text, six hues, tints for backgrounds, and the days of a habit, in
# the columns above. With 256 colours, the nearest entry to a dark grey is blue, and to a light grey
# pink or yellow, so the last two columns use exact palette entries.
_COLOURS: Final = """
    page     #16181d #fbfaf7 #000000 #ffffff #1c1c1c #ffffff
    bar      #1f222a #ece8df #1a1a1a #ececec #262626 #e4e4e4
    raised   #262a34 #f5f2ec #2a2a2a #f4f4f4 #303030 #eeeeee
    field    #14161a #ffffff #000000 #ffffff #121212 #ffffff
    cursor   #303744 #e3ddcf #2b3f70 #c4d8ff #444444 #d0d0d0
    blurred  #242831 #ebe7dd #383838 #e3e3e3 #303030 #e4e4e4
    line     #3a414e #d3cdbf #9e9e9e #5c5c5c #585858 #bcbcbc
    bright   #f4f6fa #0f1115 #ffffff #000000 #ffffff #080808
    text     #d3d7de #272a30 #ffffff #000000 #d0d0d0 #262626
    muted    #9aa2b0 #585e6a #e0e0e0 #1f1f1f #a8a8a8 #585858
    faint    #717a89 #7c818b #bdbdbd #474747 #808080 #767676
    amber    #f0ad4e #8f4d00 #ffd75f #6b3500 #ffaf5f #875f00
    gold     #c9b37a #6f5a1a #f0e0a0 #4f4000 #d7af87 #5f5f00
    link     #aeb0f5 #4340b0 #c9c9ff #2a2690 #afafff #4340b0
    blue     #5cb3ea #0b64a0 #8fd3ff #003a75 #5fafd7 #0b64a0
    green    #7fc397 #226b3f #8dffae #004d1f #87d787 #226b3f
    coral    #f08468 #ab3415 #ffa590 #8a1200 #ff875f #ab3415
    hit      #5a431c #ffdf9e #6b5200 #ffd86b #5f5f00 #ffd787
    add      #1d3429 #dff1e3 #00401a #cdf5d6 #005f00 #d7ffd7
    add2     #2d5540 #b3dfc0 #005c26 #8fe0a5 #005f00 #afd7af
    del      #40261f #fbe3dc #5a1500 #ffd9cf #5f0000 #ffd7d7
    del2     #6b3b2e #f3bfb0 #8a2200 #ffab96 #870000 #ffafaf
    day0     #21252d #e9e4d9 #2b2b2b #e3e3e3 #303030 #e4e4e4
    day1     #173a57 #b9d9ee #0b4a8a #a9d2f0 #005f5f #b9d9ee
    day2     #1d5c8c #6fb0da #1f78c4 #5a9fd4 #005f87 #6fb0da
    day3     #3186c2 #2c7fb8 #62b8f5 #1f6aa8 #5fafd7 #2c7fb8
    day4     #8fccf3 #0b3c6f #d5f0ff #00284f #87d7ff #0b3c6f
    missed   #47291f #f6d5ca #6b1d08 #ffc2b3 #5f0000 #ffd7d7
"""


def _read_palettes() -> Mapping[str, Palette]:
    rows = [line.split() for line in _COLOURS.strip().splitlines()]
    roles = [row[0] for row in rows]
    columns = zip(*(row[1:] for row in rows), strict=True)
    named = zip(_COLUMNS, columns, strict=True)
    return {f"notekeep-{name}": dict(zip(roles, column, strict=True)) for name, column in named}


_ALL_PALETTES: Final = _read_palettes()
PALETTES: Final[Mapping[str, Palette]] = {
    name: palette for name, palette in _ALL_PALETTES.items() if not name.endswith("-256")
}


def _theme(name: str, palette: Palette) -> Theme:
    """Return the theme of a palette, with a variable for each role."""
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
DARK, LIGHT = THEMES[:2]


def own_themes(color_system: str | None) -> Sequence[Theme]:
    """Return notekeep's own themes in the colours of a terminal's colour system."""
    if color_system != "256":
        return THEMES
    return [_theme(name, _ALL_PALETTES.get(f"{name}-256", PALETTES[name])) for name in PALETTES]


# The terminal's palette has no shades, so all surfaces have the colour of the page.
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

# For Textual's themes.

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
"""The share of the foreground in the colour of a role; the rest is background."""
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
"""The hue of each tint, and the share of the hue."""
_MIN_CONTRAST: Final = {"muted": 4.5, "faint": 3.0, "blue": 4.5, **dict.fromkeys(_HUES, 4.5)}
"""The minimum contrast with the background for each role."""
_STEPS = 10


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
    """Return the variables of the roles if a theme does not define them."""
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
    for role, least in _MIN_CONTRAST.items():
        colour = found[role]
        for step in range(1, _STEPS + 1):
            if contrast(found[role], page) >= least:
                break
            found[role] = colour.blend(text, step / _STEPS, alpha=1.0)
    for role, (hue, share) in _TINTS.items():
        found[role] = page.blend(found[hue], share, alpha=1.0)
    days = {role: own[role] for role in ("day1", "day2", "day3", "day4")}
    return {**{role: colour.hex6 for role, colour in found.items()}, **days}


def choose_theme_name(
    preferred: str,
    known: Container[str],
    environment: Mapping[str, str],
    *,
    no_colour: bool = False,
) -> str:
    """Return the preferred theme ("ansi" is the terminal's own palette), or a suitable theme.

    Without a preference, use Textual's own setting, or else match the terminal's background.
    """
    preferred = preferred or constants.DEFAULT_THEME
    if no_colour or preferred == "ansi":
        return "ansi-dark"
    # Textual's default means that no theme was chosen.
    if preferred in known and preferred != "textual-dark":
        return preferred
    # Many terminals report a white or light grey background.
    is_light = environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}
    return LIGHT.name if is_light else DARK.name

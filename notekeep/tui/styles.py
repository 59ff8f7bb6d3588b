"""How a line looks under the theme in use, be it ours, one of Textual's, or the terminal's own.

A `Line` says what its parts are; the tables here say what that looks like. Nothing is told by
colour alone: where there is no colour, weight, underline and reverse remain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.styled_text import StyledLine, pad_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import App
    from textual.theme import Theme


# Rich's own words for styles; a word with a dollar is one of the colours below.
ROLES: dict[str, str] = {
    # text
    "muted": "$muted",
    "faint": "$faint",
    "bright": "$bright",
    "title": "bold $bright",
    "section": "bold $muted",
    "accent": "$accent",
    "key": "bold $accent",
    "active": "bold $accent",
    "rule": "$line",
    "mark": "bold underline $accent",
    "star": "$accent",
    "good": "$good",
    "warn": "$warn",
    "bad": "$bad",
    "private": "$bad",
    # where one is
    "cursor": "on $cursor",
    "cursor-blurred": "on $blurred",
    "cursor-bar": "bold $accent",
    "chosen": "reverse",
    "passage": "on $cursor",
    "cell": "bold reverse",
    "cell-blurred": "underline",
    # habits
    "done": "bold $done",
    "partial": "$done",
    "missed": "$bad",
    "risk": "bold $warn",
    "open": "$faint",
    "covered": "$muted",
    "missed-day": "$faint",
    "chosen-day": "bold $accent",
    "level-0": "$level0",
    "level-1": "$level1",
    "level-2": "$level2",
    "level-3": "$level3",
    "level-4": "$level4",
    # a note's text
    "strong": "bold",
    "em": "italic",
    "struck": "strike $faint",
    "finished": "$muted",
    "heading": "bold",
    "h1": "underline $accent",
    "h2": "$accent",
    "h3": "$bright",
    "h4": "$muted",
    "link": "underline $link",
    "tag": "$link",
    "timestamp": "$link",
    "footnote": "$link",
    "image": "$link",
    "math": "$good",
    "caption": "italic $muted",
    "fold": "$faint",
    "foot": "$muted",
    "foot-open": "bold $bright",
    "link-quiet": "$link",
    "embed": "bold",
    "embed-bar": "$line",
    "highlight": "bold $bright on $cursor",
    "comment": "italic $faint",
    "bullet": "$accent",
    "task": "$accent",
    "task-done": "$good",
    "quote": "italic $muted",
    "quote-bar": "$line",
    "callout-title": "bold",
    "tone-plain": "$link",
    "tone-good": "$good",
    "tone-warn": "$warn",
    "tone-bad": "$bad",
    "tone-quiet": "$muted",
    "table-head": "bold $bright",
    # code and differences
    "code": "on $raised",
    "code-label": "$faint",
    "code-comment": "italic $faint",
    "code-keyword": "$accent",
    "code-string": "$good",
    "code-number": "$link",
    "code-name": "$link",
    "added": "$good",
    "removed": "$bad",
    "hunk": "$link",
}

# Where there is no colour, these say more than what is left of the styles above.
WITHOUT_COLOUR: dict[str, str] = {
    "highlight": "bold underline",
    "passage": "reverse",
    "faint": "dim",
    "rule": "dim",
    "quote-bar": "dim",
    "embed-bar": "dim",
    "cursor": "reverse",
    "cursor-blurred": "bold",
    "cell": "bold underline",
    "active": "bold underline",
    "finished": "dim",
    "removed": "dim",
    "added": "bold",
    "bad": "bold",
    "tag": "underline",
    "struck": "strike",
}

# The terminal's own palette has no shade for a cursor row, so it is reversed there too, all of it
# in the one colour that is sure to be read.
WITH_TERMINAL_COLOURS: dict[str, str] = {
    "highlight": "bold underline",
    "passage": "reverse",
    "cursor": "reverse default on default",
    "cursor-blurred": "bold",
    "cell": "bold underline",
    "code": "",
    "muted": "",
    "bright": "",
}

# Heatmap levels, from nothing to more than was asked: steps that stay apart in every kind of colour
# vision, which the usual greens do not.
_LEVELS_DARK = ("#1c2128", "#0b3c6f", "#1467a8", "#4aa3df", "#b5e3ff")
_LEVELS_LIGHT = ("#e9e6de", "#b9d9ee", "#6fb0da", "#2c7fb8", "#0b3c6f")
_LEVELS_TERMINAL = ("bright_black", "blue", "blue", "bright_blue", "bright_cyan")
_DONE_DARK, _DONE_LIGHT = "#56b4e9", "#0b6aa2"


class RoleStyles:
    """The style of each role under one theme."""

    def __init__(self, roles: Mapping[str, Style]) -> None:
        self._roles = roles
        self._combined: dict[str, Style] = {"": Style.null()}

    def style(self, role: str) -> Style:
        """Return the style of a role, or of several in one text: "strong heading" is both."""
        known = self._combined.get(role)
        if known is None:
            styles = [self._roles[name] for name in role.split() if name in self._roles]
            known = self._combined[role] = Style.combine(styles) if styles else Style()
        return known


_ROLE_STYLES: dict[tuple[str, bool], RoleStyles] = {}


def get_role_styles(app: App[Any]) -> RoleStyles:
    """Return the styles of the theme that `app` shows, made once for each."""
    key = (app.theme, app.no_color)
    if key not in _ROLE_STYLES:
        theme = app.current_theme
        if app.no_color:
            styles = _parse_styles(ROLES | WITHOUT_COLOUR, {})
        elif theme.ansi:
            styles = _parse_styles(ROLES | WITH_TERMINAL_COLOURS, _terminal_colours(theme))
        else:
            styles = _parse_styles(ROLES, _theme_colours(theme, app.get_css_variables()))
        _ROLE_STYLES[key] = RoleStyles(styles)
    return _ROLE_STYLES[key]


def paint(
    line: StyledLine, width: int, styles: RoleStyles, under: Style, over: Style | None = None
) -> Strip:
    """Return a line as a strip of exactly `width` cells.

    This is the one place where text of a vault becomes something a terminal is sent, so nothing
    a terminal would obey gets past it, whoever forgot to clean what.
    """
    segments = []
    for piece in pad_line(line, width):
        style = under + styles.style(piece.role)
        if over is not None:
            style += over
        if piece.link:
            style += Style(meta={"link": piece.link})
        segments.append(Segment(clean_line(piece.text), style))
    return Strip(segments, width)


def reverse(strip: Strip, start: int, end: int) -> Strip:
    """Return a strip with the cells from `start` to `end` reversed, as where text is selected."""
    inside = strip.crop(start, end).apply_style(Style(reverse=True))
    return Strip.join([strip.crop(0, start), inside, strip.crop(end, strip.cell_length)])


def drop_color_filter(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """Leave out the filter that makes true colours of a terminal's own: no style needs it."""
    return [one for one in filters if not isinstance(one, ANSIToTruecolor)]


def _parse_styles(roles: Mapping[str, str], colours: Mapping[str, str]) -> dict[str, Style]:
    """Return the style of each role; a colour that is not known is left out."""
    styles = {}
    for role, words in roles.items():
        kept: list[str] = []
        for word in words.split():
            colour = colours.get(word[1:], "") if word.startswith("$") else word
            if colour:
                kept.append(colour)
            elif kept and kept[-1] == "on":
                kept.pop()
        styles[role] = Style.parse(" ".join(kept))
    return styles


def _terminal_colours(theme: Theme) -> dict[str, str]:
    return {
        "faint": "bright_black",
        "line": "bright_black",
        "accent": "yellow" if theme.dark else "magenta",
        "link": "blue",
        "good": "green",
        "warn": "yellow",
        "bad": "red",
        "done": "cyan",
        **{f"level{number}": colour for number, colour in enumerate(_LEVELS_TERMINAL)},
    }


def _theme_colours(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """Return what the words with a dollar mean under a theme of true colours."""
    background, foreground = (Color.parse(variables[name]) for name in ("background", "foreground"))
    levels = _LEVELS_DARK if theme.dark else _LEVELS_LIGHT

    def own(name: str, share: float) -> str:
        """A colour the theme names itself, else one between background and foreground."""
        if name in theme.variables:
            return theme.variables[name]
        return background.blend(foreground, share, alpha=1.0).hex6

    return {
        "muted": own("ink-muted", 0.62),
        "faint": own("ink-faint", 0.42),
        "bright": own("ink-bright", 1.0),
        "cursor": own("ink-cursor", 0.16),
        "blurred": own("ink-blurred", 0.08),
        "line": own("ink-line", 0.18),
        "accent": Color.parse(variables["accent"]).hex6,
        "link": Color.parse(variables["primary"]).hex6,
        "good": Color.parse(variables["success"]).hex6,
        "warn": Color.parse(variables["warning"]).hex6,
        "bad": Color.parse(variables["error"]).hex6,
        "raised": Color.parse(variables["panel"]).hex6,
        "done": theme.variables.get("ink-done", _DONE_DARK if theme.dark else _DONE_LIGHT),
        **{f"level{number}": colour for number, colour in enumerate(levels)},
    }

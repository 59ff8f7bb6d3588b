"""Styles of text roles in each theme: ours, Textual's, or the terminal's own colours.

A `StyledLine` names the roles of its pieces, and the tables in this module define their styles.
Nothing is shown only by colour: without colours, weight, underline and reverse remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.app import App
from textual.filter import ANSIToTruecolor, LineFilter
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.styled_text import StyledLine, pad_line
from notekeep.tui.theme import ROLE_PREFIX

# Style definitions of Rich; `$name` is a role of the palette.
ROLES: dict[str, str] = {
    # text
    "muted": "$muted",
    "faint": "$faint",
    "bright": "$bright",
    "title": "bold $bright",
    "section": "bold $muted",
    "accent": "$amber",
    "key": "bold $amber",
    "tab": "bold $bright on $page",
    "tab-key": "$amber",
    "tab-key-active": "$amber on $page",
    "active": "bold $bright",
    "rule": "$line",
    "mark": "$bright on $hit",
    "star": "$gold",
    "good": "$green",
    "warn": "$amber",
    "bad": "$coral",
    "private": "$coral",
    # cursor and focus
    "focus": "$amber",
    "cursor": "on $cursor",
    "cursor-blurred": "on $blurred",
    "cursor-bar": "$amber",
    "cursor-bar-blurred": "$faint",
    "marked": "bold $amber",
    "badge": "bold $page on $amber",
    "chosen": "reverse",
    "passage": "on $cursor",
    "cell": "on $cursor",
    "cell-blurred": "underline",
    "cell-edge": "bold $amber on $cursor",
    # habits
    "done": "bold $blue",
    "partial": "$blue",
    "missed": "$coral",
    "risk": "bold $amber",
    "open": "$faint",
    "chosen-day": "bold $amber",
    "level-0": "$day0",
    "level-1": "$day1",
    "level-2": "$day2",
    "level-3": "$day3",
    "level-4": "$day4",
    "day-0": "$bright on $day0",
    "day-1": "$bright on $day1",
    "day-2": "$bright on $day2",
    "day-3": "$page on $day3",
    "day-4": "$page on $day4",
    "day-missed": "$coral on $missed",
    # a note's text
    "band": "on $bar",
    "band-edge": "$bar",
    "chip": "$link on $raised",
    "strong": "bold",
    "em": "italic",
    "struck": "strike $faint",
    "finished": "$muted",
    "heading": "bold",
    "h1": "$bright",
    "h2": "$bright",
    "h3": "",
    "h4": "italic $muted",
    "link": "underline $link",
    "tag": "$link",
    "timestamp": "$link",
    "footnote": "$link",
    "image": "$link",
    "math": "$bright",
    "caption": "italic $muted",
    "fold": "$faint",
    "foot": "$muted",
    "foot-open": "bold $bright",
    "link-quiet": "$link",
    "embed": "bold",
    "embed-bar": "$line",
    "highlight": "bold $bright on $raised",
    "comment": "italic $faint",
    "bullet": "$muted",
    "task": "",
    "task-done": "$green",
    "quote": "italic",
    "quote-bar": "$gold",
    "callout": "on $bar",
    "callout-title": "bold $bright",
    "tone-plain": "$link",
    "tone-good": "$green",
    "tone-warn": "$amber",
    "tone-bad": "$coral",
    "tone-quiet": "$muted",
    "table-head": "bold",
    # code and differences
    "code": "on $bar",
    "code-label": "$muted",
    "code-comment": "italic $muted",
    "code-keyword": "$link",
    "code-string": "$green",
    "code-number": "$gold",
    "code-name": "$bright",
    "added": "$green",
    "removed": "$coral",
    "added-line": "on $add",
    "added-words": "on $add2",
    "removed-line": "on $del",
    "removed-words": "on $del2",
    "hunk": "$muted",
}

# Replacements for terminals without colours or shades.
_WITHOUT_SHADES: dict[str, str] = {
    "mark": "bold underline",
    "highlight": "bold underline",
    "passage": "reverse",
    "cursor-blurred": "bold",
    "cell": "bold underline",
    "tab": "bold reverse",
    "tab-key-active": "reverse",
    "badge": "bold reverse",
}
WITHOUT_COLOUR: dict[str, str] = {
    **_WITHOUT_SHADES,
    "faint": "dim",
    "rule": "dim",
    "quote-bar": "dim",
    "embed-bar": "dim",
    "cursor": "reverse",
    "cell-edge": "bold",
    "finished": "dim",
    "added-words": "bold",
    "removed-line": "dim",
    "removed-words": "bold",
    "removed": "dim",
    "added": "bold",
    "bad": "bold",
    "tag": "underline",
    "chip": "underline",
    "struck": "strike",
    "day-missed": "bold",
}

# The terminal's palette also has no shade for a cursor row, so the row is reversed in the default
# colour, which is always readable.
WITH_TERMINAL_COLOURS: dict[str, str] = {
    **_WITHOUT_SHADES,
    "cursor": "reverse default on default",
    "chip": "underline $link",
    "added-line": "$green",
    "added-words": "bold underline $green",
    "removed-line": "$coral",
    "removed-words": "bold underline $coral",
    **{f"day-{number}": f"$day{number}" for number in range(5)},
    "day-missed": "$coral",
}


_NO_COLOUR = Color.default()


class RoleStyles:
    """The style of each role in a theme."""

    def __init__(self, roles: Mapping[str, Style]) -> None:
        self._roles = roles
        self._combined: dict[str, Style] = {"": Style.null()}

    def style(self, role: str) -> Style:
        """Return the style of a role, or of several roles separated by spaces."""
        known = self._combined.get(role)
        if known is None:
            styles = [self._roles[name] for name in role.split() if name in self._roles]
            known = self._combined[role] = Style.combine(styles) if styles else Style()
        return known


_ROLE_STYLES: dict[tuple[str, bool, str | None], RoleStyles] = {}


def get_role_styles(app: App[Any]) -> RoleStyles:
    """Return the styles of the current theme; they are created once per theme."""
    key = (app.theme, app.no_color, app.console.color_system)
    if key not in _ROLE_STYLES:
        theme, colours = app.current_theme, {}
        if not app.no_color:
            variables = app.get_theme_variable_defaults() | theme.variables
            colours = {
                # Use Rich's names of colours; "" is the terminal's default.
                name.removeprefix(ROLE_PREFIX): value.removeprefix("ansi_").replace("default", "")
                for name, value in variables.items()
                if name.startswith(ROLE_PREFIX)
            }
        roles = ROLES
        if app.no_color:
            roles = ROLES | WITHOUT_COLOUR
        elif theme.ansi:
            roles = ROLES | WITH_TERMINAL_COLOURS
        _ROLE_STYLES[key] = RoleStyles(_parse_styles(roles, colours))
    return _ROLE_STYLES[key]


def paint(
    line: StyledLine, width: int, styles: RoleStyles, under: Style, over: Style | None = None
) -> Strip:
    """Return a line as a strip of exactly `width` cells, without control characters.

    All vault text that is sent to the terminal is cleaned in this function, so it is safe even if
    a caller did not clean it.
    """
    segments = []
    for piece in pad_line(line, width):
        style = under + styles.style(piece.role)
        if over is not None:
            # The background of a role, such as a match, stays visible on the cursor row.
            style = style + over if over.reverse else under + over + styles.style(piece.role)
        if piece.link:
            style += Style(meta={"link": piece.link})
        segments.append(Segment(clean_line(piece.text), style))
    return Strip(segments, width)


def thumb_renderer(thumb: str) -> type[ScrollBarRender]:
    """Return a renderer for scrollbars that consist of a thumb without a track."""

    class Thumb(ScrollBarRender):
        @classmethod
        def render_bar(
            cls,
            size: int = 25,
            virtual_size: float = 50,
            window_size: float = 20,
            position: float = 0,
            thickness: int = 1,
            vertical: bool = True,  # noqa: FBT001, FBT002 - as Textual calls it
            back_color: Color = _NO_COLOUR,
            bar_color: Color = _NO_COLOUR,
        ) -> Segments:
            if not vertical or not (window_size and size and virtual_size > window_size):
                return super().render_bar(
                    size, 0, 0, position, thickness, vertical, back_color, bar_color
                )
            length = max(1, round(size * window_size / virtual_size))
            start = round((size - length) * position / (virtual_size - window_size))
            segments = []
            for row in range(size):
                inside = start <= row < start + length
                press = "grab" if inside else "scroll_up" if row < start else "scroll_down"
                style = Style(color=bar_color, bgcolor=back_color, meta={"@mouse.down": press})
                segments.append(Segment((thumb if inside else " ") * thickness, style))
            return Segments(segments, new_lines=True)

    return Thumb


def reverse(strip: Strip, start: int, end: int) -> Strip:
    """Return a strip with the cells from `start` to `end` reversed, for selected text."""
    inside = strip.crop(start, end).apply_style(Style(reverse=True))
    return Strip.join([strip.crop(0, start), inside, strip.crop(end, strip.cell_length)])


def drop_color_filter(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """Return the filters without the filter for ANSI colours, which no style needs."""
    return [each for each in filters if not isinstance(each, ANSIToTruecolor)]


def _parse_styles(roles: Mapping[str, str], colours: Mapping[str, str]) -> dict[str, Style]:
    """Return the style of each role; ignore unknown colours."""
    styles = {}
    for role, words in roles.items():
        known: list[str] = []
        for word in words.split():
            colour = colours.get(word[1:], "") if word.startswith("$") else word
            if colour:
                known.append(colour)
            elif known and known[-1] == "on":
                known.pop()
        styles[role] = Style.parse(" ".join(known))
    return styles

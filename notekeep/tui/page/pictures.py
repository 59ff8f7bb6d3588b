"""A picture as half blocks: a cell is two pixels, the upper its colour, the lower its ground.

Nothing of a picture reaches the terminal but colours.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    from rich.color_triplet import ColorTriplet

    from notekeep.tui.page.drawn_lines import Picture

PIXELS_PER_CELL = 8
"""Pixels that a cell is wide, about, where a note gives the width of a picture."""
MAX_PICTURE_ROWS = 20

UPPER_HALF = "▀"

# Neighbours that hardly differ become one: fewer styles are quicker to make and to send.
_COARSE = 0xF8


def fit_picture(
    picture: Picture, width: int, wanted: int = 0, most: int = MAX_PICTURE_ROWS
) -> tuple[int, int]:
    """Return how many columns and rows a picture takes, a row being two columns high."""
    columns = max(1, min(width, -(-(wanted or picture.width) // PIXELS_PER_CELL)))
    rows = max(1, round(columns * picture.height / picture.width / 2))
    if rows > most:
        columns = max(1, round(columns * most / rows))
        rows = most
    return columns, rows


def half_blocks(
    pixels: bytes, columns: int, rows: int, ground: ColorTriplet
) -> list[list[Segment]]:
    """Return the rows of a picture."""
    stride = 4 * columns
    shown: list[list[Segment]] = []
    for row in range(rows):
        upper = pixels[2 * row * stride : (2 * row + 1) * stride]
        lower = pixels[(2 * row + 1) * stride : (2 * row + 2) * stride]
        places = range(0, stride, 4)
        cells = [(_blend(upper, at, ground), _blend(lower, at, ground)) for at in places]
        runs = ((cell, len([*run])) for cell, run in groupby(cells))
        shown.append([Segment(UPPER_HALF * length, _style(*cell)) for cell, length in runs])
    return shown


def _blend(pixels: bytes, at: int, ground: ColorTriplet) -> int:
    red, green, blue, opacity = pixels[at : at + 4]
    if opacity != 255:
        rest = 255 - opacity
        red = (red * opacity + ground[0] * rest) // 255
        green = (green * opacity + ground[1] * rest) // 255
        blue = (blue * opacity + ground[2] * rest) // 255
    return (red & _COARSE) << 16 | (green & _COARSE) << 8 | blue & _COARSE


@lru_cache(maxsize=8192)
def _style(upper: int, lower: int) -> Style:
    return Style(color=_colour(upper), bgcolor=_colour(lower))


@lru_cache(maxsize=8192)
def _colour(code: int) -> Color:
    return Color.from_rgb(code >> 16, code >> 8 & 0xFF, code & 0xFF)

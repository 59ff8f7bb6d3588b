"""Pictures as half blocks, decoded in a thread.

A cell shows two pixels: its foreground is the upper, its background the lower pixel. Only the
colours of a picture reach the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import groupby

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.page.page_lines import Picture, PictureRow
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width
from notekeep.tui.widgets.line_view import LineView
from notekeep.tui.workers import in_background, report_error

MAX_CACHED_PICTURES = 32
UPPER_HALF = "▀"
# Make similar adjacent colours equal, because fewer styles are faster to create and send.
_COARSE = 0xF8


class PictureCache:
    """The decoded pictures of one widget."""

    def __init__(self, view: LineView) -> None:
        self._view = view
        # The rows are empty while a picture is being decoded, or if it cannot be decoded.
        self._rows: LRUCache[tuple[object, ...], Sequence[list[Segment]]]
        self._rows = LRUCache(MAX_CACHED_PICTURES)

    def put(self, strip: Strip, part: PictureRow, left: int, under: Style) -> Strip:
        """Return a strip with a row of a picture over it, if the picture is decoded."""
        right = left + part.columns
        if right > strip.cell_length:
            return strip
        ground = under.bgcolor.triplet if under.bgcolor is not None else None
        segments = self._row(part, ground or ColorTriplet(0, 0, 0))
        if segments is None:
            return strip
        after = strip.crop(right, strip.cell_length)
        return Strip.join([strip.crop(0, left), Strip(segments, part.columns), after])

    def _row(self, part: PictureRow, ground: ColorTriplet) -> list[Segment] | None:
        key = (part.picture, part.columns, part.rows, ground)
        if key not in self._rows:
            self._rows[key] = ()
            in_background(
                self._view,
                partial(self._decode, part, ground),
                partial(self._decoded, key),
                group="picture",
                failed=partial(report_error, self._view),
            )
        rows = self._rows[key]
        return rows[part.row] if part.row < len(rows) else None

    def _decode(self, part: PictureRow, ground: ColorTriplet) -> list[list[Segment]]:
        pixels = self._view.vault.media.pixels
        data = pixels(part.picture.path, part.columns, 2 * part.rows)
        return half_blocks(data, part.columns, part.rows, ground)

    def _decoded(self, key: tuple[object, ...], rows: Sequence[list[Segment]]) -> None:
        # LRUCache does not replace the value of an existing key.
        self._rows.discard(key)
        self._rows[key] = rows
        self._view.refresh()


def half_blocks(
    pixels: bytes, columns: int, rows: int, ground: ColorTriplet
) -> list[list[Segment]]:
    """Return the rows of a picture as half blocks."""
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


class PictureView(LineView):
    """A centred picture, or its path if the terminal cannot show pictures."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture, self._draws = picture, self.glyphs.draws_pictures
        self._pictures = PictureCache(self)

    @property
    def _fitted(self) -> tuple[int, int]:
        return self._picture.fit(max(1, self.inner_width), self.page_height)

    @property
    def _above(self) -> int:
        return (
            max(0, (self.page_height - self._fitted[1]) // 2)
            if self._draws
            else self.page_height // 2
        )

    def line_count(self) -> int:
        return self.page_height

    def draw_line(self, index: int, width: int) -> StyledLine:
        if self._draws or index != self._above:
            return []
        words: StyledLine = [Piece(clean_line(self._picture.path), "muted")]
        return [Piece(" " * max(0, (width - line_width(words)) // 2)), *words]

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        columns, rows = self._fitted
        row = y - self._above
        if not self._draws or not 0 <= row < rows:
            return strip
        part = PictureRow(self._picture, row, rows, columns)
        return self._pictures.put(strip, part, (strip.cell_length - columns) // 2, self._under)

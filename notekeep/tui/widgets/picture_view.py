"""One picture in half blocks, as large as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color_triplet import ColorTriplet
from textual.strip import Strip

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.around import Part
from notekeep.tui.render.pieces import Line, Piece, cells
from notekeep.tui.render.places import fitted
from notekeep.tui.widgets.gallery import Gallery
from notekeep.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.tui.render.around import Picture


class PictureView(LineView):
    """A picture in the middle of its place, or words where none can be drawn."""

    def __init__(
        self, picture: Picture, pixels: Callable[[str, int, int], bytes], *, draws: bool
    ) -> None:
        """Show a picture.

        Args:
            picture: The picture.
            pixels: Decodes it; see `Vault.pixels`.
            draws: Whether the terminal can show it.
        """
        super().__init__()
        self._picture, self._draws = picture, draws
        self._gallery = Gallery(self, pixels)

    @property
    def _fitted(self) -> tuple[int, int]:
        wide = self.inner_width * 8
        return fitted(self._picture, max(1, self.inner_width), wide, max(1, self.page))

    @property
    def _above(self) -> int:
        return max(0, (self.page - self._fitted[1]) // 2) if self._draws else self.page // 2

    def line_count(self) -> int:
        return self.page

    def draw_line(self, index: int, width: int) -> Line:
        if self._draws or index != self._above:
            return []
        words: Line = [Piece(clean_line(self._picture.path), "muted")]
        return [Piece(" " * max(0, (width - cells(words)) // 2)), *words]

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        columns, rows = self._fitted
        row = y - self._above
        if not self._draws or not 0 <= row < rows or columns > strip.cell_length:
            return strip
        colour = self._under.bgcolor
        ground = (colour.triplet if colour is not None else None) or ColorTriplet(0, 0, 0)
        part = Part(row, rows, columns, self._picture.stamp, self._picture.path)
        segments = self._gallery.row(part, ground)
        if segments is None:
            return strip
        left = (strip.cell_length - columns) // 2
        after = strip.crop(left + columns, strip.cell_length)
        return Strip.join([strip.crop(0, left), Strip(segments, columns), after])

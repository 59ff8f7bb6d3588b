"""`Backing`: what lies behind other widgets and shows nothing of itself.

Textual draws what is covered as well, each line anew: with three things behind each other that is
most of a frame. One blank line, handed on as often as it is asked for, is the same to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

if TYPE_CHECKING:
    from rich.style import Style
    from textual.geometry import Region
    from textual.widget import Widget
else:
    # As in `keyboard`: Textual takes its time for each class of its own.
    Widget = object


class Backing(Widget):
    """A container or screen without a border, which is only its background."""

    _blank: tuple[tuple[int, Style], Strip] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        look = crop.width, self.visual_style.rich_style
        if self._blank is None or self._blank[0] != look:
            self._blank = look, Strip.blank(*look)
        blank = self._blank[1]
        _, background = self.background_colors
        for line_filter in self.get_line_filters():
            blank = blank.apply_filter(line_filter, background)
        return [blank] * crop.height

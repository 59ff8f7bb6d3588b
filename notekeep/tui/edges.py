"""What stands left and right of a widget's lines, worked out once and not for each of them.

To draw the edge of a line Textual looks up some forty styles: for the lines of a note that is more
than to draw its text. Beside all lines it is the same, but for those above and below the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.css.styles import StylesBase
    from textual.geometry import Region, Size
    from textual.widget import Widget


class Sides(NamedTuple):
    """What stands beside the text of a line."""

    left: list[Segment]
    right: list[Segment]


class Edges(StylesCache):
    """The lines of a widget as they were drawn last, with their edges."""

    def __init__(self) -> None:
        super().__init__()
        self._sides: Sides | None = None
        self._is_known = False

    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        self._is_known = False
        return super().render_widget(widget, crop)

    def render_line(
        self,
        styles: StylesBase,
        y: int,
        size: Size,
        content_size: Size,
        *look: Any,
    ) -> Strip:
        """Draw a line; see `StylesCache.render_line`, whose arguments these are."""
        draw: Callable[[int], Strip] = look[3]
        row = y - styles.gutter.top
        if not 0 <= row < content_size.height:
            return super().render_line(styles, y, size, content_size, *look)
        if not self._is_known:
            # Drawn with a text that is known, so that all around it is edge.
            mark = Segment("x" * content_size.width, Style())
            text = Strip([mark], content_size.width)
            before = *look[:3], lambda _y: text, *look[4:]
            drawn = super().render_line(styles, y, size, content_size, *before)
            self._sides, self._is_known = _around(mark, drawn, styles), True
        if self._sides is None:
            return super().render_line(styles, y, size, content_size, *look)
        line = draw(row)
        if line.cell_length != content_size.width:
            return super().render_line(styles, y, size, content_size, *look)
        left, right = self._sides
        return Strip([*left, *line, *right], size.width) if left or right else line


def _around(mark: Segment, drawn: Strip, styles: StylesBase) -> Sides | None:
    """Return what stands around a text, or None where lines are not only framed."""
    segments = list(drawn)
    at = next((n for n, segment in enumerate(segments) if segment is mark), None)
    if at is None or styles.hatch != "none" or any(edge for edge, _ in styles.outline):
        return None
    return Sides(segments[:at], segments[at + 1 :])

"""The bar beside lines: drawn as one strip for each look of a cell, and in one place for ever.

Textual draws it as a picture of its own, which takes as long as the text of half a list, and lays
the whole screen out when it comes or goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from rich.segment import Segment
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

if TYPE_CHECKING:
    from rich.style import Style as RichStyle
    from textual.geometry import Region
    from textual.scroll_view import ScrollView

    _Base = ScrollView
else:
    # As in `keyboard`: Textual takes its time for each class of its own.
    _Base = object


class Look(NamedTuple):
    """What a bar looks like: how far it reaches of how much, from where, in which colours."""

    height: int
    whole: int
    part: int
    begin: float
    style: RichStyle
    under: RichStyle


class LineBar(ScrollBar):
    """A vertical bar of one column; nothing is seen of it while all lines are."""

    _drawn: tuple[Look, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        if crop.x or crop.width != 1 or not isinstance(self.parent, Widget):
            return super().render_lines(crop)
        look = self._look(self.parent)
        if self._drawn is None or self._drawn[0] != look:
            self._drawn = look, _draw(look, self.renderer)
        strips = self._drawn[1][crop.y : crop.bottom]
        _, background = self.background_colors
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips

    def _look(self, parent: Widget) -> Look:
        if self.window_size >= self.window_virtual_size:
            _, ground = parent.background_colors
            blank = Style(background=ground).rich_style
            return Look(self.size.height, 0, 0, 0.0, blank, blank)
        bar = cast("ScrollBarRender", self.render())
        return Look(
            self.size.height,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            cast("RichStyle", bar.style),
            self.visual_style.rich_style,
        )


def _draw(look: Look, renderer: type[ScrollBarRender]) -> list[Strip]:
    """Return the strips of a bar; cells that look the same share one."""
    if not look.part:
        return [Strip.blank(1, look.style)] * look.height
    drawn = renderer.render_bar(
        size=look.height,
        virtual_size=look.whole,
        window_size=look.part,
        position=look.begin,
        back_color=look.style.bgcolor,  # type: ignore[arg-type] # Rich's, as Textual gives it
        bar_color=look.style.color,  # type: ignore[arg-type]
    )
    known: dict[int, Strip] = {}

    def strip_of(segment: Segment) -> Strip:
        strip = known.get(id(segment))
        if strip is None:
            style = look.under + segment.style if segment.style is not None else look.under
            strip = known[id(segment)] = Strip([Segment(segment.text, style)], 1)
        return strip

    return [strip_of(segment) for segment in drawn.segments]


class Barred(_Base):
    """What has such a bar."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = LineBar(name="vertical")
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual starts its own
        return self._vertical_scrollbar

    def _refresh_scrollbars(self) -> None:
        """Show the bar where there is something to scroll over, and from then on.

        Its place is kept free all the time.
        """
        styles = self.styles
        if styles.overflow_y != "auto" or styles.scrollbar_gutter != "stable":
            super()._refresh_scrollbars()
        elif height := self.container_size.height:
            is_longer = self.virtual_size.height > height
            self.show_vertical_scrollbar = is_shown = self.show_vertical_scrollbar or is_longer
            if is_shown:
                self.vertical_scrollbar.display = True

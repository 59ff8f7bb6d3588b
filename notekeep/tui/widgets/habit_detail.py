"""The page about one habit, over the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.habit_detail import DAYS, detail_lines
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.year import day_at
from notekeep.tui.widgets.dated import Dated
from notekeep.tui.widgets.line_view import Page

if TYPE_CHECKING:
    from datetime import date

    from textual import events

    from notekeep.index.habit_detail import Detail
    from notekeep.tui.render.glyphs import Glyphs

MARGIN = 2


class HabitDetail(Dated, Page):
    """Everything there is to see of one habit.

    Attributes:
        detail: What is shown; None shows nothing.
    """

    BINDINGS = bindings("habit-detail", by_screen=ALL)

    class Picked(Message):
        """A day of the year was clicked."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, glyphs: Glyphs, today: date) -> None:
        super().__init__()
        self.detail: Detail | None = None
        self._glyphs = glyphs
        self.today = today
        self._drawn: tuple[int, list[Line]] = (0, [])

    def show(self, detail: Detail) -> None:
        """Show a habit, from the top when it is another than before."""
        is_other = self.detail is None or self.detail.view.id != detail.view.id
        self.detail = detail
        self._drawn = (0, [])
        self.lines_changed()
        if is_other:
            self.look_at(0)

    def _lines(self, width: int) -> list[Line]:
        if self._drawn[0] != width:
            room = max(1, width - 2 * MARGIN)
            found = self.detail
            lines = [] if found is None else detail_lines(found, self.today, self._glyphs, room)
            self._drawn = (width, lines)
        return self._drawn[1]

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or self.detail is None:
            return
        room = max(1, self.inner_width - 2 * MARGIN)
        row = place.y + self.scroll_offset.y - DAYS
        day = day_at(self.detail.calendar, self.today, room, place.x - MARGIN, row)
        if day is not None:
            self.post_message(self.Picked(day))

    def line_count(self) -> int:
        return len(self._lines(max(1, self.inner_width)))

    def draw_line(self, index: int, width: int) -> Line:
        lines = self._lines(width)
        return [Piece(" " * MARGIN), *lines[index]] if index < len(lines) else []

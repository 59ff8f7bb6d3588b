"""The year heatmap of a habit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.tui.render.pieces import Line, Piece, spread
from notekeep.tui.render.year import LINES, legend, year_lines
from notekeep.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from datetime import date

    from notekeep.habits.heatmap import Calendar
    from notekeep.tui.render.glyphs import Glyphs


class YearGrid(LineView, can_focus=False):
    """One habit's year: a heading, the months, seven lines of days."""

    DEFAULT_CSS = """
    YearGrid { height: 10; overflow-y: hidden; scrollbar-gutter: auto; padding: 0 1; }
    """

    def __init__(self, glyphs: Glyphs, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._today = today
        self._heading: Line = []
        self._calendar: Calendar | None = None

    def show(self, heading: Line, calendar: Calendar | None) -> None:
        """Show a year.

        Args:
            heading: What it is the year of.
            calendar: The year; None shows none.
        """
        self._heading, self._calendar = heading, calendar
        self.lines_changed()

    def line_count(self) -> int:
        return LINES + 1 if self._calendar is not None else 0

    def draw_line(self, index: int, width: int) -> Line:
        if self._calendar is None:
            return []
        if index == 0:
            return spread(self._heading, legend(self._glyphs), width)
        lines = year_lines(self._calendar, self._today, self._glyphs, width)
        return lines[index - 1] if index <= len(lines) else [Piece("")]

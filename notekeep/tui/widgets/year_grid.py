"""The year heatmap of a habit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from notekeep.markdown.clean import clean_line
from notekeep.tui.render.habits import goal_text, note_piece
from notekeep.tui.render.pieces import Line, Piece, fit
from notekeep.tui.render.year import LINES, day_at, heading, year_lines
from notekeep.tui.widgets.dated import Dated
from notekeep.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from datetime import date

    from textual import events

    from notekeep.habits.heatmap import Calendar
    from notekeep.habits.view import HabitView
    from notekeep.tui.render.glyphs import Glyphs


class YearGrid(Dated, LineView, can_focus=False):
    """One habit's year: a heading, the months, seven lines of days; one line is the heading."""

    DEFAULT_CSS = """
    YearGrid { overflow-y: hidden; scrollbar-gutter: auto; padding: 0 1; }
    """

    class Picked(Message):
        """A day was clicked."""

        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, glyphs: Glyphs, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.today = today
        self._habit: HabitView | None = None
        self._year = today.year
        self._calendar: Calendar | None = None

    def show(self, habit: HabitView, year: int, calendar: Calendar) -> None:
        """Show a year of a habit."""
        self._habit, self._year, self._calendar = habit, year, calendar
        self.lines_changed()

    def line_count(self) -> int:
        return LINES + 1 if self._calendar is not None else 0

    def draw_line(self, index: int, width: int) -> Line:
        if self._calendar is None or self._habit is None:
            return []
        if index == 0:
            about = self._about(self._habit)
            is_alone = self.size.height < LINES
            return (
                fit(about, width)
                if is_alone
                else heading(about, self._calendar, self._glyphs, width)
            )
        lines = year_lines(self._calendar, self.today, self._glyphs, width)
        return lines[index - 1] if index <= len(lines) else [Piece("")]

    def _about(self, habit: HabitView) -> Line:
        """Return the name, the year when that is below, the goal, and what is left to do."""
        line = [Piece(clean_line(habit.title), "title")]
        if self.size.height >= LINES:
            line.append(Piece(f"  {self._year}", "muted"))
        note = note_piece(habit)
        line.append(Piece(f"  {goal_text(habit)}", "muted"))
        return [*line, Piece("  "), note] if note.text else line

    def on_resize(self) -> None:
        super().on_resize()
        self.lines_changed()

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or self._calendar is None or self.size.height < LINES:
            return
        day = day_at(self._calendar, self.today, self.inner_width, place.x, place.y - 2)
        if day is not None:
            self.post_message(self.Picked(day))

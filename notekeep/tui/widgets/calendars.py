"""A month calendar, the year of a habit, and the page of a habit."""

from __future__ import annotations

from calendar import Calendar, monthrange
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.geometry import Offset
from textual.message import Message

from notekeep.dates import MONTHS, WEEKDAYS
from notekeep.tracking.habit_details import Detail
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.habit_page import (
    YEAR_FIRST_LINE,
    YEAR_LINES,
    day_at,
    detail_lines,
    year_block,
)
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.widgets.line_view import DiffView, LineView

DAY_CELLS = 3  # the cells of a day
MONTH_WIDTH = 7 * DAY_CELLS
MONTH_WEEKS = 6
MONTH_HEIGHT = MONTH_WEEKS + 2


def month_days(month: date, week_start: int) -> list[date | None]:
    """Return six weeks of days, with None for days of other months."""
    numbers = [*Calendar(week_start).itermonthdays(month.year, month.month)]
    numbers += [0] * (7 * MONTH_WEEKS - len(numbers))
    return [month.replace(day=number) if number else None for number in numbers]


def shift_month(day: date, by: int) -> date:
    """Return the same day of another month, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    year = min(max(year, date.min.year), date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class MonthCalendar(LineView, can_focus=False, inherit_bindings=False):
    """A month; a click selects a day."""

    @dataclass
    class Chosen(Message):
        """A day was clicked."""

        day: date
        is_final: bool  # whether it was a double click

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day, self._week_start = day, self.vault.settings.week_start

    def show(self, day: date) -> None:
        self.day = day
        self.lines_changed()

    def line_count(self) -> int:
        return MONTH_HEIGHT

    def draw_line(self, index: int, width: int) -> StyledLine:
        del width
        if index == 0:
            return [
                Piece(f"{MONTHS[self.day.month - 1]} {self.day.year}".center(MONTH_WIDTH), "bright")
            ]
        if index == 1:
            names = [WEEKDAYS[(self._week_start + n) % 7][:2].capitalize() for n in range(7)]
            return [Piece("".join(f"{name:>{DAY_CELLS}}" for name in names), "faint")]
        week = month_days(self.day, self._week_start)[7 * (index - 2) :][:7]
        line: StyledLine = []
        for day in week:
            role = "chosen" if day == self.day else "mark" if day == self.today else ""
            line += [Piece(" "), Piece(f"{day.day if day else '':>2}", role)]
        return line

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        row, column = place.y - 2, place.x // DAY_CELLS
        if 0 <= row < MONTH_WEEKS and column < 7:
            day = month_days(self.day, self._week_start)[7 * row + column]
            if day is not None:
                self.post_message(self.Chosen(day, is_final=event.chain == 2))


class HabitYear(DiffView, can_focus=False):
    """The name, year and main figures of a habit; in one line, only the name."""

    DEFAULT_CSS = """
    HabitYear { padding: 0 1 0 2; }
    """

    draw_detail = staticmethod(year_block)
    detail: Detail | None = None

    @dataclass
    class Picked(Message):
        """A day of the year was clicked."""

        day: date

    def show_detail(self, detail: Detail) -> None:
        """Show a habit; scroll to the top if it is a different habit."""
        stays = self.detail is not None and self.detail.view.id == detail.view.id
        self.detail = detail
        draw = self.draw_detail
        self.show(lambda width: draw(detail, self.today, self.glyphs, width), stays=stays)

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        del event
        if self.detail is None or self.size.height < YEAR_LINES:
            return
        row = place.y + self.scroll_offset.y - YEAR_FIRST_LINE
        day = day_at(self.detail.calendar, self.today, self.inner_width, place.x, row)
        if day is not None:
            self.post_message(self.Picked(day))


class HabitPage(HabitYear, can_focus=True):
    """All details of a habit."""

    BINDINGS = bindings("habit-detail", run_on_screen=ALL_ACTIONS)

    draw_detail = staticmethod(detail_lines)

"""One month of days, one of them chosen."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from textual.message import Message

from notekeep.dates import MONTHS, WEEKDAYS
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual import events

DAY = 3
"""The cells of a day."""
WIDTH = 7 * DAY
WEEKS = 6
HEIGHT = WEEKS + 2


def days_of(month: date, week_start: int) -> list[date | None]:
    """Give the days of a month as they are shown: six weeks, None where another month's day is.

    Args:
        month: Any day of it.
        week_start: The first day of a week, 0 for Monday to 6 for Sunday.
    """
    first = month.replace(day=1)
    before = (first.weekday() - week_start) % 7
    count = monthrange(month.year, month.month)[1]
    days: list[date | None] = [None] * before
    days += [first + timedelta(number) for number in range(count)]
    return days + [None] * (7 * WEEKS - len(days))


def month_later(day: date, by: int) -> date:
    """Return the same day of another month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    year = min(max(year, date.min.year), date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Calendar(LineView, can_focus=False, inherit_bindings=False):
    """A month; a click chooses a day."""

    class Chosen(Message):
        """A day was clicked.

        Attributes:
            day: The day.
            is_final: Whether it was a double click.
        """

        def __init__(self, day: date, *, is_final: bool) -> None:
            super().__init__()
            self.day = day
            self.is_final = is_final

    def __init__(self, day: date, today: date, week_start: int) -> None:
        super().__init__()
        self.day = day
        self._today, self._week_start = today, week_start

    def show(self, day: date) -> None:
        """Show another day in its month."""
        self.day = day
        self.lines_changed()

    def line_count(self) -> int:
        return HEIGHT

    def draw_line(self, index: int, width: int) -> Line:
        del width
        if index == 0:
            return [Piece(f"{MONTHS[self.day.month - 1]} {self.day.year}".center(WIDTH), "bright")]
        if index == 1:
            names = [WEEKDAYS[(self._week_start + n) % 7][:2].capitalize() for n in range(7)]
            return [Piece("".join(f"{name:>{DAY}}" for name in names), "faint")]
        week = days_of(self.day, self._week_start)[7 * (index - 2) :][:7]
        line: Line = []
        for day in week:
            line += [Piece(" "), Piece(f"{day.day if day else '':>2}", self._role(day))]
        return line

    def _role(self, day: date | None) -> str:
        if day is None:
            return ""
        if day == self.day:
            return "chosen"
        return "mark" if day == self._today else ""

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None:
            return
        row, column = place.y - 2, place.x // DAY
        if not (0 <= row < WEEKS and column < 7):
            return
        day = days_of(self.day, self._week_start)[7 * row + column]
        if day is not None:
            self.post_message(self.Chosen(day, is_final=event.chain == 2))

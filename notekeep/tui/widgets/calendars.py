"""A month to choose a day from, the year of a habit, and the page about a habit."""

from __future__ import annotations

from calendar import Calendar, monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message

from notekeep.dates import MONTHS, WEEKDAYS
from notekeep.habits.summary import format_run
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import ALL_ACTIONS, bindings
from notekeep.tui.render.habit_page import (
    YEAR_FIRST_LINE,
    YEAR_LINES,
    day_at,
    detail_lines,
    legend_line,
    year_lines,
    year_width,
)
from notekeep.tui.render.habit_rows import goal_text, note_piece
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    pad_line,
    section_line,
    spread_line,
)
from notekeep.tui.widgets.line_view import DiffView, LineView

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Offset

    from notekeep.tracking.habit_details import Detail
    from notekeep.tui.render.glyphs import Glyphs


# One month of days, one of them chosen.

DAY_CELLS = 3  # the cells of a day
MONTH_WIDTH = 7 * DAY_CELLS
MONTH_WEEKS = 6
MONTH_HEIGHT = MONTH_WEEKS + 2


def month_days(month: date, week_start: int) -> list[date | None]:
    """Return the days of a month as they are shown: six weeks, None for another month's day."""
    numbers = [*Calendar(week_start).itermonthdays(month.year, month.month)]
    numbers += [0] * (7 * MONTH_WEEKS - len(numbers))
    return [month.replace(day=number) if number else None for number in numbers]


def shift_month(day: date, by: int) -> date:
    """Return the same day of another month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    year = min(max(year, date.min.year), date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class MonthCalendar(LineView, can_focus=False, inherit_bindings=False):
    """A month; a click chooses a day."""

    @dataclass
    class Chosen(Message):
        """A day was clicked."""

        day: date
        is_final: bool  # whether it was a double click

    def __init__(self, day: date, today: date, week_start: int) -> None:
        super().__init__()
        self.day = day
        self._today, self._week_start = today, week_start

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
            role = "chosen" if day == self.day else "mark" if day == self._today else ""
            line += [Piece(" "), Piece(f"{day.day if day else '':>2}", role)]
        return line

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        row, column = place.y - 2, place.x // DAY_CELLS
        if 0 <= row < MONTH_WEEKS and column < 7:
            day = month_days(self.day, self._week_start)[7 * row + column]
            if day is not None:
                self.post_message(self.Chosen(day, is_final=event.chain == 2))


# The year of a habit, under the list of all.

FIGURES_WIDTH = 21  # cells beside a year from which on its figures stand there
NARROW_YEAR = 80  # a year wider than this has its figures below


class YearGrid(LineView, can_focus=False):
    """One habit's year: a heading, months, seven lines of days, figures; or the heading alone."""

    DEFAULT_CSS = """
    YearGrid { overflow-y: hidden; scrollbar-gutter: auto; padding: 0 2; }
    """

    @dataclass
    class Picked(Message):
        """A day was clicked."""

        day: date

    def __init__(self, glyphs: Glyphs, today: date) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.today = today
        self._detail: Detail | None = None

    def show(self, detail: Detail) -> None:
        self._detail = detail
        self.lines_changed()

    def line_count(self) -> int:
        return YEAR_LINES + 2 if self._detail is not None else 0

    def draw_line(self, index: int, width: int) -> StyledLine:
        if (found := self._detail) is None:
            return []
        figures = _figures(found)
        taken = year_width(found.calendar, width)
        is_beside = width - taken >= FIGURES_WIDTH and taken < NARROW_YEAR
        if index == 0:
            return self._heading(found, width)
        if index > YEAR_LINES:
            text = " · ".join(f"{name} {value}" for name, value in figures[:2])
            return legend_line([Piece(text, "muted")], found.calendar, self._glyphs, width)
        line = year_lines(found.calendar, self.today, self._glyphs, width)[index - 1]
        if is_beside and 2 <= index < 2 + len(figures):
            name, value = figures[index - 2]
            room = min(width - taken, FIGURES_WIDTH + 4) - 4
            figure = spread_line([Piece(name, "muted")], [Piece(value)], room)
            return [*pad_line(line, taken + 4), *figure]
        return line

    def _heading(self, found: Detail, width: int) -> StyledLine:
        """Return the name, the goal, what is left to do, and a year that is not this one."""
        view = found.view
        year = str(found.year) if found.year != self.today.year else ""
        about = (year, goal_text(view, self._glyphs), note_piece(view).text)
        title = clean_line(view.title)
        # What does not fit is left out, clause by clause.
        for shown in range(len(about), -1, -1):
            text = " · ".join(filter(None, about[:shown]))
            if cell_len(f"{title} {text}") <= width:
                return section_line(title, text, width, self._glyphs)
        return fit_line([Piece(title, "strong")], width)

    def on_resize(self) -> None:
        super().on_resize()
        self.lines_changed()

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        del event
        if self._detail is None or self.size.height < YEAR_LINES:
            return
        calendar = self._detail.calendar
        day = day_at(calendar, self.today, self.inner_width, place.x, place.y - 2)
        if day is not None:
            self.post_message(self.Picked(day))


def _figures(found: Detail) -> list[tuple[str, str]]:
    """Return the few figures that say most of a habit, each with its name."""
    view, kept = found.view, found.rates[-1]
    figures = [("kept", "no data" if kept is None else f"{round(kept * 100)} %")]
    if view.streak_unit:
        figures.append(("best", format_run(view.best, view.streak_unit)))
        figures.append(("now", format_run(view.streak, view.streak_unit)))
    if found.recovery.followed:
        figures.append(("recovered", f"{found.recovery.recovered} of {found.recovery.followed}"))
    return figures


# The page about one habit, over the week.

PAGE_MARGIN = 2


class HabitPage(DiffView):
    """Everything there is to see of one habit."""

    BINDINGS = bindings("habit-detail", by_screen=ALL_ACTIONS)

    detail: Detail | None = None

    @dataclass
    class Picked(Message):
        """A day of the year was clicked."""

        day: date

    def __init__(self, glyphs: Glyphs, today: date) -> None:
        super().__init__(glyphs)
        self.today = today

    def show_detail(self, detail: Detail) -> None:
        """Show a habit, from the top when it is another than before."""
        stays = self.detail is not None and self.detail.view.id == detail.view.id
        self.detail = detail

        def draw(width: int) -> list[StyledLine]:
            room = max(1, width - 2 * PAGE_MARGIN)
            lines = detail_lines(detail, self.today, self._glyphs, room)
            return [[Piece(" " * PAGE_MARGIN), *line] for line in lines]

        self.show(draw, stays=stays)

    def place_clicked(self, place: Offset, event: events.Click) -> None:
        del event
        if self.detail is None:
            return
        room = max(1, self.inner_width - 2 * PAGE_MARGIN)
        row = place.y + self.scroll_offset.y - YEAR_FIRST_LINE
        day = day_at(self.detail.calendar, self.today, room, place.x - PAGE_MARGIN, row)
        if day is not None:
            self.post_message(self.Picked(day))

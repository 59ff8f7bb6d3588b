"""The grid of habits: a row for each habit, and a week, a month or a year of marks."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.habit_order import Placed, arranged
from notekeep.tui.render.habits import (
    DAY_WIDTH,
    day_heads,
    goal_text,
    month_heads,
    month_line,
    note_piece,
    streak_line,
    strength_line,
    week_line,
    year_heads,
    year_line,
)
from notekeep.tui.render.pieces import Line, Piece, fit, pad
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.habits.view import Cell, HabitView
    from notekeep.tui.render.glyphs import Glyphs

GUTTER = 2
LEAST_TITLE = 6
STRENGTH = 9
STREAK = 14
SPANS = ("week", "month", "year")
"""What the grid can show, in the order of the key that changes it."""
WIDTHS = {"week": 7 * DAY_WIDTH, "month": 62, "year": 53}
"""How many cells the marks take."""


_NO_HABITS: tuple[Line, ...] = (
    [],
    [Piece("  No habits yet.", "title")],
    [],
    [
        Piece(
            "  A habit is a note with these lines at its top, the first at least:",
            "muted",
        )
    ],
    [],
    [Piece("     habit: meditate", "code-string")],
    [Piece("     schedule: daily", "code-string")],
    [Piece('     goal: ">= 10 min"', "code-string")],
    [],
    [Piece("  ctrl+p", "key"), Piece("  New note, kind habit, makes one", "muted")],
)


class Columns(NamedTuple):
    """How wide each column is; one that has no room is 0."""

    title: int
    goal: int
    strength: int
    streak: int
    note: int

    @property
    def week(self) -> int:
        """Where the days begin."""
        return GUTTER + self.title + self.goal


def columns_for(width: int, span: str = "week") -> Columns:
    """Give each column its room; what says least goes first."""
    room = width - GUTTER - WIDTHS[span]
    strength = STRENGTH if room >= 24 else 0
    streak = STREAK if room >= 44 else 0
    goal = (18 if room >= 90 else 12) if room >= 54 else 0
    left = room - strength - streak - goal
    title = max(LEAST_TITLE, min(26, left))
    return Columns(title, goal, strength, streak, max(0, left - title))


class WeekGrid(ListView):
    """Habits by group, with the marks of one week and a day to fill in.

    Attributes:
        day: The day that keys act on.
        span: One of SPANS, as it was chosen; see `shown`.
    """

    BINDINGS = bindings("habits", by_screen=ALL)

    class DayChanged(Message):
        """Keys act on another day."""

    class Pressed(Message):
        """The chosen day of a habit was clicked once more."""

    def __init__(self, glyphs: Glyphs, today: date, week_start: int) -> None:
        super().__init__()
        self.day = today
        self.span = self._drawn = SPANS[0]
        self._glyphs = glyphs
        self._today = today
        self._week_start = week_start
        self._rows: list[Placed | str | Line] = []

    @property
    def shown(self) -> str:
        """What is shown: a week where there is no room for what was chosen."""
        room = self.inner_width - GUTTER - LEAST_TITLE
        return self.span if room >= WIDTHS[self.span] else SPANS[0]

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        if self.shown == "month":
            return self.day.replace(day=1)
        if self.shown == "year":
            return self._week_of(self.day) - timedelta(52 * 7)
        return self._week_of(self.day)

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        if self.shown == "month":
            return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
        return self._week_of(self.day) + timedelta(6)

    def _week_of(self, day: date) -> date:
        return day - timedelta((day.weekday() - self._week_start) % 7)

    @property
    def habit(self) -> HabitView | None:
        """The habit under the cursor."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row.habit if isinstance(row, Placed) else None

    @property
    def cell(self) -> Cell | None:
        """The chosen day of the habit under the cursor."""
        habit = self.habit
        if habit is None:
            return None
        return next((cell for cell in habit.cells if cell.day == self.day), None)

    def show(self, habits: Sequence[HabitView], banner: Line | None = None) -> None:
        """Show habits, with the cursor on the one it was on.

        Args:
            habits: In the order of lists; none shows how to begin.
            banner: A line above them, such as what yesterday left open.
        """
        here = self.habit.id if self.habit is not None else None
        self._rows = [] if habits else [*_NO_HABITS]
        if banner and habits:
            self._rows += [banner, []]
        group: str | None = None
        for placed in arranged(habits):
            if placed.habit.group != group and not placed.is_stacked:
                if group is not None:
                    self._rows.append("")
                self._rows.append(placed.habit.group or "Others")
                group = placed.habit.group
            self._rows.append(placed)
        places = (
            index
            for index, row in enumerate(self._rows)
            if isinstance(row, Placed) and row.habit.id == here
        )
        self.rows_changed(next(places, self.cursor))

    def go_to_habit(self, identity: str) -> None:
        """Put the cursor on a habit by its id."""
        for index, row in enumerate(self._rows):
            if isinstance(row, Placed) and row.habit.id == identity:
                self.move_to(index)

    def next_span(self) -> None:
        """Show a week, a month, a year, and a week again."""
        self.span = SPANS[(SPANS.index(self.span) + 1) % len(SPANS)]
        self._drawn = self.shown
        self.post_message(self.DayChanged())

    def go_to_day(self, day: date) -> None:
        """Choose a day, at most today."""
        day = min(day, self._today)
        if day != self.day:
            self.day = day
            self.lines_changed()
            self.post_message(self.DayChanged())

    def on_resize(self) -> None:
        super().on_resize()
        if self.shown != self._drawn:
            self._drawn = self.shown
            self.post_message(self.DayChanged())

    def row_count(self) -> int:
        return len(self._rows)

    def is_selectable(self, row: int) -> bool:
        return isinstance(self._rows[row], Placed)

    def draw_row(self, row: int, width: int) -> list[Line]:
        item = self._rows[row]
        columns = columns_for(width, self.shown)
        if isinstance(item, list):
            return [item]
        if isinstance(item, str):
            first = next(place for place, each in enumerate(self._rows) if isinstance(each, str))
            return [self._heading(item, columns, is_first=row == first)]
        here = row == self.cursor
        habit = item.habit
        title = Piece(clean_line(habit.title), "" if not habit.is_at_risk else "bright")
        stack = [Piece(f"{self._glyphs.arrow} ", "faint")] if item.is_stacked else []
        line: Line = [
            Piece(self._glyphs.cursor if here else " ", "cursor-bar"),
            Piece(" "),
            *pad(fit([*stack, title], columns.title - 1), columns.title),
        ]
        if columns.goal:
            line += pad(fit([Piece(goal_text(habit), "faint")], columns.goal - 1), columns.goal)
        line += pad(self._marks(habit, here=here), WIDTHS[self.shown])
        if columns.strength:
            line += [Piece("  "), *strength_line(habit, self._glyphs)]
        if columns.streak:
            line += streak_line(habit, columns.streak)
        if columns.note:
            line += [Piece("   "), *fit([note_piece(habit)], columns.note - 4)]
        return [line]

    def _marks(self, habit: HabitView, *, here: bool) -> Line:
        day = self.day if here else None
        if self.shown == "month":
            return month_line(habit.cells, self._glyphs, day)
        if self.shown == "year":
            return year_line(habit.cells, self._glyphs)
        return week_line(habit.cells, self._glyphs, day)

    def _heading(self, text: str, columns: Columns, *, is_first: bool) -> Line:
        name = Piece(clean_line(text[:1].upper() + text[1:]), "section")
        line = [Piece(" " * GUTTER), *pad([name], columns.title + columns.goal)]
        if is_first:
            line += pad(self._heads(), WIDTHS[self.shown])
            if columns.strength:
                line.append(Piece(" strength", "faint"))
            if columns.streak:
                line.append(Piece("streak".rjust(columns.streak), "faint"))
        return line

    def _heads(self) -> Line:
        """Return what stands above the marks: names of days, numbers of days, or months."""
        first = self.first_day
        if self.shown == "week":
            days = [first + timedelta(number) for number in range(7)]
            return day_heads(days, self._today, self.day)
        if self.shown == "month":
            return month_heads(first, self.last_day, self._today, self.day)
        return year_heads(first)

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        was_here = row == self.cursor
        super().row_clicked(row, x, chain)
        step = {"week": DAY_WIDTH, "month": 2}.get(self.shown)
        if step is None:
            return
        number = (x - columns_for(self.inner_width, self.shown).week) // step
        day = self.first_day + timedelta(number)
        if not self.first_day <= day <= self.last_day:
            return
        if was_here and day == self.day:
            self.post_message(self.Pressed())
        else:
            self.go_to_day(day)

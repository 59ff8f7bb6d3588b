"""The week of habits: a row for each habit, a column for each day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.habits import (
    DAY_WIDTH,
    day_heads,
    goal_text,
    note_piece,
    streak_line,
    strength_line,
    week_line,
)
from notekeep.tui.render.pieces import Line, Piece, fit, pad
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.habits.view import Cell, HabitView
    from notekeep.tui.render.glyphs import Glyphs

WEEK = 7 * DAY_WIDTH
GUTTER = 2
STRENGTH = 9
STREAK = 14


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


def columns_for(width: int) -> Columns:
    """Give each column its room; what says least goes first."""
    room = width - GUTTER - WEEK
    strength = STRENGTH if room >= 24 else 0
    streak = STREAK if room >= 44 else 0
    goal = 12 if room >= 54 else 0
    left = room - strength - streak - goal
    title = max(6, min(26, left))
    return Columns(title, goal, strength, streak, max(0, left - title))


class WeekGrid(ListView):
    """Habits by group, with the marks of one week and a day to fill in.

    Attributes:
        day: The day that keys act on.
    """

    BINDINGS = bindings("habits", by_screen=ALL)

    class DayChanged(Message):
        """Keys act on another day."""

    class Pressed(Message):
        """The chosen day of a habit was clicked once more."""

    def __init__(self, glyphs: Glyphs, today: date, week_start: int) -> None:
        super().__init__()
        self.day = today
        self._glyphs = glyphs
        self._today = today
        self._week_start = week_start
        self._rows: list[HabitView | str | Line] = []

    @property
    def first_day(self) -> date:
        """The first day of the week that is shown."""
        return self.day - timedelta((self.day.weekday() - self._week_start) % 7)

    @property
    def habit(self) -> HabitView | None:
        """The habit under the cursor."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return None if isinstance(row, str | list) else row

    @property
    def cell(self) -> Cell | None:
        """The chosen day of the habit under the cursor."""
        habit = self.habit
        if habit is None:
            return None
        return next((cell for cell in habit.cells if cell.day == self.day), None)

    def show(self, habits: Sequence[HabitView]) -> None:
        """Show habits, with the cursor on the one it was on."""
        here = self.habit.id if self.habit is not None else None
        self._rows = [] if habits else [*_NO_HABITS]
        group: str | None = None
        # Habits without a group come last: the others are where one looks for them.
        for habit in sorted(habits, key=lambda habit: not habit.group):
            if habit.group != group:
                if self._rows:
                    self._rows.append("")
                self._rows.append(habit.group or "Others")
                group = habit.group
            self._rows.append(habit)
        places = (
            index
            for index, row in enumerate(self._rows)
            if not isinstance(row, str | list) and row.id == here
        )
        self.rows_changed(next(places, self.cursor))

    def go_to_day(self, day: date) -> None:
        """Choose a day, at most today."""
        day = min(day, self._today)
        if day != self.day:
            self.day = day
            self.lines_changed()
            self.post_message(self.DayChanged())

    def row_count(self) -> int:
        return len(self._rows)

    def is_selectable(self, row: int) -> bool:
        return not isinstance(self._rows[row], str | list)

    def draw_row(self, row: int, width: int) -> list[Line]:
        item = self._rows[row]
        columns = columns_for(width)
        if isinstance(item, list):
            return [item]
        if isinstance(item, str):
            return [self._heading(item, columns, is_first=row == 0)]
        here = row == self.cursor
        title = Piece(clean_line(item.title), "" if not item.is_at_risk else "bright")
        line: Line = [
            Piece(self._glyphs.cursor if here else " ", "cursor-bar"),
            Piece(" "),
            *pad(fit([title], columns.title - 1), columns.title),
        ]
        if columns.goal:
            line += pad(fit([Piece(goal_text(item), "faint")], columns.goal - 1), columns.goal)
        line += week_line(item.cells, self._glyphs, self.day if here else None)
        if columns.strength:
            line += [Piece("  "), *strength_line(item, self._glyphs)]
        if columns.streak:
            line += streak_line(item, columns.streak)
        if columns.note:
            line += [Piece("   "), *fit([note_piece(item)], columns.note - 4)]
        return [line]

    def _heading(self, text: str, columns: Columns, *, is_first: bool) -> Line:
        name = Piece(clean_line(text[:1].upper() + text[1:]), "section")
        line = [Piece(" " * GUTTER), *pad([name], columns.title + columns.goal)]
        if is_first:
            first = self.first_day
            days = [first + timedelta(number) for number in range(7)]
            line += day_heads(days, self._today, self.day)
            if columns.strength:
                line.append(Piece(" strength", "faint"))
            if columns.streak:
                line.append(Piece("streak".rjust(columns.streak), "faint"))
        return line

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        was_here = row == self.cursor
        super().row_clicked(row, x, chain)
        number = (x - columns_for(self.inner_width).week) // DAY_WIDTH
        if not 0 <= number < 7:
            return
        day = self.first_day + timedelta(number)
        if was_here and day == self.day:
            self.post_message(self.Pressed())
        else:
            self.go_to_day(day)

"""Posts, tasks, dated events."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from notekeep.catalog.records import TaskRow
from notekeep.dates import format_short_day
from notekeep.tui.keys import ALL_ACTIONS, bindings
from notekeep.tui.render.list_rows import Group, PostRow, group_line, post_line, task_line
from notekeep.tui.render.note_rows import gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width, spread_line
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.tui.render.glyphs import Glyphs


# The list of drafts and posts, each with its state.


class PostList(ListView):
    """Drafts and posts, one to a row."""

    BINDINGS = bindings("list", by_screen=ALL_ACTIONS)

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._rows: Sequence[PostRow] = ()
        self.site = 0
        """Which of the sites' states is written out."""
        self.marked: set[str] = set()
        self.nothing: Sequence[StyledLine] = ()
        """What is shown where there are no posts."""

    @property
    def row(self) -> PostRow | None:
        """The post under the cursor, or None in an empty list."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[PostRow], keep: str | None = None) -> None:
        """Show posts, with the cursor on the note `keep` when it is among them."""
        self._rows = rows
        places = [number for number, row in enumerate(rows) if row.path == keep]
        self.rows_changed(places[0] if places else min(self.cursor, max(0, len(rows) - 1)))

    def show_states(self, rows: Sequence[PostRow]) -> None:
        """Show the same posts in other states; the cursor stays."""
        self._rows = rows
        self.lines_changed()

    def go_to(self, path: str) -> None:
        """Put the cursor on a note's post when it is listed."""
        for number, row in enumerate(self._rows):
            if row.path == path:
                self.move_to(number)
                return

    def toggle_mark(self) -> None:
        """Mark the post under the cursor, or unmark it, and go on to the next."""
        if (row := self.row) is not None:
            self.marked ^= {row.path}
            self.is_moved = True
            self.lines_changed()
            self.move_to(self.cursor + 1)

    def row_count(self) -> int:
        return len(self._rows) or len(self.nothing)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._rows:
            return [[Piece("  "), *self.nothing[row]]]
        post = self._rows[row]
        head = gutter(self._glyphs, here=row == self.cursor, marked=post.path in self.marked)
        return [[*head, *post_line(post, width - 2, self._glyphs, self.site)]]


# Views that tell days as one does: by where today is.


if TYPE_CHECKING:
    from notekeep.tui.widgets.line_view import LineView

    _Base = LineView
else:
    # As in `leaving`: what Textual asks of a widget's first base, this must not answer.
    _Base = object


class DayAware(_Base):
    """A view that shows days, and is told when another one begins.

    Attributes:
        today: The day it is.
    """

    today: date

    def change_day(self, today: date) -> None:
        """Show the same as it is seen from another day."""
        self.today = today
        self.lines_changed()


# The list of tasks, each below the note it stands in.


BOX = 5
"""Cells from the left edge within which a click ticks a task."""


class TaskList(DayAware, ListView):
    """Tasks with a cursor."""

    BINDINGS = bindings("tasks", by_screen=ALL_ACTIONS)

    class Ticked(Message):
        """The box of a task was clicked."""

    def __init__(self, glyphs: Glyphs, today: date) -> None:
        super().__init__(id="tasks")
        self._glyphs, self.today = glyphs, today
        self._rows: Sequence[Group | TaskRow | None] = ()
        self.nothing: Sequence[StyledLine] = ()
        """What is shown where there are no tasks."""

    @property
    def here(self) -> TaskRow | None:
        """The task under the cursor."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row if isinstance(row, TaskRow) else None

    def show(self, rows: Sequence[Group | TaskRow | None]) -> None:
        """Show rows, with the cursor on the task it was on, or near to where that was."""
        here = (self.here.path, self.here.line) if self.here is not None else None
        self._rows = rows
        places = (
            number
            for number, row in enumerate(rows if here is not None else ())
            if isinstance(row, TaskRow) and (row.path, row.line) == here
        )
        self.rows_changed(next(places, self.cursor))

    def row_count(self) -> int:
        return len(self._rows) or len(self.nothing)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows) and isinstance(self._rows[row], TaskRow)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._rows:
            return [[Piece("  "), *self.nothing[row]]]
        shown = self._rows[row]
        if shown is None:
            return [[]]
        if isinstance(shown, Group):
            return [[Piece("  "), *group_line(shown, width - 3), Piece(" ")]]
        head = gutter(self._glyphs, here=row == self.cursor)
        room = width - 3
        return [[*head, *task_line(shown, room, self._glyphs, self.today), Piece(" ")]]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        if chain == 1 and x < BOX:
            self.post_message(self.Ticked())


# What happened, newest first, under the days it happened on.


GAP = 2
LEAST = 6
"""Cells from which on a part of what is said besides is worth showing."""


class TimelineRow(NamedTuple):
    """One row.

    Attributes:
        key: What it stands for.
        time: When it was, in seconds since 1970.
        left: What it is.
        right: What is said of it at the right edge.
        more: What is said of it besides, as far as there is room.
    """

    key: str
    time: float
    left: StyledLine
    right: StyledLine
    more: Sequence[Piece] = ()


class TimelineList(DayAware, ListView):
    """Moments with a cursor."""

    def __init__(self, glyphs: Glyphs, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs, self.today = glyphs, today
        self._rows: list[str | TimelineRow] = []
        self.nothing: Sequence[StyledLine] = ()
        """What is shown where nothing happened."""

    @property
    def key(self) -> str:
        """What the row under the cursor stands for, or ""."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else ""
        return row.key if isinstance(row, TimelineRow) else ""

    def show(self, moments: Sequence[TimelineRow], keep: str = "") -> None:
        """Show moments, with the cursor on the row `keep` stands for, or where it was."""
        self._rows = []
        day = ""
        for moment in moments:
            heading = day_of(moment.time, self.today)
            if heading != day:
                self._rows.append(heading)
                day = heading
            self._rows.append(moment)
        rows = enumerate(self._rows)
        places = (n for n, row in rows if isinstance(row, TimelineRow) and row.key == keep)
        self.rows_changed(next(places, self.cursor))

    def row_count(self) -> int:
        return len(self._rows) or len(self.nothing)

    def is_selectable(self, row: int) -> bool:
        return row < len(self._rows) and isinstance(self._rows[row], TimelineRow)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._rows:
            return [[Piece("  "), *self.nothing[row]]]
        shown = self._rows[row]
        if isinstance(shown, str):
            return [[Piece("  "), Piece(shown, "section")]]
        head = gutter(self._glyphs, here=row == self.cursor)
        clock = Piece(f"{time.strftime('%H:%M', time.localtime(shown.time))}  ", "faint")
        left, right = [clock, *shown.left], [*shown.right, Piece(" ")]
        room = width - 2 - line_width(left) - line_width(right) - GAP
        if room < 0:
            right = []  # what it is comes before what is said of it
        if shown.more and room >= LEAST:
            left += fit_line(list(shown.more), room)
        return [[*head, *spread_line(left, right, width - 2, gap=GAP)]]


def day_of(seconds: float, today: date) -> str:
    """Tell the day of a moment as one says it."""
    day = date(*time.localtime(seconds)[:3])
    ago = (today - day).days
    if ago in {0, 1}:
        return ("Today", "Yesterday")[ago]
    return format_short_day(day, today)

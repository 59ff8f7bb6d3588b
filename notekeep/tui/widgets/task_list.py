"""The list of tasks, each below the note it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from notekeep.index.rows import TaskRow
from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.rows import gutter
from notekeep.tui.render.tasks import Group, group_line, task_line
from notekeep.tui.widgets.dated import Dated
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.tui.render.glyphs import Glyphs

BOX = 5
"""Cells from the left edge within which a click ticks a task."""


class TaskList(Dated, ListView):
    """Tasks with a cursor."""

    BINDINGS = bindings("tasks", by_screen=ALL)

    class Ticked(Message):
        """The box of a task was clicked."""

    def __init__(self, glyphs: Glyphs, today: date) -> None:
        super().__init__(id="tasks")
        self._glyphs, self.today = glyphs, today
        self._rows: Sequence[Group | TaskRow | None] = ()
        self.nothing: Sequence[Line] = ()
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

    def draw_row(self, row: int, width: int) -> list[Line]:
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

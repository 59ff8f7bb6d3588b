"""Lists of posts, tasks and events."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from notekeep.catalog.records import TaskRow
from notekeep.dates import format_short_day
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.day_rows import DayRow, DayTask, day_line
from notekeep.tui.render.list_rows import PostRow, TaskGroup, group_line, post_line, task_line
from notekeep.tui.render.note_rows import group_row, gutter, modified_day
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width, spread_line
from notekeep.tui.widgets.bars import run_action
from notekeep.tui.widgets.line_view import ListView

TASK_BOX = 4  # a click within this many cells of the left edge ticks a task
TIME_GAP = 2
MIN_MORE = 6  # minimum cells for a part of `TimelineRow.more`


class PostList(ListView[PostRow]):
    """Drafts and posts, with their state on each site."""

    BINDINGS = bindings("list", run_on_screen=ALL_ACTIONS)

    site = 0  # the number of the site whose state is shown as a word

    def show(self, rows: Sequence[PostRow], keep: str | None = None) -> None:
        """Show posts, with the cursor on the note `keep` if it is listed."""
        self._show(rows, lambda row: row.path == keep)

    def show_states(self, rows: Sequence[PostRow]) -> None:
        self._rows = rows
        self.lines_changed()

    def draw_item(self, item: PostRow, width: int, *, here: bool) -> StyledLine:
        return [
            *gutter(self.glyphs, here=here),
            *post_line(item, width - 3, self.site, self.glyphs),
        ]


class TaskList(ListView[TaskGroup | TaskRow | DayRow]):
    """Tasks below their notes or days, with a blank line between the groups."""

    BINDINGS = bindings("tasks", run_on_screen=ALL_ACTIONS)

    start: TaskRow | None = None  # the task at the cursor when the list is first shown

    @property
    def current(self) -> TaskRow | None:
        return _task_of(self.item)

    def show(self, rows: Sequence[TaskGroup | TaskRow | DayRow]) -> None:
        """Show rows, with the cursor on the same task as before, or near it."""
        old, same = self.current or self.start, None
        self.start = None
        for task in filter(None, map(_task_of, rows)):
            if old and task.path == old.path and task.key == old.key:
                same = task if same is None or task.line == old.line else same
        self._show(rows, lambda row: same is not None and _task_of(row) is same)

    def is_heading(self, item: TaskGroup | TaskRow | DayRow) -> bool:
        return _task_of(item) is None

    def draw_item(
        self, item: TaskGroup | TaskRow | DayRow, width: int, *, here: bool
    ) -> StyledLine:
        if isinstance(item, TaskGroup):
            return [Piece("  "), *group_line(item, width - 4, self.glyphs)]
        if isinstance(item, TaskRow):
            line = task_line(item, width - 4, self.glyphs, self.today)
        else:
            line = day_line(item, width - 4, self.glyphs, self.today)
        return [*gutter(self.glyphs, here=here), *line]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        if chain == 1 and x < TASK_BOX:
            self.call_next(run_action, self, "tick-task")


def _task_of(row: TaskGroup | TaskRow | DayRow) -> TaskRow | None:
    return row.task if isinstance(row, DayTask) else row if isinstance(row, TaskRow) else None


class TimelineRow(NamedTuple):
    """A row for an event, such as a saved version."""

    key: str  # identifies the row
    time: float  # in seconds since 1970
    left: StyledLine
    right: StyledLine
    more: Sequence[Piece] = ()  # after `left`, as far as it fits


class TimelineList(ListView[str | TimelineRow]):
    """Events below their days, newest first."""

    @property
    def key(self) -> str:
        """The key of the row at the cursor, or ""."""
        return self.item.key if isinstance(self.item, TimelineRow) else ""

    def show(self, moments: Sequence[TimelineRow], keep: str = "") -> None:
        """Show events, with the cursor on the row with the key `keep`, or near its old row."""
        rows: list[str | TimelineRow] = []
        for day, group in groupby(moments, lambda moment: modified_day(int(moment.time * 1e9))):
            near = {0: "Today", 1: "Yesterday"}.get((self.today - day).days)
            rows += [near or format_short_day(day, self.today), *group]
        self._show(rows, lambda row: isinstance(row, TimelineRow) and row.key == keep)

    def draw_item(self, item: str | TimelineRow, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, str):
            return group_row(item, width, self.glyphs)
        clock = Piece(f"{time.strftime('%H:%M', time.localtime(item.time))}  ", "faint")
        left, right = [clock, *item.left], [*item.right, Piece(" ")]
        room = width - 2 - line_width(left) - line_width(right) - TIME_GAP
        if room < 0:
            right = []
        if item.more and room >= MIN_MORE:
            left += fit_line(list(item.more), room)
        line = spread_line(left, right, width - 2, gap=TIME_GAP)
        return [*gutter(self.glyphs, here=here), *line]

"""Today: due habits and tasks in one column, recent notes and more in the other."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Horizontal
from textual.message import Message

from notekeep.config import end_of_day
from notekeep.errors import NotekeepError
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.messages import OpenNote, ShowOverlay
from notekeep.tui.program import program
from notekeep.tui.render.agenda import (
    SIGN,
    AgendaItem,
    DayTexts,
    Room,
    due_items,
    other_items,
)
from notekeep.tui.render.list_rows import (
    EMPTY_ACTIONS,
    first_steps,
    indexing_progress,
    task_text,
)
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.bars import run_action
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.strip import Strip

    from notekeep.services.overview import Overview

ITEM_WIDTH = 2  # cells before the text of a line, for the cursor
MARGIN = 2  # cells after the text of a line
TEXT_WIDTH = 80  # maximum cells of a line of today's note
DUE_WIDTH, OTHER_WIDTH = 90, 86
"""Maximum cells of a line in each column."""
ROW_ACTIONS = ("tick", "miss-today", "log-amount", "open-row")
"""Actions in the footer that need a row."""


class AgendaList(ListView[AgendaItem]):
    """The items of a column, built for its width."""

    class Resized(Message):
        """The width of the column changed."""

    BINDINGS = bindings("today", run_on_screen=ALL_ACTIONS)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._make: Callable[[int], Sequence[AgendaItem]] = lambda _room: ()
        self._built_width = 0  # the width that the items were built for; 0 if they are outdated

    @property
    def room(self) -> int:
        """The width of a line in cells."""
        return max(1, self.inner_width - ITEM_WIDTH - MARGIN)

    def show(self, make: Callable[[int], Sequence[AgendaItem]]) -> None:
        """Show the items that `make` returns for the width; keep the cursor on its item."""
        self._make, self._built_width = make, 0
        self._make_items()
        self.rows_changed(self.cursor)

    def render_lines(self, crop: Region) -> list[Strip]:
        # The first frame is drawn before the first `Resize`.
        self._make_items()
        return super().render_lines(crop)

    def _make_items(self) -> None:
        if not self.inner_width or self.room == self._built_width:
            return
        key = self.item.key if self.item is not None else None
        self._built_width = self.room
        self._rows = items = self._make(self.room)
        # A task may be listed twice: among all tasks, and in today's note.
        same = [number for number, item in enumerate(items) if item.key == key]
        row = min(same, key=lambda number: abs(number - self.cursor), default=self.cursor)
        self.set_reactive(AgendaList.cursor, self._nearest(row, 1))

    def is_heading(self, item: AgendaItem) -> bool:
        return not item.is_selectable

    def draw_item(self, item: AgendaItem, width: int, *, here: bool) -> StyledLine:
        bar = self.glyphs.cursor if here and item.is_selectable else " "
        return fit_line([Piece(bar, "cursor-bar"), Piece(" "), *item.line], width)

    def on_resize(self) -> None:
        self.show(self._make)
        super().on_resize()
        self.post_message(self.Resized())

    def row_at(self, y: int) -> int | None:
        row = super().row_at(y)
        while row and self._rows[row].is_detail:
            row -= 1
        return row

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        item = self._rows[row]
        if item.action:
            self.post_message(self.Selected(self, row))
        # The mark before a habit or task is a button.
        elif chain == 1 and item.can_be_ticked and x < ITEM_WIDTH + SIGN:
            self.call_next(run_action, self, "tick")


class TodayScreen(VaultScreen):
    """Due habits and tasks, and everything else for the day."""

    CSS_PATH = "today.tcss"
    OPENED_BY = "show-today"
    PLACE = "today"

    due = getters.query_one("#due", AgendaList)
    others = getters.query_one("#others", AgendaList)

    _day: Overview | None = None
    _texts = DayTexts()
    _text_width = 0  # of `_texts`

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="today-panes"):
            yield AgendaList(id="due")
            yield AgendaList(id="others")

    def on_mount(self) -> None:
        self.due.focus()
        self.watch(self.app, "indexed", self._show_columns, init=False)
        # The first frame shows due items. Everything else is read later, including logs that were
        # never read; errors are shown then.
        with suppress(NotekeepError):
            if program(self).indexed is None and not self.vault.catalog.has_unread_logs():
                self._day = self.vault.overview(only_due=True)
        self._show_columns()
        self.vault_changed()

    @property
    def column(self) -> AgendaList:
        """The column that keys act on."""
        return self.others if self.others.has_focus else self.due

    def vault_changed(self) -> None:
        if self.defer_reload():
            return
        day = f"{self.today:%A} {self.today.day} {self.today:%B}"
        self.set_status(day + end_of_day(self.today, self.vault.settings.day_start))
        self.load("overview", self.vault.overview, self._show)

    def _show(self, day: Overview) -> None:
        if self._day is None or self._day.day != day.day:
            self._texts = DayTexts()
        self._day = day
        self._show_columns()
        self._load_texts(day)

    def _load_texts(self, day: Overview) -> None:
        self._text_width = width = min(self.due.room, TEXT_WIDTH)

        def load() -> DayTexts:
            # The Markdown parser is imported after the first frame.
            from notekeep.tui.screens.note_loader import load_day_texts

            return load_day_texts(self.vault, day, max(8, width), self.glyphs)

        def show(texts: DayTexts) -> None:
            self._texts = texts
            self._show_columns()

        self.load("texts", load, show)

    def on_agenda_list_resized(self) -> None:
        # There are no texts to redraw before the day is fully loaded.
        if self._day is not None and 0 < self._text_width != min(self.due.room, TEXT_WIDTH):
            self._load_texts(self._day)

    def _show_columns(self) -> None:
        """Show the loaded parts of the day."""
        self.due.show(self._due_items)
        self.others.show(self._other_items)
        has_rows = self._day is not None and (self._day.recent or not self._day.is_quiet)
        self.set_idle_actions(*(() if has_rows else ROW_ACTIONS))

    def _due_items(self, width: int) -> list[AgendaItem]:
        day, indexed = self._day, program(self).indexed
        about = [Piece("Nothing due today.", "title")]
        if indexed is not None:
            about = indexing_progress(indexed)
        if day is None:
            return [] if indexed is None else [AgendaItem(about)]
        room, is_only_column = self._room(min(width, DUE_WIDTH)), not self.has_class("-wide")
        items = due_items(day, self._texts, room, self.glyphs, is_only_column=is_only_column)
        if day.has_nothing_due or indexed is not None:
            steps = zip(first_steps(), EMPTY_ACTIONS, strict=True) if day.has_nothing_due else ()
            first = [AgendaItem(line, action=action) for line, action in steps]
            gap = [AgendaItem([])]
            items = [AgendaItem(about), *gap, *first, *(gap if first else ()), *items]
        return items

    def _other_items(self, width: int) -> list[AgendaItem]:
        if self._day is None or not self.has_class("-wide"):
            return []
        room = self._room(min(width, OTHER_WIDTH))
        return other_items(self._day, self._texts, room, self.glyphs)

    def _room(self, width: int) -> Room:
        height = self.size.height
        tasks, recent, quote = (
            (6, 5, 3) if height < 31 else (9, 5, 4) if height < 50 else (12, 9, 8)
        )
        return Room(width, tasks, recent, quote)

    async def on_list_view_selected(self) -> None:
        await self.action_open_row()

    async def action_open_row(self) -> None:
        item = self.column.item
        if item is None or not item.is_selectable:
            return
        if item.action:
            await run_action(self.column, item.action)
        elif item.is_conflict:
            self.post_message(ShowOverlay("conflicts", item.path))
        elif item.path:
            self.post_message(OpenNote(item.path, line=item.at or None, read=True))

    def action_log_amount(self) -> None:
        # Imported late to speed up the first frame.
        from notekeep.tui.dialogs.habits import ask_amount

        if (item := self.column.item) is not None and item.habit is not None:
            ask_amount(self, item.habit, self.today)

    def action_timer_today(self) -> None:
        # Imported late to speed up the first frame.
        from notekeep.tui.dialogs.habits import toggle_timer

        if (item := self.column.item) is not None and item.habit is not None:
            toggle_timer(self, item.habit.id)

    def action_other_column(self) -> None:
        if self.has_class("-wide"):
            (self.due if self.others.has_focus else self.others).focus()

    def action_tick(self) -> None:
        if (item := self.column.item) is None:
            return
        if (task := item.task) is not None:
            tick = partial(self.vault.notes.toggle_task, task.path, task.line, task.text)
            self.write(tick, f"Ticked {task_text(task)}")
        if (habit := item.habit) is not None:
            value = habit.today.toggled
            if value == "ask":
                self.action_log_amount()
            else:
                self.check_in(partial(self.vault.habits.check_in, habit.id, value, self.today))

    def action_miss_today(self) -> None:
        if (item := self.column.item) is not None and item.habit is not None:
            self.check_in(partial(self.vault.habits.check_in, item.habit.id, "miss", self.today))

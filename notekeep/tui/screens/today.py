"""Today: what this day asks for, and one key for each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.containers import Horizontal
from textual.message import Message

from notekeep.tui.keys import ALL_ACTIONS, bindings
from notekeep.tui.messages import OpenNote, ShowConflicts
from notekeep.tui.program import program
from notekeep.tui.render.agenda import AgendaItem, agenda
from notekeep.tui.render.list_rows import indexing_progress, task_text
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.screens.preview_loader import PreviewLoader
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.widgets.row_lists import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from notekeep.services.overview import Overview
    from notekeep.tui.widgets.line_view import ListView

ITEM_WIDTH = 3  # cells before the text of a line: the cursor, and room around it


class AgendaList(RowList[AgendaItem]):
    """The lines of a day."""

    class Ticked(Message):
        """The box of a habit was clicked."""

    BINDINGS = bindings("today", by_screen=ALL_ACTIONS)
    _view: Overview | None = None

    @property
    def item(self) -> AgendaItem | None:
        return self._item

    @property
    def is_busy(self) -> bool:
        """Whether there is anything that can be ticked or opened."""
        return any(item.can_be_ticked or item.path for item in self._rows)

    def show(self, view: Overview) -> None:
        """Show a day, with the cursor where it was."""
        here, self._view = self.item, view
        room = max(1, self.inner_width - ITEM_WIDTH - 1)
        items = agenda(view, room, self._glyphs) or _nothing(program(self).indexed)
        self._show(items, lambda item: here is not None and _is_same(item, here))

    def is_heading(self, item: AgendaItem) -> bool:
        return not item.is_selectable

    def draw_item(self, item: AgendaItem, width: int, *, here: bool) -> StyledLine:
        bar = self._glyphs.cursor if here and item.is_selectable else " "
        line = item.draw(width - ITEM_WIDTH - 1)
        return [Piece(bar, "cursor-bar"), Piece(" "), *line, Piece("  ")]

    def on_resize(self) -> None:
        super().on_resize()
        self.show_again()

    def show_again(self) -> None:
        """Show the day once more: there is other room for it, or more of the index."""
        if self._view is not None:
            self.show(self._view)

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        # The mark in front of a habit or a task is its button.
        if chain == 1 and self._rows[row].can_be_ticked and x < ITEM_WIDTH + 1:
            self.post_message(self.Ticked())


def _is_same(item: AgendaItem, other: AgendaItem) -> bool:
    if item.habit is None or other.habit is None:
        return item.habit is other.habit and bool(item.path) and item.place == other.place
    return item.habit.id == other.habit.id


class TodayScreen(VaultScreen):
    """The day as a list of things to do, to go on with, and to look at."""

    CSS_PATH = "today.tcss"
    OPENED_BY = "show-today"
    PLACE = "today"

    agenda = getters.query_one(AgendaList)
    preview = getters.query_one(Preview)

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="today-panes"):
            yield AgendaList(self.glyphs)
            yield Preview(id="today-preview")

    def on_mount(self) -> None:
        self.loader = PreviewLoader(self, self.preview)
        self.agenda.focus()
        self.vault_changed()

    def vault_changed(self) -> None:
        if self.is_unseen():
            return
        self.set_status(f"{self.today:%A} {self.today.day} {self.today:%B %Y}")
        self.preview.forget()
        self.load("overview", self.vault.overview, self._show)

    def index_progressed(self) -> None:
        if not self.agenda.is_busy:
            self.agenda.show_again()

    def _show(self, day: Overview) -> None:
        self.agenda.show(day)
        self.set_idle_actions(*(() if self.agenda.is_busy else ("tick", "open-row")))

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        item = self.agenda.item
        if event.view is self.agenda and item is not None and item.path:
            self.loader.show(self.vault.catalog.row(item.path), line=item.problem or None)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        if event.view is self.agenda:
            self.action_open_row()

    def on_preview_widened(self) -> None:
        self.loader.reload()

    def action_open_row(self) -> None:
        if (item := self.agenda.item) is None or not item.path:
            return
        if item.is_conflict:
            self.post_message(ShowConflicts(item.path))
        else:
            self.post_message(OpenNote(item.path, line=item.problem or None, read=True))

    def action_leave(self) -> None:
        self.agenda.focus()

    def on_agenda_list_ticked(self) -> None:
        self.action_tick()

    def action_tick(self) -> None:
        if (item := self.agenda.item) is None:
            return
        if (task := item.task) is not None:
            tick = partial(self.vault.notes.toggle_task, task.path, task.line)
            self.write(tick, f"Ticked {task_text(task)}")
        if (habit := item.habit) is not None:
            value = "clear" if habit.call == "done" and habit.today.is_logged else "done"
            self.check_in(partial(self.vault.habits.check_in, habit.id, value, self.today))


def _nothing(indexed: float | None) -> list[AgendaItem]:
    about = [Piece("A quiet day.", "title")] if indexed is None else indexing_progress(indexed)
    lines: list[StyledLine] = [
        [],
        about,
        [],
        [Piece("     n", "key"), Piece("  makes a note", "muted")],
        [Piece("ctrl+n", "key"), Piece("  writes a line into today's note", "muted")],
        [Piece("    F2", "key"), Piece("  shows all notes", "muted")],
        [Piece("     ?", "key"), Piece("  shows what else there is", "muted")],
    ]
    return [AgendaItem(line) for line in lines]

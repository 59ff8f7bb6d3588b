"""The list of notes, or the grid in its place: made, and exchanged for each other.

Not responsible for which notes are shown; see `list_pane`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import getters

from notekeep.tui.widgets.note_list import PAGE_ROWS, NoteList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from textual.containers import Vertical
    from textual.widget import Widget

    from notekeep.index.rows import Row
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.note_grid import GridHead, NoteGrid
else:
    # As in `keyboard`: a class of Textual's kind takes time at each start.
    Vertical = object

HEAD = 1
"""Lines that the names of the columns take."""


class ListOrGrid(Vertical):
    """A pane with notes, one to a row, as a list or with their fields in columns.

    Attributes:
        grid: The grid, when it is shown.
    """

    listed = getters.query_one("#note-list", NoteList)

    grid: NoteGrid | None = None

    def prepare(self, glyphs: Glyphs, today: date, *, as_grid: bool) -> None:
        """Say what is drawn with, and how it begins, before it is mounted.

        Args:
            glyphs: The characters to draw with.
            today: The day it is.
            as_grid: Whether to begin with the grid.
        """
        self._glyphs, self._today, self._begins_as_grid = glyphs, today, as_grid

    def choose_columns(self, rows: Sequence[Row]) -> None:
        """Give the grid, when it is shown, the columns that suit the first notes of the list."""
        raise NotImplementedError

    @property
    def notes(self) -> NoteList:
        """The list, or the grid."""
        return self.grid if self.grid is not None else self.listed

    def compose_notes(self) -> Iterable[Widget]:
        """Yield the list, and the grid where that is to be seen first."""
        listed = NoteList(self._glyphs, self._today, id="note-list")
        yield listed
        if self._begins_as_grid:
            head, self.grid = self._make_grid()
            listed.display = False
            yield head
            yield self.grid

    def _make_grid(self) -> tuple[GridHead, NoteGrid]:
        from notekeep.tui.widgets.note_grid import GridHead, NoteGrid

        grid = NoteGrid(self._glyphs, self._today)
        return GridHead(grid, self._glyphs), grid

    async def show_as(self, *, grid: bool) -> None:
        """Show the notes as a grid, or as a list again; cursor and marks stay."""
        before, had_focus = self.notes, self.notes.has_focus
        if grid == (self.grid is not None):
            return
        line = before.cursor_line
        if grid:
            head, made = self._make_grid()
            await self.mount(head, made)
            # Only from here on is it what keys and verbs are about.
            self.grid = made
            self.choose_columns(self._shown_rows())
        else:
            self.grid = None
            self.listed.display = True
        self.notes.take(before)
        # The eye is on that row. The line above the grid takes one from it.
        self.notes.stand_at(line + (-HEAD if grid else HEAD))
        if had_focus:
            # At once, so that the next key finds it; and before what had it goes.
            self.screen.set_focus(self.notes)
        if grid:
            self.listed.display = False
        else:
            await self.query("NoteGrid, GridHead").remove()

    def _shown_rows(self) -> Sequence[Row]:
        notes = self.notes if self.grid is None else self.listed
        return [row for n in range(min(PAGE_ROWS, notes.note_count)) if (row := notes.row_of(n))]

"""What Browse does with the grid and with marks; what it opens for that is imported then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.place import GRID, LIST
from notekeep.tui.screens.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual import events

    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.note_grid import GridHead
    from notekeep.vault import Vault

ROOMY = 160
"""From this width on the note is shown beside the grid."""


class Gridding(Beside):
    """A screen whose list of notes can be a grid, with marks and verbs for many notes.

    Attributes:
        cells_written: What was written last into cells, by note and field.
    """

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date) -> None:
        super().__init__(vault, glyphs, today)
        self.cells_written: dict[tuple[str, str], str] = {}

    def open_here(self) -> None:
        """Read the note under the cursor."""
        raise NotImplementedError

    # The grid.

    @property
    def view(self) -> str:
        """How the notes are shown: LIST or GRID."""
        return GRID if self.pane.grid is not None else LIST

    def arrange_grid(self) -> None:
        """Give the grid the width it needs."""
        self.set_class(self.pane.grid is not None, "-grid")
        self.set_class(self.app.size.width >= ROOMY, "-roomy")

    async def action_toggle_grid(self) -> None:
        # What is shown in another way must be seen.
        self.remove_class("-reading")
        await self.pane.show_as(grid=self.pane.grid is None)
        self.arrange_grid()
        self.refresh_bindings()

    def action_sort_column(self) -> None:
        grid = self.pane.grid
        if grid is not None and grid.here is not None:
            self._sort_by(grid.here.name)

    def _sort_by(self, name: str) -> None:
        try:
            self.pane.sort_by(name)
        except NotekeepError as error:
            show_error(self, error)

    def on_grid_head_clicked(self, event: GridHead.Clicked) -> None:
        event.stop()
        grid = self.pane.grid
        if grid is not None and event.column < len(grid.columns):
            self._sort_by(grid.columns[event.column].name)

    def action_edit_cell(self) -> None:
        self._edit_cell()

    def on_note_grid_cell_opened(self) -> None:
        self._edit_cell()

    def _edit_cell(self, typed: str = "") -> None:
        from notekeep.tui.screens.cells import edit_cell

        edit_cell(self, typed)

    def action_clear_cell(self) -> None:
        from notekeep.tui.screens.cells import clear_cell

        clear_cell(self)

    def on_key(self, event: events.Key) -> None:
        # A digit is the beginning of a rating, a number or a date.
        digit = event.character
        if digit is not None and digit.isdecimal() and digit.isascii():
            grid = self.pane.grid
            if grid is not None and grid.has_focus:
                event.stop()
                self._edit_cell(digit)

    # Marks.

    def action_mark(self) -> None:
        self.notes.toggle_mark()

    def action_mark_range(self) -> None:
        self.notes.mark_range()

    def action_mark_all(self) -> None:
        self._mark_listed(self.notes.mark_all)

    def action_mark_others(self) -> None:
        self._mark_listed(self.notes.mark_others)

    def _mark_listed(self, mark: Callable[[set[str]], object]) -> None:
        in_background(self, self.notes.listed(), mark, group="marks", exclusive=True)

    def prune_marks(self) -> None:
        """Unmark what is no note any more."""
        marked = frozenset(self.notes.marked)
        if marked:
            in_background(
                self,
                lambda: self.vault.known(marked),
                lambda known: self.notes.follow_marks({}, known | (self.notes.marked - marked)),
                group="marks-kept",
                exclusive=True,
                failed=lambda _error: None,
            )

    # Verbs on the marked notes, or on the one under the cursor.

    def action_set_field(self) -> None:
        from notekeep.tui.screens.bulk import set_field

        set_field(self)

    def action_move_note(self) -> None:
        from notekeep.tui.screens.bulk import move

        move(self)

    def action_may_publish(self) -> None:
        from notekeep.tui.screens.bulk import may_publish

        may_publish(self)

    def has_done_with_marked(self, verb: str) -> bool:
        """Do a verb with the marked notes; False when none is marked."""
        if not self.notes.marked:
            return False
        from notekeep.tui.screens import bulk

        {"tag": bulk.tag, "delete": bulk.delete, "copy": bulk.copy_links}[verb](self)
        return True

    def say_nothing_listed(self) -> None:
        """Say that there is no note to do anything with."""
        say(self, "There is no note here")

"""Browse: the sidebar, the list of notes, and the note under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import getters
from textual.containers import Horizontal

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.location import GRID_VIEW, ListState, NoteLocation, Trail
from notekeep.tui.messages import OpenNote, PublishNotes, ShowHistory
from notekeep.tui.screens.grid_mode import GridMode
from notekeep.tui.screens.preview_loader import PreviewLoader
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.list_pane import ListPane
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.workers import LazyModule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual.app import ComposeResult

    from notekeep.catalog.records import Row
    from notekeep.notes.conflict_pairs import ConflictPair
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.screens import note_operations
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.vault import Vault
else:
    note_operations = LazyModule("notekeep.tui.screens.note_operations")


ABOUT_A_NOTE = ("open", "edit-cell", "edit", "edit-tags", "export")
"""Actions of the bottom line that want a note."""
ROOMY = 110
"""From this width on there is room for the sidebar."""


class BrowseScreen(GridMode, VaultScreen):
    """Notes to look through, and to read."""

    BINDINGS = bindings("browse")
    CSS_PATH = "browse.tcss"
    OPENED_BY = "show-browse"

    preview = getters.query_one("#preview", Preview)

    def __init__(
        self,
        vault: Vault,
        glyphs: Glyphs,
        today: date,
        note: str = "",
        view: str = "",
    ) -> None:
        super().__init__(vault, glyphs, today)
        self._note = note
        self._begins_as_grid = view == GRID_VIEW
        self._sidebar: bool | None = None
        self._trail = Trail()
        self._deleting: list[str] = []
        """The note that is being deleted, whose row is still there."""
        self._returned: tuple[str, str] | None = None
        """The note that one came back to, and what was searched for then."""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="panes"):
            if self.app.size.width >= ROOMY:
                from notekeep.tui.widgets.sidebar import Sidebar

                yield Sidebar(self.glyphs, id="sidebar")
            yield ListPane(
                self.vault,
                self.glyphs,
                self.today,
                self._note,
                as_grid=self._begins_as_grid,
            )
            yield Preview(id="preview")

    def on_mount(self) -> None:
        super().on_mount()
        self._reader = PreviewLoader(self, self.preview)
        self.notes.focus()
        self.call_after_refresh(self.count_sidebar)

    def on_resize(self) -> None:
        self._arrange()

    def vault_changed(self) -> None:
        self.preview.forget()
        self.count_sidebar()
        self.prune_marks()
        self.pane.again()

    def place(self) -> str:
        if self.pane.box.has_text_focus:
            return "search"
        focused = self.focused.id if self.focused is not None else None
        return focused if focused in {"preview", "sidebar"} else self.view

    @property
    def note_under_cursor(self) -> str:
        """The note under the cursor, or ""."""
        row = self.notes.row
        return row.path if row is not None else ""

    @property
    def opens_without_reload(self) -> bool:
        searched = self.pane.typed or self.pane.scope or self.notes.marked
        arranged = self.has_class("-reading") or self.has_class("-zoomed")
        arranged |= not self.pane.is_in_opening_state
        return not searched and not arranged and super().opens_without_reload

    def flag(self, conflicts: Sequence[ConflictPair]) -> None:
        super().flag(conflicts)
        self.notes.flag(frozenset(pair.note for pair in conflicts))

    def index_progressed(self) -> None:
        self.pane.index_progressed()

    def on_list_pane_counted(self, event: ListPane.Counted) -> None:
        self.say(event.text)
        self.rest(*(() if self.notes.row is not None else ABOUT_A_NOTE))
        self.list_changed()

    def on_list_pane_empty(self) -> None:
        self._reader.row = None
        self.preview.say()

    # Panes.

    def _arrange(self) -> None:
        """Show the sidebar where there is room for it, unless the person decided."""
        is_wanted = self.app.size.width >= ROOMY if self._sidebar is None else self._sidebar
        # To ask for the sidebar is to have it made.
        self.set_class(is_wanted and self.sidebar is not None, "-sidebar")
        self.arrange_grid()
        self.call_after_refresh(self.fill_sidebar)

    def action_toggle_sidebar(self) -> None:
        self._sidebar = not self.has_class("-sidebar")
        self._arrange()
        (self.sidebar if self._sidebar else self.notes).focus()

    def action_zoom(self) -> None:
        if self.focused is self.preview or self.has_class("-reading"):
            self.toggle_class("-reading")
        else:
            self.toggle_class("-zoomed")

    def action_back(self) -> None:
        if self.has_class("-reading") or self.focused is self.preview:
            self.action_leave()
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self.notes.marked:
            self.notes.clear_marks()
        elif self.pane.typed:
            self.pane.clear()
        elif self.pane.scope:
            self.choose_scope("", "")
        elif self.focused is not None and self.focused.id == "sidebar":
            self.notes.focus()

    def choose_scope(self, query: str, name: str) -> None:
        self.sidebar.activate(query)
        self.pane.set_scope(query, name)
        self.show_list()
        self.notes.focus()

    def show_list(self) -> None:
        if self.has_class("-narrow"):
            self._sidebar = None
            self._arrange()

    def action_search(self) -> None:
        self.remove_class("-reading")
        self.show_list()
        self.pane.box.focus_text()

    def action_sort(self) -> None:
        self.pane.next_order()

    def show_query(self, query: str) -> None:
        """Search for a query, as if it had been typed; the way back leads to what there was."""
        self._leave_off()
        self.remove_class("-reading")
        self.choose_scope("", "")
        self.pane.box.set_text(query)
        if self._reader.row is not None:
            self._trail.visit(NoteLocation(self._reader.row.path, ListState(typed=query), 0))

    # The note under the cursor.

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is self.notes:
            self._show(self.notes.row)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        if event.view is self.notes:
            self.action_open()

    def on_preview_widened(self) -> None:
        self._reader.again()

    def _show(self, row: Row | None, line: int | None = None) -> None:
        notes = self.notes
        hit = notes.hit_at(notes.cursor)
        if line is None and hit is not None and row is not None and hit.row.path == row.path:
            # A note that one came back to is where it was left.
            line = hit.line if self._returned != (row.path, self.pane.typed) else None
        around = (notes.cursor + 1, notes.cursor - 1)
        self._reader.show(
            row,
            matcher=self.pane.matcher,
            line=line,
            neighbours=[notes.row_of(n) for n in around if 0 <= n < notes.note_count],
        )

    def action_open(self) -> None:
        self.open_under_cursor()

    def open_under_cursor(self) -> None:
        if (row := self.notes.row) is not None:
            self.vault.opened.count(row.path)
            self._trail.visit(self._stop(row.path))
            self._read()

    def _read(self) -> None:
        self.add_class("-reading")
        self.preview.focus()
        # Where the preview had no place, it has one only after this.
        self.call_after_refresh(self._reader.again)

    def action_leave(self) -> None:
        self.remove_class("-reading")
        self.notes.focus()

    def action_page_preview(self) -> None:
        if self.preview.display:
            self.preview.action_page_down()
        else:
            self.action_open()

    # From note to note.

    def open_note(self, wanted: OpenNote) -> None:
        """Show a note, wherever the list stands."""
        self._leave_off()
        if wanted.among_all:
            self._list_all()
        self.vault.opened.count(wanted.path)
        self._go_to(wanted)
        self._trail.visit(self._stop(wanted.path))

    def _stop(self, path: str) -> NoteLocation:
        return NoteLocation(path, self.pane.asked, self.notes.cursor_line)

    def _leave_off(self) -> None:
        """Keep where one is, to come back to: the note that is read, and what is listed."""
        row, asked = self._reader.row, self.pane.asked
        is_read = self.has_class("-reading") or self.focused is self.preview
        if row is not None and (is_read or asked.scope or asked.typed):
            self._trail.visit(self._stop(row.path))
        self._keep_list()

    def _keep_list(self) -> None:
        """Keep what is listed beside the note that one goes away from."""
        if self._reader.row is not None:
            self._trail.leave(self._stop(self._reader.row.path))

    def _list_all(self) -> None:
        """List all notes, whatever was searched for."""
        if self.pane.scope:
            self.choose_scope("", "")
        if self.pane.typed:
            self.pane.clear()

    def _go_to(self, wanted: OpenNote) -> None:
        path, row = wanted.path, self.notes.row
        shown = self.vault.catalog.row(path)
        # What lists leave out is shown beside the list as it is.
        is_left_out = shown is not None and not self.vault.catalog.is_listed(path)
        if not is_left_out and (row is None or row.path != path):
            if not wanted.as_listed:
                self._list_all()
            self.pane.again(path)
        self._present(wanted, shown)

    def _present(self, wanted: OpenNote, row: Row | None) -> None:
        if wanted.read:
            self._read()
        self._show(row, wanted.line)

    def action_note_before(self) -> None:
        self._turn(-1)

    def action_note_after(self) -> None:
        self._turn(1)

    def _turn(self, steps: int) -> None:
        """Go along the notes that were opened, each with what was listed beside it."""
        self._keep_list()
        stop = self._trail.turn(steps)
        if stop is None:
            return
        self._returned = stop.path, stop.asked.typed
        wanted = OpenNote(stop.path, read=self.has_class("-reading"), as_listed=True)
        if stop.asked == self.pane.asked:
            self._go_to(wanted)
        else:
            self.sidebar.activate(stop.asked.scope)
            self.pane.ask_again(stop)
            self._present(wanted, self.vault.catalog.row(stop.path))

    def on_preview_followed(self, event: Preview.Followed) -> None:
        note_operations.follow(self, event.link, event.path)

    def action_links(self) -> None:
        if self._reader.row is not None:
            note_operations.choose_link(self, self._reader.row)

    def action_history(self) -> None:
        if self._reader.row is not None:
            self.app.post_message(ShowHistory(self._reader.row.path))

    # Verbs on notes.

    def chosen_notes(self) -> list[str]:
        """Return the notes a verb is about: the marked ones, else the one that is shown."""
        if self.notes.marked:
            return sorted(self.notes.marked)
        return [self._reader.row.path] if self._reader.row is not None else []

    def action_edit(self) -> None:
        if self._reader.row is not None:
            path, hit = self._reader.row.path, self.notes.hit_at(self.notes.cursor)
            line = self.preview.line_under_cursor if self.preview.path == path else None
            if line is None and hit is not None and hit.row.path == path:
                line = hit.line
            self.vault.opened.count(path)
            cast("NotekeepApp", self.app).editors.open(path, line)

    def action_edit_fields(self) -> None:
        if self._reader.row is not None:
            note_operations.edit_fields(self, self._reader.row.path)

    def action_edit_outside(self) -> None:
        if self._reader.row is not None:
            note_operations.edit_note(self, self._reader.row.path)

    def action_rename(self) -> None:
        if self._reader.row is not None:
            note_operations.rename_note(self, self._reader.row)

    def action_edit_tags(self) -> None:
        if not self.ran_on_marked("tag"):
            note_operations.edit_tags(self, self.chosen_notes(), self._reader.row)

    def action_delete(self) -> None:
        if self.ran_on_marked("delete"):
            return
        paths = self.chosen_notes()
        # Pressed twice, or held down, it finds a row whose note goes or is gone already.
        is_there = bool(self.vault.catalog.rows_of(paths))
        if is_there and paths != self._deleting:
            self._deleting = paths
            note_operations.delete_notes(self, paths, self._forget_deleting)

    def _forget_deleting(self) -> None:
        self._deleting = []

    def action_export(self) -> None:
        if paths := self.chosen_notes():
            self.post_message(PublishNotes(paths))

    def action_copy(self) -> None:
        selected = self.get_selected_text()
        chosen = self._reader.copied() if self.focused is self.preview and not selected else None
        if chosen is not None:
            note_operations.copy_and_notify(self, *chosen)
            return
        if (selected or not self.ran_on_marked("copy")) and self._reader.row is not None:
            note_operations.copy_and_notify(
                self, selected or f"[[{clean_line(self._reader.row.title)}]]"
            )

    def action_copy_path(self) -> None:
        if self._reader.row is not None:
            note_operations.copy_and_notify(self, self.vault.absolute(self._reader.row.path))

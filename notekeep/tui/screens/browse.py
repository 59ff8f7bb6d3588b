"""Browse: the sidebar, the list of notes, and the note at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING

from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Horizontal

from notekeep.catalog.name_lookup import existing_paths
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keyboard import bindings
from notekeep.tui.list_model import (
    KIND,
    SidebarModel,
    find_terms,
    load_sidebar,
    narrow_to_scope,
    replace_sort,
    toggle_term,
)
from notekeep.tui.location import GRID_VIEW, LIST_VIEW, ListState, NoteHistory, NoteLocation
from notekeep.tui.messages import EditNote, OpenNote, PublishNotes, ShowOverlay
from notekeep.tui.program import program
from notekeep.tui.render.note_rows import kind_sign
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_text
from notekeep.tui.screens.preview_loader import PreviewLoader
from notekeep.tui.screens.vault_screen import WIDTHS, VaultScreen
from notekeep.tui.widgets.bars import run_action
from notekeep.tui.widgets.list_pane import ListPane
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.workers import notify_done, show_message

if TYPE_CHECKING:
    from notekeep.catalog.queries import Facets
    from notekeep.catalog.records import Row
    from notekeep.notes.conflict_pairs import ConflictPair
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.tui.screens.grid_mode import GridMode
    from notekeep.tui.screens.note_operations import NoteOperations
    from notekeep.tui.widgets.line_view import ListView
    from notekeep.tui.widgets.note_grid import GridHead
    from notekeep.tui.widgets.note_list import NoteList
    from notekeep.tui.widgets.sidebar import Sidebar

NOTE_ACTIONS = ("open", "edit-cell", "edit", "edit-tags", "mark", "export")
"""Actions in the footer that need a note."""
SHORT_TITLE = 24  # cells of the title in the header if the path does not fit
QUOTED_KINDS = ("book", "podcast")
"""Kinds of notes that have quotes."""
MIN_WIDTH_OF_TWO = WIDTHS[1][0]  # the minimum width for two panes
MIN_SIDEBAR_WIDTH = 110  # the minimum width for the sidebar
MIN_WIDTH_OF_SECOND = 140  # the minimum width for a second note
MIN_WIDTH_OF_ALL = 180  # the minimum width for the list beside two notes
MIN_GRID_WIDTH = 160  # the minimum width for a note next to the grid
COUNT_DELAY = 0.25  # seconds after a change of the list before the sidebar counts its results


class BrowseScreen(VaultScreen):
    """The notes as a list or grid, and a preview of the selected note."""

    BINDINGS = bindings("browse")
    CSS_PATH = "browse.tcss"
    OPENED_BY = "show-browse"

    pane = getters.query_one(ListPane)
    preview = getters.query_one("#preview", Preview)

    def __init__(self, note: str = "", view: str = "") -> None:
        super().__init__()
        self._note = note
        self._starts_as_grid = view == GRID_VIEW
        self._sidebar_choice: bool | None = None
        self._second: PreviewLoader | None = None
        self._return: Callable[[], None] | None = None  # shows the screen a note was opened from
        self._counted_search: str | None = None
        """The search whose results the sidebar counts ("": all notes); None if outdated."""
        self._history = NoteHistory()
        self._count = ("", "")  # the status of the list, as text
        self._shown_match: tuple[str, str] | None = None
        """The note and search whose match is already shown, so that a reload does not scroll."""

    # Imported after the first frame; the sidebar is imported earlier if it fits.

    @cached_property
    def grid_mode(self) -> GridMode:
        from notekeep.tui.screens.grid_mode import GridMode

        return GridMode(self)

    @cached_property
    def operations(self) -> NoteOperations:
        from notekeep.tui.screens.note_operations import NoteOperations

        return NoteOperations(self)

    @cached_property
    def sidebar(self) -> Sidebar:
        from notekeep.tui.widgets.sidebar import Sidebar

        return Sidebar(id="sidebar")

    def compose_body(self) -> ComposeResult:
        self.set_class(self._starts_as_grid, "-grid")
        self._fit()
        with Horizontal(id="panes"):
            if self.has_class("-sidebar"):
                yield self.sidebar
            yield ListPane(self._note, as_grid=self._starts_as_grid)
            yield Preview(id="preview")

    def on_mount(self) -> None:
        self.loader = PreviewLoader(self, self.preview)

        def flag(conflicts: Sequence[ConflictPair]) -> None:
            self.notes.flag(frozenset(pair.note for pair in conflicts))

        self.watch(self.app, "conflicts", flag)
        # Set at once, because `focus` would wait and then take the focus from the search box.
        self.set_focus(self.notes)
        self._list_quote(None)
        self.call_after_refresh(self._recount_sidebar)

    def on_resize(self) -> None:
        self._arrange()

    def vault_changed(self) -> None:
        self._reload_second()
        self._recount_sidebar()
        self._prune_marks()
        self.pane.reload()

    def place(self) -> str:
        if self.pane.box.has_text_focus:
            return "search"
        focused = self.focused.id if self.focused is not None else None
        if isinstance(self.focused, Preview):
            return "preview"
        return "sidebar" if focused == "sidebar" else self.view

    @property
    def notes(self) -> NoteList:
        return self.pane.notes

    @property
    def view(self) -> str:
        """The current view: LIST_VIEW or GRID_VIEW."""
        return GRID_VIEW if self.pane.grid is not None else LIST_VIEW

    @property
    def note_under_cursor(self) -> str:
        row = self.notes.row
        return row.path if row is not None else ""

    @property
    def current_query(self) -> str:
        return narrow_to_scope(self.pane.scope, self.pane.typed)

    def chosen_notes(self) -> list[str]:
        """Return the notes for an action: the marked notes, or else the note in the preview."""
        if self.notes.marked:
            return sorted(self.notes.marked)
        return [self.current_note.path] if self.current_note is not None else []

    @property
    def current_note(self) -> Row | None:
        """The note for an action: the second note if it has the focus, else the first."""
        return self._focused_loader.row

    @property
    def current_preview(self) -> Preview:
        return self._focused_loader.preview

    @property
    def _focused_loader(self) -> PreviewLoader:
        second = self._second
        return second if second is not None and second.preview.has_focus else self.loader

    @property
    def has_marks(self) -> bool:
        return bool(self.notes.marked)

    def follow_plan(self, plan: WritePlan) -> None:
        moved = {change.path: change.target for change in plan.changes if change.target}
        removed = {change.path for change in plan.changes if change.after is None}
        self.notes.mark({moved.get(path, path) for path in self.notes.marked} - removed)
        row = self.loader.row
        if self.is_reading and row is not None and row.path in removed - moved.keys():
            self.action_leave()

    @property
    def opens_without_reload(self) -> bool:
        searched = self.pane.typed or self.pane.scope or self.notes.marked
        arranged = self.has_class("-reading") or self.has_class("-zoomed")
        arranged |= self._second is not None
        grid = self.pane.grid
        arranged |= bool(self.pane.order) or (grid is not None and grid.column > 0)
        return not searched and not arranged and super().opens_without_reload

    def on_list_pane_counted(self, event: ListPane.Counted) -> None:
        self._count = event.text, event.short
        self._show_status()
        self.show_mark_count(len(self.notes.marked))
        self._show_idle_actions()
        is_empty = self.notes.is_empty
        self.set_class(is_empty and bool(self.notes.offers), "-empty")
        if is_empty:
            self._show_no_note()
        if self.pane.typed:
            self._recount_sidebar()
        else:
            self._fill_sidebar()

    def on_note_list_marked(self) -> None:
        self.show_mark_count(len(self.notes.marked))

    @property
    def is_reading(self) -> bool:
        """Whether keys act on the text of a note instead of the list."""
        return self.has_class("-reading") or isinstance(self.focused, Preview)

    def _set_reading(self, *, on: bool) -> None:
        if not on:
            self._return = None
        self.set_class(on, "-reading")
        self._show_status()

    def _show_status(self) -> None:
        """Show the title of the open note, or the number of listed notes."""
        row = self.loader.row if self.has_class("-reading") else None
        if row is None:
            self.set_status(*self._count)
        else:
            sign, title = kind_sign(row.kind, self.glyphs), [Piece(clean_line(row.title))]
            short = line_text(fit_line(title, SHORT_TITLE, self.glyphs.ellipsis))
            self.set_status(f"{sign.text} {row.path}", f"{sign.text} {short}")

    def _arrange(self) -> None:
        self._fit()
        if self.has_class("-sidebar"):
            if not self.sidebar.is_attached:
                self.query_one("#panes").mount(self.sidebar, before=0)
            self.call_after_refresh(self._fill_sidebar)

    def _fit(self) -> None:
        """Show the sidebar if there is room, unless the user toggled it."""
        width = self.app.size.width
        has_sidebar = width >= MIN_SIDEBAR_WIDTH and self._second is None
        if self._sidebar_choice is not None:
            has_sidebar = self._sidebar_choice
        self.set_class(has_sidebar, "-sidebar")
        # Use the new width, because a list that is hidden for a moment would lose the focus.
        self.set_class(has_sidebar and width < MIN_WIDTH_OF_TWO, "-sidebar-alone")
        self.set_class(width >= MIN_GRID_WIDTH, "-roomy")
        self.set_class(self._second is not None and width >= MIN_WIDTH_OF_SECOND, "-kept")
        self.set_class(width >= MIN_WIDTH_OF_ALL, "-fits-all")

    def action_toggle_sidebar(self) -> None:
        # The open note hides the sidebar.
        self._sidebar_choice = self.has_class("-reading") or not self.has_class("-sidebar")
        self._set_reading(on=False)
        self._arrange()
        (self.sidebar if self._sidebar_choice else self.notes).focus()

    def action_toggle_folders(self) -> None:
        """Show the folders in the sidebar, or hide them if they are visible."""
        is_visible = self.has_class("-sidebar") and not self.has_class("-reading")
        shows = not (is_visible and self.sidebar.shows_folders)
        if shows and not is_visible:
            self.action_toggle_sidebar()
        self.sidebar.show_folders(on=shows)
        if shows:
            self.sidebar.focus()

    def action_open_folder(self) -> None:
        if not self.sidebar.open_folder():
            self.action_choose()

    def action_leave_sidebar(self) -> None:
        if not self.sidebar.close_folder():
            self.action_leave()

    @property
    def folder_under_cursor(self) -> str:
        """The folder at the cursor if the sidebar has the focus, or ""."""
        return self.sidebar.entry.folder if self.place() == "sidebar" else ""

    @property
    def chosen_folder(self) -> str:
        """The folder for a new note: the folder under the cursor, or the folder of the list."""
        scope = self.pane.scope
        return self.folder_under_cursor or (self.sidebar.find_folder(scope) if scope else "")

    async def action_toggle_grid(self) -> None:
        # The open note hides the list and the grid.
        self._set_reading(on=False)
        await self.pane.show_as(grid=self.pane.grid is None)
        self.set_class(self.pane.grid is not None, "-grid")
        self.refresh_bindings()

    def action_zoom(self) -> None:
        if self.is_reading:
            self._set_reading(on=not self.has_class("-reading"))
        else:
            self.toggle_class("-zoomed")

    def action_back(self) -> None:
        if self.is_reading or self.has_class("-sidebar-alone"):
            show_opener = self._return
            self.action_leave()
            if show_opener is not None:
                show_opener()
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self.notes.marked:
            self.notes.mark(set())
        elif self.pane.typed:
            self.pane.clear()
        elif self.pane.scope:
            self.choose_scope("", "")
        elif self.focused is not None and self.focused.id == "sidebar":
            self.notes.focus()
        else:
            self.pane.fold()

    # The sidebar: counts, saved searches and pins.

    def _recount_sidebar(self) -> None:
        """Recount after a change of the vault or the list, as soon as the sidebar is visible."""
        self._counted_search = None
        self._fill_sidebar()

    def _fill_sidebar(self) -> None:
        """Fill the sidebar if it is visible and outdated."""
        pane = self.query_one_optional(ListPane)
        if pane is None or not self.has_class("-sidebar"):
            return  # on exit, the widgets of a screen are removed before the screen
        typed = pane.typed
        if typed == self._counted_search:
            return
        self._counted_search = typed
        load: Callable[[], SidebarModel | Facets] = partial(load_sidebar, self.vault)
        pause = 0.0
        if typed:
            load = partial(self.vault.search.facets_of, pane.found)
            pause = COUNT_DELAY
        self.load("sidebar", load, partial(self._show_counts, typed), pause=pause, is_quiet=True)

    def _show_counts(self, typed: str, counts: SidebarModel | Facets) -> None:
        if typed != self.pane.typed:
            return
        if isinstance(counts, SidebarModel):
            self.sidebar.show(counts, self.pane.scope)
        else:
            self.sidebar.show_found(counts, find_terms(typed))

    def action_choose(self) -> None:
        """Open a pinned note, list the notes of an entry, or narrow the search."""
        entry, box, typed = self.sidebar.entry, self.pane.box, self.pane.typed
        if not entry.can_be_chosen:
            return
        if entry.path:
            self.show_list()
            self.post_message(OpenNote(entry.path))
            self.notes.focus()
        elif typed and entry.query is not None and not entry.saved:
            terms = [term for term in find_terms(typed) if not term.startswith(KIND)]
            box.set_text(toggle_term(typed, entry.query) if entry.query else " ".join(terms))
            self.show_list()
        elif entry.saved and entry.query is None:
            self.choose_scope("", "")
            box.set_text(entry.saved)
        else:
            self.choose_scope(entry.query or "", entry.folder or entry.text)

    def action_drop_entry(self) -> None:
        entry = self.sidebar.entry
        if entry.path:
            self._set_pinned([entry.path], is_pinned=False)
        elif entry.saved:
            save = partial(self._save_search, entry.text, "")
            self.write(save, f"Deleted the search {entry.text}")
        else:
            show_message(self, "Only saved searches and pins can be removed")

    def action_pin(self) -> None:
        rows = self.vault.catalog.rows_of(self.chosen_notes())
        is_pinned = bool(rows) and all(row.fields.get("pinned") is True for row in rows.values())
        if rows:
            self._set_pinned(list(rows), is_pinned=not is_pinned)

    def _set_pinned(self, paths: Sequence[str], *, is_pinned: bool) -> None:
        change = "pinned=yes" if is_pinned else "pinned="
        title = f"{len(paths)} notes"
        if len(paths) == 1 and (row := self.vault.catalog.row(paths[0])) is not None:
            title = row.title
        text = f"Pinned {title} to the sidebar" if is_pinned else f"Unpinned {title}"
        self.write(lambda: self.vault.notes.set_fields(paths, [change]), text)

    def action_save_query(self) -> None:
        from notekeep.tui.dialogs.dialog import Prompt, open_dialog

        query = replace_sort(self.current_query, self.pane.chosen_key)
        if not query:
            show_message(self, "Type a search first. ctrl+s then saves it")
            return
        names = {saved: name for name, saved in self.vault.search.saved.items()}
        value = names.get(query, self.sidebar.active_saved)

        def save(name: str) -> tuple[str, WriteResult] | None:
            return (name, self._save_search(name, query)) if name else None

        def saved(answer: tuple[str, WriteResult]) -> None:
            name, done = answer
            notify_done(self, f"Saved the search {name}", done)

        hint = f"{query}\nAppears in the sidebar. An existing name is overwritten."
        prompt = Prompt("Save search", value=value, hint=hint, example="Name")
        open_dialog(self, prompt, save, saved)

    def _save_search(self, name: str, query: str) -> WriteResult:
        """Save a search, or delete it if it is empty; runs in a thread."""
        if query:
            self.vault.search.parse(query)  # raises if it cannot be parsed
        return self.vault.notes.apply(self.vault.notes.plan_save_query(name, query))

    # The list, and moving from note to note.

    def choose_scope(self, query: str, name: str) -> None:
        self.sidebar.activate(query)
        self.pane.set_scope(query, name)
        self.show_list()
        self.notes.focus()

    def show_list(self) -> None:
        """Show the list if the sidebar has replaced it."""
        if self.has_class("-sidebar-alone"):
            self._sidebar_choice = None
            self._arrange()

    def focus_search(self) -> None:
        self._set_reading(on=False)
        self.show_list()
        self.pane.box.focus_text()

    def sort_by(self, field: str) -> None:
        """Sort by a field; `-field` sorts in descending order."""
        if self.pane.typed:
            self.pane.box.set_text(replace_sort(self.pane.typed, field))
        else:
            self.choose_scope(replace_sort(self.pane.scope, field), f"by {field.lstrip('+-')}")

    def action_explain(self) -> None:
        from notekeep.tui.screens.help import ExplainScreen

        box = self.pane.box
        screen = ExplainScreen(self.current_query, box.field.insert_text_at_cursor)
        self.app.push_screen(screen, lambda _: box.focus_text())

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is not self.notes:
            return
        self._show_idle_actions()
        if (folded := self.notes.folded) is not None:
            text = f"{folded.notes} daily notes. "
            hint = [Piece(text), Piece("enter", "key"), Piece(" show them", "muted")]
            self._show_no_note([], hint)
        elif file := self.notes.file:
            hint = [Piece("enter", "key"), Piece(" open the file", "muted")]
            self._show_no_note([], [Piece(clean_line(file))], hint)
        else:
            self._show(self.notes.row)

    def _show_idle_actions(self) -> None:
        if self.notes.folded is not None or self.notes.file:
            self.set_idle_actions(*(name for name in NOTE_ACTIONS if name != "open"))
        else:
            self.set_idle_actions(*(() if self.notes.row is not None else NOTE_ACTIONS))

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        if event.view is self.sidebar:
            self.action_choose()
        elif self.pane.grid is not None and self.notes.row is not None:
            self.grid_mode.edit_cell()
        else:
            self.action_open()

    def on_preview_widened(self) -> None:
        self.loader.reload()
        if self._second is not None:
            self._second.reload()

    # The second note, beside the list and the first note.

    def action_keep_note(self) -> None:
        """Keep the current note open at the right, or close the note kept there."""
        row = self.loader.row
        if self.app.size.width < MIN_WIDTH_OF_SECOND:
            text = f"Two notes need a window of {MIN_WIDTH_OF_SECOND} columns. "
            show_message(self, f"{text}This window has {self.app.size.width}.")
        elif self._second is not None:
            self._close_second()
        elif row is None:
            show_message(self, "Select a note first.")
        else:
            self._keep(row)

    def _keep(self, row: Row) -> None:
        preview = Preview(id="kept")
        self._second = PreviewLoader(self, preview, label="kept")
        self._second.show(row)  # loaded once the preview has a width
        self.query_one("#panes").mount(preview)
        self._set_reading(on=False)
        self._arrange()
        self.notes.focus()

    def _close_second(self) -> None:
        second, self._second = self._second, None
        if second is not None:
            if second.preview.has_focus:
                self.action_leave()
            second.preview.remove()
            self._arrange()

    def _reload_second(self) -> None:
        if self._second is None or (old := self._second.row) is None:
            return
        row = self.vault.catalog.row(old.path)
        if row is not None:
            self._second.show(row)
        else:
            self._close_second()
            show_message(self, f"Closed {clean_line(old.title)}. Its file was moved or deleted.")

    def _show(self, row: Row | None, line: int | None = None) -> None:
        hit = self.notes.hit_at(self.notes.cursor)
        if line is None and hit is not None and row is not None and hit.row.path == row.path:
            place = row.path, self.pane.typed
            # When the list reloads, or after "back", the note keeps its scroll position.
            line = hit.line if place != self._shown_match else None
            self._shown_match = place
        self._list_quote(row)
        self.loader.show(row, matcher=self.pane.matcher, line=line)
        self._show_status()

    def _show_no_note(self, *lines: StyledLine) -> None:
        self.loader.row = None
        self._list_quote(None)
        self.preview.show_lines(*lines)

    def _list_quote(self, row: Row | None) -> None:
        is_quoted = row is not None and row.kind in QUOTED_KINDS
        self.set_unlisted_actions(*(() if is_quoted else ("add-quote",)))

    def action_open(self) -> None:
        if self.pane.unfold():
            return
        if offer := self.notes.offer:
            self.call_next(run_action, self.notes, offer)
            return
        if file := self.notes.file:
            from notekeep.tui.screens.links import open_attached

            open_attached(self, file)
        elif (row := self.notes.row) is not None:
            if self.pane.typed:
                program(self).place.remember_search(self.pane.typed)
            self.vault.open_counts.count(row.path)
            self._history.visit(self._location(row.path))
            self._read()

    def _read(self) -> None:
        self._set_reading(on=True)
        self.preview.focus()
        # A hidden preview has no width before the refresh.
        self.call_after_refresh(self.loader.reload)

    def action_leave(self) -> None:
        self._set_reading(on=False)
        self.show_list()
        self.notes.focus()

    def action_page_preview(self) -> None:
        if self.preview.display:
            self.preview.action_step_page(1)
        else:
            self.action_open()

    def open_note(self, target: OpenNote, back: Callable[[], None] | None = None) -> None:
        """Open a note; `back` shows the screen that it was opened from, once it is closed."""
        self._remember_note()
        self.vault.open_counts.count(target.path)
        self._go_to(target)
        self._history.visit(self._location(target.path))
        self._return = back

    def show_query(self, query: str) -> None:
        """Search for a query like typed text; "back" returns to the old list."""
        self._remember_note()
        self._set_reading(on=False)
        self.choose_scope("", "")
        self.pane.box.set_text(query)
        if self.loader.row is not None:
            self._history.visit(NoteLocation(self.loader.row.path, ListState(typed=query), 0))

    def _location(self, path: str) -> NoteLocation:
        return NoteLocation(path, self.pane.list_state, self.notes.cursor_line)

    def _remember_note(self) -> None:
        """Add the current note and list to the history."""
        row, listed = self.loader.row, self.pane.list_state
        if row is not None and (self.is_reading or listed.scope or listed.typed):
            self._history.visit(self._location(row.path))
        self._remember_list()

    def _remember_list(self) -> None:
        """Update the list in the current entry of the history."""
        if self.loader.row is not None:
            self._history.update(self._location(self.loader.row.path))

    def _go_to(self, target: OpenNote) -> None:
        path = target.path
        # A note that no list contains is shown next to the current list.
        is_known = self.vault.catalog.row(path) is not None
        is_unlisted = is_known and not existing_paths(self.vault.catalog, [path])
        if not is_unlisted and self.note_under_cursor != path:
            if self.pane.scope and not target.as_listed:
                self.choose_scope("", "")
            if self.pane.typed and not target.as_listed:
                self.pane.clear()
            self.pane.reload(path)
        self._present(target)

    def _present(self, target: OpenNote) -> None:
        if target.read:
            self._read()
        self._show(self.vault.catalog.row(target.path), target.line)

    def action_go_along(self, steps: int) -> None:
        self._remember_list()
        if (location := self._history.go(steps)) is None:
            return
        self._shown_match = location.path, location.list_state.typed
        target = OpenNote(location.path, read=self.has_class("-reading"), as_listed=True)
        if location.list_state == self.pane.list_state:
            self._go_to(target)
        else:
            self.sidebar.activate(location.list_state.scope)
            self.pane.restore(location)
            self._present(target)

    def action_links(self) -> None:
        from notekeep.tui.screens.links import choose_link

        if self.current_note is not None:
            choose_link(self, self.current_note)

    def action_history(self) -> None:
        if self.current_note is not None:
            self.app.post_message(ShowOverlay("history", self.current_note.path))

    def on_grid_head_clicked(self, event: GridHead.Clicked) -> None:
        self.grid_mode.sort_column(event.column)

    def on_key(self, event: events.Key) -> None:
        # A digit starts a rating, a number or a date.
        grid, digit = self.pane.grid, event.character or ""
        if digit.isdecimal() and digit.isascii() and grid is not None and grid.has_focus:
            event.stop()
            self.grid_mode.edit_cell(digit)

    def action_mark_all(self) -> None:
        self.load("marks", self.notes.listed(), self.notes.mark_all)

    def action_mark_others(self) -> None:
        notes = self.notes
        self.load("marks", notes.listed(), lambda listed: notes.mark(notes.marked ^ listed))

    def _prune_marks(self) -> None:
        marked, notes = frozenset(self.notes.marked), self.notes

        def prune(known: set[str]) -> None:
            # Notes marked in the meantime are known to exist.
            notes.mark(notes.marked & known | (notes.marked - marked))

        if marked:
            existing = partial(existing_paths, self.vault.catalog, marked)
            self.load("marked-notes", existing, prune, is_quiet=True)

    def action_edit(self) -> None:
        row, preview = self.current_note, self.current_preview
        if row is not None:
            path, hit = row.path, self.notes.hit_at(self.notes.cursor)
            line = preview.line_under_cursor if preview.path == path else None
            if line is None and hit is not None and hit.row.path == path:
                line = hit.line
            self.vault.open_counts.count(path)
            self.post_message(EditNote(path, line))

    action_link_mentions = property(attrgetter("_focused_loader.link_mentions"))
    action_sort = property(attrgetter("pane.next_order"))
    action_mark = property(attrgetter("notes.toggle_mark"))
    action_mark_range = property(attrgetter("notes.mark_range"))
    action_sort_column = property(attrgetter("grid_mode.sort_column"))
    action_edit_cell = property(attrgetter("grid_mode.edit_cell"))
    action_clear_cell = property(attrgetter("grid_mode.clear_cell"))
    action_edit_fields = property(attrgetter("operations.edit_fields"))
    action_edit_outside = property(attrgetter("operations.edit_outside"))
    action_rename = property(attrgetter("operations.rename"))
    action_add_quote = property(attrgetter("operations.add_quote"))
    action_edit_tags = property(attrgetter("operations.edit_tags"))
    action_set_field = property(attrgetter("operations.set_field"))
    action_replace = property(attrgetter("operations.replace"))
    action_move_note = property(attrgetter("operations.move"))
    action_may_publish = property(attrgetter("operations.ask_publishable"))
    action_begin_post = property(attrgetter("operations.start_post"))
    action_delete = property(attrgetter("operations.delete"))
    action_copy = property(attrgetter("operations.copy"))
    action_copy_path = property(attrgetter("operations.copy_path"))

    def action_export(self) -> None:
        if paths := self.chosen_notes():
            self.post_message(PublishNotes(paths))

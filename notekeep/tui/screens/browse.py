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
"""Actions of the bottom line that need a note."""
SHORT_TITLE = 24  # cells of the title at the top where there is no room for the path
QUOTED_KINDS = ("book", "podcast")
"""Kinds of notes that have quotes."""
MIN_WIDTH_OF_TWO = WIDTHS[1][0]  # for two panes
MIN_SIDEBAR_WIDTH = 110  # for the sidebar
MIN_GRID_WIDTH = 160  # for the note next to the grid
COUNT_DELAY = 0.25  # seconds without another list before the sidebar counts the results


class BrowseScreen(VaultScreen):
    """The notes, as a list or a grid, and one of them to read."""

    BINDINGS = bindings("browse")
    CSS_PATH = "browse.tcss"
    OPENED_BY = "show-browse"

    pane = getters.query_one(ListPane)
    preview = getters.query_one("#preview", Preview)

    def __init__(self, note: str = "", view: str = "") -> None:
        super().__init__()
        self._note = note
        self._begins_as_grid = view == GRID_VIEW
        self._wants_sidebar: bool | None = None
        self._counted_search: str | None = None
        """The search whose results the sidebar counts, "" for the vault; None if it is outdated."""
        self._trail = NoteHistory()
        self._count = ("", "")  # of the list, in words
        self._placed: tuple[str, str] | None = None
        """The note and the search whose match was shown, or to which "back" led."""

    # Not imported for the first frame, except the sidebar if there is room for it.

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
        self.set_class(self._begins_as_grid, "-grid")
        self._fit()
        with Horizontal(id="panes"):
            if self.has_class("-sidebar"):
                yield self.sidebar
            yield ListPane(self._note, as_grid=self._begins_as_grid)
            yield Preview(id="preview")

    def on_mount(self) -> None:
        self.loader = PreviewLoader(self, self.preview)

        def flag(conflicts: Sequence[ConflictPair]) -> None:
            self.notes.flag(frozenset(pair.note for pair in conflicts))

        self.watch(self.app, "conflicts", flag)
        # At once, where `focus` would wait and take the focus from the search box.
        self.set_focus(self.notes)
        self._list_quote(None)
        self.call_after_refresh(self._recount_sidebar)

    def on_resize(self) -> None:
        self._arrange()

    def vault_changed(self) -> None:
        self._recount_sidebar()
        self._prune_marks()
        self.pane.again()

    def place(self) -> str:
        if self.pane.box.has_text_focus:
            return "search"
        focused = self.focused.id if self.focused is not None else None
        return focused if focused in {"preview", "sidebar"} else self.view

    @property
    def notes(self) -> NoteList:
        return self.pane.notes

    @property
    def view(self) -> str:
        """How the notes are shown: LIST_VIEW or GRID_VIEW."""
        return GRID_VIEW if self.pane.grid is not None else LIST_VIEW

    @property
    def note_under_cursor(self) -> str:
        row = self.notes.row
        return row.path if row is not None else ""

    @property
    def current_query(self) -> str:
        return narrow_to_scope(self.pane.scope, self.pane.typed)

    def chosen_notes(self) -> list[str]:
        """Return the notes for an action: the marked ones, else the one in the preview."""
        if self.notes.marked:
            return sorted(self.notes.marked)
        return [self.loader.row.path] if self.loader.row is not None else []

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
        grid = self.pane.grid
        arranged |= bool(self.pane.order) or (grid is not None and grid.column > 0)
        return not searched and not arranged and super().opens_without_reload

    def on_list_pane_counted(self, event: ListPane.Counted) -> None:
        self._count = event.text, event.short
        self._show_status()
        self.show_mark_count(len(self.notes.marked))
        self._show_idle_actions()
        is_empty = not self.notes.note_count
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
        return self.has_class("-reading") or self.focused is self.preview

    def _set_reading(self, *, on: bool) -> None:
        self.set_class(on, "-reading")
        self._show_status()

    def _show_status(self) -> None:
        """Show the name of the open note, or the count of the list."""
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
        has_sidebar = width >= MIN_SIDEBAR_WIDTH
        if self._wants_sidebar is not None:
            has_sidebar = self._wants_sidebar
        self.set_class(has_sidebar, "-sidebar")
        # By the new width: a list that is hidden for a moment would lose the focus.
        self.set_class(has_sidebar and width < MIN_WIDTH_OF_TWO, "-sidebar-alone")
        self.set_class(width >= MIN_GRID_WIDTH, "-roomy")

    def action_toggle_sidebar(self) -> None:
        # An open note hides it.
        self._wants_sidebar = self.has_class("-reading") or not self.has_class("-sidebar")
        self._set_reading(on=False)
        self._arrange()
        (self.sidebar if self._wants_sidebar else self.notes).focus()

    async def action_toggle_grid(self) -> None:
        # An open note hides both.
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
            self.action_leave()
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
        """Count again, now or when the sidebar is seen: the vault or the list has changed."""
        self._counted_search = None
        self._fill_sidebar()

    def _fill_sidebar(self) -> None:
        """Fill the sidebar if it is visible and outdated."""
        pane = self.query_one_optional(ListPane)
        if pane is None or not self.has_class("-sidebar"):
            return  # the parts of a screen go before it when the program ends
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
            self.choose_scope(entry.query or "", entry.text)

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
            self.vault.search.parse(query)  # raises where it cannot be read
        return self.vault.notes.apply(self.vault.notes.plan_save_query(name, query))

    # The list, and the way from note to note.

    def choose_scope(self, query: str, name: str) -> None:
        self.sidebar.activate(query)
        self.pane.set_scope(query, name)
        self.show_list()
        self.notes.focus()

    def show_list(self) -> None:
        """Show the list if the sidebar is in its place."""
        if self.has_class("-sidebar-alone"):
            self._wants_sidebar = None
            self._arrange()

    def focus_search(self) -> None:
        self._set_reading(on=False)
        self.show_list()
        self.pane.box.focus_text()

    def sort_by(self, field: str) -> None:
        """Sort by a field, with a `-` before it in descending order."""
        if self.pane.typed:
            self.pane.box.set_text(replace_sort(self.pane.typed, field))
        else:
            self.choose_scope(replace_sort(self.pane.scope, field), f"by {field.lstrip('+-')}")

    def action_explain(self) -> None:
        from notekeep.tui.screens.help import ExplainScreen

        box = self.pane.box
        type_on = box.field.insert_text_at_cursor
        screen = ExplainScreen(self.current_query, type_on)
        self.app.push_screen(screen, lambda _: box.focus_text())

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        if event.view is not self.notes:
            return
        self._show_idle_actions()
        if (folded := self.notes.folded) is not None:
            text = f"{folded.notes} daily notes. "
            hint = [Piece(text), Piece("enter", "key"), Piece(" show them", "muted")]
            self._show_no_note([], hint)
        else:
            self._show(self.notes.row)

    def _show_idle_actions(self) -> None:
        if self.notes.folded is not None:
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

    def _show(self, row: Row | None, line: int | None = None) -> None:
        hit = self.notes.hit_at(self.notes.cursor)
        if line is None and hit is not None and row is not None and hit.row.path == row.path:
            place = row.path, self.pane.typed
            # When the list is read again, or after "back", the note stays where it was left.
            line = hit.line if place != self._placed else None
            self._placed = place
        self._list_quote(row)
        self.loader.show(row, matcher=self.pane.matcher, line=line)
        self._show_status()

    def _show_no_note(self, *lines: StyledLine) -> None:
        self.loader.row = None
        self._list_quote(None)
        self.preview.say(*lines)

    def _list_quote(self, row: Row | None) -> None:
        is_quoted = row is not None and row.kind in QUOTED_KINDS
        self.set_unlisted_actions(*(() if is_quoted else ("add-quote",)))

    def action_open(self) -> None:
        if self.pane.unfold():
            return
        if offer := self.notes.offer:
            self.call_next(run_action, self.notes, offer)
            return
        if (row := self.notes.row) is not None:
            if self.pane.typed:
                program(self).place.remember_search(self.pane.typed)
            self.vault.open_counts.count(row.path)
            self._trail.visit(self._location(row.path))
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

    def open_note(self, target: OpenNote) -> None:
        self._remember_note()
        self.vault.open_counts.count(target.path)
        self._go_to(target)
        self._trail.visit(self._location(target.path))

    def show_query(self, query: str) -> None:
        """Search for a query as if it had been typed; "back" returns to the old list."""
        self._remember_note()
        self._set_reading(on=False)
        self.choose_scope("", "")
        self.pane.box.set_text(query)
        if self.loader.row is not None:
            self._trail.visit(NoteLocation(self.loader.row.path, ListState(typed=query), 0))

    def _location(self, path: str) -> NoteLocation:
        return NoteLocation(path, self.pane.asked, self.notes.cursor_line)

    def _remember_note(self) -> None:
        """Add the current note and list to the history."""
        row, listed = self.loader.row, self.pane.asked
        if row is not None and (self.is_reading or listed.scope or listed.typed):
            self._trail.visit(self._location(row.path))
        self._remember_list()

    def _remember_list(self) -> None:
        """Update the list in the current entry of the history."""
        if self.loader.row is not None:
            self._trail.update(self._location(self.loader.row.path))

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
            self.pane.again(path)
        self._present(target)

    def _present(self, target: OpenNote) -> None:
        if target.read:
            self._read()
        self._show(self.vault.catalog.row(target.path), target.line)

    def action_go_along(self, steps: int) -> None:
        self._remember_list()
        if (location := self._trail.go(steps)) is None:
            return
        self._placed = location.path, location.asked.typed
        target = OpenNote(location.path, read=self.has_class("-reading"), as_listed=True)
        if location.asked == self.pane.asked:
            self._go_to(target)
        else:
            self.sidebar.activate(location.asked.scope)
            self.pane.ask_again(location)
            self._present(target)

    def action_links(self) -> None:
        from notekeep.tui.screens.links import choose_link

        if self.loader.row is not None:
            choose_link(self, self.loader.row)

    def action_history(self) -> None:
        if self.loader.row is not None:
            self.app.post_message(ShowOverlay("history", self.loader.row.path))

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
            # Notes marked in the meantime exist.
            notes.mark(notes.marked & known | (notes.marked - marked))

        if marked:
            existing = partial(existing_paths, self.vault.catalog, marked)
            self.load("marks-kept", existing, prune, is_quiet=True)

    def action_edit(self) -> None:
        if self.loader.row is not None:
            path, hit = self.loader.row.path, self.notes.hit_at(self.notes.cursor)
            line = self.preview.line_under_cursor if self.preview.path == path else None
            if line is None and hit is not None and hit.row.path == path:
                line = hit.line
            self.vault.open_counts.count(path)
            self.post_message(EditNote(path, line))

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
    action_move_note = property(attrgetter("operations.move"))
    action_may_publish = property(attrgetter("operations.ask_publishable"))
    action_begin_post = property(attrgetter("operations.start_post"))
    action_delete = property(attrgetter("operations.delete"))
    action_copy = property(attrgetter("operations.copy"))
    action_copy_path = property(attrgetter("operations.copy_path"))

    def action_export(self) -> None:
        if paths := self.chosen_notes():
            self.post_message(PublishNotes(paths))

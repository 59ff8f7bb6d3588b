"""What stands beside the list of notes: the sidebar, saved queries, pins, what a query means."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import getters

from notekeep.tui.messages import OpenNote
from notekeep.tui.notifications import notify_done
from notekeep.tui.widgets.list_pane import ListPane
from notekeep.tui.workers import in_background, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.notes.plan import WriteResult
    from notekeep.tui.list_model import SidebarModel
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.tui.widgets.note_list import NoteList
    from notekeep.tui.widgets.sidebar import Sidebar, SidebarEntry

    _VaultScreenHost = VaultScreen
else:
    # See `Keyboard`: one class of Textual's kind is enough for one screen.
    _VaultScreenHost = object

PAUSE = 0.25
"""Seconds without another list after which the sidebar counts what was found."""
NAMED = 200
"""So many notes that were found are counted by name; more are asked for once more."""


class NotesWithSidebar(_VaultScreenHost):
    """A screen with a list of notes and a sidebar."""

    pane = getters.query_one(ListPane)

    _is_counted = False
    """Whether the sidebar shows the vault as it is."""
    _looked_up = ""
    """The search whose results the sidebar shows; "" for the whole vault."""

    @property
    def notes(self) -> NoteList:
        """The list of notes, or the grid in its place."""
        return self.pane.notes

    def chosen_notes(self) -> Sequence[str]:
        """Return the notes that a verb is about."""
        raise NotImplementedError

    def choose_scope(self, query: str, name: str) -> None:
        """Limit the list to a query, under a name."""
        raise NotImplementedError

    def show_list(self) -> None:
        """Show the list, where the sidebar stands in its place."""
        raise NotImplementedError

    # The sidebar.

    @property
    def sidebar(self) -> Sidebar:
        """The sidebar, made when it is first wanted: without room for it the start needs none."""
        from notekeep.tui.widgets.sidebar import Sidebar

        found = self.query_one_optional("#sidebar", Sidebar)
        if found is None:
            found = Sidebar(self.glyphs, id="sidebar")
            self.query_one("#panes").mount(found, before=0)
        return found

    def count_sidebar(self) -> None:
        """Have the sidebar count again, when it is seen."""
        self._is_counted = False
        self.fill_sidebar()

    def fill_sidebar(self) -> None:
        """Fill the sidebar, where it is seen and shows something else."""
        pane = self.query_one_optional(ListPane)
        if pane is None or not self.has_class("-sidebar"):
            return  # the parts of a screen go before it when the program ends
        typed = pane.typed
        if self._is_counted and typed == self._looked_up:
            return
        self._is_counted, self._looked_up = True, typed
        if typed:
            query, paths = self.current_query, self._paths()
        in_background(
            self,
            (lambda: self._found(query, paths)) if typed else self._all,
            partial(self._fill, typed),
            group="sidebar",
            exclusive=True,
            pause=PAUSE if typed else 0.0,
            failed=lambda _error: None,
        )

    def list_changed(self) -> None:
        """Count what the list shows by now."""
        if self.pane.typed:
            self._is_counted = False
        self.fill_sidebar()

    def _all(self) -> SidebarModel:
        from notekeep.tui.list_model import load_sidebar

        return load_sidebar(self.vault)

    def _found(self, query: str, paths: Sequence[str] | None) -> SidebarModel:
        from notekeep.tui.list_model import load_result_counts

        return load_result_counts(self.vault, query, paths)

    def _paths(self) -> list[str] | None:
        """Return the notes that were found; None when there may be more than the list knows."""
        count = self.notes.note_count
        if count >= NAMED:
            return None
        rows = [self.notes.row_of(number) for number in range(count)]
        return [row.path for row in rows if row is not None]

    def _fill(self, typed: str, shelves: SidebarModel) -> None:
        if typed != self.pane.typed:
            return
        if typed:
            self.sidebar.show_found(shelves, _terms(typed))
        else:
            self.sidebar.show(shelves, self.pane.scope)

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        entry = event.entry
        if entry.path:
            self.show_list()
            self.post_message(OpenNote(entry.path))
            self.notes.focus()
        elif self.pane.typed and entry.query and not entry.saved:
            self._narrow(entry.query)
        elif entry.saved and entry.query is None:
            self.choose_scope("", "")
            self.pane.box.set_text(entry.saved)
        else:
            self.choose_scope(entry.query or "", entry.text)

    def _narrow(self, term: str) -> None:
        """Search for less: add a condition to what is typed, or take it away again."""
        from notekeep.tui.list_model import toggle_term

        self.pane.box.set_text(toggle_term(self.pane.typed, term))
        self.show_list()

    def on_sidebar_dropped(self, event: Sidebar.Dropped) -> None:
        entry: SidebarEntry = event.entry
        if entry.path:
            self._set_pinned([entry.path], is_pinned=False)
        elif entry.saved:
            in_background(
                self,
                partial(self._save_query, entry.text, ""),
                partial(notify_done, self, f"Deleted the search {entry.text}"),
                group="write",
            )
        else:
            show_message(self, "Only a saved search or a pin can be taken out of here")

    # Pins.

    def action_pin(self) -> None:
        paths = self.chosen_notes()
        rows = self.vault.catalog.rows_of(paths)
        is_pinned = bool(rows) and all(row.fields.get("pinned") is True for row in rows.values())
        if rows:
            self._set_pinned(list(rows), is_pinned=not is_pinned)

    def _set_pinned(self, paths: Sequence[str], *, is_pinned: bool) -> None:
        change = "pinned=yes" if is_pinned else "pinned="
        title = f"{len(paths)} notes"
        if len(paths) == 1 and (row := self.vault.catalog.row(paths[0])) is not None:
            title = row.title
        text = f"Pinned {title} to the sidebar" if is_pinned else f"Unpinned {title}"
        in_background(
            self,
            lambda: self.vault.notes.set_fields(paths, [change]),
            partial(notify_done, self, text),
            group="write",
        )

    # Saved queries.

    @property
    def current_query(self) -> str:
        """The query whose notes the list shows: what is typed, within what was chosen."""
        from notekeep.tui.list_model import narrow_to_scope

        return narrow_to_scope(self.pane.scope, self.pane.typed)

    def action_save_query(self) -> None:
        from notekeep.tui.dialogs.prompts import Prompt, open_dialog
        from notekeep.tui.list_model import replace_sort

        query = replace_sort(self.current_query, self.pane.chosen_order.key)
        if not query:
            show_message(self, "Search for something first; ctrl+s then keeps it by name")
            return
        names = {saved: name for name, saved in self.vault.search.saved.items()}
        chosen = self.sidebar.active_saved

        def save(name: str) -> tuple[str, WriteResult] | None:
            return (name, self._save_query(name, query)) if name else None

        def saved(answer: tuple[str, WriteResult]) -> None:
            name, done = answer
            notify_done(self, f"Saved the search {name}", done)

        hint = f"{query}\nIt stands in the sidebar; a name that is there already is replaced."
        prompt = Prompt(
            "Save the search", value=names.get(query, chosen), hint=hint, example="Name"
        )
        open_dialog(self, prompt, save, saved)

    def _save_query(self, name: str, query: str) -> WriteResult:
        """Keep a search under a name, or remove it when it is empty; a thread may do it."""
        if query:
            self.vault.search.parse(query)  # only what can be read is kept
        return self.vault.notes.apply(self.vault.notes.plan.save_query(name, query))

    def sort_by(self, field: str) -> None:
        """Sort what is listed by a field, `-` before it for the other way round."""
        from notekeep.tui.list_model import replace_sort

        if self.pane.typed:
            self.pane.box.set_text(replace_sort(self.pane.typed, field))
        else:
            self.choose_scope(replace_sort(self.pane.scope, field), f"by {field.lstrip('+-')}")

    # What a query means.

    def action_explain(self) -> None:
        from notekeep.tui.screens.query_help import ExplainScreen

        box = self.pane.box
        screen = ExplainScreen(self.vault, self.glyphs, self.current_query, box.type_on)
        self.app.push_screen(screen, lambda _: box.focus_text())


def _terms(typed: str) -> list[str]:
    from notekeep.tui.list_model import terms

    return terms(typed)

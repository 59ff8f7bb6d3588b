"""The sidebar of Browse: counted, chosen from, and filled with saved queries and pins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from notekeep.tui.list_model import (
    KIND,
    SidebarModel,
    find_terms,
    load_result_counts,
    load_sidebar,
    replace_sort,
    toggle_term,
)
from notekeep.tui.messages import OpenNote
from notekeep.tui.widgets.list_pane import ListPane
from notekeep.tui.workers import notify_done, show_message

if TYPE_CHECKING:
    from notekeep.catalog.queries import Facets
    from notekeep.notes.plan import WriteResult
    from notekeep.tui.screens.browse import BrowseScreen

COUNT_DELAY = 0.25  # seconds without another list after which the sidebar counts what was found
MAX_COUNTED_NOTES = 200
"""So many notes that were found are counted by name; more are asked for once more."""


class BrowseSidebar:
    """What the sidebar shows and does."""

    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen
        self._is_counted = False  # whether the sidebar shows the vault as it is
        self._shown = ""  # the search whose results the sidebar shows; "" for the whole vault

    def count_again(self) -> None:
        """Count again, now or when the sidebar is seen: the vault or the list has changed."""
        self._is_counted = False
        self.fill()

    def fill(self) -> None:
        """Fill the sidebar, where it is seen and shows something else."""
        screen = self._screen
        pane = screen.query_one_optional(ListPane)
        if pane is None or not screen.has_class("-sidebar"):
            return  # the parts of a screen go before it when the program ends
        typed = pane.typed
        if self._is_counted and typed == self._shown:
            return
        self._is_counted, self._shown = True, typed
        load: Callable[[], SidebarModel | Facets] = partial(load_sidebar, screen.vault)
        pause = 0.0
        if typed:
            paths, notes = None, screen.notes
            if notes.note_count < MAX_COUNTED_NOTES:  # else there may be more than the list knows
                rows = map(notes.row_of, range(notes.note_count))
                paths = [row.path for row in rows if row is not None]
            load = partial(load_result_counts, screen.vault, screen.current_query, paths)
            pause = COUNT_DELAY
        screen.load("sidebar", load, partial(self._show, typed), pause=pause, is_quiet=True)

    def _show(self, typed: str, shown: SidebarModel | Facets) -> None:
        pane = self._screen.pane
        if typed != pane.typed:
            return
        if isinstance(shown, SidebarModel):
            self._screen.sidebar.show(shown, pane.scope)
        else:
            self._screen.sidebar.show_found(shown, find_terms(typed))

    def choose(self) -> None:
        """Open a pinned note, list what a line stands for, or search for less."""
        screen, entry = self._screen, self._screen.sidebar.entry
        box = screen.pane.box
        if not entry.can_be_chosen:
            return
        if entry.path:
            screen.show_list()
            screen.post_message(OpenNote(entry.path))
            screen.notes.focus()
        elif (typed := screen.pane.typed) and entry.query is not None and not entry.saved:
            kept = [term for term in find_terms(typed) if not term.startswith(KIND)]
            box.set_text(toggle_term(typed, entry.query) if entry.query else " ".join(kept))
            screen.show_list()
        elif entry.saved and entry.query is None:
            screen.choose_scope("", "")
            box.set_text(entry.saved)
        else:
            screen.choose_scope(entry.query or "", entry.text)

    def drop(self) -> None:
        screen, entry = self._screen, self._screen.sidebar.entry
        if entry.path:
            self._set_pinned([entry.path], is_pinned=False)
        elif entry.saved:
            save = partial(self._save, entry.text, "")
            screen.write(save, f"Deleted the search {entry.text}")
        else:
            show_message(screen, "Only saved searches and pins can be removed")

    def toggle_pins(self) -> None:
        rows = self._screen.vault.catalog.rows_of(self._screen.chosen_notes())
        is_pinned = bool(rows) and all(row.fields.get("pinned") is True for row in rows.values())
        if rows:
            self._set_pinned(list(rows), is_pinned=not is_pinned)

    def _set_pinned(self, paths: Sequence[str], *, is_pinned: bool) -> None:
        screen = self._screen
        change = "pinned=yes" if is_pinned else "pinned="
        title = f"{len(paths)} notes"
        if len(paths) == 1 and (row := screen.vault.catalog.row(paths[0])) is not None:
            title = row.title
        text = f"Pinned {title} to the sidebar" if is_pinned else f"Unpinned {title}"
        screen.write(lambda: screen.vault.notes.set_fields(paths, [change]), text)

    def save_query(self) -> None:
        from notekeep.tui.dialogs.dialog import Prompt, open_dialog

        screen = self._screen
        query = replace_sort(screen.current_query, screen.pane.chosen_key)
        if not query:
            show_message(screen, "Type a search first. ctrl+s then saves it")
            return
        names = {saved: name for name, saved in screen.vault.search.saved.items()}
        value = names.get(query, self._screen.sidebar.active_saved)

        def save(name: str) -> tuple[str, WriteResult] | None:
            return (name, self._save(name, query)) if name else None

        def saved(answer: tuple[str, WriteResult]) -> None:
            name, done = answer
            notify_done(screen, f"Saved the search {name}", done)

        hint = f"{query}\nAppears in the sidebar. An existing name is overwritten."
        prompt = Prompt("Save search", value=value, hint=hint, example="Name")
        open_dialog(screen, prompt, save, saved)

    def _save(self, name: str, query: str) -> WriteResult:
        """Keep a search under a name, or remove it when it is empty; a thread may do it."""
        vault = self._screen.vault
        if query:
            vault.search.parse(query)  # only what can be read is kept
        return vault.notes.apply(vault.notes.plan_save_query(name, query))

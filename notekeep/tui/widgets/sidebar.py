"""The sidebar: pinned notes, kinds, folders, saved searches, tags and years, with note counts.

During a search, it counts the results by kind, folder, tag and year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from notekeep.catalog.queries import Facets
from notekeep.markdown.sanitize import clean_line
from notekeep.query.description import quote_word
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.list_model import KIND, SidebarModel, folder_query
from notekeep.tui.program import program
from notekeep.tui.render.formatting import kind_name, thousands
from notekeep.tui.render.note_rows import kind_sign
from notekeep.tui.render.styled_text import Piece, StyledLine, pad_line, spread_line
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import show_message


class SidebarEntry(NamedTuple):
    """A line of the sidebar."""

    text: str
    # The query that lists the notes; None for a heading, a hint, a pinned note, or a saved search
    # that contains words.
    query: str | None
    notes: int | None = None  # their number, if known
    depth: int = 0  # the depth of a nested tag or folder
    path: str = ""  # the path of a pinned note
    saved: str = ""  # the text of a saved search
    folder: str = ""  # the path of a folder
    sign: str = ""  # the sign of a kind or folder, or "/" for a search
    is_hint: bool = False  # whether the line explains a key

    @property
    def can_be_chosen(self) -> bool:
        return self.query is not None or bool(self.path or self.saved)

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.path, self.text if self.saved else "", self.query


ALL_NOTES_ENTRY = SidebarEntry("All notes", "")
GAP_ENTRY = SidebarEntry("", None)
FOLDERS = "Folders"
NO_SIGN = " "  # the sign of a folder without subfolders
MAX_FOLDER_DEPTH = 3  # deeper folders are not indented further


class Sidebar(ListView[SidebarEntry]):
    """The list of queries and pinned notes."""

    BINDINGS = bindings("sidebar", run_on_screen=ALL_ACTIONS)

    opening_clicks = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = [ALL_NOTES_ENTRY]
        self._active: frozenset[str] = frozenset({""})
        self._make_entries: Callable[[], list[SidebarEntry]] = lambda: [ALL_NOTES_ENTRY]
        self._folders: Mapping[str, int] = {}
        self._open_folders: set[str] = set()
        self._has_own_folders = False
        self._folders_choice: bool | None = None  # None: show them if the vault has own folders

    @property
    def entry(self) -> SidebarEntry:
        return self._rows[self.cursor]

    @property
    def active_saved(self) -> str:
        """The name of the saved search that the list shows, or ""."""
        shown = (entry for entry in self._rows if entry.saved and entry.query in self._active)
        return next((entry.text for entry in shown), "")

    def show(self, model: SidebarModel, active: str) -> None:
        """Show the entries of the vault; highlight the query `active` of the list."""
        self._folders, self._has_own_folders = model.facets.folders, model.has_own_folders
        self._show_entries(partial(self._vault_entries, model), frozenset({active}), active)

    def _vault_entries(self, model: SidebarModel) -> list[SidebarEntry]:
        saved = [
            SidebarEntry(each.name, each.scope or None, each.notes, saved=each.query, sign="/")
            for each in model.saved
        ]
        return _join(
            ("Pinned", [SidebarEntry(title, None, path=path) for path, title in model.pinned]),
            ("Kinds", self._kinds(model.facets, "All notes")),
            (FOLDERS, self._list_folders(model.facets.folders)),
            ("Saved", saved or [self._hint("save-query", "save search")]),
            ("Tags", _nested(model.facets.tags) or [self._hint("edit-tags", "add tags")]),
            ("Years", _years(model.facets)),
        )

    def show_found(self, found: Facets, terms: Sequence[str]) -> None:
        """Show counts of search results; highlight the conditions `terms` of the search."""
        is_narrowed = any(term.startswith(KIND) for term in terms)
        active = frozenset(terms) if is_narrowed else frozenset(("", *terms))
        self._show_entries(partial(self._found_entries, found), active, "")

    def _found_entries(self, found: Facets) -> list[SidebarEntry]:
        return _join(
            ("Results", self._kinds(found, "All")),
            (FOLDERS, self._list_folders(found.folders)),
            ("Tags", _nested(found.tags)),
            ("Years", _years(found)),
            ("", [self._hint("save-query", "save search")]),
        )

    def _show_entries(
        self, make: Callable[[], list[SidebarEntry]], active: frozenset[str], near: str
    ) -> None:
        key = self.entry.key if self.has_focus and self.entry.can_be_chosen else None
        self._make_entries, self._active, self._rows = make, active, make()
        same = (number for number, entry in enumerate(self._rows) if entry.key == key)
        self.rows_changed(next(same, self._row_of(near, 0)))

    # Folders.

    @property
    def shows_folders(self) -> bool:
        if self._folders_choice is not None:
            return self._folders_choice
        return self._has_own_folders

    def show_folders(self, *, on: bool) -> None:
        """Show or hide the folders, and move the cursor to the first folder."""
        if on and not self._folders and len(self._rows) > 1:
            show_message(self, "There are no notes in folders.")
        self._folders_choice = on
        self._rows = self._make_entries()
        first = (number for number, entry in enumerate(self._rows) if entry.folder)
        self.rows_changed(next(first, 0))

    def find_folder(self, query: str) -> str:
        """Return the folder whose notes a query finds, or ""."""
        return next((name for name in self._folders if folder_query(name) == query), "")

    def open_folder(self) -> bool:
        """Show the subfolders of the folder at the cursor; return whether there are any."""
        folder = self.entry.folder
        can_open = bool(folder) and self.entry.sign == self.glyphs.closed
        if can_open:
            self._turn_folder(folder)
        return can_open

    def close_folder(self) -> bool:
        """Hide the subfolders of the folder at the cursor, or else go to its parent."""
        folder = self.entry.folder
        if folder and self.entry.sign == self.glyphs.open:
            self._turn_folder(folder)
        elif "/" in folder:
            self.move_to(self._row_of(folder_query(folder.rpartition("/")[0]), self.cursor))
        else:
            return False
        return True

    def _turn_folder(self, folder: str) -> None:
        self._open_folders ^= {folder}
        self._rows = self._make_entries()
        self.rows_changed(self._row_of(folder_query(folder), self.cursor))

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        entry = self._rows[row]
        if entry.folder and entry.sign != NO_SIGN and x == 1 + 2 * entry.depth:
            self._turn_folder(entry.folder)
        else:
            super().row_clicked(row, x, chain)

    def _list_folders(self, folders: Mapping[str, int]) -> list[SidebarEntry]:
        """Return the folders that are not inside a closed folder."""
        entries: list[SidebarEntry] = []
        parents = {name.rpartition("/")[0] for name in folders}
        visible = {""} if self.shows_folders else set[str]()
        for name, notes in folders.items():
            parent, _, label = name.rpartition("/")
            if parent not in visible:
                continue
            sign = NO_SIGN
            if name in parents:
                is_open = name in self._open_folders
                sign = self.glyphs.open if is_open else self.glyphs.closed
                visible |= {name} if is_open else set()
            depth = min(name.count("/"), MAX_FOLDER_DEPTH)
            query = folder_query(name)
            entries.append(SidebarEntry(label, query, notes, depth, folder=name, sign=sign))
        return entries

    def activate(self, query: str) -> None:
        """Highlight the entry of the query that the list shows."""
        self._active = frozenset({query})
        self.rows_changed(self.cursor if self.has_focus else self._row_of(query, self.cursor))

    def _row_of(self, query: str, other: int) -> int:
        rows = (number for number, entry in enumerate(self._rows) if entry.query == query)
        return next(rows, other)

    def is_heading(self, item: SidebarEntry) -> bool:
        return not item.can_be_chosen

    def draw_item(self, item: SidebarEntry, width: int, *, here: bool) -> StyledLine:
        text = clean_line(item.text)
        if item.is_hint:
            return [Piece(f" {text}", "faint")]
        if not item.can_be_chosen:
            return [*pad_line([Piece(f" {text}", "section")], width - 1), Piece(" ")]
        right: StyledLine = []
        if item.notes is not None:
            right = [Piece(thousands(item.notes), "muted")]
        elif item.saved:
            right = [Piece(self.glyphs.warning, "warn")]
        role = "active" if item.query is not None and item.query in self._active else ""
        bar = Piece(self.glyphs.cursor if here else " ", "cursor-bar")
        sign = [Piece(f"{item.sign} ", "muted")] if item.sign else []
        left = [Piece("  " * item.depth), *sign, Piece(text, role)]
        return [bar, *spread_line(left, right, width - 2, gap=1), Piece(" ")]

    def _kinds(self, facets: Facets, all_notes: str) -> list[SidebarEntry]:
        entries = [SidebarEntry(all_notes, "", sum(facets.kinds.values()))]
        for kind, n in sorted(facets.kinds.items(), key=lambda item: (-item[1], item[0])):
            query, sign = f"{KIND}{quote_word(kind)}", kind_sign(kind, self.glyphs).text
            entries.append(SidebarEntry(kind_name(kind), query, n, sign=sign))
        return entries

    def _hint(self, action_id: str, about: str) -> SidebarEntry:
        """Return a line that explains an action, with its key, or its name if it has no key."""
        action = ACTIONS_BY_ID[action_id]
        keys = action_keys(action, program(self).own_keys)
        key = format_keys(keys[:1]) or f": {action.title.lower()}"
        return SidebarEntry(f"{key} {about}", None, is_hint=True)


def _join(*sections: tuple[str, list[SidebarEntry]]) -> list[SidebarEntry]:
    """Return the non-empty sections, each below its title, with gaps between them."""
    entries: list[SidebarEntry] = []
    for title, section in sections:
        if section:
            entries += [GAP_ENTRY] if entries else []
            entries += [SidebarEntry(title, None), *section] if title else section
    return entries


def _years(facets: Facets) -> list[SidebarEntry]:
    return [SidebarEntry(year, f"created:{year}", n) for year, n in facets.years.items()]


def _nested(tags: Mapping[str, int]) -> list[SidebarEntry]:
    """Return tags, most used first, each below its parent; add missing parents."""
    names = {tag.rsplit("/", ups)[0] for tag in tags for ups in range(tag.count("/") + 1)}
    entries = []

    def place(name: str) -> tuple[int, list[str]]:
        top = name.partition("/")[0]
        return -tags.get(top, 0), name.casefold().split("/")

    for name in sorted(names, key=place):
        depth = name.count("/")
        label = name.rpartition("/")[2] if depth else name
        entries.append(SidebarEntry(label, f"tag:{quote_word(name)}", tags.get(name), depth))
    return entries

"""The sidebar: what the vault can be looked at by, each line with how many notes it has.

Pinned notes, kinds, saved queries, tags and years; while something is searched for, how what was
found is spread over kinds, tags and years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.message import Message

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys
from notekeep.tui.keys import bindings
from notekeep.tui.render.formatting import kind_name, thousands
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.list_model import SavedQuery, SidebarModel
    from notekeep.tui.render.glyphs import Glyphs


class SidebarEntry(NamedTuple):
    """A line of the sidebar."""

    text: str
    # What the list shows when it is chosen, in the query language; None for what is no list of
    # notes: a heading, a hint, a pinned note, a search for words.
    query: str | None
    notes: int | None = None  # how many notes that is; None when it is not counted
    depth: int = 0  # how far a nested tag is indented
    path: str = ""  # the pinned note that it is, or ""
    saved: str = ""  # the query as it was saved, or ""
    hint_for: str = ""  # the action that a hint is about, whose key stands before it

    @property
    def can_be_chosen(self) -> bool:
        return self.query is not None or bool(self.path or self.saved)


ALL_NOTES_ENTRY = SidebarEntry("All notes", "")
GAP_ENTRY = SidebarEntry("", None)


class Sidebar(ListView):
    """Things to choose from."""

    BINDINGS = bindings("sidebar")

    @dataclass
    class Chosen(Message):
        """The person wants to see the notes of an entry."""

        entry: SidebarEntry

    class Dropped(Chosen):
        """The person does not want an entry here any more."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._entries: list[SidebarEntry] = [ALL_NOTES_ENTRY]
        self._active: frozenset[str] = frozenset({""})

    @property
    def entry(self) -> SidebarEntry:
        return self._entries[self.cursor]

    @property
    def active_saved(self) -> str:
        """The name of the saved query whose notes the list shows, or ""."""
        shown = (entry for entry in self._entries if entry.saved and entry.query in self._active)
        return next((entry.text for entry in shown), "")

    def show(self, shelves: SidebarModel, active: str) -> None:
        entries = list(_entries(shelves))
        self._show(entries, frozenset({active}), active)

    def show_found(self, found: SidebarModel, terms: Sequence[str]) -> None:
        """Show how what was searched for is spread."""
        self._show(list(_facets(found)), frozenset(terms), "")

    def _show(self, entries: list[SidebarEntry], active: frozenset[str], near: str) -> None:
        here = self.entry if self.cursor < len(self._entries) else GAP_ENTRY
        own_keys = cast("NotekeepApp", self.app).own_keys
        self._entries = [_with_key(entry, own_keys) for entry in entries]
        self._active = active
        places = {_key(entry): number for number, entry in enumerate(entries)}
        by_query = {entry.query: number for number, entry in enumerate(entries)}
        stays = here.can_be_chosen and self.has_focus
        wanted = places.get(_key(here)) if stays else None
        self.rows_changed(by_query.get(near, 0) if wanted is None else wanted)

    def activate(self, query: str) -> None:
        """Show which entry's notes the list shows."""
        self._active = frozenset({query})
        places = (number for number, entry in enumerate(self._entries) if entry.query == query)
        self.rows_changed(self.cursor if self.has_focus else next(places, self.cursor))

    def row_count(self) -> int:
        return len(self._entries)

    def is_selectable(self, row: int) -> bool:
        return self._entries[row].can_be_chosen

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        entry = self._entries[row]
        text = clean_line(entry.text)
        if not entry.can_be_chosen:
            head = Piece(f" {text}", "faint" if entry.hint_for else "section")
            if entry.hint_for:
                return [[head]]
            return [[*spread_line([head], self._right(entry), width - 1, gap=1), Piece(" ")]]
        here = row == self.cursor and self.has_focus
        role = "active" if entry.query is not None and entry.query in self._active else ""
        bar = Piece(self._glyphs.cursor if here else " ", "cursor-bar")
        left = [Piece("  " * entry.depth), Piece(text, role)]
        return [[bar, *spread_line(left, self._right(entry), width - 2, gap=1), Piece(" ")]]

    def _right(self, entry: SidebarEntry) -> StyledLine:
        if entry.path:
            return []
        if entry.notes is None:
            return [Piece(self._glyphs.warning, "warn")] if entry.saved else []
        return [Piece(thousands(entry.notes), "faint")]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        if chain == 1:
            self.action_choose()

    def action_choose(self) -> None:
        if self.entry.can_be_chosen:
            self.post_message(self.Chosen(self.entry))

    def action_drop_entry(self) -> None:
        self.post_message(self.Dropped(self.entry))


def _key(entry: SidebarEntry) -> tuple[str, str, str | None]:
    return entry.path, entry.text if entry.saved else "", entry.query


def _entries(shelves: SidebarModel) -> Iterator[SidebarEntry]:
    if shelves.pinned:
        yield SidebarEntry("Pinned", None)
        for path, title in shelves.pinned:
            yield SidebarEntry(title, None, path=path)
        yield GAP_ENTRY
    yield SidebarEntry("Kinds", None)
    yield ALL_NOTES_ENTRY._replace(notes=shelves.total)
    yield from _kinds(shelves.kinds)
    if shelves.saved is not None:
        yield from _saved(shelves.saved)
    yield GAP_ENTRY
    yield SidebarEntry("Tags", None)
    yield from _nested(shelves.tags) if shelves.tags else [_hint("edit-tags", "gives a note some")]
    yield from _years(shelves.years)


def _saved(saved: Sequence[SavedQuery]) -> Iterator[SidebarEntry]:
    yield GAP_ENTRY
    yield SidebarEntry("Saved", None)
    for one in saved:
        yield SidebarEntry(one.name, one.scope or None, one.notes, saved=one.query)
    if not saved:
        yield _hint("save-query", "keeps a search")


def _facets(found: SidebarModel) -> Iterator[SidebarEntry]:
    yield SidebarEntry("Found", None, found.total)
    yield from _kinds(found.kinds)
    if found.tags:
        yield GAP_ENTRY
        yield SidebarEntry("Tags", None)
        yield from _nested(found.tags, most_first=True)
    yield from _years(found.years)
    yield GAP_ENTRY
    yield _hint("save-query", "keeps it")


def _kinds(kinds: Mapping[str, int]) -> Iterator[SidebarEntry]:
    for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        yield SidebarEntry(kind_name(kind), f"type:{_quoted(kind)}", count)


def _years(years: Mapping[str, int]) -> Iterator[SidebarEntry]:
    if years:
        yield GAP_ENTRY
        yield SidebarEntry("Years", None)
    for year, count in years.items():
        yield SidebarEntry(year, f"created:{year}", count)


def _hint(action: str, does: str) -> SidebarEntry:
    """Return a line that says what an action does; see `_with_key`."""
    return SidebarEntry(does, None, hint_for=action)


def _with_key(entry: SidebarEntry, own_keys: Mapping[str, str]) -> SidebarEntry:
    """Put the key before a hint; an action that has none is found by its name."""
    if not entry.hint_for:
        return entry
    action = ACTIONS_BY_ID[entry.hint_for]
    key = format_keys(action_keys(action, own_keys)[:1]) or f": {action.title.lower()}"
    return entry._replace(text=f"{key} {entry.text}")


def _nested(tags: Mapping[str, int], *, most_first: bool = False) -> list[SidebarEntry]:
    """Return tags in alphabetical order, each below its parent, parents that stand alone added."""
    names = {parent for tag in tags for parent in _with_parents(tag)}
    entries = []

    def place(name: str) -> tuple[int, list[str]]:
        top = name.partition("/")[0]
        return -tags.get(top, 0) if most_first else 0, name.casefold().split("/")

    for name in sorted(names, key=place):
        depth = name.count("/")
        label = name.rpartition("/")[2] if depth else name
        entries.append(SidebarEntry(label, f"tag:{_quoted(name)}", tags.get(name), depth))
    return entries


def _with_parents(tag: str) -> list[str]:
    parts = tag.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _quoted(word: str) -> str:
    """Return a word as the query language reads it whole."""
    if word.replace("-", "").replace("_", "").replace("/", "").isalnum():
        return word
    return '"' + word.replace('"', " ") + '"'

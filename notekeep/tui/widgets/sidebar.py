"""The sidebar: what the vault can be looked at by, each line with how many notes it has.

Pinned notes, kinds, saved queries, tags and years; while something is searched for, how what was
found is spread over kinds, tags and years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.list_model import KIND, SidebarModel
from notekeep.tui.program import program
from notekeep.tui.render.formatting import kind_name, thousands
from notekeep.tui.render.note_rows import kind_sign
from notekeep.tui.render.styled_text import Piece, StyledLine, spread_line
from notekeep.tui.widgets.line_view import RowList


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
    sign: str = ""  # the kind of what it lists, or "/" for a search
    is_hint: bool = False  # whether it says what a key does

    @property
    def can_be_chosen(self) -> bool:
        return self.query is not None or bool(self.path or self.saved)


ALL_NOTES_ENTRY = SidebarEntry("All notes", "")
GAP_ENTRY = SidebarEntry("", None)


class Sidebar(RowList[SidebarEntry]):
    """Things to choose from."""

    BINDINGS = bindings("sidebar", by_screen=ALL_ACTIONS)

    opening_clicks = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = [ALL_NOTES_ENTRY]
        self._active: frozenset[str] = frozenset({""})

    @property
    def entry(self) -> SidebarEntry:
        return self._rows[self.cursor]

    @property
    def active_saved(self) -> str:
        """The name of the saved query whose notes the list shows, or ""."""
        shown = (entry for entry in self._rows if entry.saved and entry.query in self._active)
        return next((entry.text for entry in shown), "")

    def show(self, shelves: SidebarModel, active: str) -> None:
        self._show_entries(self._entries(shelves), frozenset({active}), active)

    def show_found(self, found: SidebarModel, terms: Sequence[str]) -> None:
        is_narrowed = any(term.startswith(KIND) for term in terms)
        active = frozenset(terms) if is_narrowed else frozenset(("", *terms))
        self._show_entries(self._facets(found), active, "")

    def _show_entries(self, entries: list[SidebarEntry], active: frozenset[str], near: str) -> None:
        here, keys = self.item, [_key(entry) for entry in entries]
        self._rows, self._active = entries, active
        if self.has_focus and here is not None and here.can_be_chosen and _key(here) in keys:
            self.rows_changed(keys.index(_key(here)))
        else:
            self.rows_changed(self._row_of(near, 0))

    def activate(self, query: str) -> None:
        """Show which entry's notes the list shows."""
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
            head = Piece(f" {text}", "section")
            return [*spread_line([head], self._right(item), width - 1, gap=1), Piece(" ")]
        role = "active" if item.query is not None and item.query in self._active else ""
        bar = Piece(self.glyphs.cursor if here else " ", "cursor-bar")
        sign = [Piece(f"{item.sign} ", "muted")] if item.sign else []
        left = [Piece("  " * item.depth), *sign, Piece(text, role)]
        return [bar, *spread_line(left, self._right(item), width - 2, gap=1), Piece(" ")]

    def _right(self, entry: SidebarEntry) -> StyledLine:
        if entry.path:
            return []
        if entry.notes is None:
            return [Piece(self.glyphs.warning, "warn")] if entry.saved else []
        return [Piece(thousands(entry.notes), "muted")]

    def _entries(self, shelves: SidebarModel) -> list[SidebarEntry]:
        pinned = [SidebarEntry(title, None, path=path) for path, title in shelves.pinned]
        saved = [
            SidebarEntry(one.name, one.scope or None, one.notes, saved=one.query, sign="/")
            for one in shelves.saved
        ]
        tags = _nested(shelves.tags)
        return _join(
            _section("Pinned", pinned),
            _section(
                "Kinds", [ALL_NOTES_ENTRY._replace(notes=shelves.total), *self._kinds(shelves)]
            ),
            _section("Saved", saved or [self._hint("save-query", "save search")]),
            _section("Tags", tags or [self._hint("edit-tags", "add tags")]),
            _section("Years", _years(shelves)),
        )

    def _facets(self, found: SidebarModel) -> list[SidebarEntry]:
        return _join(
            _section(
                "Results",
                [ALL_NOTES_ENTRY._replace(text="All", notes=found.total), *self._kinds(found)],
            ),
            _section("Tags", _nested(found.tags)),
            _section("Years", _years(found)),
            [self._hint("save-query", "save search")],
        )

    def _kinds(self, shown: SidebarModel) -> list[SidebarEntry]:
        kinds = sorted(shown.kinds.items(), key=lambda item: (-item[1], item[0]))
        return [
            SidebarEntry(
                kind_name(kind), f"{KIND}{_quoted(kind)}", n, sign=kind_sign(kind, self.glyphs).text
            )
            for kind, n in kinds
        ]

    def _hint(self, action_id: str, does: str) -> SidebarEntry:
        """Return a line that says what an action does; one without a key is found by its name."""
        action = ACTIONS_BY_ID[action_id]
        keys = action_keys(action, program(self).own_keys)
        key = format_keys(keys[:1]) or f": {action.title.lower()}"
        return SidebarEntry(f"{key} {does}", None, is_hint=True)


def _key(entry: SidebarEntry) -> tuple[str, str, str | None]:
    return entry.path, entry.text if entry.saved else "", entry.query


def _section(title: str, entries: list[SidebarEntry]) -> list[SidebarEntry]:
    return [SidebarEntry(title, None), *entries] if entries else []


def _join(*sections: list[SidebarEntry]) -> list[SidebarEntry]:
    """Return sections below each other, with a gap between."""
    entries: list[SidebarEntry] = []
    for section in filter(None, sections):
        entries += [GAP_ENTRY, *section] if entries else section
    return entries


def _years(shown: SidebarModel) -> list[SidebarEntry]:
    return [SidebarEntry(year, f"created:{year}", n) for year, n in shown.years.items()]


def _nested(tags: Mapping[str, int]) -> list[SidebarEntry]:
    """Return tags, most used first, each below its parent, parents that stand alone added."""
    names = {tag.rsplit("/", ups)[0] for tag in tags for ups in range(tag.count("/") + 1)}
    entries = []

    def place(name: str) -> tuple[int, list[str]]:
        top = name.partition("/")[0]
        return -tags.get(top, 0), name.casefold().split("/")

    for name in sorted(names, key=place):
        depth = name.count("/")
        label = name.rpartition("/")[2] if depth else name
        entries.append(SidebarEntry(label, f"tag:{_quoted(name)}", tags.get(name), depth))
    return entries


def _quoted(word: str) -> str:
    """Return a word as the query language reads it whole."""
    if word.replace("-", "").replace("_", "").replace("/", "").isalnum():
        return word
    return '"' + word.replace('"', " ") + '"'

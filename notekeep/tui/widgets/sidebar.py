"""The sidebar: pinned notes, kinds, saved queries, tags and years, each with its number of notes.

During a search it shows how the results are spread over kinds, tags and years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from notekeep.catalog.queries import Facets
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.commands.action import format_keys
from notekeep.tui.commands.registry import ACTIONS_BY_ID, action_keys
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.list_model import KIND, SidebarModel
from notekeep.tui.program import program
from notekeep.tui.render.formatting import kind_name, thousands
from notekeep.tui.render.note_rows import kind_sign
from notekeep.tui.render.styled_text import Piece, StyledLine, pad_line, spread_line
from notekeep.tui.widgets.line_view import ListView


class SidebarEntry(NamedTuple):
    """A line of the sidebar."""

    text: str
    # The query of the notes to list; None for a heading, a hint, a pinned note, or a saved search
    # for words.
    query: str | None
    notes: int | None = None  # their number, if known
    depth: int = 0  # of a nested tag
    path: str = ""  # of a pinned note
    saved: str = ""  # a saved query as it was saved
    sign: str = ""  # of a kind, or "/" for a search
    is_hint: bool = False  # whether it explains a key

    @property
    def can_be_chosen(self) -> bool:
        return self.query is not None or bool(self.path or self.saved)

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.path, self.text if self.saved else "", self.query


ALL_NOTES_ENTRY = SidebarEntry("All notes", "")
GAP_ENTRY = SidebarEntry("", None)


class Sidebar(ListView[SidebarEntry]):
    """Queries and notes to choose from."""

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
        """The name of the saved query that the list shows, or ""."""
        shown = (entry for entry in self._rows if entry.saved and entry.query in self._active)
        return next((entry.text for entry in shown), "")

    def show(self, model: SidebarModel, active: str) -> None:
        """Show the whole vault; the list shows the notes of the query `active`."""
        saved = [
            SidebarEntry(one.name, one.scope or None, one.notes, saved=one.query, sign="/")
            for one in model.saved
        ]
        entries = _join(
            ("Pinned", [SidebarEntry(title, None, path=path) for path, title in model.pinned]),
            ("Kinds", self._kinds(model.facets, "All notes")),
            ("Saved", saved or [self._hint("save-query", "save search")]),
            ("Tags", _nested(model.facets.tags) or [self._hint("edit-tags", "add tags")]),
            ("Years", _years(model.facets)),
        )
        self._show_entries(entries, frozenset({active}), active)

    def show_found(self, found: Facets, terms: Sequence[str]) -> None:
        """Show the results of a search with some conditions."""
        entries = _join(
            ("Results", self._kinds(found, "All")),
            ("Tags", _nested(found.tags)),
            ("Years", _years(found)),
            ("", [self._hint("save-query", "save search")]),
        )
        is_narrowed = any(term.startswith(KIND) for term in terms)
        active = frozenset(terms) if is_narrowed else frozenset(("", *terms))
        self._show_entries(entries, active, "")

    def _show_entries(self, entries: list[SidebarEntry], active: frozenset[str], near: str) -> None:
        here = self.entry.key if self.has_focus and self.entry.can_be_chosen else None
        self._rows, self._active = entries, active
        same = (number for number, entry in enumerate(entries) if entry.key == here)
        self.rows_changed(next(same, self._row_of(near, 0)))

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
            query, sign = f"{KIND}{_quoted(kind)}", kind_sign(kind, self.glyphs).text
            entries.append(SidebarEntry(kind_name(kind), query, n, sign=sign))
        return entries

    def _hint(self, action_id: str, does: str) -> SidebarEntry:
        """Return a line that explains an action by its key, or else by its name."""
        action = ACTIONS_BY_ID[action_id]
        keys = action_keys(action, program(self).own_keys)
        key = format_keys(keys[:1]) or f": {action.title.lower()}"
        return SidebarEntry(f"{key} {does}", None, is_hint=True)


def _join(*sections: tuple[str, list[SidebarEntry]]) -> list[SidebarEntry]:
    """Return sections that have entries, each below its title, with gaps between them."""
    entries: list[SidebarEntry] = []
    for title, section in sections:
        if section:
            entries += [GAP_ENTRY] if entries else []
            entries += [SidebarEntry(title, None), *section] if title else section
    return entries


def _years(facets: Facets) -> list[SidebarEntry]:
    return [SidebarEntry(year, f"created:{year}", n) for year, n in facets.years.items()]


def _nested(tags: Mapping[str, int]) -> list[SidebarEntry]:
    """Return tags, most used first, each below its parent; parents without notes are added."""
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
    """Return a word for a query, in quotes if it needs them."""
    if word.replace("-", "").replace("_", "").replace("/", "").isalnum():
        return word
    return '"' + word.replace('"', " ") + '"'

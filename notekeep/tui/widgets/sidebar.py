"""The sidebar: the kinds of notes and the tags, each with how many notes it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from notekeep.markdown.clean import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.render.pieces import Line, Piece, spread
from notekeep.tui.render.words import kind_name, thousands
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.tui.render.glyphs import Glyphs


class Entry(NamedTuple):
    """A line of the sidebar.

    Attributes:
        text: What it is called.
        query: What it shows when chosen, in the query language; None for a heading.
        notes: How many notes that is; None when it is not counted.
        depth: How far a nested tag is indented.
    """

    text: str
    query: str | None
    notes: int | None = None
    depth: int = 0


ALL = Entry("All notes", "")


class Sidebar(ListView):
    """Kinds and tags to choose from."""

    BINDINGS = bindings("sidebar")

    class Chosen(Message):
        """The person wants to see the notes of an entry."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._entries: list[Entry] = [ALL]
        self._active = ""

    def show(self, kinds: Mapping[str, int], tags: Mapping[str, int], active: str) -> None:
        """Show counts.

        Args:
            kinds: How many notes of each kind there are.
            tags: How many notes each tag has; a nested tag is `parent/child`.
            active: The query whose notes the list shows.
        """
        here = self._entries[self.cursor].query if self.cursor < len(self._entries) else None
        self._active = active
        self._entries = [
            Entry("Kinds", None),
            ALL._replace(notes=sum(kinds.values())),
            *(
                Entry(kind_name(kind), f"type:{_quoted(kind)}", count)
                for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
            ),
        ]
        if tags:
            self._entries += [Entry("", None), Entry("Tags", None), *_nested(tags)]
        queries = [entry.query for entry in self._entries]
        wanted = here if here in queries and here is not None else active
        self.rows_changed(queries.index(wanted) if wanted in queries else 1)

    def has_entry(self, query: str) -> bool:
        """Tell whether there is an entry that shows the notes of a query."""
        return any(entry.query == query for entry in self._entries)

    def activate(self, query: str) -> None:
        """Show which entry's notes the list shows."""
        self._active = query
        self.lines_changed()

    def row_count(self) -> int:
        return len(self._entries)

    def is_selectable(self, row: int) -> bool:
        return self._entries[row].query is not None

    def draw_row(self, row: int, width: int) -> list[Line]:
        entry = self._entries[row]
        if entry.query is None:
            return [[Piece(f" {entry.text}", "section")]]
        here = row == self.cursor and self.has_focus
        role = "active" if entry.query == self._active else ""
        bar = Piece(self._glyphs.cursor if here else " ", "cursor-bar")
        left = [Piece("  " * entry.depth), Piece(clean_line(entry.text), role)]
        count = "" if entry.notes is None else thousands(entry.notes)
        room = width - 2
        return [[bar, *spread(left, [Piece(count, "faint")], room, gap=1), Piece(" ")]]

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        super().row_clicked(row, x, chain)
        self.action_choose()

    def action_choose(self) -> None:
        entry = self._entries[self.cursor]
        if entry.query is not None:
            self.post_message(self.Chosen(entry))


def _nested(tags: Mapping[str, int]) -> list[Entry]:
    """Return tags in alphabetical order, each below its parent, parents that stand alone added."""
    names = {parent for tag in tags for parent in _with_parents(tag)}
    entries = []
    for name in sorted(names, key=lambda name: name.casefold().split("/")):
        depth = name.count("/")
        label = name.rpartition("/")[2] if depth else name
        entries.append(Entry(label, f"tag:{_quoted(name)}", tags.get(name), depth))
    return entries


def _with_parents(tag: str) -> list[str]:
    parts = tag.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _quoted(word: str) -> str:
    """Return a word as the query language reads it whole."""
    if word.replace("-", "").replace("_", "").replace("/", "").isalnum():
        return word
    return '"' + word.replace('"', " ") + '"'

"""The list of notes: rows read a page at a time, or the hits of a search."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from notekeep.tui.keys import ALL, bindings
from notekeep.tui.render.pieces import Line, Piece
from notekeep.tui.render.rows import gutter, hit_rows, note_row
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.index.rows import Row
    from notekeep.index.search import Hit
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.matching import Matcher

PAGE_ROWS = 200
LOOK_FOR = 2000
"""How many rows are looked through for the note the cursor was on."""


class RowSource(Protocol):
    """Rows in an order, read a page at a time."""

    total: int

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Return the rows from `offset` on, at most `limit` of them."""
        ...


class NoteList(ListView):
    """Notes, one to a row; while searching, hits with the passage that matched."""

    BINDINGS = bindings("list", by_screen=ALL)

    def __init__(self, glyphs: Glyphs, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._today = today
        self._source: RowSource | None = None
        self._pages: dict[int, Sequence[Row]] = {}
        self._hits: Sequence[Hit] = ()
        self._words: Matcher | None = None
        self.marked: set[str] = set()
        self._conflicts: frozenset[str] = frozenset()
        self.nothing: Sequence[Line] = ()
        """What is shown where there are no notes."""

    @property
    def row(self) -> Row | None:
        """The note under the cursor, or None in an empty list."""
        return self.row_of(self.cursor) if self.note_count else None

    @property
    def note_count(self) -> int:
        """How many notes are listed."""
        return self._source.total if self._source is not None else len(self._hits)

    def show_rows(self, source: RowSource, keep: str | None = None) -> None:
        """Show the rows of a source, with the cursor on the note `keep` when it is among them."""
        before = self.cursor
        self._source, self._pages, self._hits = source, {}, ()
        self.row_height = 1
        self.rows_changed(self._place_of(keep, before))

    def show_hits(
        self, hits: Sequence[Hit], words: Matcher | None, keep: str | None = None
    ) -> None:
        """Show hits, best first, with the words that were looked for marked."""
        self._source, self._pages, self._hits, self._words = None, {}, hits, words
        self.row_height = 2
        places = (index for index, hit in enumerate(hits) if hit.row.path == keep)
        self.rows_changed(next(places, 0))

    def hit_at(self, row: int) -> Hit | None:
        """Return the hit of a row, or None when the list shows no hits."""
        return self._hits[row] if self._source is None and row < len(self._hits) else None

    def row_of(self, index: int) -> Row | None:
        """Return the note of a row; None when it went away since the rows were counted."""
        if self._source is None:
            return self._hits[index].row if index < len(self._hits) else None
        number, offset = divmod(index, PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._source.page(number * PAGE_ROWS, PAGE_ROWS)
        return page[offset] if offset < len(page) else None

    def toggle_mark(self) -> None:
        """Mark the note under the cursor, or unmark it, and go on to the next."""
        if (row := self.row) is not None:
            self.marked ^= {row.path}
            self.is_moved = True
            self.lines_changed()
            self.move_to(self.cursor + 1)

    def flag(self, paths: frozenset[str]) -> None:
        """Show which notes have two versions."""
        if paths != self._conflicts:
            self._conflicts = paths
            self.lines_changed()

    def clear_marks(self) -> None:
        """Unmark every note."""
        if self.marked:
            self.marked.clear()
            self.lines_changed()

    def row_count(self) -> int:
        return self.note_count or math.ceil(len(self.nothing) / self.row_height)

    def is_selectable(self, row: int) -> bool:
        return row < self.note_count

    def draw_row(self, row: int, width: int) -> list[Line]:
        if not self.note_count:
            begin = row * self.row_height
            shown: list[Line] = [[Piece("  "), *line] for line in self.nothing[begin:]]
            return [*shown, [], []][: self.row_height]
        note = self.row_of(row)
        if note is None:
            return [[] for _ in range(self.row_height)]
        here = row == self.cursor
        head = gutter(self._glyphs, here=here, marked=note.path in self.marked)
        room = width - 2
        hit = self.hit_at(row)
        conflict = note.path in self._conflicts
        glyphs, today = self._glyphs, self._today
        if hit is None:
            return [[*head, *note_row(note, room, glyphs, today, conflict=conflict)]]
        first, second = hit_rows(hit, room, glyphs, today, self._words, conflict=conflict)
        return [[*head, *first], [*gutter(self._glyphs, here=here), *second]]

    def _place_of(self, path: str | None, near: int) -> int:
        """Return where a note is: looked for around its old place first, then from the top."""
        if path is None or self._source is None:
            return 0
        total = self._source.total
        around = range(max(0, near - PAGE_ROWS), min(near + PAGE_ROWS, total))
        for index in chain(around, range(min(total, LOOK_FOR))):
            if (row := self.row_of(index)) is not None and row.path == path:
                return index
        return min(near, max(0, total - 1))

"""The list of notes: rows read a page at a time, or the hits of a search; and marks on them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.note_rows import RowLook, folded_row, group_row, hit_rows, note_row
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.widgets.line_view import ListView

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.search.planner import PlanMatcher
    from notekeep.search.results import Hit
    from notekeep.tui.list_model import Folded, Inserted

PAGE_ROWS = 100
MAX_CACHED_PAGES = 40  # so many pages are kept, whatever was scrolled past
GUTTER = 4  # the cells at the left of a row: the cursor, and the sign, where a click marks
TALL, ROOMY = 31, 180  # lines and columns of a screen from which on hits are shown with more air


class RowSource(Protocol):
    """Rows in an order, read a page at a time."""

    total: int

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Return the rows from `offset` on, `limit` of them at least where there are so many."""
        ...

    def paths(self) -> Iterable[str]: ...

    def find(self, path: str) -> int | None:
        """Return which row a note has, where that is known without reading more of them."""
        ...


class HitRows:
    """The hits of a search as a source of rows, best first."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self.total = len(hits)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        return [hit.row for hit in self.hits[offset : offset + limit]]

    def paths(self) -> Iterable[str]:
        return (hit.row.path for hit in self.hits)

    def find(self, path: str) -> int | None:
        return next((n for n, hit in enumerate(self.hits) if hit.row.path == path), None)


class NoteList(ListView):
    """Notes, one to a row; while searching, hits with the passage that matched.

    Marks are notes, not rows: they stay while something else is searched for or listed.
    """

    BINDINGS = bindings("list", "rows", by_screen=ALL_ACTIONS)

    class Marked(Message):
        """Other notes are marked than before."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source: RowSource = HitRows(())
        self._pages: dict[int, Sequence[Row]] = {}
        self._finder: PlanMatcher | None = None
        self.marked: set[str] = set()
        self._marked_last: str | None = None
        self._conflicts: frozenset[str] = frozenset()
        self.dated_by: str | None = None
        """The field whose day is shown of each note, "modified", or None for none."""
        self._inserted: Sequence[Inserted] = ()  # names of groups and folded notes, in their order
        self._inserted_rows: list[int] = []  # the rows of these
        self.nothing: Sequence[StyledLine] = ()  # what is shown where there are no notes
        self.offers: Sequence[str] = ()  # ids of actions: what the last of these lines offer

    @property
    def row(self) -> Row | None:
        return self.row_of(self.cursor) if self.note_count else None

    @property
    def note_count(self) -> int:
        return self._source.total

    @property
    def snippet_lines(self) -> int:
        width, height = self.app.size
        return 1 if height < TALL else 3 if width >= ROOMY else 2

    @property
    def hit_height(self) -> int:
        """How many lines a hit takes: its title, its snippet, and a blank where there is room."""
        lines = self.snippet_lines
        return 1 + lines + (lines > 1)

    def show_rows(
        self, source: RowSource, keep: str | None = None, inserted: Sequence[Inserted] = ()
    ) -> None:
        """Show the rows of a source, with the cursor on the note `keep` or near to where it was."""
        near = self.cursor
        self._source, self._pages = source, {}
        self._insert(inserted)
        self.row_height = 1
        found = self._row_with(keep)
        self.rows_changed(near if found is None and keep is not None else found or 0)

    def show_hits(
        self, hits: Sequence[Hit], matcher: PlanMatcher | None, keep: str | None = None
    ) -> None:
        source = HitRows(hits)
        self._insert(())
        self._source, self._pages, self._finder = source, {}, matcher
        self.row_height = self.hit_height
        self.rows_changed((source.find(keep) if keep is not None else None) or 0)

    @property
    def is_search(self) -> bool:
        return isinstance(self._source, HitRows)

    def hit_at(self, row: int) -> Hit | None:
        hits = self._source.hits if isinstance(self._source, HitRows) else ()
        return hits[row] if row < len(hits) else None

    def row_of(self, row: int) -> Row | None:
        """Return the note of a row; None where there is none, or it went away since."""
        if self._inserted_at(row) is not None or not 0 <= row < self.row_count():
            return None
        number, offset = divmod(self._number(row), PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= MAX_CACHED_PAGES:
                del self._pages[next(iter(self._pages))]
            page = self._pages[number] = self._source.page(number * PAGE_ROWS, PAGE_ROWS)
        return page[offset] if offset < len(page) else None

    def _insert(self, inserted: Sequence[Inserted]) -> None:
        self._inserted = inserted
        self._inserted_rows = [one.notes + number for number, one in enumerate(inserted)]

    def _inserted_at(self, row: int) -> Inserted | None:
        at = bisect_left(self._inserted_rows, row)
        is_one = at < len(self._inserted) and self._inserted_rows[at] == row
        return self._inserted[at] if is_one else None

    def _number(self, row: int) -> int:
        """Return how many notes stand before a row."""
        return row - bisect_left(self._inserted_rows, row)

    @property
    def folded(self) -> Folded | None:
        """The notes that are folded into the row under the cursor."""
        inserted = self._inserted_at(self.cursor)
        return inserted.folded if inserted is not None else None

    @property
    def offer(self) -> str:
        """The id of the action that the line under the cursor offers, or ""."""
        number = self.cursor - len(self.nothing) + len(self.offers)
        if self.note_count or number < 0 or not self.is_selectable(self.cursor):
            return ""
        return self.offers[number]

    def copy_from(self, other: NoteList) -> None:
        """Show what another list shows, with its cursor and its marks, which are shared."""
        self._source, self._pages = other._source, other._pages
        self._insert(())
        self._finder, self.nothing, self.offers = other._finder, other.nothing, other.offers
        self.dated_by = other.dated_by
        self._conflicts, self.marked = other._conflicts, other.marked
        self._marked_last, self.is_moved = other._marked_last, other.is_moved
        self.row_height = self.hit_height if self.is_search else 1
        self.rows_changed(other._number(other.cursor))

    def toggle_mark(self, *, goes_on: bool = True) -> None:
        if (note := self.row) is None:
            return
        self.is_moved = True
        self._marked_last = note.path
        self.mark(self.marked ^ {note.path})
        if goes_on:
            self.move_to(self.cursor + 1)

    def mark_range(self) -> None:
        """Mark all notes from the one that was marked last up to the one under the cursor."""
        if not self.note_count:
            return
        begin = self._row_with(self._marked_last)
        rows_of_ends = (self.cursor if begin is None else begin, self.cursor)
        first, last = sorted(map(self._number, rows_of_ends))
        rows = self._source.page(first, last + 1 - first)[: last + 1 - first]
        self.is_moved = True
        if (here := self.row) is not None:
            self._marked_last = here.path
        self.mark(self.marked | {row.path for row in rows})

    def listed(self) -> Callable[[], set[str]]:
        """Return what gives all notes of the list; it may take a while and touches no widget."""
        source = self._source
        return lambda: set(source.paths())

    def mark_all(self, listed: set[str]) -> None:
        """Mark these notes; when all of them are marked, unmark them."""
        self.mark(self.marked - listed if listed <= self.marked else self.marked | listed)

    def mark(self, paths: set[str]) -> None:
        if paths != self.marked:
            self.marked = paths
            self.lines_changed()
            self._post_own(self.Marked())

    def flag(self, paths: frozenset[str]) -> None:
        if paths != self._conflicts:
            self._conflicts = paths
            self.lines_changed()

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        if x < GUTTER:
            self.is_moved = True
            self.move_to(row)
            self.toggle_mark(goes_on=False)
        else:
            super().row_clicked(row, x, chain)

    def on_resize(self) -> None:
        if self.is_search and self.row_height not in {1, self.hit_height}:
            self.row_height = self.hit_height
        super().on_resize()

    def row_count(self) -> int:
        if self.note_count:
            return self.note_count + len(self._inserted)
        return math.ceil(len(self.nothing) / self.row_height)

    def is_selectable(self, row: int) -> bool:
        if not self.note_count:
            return len(self.nothing) - len(self.offers) <= row < len(self.nothing)
        inserted = self._inserted_at(row)
        return row < self.row_count() and (inserted is None or inserted.folded is not None)

    def _line_role(self, index: int) -> str:
        # The blank below a hit is none of it.
        is_gap = self.row_height > 2 and index % self.row_height == self.row_height - 1
        return "" if is_gap else super()._line_role(index)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self.note_count:
            begin = row * self.row_height
            is_here = row == self.cursor and self.is_selectable(row)
            bar = Piece(f"{self.glyphs.cursor} " if is_here else "  ", "cursor-bar")
            return [[bar, *line] for line in self.nothing[begin:]]
        here = row == self.cursor
        if (inserted := self._inserted_at(row)) is not None:
            if inserted.folded is not None:
                return [folded_row(*inserted.folded, width, self.glyphs, RowLook(here=here))]
            return [group_row(inserted.name, width, self.glyphs) if inserted.name else []]
        note = self.row_of(row)
        if note is None:
            return []
        look = RowLook(
            here,
            note.path in self.marked,
            note.path in self._conflicts,
            self.dated_by,
            is_grouped=bool(self._inserted),
        )
        hit = self.hit_at(row)
        if hit is None:
            return [note_row(note, width, self.glyphs, self.today, look)]
        draw = width, self.glyphs, self.today, look, self._finder
        return hit_rows(hit, *draw, lines=self.snippet_lines)

    def _row_with(self, path: str | None) -> int | None:
        """Look for the row of a note."""
        known = None if path is None else self._source.find(path)
        if known is None:
            return None
        return known + bisect_right(self._inserted, known, key=lambda one: one.notes)

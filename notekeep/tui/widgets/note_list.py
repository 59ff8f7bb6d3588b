"""The list of notes, read a page at a time, or of search hits. Notes can be marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.message import Message

from notekeep.background import yield_to_ui
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.list_model import Folded, Inserted
from notekeep.tui.render.note_rows import (
    RowLook,
    file_row,
    folded_row,
    group_row,
    hit_rows,
    note_row,
)
from notekeep.tui.render.styled_text import StyledLine
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.search.planner import PlanMatcher
    from notekeep.search.results import Hit

PAGE_ROWS = 100
MAX_CACHED_PAGES = 40
PASSAGES = 25  # the number of hits whose passages are read together
GUTTER = 4  # cells at the left of a row; a click there marks the note
TALL, ROOMY = 31, 180  # minimum lines and columns of a screen on which hits get more space


def read_passages(hits: Iterable[Hit]) -> None:
    """Read the passages of hits; safe in a thread."""
    for hit in hits:
        yield_to_ui()
        hit.read_passage()


class RowSource(Protocol):
    """Sorted rows, read a page at a time."""

    total: int

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Return the rows from `offset`, at least `limit` rows unless the source ends."""
        ...

    def paths(self) -> Iterable[str]: ...

    def find(self, path: str) -> int | None:
        """Return the row of a note if it is known without reading further rows."""
        ...


class HitRows:
    """The hits of a search, best first."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self.total = len(hits)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        return [hit.row for hit in self.hits[offset : offset + limit]]

    def paths(self) -> Iterable[str]:
        return (hit.row.path for hit in self.hits)

    def find(self, path: str) -> int | None:
        return next((n for n, hit in enumerate(self.hits) if hit.row.path == path), None)


class NoteRows(Sequence["Row | Inserted | None"]):
    """The rows of a list: notes with group names between them; pages of notes are cached.

    A note is None if it was deleted after the list was sorted.
    """

    def __init__(self, source: RowSource, inserted: Sequence[Inserted] = ()) -> None:
        self.source, self.inserted = source, inserted
        self._inserted_at = [row.notes + number for number, row in enumerate(inserted)]
        self._pages: dict[int, Sequence[Row]] = {}

    def __len__(self) -> int:
        return self.source.total + len(self.inserted)

    def inserted_at(self, row: int) -> Inserted | None:
        at = bisect_left(self._inserted_at, row)
        is_inserted = at < len(self.inserted) and self._inserted_at[at] == row
        return self.inserted[at] if is_inserted else None

    def __getitem__(self, row: Any) -> Any:
        if (inserted := self.inserted_at(row)) is not None:
            return inserted
        number, offset = divmod(self.notes_before(row), PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= MAX_CACHED_PAGES:
                del self._pages[next(iter(self._pages))]
            page = self._pages[number] = self.source.page(number * PAGE_ROWS, PAGE_ROWS)
        return page[offset] if offset < len(page) else None

    def notes_before(self, row: int) -> int:
        return row - bisect_left(self._inserted_at, row)

    def find(self, path: str | None) -> int | None:
        """Return the row of a note if the source can find it."""
        found = None if path is None else self.source.find(path)
        if found is None:
            return None
        return found + bisect_right(self.inserted, found, key=lambda row: row.notes)


class NoteList(ListView["Row | Inserted | None"]):
    """Notes, one per row, or hits with their matching passages.

    Marks belong to notes, not to rows, so they stay when another list is shown.
    """

    BINDINGS = bindings("list", "rows", run_on_screen=ALL_ACTIONS)

    class Marked(Message):
        """The marked notes changed."""

    _rows: NoteRows
    offers: Sequence[str] = ()
    """Action IDs, one for each of the last lines of `placeholder`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = NoteRows(HitRows(()))
        self.matcher: PlanMatcher | None = None  # finds the words of a search in a text
        self.marked: set[str] = set()
        self._marked_last: str | None = None
        self._conflicts: frozenset[str] = frozenset()
        self._being_read: set[int] = set()  # the first hits of pages whose passages are being read
        self.dated_by: str | None = None
        """The date to show: a field, "modified", or None for no date."""

    @property
    def row(self) -> Row | None:
        return self.row_of(self.cursor)

    @property
    def source(self) -> RowSource:
        return self._rows.source

    @property
    def note_count(self) -> int:
        return self.source.total

    @property
    def snippet_lines(self) -> int:
        width, height = self.app.size
        return 1 if height < TALL else 3 if width >= ROOMY else 2

    @property
    def hit_height(self) -> int:
        """The number of lines of a hit: title, snippet, and a blank line if there is space."""
        lines = self.snippet_lines
        return 1 + lines + (lines > 1)

    def show(
        self,
        rows: NoteRows,
        keep: str | None = None,
        *,
        near: int = 0,
        line: int | None = None,
        matcher: PlanMatcher | None = None,
    ) -> None:
        """Show rows, with the cursor on the note `keep`, or else on row `near`.

        The cursor's row is scrolled to `line` of the view, if given.
        """
        self._rows, self.matcher = rows, matcher
        self._being_read.clear()
        self._fit_height()
        found = rows.find(keep)
        self.rows_changed(near if found is None else found)
        if line is not None:
            self.scroll_cursor_to(line)

    def _fit_height(self) -> None:
        self.row_height = self.hit_height if self._rows and self.is_search else 1

    @property
    def is_search(self) -> bool:
        return isinstance(self.source, HitRows)

    def hit_at(self, row: int) -> Hit | None:
        hits = self.source.hits if isinstance(self.source, HitRows) else ()
        at = self._rows.notes_before(row)
        return hits[at] if at < len(hits) and self._rows.inserted_at(row) is None else None

    def row_of(self, row: int) -> Row | None:
        """Return the note of a row, or None if the row has no note or its note was deleted."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return None if isinstance(found, Inserted) else found

    @property
    def offer(self) -> str:
        """The ID of the action offered by the line at the cursor, or ""."""
        if self._rows or not self.is_selectable(self.cursor):
            return ""
        return self.offers[self.cursor - len(self.placeholder)]

    @property
    def folded(self) -> Folded | None:
        """The notes folded into the row at the cursor."""
        return self.item.folded if isinstance(self.item, Inserted) else None

    @property
    def file(self) -> str:
        """The path of the file at the cursor, or ""."""
        return self.item.file if isinstance(self.item, Inserted) else ""

    @property
    def is_empty(self) -> bool:
        """Whether the list has no notes and no files."""
        return not self._rows

    def copy_from(self, other: NoteList, line: int) -> None:
        """Show the content and marks of another list, with its cursor at a line of the view."""
        self.placeholder, self.offers = other.placeholder, other.offers
        self.dated_by = other.dated_by
        self._conflicts, self.marked = other._conflicts, other.marked
        self._marked_last, self.was_moved = other._marked_last, other.was_moved
        rows = other._rows
        near = rows.notes_before(other.cursor)
        self.show(NoteRows(rows.source), near=near, line=line, matcher=other.matcher)

    def toggle_mark(self, *, advance: bool = True) -> None:
        if (note := self.row) is None:
            return
        self.was_moved = True
        self._marked_last = note.path
        self.mark(self.marked ^ {note.path})
        if advance:
            self.move_to(self.cursor + 1)

    def mark_range(self) -> None:
        """Mark all notes from the last marked note to the cursor."""
        if not self.note_count:
            return
        begin = self._rows.find(self._marked_last)
        rows_of_ends = (self.cursor if begin is None else begin, self.cursor)
        first, last = sorted(map(self._rows.notes_before, rows_of_ends))
        rows = self.source.page(first, last + 1 - first)[: last + 1 - first]
        self.was_moved = True
        if (note := self.row) is not None:
            self._marked_last = note.path
        self.mark(self.marked | {row.path for row in rows})

    def listed(self) -> Callable[[], set[str]]:
        """Return a function that reads the paths of all notes in the list; safe in a thread."""
        source = self.source
        return lambda: set(source.paths())

    def mark_all(self, listed: set[str]) -> None:
        """Mark the listed notes; if all of them are marked, unmark them."""
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
            self.was_moved = True
            self.move_to(row)
            self.toggle_mark(advance=False)
        else:
            super().row_clicked(row, x, chain)

    def on_resize(self) -> None:
        self._fit_height()
        super().on_resize()

    def is_selectable(self, row: int) -> bool:
        if not self._rows:
            return len(self.placeholder) - len(self.offers) <= row < len(self.placeholder)
        inserted = self._rows.inserted_at(row)  # without reading a page
        is_note = inserted is None or inserted.folded is not None or bool(inserted.file)
        return row < len(self._rows) and is_note

    def _line_role(self, index: int) -> str:
        # The blank line below a hit is not highlighted.
        is_gap = self.row_height > 2 and index % self.row_height == self.row_height - 1
        return "" if is_gap else super()._line_role(index)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        if not self._rows:
            return super().draw_row(row, width)
        here, note = row == self.cursor, self._rows[row]
        if note is None:
            return []
        if isinstance(note, Inserted):
            if note.folded is not None:
                return [folded_row(*note.folded, width, self.glyphs, RowLook(here=here))]
            if note.file:
                return file_row(note.file, width, self.glyphs, RowLook(here=here))
            return [group_row(note.name, width, self.glyphs) if note.name else []]
        look = RowLook(
            here,
            note.path in self.marked,
            note.path in self._conflicts,
            self.dated_by,
            is_grouped=bool(self._rows.inserted) and not self.is_search,
        )
        hit = self.hit_at(row)
        if hit is None:
            return [note_row(note, width, self.glyphs, self.today, look)]
        if not hit.has_passage:
            self._read_passages(row)
            return [note_row(note, width, self.glyphs, self.today, look)]
        draw = width, self.glyphs, self.today, look, self.matcher
        return hit_rows(hit, *draw, lines=self.snippet_lines)

    def _read_passages(self, row: int) -> None:
        """Read the passages of the hits around a row, and draw them."""
        at = self._rows.notes_before(row)
        first = at - at % PASSAGES
        if first in self._being_read or not isinstance(self.source, HitRows):
            return
        self._being_read.add(first)
        read = partial(read_passages, self.source.hits[first : first + PASSAGES])
        in_background(self, read, lambda _: self.lines_changed(), group="passages")

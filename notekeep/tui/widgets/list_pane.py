"""The list of notes, or the grid, with its search box: from a key to results.

Choosing in the sidebar sets a scope; typing searches within it. Titles and tags answer at once, the
bodies of notes after a pause without keys. An answer that comes when the box has moved on is
dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events, getters
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input
from textual.worker import get_current_worker

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.list_model import (
    DEFAULT_ORDER,
    FieldTypo,
    ListOrder,
    PagedRows,
    by_field,
    find_field_typo,
    find_sort_key,
    narrow_to_scope,
    next_order,
    replace_sort,
    sort_hits,
)
from notekeep.tui.location import ListState, NoteLocation
from notekeep.tui.messages import CreateNote
from notekeep.tui.render.formatting import count_of, thousands
from notekeep.tui.render.list_rows import (
    field_correction,
    no_indexed_results,
    no_notes,
    no_results,
    search_running,
)
from notekeep.tui.render.note_rows import LetterMatcher, make_matcher
from notekeep.tui.render.styled_text import Piece, StyledLine
from notekeep.tui.textual_compat import RemovalSafe
from notekeep.tui.widgets.bars import PieceLabel
from notekeep.tui.widgets.note_list import PAGE_ROWS, NoteList, RowSource
from notekeep.tui.workers import TitleSearch, in_background

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual.app import ComposeResult
    from textual.worker import Worker

    from notekeep.catalog.records import Row
    from notekeep.errors import NotekeepError
    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.note_grid import GridHead, NoteGrid
    from notekeep.vault import Vault


SEARCH_DELAY = 0.15  # seconds without a key after which the bodies of notes are searched too
FULL_TEXT_LETTERS = 3  # letters from which the bodies of notes are searched
MAX_HITS = 200
MAX_SORTED_ROWS = 5_000  # with more notes than this a list is sorted in the background, and whole
HEAD_LINES = 1  # lines that the names of the columns take


class _SearchInput(Input):
    """The text itself; the keys that leave it are the registry's."""

    BINDINGS = bindings("search", priority=("explain",), by_screen=("explain",))

    # Textual lays the whole screen out for each other length of the text; the box stays as it is.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_clear_search(self) -> None:
        pane = self.query_ancestor(ListPane)
        if pane.notes.marked:
            pane.notes.mark(set())
        elif self.value:
            pane.clear()
        else:
            self.screen.set_focus(pane.notes)

    def action_to_results(self) -> None:
        self.query_ancestor(ListPane).leave_search()


class SearchBox(Horizontal):
    """A line to type a query into, with the name of what is searched before it."""

    DEFAULT_CSS = """
    SearchBox { height: 1; padding: 0 1; }
    SearchBox PieceLabel { max-width: 50%; }
    SearchBox Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    SearchBox Input:focus { border: none; background-tint: transparent; }
    SearchBox Input > .input--placeholder { color: $text-disabled; }
    """

    field = getters.query_one(_SearchInput)
    scope = ""  # what the search is said to be limited to, or ""

    def compose(self) -> ComposeResult:
        yield PieceLabel(Piece("/ ", "key"))
        yield _SearchInput(placeholder="search", select_on_focus=False)

    @property
    def text(self) -> str:
        return self.field.value

    def set_text(self, text: str) -> None:
        """Put a query into the box; it is answered as if it had been typed."""
        self.field.value = text
        self.field.cursor_position = len(text)

    def put(self, text: str) -> None:
        """Put a query into the box, and have nobody answer it."""
        with self.field.prevent(Input.Changed):
            self.set_text(text)

    def set_scope(self, name: str) -> None:
        """Say what the search is limited to; "" for all notes."""
        self.scope = clean_line(name)
        scope = [Piece(f"{self.scope} ", "section")] if name else []
        self.query_one(PieceLabel).show(*scope, Piece("/ ", "key"))

    def focus_text(self) -> None:
        # At once, so that the next key is typed here and not taken for a command.
        self.screen.set_focus(self.field)

    @property
    def has_text_focus(self) -> bool:
        return self.field.has_focus

    def on_click(self) -> None:
        # All of the line is the box, also what stands before the text.
        self.focus_text()


class ListPane(Vertical, RemovalSafe):
    """The search box above the list of notes, which may be a grid instead."""

    @dataclass(eq=False, repr=False)
    class Counted(Message):
        """Another list is shown; `text` says how much of the vault it is."""

        text: str

    class Empty(Message):
        """There are no notes to show."""

    box = getters.query_one(SearchBox)
    listed = getters.query_one("#note-list", NoteList)

    def __init__(
        self, vault: Vault, glyphs: Glyphs, today: date, note: str = "", *, as_grid: bool = False
    ) -> None:
        super().__init__(id="list-pane")
        self._vault, self._glyphs, self._today = vault, glyphs, today
        self._begins_as_grid = as_grid
        self.grid: NoteGrid | None = None  # the grid, when it is shown
        self.order = self.order_found = DEFAULT_ORDER
        """How the list is sorted, and what was found, as it was chosen."""
        self.scope = ""  # the query that the list is limited to, or ""
        self._slip: FieldTypo | None = None
        self.matcher: LetterMatcher | None = None  # finds what is searched for in a text
        self._titles = TitleSearch(self, vault, self._show, MAX_HITS)
        self._worker: Worker[None] | None = None  # what asks the vault, for the list or the search
        self._count_text = ""
        self._is_searching = False
        self._is_accepted = False  # whether a key is about what is found, which is not there yet
        self._wanted: str | None = note or None
        self._wanted_line: int | None = None
        """The line at which the cursor should stand when what was asked for is there."""

    def compose(self) -> ComposeResult:
        yield SearchBox()
        listed = NoteList(self._glyphs, self._today, id="note-list")
        yield listed
        if self._begins_as_grid:
            listed.display = False
            head, self.grid = self._make_grid()
            yield from (head, self.grid)

    def on_mount(self) -> None:
        self._list()

    # The list and the grid in its place.

    @property
    def notes(self) -> NoteList:
        return self.grid if self.grid is not None else self.listed

    def _make_grid(self) -> tuple[GridHead, NoteGrid]:
        from notekeep.tui.widgets.note_grid import GridHead, NoteGrid  # no part of a first frame

        grid = NoteGrid(self._glyphs, self._today)
        return GridHead(grid, self._glyphs), grid

    async def show_as(self, *, grid: bool) -> None:
        """Show the notes as a grid, or as a list again; cursor and marks stay."""
        before, had_focus = self.notes, self.notes.has_focus
        if grid == (self.grid is not None):
            return
        line = before.cursor_line
        if grid:
            head, made = self._make_grid()
            await self.mount(head, made)
            # Only from here on is it what keys and verbs are about.
            self.grid = made
            rows = map(self.listed.row_of, range(min(PAGE_ROWS, self.listed.note_count)))
            self.choose_columns([row for row in rows if row is not None])
        else:
            self.grid = None
            self.listed.display = True
        self.notes.copy_from(before)
        # The eye is on that row. The line above the grid takes one from it.
        self.notes.scroll_cursor_to(line + (-HEAD_LINES if grid else HEAD_LINES))
        if had_focus:
            # At once, so that the next key finds it; and before what had it goes.
            self.screen.set_focus(self.notes)
        if grid:
            self.listed.display = False
        else:
            await self.query("NoteGrid, GridHead").remove()

    def choose_columns(self, rows: Sequence[Row]) -> None:
        if self.grid is not None:
            total = self.notes.note_count or self.listed.note_count
            asked = self.scope, self.typed
            self.grid.choose_columns(self._vault, rows, total, asked=asked, order=self._key)

    @property
    def typed(self) -> str:
        return self.box.text.strip()

    def again(self, wanted: str | None = None) -> None:
        """Ask the vault again, with the cursor on the note `wanted` or where it was."""
        self.notes.is_moved |= wanted is not None
        self._wanted = wanted
        self._ask()

    def _ask(self, *, from_top: bool = False) -> None:
        if self.typed:
            self._search(pause=0)
        else:
            self._list(from_top=from_top)

    @property
    def asked(self) -> ListState:
        return ListState(self.scope, self.box.scope, self.typed)

    def ask_again(self, stop: NoteLocation) -> None:
        """Show what was shown before, with the cursor on its note and where it stood."""
        asked, self._wanted_line = stop.asked, stop.line
        self.scope = asked.scope
        self.box.set_scope(asked.name)
        self.box.put(asked.typed)
        self._is_searching = bool(asked.typed)
        self.order_found = DEFAULT_ORDER
        self.again(stop.path)

    def set_scope(self, query: str, name: str) -> None:
        """Limit the list and its searches to the notes of a query, in its order if it names one."""
        self.scope = query
        if find_sort_key(self._vault, query):
            self.order = DEFAULT_ORDER
        self.box.set_scope(name if query else "")
        self.again()

    # The order.

    @property
    def _sorts_found(self) -> bool:
        """Whether an order is about what was found, which begins with the best first."""
        return bool(self.typed) and self.grid is None

    @property
    def chosen_order(self) -> ListOrder:
        return self.order_found if self._sorts_found else self.order

    @property
    def _key(self) -> str:
        """What the notes are sorted by: as was chosen, else as what was asked for says."""
        asked = narrow_to_scope(self.scope, self.typed)
        return self.chosen_order.key or find_sort_key(self._vault, asked)

    @property
    def _dated_by(self) -> str:
        """The date that the notes are sorted by; "" where that is none."""
        name = self._key.removeprefix("-")
        return name if self._vault.schema.type_of("", name) == "date" else ""

    def next_order(self) -> None:
        self._sort(next_order(self.chosen_order))

    def sort_by(self, name: str) -> None:
        """Sort by a field; by the same one again, the other way round, then as before.

        Raises:
            UsageError: Notes cannot be sorted by it.
        """
        order = by_field(name, self.chosen_order)
        self._vault.search.parse(replace_sort("", order.key))
        self._sort(order)

    def _sort(self, order: ListOrder) -> None:
        if self._sorts_found:
            self.order_found = order
        else:
            self.order = order
        self.notes.is_moved = True
        self._ask(from_top=True)

    def clear(self) -> None:
        self.box.put("")
        self._is_searching = False
        self._list()

    def _drop_answers(self) -> None:
        self._titles.drop()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _list(self, *, from_top: bool = False) -> None:
        # An answer to a search that is still on its way has nothing to say any more.
        self._drop_answers()
        self._slip = None
        query = self.scope
        if self.order != DEFAULT_ORDER:
            query = replace_sort(query, self.order.key)
        if self._key and self._vault.catalog.count() > MAX_SORTED_ROWS:
            self._worker = in_background(
                self,
                lambda: self._vault.search.ordered(query),
                lambda found: self._show_rows(found, found.page(0, PAGE_ROWS), from_top=from_top),
                group="search",
                exclusive=True,
            )
            return
        rows = self._vault.search.rows(query, limit=PAGE_ROWS)
        self._vault.search.distinguish_titles(rows.rows)
        self._show_rows(PagedRows(self._vault, query, rows), rows.rows, from_top=from_top)

    def _show_rows(self, source: RowSource, first: Sequence[Row], *, from_top: bool) -> None:
        self.matcher = None
        self.notes.nothing = self._empty_lines()
        self.notes.dated_by = self._dated_by
        self.notes.show_rows(source, None if from_top else self._wanted_path())
        self._restore_line()
        self.choose_columns(first)
        self._update_count(source.total)
        if not source.total:
            self.post_message(self.Empty())

    @property
    def _indexed(self) -> float | None:
        """How much of the index is there while it is built; None once it is."""
        return cast("NotekeepApp", self.app).indexed

    def _empty_lines(self) -> Sequence[StyledLine]:
        if not self.typed:
            return no_notes(self._indexed)
        if self._indexed is not None:
            return no_indexed_results(self.typed, self._indexed)
        return no_results(self.typed)

    def index_progressed(self) -> None:
        """Say how far the index is, where there is nothing to show yet."""
        if not self.notes.note_count:
            self.notes.nothing = self._empty_lines()
            self.notes.lines_changed()

    def _wanted_path(self) -> str | None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            return wanted
        return row.path if (row := self.notes.row) is not None else None

    def _restore_line(self) -> None:
        line, self._wanted_line = self._wanted_line, None
        if line is not None:
            self.notes.scroll_cursor_to(line)

    def _update_count(self, shown: int, *remarks: str, nearest: bool = False) -> None:
        # Where all are listed, nobody has to be asked how many notes there are.
        total = self._vault.catalog.count() if self.scope or self.typed else shown
        count = f"{count_of(shown, total)} {'note' if total == 1 else 'notes'}"
        if nearest:  # which is all that is said where there is little room
            count = f"{thousands(shown)} nearest {'note' if shown == 1 else 'notes'}"
        order = self.chosen_order
        parts = [*remarks, *([clean_line(order.said)] if order != DEFAULT_ORDER else []), count]
        self._count_text = " · ".join(parts)
        self._show_count()

    def _show_count(self) -> None:
        marked = len(self.notes.marked)
        said = f"{thousands(marked)} marked · {self._count_text}" if marked else self._count_text
        self.post_message(self.Counted(said))

    def on_note_grid_arranged(self) -> None:
        for head in self.query("GridHead"):
            head.refresh()

    def on_note_list_marked(self) -> None:
        self._show_count()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_accepted = False
        if self.typed:
            if not self._is_searching:
                self.notes.is_moved = False
                self.order_found = DEFAULT_ORDER
            self._search(pause=SEARCH_DELAY)
        else:
            self._list()
        self._is_searching = bool(self.typed)

    def _search(self, *, pause: float) -> None:
        self._drop_answers()
        typed = self.typed
        self._slip = find_field_typo(self._vault, typed)
        if self._slip is not None:
            # Without the condition that is meant it would find far too much.
            self.matcher = None
            self.notes.nothing = field_correction(self._slip.name, self._slip.near)
            self.notes.show_hits([], None)
            self._update_count(0)
            self.post_message(self.Empty())
            return
        within = narrow_to_scope(self.scope, typed)
        asks_texts = len(typed) >= FULL_TEXT_LETTERS or not typed.isalnum()
        if pause or not asks_texts:  # else what was found stays until the texts have told again
            self._titles.ask(typed, within)
        # Before it, as what is typed may have a bracket open.
        query = f"{replace_sort('', self.chosen_order.key)} {within}".strip()
        if asks_texts:
            self._worker = in_background(
                self,
                partial(self._find, query),
                partial(self._found, typed),
                group="search",
                exclusive=True,
                pause=pause,
                failed=self._show_error,
            )

    def _find(self, query: str) -> SearchResults:
        worker = get_current_worker()
        return self._vault.search.search(
            query, limit=MAX_HITS, typing=True, wanted=lambda: not worker.is_cancelled
        )

    def _found(self, typed: str, found: SearchResults) -> None:
        self._titles.drop()
        self._worker = None
        self._show(typed, found)

    def _show_error(self, error: NotekeepError) -> None:
        """Say softly what a query lacks; what was found by title stays, and no note is created."""
        self._worker = None
        self.post_message(self.Counted(clean_line(error.message)))
        if self._is_accepted and self._titles.are_shown:
            self._is_accepted = False
            self.box.focus_text()
            cast("NotekeepApp", self.app).keyboard.release(self)

    def _show(self, _typed: str, found: SearchResults) -> None:
        self.matcher = make_matcher(found.query)
        self.notes.nothing = self._empty_lines()
        self.notes.dated_by = self._dated_by
        # The best hit, until the person has looked at another.
        keep = self._wanted_path()
        hits = sort_hits(found.hits, self._key)
        self.notes.show_hits(hits, self.matcher, keep if self.notes.is_moved else None)
        self._restore_line()
        self.choose_columns([hit.row for hit in hits])
        remarks = [clean_line(remark) for remark in found.remarks[:1]]
        if self._indexed is not None:
            remarks = ["still indexing"]
        self._update_count(found.total, *remarks, nearest=found.relaxed)
        if not found.hits:
            self.post_message(self.Empty())
        if self._is_accepted and self._is_answered:
            self._accept()
            cast("NotekeepApp", self.app).keyboard.release(self)

    @property
    def _is_answered(self) -> bool:
        """Whether enter can be answered: something was found, or nobody is still searching."""
        return self._titles.are_shown and (self.notes.note_count > 0 or self._worker is None)

    def leave_search(self) -> None:
        """Be done with typing: go to what was found."""
        if self.notes.note_count or not self.typed:
            # At once, so that the next key is for the list and is not typed here.
            self.screen.set_focus(self.notes)
        if self._slip is not None:
            return
        if self._is_answered:
            self._accept()
            return
        if self._titles.are_shown:
            self._search(pause=0)  # no further letter comes
        # The next keys are about what is found, and none of them opens what was found before.
        self._is_accepted = True
        cast("NotekeepApp", self.app).keyboard.hold(self, late=self._show_running)

    def _show_running(self) -> None:
        if self._is_accepted:
            self.notes.nothing = search_running(self.typed)
            self.notes.show_hits([], None, None)
            self.screen.set_focus(self.notes)

    def _accept(self) -> None:
        self._is_accepted = False
        if self.notes.note_count or not self.typed:
            self.notes.is_moved = True
            self.screen.set_focus(self.notes)
        elif self._indexed is None:
            self.post_message(CreateNote(self.typed))

    # A field that there is not, and the one that was meant.

    def on_key(self, event: events.Key) -> None:
        if event.key == "tab" and self.box.has_text_focus and self._correct_field():
            event.stop()

    def on_click(self, event: events.Click) -> None:
        if self.notes.region.contains_point(event.screen_offset):
            self._correct_field()

    def _correct_field(self) -> bool:
        if self._slip is None:
            return False
        self.box.set_text(self._slip.corrected)
        self.box.focus_text()
        return True

"""The list of notes, or the grid, with its search box.

The sidebar sets the scope of a search. Titles and tags are searched immediately, the texts of notes
after a pause without keys. Outdated results are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input
from textual.worker import get_current_worker

from notekeep.errors import UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keyboard import bindings
from notekeep.tui.list_model import (
    BEST_MATCH,
    DEFAULT_ORDER,
    Folded,
    Inserted,
    PagedRows,
    by_field,
    correct_slip,
    find_sort_key,
    group_rows,
    is_title,
    narrow_to_scope,
    next_order,
    replace_sort,
)
from notekeep.tui.location import ListState, NoteLocation
from notekeep.tui.messages import CreateNote
from notekeep.tui.program import PendingAnswer, ProgramPart, TitleSearch, program
from notekeep.tui.render.formatting import column_head, count_of, shorten_home, thousands
from notekeep.tui.render.list_rows import (
    EMPTY_ACTIONS,
    format_share,
    no_indexed_results,
    no_notes,
    no_results,
    query_error,
    search_running,
    wrap_muted,
)
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width
from notekeep.tui.textual_compat import RemovalSafe
from notekeep.tui.widgets.bars import ButtonLine, PieceLabel
from notekeep.tui.widgets.line_view import PLACEHOLDER_INDENT
from notekeep.tui.widgets.note_list import (
    PAGE_ROWS,
    PASSAGES,
    TALL,
    HitRows,
    NoteList,
    NoteRows,
    RowSource,
    read_passages,
)

if TYPE_CHECKING:
    from notekeep.catalog.queries import OrderedList
    from notekeep.errors import NotekeepError
    from notekeep.search.meaning import MeaningIndex
    from notekeep.search.planner import PlanMatcher
    from notekeep.search.results import SearchResults
    from notekeep.services.search import RowPage
    from notekeep.tui.widgets.note_grid import NoteGrid


SEARCH_DELAY = 0.15  # seconds without a key before texts are searched
FULL_TEXT_LETTERS = 3  # minimum length of a query to search texts
MAX_HITS = 200
MAX_SORTED_ROWS = 5_000  # longer lists are sorted in the background
HEAD_LINES = 2  # the names of the columns, and the rule below them
MIN_FOLDED = 4  # fewer daily notes are not folded
DAILY_QUERY = "type:daily"


class _SearchInput(Input):
    """The text field of the search box."""

    BINDINGS = bindings("search", priority=("explain",), run_on_screen=("explain",))

    # Without layout: Textual would lay out the whole screen when the length of the text changes.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_clear_search(self) -> None:
        pane = self.query_ancestor(ListPane)
        if pane.notes.marked:
            pane.notes.mark(set())
        elif self.value:
            pane.clear()
        else:
            self.screen.set_focus(pane.notes)

    _earlier = 0  # the position in the search history; 0 is the current text
    _draft = ""  # the text before the first step into the history

    def action_to_results(self) -> None:
        self.query_ancestor(ListPane).leave_search()

    def action_earlier_search(self) -> None:
        self._step(1)

    def action_later_search(self) -> None:
        if not self._step(-1):
            self.action_to_results()

    def _step(self, steps: int) -> bool:
        """Go to an earlier or later search; return whether it exists."""
        texts = [self._draft, *filter(None, program(self).place.searches.split("\n"))]
        if not (0 < self._earlier < len(texts) and self.value == texts[self._earlier]):
            self._earlier, self._draft = 0, self.value
            texts[0] = self.value
        after = self._earlier + steps
        if steps > 0 and after < len(texts) and texts[after] == self._draft:
            after += 1  # that search is already in the box
        if not 0 <= after < len(texts):
            return False
        self._earlier = after
        self.query_ancestor(SearchBox).set_text(texts[after])
        return True


class SearchBox(Horizontal):
    """An input for a query, between the scope of the search and the sort order."""

    DEFAULT_CSS = """
    SearchBox { height: 1; padding: 0 3 0 2; }
    SearchBox PieceLabel { max-width: 50%; }
    SearchBox #search-order { margin-left: 2; }
    SearchBox Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    SearchBox Input:focus { border: none; background-tint: transparent; }
    SearchBox Input > .input--placeholder { color: $text-disabled; }
    """

    field = getters.query_one(_SearchInput)
    scope = ""  # the name of the scope, or ""

    def compose(self) -> ComposeResult:
        yield PieceLabel(Piece("/ ", "accent"), id="search-scope")
        yield _SearchInput(placeholder="Search", select_on_focus=False)
        yield PieceLabel(id="search-order")

    @property
    def text(self) -> str:
        return self.field.value

    def set_text(self, text: str) -> None:
        """Put a query into the box and search for it."""
        self.field.value = text
        self.field.cursor_position = len(text)

    def put(self, text: str) -> None:
        """Put a query into the box without searching for it."""
        with self.field.prevent(Input.Changed):
            self.set_text(text)

    def set_scope(self, name: str) -> None:
        """Show the name of the scope; "" for all notes."""
        self.scope = clean_line(name)
        scope = [Piece(f"{self.scope}  ", "title")] if name else []
        self.query_one("#search-scope", PieceLabel).show(Piece("/ ", "accent"), *scope)

    def show_order(self, text: str) -> None:
        self.query_one("#search-order", PieceLabel).show(Piece(text, "muted"))

    def focus_text(self) -> None:
        # Not `focus`, which would wait: the next key must go to the input.
        self.screen.set_focus(self.field)

    @property
    def has_text_focus(self) -> bool:
        return self.field.has_focus

    def on_click(self) -> None:
        self.focus_text()


class SearchNote(ButtonLine):
    """The row below the search box: errors in the query, remarks on the results."""

    DEFAULT_CSS = """
    SearchNote { padding: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[StyledLine] = ()

    def show(self, *lines: StyledLine) -> None:
        """Show the first of `lines` that fits, or nothing; pass the longest line first."""
        self._lines = lines
        self.set_class(bool(lines), "-has-text")
        self.refresh()

    def draw(self, width: int) -> StyledLine:
        fitting = (line for line in self._lines if line_width(line) <= width)
        return next(fitting, fit_line(self._lines[-1], width) if self._lines else [])


class _Place(NamedTuple):
    """The cursor's position in the next list: its note, and its line of the view."""

    path: str | None = None
    line: int | None = None


class ListPane(Vertical, RemovalSafe, ProgramPart):
    """The search box above the notes, which are shown as a list or grid."""

    @dataclass(eq=False, repr=False)
    class Counted(Message):
        """A new list is shown; `text` is its size, `short` the text for narrow screens."""

        text: str
        short: str = ""

    box = getters.query_one(SearchBox)
    note = getters.query_one(SearchNote)
    listed = getters.query_one("#note-list", NoteList)

    def __init__(self, note: str = "", *, as_grid: bool = False) -> None:
        super().__init__(id="list-pane")
        self.grid = self._make_grid() if as_grid else None
        self.scope = ""  # the query that limits the list, or ""
        self.order = ""  # the chosen sort key of the list
        self.results_order = ""  # the chosen sort key of results
        self.found: SearchResults | None = None  # the visible search results, if any
        self._problem: NotekeepError | None = None  # the reason why there are no results
        self._next_place = _Place(note or None)
        self._entered = ""  # the search confirmed with enter; sentences then search by meaning
        self._is_unfolded = False  # whether each daily note has a row
        self._has_gaps = False  # whether there is space for a blank row before a group
        self._titles = TitleSearch(self, self._show, MAX_HITS)
        self._answer = PendingAnswer(self, "search")  # the list or search in progress

    def compose(self) -> ComposeResult:
        yield SearchBox()
        yield SearchNote()
        listed = NoteList(id="note-list")
        yield listed
        if self.grid is not None:
            listed.display = False
            yield from (self.grid.head, self.grid)

    def on_mount(self) -> None:
        self._has_gaps = self.app.size.height >= TALL
        self.watch(self.app, "indexed", self._index_progressed, init=False)
        self._list()

    def on_resize(self) -> None:
        if self._has_gaps != (self.app.size.height >= TALL):
            self._has_gaps = not self._has_gaps
            self.reload()

    @property
    def notes(self) -> NoteList:
        return self.grid if self.grid is not None else self.listed

    @property
    def matcher(self) -> PlanMatcher | None:
        """The matcher that finds the words of the search in a text."""
        return self.notes.matcher

    def _make_grid(self) -> NoteGrid:
        from notekeep.tui.widgets.note_grid import NoteGrid  # not needed for the first frame

        return NoteGrid()

    async def show_as(self, *, grid: bool) -> None:
        """Show the notes as a grid or as a list; keep the cursor and the marks."""
        before, had_focus = self.notes, self.notes.has_focus
        if grid == (self.grid is not None):
            return
        # Keep the cursor's row at its screen line; the grid starts lower than the list.
        line = before.cursor_line + (-HEAD_LINES if grid else HEAD_LINES)
        if grid:
            made = self._make_grid()
            await self.mount(made.head, made)
            # Actions apply to the grid only after it is mounted.
            self.grid = made
            self._choose_columns(self.listed.source)
        else:
            self.grid = None
            self.listed.display = True
        self.notes.copy_from(before, line)
        if had_focus:
            # Not `focus`, which would wait: the next key must go there, before the list is hidden.
            self.screen.set_focus(self.notes)
        if grid:
            self.listed.display = False
        else:
            await self.query("NoteGrid, GridHead").remove()
        if not self.typed:
            # Only the list has groups and folded notes.
            self._next_place = _Place(line=line)
            self._ask()
        else:
            self.box.show_order(self._order_text(self.notes.note_count))

    def _choose_columns(self, source: RowSource) -> None:
        if self.grid is not None:
            self.grid.choose_columns(source, query=(self.scope, self.typed), order=self._key)

    @property
    def typed(self) -> str:
        return self.box.text.strip()

    def reload(self, path: str | None = None, line: int | None = None) -> None:
        """List or search again, with the cursor on a note or at its old position."""
        self.notes.was_moved |= path is not None
        self._next_place = _Place(path, line)
        self._ask()

    def _ask(self, *, from_top: bool = False) -> None:
        if self.typed:
            self._search(pause=0)
        else:
            self._list(from_top=from_top)

    @property
    def list_state(self) -> ListState:
        return ListState(self.scope, self.box.scope, self.typed)

    def restore(self, location: NoteLocation) -> None:
        """Show an earlier list or search, with the cursor on its note, on the same line."""
        state = location.list_state
        self.scope = state.scope
        self.box.set_scope(state.name)
        self.box.put(state.typed)
        self._entered = state.typed
        self.results_order = ""
        self.reload(location.path, location.line)

    def set_scope(self, query: str, name: str) -> None:
        """Limit the list and its searches to the notes of a query, and use the query's order."""
        self.scope = query
        if find_sort_key(self.vault, query):
            self.order = ""
        self.box.set_scope(name if query else "")
        self.reload()

    @property
    def _sorts_found(self) -> bool:
        """Whether a sort order applies to results, whose default is best match first."""
        return bool(self.typed) and self.grid is None

    @property
    def _key(self) -> str:
        """The sort key: the chosen key, or else the key of the query."""
        own = find_sort_key(self.vault, narrow_to_scope(self.scope, self.typed))
        return self.chosen_key or own or ("" if self.typed else DEFAULT_ORDER)

    @property
    def chosen_key(self) -> str:
        """The chosen sort key; "" for the default order."""
        return self.results_order if self._sorts_found else self.order

    @property
    def _dated_by(self) -> str | None:
        """The date field to show for each note: the sort key if it is a date."""
        name = self._key.removeprefix("-")
        if self.vault.schema.type_of("", name) == "date":
            return name
        return "modified" if self._key else None

    def next_order(self) -> None:
        self._sort(next_order(self.chosen_key, is_search=self._sorts_found))

    def sort_by(self, name: str) -> None:
        """Sort by a field. A second call reverses the order, a third restores the old order."""
        self.vault.search.parse(replace_sort("", name))
        self._sort(by_field(name, self.chosen_key))

    def _sort(self, order: str) -> None:
        if self._sorts_found:
            self.results_order = order
        else:
            self.order = order
        self.notes.was_moved = True
        self._ask(from_top=True)

    def clear(self) -> None:
        self.box.put("")
        self._list()

    def _drop_answers(self) -> None:
        self._titles.drop()
        self._answer.drop()

    def _list(self, *, from_top: bool = False) -> None:
        # A search that is still running is outdated.
        self._drop_answers()
        self._problem, self.results_order = None, ""
        search, query = self.vault.search, replace_sort(self.scope, self._key)
        folded = self._find_folded()
        if folded is not None:
            query = f"-{DAILY_QUERY} {query}"
        place = self._take_place()
        if from_top:
            place = place._replace(path=None)
        if self.vault.catalog.count() <= MAX_SORTED_ROWS:
            found = search.ordered(query)
            self._show_rows(found, found.values, folded, place)
            return
        if self._key == DEFAULT_ORDER:
            # Show the first page of a long list immediately, and the complete list later.
            rows = search.rows(query, limit=PAGE_ROWS)
            search.distinguish_titles(rows.rows)
            values = [row.mtime_ns for row in rows.rows]
            self._show_rows(PagedRows(self.vault, query, rows), values, folded, place)
        shown_at = self.notes.cursor

        def show_all(found: OrderedList) -> None:
            has_moved = self.notes.cursor != shown_at
            self._show_rows(found, found.values, folded, self._take_place() if has_moved else place)

        self._answer.ask(lambda: search.ordered(query), show_all)

    def _show_rows(
        self, source: RowSource, values: Sequence[Any], folded: Folded | None, place: _Place
    ) -> None:
        self.note.show()
        self._set_empty_message()
        self.notes.dated_by = self._dated_by
        inserted: Sequence[Inserted] = ()
        name = self._key.removeprefix("-")
        if self.grid is None and self._key.startswith("-") and name == self._dated_by:
            today, week_start = self.today, self.vault.settings.week_start
            inserted = group_rows(values, today, week_start, has_gaps=self._has_gaps, folded=folded)
        near = self.notes.cursor if place.path is not None else 0
        self.notes.show(NoteRows(source, inserted), place.path, near=near, line=place.line)
        self._choose_columns(source)
        self._update_count(source.total + (folded.notes if folded is not None else 0))

    # In the list of all notes, daily notes are folded into one row.

    def _find_folded(self) -> Folded | None:
        """Return the daily notes to fold into one row, or None."""
        is_all = not (self.scope or self.typed) and not self.order
        if not is_all or self.grid is not None:
            return None
        path = self._next_place.path
        if path is not None and (row := self.vault.catalog.row(path)) is not None:
            self._is_unfolded |= row.kind == "daily"
        if self._is_unfolded:
            return None
        total, rows, _ = self._newest_daily()
        return Folded(total, rows[0].mtime_ns) if total >= MIN_FOLDED else None

    def _newest_daily(self) -> RowPage:
        return self.vault.search.rows(f"{DAILY_QUERY} sort:{DEFAULT_ORDER}", limit=1)

    def unfold(self) -> bool:
        """Unfold the notes at the cursor; return whether there were folded notes."""
        if self.notes.folded is None:
            return False
        self._is_unfolded = True
        newest = self._newest_daily()
        self.reload(newest.rows[0].path if newest.rows else None)
        return True

    def fold(self) -> None:
        """Fold daily notes again if they are unfolded in the list of all notes."""
        if self._is_unfolded and not (self.scope or self.typed):
            self._is_unfolded = False
            self.reload()

    @property
    def _indexed(self) -> float | None:
        """The indexed share of the vault; None if the index is complete."""
        return program(self).indexed

    def _set_empty_message(self, remarks: Sequence[str] = ()) -> None:
        """Prepare the message and the actions of an empty list."""
        notes, indexed = self.notes, self._indexed
        notes.offers = () if self.typed or indexed is not None else EMPTY_ACTIONS
        if not self.typed:
            folder = "" if self.scope else shorten_home(self.vault.root)
            notes.placeholder = no_notes(indexed, folder)
        elif indexed is not None:
            notes.placeholder = no_indexed_results(self.typed, indexed)
        else:
            title = self.typed if is_title(self.vault, self.typed) else ""
            notes.placeholder = no_results(title, remarks, self._text_width)

    @property
    def _text_width(self) -> int:
        return self.notes.inner_width - PLACEHOLDER_INDENT

    def _index_progressed(self) -> None:
        """Show the indexing progress if there are no notes yet."""
        if not self.notes.note_count:
            self._set_empty_message()
            self.notes.rows_changed(self.notes.cursor)

    def _take_place(self) -> _Place:
        """Return and clear the requested place; without a request, the note at the cursor."""
        place, self._next_place = self._next_place, _Place()
        if place.path is None and (row := self.notes.row) is not None:
            return place._replace(path=row.path)
        return place

    def _update_count(self, shown: int, *remarks: str, partial: int = 0) -> None:
        """Show the number of notes, and the number of partial matches below them."""
        # In the list of all notes, `shown` is the total.
        total = self.vault.catalog.count() if self.scope or self.typed else shown
        count = f"{count_of(shown, total)} {'note' if total == 1 else 'notes'}"
        short = ""
        if partial and not shown:
            count = f"{thousands(partial)} with some words"
        elif partial:  # the line below the box announces the partial matches
            full = f"{thousands(shown)} {'note' if shown == 1 else 'notes'} with all words"
            count, short = f"{full}, {thousands(partial)} with some", count
        if remarks:
            first = remarks[0].partition(" (")[0]
            self.note.show([Piece(remarks[0], "muted")], [Piece(first, "muted")])
        self.box.show_order(self._order_text(shown + partial))
        self.post_message(self.Counted(count, short))

    def _order_text(self, shown: int) -> str:
        if self.typed and self._indexed is not None:
            return f"{thousands(shown)} so far"
        if self.grid is not None and 0 < len(self.grid.summary) <= self.app.size.width // 2:
            return self.grid.summary  # the column heading shows the order
        if not (key := self._key):
            return BEST_MATCH
        sign = self.glyphs.down if key.startswith("-") else self.glyphs.up
        return f"{sign} {column_head(key.removeprefix('-'))}"

    def on_input_changed(self) -> None:
        self._drop_answers()
        self._entered = ""
        if not self.typed:
            self._list()
            return
        if not self.notes.is_search:  # the first letter
            self.notes.was_moved = False
        self._search(pause=SEARCH_DELAY)

    def _search(self, *, pause: float) -> None:
        typed = self.typed
        self._problem = error = self.vault.search.parse(typed, typing=True).error
        if error is not None:
            self._drop_answers()
            hint = "" if error.near else error.hint
            self.notes.placeholder = [[], *wrap_muted(hint, self._text_width)]
            self.notes.offers = ()
            self.notes.show(NoteRows(HitRows(())))
            self.found = None
            self._update_count(0)
            self.note.show(*query_error(error, self.glyphs))
            return
        within = narrow_to_scope(self.scope, typed)
        has_order = bool(self._key)  # titles alone are not sorted
        asks_texts = has_order or len(typed) >= FULL_TEXT_LETTERS or not typed.isalnum()
        # In all other cases, the last results stay until the text search is done.
        if not asks_texts or (pause and not has_order):
            self._titles.ask_titles(typed, within)
        else:
            self._titles.drop()
        # The order comes first, because the query may end with an open bracket.
        query = f"{replace_sort('', self.chosen_key)} {within}".strip()
        if asks_texts:
            meaning = self.vault.meaning if self._entered == typed else None
            find, show = partial(self._find, query, meaning), partial(self._show_results, typed)
            self._answer.ask(find, show, pause=pause, failed=self._show_error)
        else:
            self._answer.drop()

    def _find(self, query: str, meaning: MeaningIndex | None) -> SearchResults:
        worker, service = get_current_worker(), self.vault.search
        search = partial(
            service.search, query, limit=MAX_HITS, wanted=lambda: not worker.is_cancelled
        )
        found = search(typing=True)
        if found.is_sentence and meaning is not None:
            meaning.asks_process = True
            found = search()
            service.distinguish_titles([hit.row for hit in found.hits])
        read_passages(found.hits[:PASSAGES])
        return found

    def _show_results(self, typed: str, found: SearchResults) -> None:
        self._titles.drop()
        self._show(typed, found)

    def _show_error(self, error: NotekeepError) -> None:
        """Show the error of a search; keep the title matches, and do not create a note."""
        self._problem = error
        self.note.show([Piece(f"{self.glyphs.warning} ", "warn"), Piece(clean_line(error.message))])
        if self.notes.has_focus and not self.notes.note_count:
            self.box.focus_text()

    def _show(self, _typed: str, found: SearchResults) -> None:
        if not found.hits:
            self._set_empty_message(found.remarks)
        self.notes.dated_by = self._dated_by
        self.found = found
        # The cursor stays on the best hit until the user moves it.
        place = self._take_place()
        keep = place.path if self.notes.was_moved else None
        source = HitRows(found.hits)
        full = found.total - found.partial if found.partial else 0
        files = [Inserted(full, file=path) for path in found.files] if self.grid is None else []
        self.notes.show(NoteRows(source, files), keep, line=place.line, matcher=found.matcher)
        self._choose_columns(source)
        if self._problem is None:
            self.note.show()
        remarks = [clean_line(remark) for remark in found.remarks[:1] if found.hits]
        if self._indexed is not None and found.hits:
            percent = format_share(self._indexed)
            remarks = [f"Still indexing, {percent}. More results may appear."]
        self._update_count(found.total - found.partial, *remarks, partial=found.partial)

    def leave_search(self) -> None:
        """Go from the search box to the results."""
        if not (self.notes.is_empty and self.typed):
            # Not `focus`, which would wait: the next key must go to the list.
            self.screen.set_focus(self.notes)
        if self._problem is not None or not self.typed:
            return
        answer: PendingAnswer = self._titles
        is_finished, self._entered = self._entered == self.typed, self.typed
        is_sentence = self.found is not None and self.found.is_sentence
        asks_meaning = is_sentence and not is_finished and self.vault.meaning is not None
        is_shown = self._titles.is_done and self.notes.note_count
        if asks_meaning or not (self._answer.is_done or is_shown):
            self._search(pause=0)  # typing has ended
            answer = self._answer
        if asks_meaning and not self.notes.is_empty:
            self._accept()  # further notes are added below, and the cursor stays
            return
        # The next keys apply to the new results, not to the old results.
        answer.when_ready(self._accept, late=self._show_running)

    def _show_running(self) -> None:
        self.notes.placeholder, self.notes.offers = search_running(self.typed), ()
        self.notes.show(NoteRows(HitRows(())))
        self.screen.set_focus(self.notes)

    def _accept(self) -> None:
        if not self.notes.is_empty:
            program(self).place.remember_search(self.typed)
            self.notes.was_moved = True
            self.screen.set_focus(self.notes)
        elif self._problem is None and self._indexed is None and is_title(self.vault, self.typed):
            self.post_message(CreateNote(self.typed))

    def on_key(self, event: events.Key) -> None:
        if event.key == "tab" and self.box.has_text_focus and self._correct_field():
            event.stop()

    def on_click(self, event: events.Click) -> None:
        if self.note.region.contains_point(event.screen_offset):
            self._correct_field()

    def _correct_field(self) -> bool:
        problem = self._problem
        corrected = correct_slip(self.typed, problem) if isinstance(problem, UsageError) else ""
        if corrected:
            self.box.set_text(corrected)
            self.box.focus_text()
        return bool(corrected)

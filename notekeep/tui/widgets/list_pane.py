"""Search box with list or grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import getters
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from notekeep.errors import NotekeepError, UsageError
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.list_model import (
    DEFAULT_ORDER,
    ListOrder,
    PagedRows,
    by_field,
    find_field_typo,
    find_sort_key,
    next_order,
    sort_hits,
)
from notekeep.tui.location import ListState, NoteLocation
from notekeep.tui.messages import CreateNote
from notekeep.tui.render.formatting import count_of, thousands
from notekeep.tui.render.list_rows import no_indexed_results, no_notes, no_results, search_running
from notekeep.tui.render.note_rows import make_matcher
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width
from notekeep.tui.textual_compat import RemovalSafe
from notekeep.tui.widgets.bars import ButtonLine
from notekeep.tui.widgets.note_list import PAGE_ROWS, NoteList
from notekeep.tui.workers import TitleSearch, in_background

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from textual import events
    from textual.app import ComposeResult

    from notekeep.catalog.records import Row
    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.list_model import FieldTypo
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.note_rows import LetterMatcher
    from notekeep.tui.widgets.note_list import RowSource
    from notekeep.vault import Vault


# The list of notes, or the grid in its place: made, and exchanged for each other.
#
# Not responsible for which notes are shown; see `list_pane`.


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from textual.widget import Widget

    from notekeep.catalog.records import Row
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.widgets.note_grid import GridHead, NoteGrid

    _VerticalHost = Vertical
else:
    # As in `keyboard`: a class of Textual's kind takes time at each start.
    _VerticalHost = object

HEAD = 1
"""Lines that the names of the columns take."""


class NotePane(_VerticalHost):
    """A pane with notes, one to a row, as a list or with their fields in columns.

    Attributes:
        grid: The grid, when it is shown.
    """

    listed = getters.query_one("#note-list", NoteList)

    grid: NoteGrid | None = None

    def prepare(self, glyphs: Glyphs, today: date, *, as_grid: bool) -> None:
        """Say what is drawn with, and how it begins, before it is mounted.

        Args:
            glyphs: The characters to draw with.
            today: The day it is.
            as_grid: Whether to begin with the grid.
        """
        self._glyphs, self._today, self._begins_as_grid = glyphs, today, as_grid

    def choose_columns(self, rows: Sequence[Row]) -> None:
        """Give the grid, when it is shown, the columns that suit the first notes of the list."""
        raise NotImplementedError

    @property
    def notes(self) -> NoteList:
        """The list, or the grid."""
        return self.grid if self.grid is not None else self.listed

    def compose_notes(self) -> Iterable[Widget]:
        """Yield the list, and the grid where that is to be seen first."""
        listed = NoteList(self._glyphs, self._today, id="note-list")
        yield listed
        if self._begins_as_grid:
            head, self.grid = self._make_grid()
            listed.display = False
            yield head
            yield self.grid

    def _make_grid(self) -> tuple[GridHead, NoteGrid]:
        from notekeep.tui.widgets.note_grid import GridHead, NoteGrid

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
            self.choose_columns(self._shown_rows())
        else:
            self.grid = None
            self.listed.display = True
        self.notes.take(before)
        # The eye is on that row. The line above the grid takes one from it.
        self.notes.scroll_cursor_to(line + (-HEAD if grid else HEAD))
        if had_focus:
            # At once, so that the next key finds it; and before what had it goes.
            self.screen.set_focus(self.notes)
        if grid:
            self.listed.display = False
        else:
            await self.query("NoteGrid, GridHead").remove()

    def _shown_rows(self) -> Sequence[Row]:
        notes = self.notes if self.grid is None else self.listed
        return [row for n in range(min(PAGE_ROWS, notes.note_count)) if (row := notes.row_of(n))]


# The search box: filters the list while one types.


class _SearchInput(Input):
    """The text itself; the keys that leave it are the registry's."""

    BINDINGS = bindings("search", priority=("explain",), by_screen=("explain",))

    # Textual lays the whole screen out for each other length of the text; the box stays as it is.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_clear_search(self) -> None:
        if self.value:
            self.post_message(SearchBox.Cleared())
        else:
            self.query_ancestor(SearchBox).leave()

    def action_to_results(self) -> None:
        self.query_ancestor(SearchBox).leave_search()


class _Scope(ButtonLine):
    """What the search is limited to."""

    DEFAULT_CSS = """
    _Scope { width: auto; max-width: 50%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.name_shown = ""

    def draw(self, width: int) -> StyledLine:
        return fit_line(self._line(), width)

    def _line(self) -> StyledLine:
        scope = [Piece(f"{self.name_shown} ", "section")] if self.name_shown else []
        return [*scope, Piece("/ ", "key")]

    def get_content_width(self, *_args: object) -> int:
        return line_width(self._line())


class Correction(ButtonLine):
    """Below the box: the field that was meant by one there is not."""

    DEFAULT_CSS = """
    Correction { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._slip: FieldTypo | None = None

    def show(self, slip: FieldTypo | None) -> None:
        """Name what was meant; None hides the line."""
        if slip != self._slip:
            self._slip = slip
            self.display = slip is not None
            self.refresh()

    @property
    def corrected(self) -> str:
        """The query as it was meant, or ""."""
        return self._slip.corrected if self._slip is not None else ""

    def draw(self, width: int) -> StyledLine:
        if self._slip is None:
            return []
        about = Piece(f"{clean_line(self._slip.name)}? Did you mean {self._slip.near}", "warn")
        return fit_line([about, Piece("  tab", "key"), Piece(" corrects it", "muted")], width)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Accepted())

    class Accepted(Message):
        """The person means the field that is named."""


class SearchBox(Horizontal):
    """A line to type a query into, with the name of what is searched before it."""

    DEFAULT_CSS = """
    SearchBox { height: 1; padding: 0 1; }
    SearchBox Input { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    SearchBox Input:focus { border: none; background-tint: transparent; }
    SearchBox Input > .input--placeholder { color: $text-disabled; }
    """

    class Changed(Message):
        """Another query is in the box."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Accepted(Changed):
        """The person is done typing."""

    class Cleared(Message):
        """The query was cleared."""

    class Left(Message):
        """The person leaves the box."""

    def compose(self) -> ComposeResult:
        yield _Scope()
        yield _SearchInput(placeholder="search", select_on_focus=False)

    @property
    def text(self) -> str:
        """The query as typed."""
        return self.query_one(_SearchInput).value

    def set_text(self, text: str) -> None:
        """Put a query into the box; it is answered as if it had been typed."""
        field = self.query_one(_SearchInput)
        field.value = text
        field.cursor_position = len(text)

    def type_on(self, text: str) -> None:
        """Type a text where the cursor is."""
        self.query_one(_SearchInput).insert_text_at_cursor(text)

    def put(self, text: str) -> None:
        """Put a query in the place of what was typed, and say nothing of it."""
        field = self.query_one(_SearchInput)
        with field.prevent(Input.Changed):
            field.value = text
            field.cursor_position = len(text)

    @property
    def scope(self) -> str:
        """What the search is said to be limited to, or ""."""
        return self.query_one(_Scope).name_shown

    def set_scope(self, name: str) -> None:
        """Say what the search is limited to; "" for all notes."""
        scope = self.query_one(_Scope)
        scope.name_shown = clean_line(name)
        scope.refresh(layout=True)

    def focus_text(self) -> None:
        """Give the focus to the text."""
        # At once, so that the next key is typed here and not taken for a command.
        self.screen.set_focus(self.query_one(_SearchInput))

    @property
    def has_text_focus(self) -> bool:
        """Whether the person is typing here."""
        return self.query_one(_SearchInput).has_focus

    def on_click(self) -> None:
        # All of the line is the box, also what stands before the text.
        self.focus_text()

    # The list has the focus at once, so that the next key is for it and is not typed here.

    def leave_search(self) -> None:
        """Be done with typing: go to what was found."""
        notes = cast("ListPane", self.parent).notes
        if notes.note_count or not self.text.strip():
            self.screen.set_focus(notes)
        self.post_message(self.Accepted(self.text))

    def leave(self) -> None:
        """Go back to the list."""
        self.screen.set_focus(cast("ListPane", self.parent).notes)
        self.post_message(self.Left())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))


# The list of notes with its search box: from a key to results.
#
# Choosing in the sidebar sets a scope; typing searches within it. Titles and tags answer at
# once, the bodies of notes after a pause without keys. Every search has a number, and an answer
# that comes when the box has moved on is dropped.


PAUSE = 0.15
"""Seconds without a key after which the bodies of notes are searched too."""
FULL_FROM = 3
"""Letters from which the bodies of notes are searched."""
HITS = 200
SORTED_AT_ONCE = 5_000
"""With more notes than this a list is sorted in the background, and whole."""


class ListPane(NotePane, Vertical, RemovalSafe):
    """The search box above the list of notes, which may be a grid instead.

    Attributes:
        scope: The query that the list is limited to, or "".
        order: How the list is sorted, as it was chosen.
        order_found: How what was found is sorted in the list, where that was chosen since.
        matcher: Finds what is searched for in a text.
    """

    class Counted(Message):
        """Another list is shown; `text` says how much of the vault it is."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Empty(Message):
        """There are no notes to show."""

    box = getters.query_one(SearchBox)
    correction = getters.query_one(Correction)

    def __init__(
        self,
        vault: Vault,
        glyphs: Glyphs,
        today: date,
        note: str = "",
        *,
        as_grid: bool = False,
    ) -> None:
        """Make the pane.

        Args:
            vault: Whose notes.
            glyphs: The characters to draw with.
            today: The day it is.
            note: The note to put the cursor on.
            as_grid: Whether to begin with the grid.
        """
        super().__init__(id="list-pane")
        self.prepare(glyphs, today, as_grid=as_grid)
        self._vault = vault
        self.order = self.order_found = DEFAULT_ORDER
        self._said = ""
        self._number = 0
        self._is_accepted = False
        """Whether a key is about what is found, which is not there yet."""
        self._titles = TitleSearch(self, vault, self._show, HITS)
        self._is_searching = False
        self._wanted: str | None = note or None
        self._wanted_line: int | None = None
        """The line at which the cursor should stand when what was asked for is there."""
        self.scope = ""
        self.matcher: LetterMatcher | None = None

    def compose(self) -> ComposeResult:
        yield SearchBox()
        yield Correction()
        yield from self.compose_notes()

    def on_mount(self) -> None:
        self._list()

    @property
    def is_in_opening_state(self) -> bool:
        """Whether the notes are in the order, and at the column, with which the pane opens."""
        at_title = self.grid is None or not self.grid.column
        return at_title and self.order == DEFAULT_ORDER

    def choose_columns(self, rows: Sequence[Row]) -> None:
        """Give the grid, when it is shown, the columns that suit the notes."""
        if self.grid is not None:
            total = self.notes.note_count or self.listed.note_count
            asked = self.scope, self.typed
            self.grid.choose_columns(self._vault, rows, total, asked=asked, order=self._key)

    @property
    def typed(self) -> str:
        """What is searched for."""
        return self.box.text.strip()

    def again(self, wanted: str | None = None) -> None:
        """Ask the vault again, with the cursor on the note `wanted` or where it was."""
        self.notes.is_moved |= wanted is not None
        self._wanted = wanted
        if self.typed:
            self._search(pause=0)
        else:
            self._list()

    @property
    def asked(self) -> ListState:
        """What the list shows."""
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
    def chosen_order(self) -> ListOrder:
        """The order chosen for what is shown; a search begins with the best first."""
        return self.order_found if self.typed and self.grid is None else self.order

    @property
    def _key(self) -> str:
        """What the notes are sorted by: as was chosen, else as what was asked for says."""
        return self.chosen_order.key or find_sort_key(self._vault, self._within_scope(self.typed))

    @property
    def _dated_by(self) -> str:
        """The date that the notes are sorted by; "" where that is none."""
        name = self._key.removeprefix("-")
        return name if self._vault.schema.type_of("", name) == "date" else ""

    def next_order(self) -> None:
        """Sort the notes in the next order."""
        self._sort(next_order(self.chosen_order))

    def sort_by(self, name: str) -> None:
        """Sort by a field; by the same one again, the other way round, then as before.

        Raises:
            UsageError: Notes cannot be sorted by it.
        """
        order = by_field(name, self.chosen_order)
        self._vault.query(order.query)
        self._sort(order)

    def _sort(self, order: ListOrder) -> None:
        if self.typed and self.grid is None:
            self.order_found = order
        else:
            self.order = order
        self.notes.is_moved = True
        self._number += 1
        if self.typed:
            self._search(pause=0)
        else:
            self._list(from_top=True)

    def clear(self) -> None:
        """Empty the search box, and list all notes of the scope."""
        self.box.put("")
        self._is_searching = False
        self._list()

    def _list(self, *, from_top: bool = False) -> None:
        # An answer to a search that is still on its way has nothing to say any more.
        self._number += 1
        self._titles.drop()
        self.correction.show(None)
        self.remove_class("-corrected")
        number, query = self._number, self.scope
        if self.order != DEFAULT_ORDER:
            from notekeep.tui.list_model import replace_sort

            query = replace_sort(query, self.order.key)
        if self._key and self._vault.count() > SORTED_AT_ONCE:
            in_background(
                self,
                lambda: self._vault.listed(query),
                lambda found: (
                    self._show_rows(found, found.page(0, PAGE_ROWS), from_top=from_top)
                    if number == self._number
                    else None
                ),
                group="search",
                exclusive=True,
            )
            return
        rows = self._vault.rows(query, limit=PAGE_ROWS)
        self._vault.tell_apart(rows.rows)
        self._show_rows(PagedRows(self._vault, query, rows), rows.rows, from_top=from_top)

    def _show_rows(self, source: RowSource, first: Sequence[Row], *, from_top: bool) -> None:
        self.matcher = None
        self.notes.nothing = self._nothing()
        self.notes.dated_by = self._dated_by
        self.notes.show_rows(source, None if from_top else self._keep())
        self._stand()
        self.choose_columns(first)
        self._counted(source.total)
        if not source.total:
            self.post_message(self.Empty())

    @property
    def _indexed(self) -> float | None:
        """How much of the index is there while it is built; None once it is."""
        return cast("NotekeepApp", self.app).indexed

    def _nothing(self) -> Sequence[StyledLine]:
        """Return what an empty list says."""
        if not self.typed:
            return no_notes(self._indexed)
        if self._indexed is not None:
            return no_indexed_results(self.typed, self._indexed)
        return no_results(self.typed)

    def index_progressed(self) -> None:
        """Say how far the index is, where there is nothing to show yet."""
        if not self.notes.note_count:
            self.notes.nothing = self._nothing()
            self.notes.lines_changed()

    def _keep(self) -> str | None:
        """Return the note that the cursor should be on."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            return wanted
        return row.path if (row := self.notes.row) is not None else None

    def _stand(self) -> None:
        line, self._wanted_line = self._wanted_line, None
        if line is not None:
            self.notes.scroll_cursor_to(line)

    def _counted(self, shown: int, *remarks: str) -> None:
        total = self._total(shown)
        count = f"{count_of(shown, total)} {'note' if total == 1 else 'notes'}"
        order = self.chosen_order
        parts = [*remarks, *([clean_line(order.said)] if order != DEFAULT_ORDER else []), count]
        self._said = " · ".join(parts)
        self._say()

    def _say(self) -> None:
        """Say how much is shown, and how much of the vault is marked."""
        marked = len(self.notes.marked)
        said = f"{thousands(marked)} marked · {self._said}" if marked else self._said
        self.post_message(self.Counted(said))

    def on_note_grid_arranged(self) -> None:
        for head in self.query("GridHead"):
            head.refresh()

    def on_note_list_marked(self) -> None:
        self._say()

    def _total(self, shown: int) -> int:
        """How many notes there are; where all are listed, nobody has to be asked."""
        return self._vault.count() if self.scope or self.typed else shown

    def on_search_box_changed(self, event: SearchBox.Changed) -> None:
        event.stop()
        self._is_accepted = False
        if event.text.strip():
            if not self._is_searching:
                self.notes.is_moved = False
                self.order_found = DEFAULT_ORDER
            self._search(pause=PAUSE)
        else:
            self._list()
        self._is_searching = bool(event.text.strip())

    def _search(self, *, pause: float) -> None:
        self._number += 1
        number, typed = self._number, self.typed
        slip = find_field_typo(self._vault, typed)
        self.correction.show(slip)
        self.set_class(slip is not None, "-corrected")
        if slip is not None:
            # Without the condition that is meant it would find far too much.
            self._titles.drop()
            self._show_nothing()
            return
        within = self._within_scope(typed)
        asks_texts = len(typed) >= FULL_FROM or not typed.isalnum()
        if pause or not asks_texts:
            self._titles.ask(typed, within)
        else:  # what was found stays until the texts have told again
            self._titles.drop()
        # Before it, as what is typed may have a bracket open.
        query = f"{self.chosen_order.query} {within}".strip()
        if asks_texts:
            in_background(
                self,
                lambda: self._vault.search(
                    query, limit=HITS, typing=True, wanted=lambda: number == self._number
                ),
                lambda found: self._found(number, typed, found),
                group="search",
                exclusive=True,
                pause=pause,
                failed=lambda error: self._unfinished(number, error),
            )

    def _show_nothing(self) -> None:
        """Show no note, and say nothing of it."""
        self.matcher, self.notes.nothing = None, ()
        self.notes.show_hits([], None)
        self._counted(0)
        self.post_message(self.Empty())

    def _found(self, number: int, typed: str, found: SearchResults) -> None:
        if number == self._number:
            self._titles.drop()
            self._show(typed, found)

    def _within_scope(self, typed: str) -> str:
        if not self.scope:
            return typed
        return f"{self.scope} ({typed})" if " OR " in typed else f"{self.scope} {typed}"

    def _unfinished(self, number: int, error: NotekeepError) -> None:
        """Say softly what a query lacks; what was found by title stays."""
        if number == self._number and isinstance(error, UsageError):
            self.post_message(self.Counted(clean_line(error.message)))

    def _show(self, typed: str, found: SearchResults) -> None:
        self.matcher = make_matcher(self._vault.query(typed, typing=True))
        self.notes.nothing = self._nothing()
        self.notes.dated_by = self._dated_by
        # The best hit, until the person has looked at another.
        keep = self._keep()
        hits = sort_hits(found.hits, self._key)
        self.notes.show_hits(hits, self.matcher, keep if self.notes.is_moved else None)
        self._stand()
        self.choose_columns([hit.row for hit in hits])
        remarks = [clean_line(remark) for remark in found.remarks[:1]]
        if self._indexed is not None:
            remarks = ["still indexing"]
        self._counted(found.total, *remarks)
        if not found.hits:
            self.post_message(self.Empty())
        if self._is_accepted:
            self._accept()
            cast("NotekeepApp", self.app).keyboard.release(self)

    def on_search_box_accepted(self, event: SearchBox.Accepted) -> None:
        event.stop()
        if self.correction.corrected:
            return
        if self._titles.are_shown:
            self._accept()
            return
        # The next keys are about what is found, and none of them opens what was found before.
        self._is_accepted = True
        cast("NotekeepApp", self.app).keyboard.hold(self, late=self._look_on)

    def _look_on(self) -> None:
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

    def on_key(self, event: events.Key) -> None:
        if event.key == "tab" and self.correction.corrected and self.box.has_text_focus:
            event.stop()
            self.on_correction_accepted()

    def on_correction_accepted(self) -> None:
        self.box.set_text(self.correction.corrected)
        self.box.focus_text()

    def on_search_box_cleared(self) -> None:
        self.clear()

    def on_search_box_left(self) -> None:
        self.screen.set_focus(self.notes)

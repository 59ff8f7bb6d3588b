"""The quick switch: a few letters of any title, and there one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from notekeep.markdown.sanitize import clean_line
from notekeep.tui.keys import bindings
from notekeep.tui.messages import CreateNote, OpenNote
from notekeep.tui.render.formatting import kind_name
from notekeep.tui.render.list_rows import indexing_progress
from notekeep.tui.render.note_rows import LetterMatcher, distinguished_title, make_matcher, signs
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width, mark_matches, spread_line
from notekeep.tui.widgets.line_view import ListView
from notekeep.tui.workers import TitleSearch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from notekeep.catalog.records import Row
    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.vault import Vault

MAX_SHOWN_TITLES = 50
MAX_WIDTH = 76
TOP_MARGIN = 2
MAX_HEIGHT = 12


class _Titles(ListView, can_focus=False):
    """The titles that match."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.rows: Sequence[Row] = ()
        self.words: LetterMatcher | None = None
        self.typed = ""

    def row_count(self) -> int:
        return len(self.rows) or 1

    def is_selectable(self, row: int) -> bool:
        return row < len(self.rows) or bool(self.typed)

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        here = row == self.cursor
        bar = Piece(self._glyphs.cursor if here else " ", "cursor-bar")
        if not self.rows:
            return [[bar, *self._nothing()]]
        note = self.rows[row]
        title: StyledLine = [Piece(clean_line(note.title))]
        if self.words is not None:
            title = mark_matches(title, self.words)
        right = [Piece(kind_name(note.kind), "faint"), Piece(" ")]
        room = width - 4 - line_width(right)
        left = [Piece(" "), *distinguished_title([*title, *signs(note, self._glyphs)], note, room)]
        return [[bar, *spread_line(left, right, width - 1)]]

    def _nothing(self) -> StyledLine:
        if not self.typed:
            return [Piece(" No notes yet", "muted")]
        indexed = cast("NotekeepApp", self.app).indexed
        if indexed is not None:
            return [Piece(" "), *indexing_progress(indexed)]
        name = Piece(clean_line(self.typed), "title")
        return [Piece(" New note ", "muted"), name, Piece("  enter create", "muted")]

    def _line_role(self, index: int) -> str:
        return "cursor" if index == self.cursor and self.is_selectable(index) else ""


class _SwitcherInput(Input):
    """The letters typed; its keys are the switcher's."""

    BINDINGS = bindings("switcher")

    @property
    def _switcher(self) -> Switcher:
        return self.query_ancestor(Switcher)

    def action_switch(self) -> None:
        self._switcher.switch()

    def action_close_switcher(self) -> None:
        self._switcher.close()

    def action_switcher_down(self) -> None:
        self._switcher.step(1)

    def action_switcher_up(self) -> None:
        self._switcher.step(-1)


class Switcher(Vertical):
    """A box over the screen; made once, then shown and hidden."""

    DEFAULT_CSS = """
    Switcher {
        layer: over;
        display: none;
        height: auto;
        background: $panel;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0;
    }
    Switcher.-open { display: block; }
    Switcher Input { border: none; height: 1; padding: 0 1; background: transparent; }
    Switcher Input:focus { border: none; background-tint: transparent; }
    Switcher _Titles { height: 1; background: $panel; margin: 1 0 0 0; }
    """

    class Closed(Message):
        """The switcher was closed; the focus belongs to the screen again."""

    def __init__(self, vault: Vault, glyphs: Glyphs) -> None:
        super().__init__()
        self._vault, self._glyphs = vault, glyphs
        self._found = TitleSearch(self, vault, self._show, MAX_SHOWN_TITLES)
        self._steps, self._is_chosen = 0, False
        """What keys did that are about titles which are not there yet."""

    def compose(self) -> ComposeResult:
        yield _SwitcherInput(placeholder="Title of a note", compact=True)
        yield _Titles(self._glyphs)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def on_resize(self) -> None:
        self._centre()

    def _centre(self) -> None:
        screen = self.app.size.width
        width = min(MAX_WIDTH, max(20, screen * 7 // 10), screen)
        self.styles.width = width
        self.styles.offset = ((screen - width) // 2, TOP_MARGIN)

    def open(self) -> None:
        """Show it, empty, with the notes that were open last."""
        self._centre()
        field = self.query_one(_SwitcherInput)
        with field.prevent(Input.Changed):
            field.value = ""
        self.add_class("-open")
        self.screen.set_focus(field)
        self._ask("")

    def again(self) -> None:
        """Look again for what was typed, unless a key has gone on from what was found."""
        if self.is_open and self.query_one(_Titles).cursor <= 0 and not self._is_chosen:
            self._found.ask(self.query_one(_SwitcherInput).value)

    def close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())

    def _ask(self, typed: str) -> None:
        self._steps, self._is_chosen = 0, False
        self._found.ask(typed)

    def _show(self, typed: str, found: SearchResults) -> None:
        titles = self.query_one(_Titles)
        titles.rows = [hit.row for hit in found.hits]
        titles.words = make_matcher(found.query)
        titles.typed = typed.strip()
        titles.styles.height = max(1, min(MAX_HEIGHT, len(titles.rows)))
        titles.rows_changed(0)
        if steps := self._steps:
            self._steps = 0
            self.step(steps)
        if self._is_chosen:
            self.switch()
            cast("NotekeepApp", self.app).keyboard.release(self)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._ask(event.value)

    def on_list_view_selected(self, event: ListView.Selected) -> None:
        event.stop()
        self.switch()

    def on_list_view_highlighted(self, event: ListView.Highlighted) -> None:
        event.stop()

    def step(self, rows: int) -> None:
        if not self._found.are_shown:
            self._steps += rows
            return
        titles = self.query_one(_Titles)
        titles.move_to(titles.cursor + rows, rows)

    def switch(self) -> None:
        """Open the note under the cursor, or make one with the title that was typed."""
        self._is_chosen = not self._found.are_shown
        if self._is_chosen:
            cast("NotekeepApp", self.app).keyboard.hold(self)
            return
        titles = self.query_one(_Titles)
        if titles.rows:
            self.close()
            self.post_message(OpenNote(titles.rows[titles.cursor].path))
        elif titles.typed and cast("NotekeepApp", self.app).indexed is None:
            self.close()
            self.post_message(CreateNote(titles.typed))

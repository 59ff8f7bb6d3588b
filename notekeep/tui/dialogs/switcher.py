"""Quick switch: open a note by part of its title."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.widgets import Input

from notekeep.markdown.sanitize import clean_line
from notekeep.search.results import Hit, SearchResults
from notekeep.tui.dialogs.dialog import LIST_MARGIN, Line, ListDialog, dialog_box
from notekeep.tui.messages import CreateNote, OpenNote
from notekeep.tui.program import TitleSearch, program
from notekeep.tui.render.formatting import kind_name
from notekeep.tui.render.list_rows import indexing_progress
from notekeep.tui.render.note_rows import distinguished_title, gutter, signs
from notekeep.tui.render.styled_text import Piece, StyledLine, line_width, mark_spans, spread_line
from notekeep.tui.widgets.line_view import ListView

MAX_SHOWN_TITLES = 50


class _Titles(ListView["Hit | str"], can_focus=False):
    """The matching titles; a string is the title of a new note."""

    def is_heading(self, item: Hit | str) -> bool:  # noqa: ARG002 - every row can be selected
        return False

    def show(self, rows: list[Hit | str]) -> None:
        self._rows = rows
        self.rows_changed(0)

    def draw_item(self, item: Hit | str, width: int, *, here: bool) -> StyledLine:
        head = gutter(self.glyphs, here=here)
        if isinstance(item, str):
            name = Piece(clean_line(item), "title")
            return [*head, Piece("New note ", "muted"), name, Piece("  enter create", "muted")]
        row = item.row
        title = mark_spans([Piece(clean_line(row.title))], item.snippet.marks)
        right = [Piece(kind_name(row.kind), "faint"), Piece(" ")]
        room = width - 4 - line_width(right)
        left = distinguished_title([*title, *signs(row, self.glyphs)], row.title_suffix, room)
        return [*head, *spread_line(left, right, width - 2)]


class Switcher(ListDialog[None]):
    """An input and the matching titles; recently opened notes while it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: _Titles = _Titles()
        self._line = Line(example="Title of a note")
        self._found = TitleSearch(self, self._show, MAX_SHOWN_TITLES)

    def compose(self) -> ComposeResult:
        with dialog_box("Open a note", ("enter", "open"), ("esc", "close")):
            yield self._line
            yield self.rows

    def on_mount(self) -> None:
        self.set_focus(self._line)
        program(self).vault_signal.subscribe(self, self._vault_changed)
        self._found.ask_titles("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._found.drop()
        self._found.ask_titles(event.value)

    def _vault_changed(self, _: None) -> None:
        """Search again, unless the cursor has left the first result."""
        if self.rows.cursor == 0:
            self._found.ask_titles(self._line.value)

    def _show(self, typed: str, found: SearchResults) -> None:
        indexed, title = program(self).indexed, typed.strip()
        about = [Piece("No notes yet", "muted")] if indexed is None else indexing_progress(indexed)
        self.rows.placeholder = [about]
        rows: list[Hit | str] = [*found.hits]
        self.rows.show(rows or ([title] if title and indexed is None else []))
        self.fit(self.rows, LIST_MARGIN)

    def action_step(self, rows: int) -> None:
        self._found.when_ready(partial(self.rows.action_step, rows))

    def action_switch(self) -> None:
        self._found.when_ready(self._open)

    def _open(self) -> None:
        """Open the note at the cursor, or create one with the typed title."""
        if (item := self.rows.item) is not None:
            self.dismiss(None)
            message = CreateNote(item) if isinstance(item, str) else OpenNote(item.row.path)
            self.app.post_message(message)

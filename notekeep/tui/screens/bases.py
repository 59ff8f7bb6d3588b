"""The screen of an Obsidian base: the rows of a view, and the note at the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult

from notekeep.bases.table import BaseTable, TableRow
from notekeep.bases.values import as_text, is_number
from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.services.bases import BaseSource
from notekeep.tui.dialogs.dialog import Choice, Option, ask
from notekeep.tui.keyboard import bindings
from notekeep.tui.messages import OpenNote, ShowOverlay
from notekeep.tui.program import program
from notekeep.tui.render.formatting import plural
from notekeep.tui.render.list_rows import empty_lines, error_lines
from notekeep.tui.render.note_columns import (
    GUTTER,
    Column,
    align_cell,
    lay_out_columns,
)
from notekeep.tui.render.note_rows import group_row, gutter
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width, wrap_line
from notekeep.tui.screens.preview_loader import PreviewLoader
from notekeep.tui.screens.vault_screen import OverlayScreen
from notekeep.tui.widgets.bars import ButtonLine
from notekeep.tui.widgets.line_view import PLACEHOLDER_INDENT, ListView
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.workers import in_background, show_message

if TYPE_CHECKING:
    from textual.dom import DOMNode

MIN_SPLIT_WIDTH = 140  # narrower screens show the note below the rows
MAX_COLUMN = 24  # the maximum width of all columns except the first


class BaseRows(ListView[TableRow | str | StyledLine]):
    """The rows of a view under the names of their groups, with summaries and remarks below."""

    def __init__(self) -> None:
        super().__init__()
        self.head = BaseHead(self)
        self.heads: Sequence[str] = ()
        self._columns: list[Column] = []

    def is_heading(self, item: TableRow | str | StyledLine) -> bool:
        return not isinstance(item, TableRow)

    def show(self, table: BaseTable, remarks: Sequence[StyledLine]) -> None:
        """Show a table, with its summaries and remarks below the rows."""
        selected = self.item.path if isinstance(self.item, TableRow) else ""
        rows: list[TableRow | str | StyledLine] = []
        for group in table.groups:
            if group.head is not None:
                rows.append(group.head or "(empty)")
            rows += group.rows
        named = zip(table.heads, table.summaries, strict=False)
        summaries = " · ".join(f"{head} {text}" for head, text in named if text)
        if rows:
            rows += [[], [Piece(clean_line(summaries))]] if summaries else []
            rows += [[], *remarks] if remarks else []
        self.heads = table.heads
        self._columns = [*_measure(table)]
        self._show(rows, lambda row: isinstance(row, TableRow) and row.path == selected)
        self.head.refresh()

    def draw_item(self, item: TableRow | str | StyledLine, width: int, *, here: bool) -> StyledLine:
        if isinstance(item, str):
            return group_row(item, width - 1, self.glyphs)
        if isinstance(item, list):
            return [Piece(" " * GUTTER), *item]
        cells = [clean_line(as_text(cell)) for cell in item.cells]
        return [*gutter(self.glyphs, here=here), *self.draw_cells(cells, width)]

    def draw_cells(self, cells: Sequence[str], width: int, role: str = "") -> StyledLine:
        """Return texts aligned to the columns: a row without its gutter."""
        line: StyledLine = []
        for place in lay_out_columns(self._columns, width, 1):
            column = self._columns[place.column]
            text = fit_line([Piece(cells[place.column], role)], place.width, self.glyphs.ellipsis)
            line.append(Piece(" " * (place.x - GUTTER - line_width(line))))
            line += align_cell(text, column, place.width)
        return line


def _measure(table: BaseTable) -> Iterator[Column]:
    for number, head in enumerate(table.heads):
        values = [row.cells[number] for row in table.rows]
        texts = [[Piece(clean_line(as_text(value)))] for value in values]
        most = max(map(line_width, [[Piece(clean_line(head))], *texts]))
        width = min(most, MAX_COLUMN) if number else most
        yield Column("", "number" if any(map(is_number, values)) else "text", width, most)


class BaseHead(ButtonLine):
    """The line with the column headings."""

    def __init__(self, rows: BaseRows) -> None:
        super().__init__()
        self._rows = rows

    def draw(self, width: int) -> StyledLine:
        inner = min(width, self._rows.inner_width)
        heads = [*map(clean_line, self._rows.heads)]
        return [Piece(" " * GUTTER), *self._rows.draw_cells(heads, inner, "muted")]


class BaseScreen(OverlayScreen):
    """A read-only view of a base, with the note at the cursor on the right."""

    BINDINGS = bindings("base", "over")
    CSS_PATH: ClassVar[Any] = ["over.tcss", "bases.tcss"]
    PLACE = "base"
    ROW_ACTIONS = ("read-text",)

    def __init__(self, place: str, view: str = "", source: str = "") -> None:
        self.rows = BaseRows()
        self.preview = Preview(id="base-preview")
        super().__init__(self.rows)
        self.subject = f"{place}#{view}"
        self._place, self._view, self._source = place, view, source
        self._views: list[str] = []

    def compose_list(self) -> ComposeResult:
        yield from (self.rows.head, self.rows)

    def compose_text(self) -> ComposeResult:
        yield self.preview

    def on_mount(self) -> None:
        self.loader = PreviewLoader(self, self.preview)

    @property
    def reading(self) -> Preview:
        return self.preview

    def on_resize(self) -> None:
        self.set_class(self.app.size.width < MIN_SPLIT_WIDTH, "-stacked")

    def on_preview_widened(self) -> None:
        self.loader.reload()

    def chosen_notes(self) -> list[str]:
        return [self.rows.item.path] if isinstance(self.rows.item, TableRow) else []

    def vault_changed(self) -> None:
        def read() -> tuple[BaseSource, BaseTable]:
            source = self.vault.bases.find(self._place, self._source)
            return source, self.vault.bases.table(source, self._view)

        self.load("base", read, self._list)

    def show_problem(self, error: NotekeepError) -> None:
        width = self.rows.inner_width - PLACEHOLDER_INDENT
        self.rows.placeholder = [[], *error_lines(error, width)]
        self.rows.rows_changed(0)
        self.show_list(self._place, is_empty=True)

    def _list(self, found: tuple[BaseSource, BaseTable]) -> None:
        source, table = found
        self._views = [view.name for view in source.base.views]
        self._view = table.view.name
        width = max(1, self.rows.inner_width - PLACEHOLDER_INDENT)
        remarks = [
            line
            for text in table.remarks
            for line in wrap_line([Piece(clean_line(text), "muted")], width)
        ]
        self.rows.placeholder = [*empty_lines(f"No notes in {table.view.name}."), *remarks]
        self.rows.show(table, remarks)
        number = self._views.index(self._view) + 1
        shown = len(table.rows)
        limited = f"{shown} of " if shown < table.total else ""
        count = f"{limited}{plural(table.total, 'note')}"
        views = f" {number}/{len(self._views)}" if len(self._views) > 1 else ""
        status = clean_line(f"{self._view}{views} · {count}")
        self.show_list(f"{clean_line(source.place)} · {status}", status, is_empty=not table.rows)
        if not table.rows:
            self.loader.row = None

    def show_row(self) -> None:
        for path in self.chosen_notes():
            self.loader.show(self.vault.catalog.row(path))

    def action_read_text(self) -> None:
        for path in self.chosen_notes():
            self.app.post_message(OpenNote(path, read=True))

    def action_turn_view(self, by: int) -> None:
        if len(self._views) > 1:
            number = self._views.index(self._view) + by
            self._view = self._views[number % len(self._views)]
            self.vault_changed()


def choose_base(node: DOMNode) -> None:
    """List the bases in the vault and their views, and open the selected one."""

    def choose(found: Sequence[BaseSource]) -> None:
        options = [
            Option(view.name, source.place, f"{source.place}\n{view.name}")
            for source in found
            for view in source.base.views
        ]
        if options:
            ask(node, Choice("Open a base", options, has_filter=True), go)
        else:
            show_message(node, "No bases. A base is a .base file or base code block from Obsidian")

    def go(value: str) -> None:
        node.app.post_message(ShowOverlay("base", *value.split("\n")))

    bases = program(node).vault.bases
    in_background(node, lambda: [*bases.list()], choose, group="bases", holds_keys=True)

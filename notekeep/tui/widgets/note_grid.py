"""The grid of notes: a list with a column for each field, and a cursor on a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from notekeep.catalog.records import Row
from notekeep.tui.keyboard import ALL_ACTIONS, bindings
from notekeep.tui.render.note_columns import (
    GUTTER,
    TITLE_COLUMN,
    Column,
    ColumnPlace,
    align_cell,
    choose_columns,
    column_heads,
    first_visible_column,
    grid_cell,
    lay_out_columns,
    sum_up,
)
from notekeep.tui.render.note_rows import distinguished_title, gutter, signs
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    add_role,
    fit_line,
    line_width,
    mark_matches,
    pad_line,
)
from notekeep.tui.styles import get_role_styles, paint
from notekeep.tui.widgets.bars import ButtonLine
from notekeep.tui.widgets.note_list import PAGE_ROWS, HitRows, NoteList, RowSource

SAMPLES = 4  # parts of a long list from which notes are sampled to choose the columns


class NoteGrid(NoteList, inherit_bindings=False):
    """Notes with their fields in columns, which scroll next to the title."""

    BINDINGS = [  # noqa: RUF012 - typed as in Textual
        *bindings("grid", run_on_screen=("edit-cell", "sort-column", "clear-cell")),
        *bindings("rows", run_on_screen=ALL_ACTIONS),
        *bindings("lines"),
    ]

    @property
    def hit_height(self) -> int:
        return 1

    column: var[int] = var(0)

    def __init__(self) -> None:
        super().__init__(id="note-grid")
        self.head = GridHead(self)
        self.columns: list[Column] = []
        self.order = ""
        self.summary = ""  # the summary of all listed notes; "" for a long list
        self._arranged_for: tuple[str, str] | None = None
        self._left = 1  # the first column after the title

    def choose_columns(self, source: RowSource, *, query: tuple[str, str], order: str) -> None:
        """Choose the columns for a list from a sample of its notes."""
        total = source.total
        limit = total if isinstance(source, HitRows) else PAGE_ROWS
        rows = source.page(0, limit)[:limit]
        self.summary = sum_up(rows) if 0 < total == len(rows) else ""
        if query == self._arranged_for and len(rows) >= PAGE_ROWS:
            self.order = order
            return
        self._arranged_for = query
        scope, typed = query
        if not typed and total > len(rows):
            search, size = self.vault.search, PAGE_ROWS // SAMPLES
            offsets = (part * (total // SAMPLES) for part in range(SAMPLES))
            pages = [search.rows(scope, limit=size, offset=offset).rows for offset in offsets]
            rows = [row for page in pages for row in page]
        self.set_columns(rows, order)

    def set_columns(self, rows: Sequence[Row], order: str) -> None:
        current = self.columns[self.column].name if self.columns else TITLE_COLUMN
        self.order = order
        self.columns = choose_columns(rows, self.vault.schema, self.glyphs) if rows else []
        names = [column.name for column in self.columns]
        self.set_reactive(NoteGrid.column, names.index(current) if current in names else 0)
        self.watch_column()

    @property
    def current_column(self) -> Column | None:
        return self.columns[self.column] if self.column < len(self.columns) else None

    def places(self, width: int) -> list[ColumnPlace]:
        """Return the positions of the columns in a row of `width` cells."""
        return lay_out_columns(self.columns, width, self._left)

    def watch_column(self) -> None:
        """Scroll to the column at the cursor."""
        if width := self.inner_width:
            self._left = first_visible_column(self.columns, width, self._left, self.column)
        self.lines_changed()
        self.head.refresh()

    def _go_to_column(self, column: int) -> None:
        self.was_moved = True
        self.column = min(max(0, column), max(0, len(self.columns) - 1))

    def action_move_column(self, by: int) -> None:
        self._go_to_column(self.column + by)

    def action_first_column(self) -> None:
        self._go_to_column(0)

    def action_last_column(self) -> None:
        self._go_to_column(len(self.columns))

    def column_at(self, x: int) -> int | None:
        """Return the column at a cell of a row; the gap after a column belongs to it."""
        found = [place for place in self.places(self.inner_width) if place.x <= x]
        return found[-1].column if found else None

    @property
    def cell_region(self) -> Region:
        y = self.cursor - self.scroll_offset.y
        places = (p for p in self.places(self.inner_width) if p.column == self.column)
        place = next(places, ColumnPlace(0, GUTTER, max(1, self.inner_width - GUTTER)))
        return Region(place.x, y, place.width, 1).translate(self.content_region.offset)

    def on_resize(self) -> None:
        super().on_resize()
        self.watch_column()

    def watch_cursor(self, before: int, after: int) -> None:
        for row in (before, after):
            self.line_changed(row)
        super().watch_cursor(before, after)

    def _line_role(self, index: int) -> str:
        del index  # `draw_row` sets the roles, because the cell at the cursor has its own role
        return ""

    def draw_row(self, row: int, width: int) -> list[StyledLine]:
        note = self.row_of(row) if row < self.note_count else None
        if note is None or not self.columns:
            return super().draw_row(row, width)
        here = row == self.cursor
        under = "cursor-blurred" if here else ""
        line = add_role(gutter(self.glyphs, here=here, marked=note.path in self.marked), under)
        x = GUTTER
        for place in self.places(width):
            line.append(Piece(" " * (place.x - x), under))
            shown = self._cell(note, place)
            x = place.x + place.width
            if not (here and place.column == self.column):
                line.extend(add_role(shown, under) if here else shown)
                continue
            line.extend(add_role(shown, "cell" if self.has_focus else "cell-blurred"))
            if self.has_focus and x < width:
                # The edges are in the gaps next to the cell.
                line = [*fit_line(line, place.x - 1, ""), Piece("[", "cell-edge")]
                line += [*add_role(shown, "cell"), Piece("]", "cell-edge")]
                x += 1
        line.append(Piece(" " * (width - x), under))
        return [line]

    def _cell(self, note: Row, place: ColumnPlace) -> StyledLine:
        column = self.columns[place.column]
        shown = grid_cell(note, column, self.glyphs)
        if column.name == TITLE_COLUMN:
            after = signs(note, self.glyphs, conflict=note.path in self._conflicts)
            if self.matcher is not None:
                shown = mark_matches(shown, partial(self.matcher.spans, language=note.language))
            shown = distinguished_title(shown, note.title_suffix, place.width - line_width(after))
            shown = fit_line(shown, place.width - line_width(after), self.glyphs.ellipsis)
            return pad_line([*shown, *after], place.width)
        return align_cell(fit_line(shown, place.width, self.glyphs.ellipsis), column, place.width)

    def row_clicked(self, row: int, x: int, chain: int) -> None:
        column = self.column_at(x) if x >= GUTTER and row < self.note_count else None
        if column is None:
            super().row_clicked(row, x, chain)
            return
        self.was_moved = True
        self.move_to(row)
        self._go_to_column(column)
        if chain == self.opening_clicks:
            self._post_own(self.Selected(self, row))


class GridHead(ButtonLine):
    """The column names and a rule; clicking a name sorts by the column."""

    DEFAULT_CSS = """
    GridHead { height: 2; }
    """

    @dataclass(eq=False, repr=False)
    class Clicked(Message):
        """The name of a column was clicked."""

        column: int

    def __init__(self, grid: NoteGrid) -> None:
        super().__init__()
        self._grid = grid

    def draw(self, width: int) -> StyledLine:
        grid = self._grid
        inner = grid.inner_width
        if not grid.columns or not inner:
            return []
        line = column_heads(
            grid.columns,
            grid.places(inner),
            min(inner, width),
            self.glyphs,
            selected=grid.column,
            order=grid.order,
        )
        return pad_line(line, width)

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return super().render_line(y)
        rule = [Piece(self.glyphs.rule * self.size.width, "rule")]
        return paint(rule, self.size.width, get_role_styles(self.app), self.rich_style)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        column = self._grid.column_at(event.x)
        if column is not None:
            self.post_message(self.Clicked(column))

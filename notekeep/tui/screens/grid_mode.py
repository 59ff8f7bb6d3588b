"""The grid in Browse: sorting by a column, editing a cell.

A save edits one key of the front matter. The file is read again first, so that changes by other
programs are not overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from notekeep.catalog.records import Row
from notekeep.errors import Conflict, NotekeepError, Refused
from notekeep.markdown.fields.field_values import Scalar, Value
from notekeep.markdown.fields.schema import FIELD_CHOICES, Schema
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import clean_line
from notekeep.notes.plan import WritePlan
from notekeep.tui.completion import known_values
from notekeep.tui.dialogs import cell_editors
from notekeep.tui.dialogs.dialog import open_dialog
from notekeep.tui.field_forms import (
    LIST_TYPES,
    FormField,
    format_value,
    make_field_changes,
    parse_list_items,
)
from notekeep.tui.render.formatting import BEST_RATING
from notekeep.tui.render.note_columns import (
    KIND_COLUMN,
    MODIFIED_COLUMN,
    TAGS_COLUMN,
    TITLE_COLUMN,
    Column,
    star_rating,
)
from notekeep.tui.screens.note_operations import ask_dates
from notekeep.tui.widgets.note_grid import NoteGrid
from notekeep.tui.workers import WRITE_GROUP, in_background, show_error, show_message
from notekeep.vault import Vault

if TYPE_CHECKING:
    from notekeep.tui.screens.browse import BrowseScreen

READ_ONLY_REASONS = {
    KIND_COLUMN: "The kind comes from the type: field and the folder. Press e to edit the note",
    MODIFIED_COLUMN: "This is when the file was last changed. It cannot be edited",
}


class GridMode:
    """The actions on the grid."""

    def __init__(self, screen: BrowseScreen) -> None:
        self._screen = screen

    def _cell(self) -> tuple[NoteGrid, Row, Column] | None:
        if (
            (grid := self._screen.pane.grid) is None
            or grid.row is None
            or grid.current_column is None
        ):
            return None
        return grid, grid.row, grid.current_column

    def sort_column(self, index: int | None = None) -> None:
        """Sort by a column, by default the column at the cursor."""
        grid = self._screen.pane.grid
        if grid is None or (index is not None and index >= len(grid.columns)):
            return
        column = grid.current_column if index is None else grid.columns[index]
        if column is None:
            return
        try:
            self._screen.pane.sort_by(column.name)
        except NotekeepError as error:
            show_error(self._screen, error)

    def edit_cell(self, typed: str = "") -> None:
        """Edit the cell at the cursor, starting with a typed digit; on a title, open the note."""
        if (cell := self._cell()) is None:
            return
        grid, row, column = cell
        if column.name == TITLE_COLUMN:
            if not typed:
                self._screen.action_open()
        elif not self._is_read_only(row, column):
            # The grid may not show the last save yet.
            row = self._screen.vault.catalog.row(row.path) or row
            field = cell_field(row, column, self._screen.vault.schema)
            editor = self._make_editor(grid, field, typed)
            plan, write = partial(self._plan, row, field), partial(self._write, row, field)
            open_dialog(self._screen, editor, plan, write)

    def clear_cell(self) -> None:
        if (cell := self._cell()) is None:
            return
        _, row, column = cell
        if column.name == TITLE_COLUMN:
            show_message(self._screen, "A title cannot be empty. Press r to rename the note")
        elif not self._is_read_only(row, column):
            field = cell_field(row, column, self._screen.vault.schema)
            if field.text:
                plan, write = partial(self._plan, row, field, ""), partial(self._write, row, field)
                in_background(self._screen, plan, write, group=WRITE_GROUP, holds_keys=True)

    def _is_read_only(self, row: Row, column: Column) -> bool:
        """Whether a cell cannot be edited; shows the reason."""
        screen, path = self._screen, row.path
        if column.name in READ_ONLY_REASONS:
            show_message(screen, READ_ONLY_REASONS[column.name])
            return True
        if not row.problem:
            return False

        def refuse(note: Note) -> None:
            about = note.problem
            text = f"{about.place}: {about.message}" if about else f"{path} can be read again."
            show_error(screen, Refused(text, "Press e to open it in the editor."))

        workspace = screen.vault.workspace
        screen.load("cell", lambda: workspace.note(path, workspace.read(path)), refuse)
        return True

    def _make_editor(self, grid: NoteGrid, field: FormField, typed: str) -> cell_editors.CellEditor:
        screen = self._screen
        is_list = field.type in LIST_TYPES or isinstance(field.value, list)
        is_rated = field.name == "rating" and screen.glyphs.best == BEST_RATING
        if is_rated and (field.value is None or star_rating(field.value) is not None):
            return cell_editors.StarsCellEditor(field, grid, typed)
        if field.type == "date" and not is_list:
            return cell_editors.DateCellEditor(field, grid, typed)
        if (field.choices or field.type == "bool") and not is_list:
            return cell_editors.ChoiceCellEditor(field, grid, typed)
        kind = cell_editors.ListCellEditor if is_list else cell_editors.TextCellEditor
        editor = kind(field, grid, typed)
        if field.type != "number":
            values = partial(known_values, screen.vault, field.name)
            screen.load("values", values, editor.offer, is_quiet=True)
        return editor

    def _plan(self, row: Row, field: FormField, text: str) -> tuple[str, WritePlan]:
        return text, plan_cell(self._screen.vault, row.path, field, text)

    def _write(self, row: Row, field: FormField, planned: tuple[str, WritePlan]) -> None:
        text, plan = planned
        what = f"{field.name}: {clean_line(text)}" if text else f"removed {field.name}"
        done = f"{clean_line(row.title)} · {what}"

        def write(dated: WritePlan) -> None:
            # Keys wait, because the next one may act on the same note.
            apply = partial(self._screen.vault.notes.apply, dated)
            self._screen.write(apply, done, holds_keys=True)

        ask_dates(self._screen, plan, write)


def cell_field(row: Row, column: Column, schema: Schema) -> FormField:
    """Return the field of a column, with its value in the catalog."""
    value = row.fields.get(column.name)
    type_ = "list" if column.name == TAGS_COLUMN else schema.type_of(row.kind, column.name)
    choices = FIELD_CHOICES.get((row.kind, column.name), ())
    text = format_value(value)
    return FormField(column.name, type_, value, text, choices, best=schema.rating_max)


def plan_cell(vault: Vault, path: str, field: FormField, text: str) -> WritePlan:
    """Plan a new value of a field; raise Conflict if the note has changed since it was shown."""
    note = vault.workspace.note(path, vault.workspace.read(path))
    now: Value = note.fields.get(field.name)
    if isinstance(now, list) and format_value(now) != field.text:
        text = _merge_lists(field, text, now)
    elif note.problem is None and format_value(now) != field.text:
        raise Conflict(
            f"{field.name} of {path} is now {format_value(now) or 'empty'}. It was not changed.",
            "Press esc, then edit the cell again.",
        )
    changes = make_field_changes(field._replace(value=now, text=format_value(now)), text)
    plan = vault.notes.plan_set([path], changes)
    plan.raise_if_nothing_left()
    return plan


def _merge_lists(field: FormField, text: str, now: Sequence[Scalar]) -> str:
    """Apply the edits of a list to its current value."""
    before, after = parse_list_items(field.name, field.text), parse_list_items(field.name, text)
    removed = set(before) - set(after)
    items = [item for item in map(format_value, now) if item not in removed]
    return format_value([*items, *(item for item in after if item not in {*before, *items})])

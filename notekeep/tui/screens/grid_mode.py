"""Grid and marks of Browse; editing a cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, NotekeepError, Refused
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.schema import FIELD_CHOICES
from notekeep.tui.dialogs.prompts import open_dialog
from notekeep.tui.field_forms import (
    LIST_TYPES,
    MAX_RATING,
    FormField,
    format_value,
    make_field_changes,
    parse_list_items,
)
from notekeep.tui.location import GRID_VIEW, LIST_VIEW
from notekeep.tui.messages import VaultChanged
from notekeep.tui.notifications import notify_done
from notekeep.tui.render.note_columns import (
    KIND_COLUMN,
    MODIFIED_COLUMN,
    TAGS_COLUMN,
    TITLE_COLUMN,
    star_rating,
)
from notekeep.tui.screens.note_pane import NotesWithSidebar
from notekeep.tui.workers import in_background, show_error, show_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual import events

    from notekeep.catalog.records import Row
    from notekeep.markdown.field_values import Scalar, Value
    from notekeep.markdown.schema import Schema
    from notekeep.notes.plan import WriteResult
    from notekeep.tui.dialogs.cell_editors import CellEditor
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.note_columns import Column
    from notekeep.tui.widgets.note_grid import GridHead, NoteGrid
    from notekeep.vault import Vault


# What Browse does with the grid and with marks; what it opens for that is imported then.


ROOMY = 160
"""From this width on the note is shown beside the grid."""


class GridMode(NotesWithSidebar):
    """A screen whose list of notes can be a grid, with marks and verbs for many notes."""

    def __init__(self, vault: Vault, glyphs: Glyphs, today: date) -> None:
        super().__init__(vault, glyphs, today)
        self.cells_written: dict[tuple[str, str], str] = {}

    def open_under_cursor(self) -> None:
        """Read the note under the cursor."""
        raise NotImplementedError

    # The grid.

    @property
    def view(self) -> str:
        """How the notes are shown: LIST or GRID."""
        return GRID_VIEW if self.pane.grid is not None else LIST_VIEW

    def arrange_grid(self) -> None:
        """Give the grid the width it needs."""
        self.set_class(self.pane.grid is not None, "-grid")
        self.set_class(self.app.size.width >= ROOMY, "-roomy")

    async def action_toggle_grid(self) -> None:
        # What is shown in another way must be seen.
        self.remove_class("-reading")
        await self.pane.show_as(grid=self.pane.grid is None)
        self.arrange_grid()
        self.refresh_bindings()

    def action_sort_column(self) -> None:
        grid = self.pane.grid
        if grid is not None and grid.here is not None:
            self._sort_by(grid.here.name)

    def _sort_by(self, name: str) -> None:
        try:
            self.pane.sort_by(name)
        except NotekeepError as error:
            show_error(self, error)

    def on_grid_head_clicked(self, event: GridHead.Clicked) -> None:
        event.stop()
        grid = self.pane.grid
        if grid is not None and event.column < len(grid.columns):
            self._sort_by(grid.columns[event.column].name)

    def action_edit_cell(self) -> None:
        self._edit_cell()

    def on_note_grid_cell_opened(self) -> None:
        self._edit_cell()

    def _edit_cell(self, typed: str = "") -> None:

        edit_cell(self, typed)

    def action_clear_cell(self) -> None:

        clear_cell(self)

    def on_key(self, event: events.Key) -> None:
        # A digit is the beginning of a rating, a number or a date.
        digit = event.character
        if digit is not None and digit.isdecimal() and digit.isascii():
            grid = self.pane.grid
            if grid is not None and grid.has_focus:
                event.stop()
                self._edit_cell(digit)

    # Marks.

    def action_mark(self) -> None:
        self.notes.toggle_mark()

    def action_mark_range(self) -> None:
        self.notes.mark_range()

    def action_mark_all(self) -> None:
        self._mark_listed(self.notes.mark_all)

    def action_mark_others(self) -> None:
        self._mark_listed(self.notes.mark_others)

    def _mark_listed(self, mark: Callable[[set[str]], object]) -> None:
        in_background(self, self.notes.listed(), mark, group="marks", exclusive=True)

    def prune_marks(self) -> None:
        """Unmark what is no note any more."""
        marked = frozenset(self.notes.marked)
        if marked:
            in_background(
                self,
                lambda: self.vault.known(marked),
                lambda known: self.notes.follow_marks({}, known | (self.notes.marked - marked)),
                group="marks-kept",
                exclusive=True,
                failed=lambda _error: None,
            )

    # Verbs on the marked notes, or on the one under the cursor.

    def action_set_field(self) -> None:
        from notekeep.tui.screens.note_operations import set_field_of_marked

        set_field_of_marked(self)

    def action_move_note(self) -> None:
        from notekeep.tui.screens.note_operations import move_marked

        move_marked(self)

    def action_may_publish(self) -> None:
        from notekeep.tui.screens.note_operations import ask_publishable

        ask_publishable(self)

    def ran_on_marked(self, verb: str) -> bool:
        """Do a verb with the marked notes; False when none is marked."""
        if not self.notes.marked:
            return False
        from notekeep.tui.screens import note_operations

        {
            "tag": note_operations.tag_marked,
            "delete": note_operations.delete_marked,
            "copy": note_operations.copy_links_to_marked,
        }[verb](self)
        return True

    def show_nothing_listed(self) -> None:
        """Say that there is no note to do anything with."""
        show_message(self, "There is no note here")


# A cell of the grid, changed in place: which way suits its field, and the write that follows.
#
# One field of one note is written, as an edit of its key in the front matter. What the file
# holds by then is looked at first, so that nothing another program wrote in the meantime is
# overwritten.


WHY_NOT = {
    KIND_COLUMN: "The kind of a note is its type: and its folder; e opens the note",
    MODIFIED_COLUMN: "That is when the file was written last; no key can change it",
}


def cell_field(row: Row, column: Column, schema: Schema) -> FormField:
    """Return the field of a note that a column shows, as the catalog knows it."""
    value = row.fields.get(column.name)
    type_ = "list" if column.name == TAGS_COLUMN else schema.type_of(row.kind, column.name)
    choices = FIELD_CHOICES.get((row.kind, column.name), ())
    return FormField(
        column.name, type_, value, format_value(value), choices, best=schema.rating_max
    )


def edit_cell(screen: GridMode, typed: str = "") -> None:
    """Change the cell under the cursor in the way that suits it; on a title, read the note."""
    grid = screen.pane.grid
    row = grid.row if grid is not None else None
    column = grid.here if grid is not None else None
    if grid is None or row is None or column is None:
        return
    if column.name == TITLE_COLUMN:
        if not typed:
            screen.open_under_cursor()
        return
    if _cannot(screen, row, column):
        return
    field = cell_field(row, column, screen.vault.schema)

    open_dialog(
        screen,
        make_cell_editor(screen, grid, field, typed),
        partial(_write, screen, row, field),
        partial(_written, screen, row, field),
    )


def clear_cell(screen: GridMode) -> None:
    """Take the field of the cell under the cursor out of its note."""
    grid = screen.pane.grid
    row = grid.row if grid is not None else None
    column = grid.here if grid is not None else None
    if row is None or column is None:
        return
    if column.name == TITLE_COLUMN:
        show_message(screen, "A title cannot be emptied; r renames the note")
    elif not _cannot(screen, row, column):
        field = cell_field(row, column, screen.vault.schema)
        if field.text:
            in_background(
                screen,
                partial(_write, screen, row, field, ""),
                partial(_written, screen, row, field),
                group="write",
            )


def _cannot(screen: GridMode, row: Row, column: Column) -> bool:
    """Say why a cell cannot be changed, if it cannot."""
    if column.name in WHY_NOT:
        show_message(screen, WHY_NOT[column.name])
        return True
    if row.problem:
        in_background(
            screen,
            lambda: screen.vault.plan.note(row.path, screen.vault.plan.read(row.path)).problem,
            lambda problem: show_error(
                screen,
                Refused(
                    f"{problem.place}: {problem.message}" if problem else f"{row.path} is well now",
                    "e opens it in the editor." if problem else "F5 shows it as it is.",
                ),
            ),
            group="cell",
            exclusive=True,
        )
        return True
    return False


def make_cell_editor(screen: GridMode, grid: NoteGrid, field: FormField, typed: str) -> CellEditor:
    """Return the editor that suits a field."""
    from notekeep.tui.dialogs import cell_editors

    where = cell_editors.CellPlace(lambda: grid.cell_region, screen.glyphs, screen.today)
    box: CellEditor
    known = None
    is_list = field.type in LIST_TYPES or isinstance(field.value, list)
    is_rated = field.name == "rating" and screen.glyphs.best == MAX_RATING
    if is_rated and (field.value is None or star_rating(field.value) is not None):
        return cell_editors.StarsCellEditor(field, where, typed)
    if field.type == "date" and not is_list:
        return cell_editors.DateCellEditor(field, where, typed, screen.vault.settings.week_start)
    if (field.choices or field.type == "bool") and not is_list:
        return cell_editors.ChoiceCellEditor(field, where, typed)
    if is_list:
        box = cell_editors.ListCellEditor(field, where, typed)
        known = box.know
    else:
        text = cell_editors.TextCellEditor(field, where, typed)
        box, known = text, text.know
    if field.type != "number":
        in_background(
            screen,
            lambda: _known(screen.vault, field.name),
            known,
            group="values",
            exclusive=True,
            failed=lambda _error: None,
        )
    return box


def _known(vault: Vault, name: str) -> list[str]:
    return list(vault.tags()) if name == TAGS_COLUMN else vault.values(name)


def _write(
    screen: GridMode, row: Row, field: FormField, text: str
) -> tuple[str, WriteResult | Conflict]:
    """Write one field of a note, as one step that undo takes back; a thread may do it."""
    try:
        return text, set_cell(screen.vault, row.path, field, text, screen.cells_written)
    except Conflict as error:
        # What was typed is about a value that is no longer there.
        return text, error


def _written(
    screen: GridMode, row: Row, field: FormField, answer: tuple[str, WriteResult | Conflict]
) -> None:
    text, done = answer
    if isinstance(done, Conflict):
        show_error(screen, done)
        screen.post_message(VaultChanged())
        return
    said = f"{field.name}: {clean_line(text)}" if text else f"no {field.name} any more"
    notify_done(screen, f"{clean_line(row.title)} · {said}", done)


def set_cell(
    vault: Vault, path: str, field: FormField, text: str, mine: dict[tuple[str, str], str]
) -> WriteResult:
    """Write what was made of a field, if the note still has in it what was shown.

    Of a list, what was added and taken away is done to the list that the note has by now.

    Raises:
        Conflict: The field has another value by now.
        Refused: The note cannot take the value.
    """
    note = vault.plan.note(path, vault.plan.read(path))
    now: Value = note.fields.get(field.name)
    known = {field.text, mine.get((path, field.name), field.text)}
    if isinstance(now, list) and format_value(now) != field.text:
        text = _merged(field, text, now)
    elif note.problem is None and format_value(now) not in known:
        raise Conflict(
            f"{field.name} of {path} is {format_value(now) or 'empty'} by now, and was left so",
            "The grid shows it; change it again if you still want to.",
        )
    changes = make_field_changes(field._replace(value=now, text=format_value(now)), text)
    plan = vault.plan.set_fields([path], changes)
    plan.raise_if_nothing_left()
    done = vault.carry_out(plan)
    if done.paths:
        mine[path, field.name] = text
    return done


def _merged(field: FormField, text: str, now: Sequence[Scalar]) -> str:
    """Do to the list that a note has by now what was done to the one that was shown."""
    before, after = parse_list_items(field.name, field.text), parse_list_items(field.name, text)
    gone = set(before) - set(after)
    items = [item for item in map(format_value, now) if item not in gone]
    return format_value([*items, *(item for item in after if item not in {*before, *items})])

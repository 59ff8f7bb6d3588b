"""A cell of the grid, changed in place: which way suits its field, and the write that follows.

One field of one note is written, as an edit of its key in the front matter. What the file holds by
then is looked at first, so that nothing another program wrote in the meantime is overwritten.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, Refused
from notekeep.markdown.clean import clean_line
from notekeep.markdown.kinds import CHOICES
from notekeep.tui.fields import BEST, LISTS, Field, changes_of, items_of, text_of
from notekeep.tui.jobs import in_background, say, show_error
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.grid import KIND, MODIFIED, TAGS, TITLE, is_stars
from notekeep.tui.screens.dialogs import ask
from notekeep.tui.telling import tell_done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.rows import Row
    from notekeep.markdown.kinds import Schema
    from notekeep.markdown.note import Scalar, Value
    from notekeep.tui.render.grid import Column
    from notekeep.tui.screens.cell_box import CellBox
    from notekeep.tui.screens.gridding import Gridding
    from notekeep.tui.widgets.note_grid import NoteGrid
    from notekeep.vault import Vault
    from notekeep.writing.plan import Done

WHY_NOT = {
    KIND: "The kind of a note is its type: and its folder; e opens the note",
    MODIFIED: "That is when the file was written last; no key can change it",
}


def field_of(row: Row, column: Column, schema: Schema) -> Field:
    """Return the field of a note that a column shows, as the catalog knows it."""
    value = row.fields.get(column.name)
    type_ = "list" if column.name == TAGS else schema.type_of(row.kind, column.name)
    choices = CHOICES.get((row.kind, column.name), ())
    return Field(column.name, type_, value, text_of(value), choices, best=schema.rating_max)


def edit_cell(screen: Gridding, typed: str = "") -> None:
    """Change the cell under the cursor in the way that suits it; on a title, read the note.

    Args:
        screen: Where the grid is.
        typed: A digit that was typed on the cell.
    """
    grid = screen.pane.grid
    row = grid.row if grid is not None else None
    column = grid.here if grid is not None else None
    if grid is None or row is None or column is None:
        return
    if column.name == TITLE:
        if not typed:
            screen.open_here()
        return
    if _cannot(screen, row, column):
        return
    field = field_of(row, column, screen.vault.schema)

    ask(
        screen,
        box_for(screen, grid, field, typed),
        partial(_write, screen, row, field),
        partial(_written, screen, row, field),
    )


def clear_cell(screen: Gridding) -> None:
    """Take the field of the cell under the cursor out of its note."""
    grid = screen.pane.grid
    row = grid.row if grid is not None else None
    column = grid.here if grid is not None else None
    if row is None or column is None:
        return
    if column.name == TITLE:
        say(screen, "A title cannot be emptied; r renames the note")
    elif not _cannot(screen, row, column):
        field = field_of(row, column, screen.vault.schema)
        if field.text:
            in_background(
                screen,
                partial(_write, screen, row, field, ""),
                partial(_written, screen, row, field),
                group="write",
            )


def _cannot(screen: Gridding, row: Row, column: Column) -> bool:
    """Say why a cell cannot be changed, if it cannot."""
    if column.name in WHY_NOT:
        say(screen, WHY_NOT[column.name])
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


def box_for(screen: Gridding, grid: NoteGrid, field: Field, typed: str) -> CellBox:
    """Return the editor that suits a field.

    Args:
        screen: What asks.
        grid: Where the cell is.
        field: The field.
        typed: What was typed already.
    """
    from notekeep.tui.screens import cell_box, cell_date, cell_list, cell_stars

    where = cell_box.Where(lambda: grid.cell_region, screen.glyphs, screen.today)
    box: CellBox
    known = None
    is_list = field.type in LISTS or isinstance(field.value, list)
    is_rated = field.name == "rating" and screen.glyphs.best == BEST
    if is_rated and (field.value is None or is_stars(field.value) is not None):
        return cell_stars.StarsBox(field, where, typed)
    if field.type == "date" and not is_list:
        return cell_date.DateBox(field, where, typed, screen.vault.settings.week_start)
    if (field.choices or field.type == "bool") and not is_list:
        return cell_list.ChoiceBox(field, where, typed)
    if is_list:
        box = cell_list.ListBox(field, where, typed)
        known = box.know
    else:
        text = cell_box.TextBox(field, where, typed)
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
    return list(vault.tags()) if name == TAGS else vault.values(name)


def _write(screen: Gridding, row: Row, field: Field, text: str) -> tuple[str, Done | Conflict]:
    """Write one field of a note, as one step that undo takes back; a thread may do it."""
    try:
        return text, set_cell(screen.vault, row.path, field, text, screen.cells_written)
    except Conflict as error:
        # What was typed is about a value that is no longer there.
        return text, error


def _written(screen: Gridding, row: Row, field: Field, answer: tuple[str, Done | Conflict]) -> None:
    text, done = answer
    if isinstance(done, Conflict):
        show_error(screen, done)
        screen.post_message(VaultChanged())
        return
    said = f"{field.name}: {clean_line(text)}" if text else f"no {field.name} any more"
    tell_done(screen, f"{clean_line(row.title)} · {said}", done)


def set_cell(
    vault: Vault, path: str, field: Field, text: str, mine: dict[tuple[str, str], str]
) -> Done:
    """Write what was made of a field, if the note still has in it what was shown.

    Of a list, what was added and taken away is done to the list that the note has by now.

    Args:
        vault: The vault.
        path: The note.
        field: The field as it was shown.
        text: What it is to be.
        mine: What was written here last, by note and field: the grid may not show it yet.

    Raises:
        Conflict: The field has another value by now.
        Refused: The note cannot take the value.
    """
    note = vault.plan.note(path, vault.plan.read(path))
    now: Value = note.fields.get(field.name)
    known = {field.text, mine.get((path, field.name), field.text)}
    if isinstance(now, list) and text_of(now) != field.text:
        text = _merged(field, text, now)
    elif note.problem is None and text_of(now) not in known:
        raise Conflict(
            f"{field.name} of {path} is {text_of(now) or 'empty'} by now, and was left so",
            "The grid shows it; change it again if you still want to.",
        )
    changes = changes_of(field._replace(value=now, text=text_of(now)), text)
    plan = vault.plan.set_fields([path], changes)
    plan.raise_if_all_refused()
    done = vault.carry_out(plan)
    if done.paths:
        mine[path, field.name] = text
    return done


def _merged(field: Field, text: str, now: Sequence[Scalar]) -> str:
    """Do to the list that a note has by now what was done to the one that was shown."""
    before, after = items_of(field.name, field.text), items_of(field.name, text)
    gone = set(before) - set(after)
    items = [item for item in map(text_of, now) if item not in gone]
    return text_of([*items, *(item for item in after if item not in {*before, *items})])

"""The tasks of a vault's notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.rows import TaskRow, load_path

if TYPE_CHECKING:
    from notekeep.index.catalog import Catalog
    from notekeep.query.tree import Node

_OF_NOTES = "JOIN tasks t ON t.note = notes.id"


def tasks(
    catalog: Catalog, node: Node | None = None, *, done: bool | None = False, like: str = ""
) -> list[TaskRow]:
    """The tasks of notes that match a condition, by title, then line.

    Args:
        catalog: Where they are.
        node: Which notes, as in `Catalog.rows`.
        done: Only those that are open (False) or ticked (True); None for both.
        like: Only those whose text has this shape, as SQL's LIKE writes it; "" for all.

    Raises:
        Failure: The catalog cannot be read.
    """
    wanted = "" if done is None else "AND t.done" if done else "AND NOT t.done"
    found = catalog.find(
        "path, title, t.line, t.mark, t.done, t.text",
        catalog.where(node),
        f"{wanted} {'AND t.text LIKE ?' if like else ''} ORDER BY sort, path, t.line",
        (like,) if like else (),
        join=_OF_NOTES,
    )
    return [
        TaskRow(load_path(path), title, line, mark, ticked == 1, text)
        for path, title, line, mark, ticked, text in found
    ]


def count_open(catalog: Catalog) -> int:
    """How many tasks of all notes are open.

    Raises:
        Failure: The catalog cannot be read.
    """
    every = catalog.where(None)
    return int(catalog.find("count(*)", every, "AND NOT t.done", join=_OF_NOTES)[0][0])

"""Notes of one title: what tells them apart where titles are listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notekeep.index.conditions import Condition
from notekeep.markdown.resolve import stem_of
from notekeep.query.fold import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.catalog import Catalog
    from notekeep.index.row import Row

_SAME = "role = 'note' AND title_folded IN (SELECT value FROM json_each(?))"
_SEVERAL = "GROUP BY title_folded HAVING count(*) > 1"


def tell_apart(catalog: Catalog, rows: Sequence[Row]) -> None:
    """Say of the rows that share their title with another note what tells them apart.

    It is one question to an index, of as many titles as there are rows: cheap for a page of a list
    in any vault, and meant for no more.

    Args:
        catalog: Where the vault's titles are.
        rows: The rows; `apart` is set.
    """
    folded = {row.path: fold(row.title) for row in rows}
    titles = json.dumps([*dict.fromkeys(folded.values())])
    found = catalog.find("title_folded", Condition(_SAME, (titles,)), _SEVERAL) if rows else []
    shared = {title for (title,) in found}
    for row in rows:
        row.apart = _place(row) if folded[row.path] in shared else ""


def _place(row: Row) -> str:
    """The folder of a note that is named as it is called, else its path: two are never the same."""
    folder, _, name = row.path.rpartition("/")
    if fold(stem_of(row.path)) != fold(row.title):
        return row.path.removesuffix(".md")
    return folder or name

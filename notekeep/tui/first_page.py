"""The first page of the list, kept beside the catalog for the next start.

Opening the catalog and asking it costs more than all else that the list needs for its first frame.
So the page is kept in a small file, with what the catalog's files looked like; where they look
otherwise at the next start, it is read from the catalog as ever. The generation that was read with
it tells after the first frame whether the page is still true, should the looks have deceived.
Nothing here imports Textual or SQLite.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import kept

if TYPE_CHECKING:
    from notekeep.vault import Rows, Vault

FILE = "first-page.json"
CATALOG = ("catalog.db", "catalog.db-wal")
ROWS = 100


class Page(NamedTuple):
    """The first page of a vault's notes, and the generation of the catalog it was read from."""

    rows: Rows
    generation: int


def read(vault: Vault) -> Page:
    """Read the page from the catalog.

    Raises:
        NotekeepError: The catalog cannot be read.
    """
    from notekeep.vault import Rows

    catalog = vault.catalog
    # The generation first: a page that is newer than it says is merely shown once more.
    generation = catalog.generation
    page = Page(Rows(*catalog.rows(limit=ROWS)), generation)
    vault.tell_apart(page.rows.rows)
    return page


def load(folder: str) -> Page | None:
    """Return the page that was kept, if the catalog in the cache folder looks as it did then."""
    try:
        with open(os.path.join(folder, FILE), encoding="utf-8") as file:
            found: Any = json.load(file)
        if found["looks"] != _looks(folder):
            return None
        return _page(found)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _page(found: dict[str, Any]) -> Page:
    from notekeep.index.row import Row
    from notekeep.vault import Rows

    rows = [Row(*cells) for cells in found["rows"]]
    return Page(Rows(int(found["total"]), rows), int(found["generation"]))


def keep(vault: Vault) -> None:
    """Keep the page of a vault whose session ends; without it the next start is less quick."""
    from notekeep.errors import NotekeepError

    folder = vault.places.cache
    with contextlib.suppress(OSError, NotekeepError):
        page = read(vault)
        vault.catalog.close()
        data = {
            "looks": _looks(folder),
            "generation": page.generation,
            "total": page.rows.total,
            "rows": [
                (
                    *(row.path, row.title, row.kind, row.mtime_ns, row.size),
                    *(row.private, row.problem, row.words, row.facts, row.apart),
                )
                for row in page.rows.rows
            ],
        }
        kept.write(folder, FILE, json.dumps(data).encode())


def _looks(folder: str) -> list[list[int]]:
    """What `stat` says of the catalog's files; a log that is empty is as none."""
    found: list[list[int]] = []
    for name in CATALOG:
        try:
            stat = os.stat(os.path.join(folder, name))
        except FileNotFoundError:
            found.append([])
            continue
        found.append([stat.st_ino, stat.st_size, stat.st_mtime_ns] if stat.st_size else [])
    return found

"""The rows of a list, read a page at a time, wherever one looks.

To pass over ninety thousand rows takes SQLite longer than a key may take. So a page is counted from
the nearest row that was seen before, or from the end: what lies between is what is passed over.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.index.listing import Way
    from notekeep.index.row import Row
    from notekeep.vault import Rows, Vault

FAR = 1_000
"""So many rows are passed over in no time."""
SAMPLES = 4
"""So many parts of a long list stand for all of it."""


def sample(vault: Vault, query: str, total: int, limit: int) -> list[Row]:
    """Return notes of all parts of a long list, `limit` of them: they say which columns it has."""
    step = total // SAMPLES
    return [
        row
        for part in range(SAMPLES)
        for row in vault.rows(query, limit=limit // SAMPLES, offset=part * step).rows
    ]


class Source:
    """The rows of a query, read from the catalog as they are seen."""

    def __init__(self, vault: Vault, query: str, first: Rows) -> None:
        self.total = first.total
        self._vault, self._query, self._first = vault, query, first
        self._seen: dict[int, str] = {}

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Return the rows from `offset` on, at most `limit` of them."""
        if offset == 0 and len(self._first.rows) >= min(limit, self.total):
            return self._first.rows
        rows = self._read(offset, limit)
        self._vault.tell_apart(rows)
        if rows:
            self._seen[offset], self._seen[offset + len(rows) - 1] = rows[0].path, rows[-1].path
        return rows

    def _read(self, offset: int, limit: int) -> Sequence[Row]:
        limit = min(limit, self.total - offset)
        if offset > FAR and limit > 0 and self._is_by_title:
            rows = self._vault.page(self._query, limit, min(self._ways(offset, limit)))
            # A note that another program took away since leads nowhere.
            if len(rows) == limit:
                return rows
        return self._vault.page(self._query, limit, offset)

    def _ways(self, offset: int, limit: int) -> Iterator[Way]:
        from notekeep.index.listing import Way

        yield Way(offset)
        yield Way(self.total - offset - limit, backwards=True)
        for row, path in self._seen.items():
            if row < offset:
                yield Way(offset - row - 1, path)
            elif row >= offset + limit:
                yield Way(row - offset - limit, path, backwards=True)

    @cached_property
    def _is_by_title(self) -> bool:
        """Whether the list has the order that the catalog is kept in, and its own end."""
        asked = self._vault.query(self._query)
        return not asked.order and asked.limit is None

    def paths(self) -> Iterable[str]:
        """Return the notes of all rows."""
        return self._vault.paths(self._query)

    def find(self, path: str) -> int | None:
        """Return which row a note has, among all notes and in an order that was chosen.

        In other lists one has to look: they are asked for again with each change of the vault.
        """
        if not self._query:
            return self._vault.catalog.place(path)
        if self.total > FAR and not self._is_by_title:
            return self._vault.listed(self._query).find(path)
        return None

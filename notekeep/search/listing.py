"""A query into a list: the catalog's rows, in order; words only where it asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.catalog.conditions import ordering
from notekeep.catalog.queries import distinguish_titles
from notekeep.catalog.records import Row, load_path, store_path
from notekeep.query.tree import KnownPaths, Node, Query, is_fact
from notekeep.search.text_filter import SearchSources, TextFilter

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog


def list_notes(
    query: Query, sources: SearchSources, *, limit: int | None = None, offset: int = 0
) -> tuple[int, list[Row]]:
    """Return how many notes a query matches, and a page of them, by title unless it says how."""
    node = resolve_words(query, sources)
    return sources.catalog.rows(node, query.order, smaller_limit(limit, query.limit), offset)


def resolve_words(query: Query, sources: SearchSources) -> Node | None:
    """Return a query's tree in which words are the notes that have them, as the catalog can ask."""
    node = query.root
    if node is None or is_fact(node):
        return node
    return KnownPaths(TextFilter(sources, query.text).paths(node))


def read_page(
    query: Query, node: Node | None, catalog: Catalog, limit: int, offset: int
) -> list[Row]:
    """Return a page of a list without its count; the tree is of facts only, see `resolve_words`."""
    limit = limit if query.limit is None else min(limit, max(0, query.limit - offset))
    return catalog.page(node, query.order, limit, offset)


class OrderedList:
    """A list of known order and length: every page costs the same, however far down it is."""

    def __init__(self, catalog: Catalog, stored: list[str]) -> None:
        self.total = len(stored)
        self._catalog, self._stored = catalog, stored

    def page(self, offset: int, limit: int) -> list[Row]:
        """Return the rows from `offset` on; notes that went are left out."""
        rows = self._catalog.rows_in_order(self._stored[offset : offset + limit])
        distinguish_titles(self._catalog, rows)
        return rows

    def paths(self) -> list[str]:
        """Return the notes of all rows, in their order."""
        return [*map(load_path, self._stored)]

    def find(self, path: str) -> int | None:
        """Return which row a note has; None when it is not in the list."""
        stored = store_path(path)
        return self._stored.index(stored) if stored in self._stored else None


def order_list(query: Query, node: Node | None, catalog: Catalog) -> OrderedList:
    """Work out the order of a whole list; its tree is of facts only, see `resolve_words`."""
    by = ordering(query.order)
    limit = -1 if query.limit is None else query.limit
    found = catalog.find(
        "path", catalog.where(node), f"ORDER BY {by.sql} LIMIT ?", (*by.values, limit)
    )
    return OrderedList(catalog, [path for (path,) in found])


def smaller_limit(one: int | None, other: int | None) -> int | None:
    """Return the smaller of two limits, either of which may be none."""
    return min((limit for limit in (one, other) if limit is not None), default=None)

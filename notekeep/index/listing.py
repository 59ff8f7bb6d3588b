"""A query into a list: the catalog's rows, in order; words and texts only where it asks for them.

What looks at words is imported where it is used: most lists are of facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.query.tree import Docs, is_fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.index.words import Words
    from notekeep.query.tree import Node, Query


def listing(
    query: Query,
    catalog: Catalog,
    words: Callable[[], Words],
    root: str,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[int, list[Row]]:
    """List the notes that a query matches, sorted by title unless it says otherwise.

    Args:
        query: What is asked for.
        catalog: The vault's facts.
        words: Opens the vault's words; not called for a query of facts.
        root: The vault.
        limit: How many rows at most, besides what the query itself says.
        offset: How many rows to leave out first.

    Returns:
        How many match in all, and the rows.

    Raises:
        UsageError: A regular expression takes too long.
        Unusable: The query has words, and there is no words index.
    """
    node = facts_of(query, catalog, words, root)
    return catalog.rows(node, query.order, least(limit, query.limit), offset)


def facts_of(query: Query, catalog: Catalog, words: Callable[[], Words], root: str) -> Node | None:
    """A query's tree in which words are the notes that have them, for questions to the catalog.

    Raises:
        UsageError: A regular expression takes too long.
        Unusable: There are words in it, and there is no words index.
    """
    node = query.root
    if node is None or is_fact(node):
        return node
    from notekeep.index.passages import Passages

    passages = Passages(catalog, words(), root, query.text)
    return Docs(passages.paths(passages.answered(node)))


def least(one: int | None, other: int | None) -> int | None:
    """The smaller of two limits, either of which may be none."""
    given = [limit for limit in (one, other) if limit is not None]
    return min(given) if given else None

"""The order of a list: those that a key goes through, the one that a query names, and found notes.

Orders are written as the query language writes them: "sort:-rating", or "" for the list's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.search import Hit
    from notekeep.vault import Vault

SORT = "sort:"


class ListOrder(NamedTuple):
    """An order: as the query language says it, and as a person does."""

    query: str
    said: str

    @property
    def key(self) -> str:
        """The field, with a minus before it for the other way round; "" for the list's own."""
        return self.query.removeprefix(SORT).strip('"')


ORDERS = (
    ListOrder("", "by title"),
    ListOrder("sort:-modified", "last changed first"),
    ListOrder("sort:-created", "newest first"),
    ListOrder("sort:-rating", "best rated first"),
)
"""The orders of a list that a key goes through; the first is its own."""
OWN = ORDERS[0]


def order_term(field: str) -> str:
    """The condition that sorts by a field; with a minus before its name, the other way round."""
    return f'{SORT}"{field}"' if " " in field else f"{SORT}{field}"


def after(order: ListOrder) -> ListOrder:
    """The order that a key takes after another one."""
    at = ORDERS.index(order) + 1 if order in ORDERS else 0
    return ORDERS[at % len(ORDERS)]


def by_field(name: str, order: ListOrder) -> ListOrder:
    """The order by a field; where it is that already the other way round, then the list's own."""
    ways = [
        ListOrder(order_term(name), f"by {name}"),
        ListOrder(order_term(f"-{name}"), f"by {name}, last first"),
    ]
    return [*ways, OWN][ways.index(order) + 1 if order in ways else 0]


def named(vault: Vault, query: str) -> str:
    """The key that a query sorts by first, or ""."""
    if SORT not in query:
        return ""
    try:
        keys = vault.query(query, typing=True).order
    except NotekeepError:
        return ""
    return f"{'-' if keys[0].descending else ''}{keys[0].field}" if keys else ""


def sort_hits(hits: Sequence[Hit], key: str) -> Sequence[Hit]:
    """Sort what was found by a key; what has no such field stays behind, the best of it first."""
    if not key:
        return hits
    from notekeep.tui.render.grid import sort_key

    keyed = [(sort_key(hit.row, key.removeprefix("-")), hit) for hit in hits]
    said = [pair for pair in keyed if pair[0] is not None]
    said.sort(key=lambda pair: pair[0] or (), reverse=key.startswith("-"))
    return [hit for _, hit in (*said, *(pair for pair in keyed if pair[0] is None))]

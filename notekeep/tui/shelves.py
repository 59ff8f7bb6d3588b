"""What stands in the sidebar, gathered from the vault; touches no widget, so a thread may do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.markdown.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notekeep.vault import Vault

PINNED = "pinned:yes sort:title"
PINNED_SHOWN = 30


class Saved(NamedTuple):
    """A saved query.

    Attributes:
        name: What the person calls it.
        query: The query as it was saved.
        scope: The same with every bracket written out, so that a search within it can follow; ""
            for one with words, which is searched for instead, and for one that cannot be read.
        notes: How many notes it finds; None when it cannot be read.
    """

    name: str
    query: str
    scope: str
    notes: int | None


class Shelves(NamedTuple):
    """What there is to choose from.

    Attributes:
        total: How many notes there are.
        pinned: Path and title of each pinned note, by title.
        kinds: Notes of each kind, most first.
        tags: Notes of each tag, by the alphabet, parents first.
        years: Notes by the year they were created, newest first.
        saved: The saved queries in their order; None where there are none to be shown.
    """

    total: int
    pinned: Sequence[tuple[str, str]]
    kinds: Mapping[str, int]
    tags: Mapping[str, int]
    years: Mapping[str, int]
    saved: Sequence[Saved] | None


def gather(vault: Vault) -> Shelves:
    """Gather what a vault has.

    Raises:
        NotekeepError: The catalog cannot be read.
    """
    spread = vault.facets()
    pinned = vault.rows(PINNED, limit=PINNED_SHOWN).rows
    return Shelves(
        sum(spread.kinds.values()),
        [(row.path, clean_line(row.title)) for row in pinned],
        spread.kinds,
        spread.tags,
        spread.years,
        [_saved(vault, name, query) for name, query in vault.saved.items()],
    )


def gather_found(vault: Vault, query: str, paths: Sequence[str] | None) -> Shelves:
    """Gather how the notes are spread that a search has found.

    Args:
        vault: Where they are.
        query: What was searched for; it may be unfinished.
        paths: The notes; None when they are too many to be known by name.

    Raises:
        NotekeepError: The query asks for what takes too long, or the catalog cannot be read.
    """
    spread = vault.facets(query, typing=True) if paths is None else vault.facets_among(paths)
    total = sum(spread.kinds.values())
    return Shelves(total, (), spread.kinds, spread.tags, spread.years, None)


def _saved(vault: Vault, name: str, text: str) -> Saved:
    from notekeep.query.explain import write_query
    from notekeep.query.tree import is_fact

    try:
        query = vault.query(text)
        listed = query.root is None or is_fact(query.root)
        return Saved(name, text, write_query(query) if listed else "", _count(vault, text))
    except NotekeepError:
        return Saved(name, text, "", None)


def _count(vault: Vault, query: str) -> int:
    return vault.rows(query, limit=1).total

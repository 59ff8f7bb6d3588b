"""Notes by name: what a person types to mean one note, or several.

A name is a path, a title, an alias, or the beginning of one. It wins over a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Ambiguous, NotFound, UsageError
from notekeep.index.rows import name_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row

SHOWN = 10
"""How many notes are listed when a name could mean several."""


def exact(catalog: Catalog, name: str) -> Row | None:
    """The one note that has exactly this path, file name, title or alias, case aside.

    Raises:
        Ambiguous: Several have it.
    """
    name = name.strip().removeprefix("[[").removesuffix("]]")
    if not name:
        return None
    for path in (name, f"{name}.md"):
        row = catalog.row(path)
        if row is not None:
            return row
    found = catalog.named(name)
    if "/" in name:
        # `named` looks at the last part only; a folder in the name narrows it down.
        ending = name_key(name.removesuffix(".md"))
        found = [row for row in found if name_key(row.path[:-3]).endswith(ending)]
    if len(found) > 1:
        titled = [row for row in found if name_key(row.title) == name_key(name)]
        found = titled if len(titled) == 1 else found
    if len(found) > 1:
        raise _several(name, found)
    return found[0] if found else None


def resolve(catalog: Catalog, name: str) -> Row:
    """The one note that a name means: exactly, or as the beginning of one note's name.

    Raises:
        NotFound: No note has it.
        Ambiguous: Several have it.
    """
    row = exact(catalog, name)
    if row is not None:
        return row
    found = _beginning(catalog, name)
    if len(found) > 1:
        raise _several(name, found)
    if not found:
        raise NotFound(f"there is no note called {name!r}", _near(catalog, name))
    return found[0]


def select(catalog: Catalog, words: str, ask: Callable[[], list[Row]]) -> list[Row]:
    """The notes that words mean: one by its name, else all that they find as a query.

    Args:
        catalog: Where names are looked up.
        words: As typed.
        ask: Asks the words as a query.

    Raises:
        NotFound: Neither finds any.
        Ambiguous: They begin several names, and find nothing as a query.
        UsageError: They are no name, and no query that can be understood.
    """
    row = exact(catalog, words)
    if row is not None:
        return [row]
    starting = _beginning(catalog, words)
    if len(starting) == 1:
        return starting
    try:
        found = ask()
    except UsageError:
        if starting:
            raise _several(words, starting) from None
        raise
    if found:
        return found
    if starting:
        raise _several(words, starting)
    raise NotFound(f"no note is called {words!r}, and none matches it", _near(catalog, words))


def _beginning(catalog: Catalog, name: str) -> list[Row]:
    """The notes with a title, file name or alias that begins so."""
    start = name_key(name.strip())
    if not start:
        return []
    paths = [
        path
        for path, title, aliases in catalog.names()
        if any(
            name_key(known).startswith(start)
            for known in (path, path.rsplit("/", 1)[-1], title, *aliases)
        )
    ]
    return sorted(catalog.rows_of(paths).values(), key=lambda row: row.title)


def _several(name: str, rows: list[Row]) -> Ambiguous:
    listed = [f"{row.title}  {row.path}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        listed.append(f"and {len(rows) - SHOWN} more")
    return Ambiguous(f"{name!r} could be several notes:", listed, "say which, by its path")


def _near(catalog: Catalog, name: str) -> str:
    import difflib

    titles = {name_key(title): title for _, title, _ in catalog.names()}
    near = difflib.get_close_matches(name_key(name), titles, n=1)
    return f"did you mean {titles[near[0]]!r}?" if near else "`notekeep ls` lists the notes"

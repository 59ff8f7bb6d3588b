"""Notes by name: what a person types to mean one note, or several.

A name is a path, a title, an alias, or the beginning of one. It wins over a query. A path is one of
the vault; where the vault has none such, it is one of this machine, as a shell completes it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING

from notekeep.errors import Ambiguous, NotFound, Refused, UsageError
from notekeep.index.conditions import Condition
from notekeep.index.rows import link_key, name_key, store_path
from notekeep.markdown.resolve import stem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row

SHOWN = 10
"""How many notes are listed when a name could mean several."""
LAST = "\U0010ffff"
"""Behind a beginning: what no name that begins so comes after."""


def exact(catalog: Catalog, name: str, root: str) -> Row | None:
    """The one note that has exactly this path, file name, title or alias, case aside.

    Args:
        catalog: Where names are looked up.
        name: As typed.
        root: The vault, for a path that is relative to the working directory, or absolute.

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
    row = catalog.row(_on_disk(name, root))
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


def beginning(catalog: Catalog, typed: str, most: int) -> list[str]:
    """Names of notes that begin so, each of one note, as a shell offers them while it completes.

    Args:
        catalog: Where names are looked up, with one question.
        typed: What is there of the name; with a `/` in it, of the path.
        most: So many notes at most.

    Returns:
        For each note the first of title, file name and aliases that begins so and is no other's;
        its path where each of them is.
    """
    start = name_key(typed)
    if "/" in typed:
        where = Condition(
            "role = 'note' AND path >= ? AND path < ?",
            (store_path(typed), store_path(typed) + LAST),
        )
    else:
        has_it = "id IN (SELECT note FROM names WHERE key >= ? AND key < ?)"
        where = Condition(f"role = 'note' AND {has_it}", (start, start + LAST))
        if not start:
            where = Condition("role = 'note'")
    rows = catalog.rows_found(where, "ORDER BY sort LIMIT ?", (most,))
    if "/" in typed:
        return [row.path for row in rows]
    names = [
        [
            name
            for name in (row.title, stem_of(row.path), *row.aliases)
            if name_key(name).startswith(start)
        ]
        for row in rows
    ]
    owners = Counter(key for own in names for key in {name_key(name) for name in own})
    return [
        next((name for name in own if owners[name_key(name)] == 1), row.path)
        for own, row in zip(names, rows, strict=True)
    ]


def meant(catalog: Catalog, names: Sequence[str], source: str) -> dict[str, tuple[str, bool]]:
    """The notes that names mean in a link, for those that mean one.

    Args:
        catalog: Where names are looked up.
        names: Names, titles or aliases.
        source: The note that links.

    Returns:
        For each name the path, and whether no other note has that file name.
    """
    from notekeep.markdown.resolve import Resolver, folded

    resolver = Resolver(_named(catalog, names))
    paths = {name: found[0] for name in names if (found := resolver.resolve(name, source))}
    files = Counter(
        folded(path.rpartition("/")[2]) for path, _, _ in _named(catalog, paths.values())
    )
    return {
        name: (path, files[folded(path.rpartition("/")[2])] == 1) for name, path in paths.items()
    }


def linked(catalog: Catalog, target: str, source: str) -> Row | None:
    """The note that a link leads to: of several that it could mean, the nearest.

    Args:
        catalog: Where names are looked up.
        target: As a link has it, without what stands behind `#`; "" is the note itself.
        source: The note that links.
    """
    from notekeep.markdown.resolve import Resolver

    if not target:
        return catalog.row(source)
    found = Resolver(_named(catalog, [target])).resolve(target, source)
    return catalog.row(found[0]) if found else None


def _named(catalog: Catalog, names: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    """Path, title and aliases of the notes that some names could mean."""
    keys = json.dumps([link_key(store_path(name)) for name in names])
    has_one = "id IN (SELECT note FROM names WHERE key IN (SELECT value FROM json_each(?)))"
    rows = catalog.rows_found(Condition(has_one, (keys,)))
    return [(row.path, row.title, row.aliases) for row in rows]


def resolve(catalog: Catalog, name: str, root: str) -> Row:
    """The one note that a name means: exactly, or as the beginning of one note's name.

    Raises:
        NotFound: No note has it.
        Ambiguous: Several have it.
    """
    row = exact(catalog, name, root)
    if row is not None:
        return row
    found = _beginning(catalog, name)
    if len(found) > 1:
        raise _several(name, found)
    if not found:
        raise NotFound(f"there is no note called {name!r}", _near(catalog, name))
    return found[0]


def several(catalog: Catalog, names: Sequence[str], root: str) -> list[Row]:
    """The notes that names mean, each one note, in their order and once each.

    Raises:
        NotFound: Some name is none of a note; all such are named.
        Ambiguous: A name could mean several notes.
    """
    found: dict[str, Row] = {}
    missing: dict[str, NotFound] = {}
    for name in names:
        try:
            row = resolve(catalog, name, root)
        except NotFound as error:
            missing[name] = error
            if len(missing) > SHOWN:
                break
        else:
            found[row.path] = row
    if len(missing) > 1:
        listed = ", ".join(map(repr, list(missing)[:SHOWN]))
        more = " and more" if len(missing) > SHOWN else ""
        raise NotFound(f"there are no notes called {listed}{more}", "`notekeep ls` lists the notes")
    for only in missing.values():
        raise only
    return list(found.values())


def words_as_names(catalog: Catalog, words: Sequence[str], root: str) -> Sequence[str]:
    """Names of notes as a shell hands them over: a name that nobody put in quotes comes in pieces.

    Returns:
        All words as one name where they are one together, else each as one.

    Raises:
        Ambiguous: They are the name of one note together, and each is one by itself.
    """
    whole = " ".join(words)
    if len(words) < 2 or exact(catalog, whole, root) is None:
        return words
    if all(exact(catalog, word, root) is not None for word in words):
        raise Ambiguous(f"{whole!r} could be one note or several:", [whole, *words], "use quotes")
    return [whole]


def select(catalog: Catalog, words: str, root: str, ask: Callable[[], list[Row]]) -> list[Row]:
    """The notes that words mean: one by its name, else all that they find as a query.

    Args:
        catalog: Where names are looked up.
        words: As typed.
        root: The vault.
        ask: Asks the words as a query.

    Raises:
        NotFound: Neither finds any.
        Ambiguous: They begin several names, and find nothing as a query.
        UsageError: They are no name, and no query that can be understood.
    """
    row = exact(catalog, words, root)
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


def _on_disk(name: str, root: str) -> str:
    """The vault path of a file that a name leads to from the working directory, or ""."""
    from notekeep.files.paths import vault_path

    if not (os.sep in name or name.endswith(".md")) or not os.path.isfile(name):
        return ""
    try:
        return vault_path(root, name)
    except Refused:
        return ""


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

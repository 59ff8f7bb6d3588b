"""What links mean, told from those notes alone that have a name of theirs.

A `Resolver` of all notes takes more than a kilobyte for each; those that a few links can mean are
found by the keys that the catalog keeps of all names.
"""

from __future__ import annotations

import json
from posixpath import normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.index.row import has_no_aliases
from notekeep.index.rows import link_key, load_path
from notekeep.query.fold import as_unicode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


class Named(NamedTuple):
    """A note that has one of the names that were asked for: its id in the catalog, and all names.

    Attributes:
        number: The id.
        path: Its path.
        title: Its title.
        aliases: Its other names.
    """

    number: int
    path: str
    title: str
    aliases: list[str]


def named(
    ask: Callable[[str, tuple[Any, ...]], Iterable[Any]], keys: Collection[str]
) -> list[Named]:
    """Find the notes that have a name with one of some keys.

    Args:
        ask: Runs a SELECT with values on the catalog.
        keys: The keys, as `link_key` makes them.
    """
    found = ask(
        "SELECT n.id, n.path, n.title, n.facts FROM notes n WHERE n.id IN"
        " (SELECT note FROM names WHERE key IN (SELECT value FROM json_each(?)))",
        (json.dumps([*keys]),),
    )
    return [
        Named(number, load_path(path), title, _aliases(facts))
        for number, path, title, facts in found
    ]


def _aliases(facts: str) -> list[str]:
    found: list[str] = [] if has_no_aliases(facts) else json.loads(facts)["aliases"]
    return found


def keys_of(target: str, from_path: str) -> set[str]:
    """The keys under which all notes are found that `Resolver.resolve` takes a target for.

    Args:
        target: As `Resolver.resolve` takes it; an empty one is the note itself.
        from_path: The note that links.
    """
    wanted = target.replace("\\", "/") or from_path
    places = [wanted]
    if "/" in wanted:
        # `a/b/..` is a place as well, and the last part of it another one.
        folder = from_path.rpartition("/")[0]
        places += [normpath(wanted.lstrip("/")), normpath(f"{folder}/{wanted}".lstrip("/"))]
    keys = {link_key(wanted)}
    for place in places:
        name = place.rpartition("/")[2]
        # A file `a.md.md` is meant by `a.md`, and `a .md` by `a `.
        keys |= {link_key(name), link_key(f"{name}.md")}
    return {as_unicode(key) for key in keys}

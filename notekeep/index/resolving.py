"""What links mean, told from those notes alone that have a name of theirs.

A `Resolver` of all notes takes more than a kilobyte for each; those that a few links can mean are
found by the keys that the catalog keeps of all names.
"""

from __future__ import annotations

import json
from posixpath import normpath
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.index.conditions import Condition
from notekeep.index.row import has_no_aliases
from notekeep.index.rows import link_key, load_path, store_path
from notekeep.index.store import parts
from notekeep.markdown.resolve import Resolver
from notekeep.query.fold import as_unicode

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.markdown.note import Value

LISTED = "role = 'note'"
LINKABLE = "role IN ('note', 'excluded')"
"""Which files are notes: those of lists, and those that a link may lead to."""


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


class NamesOfNotes:
    """Finds notes by path, and by what links call them, for an export.

    Each question goes to the catalog: the rows of all notes would be 16 MB at ten thousand.

    Args:
        catalog: What is asked; `Catalog.reading()` gives one whose answers belong together.
        withheld: Tells which notes must not be seen, given that.
    """

    def __init__(self, catalog: Catalog, withheld: Callable[[Catalog], frozenset[str]]) -> None:
        self.catalog = catalog
        self._withheld = withheld

    def known(self, paths: Iterable[str]) -> set[str]:
        """Return those of some paths at which there is a note."""
        return known(self.catalog, paths, LINKABLE)

    def paths(self) -> Iterable[str]:
        """Return the paths of all notes."""
        return (load_path(path) for (path,) in self.catalog.find("path", Condition(LINKABLE)))

    def rows(self, paths: Iterable[str]) -> Sequence[Row]:
        """Return the rows of notes, by title."""
        return self.catalog.rows_found(_at(paths, LINKABLE), "ORDER BY sort, path")

    def withheld(self) -> frozenset[str]:
        """Return the paths of the notes that must not be seen."""
        return self._withheld(self.catalog)

    def resolve(self, target: str, from_path: str) -> list[str]:
        """Return the notes that a target may mean, best first, as a `Resolver` of all would."""
        resolver = Resolver(())
        for one in named(self.catalog.ask, keys_of(target, from_path)):
            resolver.add(one.path, one.title, one.aliases)
        return resolver.resolve(target, from_path)


def known(catalog: Catalog, paths: Iterable[str], among: str = LISTED) -> set[str]:
    """Those of some paths at which the catalog has a note; of those that lists show, if not said.

    Args:
        catalog: What is asked.
        paths: The paths.
        among: LISTED or LINKABLE.
    """
    return {load_path(path) for (path,) in catalog.find("path", _at(paths, among))}


def _at(paths: Iterable[str], among: str) -> Condition:
    """Notes at some paths."""
    listed = json.dumps([*map(store_path, paths)])
    sql = f"{among} AND path IN (SELECT value FROM json_each(?))"  # noqa: S608 - one of ours
    return Condition(sql, (listed,))


def withheld(
    catalog: Catalog, fields: Sequence[str], judge: Callable[[Mapping[str, Value]], bool]
) -> frozenset[str]:
    """The notes that are private, or whose front matter is judged to be no matter for others.

    Args:
        catalog: What is asked.
        fields: Names of fields; front matter that can have none of them is not read.
        judge: Judges the fields of a note.
    """

    def judged(found: sqlite3.Cursor) -> frozenset[str]:
        return frozenset(
            load_path(path)
            for part in parts(found)
            for path, facts in part
            if facts is None or judge(json.loads(facts)["fields"])
        )

    # A key is spelt so in JSON wherever it stands; in a text its quotes would be escaped. So notes
    # without any are told without being read, and never one that has one.
    names: tuple[Any, ...] = tuple(map(json.dumps, fields))
    may_have = " OR ".join(["instr(facts, ?)"] * len(names)) or "0"
    sql = (
        "SELECT path, CASE WHEN private THEN NULL ELSE facts END FROM notes"  # noqa: S608 - no words of a person
        f" WHERE {LINKABLE} AND (private OR {may_have})"
    )
    return catalog.made_of(judged, sql, names)

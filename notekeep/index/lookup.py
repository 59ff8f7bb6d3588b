"""Notes looked up in the catalog as they are needed, where few of all are.

To plan an export takes of ten thousand notes those that its links can mean and those that must not
be seen. The rows of all would be 16 MB, and some 100 ms of Python in which no key is answered.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notekeep.index.conditions import Condition
from notekeep.index.resolving import keys_of, named
from notekeep.index.rows import load_path, store_path
from notekeep.index.store import parts
from notekeep.markdown.resolve import Resolver

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.markdown.note import Value

LISTED = "role = 'note'"
LINKABLE = "role IN ('note', 'excluded')"
"""Which files are notes: those of lists, and those that a link may lead to."""

MOST_NAMED = 5_000
"""So many notes are kept for links to come, in some 5 MB; then it begins anew."""


class Lookup:
    """Looks up notes by path, and by what links call them.

    Args:
        catalog: What is asked; a `Snapshot`, where the answers belong together.
        withheld: Tells which notes must not be seen, given that.
    """

    def __init__(self, catalog: Catalog, withheld: Callable[[Catalog], frozenset[str]]) -> None:
        self._catalog = catalog
        self._find_withheld = withheld
        self._withheld: frozenset[str] | None = None
        self._linked: _Linked | None = _Linked()

    def known(self, paths: Iterable[str]) -> set[str]:
        """Those of some paths at which there is a note."""
        return known(self._catalog, paths, LINKABLE)

    def paths(self) -> Iterable[str]:
        """The paths of all notes."""
        return (load_path(path) for (path,) in self._catalog.find("path", Condition(LINKABLE)))

    def rows(self, paths: Iterable[str]) -> Sequence[Row]:
        """The rows of notes, by title."""
        return self._catalog.rows_found(_at(paths, LINKABLE), "ORDER BY sort, path")

    def withheld(self) -> frozenset[str]:
        """The paths of the notes that must not be seen."""
        if self._linked is None:
            return self._find_withheld(self._catalog)
        if self._withheld is None:
            self._withheld = self._find_withheld(self._catalog)
        return self._withheld

    def expect(self, targets: Iterable[str], from_path: str) -> None:
        """Look up at once what will be asked for one by one; see `resolve`."""
        if self._linked is not None:
            keys = {key for target in {*targets} for key in keys_of(target, from_path)}
            self._linked = self._linked.knowing(keys, self._catalog)

    def resolve(self, target: str, from_path: str) -> list[str]:
        """The notes that a target may mean, best first, as a `Resolver` of all notes tells them."""
        keys = keys_of(target, from_path)
        if self._linked is None:
            return _Linked().knowing(keys, self._catalog).resolver.resolve(target, from_path)
        linked = self._linked = self._linked.knowing(keys, self._catalog)
        return linked.resolver.resolve(target, from_path)

    def let_go(self, catalog: Catalog) -> None:
        """Keep nothing from here on, and ask this one: what comes late is answered as of then."""
        self._linked, self._withheld, self._catalog = None, None, catalog


class _Linked:
    """The notes that links with some keys can mean."""

    def __init__(self) -> None:
        self.resolver = Resolver(())
        self._keys: set[str] = set()
        self._paths: set[str] = set()

    def knowing(self, keys: set[str], catalog: Catalog) -> _Linked:
        """Itself, knowing these keys too; another in its place where it would know too many."""
        new = keys - self._keys
        if not new:
            return self
        if len(self._paths) > MOST_NAMED or len(self._keys) > 2 * MOST_NAMED:
            return _Linked().knowing(keys, catalog)
        for one in named(catalog.ask, new):
            if one.path not in self._paths:
                self._paths.add(one.path)
                self.resolver.add(one.path, one.title, one.aliases)
        # Only now may another thread that asks take them for known.
        self._keys |= new
        return self


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

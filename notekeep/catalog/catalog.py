"""The catalog: facts about notes in SQLite, and the rows of lists.

It is a cache that is rebuilt from the notes. The only full text in it is that of attached files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from notekeep.catalog.conditions import (
    LINKABLE,
    LISTED,
    Condition,
    condition,
    ordering,
    roles,
)
from notekeep.catalog.connection import Connection
from notekeep.catalog.records import (
    ROW_COLUMNS,
    Backlink,
    LinkRow,
    Row,
    link_key,
    load_path,
    store_path,
)
from notekeep.errors import Problem
from notekeep.log_folders import HABIT_LOG
from notekeep.query.tree import And, KnownPaths, Node, Not, Or, Order, children
from notekeep.storage.scan import StatMark

DEEP = 20
"""Deeper trees are evaluated in Python, because SQLite's parser has a depth limit."""

_EVERY = Condition("1")


class Catalog(Connection):
    """The catalog of one vault. Several threads may read from it.

    A condition of None matches every note. Logs and templates match only if a condition asks for
    them. Conditions with words raise TypeError.
    """

    def rows(
        self,
        node: Node | None = None,
        order: Sequence[Order] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[int, list[Row]]:
        """Return the number of matching notes, and a sorted page of them; ties sort by title."""
        rows = self.page(node, order, limit, offset)
        is_last = len(rows) != limit and bool(rows or not offset)
        return offset + len(rows) if is_last else self.count(node), rows

    def page(
        self, node: Node | None, order: Sequence[Order], limit: int | None, offset: int
    ) -> list[Row]:
        """Return the same page without the count, which doubles the time in a large vault."""
        by = ordering(order)
        least = -1 if limit is None else limit
        return self.select_rows(
            self.where(node), f"ORDER BY {by.sql} LIMIT ? OFFSET ?", (*by.values, least, offset)
        )

    def count(self, node: Node | None = None) -> int:
        """Count the notes that match a condition."""
        return int(self.find("count(*)", self.where(node))[0][0])

    def paths(self, node: Node | None) -> frozenset[str]:
        """Return the paths of the notes that match."""
        return self._paths(self.where(node))

    def row(self, path: str) -> Row | None:
        """Return the row of one file of any role."""
        return next(iter(self.select_rows(Condition("path = ?", (store_path(path),)))), None)

    def rows_of(self, paths: Iterable[str]) -> dict[str, Row]:
        """Return the rows of notes by path, without unknown paths."""
        where = condition(KnownPaths(frozenset(paths)))
        return {row.path: row for row in self.select_rows(where)}

    def rows_in_order(self, stored: Sequence[str]) -> list[Row]:
        """Return the rows of notes in the order of their stored paths."""
        rows = self.rows_of(map(load_path, stored))
        return [rows[path] for path in map(load_path, stored) if path in rows]

    def named(self, name: str, *, in_lists: bool = False) -> list[Row]:
        """Return the notes with this file name, title or alias; `in_lists`: only listed notes."""
        has_it = "id IN (SELECT note FROM names WHERE key = ?)"
        among = f"{LISTED} AND {has_it}" if in_lists else has_it
        where = Condition(among, (link_key(store_path(name)),))
        return self.select_rows(where, "ORDER BY path")

    def names(self, where: Condition | None = None) -> list[tuple[str, str, list[str]]]:
        """Return path, title and aliases of notes, by default of all that links can target."""
        what = "path, title, json_extract(facts, '$.aliases')"
        found = self.find(what, where or Condition(LINKABLE), "ORDER BY sort, path")
        return [(load_path(path), title, json.loads(names)) for path, title, names in found]

    def titles(self) -> list[str]:
        """Return the titles and aliases of all notes."""
        found = self.ask(
            "SELECT title FROM notes WHERE role = 'note' UNION ALL SELECT item.value FROM notes,"
            " json_each(notes.facts, '$.aliases') AS item WHERE notes.role = 'note'"
        )
        return [title for (title,) in found]

    def tag_counts(self) -> dict[str, int]:
        """Count the notes with each tag or one of its children, sorted by tag, parents first."""
        found = self.ask(
            "SELECT min(name), count(*) FROM tags GROUP BY tag ORDER BY replace(tag, '/', char(1))"
        )
        return dict(found)

    def field_names(self) -> dict[str, str]:
        """Return the fields of all notes with their types; "any" if the types differ."""
        types: dict[str, set[str]] = {}
        for name, kind in self.ask(
            "SELECT name, type FROM (SELECT DISTINCT key, type FROM fields) JOIN keys USING (key)"
        ):
            types.setdefault(name, set()).add(kind)
        return {
            name: found.pop() if len(found) == 1 else "any" for name, found in sorted(types.items())
        }

    def links(self, path: str) -> list[LinkRow]:
        """Return the links in a note in order, with their targets."""
        return self._links("n.path = ?", (store_path(path),)).get(path, [])

    def all_links(self) -> dict[str, list[LinkRow]]:
        """Return the links in all listed notes, by path."""
        return self._links("n.role = 'note'", ())

    def _links(self, where: str, values: Sequence[Any]) -> dict[str, list[LinkRow]]:
        rows = self.ask(
            "SELECT n.path, l.line, l.target, t.path, l.state, l.heading, l.text, l.embed"  # noqa: S608 - the condition is one of two above
            " FROM links l JOIN notes n ON n.id = l.note LEFT JOIN notes t ON t.id = l.found"
            f" WHERE {where} ORDER BY l.rowid",
            values,
        )
        found: dict[str, list[LinkRow]] = {}
        for path, line, target, to, state, heading, text, embed in rows:
            link = LinkRow(line, target, to and load_path(to), state, heading, text, embed == 1)
            found.setdefault(load_path(path), []).append(link)
        return found

    def backlinks(self, path: str) -> list[Backlink]:
        """Return the links from other notes to a note, sorted by their title, then line."""
        found = self.ask(
            "SELECT n.path, n.title, l.line, l.text FROM links l JOIN notes n ON n.id = l.note"
            " JOIN notes t ON t.id = l.found WHERE t.path = ? AND n.id <> t.id"
            " ORDER BY n.sort, n.path, l.line",
            (store_path(path),),
        )
        return [Backlink(load_path(source), *rest) for source, *rest in found]

    def headings(self, path: str) -> list[tuple[int, int, str]]:
        """Return the headings of a note: line in the file (from 1), level, text."""
        return self.ask(
            "SELECT h.line, h.level, h.text FROM headings h JOIN notes n ON n.id = h.note"
            " WHERE n.path = ? ORDER BY h.line",
            (store_path(path),),
        )

    def attached(self, path: str) -> list[tuple[str, str]]:
        """Return the path and text of each PDF file that a note links to."""
        sql = (
            "SELECT path, text FROM attached WHERE path IN"
            " (SELECT path FROM attached_to WHERE note = ?) ORDER BY path"
        )
        return [(load_path(file), text) for file, text in self.ask(sql, (store_path(path),))]

    def problems(self, *, links: bool = True) -> list[Problem]:
        """Return all problems of the vault, by path and line; `links` adds broken links."""
        # Problems of the habit log are reported by `habit_problems.py`.
        found = [
            Problem(load_path(path), *rest)
            for path, *rest in self.ask(
                "SELECT path, line, message, hint, code, col FROM problems WHERE source <> 'habit'"
            )
        ]
        if links:
            found += [
                link_problem(load_path(path), *rest) for path, *rest in self.ask(_UNCLEAR_LINKS)
            ]
        return sorted(found, key=lambda one: (one.path, one.line or 0, one.code, one.message))

    def conflicts(self) -> dict[str, str]:
        """Return all conflict copies, each with its original."""
        found = self.ask("SELECT path, original FROM conflicts ORDER BY path")
        return {load_path(copy): load_path(of) for copy, of in found}

    def marks(self) -> dict[str, StatMark]:
        """Return the fingerprint of every indexed file, by path."""
        return self.collect(_marks, "SELECT path, size, mtime_ns, ctime_ns, inode FROM notes")

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the hashes of known files as of the last read."""
        found = self.find("path, digest", condition(KnownPaths(frozenset(paths))))
        return {load_path(path): digest for path, digest in found}

    @property
    def generation(self) -> int:
        """A number that increases with each change that lists may show."""
        return int(self.meta("generation") or 0)

    def meta(self, key: str) -> str | None:
        """Return a value of the catalog itself, such as "generation", "born" or "words"."""
        found = self.ask("SELECT value FROM meta WHERE key = ?", (key,))
        return found[0][0] if found else None

    def dirty(self) -> dict[str, int]:
        """Return the notes that are outdated in the full-text index, each with its generation."""
        return {load_path(path): at for path, at in self.ask("SELECT path, generation FROM dirty")}

    def unsettled(self) -> bool:
        """Whether a refresh was interrupted before it resolved all links."""
        return bool(self.ask("SELECT 1 FROM links WHERE state = 'unsettled' LIMIT 1"))

    def has_unread_logs(self) -> bool:
        """Whether any habit log is not in the tables yet."""
        return bool(
            self.ask(
                "SELECT 1 FROM notes WHERE role = 'log' AND path LIKE ?"
                " AND path NOT IN (SELECT path FROM habit_files) LIMIT 1",
                (f"{HABIT_LOG}/%",),
            )
        )

    def find(
        self,
        what: str,
        where: Condition,
        more: str = "",
        values: Sequence[Any] = (),
        join: str = "",
    ) -> list[Any]:
        """Run a SELECT over all `notes`; `more` follows the condition, with its `values`."""
        return self.ask(*_select_sql(what, where, more, values, join))

    def select_rows(
        self, where: Condition, more: str = "", values: Sequence[Any] = ()
    ) -> list[Row]:
        """Return the rows that match a condition."""
        statement = _select_sql(", ".join(ROW_COLUMNS), where, more, values)
        return self.collect(lambda found: [*map(Row.of, found)], *statement)

    def where(self, node: Node | None) -> Condition:
        """Convert a tree of facts to an SQL condition for `find`."""
        listed = ", ".join(f"'{role}'" for role in roles(node))
        among = f"role IN ({listed})" if "," in listed else f"role = {listed}"
        if node is None:
            return Condition(among)
        if _depth(node) > DEEP:
            node = KnownPaths(self._evaluate(node))
        inner = condition(node)
        return Condition(f"{among} AND ({inner.sql})", inner.values)

    def _paths(self, where: Condition) -> frozenset[str]:
        return frozenset(load_path(path) for (path,) in self.find("path", where))

    def _evaluate(self, node: Node) -> frozenset[str]:
        match node:
            case And(parts):
                return frozenset.intersection(*map(self._evaluate, parts))
            case Or(parts):
                return frozenset.union(*map(self._evaluate, parts))
            case Not(part):
                return self._paths(_EVERY) - self._evaluate(part)
            case _:
                return self._paths(condition(node))


# Links in front matter are stored on line 1, which has body links only without front matter.
_UNCLEAR_LINKS = (
    "SELECT n.path, l.line, l.target, l.state, l.line = 1 AND EXISTS (SELECT 1 FROM fields f"
    " WHERE f.note = n.id AND f.type IN ('text', 'list')) FROM links l JOIN notes n"
    " ON n.id = l.note WHERE l.state IN ('broken', 'ambiguous') AND n.role = 'note'"
)


def link_problem(path: str, line: int, target: str, state: str, in_property: int) -> Problem:
    """Return the problem of a broken or ambiguous link."""
    code, message = "broken-link", f'There is no note "{target}".'
    hint = "Fix the name, or create the note."
    if state == "broken" and in_property:
        code, hint = "broken-property", ""  # often left open on purpose, as a topic
    elif state == "ambiguous":
        code = "ambiguous-link"
        message = f'"{target}" matches several notes; the nearest one is used.'
        hint = "Add the folder before the name."
    return Problem(path, line, message, hint, code)


def _marks(found: Iterable[tuple[str, int, int, int, int]]) -> dict[str, StatMark]:
    """Return fingerprints by path; optimized for many files."""
    marks: dict[str, StatMark] = {}
    for path, size, mtime, ctime, inode in found:
        name = path if path.isascii() else load_path(path)
        marks[name] = (size, mtime, ctime, inode if inode >= 0 else inode + (1 << 64))
    return marks


def _select_sql(
    what: str, where: Condition, more: str, values: Sequence[Any], join: str = ""
) -> tuple[str, tuple[Any, ...]]:
    # Columns and conditions are constants of this package; user input is only in the values.
    sql = f"SELECT {what} FROM notes {join} WHERE {where.sql} {more}"  # noqa: S608 - see above
    return sql, (*where.values, *values)


def _depth(node: Node) -> int:
    """Return the depth of a tree. The grammar limits it, so recursion is safe."""
    return 1 + max(map(_depth, children(node)), default=0)

"""Changes to the catalog, as transactions.

Transactions begin with BEGIN IMMEDIATE, because SQLite refuses to upgrade a read transaction after
another process has written, whatever the timeout.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from notekeep.catalog.database import NOTE_TABLES, TABLES
from notekeep.catalog.records import (
    HAS_NAME,
    Cells,
    Record,
    link_state,
    load_path,
    note_row,
    signed,
    store_path,
    table_rows,
)
from notekeep.markdown.note_names import Resolver
from notekeep.query.folding import as_unicode

if TYPE_CHECKING:
    import sqlite3

    from notekeep.catalog.attached_text import FileLink
    from notekeep.errors import Problem
    from notekeep.storage.scan import Fingerprint


class Writer:
    """One transaction; see `Connection.writing`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._changed = False

    def upsert(self, records: Collection[Record]) -> None:
        """Insert or replace files."""
        stored = [store_path(record.path) for record in records]
        # Notes that are no longer listed must be removed from the full-text index, too.
        numbers, were = self._known(stored)
        following = self._value("SELECT coalesce(max(id), 0) FROM notes") + 1
        self._forget(numbers.values(), stored)
        rows: dict[str, list[Cells]] = defaultdict(list)
        keys: set[str] = set()
        for path, record in zip(stored, records, strict=True):
            number = numbers.get(path)
            if number is None:
                number, following = following, following + 1
            row = note_row(record, number)
            rows["notes"].append(tuple(row[column] for column in TABLES["notes"]))
            for table, cells in table_rows(record, number):
                rows[table].append(cells)
                if table == "names":
                    keys.add(cells[0])
        known = {key for (key,) in self.connection.execute("SELECT key FROM keys")}
        spelt: dict[str, str] = dict(rows["keys"])
        rows["keys"] = [(key, name) for key, name in spelt.items() if key not in known]
        for table in TABLES:
            self._insert(table, rows[table])
        self._unsettle(keys)
        self._changed = self._changed or bool(records)
        notes = {store_path(one.path) for one in records if one.role == "note"}
        self._mark_dirty([path for path in stored if path in notes or path in were])

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files."""
        stored = [store_path(path) for path in paths]
        numbers, notes = self._known(stored)
        self._forget(numbers.values(), stored)
        self._changed = self._changed or bool(numbers)
        self._mark_dirty(notes)

    def touch(self, fingerprints: Mapping[str, Fingerprint]) -> None:
        """Update the fingerprints of files with unchanged content."""
        self.connection.executemany(
            "UPDATE notes SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ? WHERE path = ?",
            [
                (mark.size, mark.mtime_ns, mark.ctime_ns, signed(mark.inode), store_path(path))
                for path, mark in fingerprints.items()
            ],
        )

    def set_conflicts(self, conflicts: Mapping[str, str]) -> None:
        """Replace the list of conflict copies, each with its original."""
        rows = [(store_path(copy), store_path(of)) for copy, of in conflicts.items()]
        before = self.connection.execute("SELECT path, original FROM conflicts").fetchall()
        if sorted(before) != sorted(rows):
            self.connection.execute("DELETE FROM conflicts")
            self._insert("conflicts", rows)
            self._changed = True

    def set_attached(self, links: Collection[FileLink]) -> None:
        """Replace the links to attached files."""
        sql = "SELECT note, path FROM attached_to"
        before = {*self.connection.execute(sql)}
        self.connection.execute("DELETE FROM attached_to")
        self._insert("attached_to", sorted(links))
        self._drop_unlinked()
        self._mark_changed({note for note, _ in before ^ {*self.connection.execute(sql)}})

    def store_attached(self, path: str, mark: str, text: str, problem: str) -> None:
        """Store the text of an attached file, if a note still links to it.

        `mark` is its size and time; `problem` explains why the text is missing or incomplete.
        """
        sql = "SELECT note FROM attached_to WHERE path = ?"
        if notes := {note for (note,) in self.connection.execute(sql, (path,))}:
            self.connection.execute("DELETE FROM attached WHERE path = ?", (path,))
            self._insert("attached", [(path, mark, text, problem)])
            self._mark_changed(notes)

    def store_recalls(self, rows: Collection[Cells], keys: Collection[str]) -> None:
        """Store review states of passages, and delete those of passages that are not in `keys`."""
        self.connection.execute(
            "DELETE FROM recalls WHERE key NOT IN (SELECT value FROM json_each(?))",
            (json.dumps([*keys]),),
        )
        dropped = [(key,) for key, *_ in rows]
        self.connection.executemany("DELETE FROM recalls WHERE key = ?", dropped)
        self._insert("recalls", rows)

    def set_unreadable(self, problems: Iterable[Problem]) -> None:
        """Replace the problems of unreadable files and folders."""
        self.connection.execute("DELETE FROM problems WHERE source = 'sweep'")
        rows = [
            (
                *(store_path(one.path), "sweep", one.line),
                *(as_unicode(one.message), as_unicode(one.hint), one.code, one.column),
            )
            for one in problems
        ]
        self._insert("problems", rows)

    def settle_links(self) -> None:
        """Resolve new links, and links whose target may have changed."""
        rows = self.connection.execute(
            "SELECT l.rowid, l.target, l.key, n.path, l.embed FROM links l"
            " JOIN notes n ON n.id = l.note"
            " WHERE l.state = 'unsettled' ORDER BY l.rowid"
        ).fetchall()
        if not rows:
            return
        resolver, numbers = self._resolver({key for _, _, key, _, _ in rows})
        settled: list[tuple[str, int | None, int]] = []
        for rowid, target, key, path, embed in rows:
            found = resolver.resolve(target, load_path(path)) if key else []
            state = link_state(target, len(found), embed=embed)
            settled.append((state, numbers[found[0]] if found else None, rowid))
        self.connection.executemany(
            "UPDATE links SET state = ?, found = ? WHERE rowid = ?", settled
        )

    def set_meta(self, **values: str) -> None:
        """Set values of the catalog itself."""
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def mark_indexed_until(self, generation: int) -> None:
        """Record that the full-text index is up to date with a generation."""
        self.connection.execute("DELETE FROM dirty WHERE generation <= ?", (generation,))
        self.set_meta(words=str(generation))

    def finish(self) -> None:
        """Increment the generation if anything changed that lists may show."""
        if self._changed:
            self._drop_unlinked()
            self.set_meta(generation=str(self._next_generation()))

    def _known(self, stored: Iterable[str]) -> tuple[dict[str, int], set[str]]:
        """Return the ids of known files by path, and the paths of listed notes."""
        found = self.connection.execute(
            "SELECT path, id, role FROM notes WHERE path IN (SELECT value FROM json_each(?))",
            (json.dumps(list(stored)),),
        ).fetchall()
        numbers = {path: number for path, number, _ in found}
        return numbers, {path for path, _, role in found if role == "note"}

    def _forget(self, numbers: Collection[int], stored: Iterable[str]) -> None:
        self.connection.executemany(
            "DELETE FROM problems WHERE path = ? AND source = 'note'", [(path,) for path in stored]
        )
        if not numbers:
            return
        listed = [(number,) for number in numbers]
        names = "SELECT key FROM names WHERE note IN (SELECT value FROM json_each(?))"
        keys = {key for (key,) in self.connection.execute(names, (json.dumps(list(numbers)),))}
        for table in NOTE_TABLES:
            self.connection.executemany(f"DELETE FROM {table} WHERE note = ?", listed)  # noqa: S608 - a constant
        self.connection.executemany("DELETE FROM notes WHERE id = ?", listed)
        self._unsettle(keys)

    def _unsettle(self, keys: Collection[str]) -> None:
        """Mark links with these keys as unresolved, in the database, to survive a crash."""
        self.connection.executemany(
            "UPDATE links SET state = 'unsettled', found = NULL WHERE key = ? AND state <> 'web'",
            [(key,) for key in keys],
        )

    def _drop_unlinked(self) -> None:
        """Delete removed links to attached files, and the text of files without a link."""
        self.connection.execute(
            "DELETE FROM attached_to WHERE NOT EXISTS (SELECT 1 FROM notes n JOIN links l"
            " ON l.note = n.id WHERE n.path = attached_to.note AND l.target = attached_to.target)"
        )
        self.connection.execute(
            "DELETE FROM attached WHERE path NOT IN (SELECT path FROM attached_to)"
        )

    def _mark_changed(self, stored: Collection[str]) -> None:
        self._changed = self._changed or bool(stored)
        self._mark_dirty(stored)

    def _mark_dirty(self, stored: Collection[str]) -> None:
        generation = self._next_generation() if stored else 0
        self.connection.executemany(
            "INSERT OR REPLACE INTO dirty VALUES (?, ?)", [(path, generation) for path in stored]
        )

    def _next_generation(self) -> int:
        return int(self._value("SELECT value FROM meta WHERE key = 'generation'")) + 1

    def _resolver(self, keys: Collection[str]) -> tuple[Resolver, dict[str, int]]:
        """Return a resolver for the notes that links with these keys may refer to."""
        found = self.connection.execute(
            f"SELECT id, path, title, json_extract(facts, '$.aliases') FROM notes WHERE {HAS_NAME}",  # noqa: S608 - a constant
            (json.dumps([*keys]),),
        )
        resolver, numbers = Resolver(()), {}
        for number, stored, title, aliases in found:
            path = load_path(stored)
            resolver.add(path, title, json.loads(aliases))
            numbers[path] = number
        return resolver, numbers

    def _value(self, sql: str) -> Any:
        return self.connection.execute(sql).fetchone()[0]

    def _insert(self, table: str, rows: Collection[Cells]) -> None:
        marks = ", ".join("?" * len(TABLES[table]))
        self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - a constant

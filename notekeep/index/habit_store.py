"""The file in which habits are indexed: small, apart from the catalog, and opened in a moment.

Like the catalog it is derived and never migrated: one of another version, or a damaged one, is
set aside and built again. Where it cannot be written at all it lives in memory, because a check-in
must not fail for the sake of a cache.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from notekeep.index.habit_blocks import TABLE as BLOCKS
from notekeep.index.schema import is_busy, is_damage, journal_mode

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "habits.db"
APPLICATION_ID = 0x6E6B6862  # "nkhb"
VERSION = 3
"""Goes up whenever a table, or what is written into one, changes its meaning."""

PATIENCE = 1.0
"""Seconds that another writer is waited for; it needs milliseconds."""

TABLES = f"""
CREATE TABLE files(
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mark TEXT NOT NULL,
    breaks INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT;
{BLOCKS}
CREATE TABLE reports(
    file INTEGER NOT NULL, line INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    fix TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX reports_of_file ON reports(file);
CREATE TABLE definitions(
    path TEXT PRIMARY KEY, mark TEXT NOT NULL, sum INTEGER NOT NULL, fields TEXT, problem TEXT,
    line INTEGER
) STRICT;
CREATE TABLE habits(
    name TEXT PRIMARY KEY, basis TEXT NOT NULL, first INTEGER NOT NULL,
    codes BLOB NOT NULL, amounts BLOB NOT NULL
) STRICT;
"""
"""`mark` is a fingerprint, `sum` the CRC-32 of a file's bytes, `breaks` how many lines end in it.
`name` is a folded name, `text` a line of the log. `fields` is the front matter that defines a
habit, as JSON, or NULL. `basis` is what the days were folded with: unit and names."""


class HabitStore:
    """The index file of one vault's habits.

    Attributes:
        trouble: Why it lives in memory, as a sentence; "" when it lies in its file.
    """

    def __init__(self, cache: str) -> None:
        self.trouble = ""
        self._path = os.path.join(cache, FILE)
        self._connection: sqlite3.Connection | None = None
        self._inode = -1

    @property
    def connection(self) -> sqlite3.Connection:
        """The open file; an empty one where there was none that can be used."""
        if self._connection is None or self._is_gone():
            self.close()
            self._connection = self._open()
        return self._connection

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def version(self) -> int:
        """A number that changes when another program has written to the file."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it happens, or nothing.

        Raises:
            sqlite3.Error: Another program is writing, or the disk does not let us.
        """
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def give_way(self, error: sqlite3.Error) -> None:
        """Go on after an error: in an empty file when this one is damaged, else in memory."""
        self.close()
        if is_damage(error):
            self._set_aside()
            return
        reason = "another program is using it" if is_busy(error) else str(error)
        self._use_memory(f"{self._path}: {reason}")

    def _open(self) -> sqlite3.Connection:
        for _ in range(2):
            try:
                return self._opened()
            except sqlite3.Error as error:
                if not is_damage(error):
                    return self._use_memory(f"{self._path}: {error}")
                self._set_aside()
            except OSError as error:
                return self._use_memory(f"{self._path}: {error.strerror}")
        return self._use_memory(f"{self._path}: damaged")

    def _opened(self) -> sqlite3.Connection:
        connection = _connect_private(self._path)
        try:
            if not _is_ours(connection):
                connection.close()
                self._set_aside()
                connection = _connect_private(self._path)
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute(f"PRAGMA journal_mode = {journal_mode(self._path)}")
            connection.execute("PRAGMA synchronous = NORMAL")
            _make_tables(connection)
            self._inode = os.stat(self._path).st_ino
        except BaseException:
            connection.close()
            raise
        self.trouble = ""
        return connection

    def _use_memory(self, trouble: str) -> sqlite3.Connection:
        self.trouble = trouble
        self._connection = _connect(":memory:")
        _make_tables(self._connection)
        return self._connection

    def _is_gone(self) -> bool:
        """Whether somebody deleted the cache while it was open."""
        if self.trouble:
            return False
        try:
            return os.stat(self._path).st_ino != self._inode
        except OSError:
            return True

    def _set_aside(self) -> None:
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{self._path}{end}", f"{self._path}{end}.old")


def _connect_private(path: str) -> sqlite3.Connection:
    """Open a file, made for its owner only: SQLite would leave that to the umask."""
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    return _connect(path)


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether a file is empty or of this version."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return (application, version) == (APPLICATION_ID, VERSION) or not tables


def _make_tables(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise

"""Connections to the catalog: one reader for the main thread, one for all others, and a writer.

Thanks to SQLite's write-ahead log, readers never wait for a writer. The main thread never waits for
a query of another thread, because that would delay key presses.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from typing import Any, Self, TypeVar
from urllib.parse import quote

from notekeep.background import yield_to_ui
from notekeep.catalog import database
from notekeep.catalog.writer import Writer
from notekeep.errors import Failure, UsageError

T = TypeVar("T")

MARK = "catalog.writing"

ANALYSED_ROWS = 400
"""Number of rows of each index to sample, which takes 20 ms in a vault of 10,000 notes."""

PART_ROWS = 1_000

CACHE_KB = 512
"""The cache of a reader. SQLite's default of 2,000 helps little, because the system caches too."""

SQL_ROWS = 10_000
"""Maximum number of rows of `notekeep sql`."""
SQL_LENGTH = 1 << 26
"""Maximum length of a text in `notekeep sql`, because SQLite checks the time between steps only."""
SQL_STEPS = 10_000
_SQL_READS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_SQL_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info"})


class ReadConnection:
    """A read connection for one thread at a time, guarded by its lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None
        self.inode = -1  # of the open file
        self.is_stale = False  # whether the file was removed, so that the next query reopens it

    def close(self) -> None:
        """Close the file. The caller must hold the lock."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.is_stale = False


class Connection:
    """The catalog file of one vault; `rebuilt` counts the damaged files set aside.

    `today` is the SQL function `today()`, for tasks that start later.
    """

    def __init__(
        self, folder: str | os.PathLike[str], today: Callable[[], date] = date.today
    ) -> None:
        self.folder = os.fspath(folder)
        self.rebuilt = 0
        self._today = today
        self._path = os.path.join(self.folder, database.CATALOG_FILE)
        self._of_main = ReadConnection()
        self._of_others = ReadConnection()
        self._is_moment = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next query opens it again."""
        for reader in (self._of_main, self._of_others):
            with reader.lock:
                reader.close()

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Yield a snapshot of the catalog, valid until the end of the `with`.

        Without a write-ahead log (see `database.journal_mode`), writers wait for it. Queries raise
        Failure if the file cannot be read, because in an empty catalog no note would be private.
        """
        with type(self)(self.folder, self._today) as moment:
            moment._begin()  # noqa: SLF001 - of the same class
            yield moment

    def _begin(self) -> None:
        """Start the snapshot, which all threads share."""
        self._is_moment = True
        reader = self._of_main = self._of_others
        with reader.lock:
            try:
                connection = self._connection(reader)
                connection.execute("BEGIN")
                # SQLite takes the snapshot at the first query, not at BEGIN.
                connection.execute("SELECT count(*) FROM meta").fetchone()
            except sqlite3.DatabaseError as error:
                self._recover(error)
            if self.rebuilt:
                raise self._damaged()

    def _damaged(self) -> Failure:
        return Failure(f"{self._path}: was damaged and has been moved aside.", "Try again.")

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one SELECT. A damaged catalog is replaced with an empty one; raises Failure."""
        return self.collect(list, sql, values)

    def collect(
        self, make: Callable[[Iterator[Any]], T], sql: str, values: Sequence[Any] = ()
    ) -> T:
        """Run one SELECT, call `make` with its rows, and return the result."""
        yield_to_ui()
        reader = self._reader()
        with reader.lock:
            try:
                return make(_rows(self._connection(reader).execute(sql, values)))
            except sqlite3.DatabaseError as error:
                self._recover(error)
            return make(_rows(self._connection(reader).execute(sql, values)))

    def sql(self, query: str, timeout: float = 10) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a user's SELECT; return its column names and at most SQL_ROWS rows.

        It cannot change anything, open other files or take longer than `timeout` seconds. Raises
        UsageError for forbidden or invalid SQL.
        """
        if query.strip().rstrip(";") == ".tables":
            query = (
                "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        self.reopen_if_replaced()
        connection = sqlite3.connect(f"file:{quote(self._path)}?mode=ro", uri=True)
        end = time.monotonic() + timeout
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, SQL_LENGTH)
            connection.set_authorizer(_only_read)
            connection.set_progress_handler(lambda: time.monotonic() > end, SQL_STEPS)
            found = connection.execute(query)
            heads = [column[0] for column in found.description or ()]
            return heads, found.fetchmany(SQL_ROWS)
        except (sqlite3.Error, sqlite3.Warning) as error:
            message, hint = f"SQLite says: {error}.", "`notekeep sql .tables` shows the tables."
            if time.monotonic() > end:
                message = f"The query was stopped after {timeout:g} seconds."
                hint = "A WHERE or a LIMIT makes it shorter."
            elif getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
                message = "`sql` can only read the catalog."
            raise UsageError(message, hint, text=query) from error
        finally:
            connection.close()

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[Writer]:
        """Begin a transaction. Raises Failure if another process writes for `wait` seconds."""
        self.reopen_if_replaced()
        try:
            connection = database.connect(self._path, wait)
            with closing(connection), database.transaction(connection):
                writer = Writer(connection)
                yield writer
                writer.finish()
        except sqlite3.DatabaseError as error:
            self._recover(error)
            raise self._damaged() from error

    def analyze(self) -> None:
        """Update SQLite's statistics, which makes finding a tag ten times as fast."""
        with self.writing() as writer:
            writer.connection.execute(f"PRAGMA analysis_limit = {ANALYSED_ROWS}")
            writer.connection.execute("ANALYZE")

    def check(self) -> bool:
        """Return whether the file is intact (1 ms per MB); set a damaged file aside."""
        before = self.rebuilt
        found = self.ask("PRAGMA quick_check(1)")
        if found != [("ok",)] and self.rebuilt == before:
            self._set_aside()
        return self.rebuilt == before

    @contextmanager
    def marked(self) -> Iterator[None]:
        """Keep a marker file in the folder during a long write."""
        # The marker survives a power failure, after which SQLite's last writes may be missing.
        mark = os.path.join(self.folder, MARK)
        os.close(os.open(mark, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                os.remove(mark)

    def was_interrupted(self) -> bool:
        """Whether a marker exists: a write was interrupted or is running."""
        return os.path.exists(os.path.join(self.folder, MARK))

    def clear(self) -> None:
        """Replace the catalog with an empty one."""
        reader = self._reader()
        with reader.lock:
            self._connection(reader)
            self._set_aside()
            self._connection(reader)

    def _reader(self) -> ReadConnection:
        is_main = threading.get_ident() == threading.main_thread().ident
        return self._of_main if is_main else self._of_others

    def _other(self, reader: ReadConnection) -> ReadConnection:
        return self._of_others if reader is self._of_main else self._of_main

    def _connection(self, reader: ReadConnection) -> sqlite3.Connection:
        if reader.is_stale:
            reader.close()
        if reader.connection is None:
            reader.connection, anew = database.open_catalog(self.folder)
            reader.connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            # Deterministic, so that SQLite calls it once for each query. A weak reference, because
            # the garbage collector does not see the one that SQLite has to the function.
            me = weakref.ref(self)
            reader.connection.create_function("today", 0, lambda: _today(me), deterministic=True)
            self.rebuilt += anew
            reader.inode = os.stat(self._path).st_ino
        return reader.connection

    def _close_all(self, reader: ReadConnection) -> None:
        """Close the file for all threads. The caller holds only the lock of its own reader."""
        reader.close()
        other = self._other(reader)
        # Never wait for the other lock, because its holder may be waiting for this one.
        other.is_stale = True
        if other.lock.acquire(blocking=False):
            try:
                other.close()
            finally:
                other.lock.release()

    def reopen_if_replaced(self) -> None:
        """Open the file again if it was deleted or replaced."""
        reader = self._reader()
        with reader.lock:
            try:
                same = os.stat(self._path).st_ino == reader.inode
            except OSError:
                same = False
            if not same:
                self._close_all(reader)
            self._connection(reader)

    def _recover(self, error: sqlite3.DatabaseError) -> None:
        """Replace a damaged catalog with an empty one; raise any other error as Failure."""
        if not database.is_damage(error):
            raise database.failure(error, self._path) from error
        self._set_aside()
        if self._is_moment:
            raise self._damaged() from error

    def _set_aside(self) -> None:
        reader = self._reader()
        with reader.lock:
            self._close_all(reader)
            database.set_aside(self.folder, reader.inode)
            # The other reader may have opened the file in the meantime.
            self._other(reader).is_stale = True
            self.rebuilt += 1


def _today(connection: weakref.ref[Connection]) -> str | None:
    found = connection()
    return None if found is None else found._today().isoformat()  # noqa: SLF001 - of this module


def _rows(found: sqlite3.Cursor) -> Iterator[Any]:
    """Yield the rows in batches, and yield to the interface between batches."""
    while part := found.fetchmany(PART_ROWS):
        yield from part
        if len(part) < PART_ROWS:
            return
        yield_to_ui()


def _only_read(action: int, first: str | None, *_: str | None) -> int:
    is_schema_pragma = action == sqlite3.SQLITE_PRAGMA and first in _SQL_PRAGMAS
    return sqlite3.SQLITE_OK if is_schema_pragma or action in _SQL_READS else sqlite3.SQLITE_DENY

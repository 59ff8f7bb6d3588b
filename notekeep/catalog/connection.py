"""The catalog's file while it is in use: two readers, one of them the main thread's, and a writer.

A reader never waits for a writer: SQLite's write-ahead log lets it see the last whole state while
another connection, of this process or another, is at it. Nor does the main thread wait for another
thread's question: in the interface it is the one that a key waits for.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, Self, TypeVar
from urllib.parse import quote

from notekeep.background import yield_to_ui
from notekeep.catalog import database
from notekeep.catalog.writer import Writer
from notekeep.errors import Failure, UsageError

T = TypeVar("T")

MARK = "catalog.writing"

ANALYSED_ROWS = 400
"""How much of each index is looked at to see how it is filled; 20 ms in a vault of 10,000 notes."""

PART_ROWS = 1_000

CACHE_KB = 512
"""What a reader keeps of the file, which the system keeps anyway; the usual 2,000 save little."""

SQL_ROWS = 10_000
"""How many rows `notekeep sql` shows at most."""
SQL_LENGTH = 1 << 26
"""How long a text in it may be: SQLite looks at the clock only between two steps."""
SQL_STEPS = 10_000
_SQL_READS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_SQL_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info"})


class ReadConnection:
    """A connection that reads, for one thread at a time, which holds its lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection: sqlite3.Connection | None = None
        self.inode = -1  # of the file that it reads
        self.is_stale = False  # the file went; whoever asks next opens the one in its place

    def close(self) -> None:
        """Close the file; the lock must be held."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.is_stale = False


class Connection:
    """The file of one vault's catalog; `rebuilt` is how often one was set aside meanwhile."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = os.fspath(folder)
        self.rebuilt = 0
        self._path = os.path.join(self.folder, database.CATALOG_FILE)
        self._of_main = ReadConnection()
        self._of_others = ReadConnection()
        self._is_moment = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        for reader in (self._of_main, self._of_others):
            with reader.lock:
                reader.close()

    @contextmanager
    def reading(self) -> Iterator[Self]:
        """Give the catalog as it is from here to the end of `with`, whoever writes meanwhile.

        Where there is no write-ahead log (see `database.journal_mode`), a writer waits for the end
        of it. Every question raises Failure where the file cannot be read: a damaged one is not
        answered from an empty catalog, to which no note would be private.
        """
        with type(self)(self.folder) as moment:
            moment._begin()  # noqa: SLF001 - another of its kind
            yield moment

    def _begin(self) -> None:
        """Hold one moment, which is the same for all threads."""
        self._is_moment = True
        reader = self._of_main = self._of_others
        with reader.lock:
            try:
                connection = self._connection(reader)
                connection.execute("BEGIN")
                # The moment is that of the first question, not that of BEGIN.
                connection.execute("SELECT count(*) FROM meta").fetchone()
            except sqlite3.DatabaseError as error:
                self._recover(error)
            if self.rebuilt:
                raise self._damaged()

    def _damaged(self) -> Failure:
        return Failure(f"{self._path}: was damaged and has been moved aside.", "Try again.")

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one SELECT, or raise Failure; a damaged catalog is replaced by an empty one first."""
        return self.collect(list, sql, values)

    def collect(
        self, make: Callable[[Iterator[Any]], T], sql: str, values: Sequence[Any] = ()
    ) -> T:
        """Run one SELECT, and return what `make` makes of its rows while the file is open."""
        yield_to_ui()
        reader = self._reader()
        with reader.lock:
            try:
                return make(_rows(self._connection(reader).execute(sql, values)))
            except sqlite3.DatabaseError as error:
                self._recover(error)
            return make(_rows(self._connection(reader).execute(sql, values)))

    def sql(self, query: str, timeout: float = 10) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a SELECT that a person wrote: the names of its columns, and at most SQL_ROWS rows.

        It can change nothing, open no other file and take no longer than `timeout` seconds; what it
        may not, and what SQLite does not understand, is a UsageError.
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
        """Begin a transaction, all or nothing; Failure where another writes for `wait` seconds."""
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
        """Let SQLite see how its indexes are filled: to find a tag takes a tenth of the time."""
        with self.writing() as writer:
            writer.connection.execute(f"PRAGMA analysis_limit = {ANALYSED_ROWS}")
            writer.connection.execute("ANALYZE")

    def check(self) -> bool:
        """Tell whether the file is sound, in a millisecond a megabyte; a broken one goes aside."""
        before = self.rebuilt
        found = self.ask("PRAGMA quick_check(1)")
        if found != [("ok",)] and self.rebuilt == before:
            self._set_aside()
        return self.rebuilt == before

    @contextmanager
    def marked(self) -> Iterator[None]:
        """Leave a mark in the folder while something long is written."""
        # It stays when the machine goes down: a disk may then have lost what SQLite had written.
        mark = os.path.join(self.folder, MARK)
        os.close(os.open(mark, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                os.remove(mark)

    def was_interrupted(self) -> bool:
        """Tell whether a mark was left behind, or another program is just at it."""
        return os.path.exists(os.path.join(self.folder, MARK))

    def clear(self) -> None:
        """Begin anew with an empty catalog."""
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
            self.rebuilt += anew
            reader.inode = os.stat(self._path).st_ino
        return reader.connection

    def _close_all(self, reader: ReadConnection) -> None:
        """Close the file for all threads, of which one has the lock of its own reader only."""
        reader.close()
        other = self._other(reader)
        # Never wait for the other's lock: it may be waiting for this one.
        other.is_stale = True
        if other.lock.acquire(blocking=False):
            try:
                other.close()
            finally:
                other.lock.release()

    def reopen_if_replaced(self) -> None:
        """Make sure that what is open is what lies in the folder, which may have been deleted."""
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
        """Put an empty catalog in the place of a damaged one; anything else is a failure."""
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
            # Again, for who opened the file between the two and would go on reading it for good.
            self._other(reader).is_stale = True
            self.rebuilt += 1


def _rows(found: sqlite3.Cursor) -> Iterator[Any]:
    """Yield the rows of an answer, and let the interface go first now and then."""
    while part := found.fetchmany(PART_ROWS):
        yield from part
        if len(part) < PART_ROWS:
            return
        yield_to_ui()


def _only_read(action: int, first: str | None, *_: str | None) -> int:
    """Let SQLite read tables and ask how they are made, and refuse all else."""
    is_asked = action == sqlite3.SQLITE_PRAGMA and first in _SQL_PRAGMAS
    return sqlite3.SQLITE_OK if is_asked or action in _SQL_READS else sqlite3.SQLITE_DENY

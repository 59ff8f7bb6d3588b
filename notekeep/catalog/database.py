"""The catalog's file: its tables, opening, and recovery.

There are no migrations. A damaged file, or a file of another version, is set aside and replaced
with an empty one, which the next refresh fills.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from typing import Any

from notekeep.errors import SPACE_HINT, WRITABLE_HINT, Failure, remedy
from notekeep.locks import hold_lock_file
from notekeep.storage.filesystem import remote_reason

CATALOG_FILE = "catalog.db"
APPLICATION_ID = 0x6E6B6361  # "nkca", for `file` and SQLite tools
VERSION = 12
"""Increased when a table or the meaning of its values changes."""

BUSY_SECONDS = 5.0

REBUILT = "It is only a cache: you can delete it at any time."
_REMEDIES = {
    sqlite3.SQLITE_READONLY: WRITABLE_HINT,
    sqlite3.SQLITE_CANTOPEN: WRITABLE_HINT,
    sqlite3.SQLITE_PERM: WRITABLE_HINT,
    sqlite3.SQLITE_FULL: SPACE_HINT,
    # The files next to the catalog need space too.
    sqlite3.SQLITE_IOERR: f"is its disk full? {SPACE_HINT}",
}
"""Hints for errors where deleting the file does not help."""

Columns = dict[str, type]

TABLES: dict[str, Columns] = {
    "notes": {
        "id": int,
        **dict.fromkeys(("path", "path_folded", "name_folded", "role"), str),
        **dict.fromkeys(("title", "title_folded", "sort", "kind"), str),
        "private": int,
        "problem": str,
        **dict.fromkeys(("size", "mtime_ns", "ctime_ns", "inode"), int),
        "digest": str,
        **dict.fromkeys(("words", "links", "embeds", "tasks", "todo", "quotes"), int),
        **dict.fromkeys(("headings", "timestamps", "code"), int),
        "facts": str,
    },
    "fields": {
        "note": int,
        "key": str,
        "item": int,
        "type": str,
        "text": str,
        "number": float,
        "day": str,
    },
    "keys": {"key": str, "name": str},
    "tags": {"note": int, "tag": str, "name": str, "own": int},
    "names": {"key": str, "note": int},
    "links": {
        "note": int,
        "line": int,
        "target": str,
        "key": str,
        "heading": str,
        "text": str,
        "embed": int,
        "state": str,
        "found": int,
    },
    "tasks": {
        "note": int,
        "line": int,
        "mark": str,
        "done": int,
        "text": str,
        "folded": str,
        "due": str,
        "scheduled": str,
        "start": str,
        "priority": int,
    },
    "headings": {"note": int, "line": int, "level": int, "text": str},
    "passages": {
        "note": int,
        "line": int,
        "key": str,
        "block": str,
        "text": str,
        "locator": str,
        "heading": str,
        "answer": str,
    },
    "answers": {"note": int, "line": int, "key": str, "sum": int, "text": str},
    "recalls": {
        "key": str,
        "basis": str,
        **dict.fromkeys(("due", "answered", "interval"), int),
        **dict.fromkeys(("stability", "difficulty"), float),
        **dict.fromkeys(("graded", "grades", "lapses", "is_stopped", "is_favourite"), int),
    },
    "problems": {
        "path": str,
        "source": str,
        "line": int,
        "message": str,
        "hint": str,
        "code": str,
        "col": int,
    },
    "conflicts": {"path": str, "original": str},
    "attached": {"path": str, "mark": str, "text": str, "problem": str},
    "attached_to": {"note": str, "target": str, "path": str},
    "dirty": {"path": str, "generation": int},
    "habit_files": {"path": str, "mark": str, "sum": int, "fields": str},
    "habit_lines": {"path": str, "line": int, "name": str, "day": int, "text": str, "more": str},
    "habit_days": {"name": str, "basis": str, "first": int, "codes": bytes, "amounts": bytes},
    "meta": {"key": str, "value": str},
}
"""The columns of each table. All tables are STRICT; nullable columns are in MAY_BE_NULL. For the
habit tables see tracking/habit_table.py, for attached files attached_text.py, and for `recalls`
services/recall.py."""

PRIMARY_KEYS = {
    "notes": "id",
    "keys": "key",
    "conflicts": "path",
    "attached": "path",
    "dirty": "path",
    "habit_files": "path",
    "habit_days": "name",
    "recalls": "key",
    "meta": "key",
}
MAY_BE_NULL = {("notes", "problem"), ("fields", "number"), ("fields", "day"), ("links", "found")}
MAY_BE_NULL |= {("tasks", name) for name in ("due", "scheduled", "start")}
MAY_BE_NULL |= {("problems", "line"), ("problems", "col"), ("habit_files", "fields")}
INDEXES: list[tuple[str, list[str], bool]] = [
    ("notes", ["path"], True),
    # A covering index for the scan, which then does not read whole rows.
    ("notes", ["path", "size", "mtime_ns", "ctime_ns", "inode"], False),
    ("notes", ["role", "sort", "path"], False),
    # For recently changed notes and their count.
    ("notes", ["role", "mtime_ns", "sort", "path", "kind"], False),
    ("notes", ["role", "kind"], False),
    # A covering index for suggestions, so that a key press does not read whole rows.
    ("notes", ["role", "title_folded", "name_folded", "mtime_ns", "path"], False),
    ("fields", ["note", "key"], False),
    ("fields", ["key", "type"], False),
    ("fields", ["key", "number"], False),
    ("fields", ["key", "day"], False),
    ("fields", ["key", "text", "note"], False),
    ("tags", ["tag", "note"], False),
    ("tags", ["note"], False),
    ("names", ["key", "note"], False),
    ("names", ["note"], False),
    ("links", ["note"], False),
    ("links", ["key"], False),
    ("links", ["found"], False),
    ("links", ["state"], False),
    ("tasks", ["note"], False),
    ("headings", ["note"], False),
    ("passages", ["note"], False),
    ("answers", ["note"], False),
    # A covering index to check which answers are new.
    ("answers", ["key", "sum"], False),
    ("problems", ["path"], False),
    ("attached_to", ["note"], False),
    ("habit_lines", ["name", "day"], False),
    ("habit_lines", ["path"], False),
]

NOTE_TABLES = ("fields", "tags", "names", "links", "tasks", "headings", "passages", "answers")
"""Tables whose rows belong to a note."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class CatalogBusy(Failure):
    """Another program is writing to the catalog; the next refresh finds the missing changes."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error means that the file is damaged."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Whether the error is SQLITE_BUSY or SQLITE_LOCKED."""
    return _code(error) in _BUSY


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code; errors of Python's own layer have none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def open_catalog(folder: str) -> tuple[sqlite3.Connection, bool]:
    """Open the catalog in a cache folder, and return whether a damaged one was set aside.

    Creates it if needed. Raises Failure if the folder is not writable.
    """
    path = os.path.join(folder, CATALOG_FILE)
    try:
        found = _open_existing(path)
        if found is not None:
            return found, False
        with _lock_folder(folder):
            found, broken = _open_existing(path), False
            if found is None:
                broken = _move_aside(path)
                _create(path)
                found = _open_existing(path)
    except (OSError, sqlite3.DatabaseError) as error:
        raise failure(error, path) from error
    if found is None:
        raise Failure(f"{path}: another program replaced it.", "Try again.")
    return found, broken


def failure(error: Exception, path: str) -> Failure:
    """Return the Failure for an error that a rebuild does not fix."""
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return CatalogBusy(
            f"{path}: locked by another program for {BUSY_SECONDS:.0f} seconds.",
            "Wait for it, or stop it. Your notes are not affected.",
        )
    if isinstance(error, OSError):
        return Failure(f"{path}: cannot open the index: {error.strerror or error}.", remedy(error))
    hint = _REMEDIES.get(_code(error)) if isinstance(error, sqlite3.Error) else None
    return Failure(f"{path}: cannot open the index: {error}.", hint or REBUILT)


def connect(path: str, wait: float | None = None) -> sqlite3.Connection:
    """Open a connection without implicit transactions; `wait` is in seconds."""
    timeout = BUSY_SECONDS if wait is None else wait
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit at the end of the `with` block, or roll back after an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # report the first error
            connection.rollback()
        raise


def _open_existing(path: str) -> sqlite3.Connection | None:
    if not os.path.exists(path):
        return None
    try:
        connection = connect(path)
        if _is_ours(connection):
            return connection
        connection.close()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    return None


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is a catalog of this version; close it if it is not a database."""
    try:
        marks = (_pragma(connection, "application_id"), _pragma(connection, "user_version"))
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    except BaseException:
        connection.close()
        raise
    return marks == (APPLICATION_ID, VERSION) and names >= TABLES.keys()


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _create(path: str) -> None:
    """Create an empty catalog under a temporary name, then rename it."""
    new = f"{path}.new"
    os.close(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    with closing(connect(new)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal_mode(path)}")
        create_tables(connection)
    os.replace(new, path)


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables in an empty database."""
    from sqlite_utils import Database

    connection.execute("BEGIN IMMEDIATE")
    tables = Database(connection)
    for name, columns in TABLES.items():
        tables.table(name).create(
            columns,
            pk=PRIMARY_KEYS.get(name),
            not_null={column for column in columns if (name, column) not in MAY_BE_NULL},
            strict=True,
        )
    for name, indexed, unique in INDEXES:
        tables.table(name).create_index(indexed, unique=unique)
    # Higher than in any earlier catalog, so that an old full-text index is never used with it.
    born = str(time.time_ns() // 1000)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("born", born), ("generation", born)])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def journal_mode(path: str) -> str:
    """Return the journal mode for the location of the file.

    A write-ahead log needs memory shared between processes, which network drives and synced folders
    do not support.
    """
    return "DELETE" if remote_reason(os.path.dirname(path)) else "WAL"


def set_aside(folder: str, inode: int) -> None:
    """Move a damaged catalog aside, unless another program has replaced it since."""
    path = os.path.join(folder, CATALOG_FILE)
    with suppress(FileNotFoundError), _lock_folder(folder):
        if os.stat(path).st_ino == inode:
            _move_aside(path)


def _move_aside(path: str) -> bool:
    """Rename a damaged catalog; the most recent one is kept for inspection."""
    # Delete the log first, because SQLite would apply it to the next catalog.
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.remove(path + suffix)
    try:
        os.replace(path, f"{path}.broken")
    except FileNotFoundError:
        return False
    return True


def _lock_folder(folder: str) -> AbstractContextManager[None]:
    return hold_lock_file(os.path.join(folder, f"{CATALOG_FILE}.lock"), BUSY_SECONDS)

"""The catalog's file: its tables, how it is opened, and what happens when it is not what it was.

Nothing here is migrated. A file of another version, or a damaged one, is set aside and an empty one
takes its place: the notes are the truth, and refresh fills it again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import Any

from notekeep.errors import Failure

FILE = "catalog.db"
APPLICATION_ID = 0x6E6B6361  # "nkca", so that `file` and SQLite tools can tell what it is
VERSION = 1
"""Goes up whenever a table, or what is written into one, changes its meaning."""

BUSY_SECONDS = 5.0

Columns = dict[str, type]

TABLES: dict[str, Columns] = {
    "notes": {
        "id": int,
        "path": str,
        "path_folded": str,
        "name_folded": str,
        "role": str,
        "title": str,
        "title_folded": str,
        "sort": str,
        "kind": str,
        "private": int,
        "problem": str,
        "size": int,
        "mtime_ns": int,
        "ctime_ns": int,
        "inode": int,
        "digest": str,
        "words": int,
        "links": int,
        "embeds": int,
        "tasks": int,
        "todo": int,
        "quotes": int,
        "headings": int,
        "timestamps": int,
        "code": int,
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
    "tasks": {"note": int, "line": int, "mark": str, "done": int, "text": str, "folded": str},
    "headings": {"note": int, "line": int, "level": int, "text": str},
    "problems": {
        "path": str,
        "source": str,
        "line": int,
        "message": str,
        "hint": str,
        "code": str,
    },
    "conflicts": {"path": str, "original": str},
    "dirty": {"path": str, "generation": int},
    "meta": {"key": str, "value": str},
}
"""Each table's columns. All are STRICT; what may be missing is in MAY_BE_NULL."""

PRIMARY_KEYS = {"notes": "id", "keys": "key", "conflicts": "path", "dirty": "path", "meta": "key"}
MAY_BE_NULL = {("notes", "problem"), ("fields", "number"), ("fields", "day"), ("links", "found")}
MAY_BE_NULL |= {("problems", "line")}
INDEXES: list[tuple[str, list[str], bool]] = [
    ("notes", ["path"], True),
    ("notes", ["role", "sort", "path"], False),
    ("notes", ["role", "kind"], False),
    ("fields", ["note", "key"], False),
    ("fields", ["key", "type"], False),
    ("fields", ["key", "number"], False),
    ("fields", ["key", "day"], False),
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
    ("problems", ["path"], False),
]

NOTE_TABLES = ("fields", "tags", "names", "links", "tasks", "headings")
"""Tables with rows that belong to a note, by its id."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class NotOurs(Exception):
    """The file is no catalog of this version."""


class Busy(Failure):
    """Another program is writing to the catalog; what was not written is found at a refresh."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file itself is broken."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Whether an error says that somebody else is writing."""
    return _code(error) in _BUSY


def _code(error: sqlite3.Error) -> int:
    """The primary result code; an error that Python's own layer raises has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def open_catalog(folder: str) -> tuple[sqlite3.Connection, bool]:
    """Open the catalog in a cache folder; it exists and is of this version afterwards.

    Returns:
        A connection, and whether there was a file that had to be set aside.

    Raises:
        Failure: The folder cannot be written.
    """
    path = os.path.join(folder, FILE)
    try:
        return _opened(path), False
    except NotOurs:
        set_aside(folder)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise failure(error, path) from error
        set_aside(folder)
    except OSError as error:
        raise failure(error, path) from error
    try:
        return _opened(path), True
    except (OSError, sqlite3.DatabaseError, NotOurs) as error:
        raise failure(error, path) from error


def failure(error: Exception, path: str) -> Failure:
    """What a person is told when the catalog cannot be used and building it anew is no help."""
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return Busy(
            f"{path}: another program has been writing to it for {BUSY_SECONDS:.0f} seconds.",
            "Wait for it, or end it; your notes are not affected.",
        )
    return Failure(
        f"{path}: cannot be used: {error}.",
        "It can be deleted at any time and is built again from your notes.",
    )


def connect(path: str) -> sqlite3.Connection:
    """Open a connection that begins no transaction by itself."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _opened(path: str) -> sqlite3.Connection:
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = connect(path)
    try:
        if not _is_ours(connection):
            _create(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there; False for an empty file.

    Raises:
        NotOurs: There is something else.
    """
    marks = (_pragma(connection, "application_id"), _pragma(connection, "user_version"))
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if marks == (APPLICATION_ID, VERSION) and names >= TABLES.keys():
        return True
    if names or marks != (0, 0):
        raise NotOurs
    return False


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _create(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database

    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    if not _is_ours(connection):  # another process may have made it since
        database = Database(connection)
        for name, columns in TABLES.items():
            database.table(name).create(
                columns,
                pk=PRIMARY_KEYS.get(name),
                not_null={column for column in columns if (name, column) not in MAY_BE_NULL},
                strict=True,
            )
        for name, indexed, unique in INDEXES:
            database.table(name).create_index(indexed, unique=unique)
        # A catalog's generations begin where those of no earlier one ended, so that words
        # written for another are never taken for its own.
        born = str(time.time_ns() // 1000)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("born", born), ("generation", born)]
        )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def set_aside(folder: str) -> None:
    """Take a broken catalog out of the way; the last one is kept, for whoever wants to look."""
    path = os.path.join(folder, FILE)
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, f"{path}.broken")
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(path + suffix)

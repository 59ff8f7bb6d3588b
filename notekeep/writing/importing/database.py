"""The database of another program, opened so that nothing in it is run and nothing of it changes.

It is opened as an immutable file, so SQLite makes no lock, journal or index of its own. Only
tables are read, never a view, and every question has an end.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from notekeep.errors import Refused
from notekeep.habits.imports import loop_db
from notekeep.habits.imports.source import Loss

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from notekeep.habits.imports.source import Source

SIGNATURE = b"SQLite format 3\x00"
MOST_ROWS = 5_000_000
LONGEST_TEXT = 1 << 20
_STEPS = 100_000
_MOST_STEPS = 20_000
"""A question is ended after so many times so many steps of SQLite's machine."""

_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_FUNCTION}
)


def read_loop(path: str) -> Source:
    """Read the backup of Loop Habit Tracker.

    Raises:
        Refused: It is damaged, or no backup of Loop.
    """
    try:
        with closing(_open(path)) as opened:
            tables = _tables(opened)
            if not {"habits", "repetitions"} <= tables.keys():
                raise Refused(
                    f"{path}: a database without the tables of Loop",
                    "give the backup that Loop makes: Settings, Export full backup",
                )
            habits = list(_rows(opened, tables["habits"], loop_db.HABIT_COLUMNS))
            days = _rows(opened, tables["repetitions"], loop_db.DAY_COLUMNS)
            return _without_log(path, loop_db.read(habits, days))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise Refused(
            f"{path}: not a database that can be read: {error}", "make the backup anew"
        ) from error


def _without_log(path: str, source: Source) -> Source:
    """Name what stands in the log beside a database, which an immutable one is read without."""
    try:
        size = os.stat(f"{path}-wal").st_size
    except OSError:
        return source
    loss = Loss("what the program has not written into the file itself yet", place=f"{path}-wal")
    return source._replace(losses=(*source.losses, loss)) if size else source


def _open(path: str) -> sqlite3.Connection:
    opened = sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        opened.execute(f"PRAGMA {pragma}")
    opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
    opened.text_factory = lambda data: data.decode("utf-8", "replace")
    steps = iter(range(_MOST_STEPS))
    opened.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
    opened.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return opened


def _tables(opened: sqlite3.Connection) -> dict[str, str]:
    """The names of tables, by what they are in small letters."""
    rows = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {str(name).casefold(): str(name) for (name,) in rows}


def _rows(
    opened: sqlite3.Connection, table: str, wanted: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The rows of a table, with those of the wanted columns that it has."""
    known = {str(row[1]).casefold() for row in opened.execute(f'PRAGMA table_info("{table}")')}
    columns = [name for name in wanted if name in known]
    if not columns:
        raise Refused(f"the table {table} has none of the columns of Loop")
    names = ", ".join(f'"{name}"' for name in columns)
    found = opened.execute(f'SELECT {names} FROM "{table}" LIMIT {MOST_ROWS}')  # noqa: S608 - names that were compared with ours
    for row in found:
        yield dict(zip(columns, row, strict=True))

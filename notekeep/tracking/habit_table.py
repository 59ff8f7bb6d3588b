"""The catalog's tables for habits: log lines, definitions, and the value of each day.

Like the rest of the catalog, they are derived from the files and never migrated. Each log line is a
row with its habit, day and text; the text is parsed whenever the row is read. The values of all
days are stored too, because reading ten years of lines would make a check-in too slow.
"""

from __future__ import annotations

import json
import os
import time
from binascii import crc32
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.catalog import database
from notekeep.errors import Failure
from notekeep.habits import log
from notekeep.habits.days import DayHistory, reduce_entries
from notekeep.habits.definition import Definition, fold_name, read_definition
from notekeep.log_folders import HABIT_LOG
from notekeep.query.folding import as_unicode, is_unicode
from notekeep.storage.scan import Fingerprint, ScanResult, sweep
from notekeep.tracking.habit_names import Habit, known_habits

if TYPE_CHECKING:
    import sqlite3

BUSY_TIMEOUT = 1.0
"""Seconds to wait for another writer before a check-in continues without the catalog."""

RETRY_SECONDS = 10.0
"""Seconds before another attempt to open an unusable catalog."""

HINTS = {
    "H001": 'write it as "- 2026-11-24 habit: done"',
    "H002": "fix the date",
    "H003": "add done, missed, skipped or an amount after the colon",
    "H004": "use done, missed, skipped, clear or an amount like 12 min",
    "H005": "use a time from @00:00 to @35:59 (from 24:00 on, it is the next night)",
    "W101": "put -- before the comment",
    "W106": "keep the lines of both sides and delete the conflict markers",
}
"""Hints for fixing a log line, by the code of its problem."""

LineProblem: TypeAlias = tuple[int | None, str, str, str]
"""The line number (from 1 on; None for the whole file), the code, the message and the hint."""


class HabitScan(NamedTuple):
    """Changed and removed habit files, and unreadable files with the reason."""

    changed: dict[str, Fingerprint]
    removed: list[str]
    unreadable: dict[str, str]


class LogLine(NamedTuple):
    """One line of the habit log, with its line number in the file."""

    path: str
    number: int
    text: str
    more: str  # the indented lines after it
    entry: log.LogEntry
    counts: bool = True  # False if a line with a higher revision (`~N`) replaced it


class HabitStore:
    """A connection to the catalog's tables for habits.

    If the catalog cannot be used, the tables are in memory, so that a broken cache never prevents a
    check-in. Everything is then read from the files, with the same result.
    """

    def __init__(self, cache: str) -> None:
        self.trouble = ""  # the reason that the tables are in memory, as a sentence, or ""
        self._cache = cache
        self._path = os.path.join(cache, database.CATALOG_FILE)
        self._connection: sqlite3.Connection | None = None
        self._inode = -1
        self._opened = 0
        self._failed_at = 0.0

    @property
    def connection(self) -> sqlite3.Connection:
        """The open catalog, or the tables in memory."""
        if self._connection is None or self._is_replaced():
            self.close()
            self._connection = self._open()
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000:.0f}")
            self._opened += 1
        return self._connection

    def close(self) -> None:
        """Close the catalog; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def retry(self) -> None:
        """Let the next use open an unusable catalog again, if RETRY_SECONDS have passed."""
        if self.trouble and time.monotonic() - self._failed_at >= RETRY_SECONDS:
            self.close()

    def version(self) -> tuple[int, str]:
        """Return the version of the tables; every write changes it."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = 'habits'").fetchone()
        return self._opened, found[0] if found else ""

    def count_up(self) -> tuple[int, str]:
        """Increment and return the version. The caller has begun a transaction."""
        self.connection.execute(
            "INSERT INTO meta VALUES ('habits', '1')"
            " ON CONFLICT(key) DO UPDATE SET value = CAST(value + 1 AS TEXT)"
        )
        return self.version()

    def recover(self, error: sqlite3.Error) -> None:
        """Continue after an error: with a new catalog if the old one is damaged, else in memory."""
        self.close()
        if database.is_damage(error):
            database.set_aside(self._cache, self._inode)
        else:
            self._connection = self._open_in_memory(database.failure(error, self._path))
            self._opened += 1

    def _open(self) -> sqlite3.Connection:
        try:
            connection, _ = database.open_catalog(self._cache)
        except Failure as error:
            return self._open_in_memory(error)
        self._inode = os.stat(self._path).st_ino
        self.trouble = ""
        return connection

    def _open_in_memory(self, error: Failure) -> sqlite3.Connection:
        self.trouble = f"The habit index is not up to date: {error.message}"
        self._failed_at = time.monotonic()
        connection = database.connect(":memory:")
        database.create_tables(connection)
        return connection

    def _is_replaced(self) -> bool:
        if self.trouble:
            return False
        try:
            return os.stat(self._path).st_ino != self._inode
        except OSError:
            return True


def scan_habit_files(root: str, folder: str, connection: sqlite3.Connection) -> HabitScan:
    """Scan the habit files in `folder`, and habit files elsewhere that the catalog lists."""
    known = {
        path: Fingerprint(*map(int, mark.split()))
        for path, mark in connection.execute("SELECT path, mark FROM habit_files")
    }
    found = HabitScan({}, [], {})
    # None of these folders is inside another.
    if not folder:
        folders = [HABIT_LOG]  # not all notes of the vault: the catalog lists its habits
    elif f"{HABIT_LOG}/".startswith(f"{folder}/"):
        folders = [folder]
    else:
        folders = [folder, HABIT_LOG]
    for place in folders:
        if os.path.isdir(os.path.join(root, place)):
            changes = sweep(root, known, under=place)
        else:
            changes = ScanResult(removed=[one for one in known if one.startswith(f"{place}/")])
        found.changed.update(changes.added)
        found.changed.update(changes.modified)
        found.removed.extend(changes.removed)
        found.unreadable.update(changes.unreadable)
    habits = connection.execute("SELECT path FROM notes WHERE role = 'note' AND kind = 'habit'")
    inside = tuple(f"{place}/" for place in folders)
    for path in {*known, *(path for (path,) in habits)}:
        if path.startswith(inside):
            continue
        mark = _read_mark(root, path)
        if mark is not None and known.get(path) != mark:
            found.changed[path] = mark
        elif mark is None and path in known:
            found.removed.append(path)
    found.changed.update(_find_moved(root, found.removed, known, connection))
    for path in [path for path in found.changed if not is_unicode(path)]:
        # SQLite cannot store such a name, and the error would hide all other habits.
        del found.changed[path]
        found.unreadable[path] = "its name is not UTF-8; rename it"
    return found


def _find_moved(
    root: str,
    removed: Iterable[str],
    known: Mapping[str, Fingerprint],
    connection: sqlite3.Connection,
) -> Iterator[tuple[str, Fingerprint]]:
    """Search all notes for the definitions in `removed` that were moved to another path."""
    sql = "SELECT fields FROM habit_files WHERE fields IS NOT NULL AND path = ?"
    ids = {
        json.loads(row[0])["habit"]
        for path in removed
        if (row := connection.execute(sql, (path,)).fetchone())
    }
    for path, mark in sweep(root, known).added.items() if ids else ():
        with suppress(OSError), open(os.path.join(root, path), "rb") as file:
            fields = None if _is_log(path) else _read_fields(file.read())[0]
            if fields and json.loads(fields)["habit"] in ids:
                yield path, mark


def _read_mark(root: str, path: str) -> Fingerprint | None:
    try:
        stat = os.stat(os.path.join(root, path))
    except OSError:
        return None
    return Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


# Only changed files are read, and only days with changed lines are recomputed. The result is the
# same as if everything were built from the files.


def store_scan(connection: sqlite3.Connection, root: str, found: HabitScan) -> set[str] | None:
    """Store changed files in the caller's transaction; unreadable files keep their rows.

    Return the keys of habits whose days changed, or None if definitions changed, which can affect
    all habits.
    """
    touched: set[tuple[str, int]] = set()
    is_redefined = False
    for path in found.removed:
        touched |= _replace_lines(connection, path, [])
        is_redefined |= not _is_log(path)
        _replace_problems(connection, path, [])
        connection.execute("DELETE FROM habit_files WHERE path = ?", (path,))
    for path, mark in found.changed.items():
        try:
            with open(os.path.join(root, path), "rb") as file:
                data = file.read()
        except OSError as error:
            found.unreadable[path] = error.strerror or str(error)
            continue
        # An inode may be too large for SQLite, so the fingerprint is stored as text.
        stored, crc = " ".join(map(str, mark)), crc32(data)
        before = connection.execute("SELECT sum, fields FROM habit_files WHERE path = ?", (path,))
        known_crc, known_fields = before.fetchone() or (None, None)
        if crc == known_crc:
            connection.execute("UPDATE habit_files SET mark = ? WHERE path = ?", (stored, path))
            continue
        fields = None
        problems: list[LineProblem]
        if _is_log(path):
            placed = log.parse_file(data.decode("utf-8", "replace").removeprefix("\ufeff"))
            touched |= _replace_lines(connection, path, placed)
            problems = find_line_problems(placed)
        else:
            fields, problems = _read_fields(data)
            is_redefined |= known_crc is None or known_fields != fields
        _replace_problems(connection, path, problems)
        row = (path, stored, crc, fields)
        connection.execute("INSERT OR REPLACE INTO habit_files VALUES (?, ?, ?, ?)", row)
    if not touched and not is_redefined:
        return set()
    return _update_days(connection, touched, is_redefined=is_redefined)


def find_line_problems(placed: Iterable[log.PlacedEntry]) -> list[LineProblem]:
    """Return the problems of the lines of a log."""
    return [
        (one.number, report.code, report.message, f"write: {report.fix}")
        if report.fix
        else (one.number, report.code, report.message, HINTS.get(report.code, ""))
        for one in placed
        if (report := one.line.report)
    ]


def _is_log(path: str) -> bool:
    return path.startswith(f"{HABIT_LOG}/")


def _replace_lines(
    connection: sqlite3.Connection, path: str, placed: Iterable[log.PlacedEntry]
) -> set[tuple[str, int]]:
    """Store the lines of a log file; return the (name, day) pairs whose lines changed."""
    rows = [
        (path, number, fold_name(entry.habit), entry.day, text, more)
        for number, text, (entry, _), more in placed
        if entry is not None
    ]
    before = connection.execute("SELECT name, day, text FROM habit_lines WHERE path = ?", (path,))
    changed = set(before) ^ {(name, day, text) for _, _, name, day, text, _ in rows}
    connection.execute("DELETE FROM habit_lines WHERE path = ?", (path,))
    connection.executemany("INSERT INTO habit_lines VALUES (?, ?, ?, ?, ?, ?)", rows)
    return {(name, day) for name, day, _ in changed}


def _replace_problems(
    connection: sqlite3.Connection, path: str, problems: list[LineProblem]
) -> None:
    connection.execute("DELETE FROM problems WHERE source = 'habit' AND path = ?", (path,))
    connection.executemany(
        "INSERT INTO problems(path, source, line, code, message, hint)"
        " VALUES (?, 'habit', ?, ?, ?, ?)",
        [
            (path, line, code, as_unicode(message), as_unicode(hint))
            for line, code, message, hint in problems
        ],
    )


def _read_fields(data: bytes) -> tuple[str | None, list[LineProblem]]:
    """Return the front matter of a habit as JSON (None for other notes), and its problems."""
    if b"habit" not in data:  # other notes do not need the front matter parser
        return None, []
    from notekeep.markdown.fields import frontmatter

    matter = frontmatter.read_frontmatter(data)
    words = {key.casefold(): value for key, value in matter.words.items()}
    fields = json.dumps(words, ensure_ascii=False) if words.get("habit") else None
    message, line = "", None
    if matter.error is not None:
        message, line = matter.error.message, matter.error.line
    elif not fields and words.get("type") == "habit":
        message, line = "it has `type: habit`, but no `habit:` field with an id", 1
    if not message:
        return fields, []
    return fields, [(line, "front-matter", message, "fix its front matter")]


class _StoredDays(NamedTuple):
    basis: str
    first: int
    codes: bytes
    amounts: bytes


def _update_days(
    connection: sqlite3.Connection, touched: set[tuple[str, int]], *, is_redefined: bool
) -> set[str] | None:
    """Update the days of all habits from their lines; see `store_scan`."""
    by_name: dict[str, set[int]] = {}
    for name, day in touched:
        by_name.setdefault(name, set()).add(day)
    rows = connection.execute("SELECT name, basis, first, codes, amounts FROM habit_days")
    stored = {name: _StoredDays(*rest) for name, *rest in rows}
    names = {*stored, *by_name}
    if is_redefined:  # any name in the log may now belong to another habit
        logged = connection.execute("SELECT DISTINCT name FROM habit_lines")
        names.update(name for (name,) in logged)
    removed, changed = set(stored), set()
    for habit in known_habits(read_definitions(connection), names):
        row = stored.get(habit.key)
        ordinals = set().union(*(by_name.get(name, ()) for name in habit.names))
        # If this changes, all days are recomputed.
        basis = json.dumps([habit.definition.unit, sorted(habit.names)], ensure_ascii=False)
        if row is not None and row.basis == basis and not ordinals:
            if row.codes or habit.definition.path:
                removed.discard(habit.key)
            continue
        if row is None or row.basis != basis:
            days = DayHistory()
            entries = read_entries(connection, habit.names)
            by_day = groupby(entries, lambda entry: entry.day)
            for ordinal, some in by_day:
                days.put(ordinal, reduce_entries(some, habit.definition.unit))
        else:
            days = DayHistory.unpack(row.first, row.codes, row.amounts)
            for ordinal in ordinals:
                entries = read_entries(connection, habit.names, ordinal, ordinal)
                days.put(ordinal, reduce_entries(entries, habit.definition.unit))
        if not days and not habit.definition.path:
            continue
        removed.discard(habit.key)
        changed.add(habit.key)
        connection.execute(
            "INSERT OR REPLACE INTO habit_days VALUES (?, ?, ?, ?, ?)",
            (habit.key, basis, *days.pack()),
        )
    connection.executemany("DELETE FROM habit_days WHERE name = ?", [(name,) for name in removed])
    return None if is_redefined or removed or changed - stored.keys() else changed


def read_definitions(connection: sqlite3.Connection) -> Iterator[Definition]:
    """Yield all definitions, sorted by path."""
    rows = connection.execute(
        "SELECT path, fields FROM habit_files WHERE fields IS NOT NULL ORDER BY path"
    )
    for path, fields in rows:
        if definition := read_definition(json.loads(fields), path):
            yield definition


def read_habits(connection: sqlite3.Connection) -> list[Habit]:
    """Return all habits: first habits with a note, then habits found only in the log."""
    names = [name for (name,) in connection.execute("SELECT name FROM habit_days")]
    return known_habits(read_definitions(connection), names)


def read_days(connection: sqlite3.Connection, key: str) -> DayHistory:
    """Return the history of a habit."""
    row = connection.execute(
        "SELECT first, codes, amounts FROM habit_days WHERE name = ?", (key,)
    ).fetchone()
    return DayHistory.unpack(*row) if row else DayHistory()


def read_lines(
    connection: sqlite3.Connection,
    names: Iterable[str],
    first: int = log.FIRST_DAY,
    last: int = log.LAST_DAY,
) -> Iterator[LogLine]:
    """Yield the log lines that use one of the folded names, sorted by day, file and line."""
    rows = connection.execute(
        "SELECT path, line, text, more FROM habit_lines"
        " WHERE name IN (SELECT value FROM json_each(?)) AND day BETWEEN ? AND ?"
        " ORDER BY day, path, line",
        (json.dumps([*names]), first, last),
    )
    for path, number, text, more in rows.fetchall():
        if entry := log.parse_line(text).entry:
            yield LogLine(path, number, text, more, entry)


def read_entries(
    connection: sqlite3.Connection,
    names: Iterable[str],
    first: int = log.FIRST_DAY,
    last: int = log.LAST_DAY,
) -> Iterator[log.LogEntry]:
    """Yield the entries of `read_lines`."""
    return (line.entry for line in read_lines(connection, names, first, last))

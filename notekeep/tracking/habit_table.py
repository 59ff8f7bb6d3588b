"""Logs and definitions as rows of the catalog."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from binascii import crc32
from typing import TYPE_CHECKING, NamedTuple

from notekeep.catalog.database import is_busy, is_damage, journal_mode
from notekeep.habits import log
from notekeep.habits.day_history import DayHistory
from notekeep.habits.definition import fold_name, read_definition
from notekeep.habits.revisions import reduce_entries
from notekeep.storage.scan import Fingerprint, ScanResult, sweep
from notekeep.tracking.habit_names import Habit, known_habits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from notekeep.habits.definition import Definition
    from notekeep.habits.log import LogEntry, PlacedEntry


# How the index of habits keeps the lines of the log: a block for each habit name and file.
#
# A block is the lines of one name in one file, each behind its number, so that ten years of a
# log are a few thousand rows instead of as many as there are lines. What a line says is not
# kept: it is read again from its text. What a day is made of them is decided in `habit_refresh`.


BLOCKS_TABLE = """
CREATE TABLE blocks(
    name TEXT NOT NULL, file INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    lines TEXT NOT NULL, PRIMARY KEY(name, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_file ON blocks(file);
"""
"""`name` is folded, `first` and `last` are the days the lines are about, as ordinals. `lines` has a
number, a blank and a line of the log, then the indented lines that belong to it; so often."""


class LogBlock(NamedTuple):
    """The lines of one name in one file.

    Attributes:
        first: The first day that they are about, as an ordinal.
        last: The last one.
        lines: As the table has them.
        days: All the days that they are about.
    """

    first: int
    last: int
    lines: str
    days: frozenset[int]


class StoredLine(NamedTuple):
    """A line of the log: its file, its number from 1, its text, and the lines that follow it."""

    path: str
    number: int
    text: str
    more: str
    entry: LogEntry


def make_blocks(placed: Iterable[PlacedEntry]) -> dict[str, LogBlock]:
    """Put the entries of one file into blocks, by folded name."""
    days: dict[str, list[int]] = {}
    lines: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for number, text, (entry, _), more in placed:
        if entry is None:
            continue
        name = names.get(entry.habit)
        if name is None:
            name = names[entry.habit] = fold_name(entry.habit)
        days.setdefault(name, []).append(entry.day)
        lines.setdefault(name, []).append(_record(number, text, more))
    return {
        name: LogBlock(min(said), max(said), "\n".join(lines[name]), frozenset(said))
        for name, said in days.items()
    }


def put_blocks(
    connection: sqlite3.Connection,
    file: int,
    blocks: Mapping[str, LogBlock],
    parsed: Mapping[str, LogEntry],
) -> set[tuple[str, int]]:
    """Write the blocks of one file.

    Args:
        connection: The index.
        file: The file's id.
        blocks: All that it has now.
        parsed: Entries that were parsed already, by their lines.

    Returns:
        The names and days whose lines are other than before.
    """
    rows = connection.execute("SELECT name, lines FROM blocks WHERE file = ?", (file,))
    before: dict[str, str] = dict(rows.fetchall())
    touched: set[tuple[str, int]] = set()
    for name in before.keys() | blocks.keys():
        old = before.get(name, "")
        new = blocks[name].lines if name in blocks else ""
        if not old:
            touched |= {(name, day) for day in blocks[name].days}
        elif old != new:
            touched |= {(name, day) for day in _days_between(old, new, parsed)}
    gone = [(file, name) for name in before.keys() - blocks.keys()]
    connection.executemany("DELETE FROM blocks WHERE file = ? AND name = ?", gone)
    changed = [
        (name, file, *block[:3])
        for name, block in blocks.items()
        if before.get(name) != block.lines
    ]
    connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?)", sorted(changed))
    return touched


def add_line(
    connection: sqlite3.Connection, file: int, number: int, text: str, entry: LogEntry
) -> None:
    """Take in a line that was appended to a file."""
    name = fold_name(entry.habit)
    record = _record(number, text, "")
    connection.execute(
        "INSERT INTO blocks VALUES (?, ?, ?, ?, ?) ON CONFLICT(name, file) DO UPDATE SET "
        "first = min(first, excluded.first), last = max(last, excluded.last), "
        "lines = lines || char(10) || excluded.lines",
        (name, file, entry.day, entry.day, record),
    )


def drop_blocks(connection: sqlite3.Connection, file: int) -> set[tuple[str, int]]:
    """Delete the blocks of one file; give the names and days that they were about."""
    rows = connection.execute("SELECT name, lines FROM blocks WHERE file = ?", (file,)).fetchall()
    connection.execute("DELETE FROM blocks WHERE file = ?", (file,))
    return {(name, day) for name, lines in rows for day in _days_between(lines, "", {})}


def read_names(connection: sqlite3.Connection) -> Iterator[str]:
    """The folded names that the log has."""
    for (name,) in connection.execute("SELECT DISTINCT name FROM blocks"):
        yield name


def read_line_texts(
    connection: sqlite3.Connection, names: Iterable[str], first: int, last: int
) -> Iterator[str]:
    """The lines of a habit that can be about some days, without those that follow each.

    Args:
        connection: The index.
        names: The folded names under which the log has the habit.
        first: The first day, as an ordinal.
        last: The last day; what is about another day may be among the lines.
    """
    for _, lines in _rows(connection, names, first, last):
        for record in lines.split("\n"):
            if record[0].isdigit():
                yield record[record.index(" ") + 1 :]


def read_stored_lines(
    connection: sqlite3.Connection, names: Iterable[str], first: int, last: int
) -> Iterator[StoredLine]:
    """The lines of a habit from one day to another, file by file."""
    for path, lines in _rows(connection, names, first, last):
        for number, text, more in _records(lines):
            entry = log.parse_line(text).entry
            if entry is not None and first <= entry.day <= last:
                yield StoredLine(path, number, text, more, entry)


def _rows(
    connection: sqlite3.Connection, names: Iterable[str], first: int, last: int
) -> Iterator[tuple[str, str]]:
    for name in names:
        yield from connection.execute(
            "SELECT path, lines FROM blocks JOIN files ON files.id = blocks.file "
            "WHERE name = ? AND last >= ? AND first <= ? ORDER BY path",
            (name, first, last),
        ).fetchall()


def _record(number: int, text: str, more: str) -> str:
    return f"{number} {text}\n{more}" if more else f"{number} {text}"


def _records(lines: str) -> Iterator[tuple[int, str, str]]:
    """Number, line, and what belongs to it: lines that belong to one are indented."""
    number, text, more = 0, "", ""
    for record in lines.split("\n"):
        if not record[0].isdigit():
            more = f"{more}\n{record}" if more else record
            continue
        if number:
            yield number, text, more
        digits, _, text = record.partition(" ")
        number, more = int(digits), ""
    yield number, text, more


def _days_between(old: str, new: str, parsed: Mapping[str, LogEntry]) -> set[int]:
    """The days of the lines that stand in one of two blocks, or under another number."""
    before = set(_records(old)) if old else set()
    after = set(_records(new)) if new else set()
    changed = (text for _, text, _ in before ^ after)
    entries = (parsed.get(text) or log.parse_line(text).entry for text in changed)
    return {entry.day for entry in entries if entry is not None}


# The file in which habits are indexed: small, apart from the catalog, and opened in a moment.
#
# Like the catalog it is derived and never migrated: one of another version, or a damaged one, is
# set aside and built again. Where it cannot be written at all it lives in memory, because a
# check-in must not fail for the sake of a cache.


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
{BLOCKS_TABLE}
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


# Which files of habits the index does not know as they are: logs, and notes that define one.


LOG_FOLDER = "habits/log"
"""Entries count here and nowhere else, whatever folder habits themselves are in."""


class HabitScan(NamedTuple):
    """What differs between the files of habits and what is known of them.

    Attributes:
        changed: Files that are new or changed, by vault path.
        removed: Files that are gone.
        unreadable: Files and folders that could not be looked at, each with the reason.
    """

    changed: dict[str, Fingerprint]
    removed: list[str]
    unreadable: dict[str, str]


def scan_habit_files(
    root: str, folder: str, connection: sqlite3.Connection, elsewhere: Iterable[str] | None = None
) -> HabitScan:
    """Compare the files of habits with what is known of them.

    Args:
        root: The vault.
        folder: The folder of habit notes, vault-relative.
        connection: The index.
        elsewhere: Notes outside of it that define habits; None are those that are known.
    """
    known = {
        path: Fingerprint(*map(int, mark.split()))
        for path, mark in connection.execute(
            "SELECT path, mark FROM files UNION ALL SELECT path, mark FROM definitions"
        )
    }
    found = HabitScan({}, [], {})
    for place in _folders(folder):
        changes = _sweep(root, place, known)
        found.changed.update(changes.added)
        found.changed.update(changes.modified)
        found.removed.extend(changes.removed)
        found.unreadable.update(changes.unreadable)
    swept = tuple(f"{place}/" for place in _folders(folder))
    outside = {path for path in known if not path.startswith(swept)}
    wanted = outside if elsewhere is None else set(elsewhere)
    found.removed.extend(outside - wanted)
    for path in wanted:
        if path.startswith(swept):
            continue
        mark = read_mark(root, path)
        if mark is not None and known.get(path) != mark:
            found.changed[path] = mark
        elif mark is None and path in known:
            found.removed.append(path)
    # One that is no text cannot be kept in the index, and would hide all other habits.
    odd = [path for path in found.changed if not path.isascii()]
    if odd:
        from notekeep.query.folding import is_unicode

        odd = [path for path in odd if not is_unicode(path)]
    for path in odd:
        del found.changed[path]
        found.unreadable[path] = "its name is not UTF-8; rename it"
    return found


def is_log(path: str) -> bool:
    """Whether a vault path lies where entries count."""
    return path.startswith(f"{LOG_FOLDER}/")


def _folders(folder: str) -> list[str]:
    """The folders to sweep, none of them within another."""
    if not folder:
        return [LOG_FOLDER]  # the vault's root holds everything; the catalog knows its habits
    if f"{LOG_FOLDER}/".startswith(f"{folder}/"):
        return [folder]
    return [folder, LOG_FOLDER]


def _sweep(root: str, folder: str, known: dict[str, Fingerprint]) -> ScanResult:
    if os.path.isdir(os.path.join(root, folder)):
        return sweep(root, known, under=folder, log_folder=LOG_FOLDER)
    return ScanResult(removed=[path for path in known if path.startswith(f"{folder}/")])


def read_mark(root: str, path: str) -> Fingerprint | None:
    """The fingerprint of a file; None when it is not there."""
    try:
        stat = os.stat(os.path.join(root, path))
    except OSError:
        return None
    return Fingerprint(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def format_mark(mark: Fingerprint) -> str:
    """Write a fingerprint as the index keeps it; an inode may be larger than SQLite's numbers."""
    return " ".join(map(str, mark))


# Files into the index of habits: log files line by line, definitions by their front matter.
#
# Only what changed is read. Days whose lines changed are folded again, and a habit whose names
# or unit changed is folded anew; the result is the same as building everything from the files.


MOST_PARSED = 200_000
"""So many parsed lines are kept while files are read, which is ten years of twenty habits twice."""

FEW_DAYS = 40
"""So many days of a habit are looked up one by one; for more, all its lines are read at once."""


def store_scan(connection: sqlite3.Connection, root: str, found: HabitScan) -> set[str] | None:
    """Write what changed into the index, within a transaction of the caller.

    A file that cannot be read keeps the rows it has and is named among the unreadable.

    Returns:
        The keys of the habits whose days are other than before; None when notes that may define
        habits changed, so that anything may be other than before.
    """
    touched: set[tuple[str, int]] = set()
    parsed: dict[str, LogEntry] = {}
    is_redefined = not all(map(is_log, found.removed))
    for path in found.removed:
        if is_log(path):
            touched |= _drop_log(connection, path)
        else:
            connection.execute("DELETE FROM definitions WHERE path = ?", (path,))
    for path, mark in found.changed.items():
        try:
            with open(os.path.join(root, path), "rb") as file:
                data = file.read()
        except OSError as error:
            found.unreadable[path] = error.strerror or str(error)
            continue
        if is_log(path):
            touched |= _take_log(connection, path, mark, data, parsed)
        else:
            is_redefined |= _take_definition(connection, path, mark, data)
    if not is_redefined:
        return _fold_again(connection, touched, parsed)
    # Another definition can give any name of the log to another habit.
    _fold_again(connection, touched, parsed, read_names(connection))
    return None


def store_appended_lines(
    connection: sqlite3.Connection,
    root: str,
    habit: Habit,
    path: str,
    lines: Mapping[str, LogEntry],
) -> bool:
    """Take lines in that were just appended to a log file, without reading it.

    Args:
        connection: The index, within a transaction of the caller.
        root: The vault.
        habit: Whose lines they are.
        path: The file, vault-relative.
        lines: What the lines say, by their text, in order.

    Returns:
        False when the file is not what was known of it and these lines behind that; then it has
        to be read.
    """
    row = connection.execute(
        "SELECT id, mark, breaks, sum FROM files WHERE path = ?", (path,)
    ).fetchone()
    after = read_mark(root, path)
    if row is None or after is None:
        return False
    file, mark, breaks, crc = row
    before = Fingerprint(*map(int, mark.split()))
    piece = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    if (after.size, after.inode) != (before.size + len(piece), before.inode):
        return False
    for number, (line, entry) in enumerate(lines.items(), breaks + 1):
        add_line(connection, file, number, line, entry)
    # Written a moment ago, so it could change again and look the same: the next look compares
    # the checksum, and only then is the fingerprint sure.
    connection.execute(
        "UPDATE files SET mark = ?, breaks = ?, sum = ? WHERE id = ?",
        (format_mark(after.unsure()), breaks + len(lines), crc32(piece, crc), file),
    )
    days = read_days(connection, habit.key)
    changed = {entry.day for entry in lines.values()}
    write_days(connection, habit, _folded(connection, habit, changed, days, {}))
    return True


def read_definitions(connection: sqlite3.Connection) -> Iterator[Definition]:
    """All definitions, by their paths."""
    rows = connection.execute(
        "SELECT path, fields FROM definitions WHERE fields IS NOT NULL ORDER BY path"
    )
    for path, fields in rows:
        definition = read_definition(json.loads(fields), path)
        if definition is not None:
            yield definition


def read_habits(connection: sqlite3.Connection) -> list[Habit]:
    """All habits, as the index knows them."""
    names = [name for (name,) in connection.execute("SELECT name FROM habits")]
    return known_habits(read_definitions(connection), names)


def read_entries(
    connection: sqlite3.Connection,
    names: Iterable[str],
    first: int,
    last: int,
    parsed: Mapping[str, LogEntry] | None = None,
) -> Iterator[LogEntry]:
    """The entries of a habit from one day to another.

    Args:
        connection: The index.
        names: The folded names under which the log has the habit.
        first: The first day, as an ordinal.
        last: The last day.
        parsed: Entries that were parsed already, by their lines.
    """
    for text in read_line_texts(connection, names, first, last):
        entry = parsed.get(text) if parsed else None
        entry = entry or log.parse_line(text).entry
        if entry is not None and first <= entry.day <= last:
            yield entry


def write_days(connection: sqlite3.Connection, habit: Habit, days: DayHistory) -> None:
    """Write a habit's history."""
    connection.execute(
        "INSERT OR REPLACE INTO habits VALUES (?, ?, ?, ?, ?)",
        (habit.key, basis(habit), *days.pack()),
    )


def read_days(connection: sqlite3.Connection, key: str) -> DayHistory:
    """Read a habit's history."""
    row = connection.execute(
        "SELECT first, codes, amounts FROM habits WHERE name = ?", (key,)
    ).fetchone()
    return DayHistory.unpack(*row) if row else DayHistory()


def basis(habit: Habit) -> str:
    """What a habit's days are folded with; when it changes, all of them are."""
    return json.dumps([habit.definition.unit, sorted(habit.names)], ensure_ascii=False)


def _drop_log(connection: sqlite3.Connection, path: str) -> set[tuple[str, int]]:
    row = connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
    if row is None:
        return set()
    touched = drop_blocks(connection, row[0])
    connection.execute("DELETE FROM reports WHERE file = ?", row)
    connection.execute("DELETE FROM files WHERE id = ?", row)
    return touched


def _take_log(
    connection: sqlite3.Connection,
    path: str,
    mark: Fingerprint,
    data: bytes,
    parsed: dict[str, LogEntry],
) -> set[tuple[str, int]]:
    """Write the lines of a log file, and give the names and days that are other than before."""
    known = connection.execute("SELECT id, sum FROM files WHERE path = ?", (path,)).fetchone()
    crc = crc32(data)
    if known is not None and known[1] == crc:
        connection.execute("UPDATE files SET mark = ? WHERE id = ?", (format_mark(mark), known[0]))
        return set()
    connection.execute(
        "INSERT INTO files(path, mark, breaks, sum) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(path) DO UPDATE SET "
        "mark = excluded.mark, breaks = excluded.breaks, sum = excluded.sum",
        (path, format_mark(mark), data.count(b"\n"), crc),
    )
    file = connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()[0]
    lines = log.parse_file(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    if len(parsed) < MOST_PARSED:
        parsed.update((text, entry) for _, text, (entry, _), _ in lines if entry is not None)
    reports = [
        (file, number, report.code, report.message, report.fix, text)
        for number, text, (_, report), _ in lines
        if report is not None
    ]
    connection.execute("DELETE FROM reports WHERE file = ?", (file,))
    connection.executemany("INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?)", reports)
    return put_blocks(connection, file, make_blocks(lines), parsed)


def _take_definition(
    connection: sqlite3.Connection, path: str, mark: Fingerprint, data: bytes
) -> bool:
    """Write what a note defines; False when it is, byte for byte, what was read before."""
    crc = crc32(data)
    known = connection.execute("SELECT sum FROM definitions WHERE path = ?", (path,)).fetchone()
    if known == (crc,):
        connection.execute(
            "UPDATE definitions SET mark = ? WHERE path = ?", (format_mark(mark), path)
        )
        return False
    fields: str | None = None
    problem: str | None = None
    line: int | None = None
    if b"habit" in data:  # any other note is not worth loading the reader of front matter for
        from notekeep.markdown import frontmatter

        matter = frontmatter.read_frontmatter(data)
        words = {key.casefold(): value for key, value in matter.words.items()}
        if words.get("habit"):
            fields = json.dumps(words, ensure_ascii=False)
        if matter.error is not None:
            problem, line = matter.error.message, matter.error.line
        elif not fields and words.get("type") == "habit":
            problem, line = "it says type: habit, and has no habit: with the id of one", 1
    connection.execute(
        "INSERT OR REPLACE INTO definitions VALUES (?, ?, ?, ?, ?, ?)",
        (path, format_mark(mark), crc, fields, problem, line),
    )
    return True


def _fold_again(
    connection: sqlite3.Connection,
    touched: set[tuple[str, int]],
    parsed: Mapping[str, LogEntry],
    names: Iterable[str] = (),
) -> set[str] | None:
    """Bring the days of all habits up to date with their lines.

    Args:
        connection: The index.
        touched: Names and days whose lines are other than before.
        parsed: Entries that were parsed already, by their lines.
        names: Names that the log has, besides those that are habits already.

    Returns:
        The keys of the habits that were folded; None when there are others than before.
    """
    by_name: dict[str, set[int]] = {}
    for name, day in touched:
        by_name.setdefault(name, set()).add(day)
    rows = {row[0]: row for row in connection.execute("SELECT * FROM habits")}
    before = set(rows)
    found = known_habits(read_definitions(connection), {*rows, *by_name, *names})
    folded: set[str] = set()
    for habit in found:
        row = rows.pop(habit.key, None)
        changed = set().union(*(by_name.get(name, ()) for name in habit.names))
        if row is None or row[1] != basis(habit):
            days = _folded(connection, habit, None, DayHistory(), parsed)
        elif changed:
            days = _folded(connection, habit, changed, DayHistory.unpack(*row[2:]), parsed)
        elif habit.definition.path or row[3]:
            continue
        else:
            days = DayHistory()
        folded.add(habit.key)
        if days or habit.definition.path:
            write_days(connection, habit, days)
        else:
            rows[habit.key] = ()
    connection.executemany("DELETE FROM habits WHERE name = ?", [(name,) for name in rows])
    return None if rows or folded - before else folded


def _folded(
    connection: sqlite3.Connection,
    habit: Habit,
    changed: set[int] | None,
    days: DayHistory,
    parsed: Mapping[str, LogEntry],
) -> DayHistory:
    """Fold the changed days of a habit, or all of them."""
    if changed is None or len(changed) > FEW_DAYS:
        by_day: dict[int, list[LogEntry]] = {}
        for entry in read_entries(connection, habit.names, 0, log.LAST_DAY, parsed):
            by_day.setdefault(entry.day, []).append(entry)
        unit = habit.definition.unit
        return DayHistory({day: reduce_entries(entries, unit) for day, entries in by_day.items()})
    for day in changed:
        entries = read_entries(connection, habit.names, day, day, parsed)
        days.put(day, reduce_entries(entries, habit.definition.unit))
    return days

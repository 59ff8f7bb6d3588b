"""Files into the index of habits: log files line by line, definitions by their front matter.

Only what changed is read. Days whose lines changed are folded again, and a habit whose names or
unit changed is folded anew; the result is the same as building everything from the files.
"""

from __future__ import annotations

import json
import os
from binascii import crc32
from typing import TYPE_CHECKING

from notekeep.files.changes import Fingerprint
from notekeep.habits import log
from notekeep.habits.days import Days
from notekeep.habits.definition import read_definition
from notekeep.habits.fold import fold
from notekeep.index.habit_blocks import (
    add_line,
    blocks_of,
    drop_blocks,
    names_in,
    put_blocks,
    texts,
)
from notekeep.index.habit_look import is_log, mark_of, write_mark
from notekeep.index.habit_names import Habit, known_habits

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from notekeep.habits.definition import Definition
    from notekeep.habits.log import Entry
    from notekeep.index.habit_look import Swept

MOST_PARSED = 200_000
"""So many parsed lines are kept while files are read, which is ten years of twenty habits twice."""

FEW_DAYS = 40
"""So many days of a habit are looked up one by one; for more, all its lines are read at once."""


def take_in(connection: sqlite3.Connection, root: str, found: Swept) -> set[str] | None:
    """Write what changed into the index, within a transaction of the caller.

    A file that cannot be read keeps the rows it has and is named among the unreadable.

    Returns:
        The keys of the habits whose days are other than before; None when notes that may define
        habits changed, so that anything may be other than before.
    """
    touched: set[tuple[str, int]] = set()
    parsed: dict[str, Entry] = {}
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
    _fold_again(connection, touched, parsed, names_in(connection))
    return None


def take_appended(
    connection: sqlite3.Connection, root: str, habit: Habit, path: str, lines: Mapping[str, Entry]
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
    after = mark_of(root, path)
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
        (write_mark(after.unsure()), breaks + len(lines), crc32(piece, crc), file),
    )
    days = get_days(connection, habit.key)
    changed = {entry.day for entry in lines.values()}
    put_days(connection, habit, _folded(connection, habit, changed, days, {}))
    return True


def definitions(connection: sqlite3.Connection) -> Iterator[Definition]:
    """All definitions, by their paths."""
    rows = connection.execute(
        "SELECT path, fields FROM definitions WHERE fields IS NOT NULL ORDER BY path"
    )
    for path, fields in rows:
        definition = read_definition(json.loads(fields), path)
        if definition is not None:
            yield definition


def habits(connection: sqlite3.Connection) -> list[Habit]:
    """All habits, as the index knows them."""
    names = [name for (name,) in connection.execute("SELECT name FROM habits")]
    return known_habits(definitions(connection), names)


def entries_of(
    connection: sqlite3.Connection,
    names: Iterable[str],
    first: int,
    last: int,
    parsed: Mapping[str, Entry] | None = None,
) -> Iterator[Entry]:
    """The entries of a habit from one day to another.

    Args:
        connection: The index.
        names: The folded names under which the log has the habit.
        first: The first day, as an ordinal.
        last: The last day.
        parsed: Entries that were parsed already, by their lines.
    """
    for text in texts(connection, names, first, last):
        entry = parsed.get(text) if parsed else None
        entry = entry or log.parse_line(text).entry
        if entry is not None and first <= entry.day <= last:
            yield entry


def put_days(connection: sqlite3.Connection, habit: Habit, days: Days) -> None:
    """Write a habit's history."""
    connection.execute(
        "INSERT OR REPLACE INTO habits VALUES (?, ?, ?, ?, ?)",
        (habit.key, basis(habit), days.first, bytes(days.codes), days.amounts.tobytes()),
    )


def get_days(connection: sqlite3.Connection, key: str) -> Days:
    """Read a habit's history."""
    row = connection.execute(
        "SELECT first, codes, amounts FROM habits WHERE name = ?", (key,)
    ).fetchone()
    return Days(*row) if row else Days()


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
    parsed: dict[str, Entry],
) -> set[tuple[str, int]]:
    """Write the lines of a log file, and give the names and days that are other than before."""
    known = connection.execute("SELECT id, sum FROM files WHERE path = ?", (path,)).fetchone()
    crc = crc32(data)
    if known is not None and known[1] == crc:
        connection.execute("UPDATE files SET mark = ? WHERE id = ?", (write_mark(mark), known[0]))
        return set()
    connection.execute(
        "INSERT INTO files(path, mark, breaks, sum) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(path) DO UPDATE SET "
        "mark = excluded.mark, breaks = excluded.breaks, sum = excluded.sum",
        (path, write_mark(mark), data.count(b"\n"), crc),
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
    return put_blocks(connection, file, blocks_of(lines), parsed)


def _take_definition(
    connection: sqlite3.Connection, path: str, mark: Fingerprint, data: bytes
) -> bool:
    """Write what a note defines; False when it is, byte for byte, what was read before."""
    crc = crc32(data)
    known = connection.execute("SELECT sum FROM definitions WHERE path = ?", (path,)).fetchone()
    if known == (crc,):
        connection.execute(
            "UPDATE definitions SET mark = ? WHERE path = ?", (write_mark(mark), path)
        )
        return False
    fields: str | None = None
    problem: str | None = None
    line: int | None = None
    if b"habit" in data:  # any other note is not worth loading the reader of front matter for
        from notekeep.markdown import frontmatter

        matter = frontmatter.read(data)
        words = {key.casefold(): value for key, value in matter.words.items()}
        if words.get("habit"):
            fields = json.dumps(words, ensure_ascii=False)
        if matter.error is not None:
            problem, line = matter.error.message, matter.error.line
        elif not fields and words.get("type") == "habit":
            problem, line = "it says type: habit, and has no habit: with the id of one", 1
    connection.execute(
        "INSERT OR REPLACE INTO definitions VALUES (?, ?, ?, ?, ?, ?)",
        (path, write_mark(mark), crc, fields, problem, line),
    )
    return True


def _fold_again(
    connection: sqlite3.Connection,
    touched: set[tuple[str, int]],
    parsed: Mapping[str, Entry],
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
    found = known_habits(definitions(connection), {*rows, *by_name, *names})
    folded: set[str] = set()
    for habit in found:
        row = rows.pop(habit.key, None)
        changed = set().union(*(by_name.get(name, ()) for name in habit.names))
        if row is None or row[1] != basis(habit):
            days = _folded(connection, habit, None, Days(), parsed)
        elif changed:
            days = _folded(connection, habit, changed, Days(*row[2:]), parsed)
        elif habit.definition.path or row[3]:
            continue
        else:
            days = Days()
        folded.add(habit.key)
        if days.codes or habit.definition.path:
            put_days(connection, habit, days)
        else:
            rows[habit.key] = ()
    connection.executemany("DELETE FROM habits WHERE name = ?", [(name,) for name in rows])
    return None if rows or folded - before else folded


def _folded(
    connection: sqlite3.Connection,
    habit: Habit,
    changed: set[int] | None,
    days: Days,
    parsed: Mapping[str, Entry],
) -> Days:
    """Fold the changed days of a habit, or all of them."""
    if changed is None or len(changed) > FEW_DAYS:
        by_day: dict[int, list[Entry]] = {}
        for entry in entries_of(connection, habit.names, 0, log.LAST_DAY, parsed):
            by_day.setdefault(entry.day, []).append(entry)
        unit = habit.definition.unit
        return Days.of({day: fold(entries, unit) for day, entries in by_day.items()})
    for day in changed:
        entries = entries_of(connection, habit.names, day, day, parsed)
        days.put(day, fold(entries, habit.definition.unit))
    days.trim()
    return days

"""How the index of habits keeps the lines of the log: a block for each habit name and file.

A block is the lines of one name in one file, each behind its number, so that ten years of a log
are a few thousand rows instead of as many as there are lines. What a line says is not kept: it is
read again from its text. What a day is made of them is decided in `habit_refresh`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import log
from notekeep.habits.definition import fold_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from notekeep.habits.log import Entry, Placed

TABLE = """
CREATE TABLE blocks(
    name TEXT NOT NULL, file INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    lines TEXT NOT NULL, PRIMARY KEY(name, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_file ON blocks(file);
"""
"""`name` is folded, `first` and `last` are the days the lines are about, as ordinals. `lines` has a
number, a blank and a line of the log, then the indented lines that belong to it; so often."""


class Block(NamedTuple):
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


class Kept(NamedTuple):
    """A line of the log: its file, its number from 1, its text, and the lines that follow it."""

    path: str
    number: int
    text: str
    more: str
    entry: Entry


def blocks_of(placed: Iterable[Placed]) -> dict[str, Block]:
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
        name: Block(min(said), max(said), "\n".join(lines[name]), frozenset(said))
        for name, said in days.items()
    }


def put_blocks(
    connection: sqlite3.Connection,
    file: int,
    blocks: Mapping[str, Block],
    parsed: Mapping[str, Entry],
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
    connection: sqlite3.Connection, file: int, number: int, text: str, entry: Entry
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


def names_in(connection: sqlite3.Connection) -> Iterator[str]:
    """The folded names that the log has."""
    for (name,) in connection.execute("SELECT DISTINCT name FROM blocks"):
        yield name


def texts(
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


def kept(
    connection: sqlite3.Connection, names: Iterable[str], first: int, last: int
) -> Iterator[Kept]:
    """The lines of a habit from one day to another, file by file."""
    for path, lines in _rows(connection, names, first, last):
        for number, text, more in _records(lines):
            entry = log.parse_line(text).entry
            if entry is not None and first <= entry.day <= last:
                yield Kept(path, number, text, more, entry)


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


def _days_between(old: str, new: str, parsed: Mapping[str, Entry]) -> set[int]:
    """The days of the lines that stand in one of two blocks, or under another number."""
    before = set(_records(old)) if old else set()
    after = set(_records(new)) if new else set()
    changed = (text for _, text, _ in before ^ after)
    entries = (parsed.get(text) or log.parse_line(text).entry for text in changed)
    return {entry.day for entry in entries if entry is not None}

"""SQLite's FTS5: porter stemmer, contentless, two- and three-letter prefix indexes, bm25."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from bench.engines.question import HITS, SEARCHED, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import NoteData, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "tag", "day", "key"})

_COLUMNS = ", ".join(TEXTS)
_WEIGHTS = ", ".join(str(weight) for weight in TEXTS.values())
_SEARCHED_COLUMNS = "{" + " ".join(SEARCHED) + "}"
_INSERT = f"INSERT INTO words(rowid, {_COLUMNS}) VALUES (?{', ?' * len(TEXTS)})"
_SELECT = "SELECT notes.path FROM words JOIN notes ON notes.id = words.rowid WHERE words MATCH ?"
_BEST = f" ORDER BY bm25(words, {_WEIGHTS}) LIMIT {HITS}"


class Engine:
    """An FTS5 table in a database file."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder, "fts.db")

    def build(self, notes: Iterable[NoteData]) -> None:
        """Index all notes."""
        self._path.parent.mkdir(parents=True)
        with sqlite3.connect(self._path) as database:
            database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, path TEXT, day INTEGER)")
            database.execute("CREATE UNIQUE INDEX by_path ON notes (path)")
            database.execute(
                f"CREATE VIRTUAL TABLE words USING fts5({_COLUMNS}, content='',"
                " contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2',"
                " prefix='2 3')"
            )
            for number, note in enumerate(notes):
                _insert(database, number, note)

    def open(self) -> None:
        """Open the database for searching."""
        self._database = sqlite3.connect(self._path)

    def ask(self, question: Question) -> list[str]:
        """Return the paths of the best hits."""
        match = _match(question)
        if question.kind == "day":
            found = self._database.execute(
                f"{_SELECT} AND notes.day BETWEEN ? AND ?{_BEST}", (match, *question.days)
            )
        else:
            found = self._database.execute(_SELECT + _BEST, (match,))
        return [path for (path,) in found]

    def update(self, note: NoteData) -> None:
        """Replace the note with the same path."""
        with self._database as database:
            [(number,)] = database.execute("SELECT id FROM notes WHERE path = ?", (note["path"],))
            database.execute("DELETE FROM words WHERE rowid = ?", (number,))
            database.execute("DELETE FROM notes WHERE id = ?", (number,))
            _insert(database, number, note)


def _insert(database: sqlite3.Connection, number: int, note: NoteData) -> None:
    database.execute("INSERT INTO notes VALUES (?, ?, ?)", (number, note["path"], note["day"]))
    texts = note["texts"]
    database.execute(_INSERT, (number, *(texts.get(name, "") for name in TEXTS)))


def _match(question: Question) -> str:
    words = [f'"{word}"' for word in question.words]
    if question.kind in {"prefix", "key"}:
        words[-1] += " *"
    if question.kind == "phrase":
        words = [f'"{" ".join(question.words)}"']
    expression = (" OR " if question.kind == "or" else " AND ").join(words)
    match = f"{_SEARCHED_COLUMNS} : ({expression})"
    return f'{match} AND tags : "{question.tag}"' if question.tag else match

"""The second baseline for searching: SQLite's FTS5 with bm25, used as in its manual.

It has the fields and weights of notekeep, and the porter tokenizer over unicode61 without
diacritics. Every word is quoted, because unquoted signs are errors in FTS5's query language.
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from bench.plain_whoosh import BOOSTS, notes, texts

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ", ".join(BOOSTS)
WEIGHTS = ", ".join(map(str, BOOSTS.values()))

_PIECE = re.compile(rf'(?:({"|".join(BOOSTS)}):)?("[^"]*"|\S+)')


class Searcher:
    """Searches an in-memory table of all notes."""

    def __init__(self, root: Path) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            f"CREATE VIRTUAL TABLE notes USING fts5(path UNINDEXED, {COLUMNS},"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        marks = ", ".join("?" * (len(BOOSTS) + 1))
        self._database.executemany(
            f"INSERT INTO notes VALUES ({marks})",
            ((note.path, *(texts(note)[name] for name in BOOSTS)) for note in notes(root)),
        )

    def paths(self, query: str, limit: int = 20, *, needs_all: bool = True) -> list[str]:
        """Return the paths of the best hits; a star makes the last word a prefix."""
        found = self._database.execute(
            "SELECT path FROM notes WHERE notes MATCH ?"
            f" ORDER BY bm25(notes, 0, {WEIGHTS}) LIMIT ?",
            (_to_fts5(query, "AND" if needs_all else "OR"), limit),
        )
        return [path for (path,) in found]


def _to_fts5(query: str, operator: str) -> str:
    """Convert words, phrases, prefixes and fields to the syntax of FTS5."""
    terms = []
    for field, text in _PIECE.findall(query):
        bare = text.strip('"').rstrip("*").replace('"', '""')
        star = " *" if text.endswith("*") and len(text) > 1 else ""
        terms.append(f'{f"{field} : " if field else ""}"{bare}"{star}')
    return f" {operator} ".join(terms)

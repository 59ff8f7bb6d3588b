# mypy: untyped-calls-exclude="whoosh"
"""Plain Whoosh: the library as used in its manual.

It has the fields and weights of notekeep, StemmingAnalyzer, stored bodies, the default segment and
merge policy, MultifieldParser and `limit=20`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import HITS, SEARCHED, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import NoteData, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day", "key"})


class Engine:
    """An index in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def build(self, notes: Iterable[NoteData]) -> None:
        """Index all notes in one commit."""
        from whoosh.analysis.analyzers import StemmingAnalyzer
        from whoosh.fields import DATETIME, ID, TEXT, Schema
        from whoosh.index import create_in

        Path(self._folder).mkdir(parents=True)
        analyzer = StemmingAnalyzer()
        fields: dict[str, Any] = {
            name: TEXT(analyzer=analyzer, field_boost=boost, stored=name == "body")
            for name, boost in TEXTS.items()
        }
        schema = Schema(path=ID(unique=True, stored=True), day=DATETIME, **fields)
        writer = create_in(self._folder, schema).writer()
        for note in notes:
            writer.add_document(**_document(note))
        writer.commit()

    def open(self) -> None:
        """Open the index for searching."""
        from whoosh.index import open_dir
        from whoosh.qparser.default import MultifieldParser
        from whoosh.qparser.plugins import FuzzyTermPlugin

        self._index = open_dir(self._folder)
        self._parser: Any = MultifieldParser(list(SEARCHED), self._index.schema)
        self._parser.add_plugin(FuzzyTermPlugin())
        self._searcher: Any = self._index.searcher()

    def ask(self, question: Question) -> list[str]:
        """Return the paths of the best hits."""
        query = self._parser.parse(_query(question))
        return [hit["path"] for hit in self._searcher.search(query, limit=HITS)]

    def update(self, note: NoteData) -> None:
        """Replace the note with the same path."""
        writer = self._index.writer()
        writer.update_document(**_document(note))
        writer.commit()
        # `Searcher.refresh` still finds replaced documents, so open a new searcher.
        self._searcher = self._index.searcher()


def _document(note: NoteData) -> dict[str, Any]:
    day = dt.datetime.strptime(str(note["day"]), "%Y%m%d")  # noqa: DTZ007
    return {"path": note["path"], "day": day, **note["texts"]}


def _query(question: Question) -> str:
    words = (" OR " if question.kind == "or" else " ").join(question.words)
    match question.kind:
        case "phrase":
            return f'"{words}"'
        case "prefix" | "key":
            return f"{words}*"
        case "fuzzy":
            return f"{words}~1"
        case "tag":
            return f"tags:{question.tag} {words}"
        case "day":
            first, last = question.days
            return f"day:[{first} to {last}] {words}"
        case _:
            return words

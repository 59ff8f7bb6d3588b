# mypy: untyped-calls-exclude="whoosh"
"""Plain Whoosh: the library as its manual shows it.

The same fields and weights as notekeep's, its StemmingAnalyzer, stored bodies, the default segment
and merge policy, MultifieldParser, `limit=20`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import ASKED, HITS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import Given, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day", "key"})


class Engine:
    """An index in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def build(self, notes: Iterable[Given]) -> None:
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
        """Be ready for questions."""
        from whoosh.index import open_dir
        from whoosh.qparser.default import MultifieldParser
        from whoosh.qparser.plugins import FuzzyTermPlugin

        self._index = open_dir(self._folder)
        self._parser: Any = MultifieldParser(list(ASKED), self._index.schema)
        self._parser.add_plugin(FuzzyTermPlugin())
        self._searcher: Any = self._index.searcher()

    def ask(self, question: Question) -> list[str]:
        """The paths of the best notes."""
        query = self._parser.parse(_query(question))
        return [hit["path"] for hit in self._searcher.search(query, limit=HITS)]

    def update(self, note: Given) -> None:
        """Put a note in the place of the one with its path."""
        writer = self._index.writer()
        writer.update_document(**_document(note))
        writer.commit()
        # Searcher.refresh goes on finding what was replaced, so a new one is opened.
        self._searcher = self._index.searcher()


def _document(note: Given) -> dict[str, Any]:
    day = dt.datetime.strptime(str(note["day"]), "%Y%m%d")  # noqa: DTZ007 - a day has no zone
    return {"path": note["path"], "day": day, **note["texts"]}


def _query(question: Question) -> str:
    said = (" OR " if question.kind == "or" else " ").join(question.words)
    match question.kind:
        case "phrase":
            return f'"{said}"'
        case "prefix" | "key":
            return f"{said}*"
        case "fuzzy":
            return f"{said}~1"
        case "tag":
            return f"tags:{question.tag} {said}"
        case "day":
            first, last = question.days
            return f"day:[{first} to {last}] {said}"
        case _:
            return said

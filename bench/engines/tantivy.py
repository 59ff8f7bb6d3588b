"""Tantivy, an engine written in Rust, through its Python binding; one thread, like all engines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import HITS, SEARCHED, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import NoteData, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day", "key"})

HEAP = 128_000_000


class Engine:
    """An index in a folder."""

    def __init__(self, folder: str) -> None:
        import tantivy  # type: ignore[import-not-found]  # installed in a separate environment

        self._tantivy: Any = tantivy
        self._folder = folder
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("path", stored=True, tokenizer_name="raw")
        builder.add_integer_field("day", indexed=True)
        for name in TEXTS:
            builder.add_text_field(name, tokenizer_name="en_stem")
        self._schema = builder.build()

    def build(self, notes: Iterable[NoteData]) -> None:
        """Index all notes in one commit."""
        Path(self._folder).mkdir(parents=True)
        writer = self._open_index().writer(heap_size=HEAP, num_threads=1)
        for note in notes:
            writer.add_document(self._document(note))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        """Open the index for searching."""
        self._index = self._open_index()
        self._searcher = self._index.searcher()
        self._writer: Any = None

    def ask(self, question: Question) -> list[str]:
        """Return the paths of the best hits."""
        hits = self._searcher.search(self._query(question), limit=HITS).hits
        return [self._searcher.doc(address)["path"][0] for _, address in hits]

    def update(self, note: NoteData) -> None:
        """Replace the note with the same path."""
        if self._writer is None:
            self._writer = self._index.writer(heap_size=HEAP, num_threads=1)
        self._writer.delete_documents("path", note["path"])
        self._writer.add_document(self._document(note))
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def _open_index(self) -> Any:
        return self._tantivy.Index(self._schema, path=self._folder)

    def _document(self, note: NoteData) -> Any:
        return self._tantivy.Document(path=note["path"], day=note["day"], **note["texts"])

    def _query(self, question: Question) -> Any:
        words = question.words
        match question.kind:
            case "phrase":
                return self._parse(f'"{" ".join(words)}"')
            case "prefix" | "key":
                last = self._in_each("regex_query", f"{re.escape(words[-1])}.*")
                return self._all([*map(self._parse, words[:-1]), last])
            case "fuzzy":
                return self._in_each("fuzzy_term_query", words[0])
            case "tag":
                query = self._tantivy.Query
                tag = self._index.parse_query(f'"{question.tag}"', ["tags"])
                return self._all([query.const_score_query(tag, 0.0), self._parse(words[0])])
            case "day":
                first, last = question.days
                days = self._index.parse_query(f"day:[{first} TO {last}]")
                return self._all(
                    [self._tantivy.Query.const_score_query(days, 0.0), self._parse(words[0])]
                )
            case kind:
                return self._parse((" OR " if kind == "or" else " AND ").join(words))

    def _parse(self, text: str) -> Any:
        return self._index.parse_query(text, list(SEARCHED), field_boosts=TEXTS)

    def _all(self, parts: list[Any]) -> Any:
        must = self._tantivy.Occur.Must
        return self._tantivy.Query.boolean_query([(must, part) for part in parts])

    def _in_each(self, kind: str, text: str) -> Any:
        query = self._tantivy.Query
        should = self._tantivy.Occur.Should
        return query.boolean_query(
            [(should, getattr(query, kind)(self._schema, name, text)) for name in SEARCHED]
        )

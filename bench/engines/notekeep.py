"""Notekeep's text index, with the catalog for tags and days.

`build` builds only the text index, like the other engines. Questions are answered from a whole
vault that `notekeep index` indexed, so that lookups in the catalog cost the same as for a user.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import HITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import NoteData, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day", "key"})


class Engine:
    """The text index in a folder, or a whole vault."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def build(self, notes: Iterable[NoteData]) -> None:
        """Index all notes."""
        from notekeep.search.whoosh_index import WhooshIndex

        words = WhooshIndex(Path(self._folder, "words"))
        words.build(map(_document, notes), 1)

    def open(self) -> None:
        """Open the folder as a vault for searching."""
        from notekeep.vault import Vault

        self._vault = Vault.open(self._folder)

    def ask(self, question: Question) -> list[str]:
        """Return the paths of the best hits."""
        from notekeep.search.text_filter import SearchSources, TextFilter

        vault = self._vault
        typing = question.kind == "key"
        root = vault.search.parse(_query(question), typing=typing).root
        assert root is not None
        sources = SearchSources(vault.catalog, lambda: vault.full_text, vault.root)
        tree = TextFilter(sources).resolve(root)
        return list(vault.full_text.scores(tree, limit=HITS, typing=typing))

    def update(self, note: NoteData) -> None:
        """Replace the note with the same path in the text index."""
        words = self._vault.full_text
        words.update([_document(note)], [], (words.generation or 0) + 1)


class Full(Engine):
    """A whole vault as in daily use: a save goes into history, and all files are scanned."""

    def ask(self, question: Question) -> list[str]:
        """Return the paths of the best hits, after loading the passage of each."""
        return [
            hit.row.path for hit in self._vault.search.search(_query(question), limit=HITS).hits
        ]

    def update(self, note: NoteData) -> None:
        """Append the last word of a note to its file and update the catalog."""
        self._vault.notes.add(note["texts"]["body"].split()[-1], note["path"])


def _document(note: NoteData) -> Any:
    from notekeep.catalog.documents import WordDoc

    texts = note["texts"]
    tuples: dict[str, Any] = {
        name: (text,) if text else ()
        for name, text in texts.items()
        if name not in {"title", "body"}
    }
    return WordDoc(path=note["path"], title=texts["title"], body=texts["body"], **tuples)


def _query(question: Question) -> str:
    words = (" OR " if question.kind == "or" else " ").join(question.words)
    match question.kind:
        case "phrase":
            return f'"{words}"'
        case "prefix":
            return f"{words}*"
        case "fuzzy":
            return f"{words}~1"
        case "tag":
            return f"#{question.tag} {words}"
        case "day":
            first, last = (
                f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}" for day in question.days
            )
            return f"created:{first}..{last} {words}"
        case _:
            return words

"""Notekeep itself: its words index, with its catalog for tags and days.

To build is to build the words index alone, which is what the others build. Questions are asked of a
whole vault whose index `notekeep index` has made, so that facts cost what they cost a person.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.engines.question import HITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.engines.question import Given, Question

ANSWERS = frozenset({"word", "and", "or", "phrase", "prefix", "fuzzy", "tag", "day", "key"})


class Engine:
    """The words index in a folder, or a whole vault."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def build(self, notes: Iterable[Given]) -> None:
        """Index all notes."""
        from notekeep.search.whoosh_index import WhooshIndex

        words = WhooshIndex(Path(self._folder, "words"))
        words.build(map(_document, notes), 1)

    def open(self) -> None:
        """Be ready for questions: here the folder is a vault."""
        from notekeep.vault import Vault

        self._vault = Vault.open(self._folder)

    def ask(self, question: Question) -> list[str]:
        """The paths of the best notes."""
        from notekeep.search.text_filter import SearchSources, TextFilter

        vault = self._vault
        typing = question.kind == "key"
        root = vault.search.parse(_query(question), typing=typing).root
        assert root is not None
        sources = SearchSources(vault.catalog, lambda: vault.full_text, vault.root)
        tree = TextFilter(sources).resolve(root)
        return list(vault.full_text.scores(tree, limit=HITS, typing=typing))

    def update(self, note: Given) -> None:
        """Put a note in the place of the one with its path."""
        words = self._vault.full_text
        words.update([_document(note)], [], (words.generation or 0) + 1)


class Person(Engine):
    """A whole vault, as a person meets it: a save is kept in history, and the files are swept."""

    def ask(self, question: Question) -> list[str]:
        """The paths of the best notes, each with its passage."""
        return [
            hit.row.path for hit in self._vault.search.search(_query(question), limit=HITS).hits
        ]

    def update(self, note: Given) -> None:
        """Write the last word of a note at its end, and take it into the catalog."""
        self._vault.notes.add(note["texts"]["body"].split()[-1], note["path"])


def _document(note: Given) -> Any:
    from notekeep.catalog.documents import WordDoc

    texts = note["texts"]
    several: dict[str, Any] = {
        name: (text,) if text else ()
        for name, text in texts.items()
        if name not in {"title", "body"}
    }
    return WordDoc(path=note["path"], title=texts["title"], body=texts["body"], **several)


def _query(question: Question) -> str:
    said = (" OR " if question.kind == "or" else " ").join(question.words)
    match question.kind:
        case "phrase":
            return f'"{said}"'
        case "prefix":
            return f"{said}*"
        case "fuzzy":
            return f"{said}~1"
        case "tag":
            return f"#{question.tag} {said}"
        case "day":
            first, last = (
                f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}" for day in question.days
            )
            return f"created:{first}..{last} {said}"
        case _:
            return said

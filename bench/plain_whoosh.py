# mypy: untyped-calls-exclude="whoosh"
"""The baseline of every figure about searching: Whoosh as its manual shows it.

The same fields and weights as notekeep's, but with the library's StemmingAnalyzer, stored bodies,
the default segment and merge policy, and MultifieldParser. Notes are read by notekeep's own
reader, so that only the index differs.

    python -m bench.plain_whoosh VAULT INDEX
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh.analysis.analyzers import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in, open_dir
from whoosh.qparser.default import MultifieldParser

from notekeep.catalog.documents import word_doc
from notekeep.markdown.note import read_note
from notekeep.markdown.schema import role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.searching import Results

    from notekeep.markdown.note import Note

BOOSTS = {
    "title": 3.0,
    "aliases": 2.0,
    "tags": 2.0,
    "headings": 1.5,
    "matter": 1.0,
    "body": 1.0,
}
_SINGLE = ("title", "body")


def notes(root: Path) -> Iterator[Note]:
    """Every note of a vault, read."""
    for path in sorted(root.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        if role(name) == "note":
            yield read_note(name, path.read_bytes())


def texts(note: Note) -> dict[str, str]:
    """The text of each field of a note."""
    doc = word_doc(note)
    several = {name: " ".join(getattr(doc, name)) for name in BOOSTS if name not in _SINGLE}
    return {"title": doc.title, **several, "body": doc.body}


def build(root: Path, folder: Path) -> None:
    """Index a vault into a folder."""
    folder.mkdir(parents=True)
    analyzer = StemmingAnalyzer()
    fields: dict[str, Any] = {
        name: TEXT(analyzer=analyzer, field_boost=boost, stored=name == "body")
        for name, boost in BOOSTS.items()
    }
    writer = create_in(str(folder), Schema(path=ID(unique=True, stored=True), **fields)).writer()
    for note in notes(root):
        writer.add_document(path=note.path, **texts(note))
    writer.commit()


class Searcher:
    """Questions to a built index, parsed and answered as Whoosh does by default."""

    def __init__(self, folder: Path) -> None:
        index = open_dir(str(folder))
        self._parser = MultifieldParser(list(BOOSTS), index.schema)
        self._searcher = index.searcher()

    def paths(self, query: str) -> list[str]:
        """The twenty best notes."""
        return [hit["path"] for hit in self._found(query)]

    def prefixed(self, start: str) -> list[str]:
        """The twenty best notes with a word that begins so."""
        return self.paths(f"{start}*")

    def passages(self, query: str) -> list[tuple[str, str]]:
        """The twenty best notes, each with a passage in which the words are marked."""
        return [(hit["path"], hit.highlights("body")) for hit in self._found(query)]

    def _found(self, query: str) -> Results:
        return self._searcher.search(self._parser.parse(query), limit=20)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))

# mypy: untyped-calls-exclude="whoosh"
"""The baseline for searching: Whoosh, used as in its manual.

It has the fields and weights of notekeep, with the library's StemmingAnalyzer, stored bodies, the
default segment and merge policy, and MultifieldParser. Notes are parsed by notekeep, so that only
the index differs.

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
from notekeep.markdown.fields.schema import role
from notekeep.markdown.note import read_note

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
    """Yield every note of a vault, parsed."""
    for path in sorted(root.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        if role(name) == "note":
            yield read_note(name, path.read_bytes())


def texts(note: Note) -> dict[str, str]:
    """Return the text of each field of a note."""
    doc = word_doc(note)
    joined = {name: " ".join(getattr(doc, name)) for name in BOOSTS if name not in _SINGLE}
    return {"title": doc.title, **joined, "body": doc.body}


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
    """Searches a built index with Whoosh's defaults."""

    def __init__(self, folder: Path) -> None:
        index = open_dir(str(folder))
        self._parser = MultifieldParser(list(BOOSTS), index.schema)
        self._searcher = index.searcher()

    def paths(self, query: str) -> list[str]:
        """Return the paths of the twenty best hits."""
        return [hit["path"] for hit in self._hits(query)]

    def paths_by_prefix(self, start: str) -> list[str]:
        """Return the paths of the twenty best hits for a prefix."""
        return self.paths(f"{start}*")

    def passages(self, query: str) -> list[tuple[str, str]]:
        """Return the twenty best hits, each with a highlighted passage."""
        return [(hit["path"], hit.highlights("body")) for hit in self._hits(query)]

    def _hits(self, query: str) -> Results:
        return self._searcher.search(self._parser.parse(query), limit=20)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))

# mypy: untyped-calls-exclude="whoosh"
"""Writing a few notes into an index that exists, and merging what many saves left behind.

Segments are written as separate files (`compound=False`): a compound one is copied into memory
whenever it is opened, which makes one note's update ten times slower.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, LockError
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from notekeep.index.words.bulk import BulkWriter
from notekeep.index.words.folder import INDEX, Busy, Folder, Reached
from notekeep.index.words.language import short
from notekeep.index.words.schema import schema, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from notekeep.index.words.document import WordDoc

MANY_SEGMENTS = 60
"""With more than these a save merges them itself, because no quiet moment seems to come."""

SMALL_SEGMENT = 200
"""Notes; only segments up to this size are merged, so that nothing waits for a large one."""

MERGE_MB = 16
"""How much memory postings may take before they are sorted on disk."""


def update(
    folder: Folder,
    language: str,
    upserts: Iterable[WordDoc],
    dead: Iterable[int],
    generation: int,
) -> None:
    """Change an index in one commit, which stands for a generation. The lock must be held.

    Args:
        folder: The index.
        language: Its language.
        upserts: Notes to write. Of two with one path, the later one counts.
        dead: The numbers of the notes that go or are replaced.
        generation: What the index then stands for.
    """
    new = {doc.path: doc for doc in upserts}
    before = folder.reached()
    known = before.languages if before else ()
    with _writing(_Commit(folder, language)) as writer:
        for number in dead:
            writer.delete_document(number)
        for doc in new.values():
            writer.add_document(**values(doc, language))
        spoken = languages(new.values(), language) | set(known)
        _commit(folder, writer, Reached(generation, len(new), tuple(sorted(spoken))), _living)
    if folder.segments() > MANY_SEGMENTS:
        merge(folder, language)


def merge(folder: Folder, language: str) -> None:
    """Merge the small segments; the lock must be held. Nothing else changes."""
    reached = folder.reached()
    assert reached is not None  # noqa: S101 - who merges has an index
    with _writing(_Commit(folder, language), merges=True) as writer:
        _commit(folder, writer, reached._replace(notes=0), merge_small)


def _commit(
    folder: Folder, writer: Any, reached: Reached, policy: Callable[[Any, list[Any]], list[Any]]
) -> None:
    """Commit.

    Args:
        folder: The index.
        writer: Where changes were made.
        reached: What the commit stands for; its notes are those that were added.
        policy: Returns the segments that stay, and may write others into the new one.
    """
    kept = sum(segment.doc_count() for segment in writer.segments)
    folder.reach(writer.generation, reached._replace(notes=reached.notes + kept))
    writer.commit(mergetype=policy)
    folder.sweep()


def _living(_writer: Any, segments: list[Any]) -> list[Any]:
    """Keep the segments that have notes."""
    return [segment for segment in segments if segment.doc_count() > 0]


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Write the notes of small segments into the one that is being written; return the others.

    Whoosh's own policy stalls every few saves for a merge of a large segment.
    """
    kept = []
    for segment in _living(writer, segments):
        if segment.doc_count_all() > SMALL_SEGMENT:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


@contextlib.contextmanager
def _writing(opened: Any, *, merges: bool = False) -> Iterator[Any]:
    """Give a writer, and take it back whatever happens: an open one keeps Whoosh's lock.

    Whoosh's own writer merges segments, which the bulk writer cannot.
    """
    try:
        writer: Any
        if merges:
            writer = SegmentWriter(opened, compound=False, limitmb=MERGE_MB, timeout=1.0)
        else:
            writer = BulkWriter(opened, lambda _field, _chunks: None)
    except LockError:
        raise Busy("Another program is writing the search index") from None
    try:
        yield writer
    except BaseException:
        with contextlib.suppress(Exception):
            if not merges:
                writer.abandon()
            elif not writer.is_closed:
                writer.cancel()
        with contextlib.suppress(Exception):
            writer.writelock.release()
        raise


class _Commit(FileIndex):
    """An index as of its newest commit, of which the folder need not be gone through again.

    Whoosh goes through it four times for each writer, which is as much as to write a note.
    """

    def __init__(self, folder: Folder, language: str) -> None:
        self.storage = FileStorage(str(folder.path))
        self.indexname = INDEX
        self._schema = schema(language)
        self._number = folder.toc()

    def _read_toc(self) -> Any:
        return TOC.read(self.storage, INDEX, gen=self._number, schema=self._schema)


def languages(docs: Iterable[WordDoc], language: str) -> set[str]:
    """Return the languages, other than the vault's, that notes name for themselves."""
    return {short(doc.language) for doc in docs} - {"", language}

# mypy: untyped-calls-exclude="whoosh"
"""The ordinary way to write: a few notes into an index that exists, or all of them into a new one.

Segments are written as separate files (`compound=False`): a compound one is copied into memory
whenever it is opened, which makes one note's update ten times slower.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any

import whoosh
from whoosh import index
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, LockError
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from notekeep.errors import NotekeepError
from notekeep.index.words.folder import INDEX, Busy, Folder, Reached
from notekeep.index.words.language import short
from notekeep.index.words.schema import schema, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from notekeep.index.words.document import WordDoc

_log = logging.getLogger(__name__)

MANY_SEGMENTS = 60
"""From here on a save merges them itself, because no quiet moment seems to come."""

SMALL_SEGMENT = 200
"""Notes; only segments up to this size are merged, so that nothing waits for a large one."""

SAVE_MB = 16
BUILD_MB = 128
"""How much memory postings may take before they are sorted on disk; more than 128 gains nothing."""


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
    gone = list(dead)
    version = str(whoosh.__version__)
    if folder.trusts_bulk(version) and folder.segments() < MANY_SEGMENTS:
        try:
            _update(folder, language, new, gone, generation, bulk=True)
        except (OSError, NotekeepError):
            raise
        except Exception:  # noqa: BLE001 - a file format that is not what it was raises anything
            _log.warning("the bulk writer failed; saving with the ordinary one", exc_info=True)
            folder.trust_bulk(version, trusted=False)
        else:
            return
    _update(folder, language, new, gone, generation, bulk=False)


def _update(
    folder: Folder,
    language: str,
    new: Mapping[str, WordDoc],
    dead: Iterable[int],
    generation: int,
    *,
    bulk: bool,
) -> None:
    before = folder.reached()
    known = before.languages if before else ()
    with _writing(folder, language, SAVE_MB, bulk=bulk) as writer:
        for number in dead:
            writer.delete_document(number)
        for doc in new.values():
            writer.add_document(**values(doc, language))
        spoken = languages(new.values(), language) | set(known)
        reached = Reached(generation, len(new), tuple(sorted(spoken)))
        _commit(folder, writer, reached, sys.maxsize if bulk else MANY_SEGMENTS)


def merge(folder: Folder, language: str) -> None:
    """Merge the small segments; the lock must be held. Nothing else changes."""
    reached = folder.reached()
    assert reached is not None  # noqa: S101 - who merges has an index
    with _writing(folder, language, SAVE_MB) as writer:
        _commit(folder, writer, reached._replace(notes=0), 0)


def _commit(folder: Folder, writer: Any, reached: Reached, many: int) -> None:
    """Commit.

    Args:
        folder: The index.
        writer: Where changes were made.
        reached: What the commit stands for; its notes are those that were added.
        many: The number of segments from which the small ones are merged.
    """

    def policy(writer: Any, segments: list[Any]) -> list[Any]:
        living = [segment for segment in segments if segment.doc_count() > 0]
        return merge_small(writer, living) if len(living) >= many else living

    kept = sum(segment.doc_count() for segment in writer.segments)
    folder.reach(writer.generation, reached._replace(notes=reached.notes + kept))
    writer.commit(mergetype=policy)
    folder.sweep()


def build(folder: Folder, language: str, docs: Iterable[WordDoc]) -> None:
    """Write all notes in one commit into a new folder, made by `Folder.create`."""
    index.create_in(str(folder.path), schema(language))
    with _writing(folder, language, BUILD_MB) as writer:
        for doc in docs:
            writer.add_document(**values(doc, language))
        writer.commit(merge=False)


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Write the notes of small segments into the one that is being written; return the others.

    Whoosh's own policy stalls every few saves for a merge of a large segment.
    """
    kept = []
    for segment in segments:
        if segment.doc_count_all() > SMALL_SEGMENT:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


@contextlib.contextmanager
def _writing(folder: Folder, language: str, megabytes: int, *, bulk: bool = False) -> Iterator[Any]:
    """Give a writer, and take it back whatever happens: an open one keeps Whoosh's lock."""
    opened = _Commit(folder, language)
    try:
        writer: Any
        if bulk:
            writer = _bulk_writer(opened)
        else:
            writer = SegmentWriter(opened, compound=False, limitmb=megabytes, timeout=1.0)
    except LockError:
        raise Busy("Another program is writing the search index") from None
    try:
        yield writer
    except BaseException:
        with contextlib.suppress(Exception):
            if bulk:
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


def _bulk_writer(opened: Any) -> Any:
    from notekeep.index.words.bulk import BulkWriter

    def uncounted(_field: str, _chunks: list[str]) -> None:
        """Words are noted by themselves; see `vocabulary.note_words`."""

    return BulkWriter(opened, uncounted)


def languages(docs: Iterable[WordDoc], language: str) -> set[str]:
    """Return the languages, other than the vault's, that notes name for themselves."""
    return {short(doc.language) for doc in docs} - {"", language}

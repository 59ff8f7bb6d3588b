# mypy: untyped-calls-exclude="whoosh"
"""The ordinary way to write: a few notes into an index that exists, or all of them into a new one.

Segments are written as separate files (`compound=False`): a compound one is copied into memory
whenever it is opened, which makes one note's update ten times slower.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from whoosh import index
from whoosh.index import LockError
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from notekeep.index.words.folder import Busy, Folder, Reached
from notekeep.index.words.language import short
from notekeep.index.words.schema import schema, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.index.words.document import WordDoc

FEW_SEGMENTS = 20
"""Up to here segments are left alone: a query over 20 takes twice as long as over one."""

SMALL_SEGMENT = 200
"""Notes; only segments up to this size are merged, so that no save waits for a large one."""

SAVE_MB = 16
BUILD_MB = 128
"""How much memory postings may take before they are sorted on disk; more than 128 gains nothing."""


def update(
    folder: Folder,
    language: str,
    upserts: Iterable[WordDoc],
    deletes: Iterable[str],
    generation: int,
) -> None:
    """Change an index in one commit, which stands for a generation. The lock must be held.

    Of two documents with one path, the later one counts.
    """
    new = {doc.path: doc for doc in upserts}
    before = folder.reached()
    known = before.languages if before else ()
    with _writing(folder, language, SAVE_MB) as writer:
        _delete(writer, {*deletes, *new})
        for doc in new.values():
            writer.add_document(**values(doc, language))
        notes = len(new) + sum(
            segment.doc_count_all() - segment.deleted_count() for segment in writer.segments
        )
        spoken = languages(new.values(), language) | set(known)
        reached = Reached(generation, notes, tuple(sorted(spoken)))
        folder.reach(writer.generation, reached)
        writer.commit(mergetype=merge_small)
    folder.sweep()


def build(folder: Folder, language: str, docs: Iterable[WordDoc]) -> None:
    """Write all notes in one commit into a new folder, made by `Folder.create`."""
    index.create_in(str(folder.path), schema(language))
    with _writing(folder, language, BUILD_MB) as writer:
        for doc in docs:
            writer.add_document(**values(doc, language))
        writer.commit(merge=False)


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's merge policy for saves: nothing until there are many segments, then the small ones.

    Whoosh's own policy stalls every few saves for a merge of a large segment. A segment whose notes
    are all deleted is dropped.
    """
    living = [segment for segment in segments if segment.doc_count() > 0]
    if len(living) < FEW_SEGMENTS:
        return living
    kept = []
    for segment in living:
        if segment.doc_count_all() > SMALL_SEGMENT:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


@contextlib.contextmanager
def _writing(folder: Folder, language: str, megabytes: int) -> Iterator[Any]:
    """Give a writer, and take it back whatever happens: an open one keeps Whoosh's lock."""
    opened = index.open_dir(str(folder.path), schema=schema(language))
    try:
        writer: Any = SegmentWriter(opened, compound=False, limitmb=megabytes, timeout=1.0)
    except LockError:
        raise Busy("Another program is writing the search index") from None
    try:
        yield writer
    except BaseException:
        with contextlib.suppress(Exception):
            if not writer.is_closed:
                writer.cancel()
        with contextlib.suppress(Exception):
            writer.writelock.release()
        raise


def _delete(writer: Any, paths: set[str]) -> None:
    if not writer.segments:
        return
    reader = writer.reader()
    for leaf, first in reader.leaf_readers():
        for key in (path.encode() for path in paths):
            if ("path", key) in leaf:
                for number in leaf.postings("path", key).all_ids():
                    writer.delete_document(first + number)
    reader.close()


def languages(docs: Iterable[WordDoc], language: str) -> set[str]:
    """Return the languages, other than the vault's, that notes name for themselves."""
    return {short(doc.language) for doc in docs} - {"", language}

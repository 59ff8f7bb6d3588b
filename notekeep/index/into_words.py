"""Notes that the catalog has, into the words index: changed ones, or all of them into a new one.

The catalog remembers which notes the words lack; what is interrupted here is taken up by the next
refresh.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Record
    from notekeep.index.words import WordDoc, Words
    from notekeep.markdown.kinds import Schema

SOON_BYTES = 256 << 10
"""Notes of more than this in all are not taken in while somebody waits: 50 ms of work."""

REBUILD_SHARE = 3
"""Building the words index anew is faster than changing more than a third of its notes."""

REBUILD_LEAST = 200
"""Fewer changed notes than this never make the words index be built anew."""

READING_SHARE = 3
"""To read a note for the catalog takes a third of the time that it takes until it is in both."""


class Lacking(NamedTuple):
    """What the words index does not have.

    Attributes:
        notes: How many notes it does not have as they are.
        deferred: Whether they were left because they are more than the budget.
    """

    notes: int
    deferred: bool = False


class IntoWords:
    """Brings the words index of one vault to where its catalog is."""

    def __init__(self, root: str, catalog: Catalog, words: Words, schema: Schema) -> None:
        self._root = root
        self._catalog = catalog
        self._words = words
        self._schema = schema

    def take_in(
        self,
        budget: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        met: Mapping[str, Record] | None = None,
    ) -> Lacking:
        """Bring the words index to the catalog's generation.

        Args:
            budget: More notes than this are left for later.
            progress: Called with how many notes are done and how many there are to do, when the
                index is built.
            met: Notes that were just read.

        Returns:
            What it still lacks.
        """
        from notekeep.index.words import Busy, Unusable

        generation, dirty = self._catalog.generation, self._catalog.dirty()
        usable = self._follows(generation)
        if usable and not dirty:
            return Lacking(0)
        try:
            if usable and not is_many(len(dirty), self._words):
                if budget is not None and len(dirty) > budget:
                    return Lacking(len(dirty), deferred=True)
                with contextlib.suppress(Unusable):
                    self._update(dirty, generation, met or {})
                    return self._settled(generation)
            paths = sorted(self._catalog.paths(None))
            if budget is not None and len(paths) > budget:
                return Lacking(len(dirty) or len(paths), deferred=True)
            self._build(paths, generation, progress or (lambda _done, _total: None))
        except Busy:
            return Lacking(len(dirty) or 1)
        return self._settled(generation)

    def take_in_soon(self) -> None:
        """Take a few notes in before a question is asked.

        Whatever stands in the way of it, another program that writes or a disk that is full, must
        not stand in the way of the answer: a refresh does it later, as it does where the notes are
        so large that an answer would have to wait.
        """
        from notekeep.files.private import make_private

        catalog = self._catalog
        # The catalog is held first: notes taken in without its knowing would be taken in at each
        # key.
        with contextlib.suppress(NotekeepError), catalog.writing(wait=0.0) as writer:
            generation, dirty = catalog.generation, catalog.dirty()
            size = sum(row.size for row in catalog.rows_of(dirty).values())
            if dirty and size <= SOON_BYTES and self._follows(generation):
                self._update(dirty, generation, {}, wait=0.0)
                make_private(str(self._words.folder))
                writer.clean_until(generation)

    def _follows(self, generation: int) -> bool:
        """Whether the words index is an earlier state of this catalog: then it can be changed."""
        reached, meta = self._words.generation, self._catalog.meta
        first = max(int(meta("born") or 0), int(meta("words") or 0))
        return reached is not None and first <= reached <= generation

    def _update(
        self,
        dirty: Mapping[str, int],
        generation: int,
        met: Mapping[str, Record],
        wait: float | None = None,
    ) -> None:
        """Take notes in as they are by now; the index then stands for a generation.

        Raises:
            Busy: Another program is writing it.
            Unusable: There is none.
        """
        from notekeep.index.reading import read_word_doc, word_doc

        docs: list[WordDoc] = []
        for path, digest in self._catalog.digests(dirty).items():
            one = met.get(path)
            # What was read before another refresh came to this note is not what is to be found.
            if one is not None and one.digest == digest:
                doc: WordDoc | None = word_doc(one.note) if one.role == "note" else None
            else:
                doc = read_word_doc(self._root, path, self._schema)
            if doc:
                docs.append(doc)
        kept = {doc.path for doc in docs}
        gone = [path for path in dirty if path not in kept]
        self._words.update(docs, gone, generation, wait=wait)

    def _build(
        self, paths: list[str], generation: int, progress: Callable[[int, int], None]
    ) -> None:
        from notekeep.index.reading import WordDocs

        total = len(paths)
        self._words.build(
            WordDocs(self._root, paths, self._schema, self._catalog),
            generation,
            lambda count: progress(_both(count, total), total),
        )

    def _settled(self, generation: int) -> Lacking:
        from notekeep.files.private import make_private

        make_private(str(self._words.folder))
        with self._catalog.writing() as writer:
            writer.clean_until(generation)
        return Lacking(len(self._catalog.dirty()))


def is_many(changed: int, words: Words) -> bool:
    """Whether the words index is built anew rather than changed."""
    return changed > max(REBUILD_LEAST, words.count // REBUILD_SHARE)


def _both(count: int, total: int) -> int:
    """How many notes are done when all are read and so many of them are in the words index."""
    return total // READING_SHARE + count - count // READING_SHARE

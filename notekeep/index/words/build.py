# mypy: untyped-calls-exclude="whoosh"
"""Building the whole index into a new folder and putting it in the old one's place.

Many notes are written by the bulk writer, if it passes its trial; few, or if it fails, by the
ordinary one.
"""

from __future__ import annotations

import contextlib
import gc
import logging
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import whoosh
from whoosh import index

from notekeep.errors import Failure, NotekeepError
from notekeep.index.words import canary, writer
from notekeep.index.words.analyzer import analyzer, keeping_all
from notekeep.index.words.bulk import BulkWriter
from notekeep.index.words.document import WordDoc
from notekeep.index.words.folder import Folder, Reached
from notekeep.index.words.schema import schema, values
from notekeep.index.words.vocabulary import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BULK_FROM = 300
"""Notes from which the bulk writer pays for its trial of 0.3 s."""

TRIAL_NOTES = 20

SAMPLE_EVERY = 97
"""One note in so many may be read back after a bulk build."""

PROGRESS_STEP = 50
"""Notes between two calls that say how far a build is."""

_log = logging.getLogger(__name__)


class BulkFailed(Failure):
    """The bulk writer failed on notes that can be read only once: build again without it."""


def build(
    folder: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
    *,
    bulk: bool = True,
) -> None:
    """Build an index of all notes; the lock must be held. The old one answers until it is done.

    Args:
        folder: The folder to replace.
        language: The vault's.
        docs: All notes.
        generation: What the index then stands for.
        progress: Called now and then with how many notes are in.
        bulk: Whether the bulk writer may be used.

    Raises:
        BulkFailed: The bulk writer is to blame, and `docs` can be read only once.
        Failure: It could not be built.
    """
    new = Folder(folder.path.with_name(folder.path.name + ".new"))
    try:
        with keeping_all():
            reached = _build(new, language, docs, generation, progress, bulk=bulk)
        number = new.toc()
        new.reach(number or 0, reached)
        folder.replace_by(new)
    except NotekeepError:
        raise
    except Exception as error:
        raise Failure(
            f"The search index could not be built ({type(error).__name__}: {error})",
            "Searching goes on with the old one, if there is one",
        ) from error


def _build(
    new: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
    *,
    bulk: bool,
) -> Reached:
    source = filter(WordDoc.is_indexable, docs)
    first = list(islice(source, BULK_FROM))
    rest: Iterable[WordDoc] = chain(first, source)
    if bulk and len(first) >= BULK_FROM:
        trial = new.path.with_suffix(".trial")
        if canary.agrees(first[:: len(first) // TRIAL_NOTES], language, trial):
            try:
                return _Build(new, language, generation, progress).by_bulk(rest)
            except _Mistrusted as error:
                _log.warning("the bulk writer failed (%s); building with the ordinary one", error)
                if iter(docs) is docs:
                    raise BulkFailed(
                        f"The search index could not be built the fast way ({error})",
                        "It is built the slow way at the next refresh",
                    ) from error
                rest = filter(WordDoc.is_indexable, docs)
        else:
            _log.warning("the bulk writer failed its trial; building with the ordinary one")
    return _Build(new, language, generation, progress).by_ordinary(rest)


class _Build:
    """One attempt, with what it counts on the way."""

    def __init__(
        self, new: Folder, language: str, generation: int, progress: Callable[[int], None]
    ) -> None:
        self._new = new
        self._language = language
        self._generation = generation
        self._progress = progress
        self._tally = Tally()
        self._number = 0
        self._languages: set[str] = set()
        new.create(language)

    def by_ordinary(self, docs: Iterable[WordDoc]) -> Reached:
        by = analyzer(self._language)

        def counted() -> Iterator[WordDoc]:
            for doc in self._counted(docs):
                for name, text in values(doc, self._language).items():
                    if name != "path":
                        self._tally.add(name, by.chunks(text))
                yield doc

        writer.build(self._new, self._language, counted())
        return self._finished()

    def by_bulk(self, docs: Iterable[WordDoc]) -> Reached:
        sample: list[WordDoc] = []

        def sampled() -> Iterator[WordDoc]:
            for doc in self._counted(docs):
                if self._number % SAMPLE_EVERY == 0:
                    sample.append(doc)
                yield doc

        self._write_bulk(sampled())
        with _mistrusting():
            if not canary.reads_back(self._new, self._language, sample):
                raise ValueError("it wrote something other than it was given")
        self._new.trust_bulk(str(whoosh.__version__))
        return self._finished()

    def _write_bulk(self, docs: Iterable[WordDoc]) -> None:
        opened = index.create_in(str(self._new.path), schema(self._language))
        bulk: Any = BulkWriter(opened, self._tally.add)
        with _without_collector(), contextlib.ExitStack() as failing:
            failing.callback(bulk.abandon)
            for doc in docs:
                with _mistrusting():
                    bulk.add_document(**values(doc, self._language))
            with _mistrusting():
                bulk.commit(merge=False)
            failing.pop_all()

    def _counted(self, docs: Iterable[WordDoc]) -> Iterator[WordDoc]:
        for doc in docs:
            self._languages |= writer.languages([doc], self._language)
            yield doc
            self._number += 1
            if self._number % PROGRESS_STEP == 0:
                self._progress(self._number)

    def _finished(self) -> Reached:
        self._tally.write(self._new.path, analyzer(self._language))
        self._progress(self._number)
        return Reached(self._generation, self._number, tuple(sorted(self._languages)))


class _Mistrusted(Exception):
    """The bulk writer raised something, or wrote something other than it was given."""


@contextlib.contextmanager
def _mistrusting() -> Iterator[None]:
    """Take whatever fails here, except what the system refuses, as the bulk writer's fault."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise _Mistrusted(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of lists that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

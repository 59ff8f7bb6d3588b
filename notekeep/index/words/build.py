# mypy: untyped-calls-exclude="whoosh"
"""Building the whole index into a new folder and putting it in the old one's place."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING, Any

from whoosh import index

from notekeep.errors import Failure, NotekeepError
from notekeep.index.words.analyzer import analyzer, keeping_all
from notekeep.index.words.bulk import BulkWriter
from notekeep.index.words.document import WordDoc
from notekeep.index.words.folder import Folder, Reached
from notekeep.index.words.schema import schema, values
from notekeep.index.words.vocabulary import Tally
from notekeep.index.words.writer import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PROGRESS_STEP = 50
"""Notes between two calls that say how far a build is."""


def build(
    folder: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
) -> None:
    """Build an index of all notes; the lock must be held. The old one answers until it is done.

    Args:
        folder: The folder to replace.
        language: The vault's.
        docs: All notes.
        generation: What the index then stands for.
        progress: Called now and then with how many notes are in.

    Raises:
        Failure: It could not be built.
    """
    new = Folder(folder.path.with_name(folder.path.name + ".new"))
    new.create(language)
    try:
        with keeping_all(), _without_collector():
            reached = _write(new, language, docs, generation, progress)
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


def _write(
    new: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
) -> Reached:
    tally = Tally()
    spoken: set[str] = set()
    number = 0
    opened = index.create_in(str(new.path), schema(language))
    writer: Any = BulkWriter(opened, tally.add)
    try:
        for doc in filter(WordDoc.is_indexable, docs):
            writer.add_document(**values(doc, language))
            spoken |= languages([doc], language)
            number += 1
            if number % PROGRESS_STEP == 0:
                progress(number)
        writer.commit(merge=False)
    except BaseException:
        writer.abandon()
        raise
    tally.write(new.path, analyzer(language))
    progress(number)
    return Reached(generation, number, tuple(sorted(spoken)))


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

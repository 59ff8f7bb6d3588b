"""Building the whole index into a new folder and putting it in the old one's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import Failure, NotekeepError
from notekeep.index.words import writer
from notekeep.index.words.analyzer import analyzer
from notekeep.index.words.folder import Folder, Reached
from notekeep.index.words.vocabulary import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.index.words.document import WordDoc

PROGRESS_STEP = 50
"""Notes between two calls that say how far a build is."""


def build(
    folder: Folder,
    language: str,
    docs: Iterable[WordDoc],
    generation: int,
    progress: Callable[[int], None],
) -> None:
    """Build an index of all notes; the lock must be held. The old one answers until it is done."""
    new = Folder(folder.path.with_name(folder.path.name + ".new"))
    try:
        new.create(language)
        reached = _write(new, language, docs, generation, progress)
        number = new.toc()
        assert number is not None  # noqa: S101 - it was just written
        new.reach(number, reached)
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
    by = analyzer(language)
    tally = Tally()
    added = 0

    def each(doc: WordDoc) -> None:
        nonlocal added
        heads = " ".join((doc.title, *doc.aliases, *doc.tags, *doc.headings))
        tally.add(by.chunks(heads), by.chunks(doc.body))
        added += 1
        if added % PROGRESS_STEP == 0:
            progress(added)

    number, languages = writer.build(new, language, docs, each)
    tally.write(new.path, by)
    progress(number)
    return Reached(generation, number, tuple(sorted(languages)))

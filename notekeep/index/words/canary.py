# mypy: untyped-calls-exclude="whoosh"
"""Whether the bulk writer may be trusted: a trial before a build, and a look at the result.

The trial writes a few notes both ways and compares all that Whoosh's public reader says of them.
Another version of Whoosh, or a mistake in `bulk`, shows here and not in what people find.
"""

from __future__ import annotations

from itertools import zip_longest
from random import Random
from typing import TYPE_CHECKING, Any

from whoosh import index

from notekeep.index.words import writer
from notekeep.index.words.analyzer import analyzer
from notekeep.index.words.bulk import BulkWriter
from notekeep.index.words.folder import Folder, remove
from notekeep.index.words.schema import BOOSTS, schema, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from notekeep.index.words.document import WordDoc

SMALL_BLOCK = 8
"""In the trial, so that a few notes make lists of several blocks."""

CHECKED_NOTES = 50
CHECKED_TERMS = 5


def agrees(docs: Sequence[WordDoc], language: str, trial: Path) -> bool:
    """Return whether both writers make the same index of some notes; whatever fails means no.

    Args:
        docs: Some of the notes that are to be built.
        language: The vault's.
        trial: A folder to make for it and to delete.
    """
    remove(trial)
    plain, bulk = Folder(trial / "plain"), Folder(trial / "bulk")
    try:
        plain.create(language)
        writer.build(plain, language, docs)
        bulk.create(language)
        _write(bulk, language, docs)
        return same(bulk, plain, language)
    except Exception:  # noqa: BLE001 - any failure is an answer
        return False
    finally:
        remove(trial)


def same(one: Folder, other: Folder, language: str) -> bool:
    """Return whether two indexes say the same of every note, term and posting."""
    first = index.open_dir(str(one.path), schema=schema(language)).reader()
    second = index.open_dir(str(other.path), schema=schema(language)).reader()
    try:
        return all(a == b for a, b in zip_longest(contents(first), contents(second)))
    finally:
        first.close()
        second.close()


def contents(reader: Any) -> Iterator[tuple[Any, ...]]:
    """Yield all that an index holds: notes, lengths, then each term with its postings."""
    size = reader.doc_count_all()
    yield ("paths", *reader.column_reader("path", translate=False))
    for field in BOOSTS:
        yield field, reader.field_length(field)
        yield ("lengths", *(reader.doc_field_length(note, field) for note in range(size)))
    for (field, term), about in reader:
        yield (
            field,
            term,
            about.weight(),
            about.doc_frequency(),
            about.min_length(),
            about.max_length(),
            about.max_weight(),
            about.min_id(),
            about.max_id(),
            *_postings(reader, field, term),
        )


def reads_back(folder: Folder, language: str, sample: Sequence[WordDoc]) -> bool:
    """Return whether terms of some notes are found in an index, at their positions.

    Args:
        folder: The index.
        language: Its language.
        sample: Notes that it must hold.
    """
    opened = index.open_dir(str(folder.path), schema=schema(language))
    reader = opened.reader()
    try:
        paths = [path.decode() for path in reader.column_reader("path", translate=False)]
        numbers = {path: number for number, path in enumerate(paths)}
        dice = Random(len(paths))  # noqa: S311 - a sample, not a secret
        return all(
            _has(reader, numbers[doc.path], doc, language, dice)
            for doc in dice.sample(sample, min(CHECKED_NOTES, len(sample)))
        )
    finally:
        reader.close()


def _has(reader: Any, note: int, doc: WordDoc, language: str, dice: Random) -> bool:
    for field, text in values(doc, language).items():
        if field == "path":
            continue
        terms = analyzer(language).terms(text)
        some = dice.sample(terms, min(CHECKED_TERMS, len(terms)))
        for term in filter(None, some):
            matcher = reader.postings(field, term.encode())
            matcher.skip_to(note)
            positions = [at for at, other in enumerate(terms) if other == term]
            if matcher.id() != note or matcher.value_as("positions") != positions:
                return False
    return True


def _postings(reader: Any, field: str, term: bytes) -> Iterator[tuple[Any, ...]]:
    matcher = reader.postings(field, term)
    decode: Callable[[bytes], list[int]] | None = None
    if field in BOOSTS:
        decode = reader.schema[field].format.decode_positions
    while matcher.is_active():
        positions = decode(matcher.value()) if decode else None
        yield matcher.id(), matcher.weight(), positions
        matcher.next()


def _write(folder: Folder, language: str, docs: Sequence[WordDoc]) -> None:
    opened = index.create_in(str(folder.path), schema(language))
    bulk: Any = BulkWriter(opened, lambda _name, _chunks: None, block=SMALL_BLOCK)
    try:
        for doc in docs:
            bulk.add_document(**values(doc, language))
        bulk.commit(merge=False)
    except BaseException:
        bulk.abandon()
        raise

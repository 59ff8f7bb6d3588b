# mypy: untyped-calls-exclude="whoosh"
"""The bulk writer writes what the ordinary writer of the pinned Whoosh writes."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.index import create_in, open_dir

from notekeep.catalog.documents import WordDoc
from notekeep.errors import Failure
from notekeep.query.tree import Term
from notekeep.search.index_folder import BOOSTS, schema, values
from notekeep.search.whoosh_format import BLOCK, BulkWriter
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from notekeep.search.whoosh_index import WhooshIndex


NOTES = sized(100, 400)

ODD = [
    WordDoc("empty.md", ""),
    WordDoc("long.md", "Long", body="lever " * 70_000),
    WordDoc("cjk.md", "组件库", body="iPhone手机 café C++"),
    WordDoc("deutsch.md", "Die Häuser", headings=("eins", "zwei"), language="de"),
]


def write(folder: Path, docs: Sequence[WordDoc], block: int | None = None) -> Path:
    """Write an index with Whoosh's own writer, or with the bulk writer and blocks of that size."""
    folder.mkdir()
    opened = create_in(str(folder), schema("en"))
    writer: Any
    if block is None:
        writer = opened.writer(compound=False)
    else:
        writer = BulkWriter(opened, lambda _name, _chunks: None, block=block)
    for doc in docs:
        writer.add_document(**values(doc, "en"))
    writer.commit(merge=False)
    return folder


def contents(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Yield all that an index holds: notes, lengths, then each term with its postings."""
    with open_dir(str(folder), schema=schema("en")).reader() as reader:
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
                *postings(reader, field, term),
            )


def postings(reader: Any, field: str, term: bytes) -> Iterator[tuple[Any, ...]]:
    matcher = reader.postings(field, term)
    while matcher.is_active():
        positions = None
        if field in BOOSTS:
            positions = reader.schema[field].format.decode_positions(matcher.value())
        yield matcher.id(), matcher.weight(), positions
        matcher.next()


@pytest.mark.parametrize("block", [8, BLOCK], ids=["many blocks", "blocks as usual"])
def test_the_bulk_writer_writes_what_whoosh_writes(
    tmp_path: Path, notes: Callable[..., list[WordDoc]], block: int
) -> None:
    docs = [*notes(NOTES), *ODD]
    fast = contents(write(tmp_path / "fast", docs, block))
    slow = contents(write(tmp_path / "slow", docs))
    held = 0
    for ours, theirs in zip_longest(fast, slow):
        assert ours == theirs
        held += 1
    assert held > 500


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_writer(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    def docs() -> Iterator[WordDoc]:
        yield from notes(320)
        raise RuntimeError("the vault went away")

    with pytest.raises(Failure, match="the vault went away"):
        words.build(docs(), 1)
    assert words.generation is None


def test_progress_rises_to_the_number_of_notes(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    told: list[int] = []
    words.build(notes(320), 1, told.append)
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == 320


def test_saves_and_merges_go_on_where_a_bulk_build_ended(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    docs = notes(320)
    words.build(docs, 1)
    words.update([docs[0]._replace(body="zyzzyva")], [docs[1].path], 2)
    assert [*words.scores(Term("zyzzyva"))] == [docs[0].path]
    assert words.count == 319

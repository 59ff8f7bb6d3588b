"""Posting lists read whole are those that Whoosh reads one by one."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.index.words.document import WordDoc
from notekeep.index.words.format.columns import whole
from notekeep.index.words.postings import (
    BlockReader,
    KeptLists,
    PlainReader,
    Postings,
    _front,
    blocks,
)
from notekeep.index.words.schema import WIDE, PackedPositions, tag_term, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.index.words import Words


def test_every_list_is_the_same_both_ways(
    words: Words, notes: Callable[..., list[WordDoc]]
) -> None:
    words.build(notes(320), 1)
    words.update(notes(20, seed=2), [doc.path for doc in notes(40)[::3]], 2)
    words.update(notes(10), [], 3)
    snapshot = words._current()
    assert len(snapshot.parts) == 3
    whole, single = BlockReader(snapshot), PlainReader(snapshot)
    terms = {
        (field, term.decode())
        for part, _, _ in snapshot.parts
        for field, term in part.reader.all_terms()
    }
    assert len(terms) > 1000
    for field, term in terms:
        if field != "path":
            assert whole.read(field, term) == single.read(field, term)


def test_a_term_that_no_note_has_is_an_empty_list(indexed: Callable[..., Words]) -> None:
    snapshot = indexed("lever")._current()
    for reader in (BlockReader(snapshot), PlainReader(snapshot)):
        assert reader.read("body", "pulley") == Postings([], [], [], 0)
        assert reader.read("quotes", "lever") == Postings([], [], [], 0)


@pytest.mark.parametrize(
    "data", [b"", b"W4Bl", b"W3Bl", b"W3Bl\0\0\0\x10", b"W3Bl\xff\xff\xff\xf0abc"]
)
def test_another_format_is_noticed(data: bytes) -> None:
    with pytest.raises(Exception, match=r".+"):
        list(blocks(data))


def test_lists_asked_for_again_are_not_read_again(indexed: Callable[..., Words]) -> None:
    kept = KeptLists(BlockReader(indexed("lever")._current()))
    assert kept.read("body", "lever") is kept.read("body", "lever")
    first = kept.read("body", "lever")
    for at in range(1000):
        kept.read("body", f"none{at}")
    assert kept.read("body", "lever") is not first


def test_long_lists_are_kept_only_while_there_is_room(
    indexed: Callable[..., Words], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.index.words.postings.KEPT_POSTINGS", 5)
    kept = KeptLists(BlockReader(indexed("lever pulley", "lever", "lever pulley")._current()))
    lever = kept.read("body", "lever")
    pulley = kept.read("body", "pulley")
    assert kept.read("body", "lever") is lever
    kept.read("title", "lever")
    assert kept.read("body", "pulley") is pulley
    monkeypatch.setattr("notekeep.index.words.postings.KEPT_POSTINGS", 4)
    kept.read("quotes", "lever")
    assert kept.read("body", "lever") is not lever


@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(1, 300), st.integers(30_000, 40_000), st.integers(1, 2**31 - 1)),
            st.sampled_from([1.0, 2.0, 3.0, 29.0, 116.0, 1e9]),
            st.binary(min_size=2, max_size=30),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(["all one", "all equal", "any"]),
)
def test_the_front_of_a_block_is_that_of_the_whole_block(
    items: list[tuple[int, float, bytes]], weighing: str
) -> None:
    gaps = tuple(gap for gap, _, _ in items)
    weights = {"all one": None, "all equal": items[0][1]}.get(
        weighing, tuple(weight for _, weight, _ in items)
    )
    body = pickle.dumps((gaps, weights, tuple(value for _, _, value in items)), 4)
    assert _front(body) in (None, (gaps, weights))
    if len(items) > 3 and max(gaps) < 0x749400:
        assert 0x9474 in gaps or _front(body) is not None


@pytest.mark.parametrize("gap", [0x9474, 0x749400, 0x94740000, 0x4E9474])
def test_gaps_that_look_like_the_end_of_a_block_s_front_are_read_right(gap: int) -> None:
    for at in range(5):
        gaps = (*[1] * at, gap & 0x7FFFFFFF, *[1] * (6 - at))
        body = pickle.dumps((gaps, None, (b"ab",) * 7), 4)
        assert _front(body) in (None, (gaps, None))


@given(st.sets(st.integers(0, WIDE * 2), min_size=1).map(sorted))
def test_positions_survive_packing(positions: list[int]) -> None:
    packed = PackedPositions()
    encoded = packed.encode(positions)
    assert packed.decode_positions(encoded) == positions
    assert packed.decode_frequency(encoded) == len(positions)


def test_a_document_is_given_to_whoosh_by_field() -> None:
    doc = WordDoc("a.md", "Title", tags=("one", "two"), body="half a \ud800 pair")
    assert values(doc, "en") == {
        "path": "a.md",
        "title": "Title",
        "tags": "one \x01 two",
        "marks": f"{tag_term('one')} {tag_term('two')}",
        "body": "half a ? pair",
    }


def test_a_column_read_whole_is_what_whoosh_reads_of_it(
    words: Words, notes: Callable[..., list[WordDoc]]
) -> None:
    odd = [WordDoc("ü/組件.md", "x"), WordDoc("a" * 300 + ".md", "x")]
    words.build([*notes(30), *odd], 1)
    words.update(notes(5, seed=2), [], 2)
    for part, _, _ in words._current().parts:
        column = part.reader.column_reader("path", translate=False)
        assert whole(column) == list(column)
        assert len(whole(column)) == part.size

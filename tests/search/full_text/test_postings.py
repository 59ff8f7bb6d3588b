"""Posting lists read whole are those that Whoosh reads one by one."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.catalog.documents import WordDoc
from notekeep.search.index_folder import document_fields, tag_term
from notekeep.search.postings import Postings
from notekeep.search.whoosh_format import (
    FIRST_WIDE_POSITION,
    TAG,
    PackedPositions,
    decode_blocks,
    encode_block,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.search.postings import IndexSnapshot
    from notekeep.search.whoosh_index import WhooshIndex


def read_by_whoosh(snapshot: IndexSnapshot, field: str, term: str) -> Postings:
    """Read a list one posting at a time, through Whoosh's matchers."""
    values: list[bytes] = []
    found = Postings([], [], values, 0)
    frequency = 0
    for part, first, dead in snapshot.parts:
        if (field, term.encode()) not in part.reader:
            continue
        frequency += part.reader.doc_frequency(field, term.encode())
        matcher = part.reader.postings(field, term.encode())
        while matcher.is_active():
            if matcher.id() not in dead:
                found.notes.append(first + matcher.id())
                found.weights.append(matcher.weight())
                values.append(matcher.value())
            matcher.next()
    return found._replace(frequency=frequency)


def test_every_list_is_the_same_both_ways(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    words.build(notes(320), 1)
    words.update(notes(20, seed=2), [doc.path for doc in notes(40)[::3]], 2)
    words.update(notes(10), [], 3)
    snapshot = words._current()
    assert len(snapshot.parts) == 3
    terms = {
        (field, term.decode())
        for part, _, _ in snapshot.parts
        for field, term in part.reader.all_terms()
    }
    assert len(terms) > 1000
    for field, term in terms:
        if field != "path":
            assert snapshot.postings(field, term) == read_by_whoosh(snapshot, field, term)


def test_a_term_that_no_note_has_is_an_empty_list(indexed: Callable[..., WhooshIndex]) -> None:
    snapshot = indexed("lever")._current()
    assert snapshot.postings("body", "pulley") == Postings([], [], [], 0)
    assert snapshot.postings("quotes", "lever") == Postings([], [], [], 0)


@pytest.mark.parametrize(
    "data", [b"", b"W4Bl", b"W3Bl", b"W3Bl\0\0\0\x10", b"W3Bl\xff\xff\xff\xf0abc"]
)
def test_another_format_is_noticed(data: bytes) -> None:
    with pytest.raises(Exception, match=r".+"):
        list(decode_blocks(data))


POSITIONS = st.integers(0, FIRST_WIDE_POSITION * 2)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(1, 255), st.integers(1, 2**31 - 1)),
            st.one_of(st.sampled_from([1, 2, 3, 29, 116]), st.integers(1, 10**6)),
            st.lists(
                st.integers(0, FIRST_WIDE_POSITION * 2), min_size=1, max_size=400, unique=True
            ).map(sorted),
        ),
        min_size=1,
        max_size=256,
    )
)
def test_a_block_says_what_was_written_into_it(items: list[tuple[int, int, list[int]]]) -> None:
    notes = list(accumulate(gap for gap, _, _ in items))
    weights = [weight for _, weight, _ in items]
    encoded = [PackedPositions().encode(positions) for _, _, positions in items]
    flat = [cell for row in zip(notes, weights, encoded, strict=True) for cell in row]
    [(numbers, packed, read)] = decode_blocks(TAG + encode_block(flat, last=True))
    assert (numbers, list(packed), list(read)) == (notes, weights, encoded)


@given(st.sets(POSITIONS, min_size=1).map(sorted))
def test_positions_survive_packing(positions: list[int]) -> None:
    packed = PackedPositions()
    encoded = packed.encode(positions)
    assert packed.decode_positions(encoded) == positions
    assert packed.decode_frequency(encoded) == len(positions)


def test_a_document_is_given_to_whoosh_by_field() -> None:
    doc = WordDoc("a.md", "Title", tags=("one", "two"), body="half a \ud800 pair")
    assert document_fields(doc, "en") == {
        "path": "a.md",
        "title": "Title",
        "tags": "one \x01 two",
        "marks": f"{tag_term('one')} {tag_term('two')}",
        "body": "half a ? pair",
    }

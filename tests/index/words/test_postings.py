"""Posting lists read whole are those that Whoosh reads one by one."""

from __future__ import annotations

import pickle
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.catalog.documents import WordDoc
from notekeep.search.index_folder import WIDE, PackedPositions, tag_term, values
from notekeep.search.postings import (
    TAG,
    LiveValues,
    PackedBytes,
    PostingReader,
    Postings,
    Values,
    Whole,
    blocks,
)
from notekeep.search.whoosh_format import MANY_NOTES, BlockWriter

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
    whole = PostingReader(snapshot)
    terms = {
        (field, term.decode())
        for part, _, _ in snapshot.parts
        for field, term in part.reader.all_terms()
    }
    assert len(terms) > 1000
    for field, term in terms:
        if field != "path":
            assert whole.read(field, term) == read_by_whoosh(snapshot, field, term)


def test_a_term_that_no_note_has_is_an_empty_list(indexed: Callable[..., WhooshIndex]) -> None:
    snapshot = indexed("lever")._current()
    reader = PostingReader(snapshot)
    assert reader.read("body", "pulley") == Postings([], [], [], 0)
    assert reader.read("quotes", "lever") == Postings([], [], [], 0)


@pytest.mark.parametrize(
    "data", [b"", b"W4Bl", b"W3Bl", b"W3Bl\0\0\0\x10", b"W3Bl\xff\xff\xff\xf0abc"]
)
def test_another_format_is_noticed(data: bytes) -> None:
    with pytest.raises(Exception, match=r".+"):
        list(blocks(data))


def test_lists_asked_for_again_are_not_read_again(indexed: Callable[..., WhooshIndex]) -> None:
    kept = PostingReader(indexed("lever")._current())
    assert kept.read("body", "lever") is kept.read("body", "lever")
    first = kept.read("body", "lever")
    for at in range(1000):
        kept.read("body", f"none{at}")
    assert kept.read("body", "lever") is not first


def test_long_lists_are_kept_only_while_there_is_room(
    indexed: Callable[..., WhooshIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notekeep.search.postings.KEPT_POSTINGS", 5)
    kept = PostingReader(indexed("lever pulley", "lever", "lever pulley")._current())
    lever = kept.read("body", "lever")
    pulley = kept.read("body", "pulley")
    assert kept.read("body", "lever") is lever
    kept.read("title", "lever")
    assert kept.read("body", "pulley") is pulley
    monkeypatch.setattr("notekeep.search.postings.KEPT_POSTINGS", 4)
    kept.read("quotes", "lever")
    assert kept.read("body", "lever") is not lever


@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(1, 255), st.integers(1, 2**31 - 1)),
            st.one_of(st.sampled_from([1, 2, 3, 29, 116]), st.integers(1, 10**6)),
            st.lists(st.integers(0, WIDE * 2), min_size=1, max_size=400, unique=True).map(sorted),
        ),
        min_size=1,
        max_size=2 * MANY_NOTES,
    )
)
def test_a_block_says_what_was_written_into_it(items: list[tuple[int, int, list[int]]]) -> None:
    notes = list(accumulate(gap for gap, _, _ in items))
    weights = [weight for _, weight, _ in items]
    encoded = [PackedPositions().encode(positions) for _, _, positions in items]
    flat = [cell for row in zip(notes, weights, encoded, strict=True) for cell in row]
    written, stats = BlockWriter(bytearray(), joins_values=False).block(flat, last=True)
    [(gaps, packed, read)] = blocks(TAG + written)
    assert list(accumulate(gaps)) == notes
    equal = 1.0 if packed is None else packed
    assert ([equal] * len(items) if isinstance(equal, float) else list(equal)) == weights
    assert list(read) == [read[at] for at in range(len(read))] == encoded
    assert (stats.notes, stats.weight) == (len(items), sum(weights))


@given(st.lists(st.binary(min_size=2, max_size=600)), st.data())
def test_joined_values_are_those_that_were_joined(values: list[bytes], data: st.DataObject) -> None:
    joined = pickle.loads(pickle.dumps(PackedBytes.of(values)))  # noqa: S301 - our own
    some = sorted(data.draw(st.sets(st.integers(0, max(0, len(values) - 1))))) if values else []
    assert list(joined) == values
    assert [joined[at] for at in range(len(joined))] == values
    assert joined.some(some) == [values[at] for at in some]


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=9)),
    st.data(),
)
def test_the_values_of_a_list_go_on_from_block_to_block(
    written: list[list[bytes]], data: st.DataObject
) -> None:
    values = Values()
    expected: list[bytes] = []
    for at, block in enumerate(written):
        alive = sorted(data.draw(st.sets(st.integers(0, len(block) - 1))))
        kinds = (
            block,
            PackedBytes.of(block),
            LiveValues(block, alive),
            LiveValues(PackedBytes.of(block), alive),
        )
        values.add(kinds[at % 4])
        expected += [block[one] for one in alive] if at % 4 > 1 else block
    assert values == expected
    assert [values[at] for at in range(len(values))] == expected
    some = sorted(data.draw(st.sets(st.integers(0, max(0, len(expected) - 1))))) if expected else []
    assert values.some(some) == [expected[at] for at in some]


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
    words: WhooshIndex, notes: Callable[..., list[WordDoc]]
) -> None:
    odd = [WordDoc("ü/組件.md", "x"), WordDoc("a" * 300 + ".md", "x")]
    words.build([*notes(30), *odd], 1)
    words.update(notes(5, seed=2), [], 2)
    for part, _, _ in words._current().parts:
        column = part.reader.column_reader("path", translate=False)
        whole = Whole(column)
        assert list(whole) == [whole[at] for at in range(len(whole))] == list(column)
        assert len(whole) == part.size


@pytest.mark.parametrize("beginning", ["", "ba", "ba zu"], ids=["all", "alike", "far apart"])
def test_many_terms_that_a_field_has_are_found_together(
    words: WhooshIndex, notes: Callable[..., list[WordDoc]], beginning: str
) -> None:
    words.build(notes(320), 1)
    words.update(notes(20, seed=2), [], 2)
    snapshot = words._current()
    whole = PostingReader(snapshot)
    for field in ("title", "body", "quotes"):
        terms = {
            term.decode()
            for part, _, _ in snapshot.parts
            for term in part.reader.lexicon(field)
            if not beginning or term.decode().startswith(tuple(beginning.split()))
        }
        missing = {f"{term}x" for term in terms} - terms
        assert terms <= whole.known(field, terms | missing)
        if beginning == "ba":
            assert whole.known(field, terms | missing) == terms
        for term in terms | missing:
            assert whole.read(field, term) == read_by_whoosh(snapshot, field, term)
    assert not whole.known("nowhere", {"lever"})
    assert not whole.known("title", set())

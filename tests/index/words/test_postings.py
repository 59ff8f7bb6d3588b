"""Posting lists read whole are those that Whoosh reads one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.index.words.document import WordDoc
from notekeep.index.words.format.columns import whole
from notekeep.index.words.postings import BlockReader, KeptLists, PlainReader, Postings, blocks
from notekeep.index.words.schema import WIDE, PackedPositions, values

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

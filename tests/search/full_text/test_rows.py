"""Words in a row are found where they stand so in the text, whatever is looked at on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from notekeep.search.postings import Postings
from notekeep.search.scorer import NOTE_BIT, find_notes_in_all, find_phrase_places
from notekeep.search.whoosh_format import FIRST_WIDE_POSITION, PackedPositions

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.dictionaries(st.integers(0, 5000), st.text("abc ", min_size=1, max_size=30), max_size=60)


def listed(texts: dict[int, str], term: str, start: int) -> Postings:
    """Where a letter stands in texts that begin at some position."""
    found = {
        note: [start + at for at, letter in enumerate(text) if letter == term]
        for note, text in sorted(texts.items())
        if term in text
    }
    values = [PackedPositions().encode(places) for places in found.values()]
    weights = [float(len(places)) for places in found.values()]
    return Postings(list(found), weights, values, len(found))


@given(
    TEXTS,
    st.text("abc ", min_size=1, max_size=4),
    st.sampled_from([0, FIRST_WIDE_POSITION - 9, 3 * FIRST_WIDE_POSITION]),
)
def test_a_row_is_found_where_the_text_has_it(texts: dict[int, str], row: str, start: int) -> None:
    letters = [(at, letter) for at, letter in enumerate(row) if letter != " "]
    if not letters:
        return
    first = letters[0][0]
    steps = [(at - first, listed(texts, letter, start)) for at, letter in letters]
    wanted = row.strip()
    expected = [
        note
        for note, text in sorted(texts.items())
        if any(
            all(one in (" ", other) for one, other in zip(wanted, text[at:], strict=False))
            and len(text) - at >= len(wanted)
            for at in range(len(text))
        )
    ]
    for row_steps in (steps, steps[::-1]):
        found = {place >> NOTE_BIT for place in find_phrase_places(row_steps, None)}
        assert sorted(found) == expected


NOTES = st.lists(st.integers(0, 300), unique=True).map(sorted)


@given(st.lists(NOTES, min_size=1, max_size=4), st.none() | st.frozensets(st.integers(0, 300)))
def test_notes_in_all_lists(numbers: Sequence[list[int]], within: frozenset[int] | None) -> None:
    lists = [Postings(notes, [], [], 0) for notes in numbers]
    expected = set(numbers[0]).intersection(*numbers[1:])
    assert find_notes_in_all(lists, within) == (expected if within is None else expected & within)

"""Many words in one text are what a list of them would be."""

from __future__ import annotations

from bisect import bisect_left
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.search.vocabulary import WordList, WordText

WORDS = st.lists(st.text("abcé組", min_size=1, max_size=4), unique=True).map(sorted)
LETTERS = st.text("abcé組", max_size=4)


@given(WORDS, LETTERS)
def test_it_answers_as_a_list_does(words: list[str], other: str) -> None:
    made = WordList("\n".join(words).encode())
    assert len(made) == len(words)
    assert list(made) == words
    assert [made[at] for at in range(len(words))] == words
    assert bisect_left(made, other) == bisect_left(words, other)
    with pytest.raises(IndexError):
        made[len(words)]


@given(WORDS, st.integers(0, 9), st.integers(0, 9))
def test_some_of_it_are_some_of_the_list(words: list[str], low: int, high: int) -> None:
    made = WordList("\n".join(words).encode())
    high = min(high, len(words))
    assert made.between(low, high) == words[low:high]


@given(WORDS, LETTERS, st.integers(1, 9))
def test_words_are_found_by_how_they_begin_and_end(
    words: list[str], letters: str, part: int
) -> None:
    made = WordText("\n".join(words).encode())
    with patch("notekeep.search.vocabulary.PART", part):
        parts = list(made.parts())
        ending = made.ending(letters)
    assert [word for some in parts for word in some] == words
    assert len(parts) >= len("".join(words).encode()) // (part + 12)
    assert list(made.beginning(letters)) == [word for word in words if word.startswith(letters)]
    assert ending == [word for word in words if word.endswith(letters)]

"""Many words in one text are what a list of them would be."""

from __future__ import annotations

from bisect import bisect_left
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.index.words.wordlist import WordList

WORDS = st.lists(st.text("abcé組", min_size=1, max_size=4), unique=True).map(sorted)


@given(WORDS, st.text("abcé組", max_size=4))
def test_it_answers_as_a_list_does(words: list[str], other: str) -> None:
    with patch("notekeep.index.words.wordlist.LETTERS", 5):
        made = WordList("\n".join(words))
    assert len(made) == len(words)
    assert list(made) == words
    assert [made[at] for at in range(len(words))] == words
    assert bisect_left(made, other) == bisect_left(words, other)
    with pytest.raises(IndexError):
        made[len(words)]


@given(WORDS, st.integers(0, 9), st.integers(0, 9))
def test_some_of_it_are_some_of_the_list(words: list[str], low: int, high: int) -> None:
    made = WordList("\n".join(words))
    high = min(high, len(words))
    assert made.between(low, high) == words[low:high]
    with patch("notekeep.index.words.wordlist.PART", 3):
        parts = list(made.parts())
    assert [word for part in parts for word in part] == words
    assert all(len(part) <= 3 for part in parts)

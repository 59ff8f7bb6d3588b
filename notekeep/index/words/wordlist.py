"""Many words in one text: as a list of strings they would take ten times the room."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = 20_000
"""Words that are taken out of the text together, where all of them are looked at."""

LETTERS = 200_000
"""Letters of the text that are taken apart together, while it is not known where words are."""


class WordList:
    """Words parted by line ends, in order.

    Args:
        text: The words; "" is none.
    """

    def __init__(self, text: str = "") -> None:
        self._text = text
        # The end of a word is the line end after it.
        lengths = (len(word) + 1 for part in _in_parts(text) for word in part)
        self._ends = array("I", accumulate(lengths, initial=0))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text[self._ends[at] : self._ends[at + 1] - 1]

    def __iter__(self) -> Iterator[str]:
        for part in self.parts():
            yield from part

    def between(self, low: int, high: int) -> list[str]:
        """Return the words from one place to before another."""
        if low >= high:
            return []
        return self._text[self._ends[low] : self._ends[high] - 1].split("\n")

    def ending(self, letters: str) -> list[str]:
        """Return the words that end so."""
        return ending(self._text, letters)

    def parts(self) -> Iterator[list[str]]:
        """Yield all words, some at a time."""
        for low in range(0, len(self), PART):
            yield self.between(low, min(low + PART, len(self)))


def ending(text: str, letters: str) -> list[str]:
    """Return the words of a text of words, parted by line ends, that end so."""
    found: list[str] = []
    wanted = letters + "\n"
    at = text.find(wanted)
    while at >= 0:
        end = at + len(letters)
        found.append(text[text.rfind("\n", 0, at) + 1 : end])
        at = text.find(wanted, end)
    if text.endswith(letters):
        found.append(text[text.rfind("\n") + 1 :])
    return found


def _in_parts(text: str) -> Iterator[list[str]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + LETTERS)
        end = len(text) if end < 0 else end
        yield text[start:end].split("\n")
        start = end + 1

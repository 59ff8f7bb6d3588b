"""Many words in one text of a file: as a list of strings they would take ten times the room.

The text stays the bytes that it is on the disk, and a word becomes a string when it is asked for.
UTF-8 sorts as the strings do.
"""

from __future__ import annotations

import re
from array import array
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = 200_000
"""Bytes of the text that are taken apart together, where all of it is looked at."""

_END = re.compile(b"\n")


class WordText:
    """Words parted by line ends, in order, of which seldom more than some are looked at.

    Args:
        data: The words in UTF-8; nothing is none.
    """

    def __init__(self, data: bytes | memoryview = b"") -> None:
        self._data = memoryview(data)

    def __iter__(self) -> Iterator[str]:
        for part in self.parts():
            yield from part

    def texts(self) -> Iterator[str]:
        """Yield the text, some words at a time, without the line end after the last of them."""
        start = 0
        while start < len(self._data):
            end = self._end(start + PART)
            yield self._text(start, end)
            start = end + 1

    def parts(self) -> Iterator[list[str]]:
        """Yield all words, some at a time."""
        for text in self.texts():
            yield text.split("\n")

    def beginning(self, letters: str) -> Iterator[str]:
        """Yield the words that begin so."""
        wanted = letters.encode()
        at = self._first(wanted)
        while at < len(self._data) and self._data[at : at + len(wanted)] == wanted:
            end = self._end(at)
            yield self._text(at, end)
            at = end + 1

    def ending(self, letters: str) -> list[str]:
        """Return the words that end so."""
        return [word for text in self.texts() for word in _ending(text, letters)]

    def _first(self, word: bytes) -> int:
        """Where the first word begins that does not come before this one."""
        low, high = 0, len(self._data)
        while low < high:
            at = self._end((low + high) // 2) + 1
            if at >= high:
                at = low
            end = self._end(at)
            if self._data[at:end].tobytes() < word:
                low = end + 1
            else:
                high = at
        return low

    def _end(self, at: int) -> int:
        """Where the word ends that this place is in, or before."""
        found = _END.search(self._data, at)
        return found.start() if found else len(self._data)

    def _text(self, start: int, end: int) -> str:
        # A byte that is damaged spoils one word, and no question.
        return str(self._data[start:end], "utf-8", "replace")


class WordList(WordText):
    """Words of which it is known where each stands, so that they have numbers."""

    def __init__(self, data: bytes | memoryview = b"") -> None:
        super().__init__(data)
        # The end of a word is the line end after it.
        last = [len(data) + 1] if len(data) else []
        self._ends = array("I", chain([0], (end.end() for end in _END.finditer(data)), last))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text(self._ends[at], self._ends[at + 1] - 1)

    def between(self, low: int, high: int) -> list[str]:
        """Return the words from one place to before another."""
        if low >= high:
            return []
        return self._text(self._ends[low], self._ends[high] - 1).split("\n")


def _ending(text: str, letters: str) -> list[str]:
    """Return the words of a text of words, parted by line ends, that end so."""
    found: list[str] = []
    wanted = letters + "\n"
    at = text.find(wanted)
    while at >= 0:
        end = at + len(letters)
        found.append(text[text.rfind("\n", 0, at) + 1 : end])
        at = text.find(wanted, end + 1)
    if text.endswith(letters):
        found.append(text[text.rfind("\n") + 1 :])
    return found

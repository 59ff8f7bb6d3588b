"""Reads a column of byte strings at once; Whoosh reads one value at a time, with a seek for each.

A column holds its values one after the other, and their lengths at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Whole(Sequence[bytes]):
    """All values of a column of Whoosh's `VarBytesColumn`, deleted notes' too."""

    def __init__(self, column: Any) -> None:
        self._lengths: Sequence[int] = column._lengths  # noqa: SLF001 - given out one by one only
        self._offsets: Sequence[int] = column._offsets  # noqa: SLF001 - as above
        size = sum(self._lengths)
        self._text: bytes = column._dbfile.get(column._basepos, size)  # noqa: SLF001 - as above

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, at: Any) -> Any:
        start = self._offsets[at]
        return self._text[start : start + self._lengths[at]]

    def __iter__(self) -> Iterator[bytes]:
        text = self._text
        for start, end in pairwise(accumulate(self._lengths, initial=0)):
            yield text[start:end]

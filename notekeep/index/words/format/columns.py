"""Reads a column of byte strings at once; Whoosh reads one value at a time, with a seek for each.

A column holds its values one after the other, and their lengths at its end.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any


def whole(column: Any) -> list[bytes]:
    """Return all values of a column of Whoosh's `VarBytesColumn`, deleted notes' too."""
    lengths = column._lengths  # noqa: SLF001 - Whoosh gives values out one by one only
    data: bytes = column._dbfile.get(column._basepos, sum(lengths))  # noqa: SLF001 - as above
    places = list(accumulate(lengths, initial=0))
    return [data[start:end] for start, end in pairwise(places)]

"""Reads the table of a segment's terms, which `files` writes: where a term's list is.

Whoosh finds a term by half a dozen small reads through buffers of its own; this takes a tenth of
the time, and finds many terms that begin alike by one read.

Entries are in the order of their keys: the sizes of key and of what is said, then both. A key is
the number of the field and the term. Behind the entries are 256 hash tables with open addressing,
their places, and the place of each entry.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

NEAR_BYTES = 250
"""Terms are read together where that means to read no more than so many bytes for each."""

KEPT = 5000
"""Entries that were read together and are kept, until there are more."""

LONGEST_ENTRY = 512
"""Bytes; a term has at most 64 letters."""

SLOTS = 16
"""Slots that are read together: most terms are found in the first few."""

_sizes = struct.Struct("!ii")

_slot = struct.Struct("!Iq")
"""A hash, and the place of its entry; 0 for none."""

_about = struct.Struct("!BfIBBfIIqi")
"""What an entry says of a term; see `files`."""


def read_at(file: Any, size: int, at: int) -> bytes:
    """Return so many bytes from a place on in a file.

    Windows has no `pread`. What it moves instead is no harm, as questions take turns.
    """
    if sys.platform == "win32":
        file.seek(at)
        read: bytes = file.read(size)
        return read
    return os.pread(file.fileno(), size, at)


class Table:
    """Finds the lists of one segment."""

    def __init__(self, reader: Any) -> None:
        terms = reader._terms  # noqa: SLF001 - the only way to a list's place
        hashes = terms._tindex  # noqa: SLF001 - as above
        self._tables = hashes.tables
        self._hashed = hashes.hashfn
        self._fields = terms._fieldmap  # noqa: SLF001 - as above
        # Files and not their numbers, which go to other files once these are closed.
        self._terms = hashes.dbfile.raw_file()
        self._lists = terms._postfile.raw_file()  # noqa: SLF001 - as above
        self._end = hashes.endofdata
        self._number = hashes.indexlen
        self._base = hashes.indexbase
        self._place = struct.Struct("!" + hashes.extras["indextype"])
        self._met: dict[bytes, bytes] = {}

    def listed(self, field: str, term: bytes) -> tuple[int, bytes] | None:
        """Return how many notes have a term, and its list; None where no note has it."""
        number = self._fields.get(field)
        if number is None:
            return None
        said = self._said(number.to_bytes(2, "big") + term)
        if said is None:
            return None
        inlined, _, notes, *_, start, size = _about.unpack(said)
        if inlined:
            raise ValueError("a posting list inside of the table of terms")
        data = read_at(self._lists, size, start)
        if len(data) != size:
            raise ValueError("a posting list that is cut off")
        return notes, data

    def known(self, field: str, terms: AbstractSet[str]) -> AbstractSet[str]:
        """Return those of many terms that a field has; all, where they are far from each other.

        Entries are in the order of their keys, so that words that begin alike are read together.
        """
        number = self._fields.get(field)
        if number is None or not terms:
            return frozenset()
        before = number.to_bytes(2, "big")
        keys = {before + term.encode(): term for term in terms}
        start, end = self._from(min(keys)), self._from(max(keys) + b"\0")
        if end - start > NEAR_BYTES * len(keys):
            return terms
        met = {key: said for key, said in self._entries(start, end) if key in keys}
        if len(self._met) > KEPT:
            self._met.clear()
        self._met |= met
        return {keys[key] for key in met}

    def _from(self, key: bytes) -> int:
        """Return where the first entry is whose key is not before another."""
        low, high = 0, self._number
        end: int = self._end
        size = self._place.size
        while low < high:
            middle = (low + high) // 2
            read = read_at(self._terms, size, self._base + middle * size)
            (place,) = self._place.unpack(read)
            entry = read_at(self._terms, LONGEST_ENTRY, place)
            if entry[_sizes.size : _sizes.size + _sizes.unpack_from(entry)[0]] < key:
                low = middle + 1
            else:
                high, end = middle, place
        return end

    def _entries(self, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys of a part of the table, each with what is said of it."""
        data = read_at(self._terms, end - start, start)
        at = 0
        while at < len(data):
            key, said = _sizes.unpack_from(data, at)
            middle = at + _sizes.size + key
            yield data[at + _sizes.size : middle], data[middle : middle + said]
            at = middle + said

    def _said(self, key: bytes) -> bytes | None:
        """Return what the table says of a key: its hash leads to a slot, and that to the entry."""
        if key in self._met:
            return self._met[key]
        hashed = self._hashed(key)
        start, slots = self._tables[hashed & 255]
        whole = _sizes.size + len(key) + _about.size
        for slot, place in self._slots(start, slots, (hashed >> 8) % (slots or 1)):
            if not place:
                return None
            if slot == hashed:
                entry = read_at(self._terms, whole, place)
                if _sizes.unpack_from(entry)[0] == len(key) and entry.startswith(key, _sizes.size):
                    return entry[_sizes.size + len(key) :]
        return None

    def _slots(self, start: int, slots: int, at: int) -> Iterator[tuple[int, int]]:
        """Yield the slots of a table from one on, then those before it, some at a time."""
        for low, high in ((at, slots), (0, at)):
            for some in range(low, high, SLOTS):
                size = _slot.size * min(SLOTS, high - some)
                yield from _slot.iter_unpack(read_at(self._terms, size, start + some * _slot.size))

# mypy: untyped-calls-exclude="whoosh"
"""Writes the two files of a segment's terms: the posting lists, and the table that finds them.

The table is a hash file whose keys are the field's number and the term, and whose values are the
struct below.
"""

from __future__ import annotations

import struct
from array import array
from binascii import crc32
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filetables import HashWriter, OrderedHashWriter

if TYPE_CHECKING:
    from notekeep.index.words.format.blocks import Stats

CRC32 = 1
"""The number by which a hash file says that its keys are hashed with CRC32."""

FLUSH_AFTER = 2000
"""Pieces gathered between two writes to a file."""

_lengths = struct.Struct("!ii").pack
_slot = struct.Struct("!Iq").pack
_field = struct.Struct("!H").pack

# Inlined, weight, notes, shortest, longest, highest weight, first note, last note, place, size.
_term_info = struct.Struct("!BfIBBfIIqi").pack


class ListFile:
    """The file of posting lists."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._at = 0
        self._pieces: list[bytes] = []

    def add(self, written: bytes) -> int:
        """Write one list and return its place."""
        place = self._at
        self._at += len(written)
        self._pieces.append(written)
        if len(self._pieces) > FLUSH_AFTER:
            self._file.write(b"".join(self._pieces))
            self._pieces.clear()
        return place

    def close(self) -> None:
        """Write what is left."""
        self._file.write(b"".join(self._pieces))
        self._file.close()


class TermTable(OrderedHashWriter):
    """Whoosh's table of terms, written in large pieces and hashed with CRC32 rather than MD5.

    Readers take the kind of hash from the file.
    """

    def __init__(self, file: Any) -> None:
        HashWriter.__init__(self, file, hashtype=CRC32)
        self._places: list[int] = []
        self._at = file.tell()
        self._pieces: list[bytes] = []
        self.extras["fieldmap"] = {}

    def begin(self, field: str) -> bytes:
        """Return what the keys of a field begin with."""
        numbers = self.extras["fieldmap"]
        return _field(numbers.setdefault(field, len(numbers)))

    def add_term(self, key: bytes, stats: Stats, place: int, size: int) -> None:
        """Add a term and where its list is; terms come in the order of their keys."""
        value = _term_info(0, *stats, place, size)
        hashed = crc32(key)
        at = self._at
        self._places.append(at)
        self.buckets[hashed & 255].append((hashed, at))
        self._pieces.append(_lengths(len(key), len(value)) + key + value)
        self._at = at + 8 + len(key) + len(value)
        if len(self._pieces) > FLUSH_AFTER:
            self.dbfile.write(b"".join(self._pieces))
            self._pieces.clear()

    def _write_hashes(self) -> None:
        self.dbfile.write(b"".join(self._pieces))
        empty = _slot(0, 0)
        for entries in self.buckets:
            slots = [empty] * (2 * len(entries))
            self.directory.append((self._at, len(slots)))
            for hashed, place in entries:
                at = (hashed >> 8) % len(slots)
                while slots[at] is not empty:
                    at = (at + 1) % len(slots)
                slots[at] = _slot(hashed, place)
            self.dbfile.write(b"".join(slots))
            self._at += len(empty) * len(slots)

    def _write_extras(self) -> None:
        places = array("i" if self._at < 2**31 else "q", self._places)
        self.extras["indextype"] = places.typecode
        self.extras["indexlen"] = len(places)
        HashWriter._write_extras(self)  # noqa: SLF001 - the grandparent's; the parent's is replaced
        self.dbfile.write_array(places)

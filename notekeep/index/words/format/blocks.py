"""Writes the blocks of posting lists: what a list consists of, and what the term table says of it.

`postings` describes a block, and reads it.
"""

from __future__ import annotations

import struct
import zlib
from operator import sub
from pickle import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.index.words.format.joined import Joined, in_bytes
from notekeep.index.words.postings import TAG

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPRESSION = 1
"""Zlib's level. None at all would build 15 % faster and take 22 % more room."""

WORTH_COMPRESSING = 80
"""Bytes of a pickled block; shorter ones only grow."""

MANY_NOTES = 128
"""Blocks of so many notes are of words that are in every tenth note, and are not compressed: to
undo it would take half of the time in which such a word is found."""

HEADER_PROTOCOL = 2
"""The protocol of a block's header: what `postings` looks for its end by."""

BODY_PROTOCOL = 4

LONE_BYTES = 2
"""The size of an encoded position below 65,535, for which `lone` is made."""

_MARK = b"\xfe\xfd"

_int = struct.Struct("!i").pack


class Stats(NamedTuple):
    """What the table of terms says of a block, or of a whole list."""

    weight: float
    notes: int
    shortest: int
    longest: int
    highest: float
    first: int
    last: int

    @classmethod
    def total(cls, blocks: list[Stats]) -> Stats:
        """Return what is true of a whole list, given its blocks in order."""
        if len(blocks) == 1:
            return blocks[0]
        weight, notes, shortest, longest, highest, first, last = zip(*blocks, strict=True)
        return cls(
            sum(weight), sum(notes), min(shortest), max(longest), max(highest), first[0], last[-1]
        )


class Blocks:
    """Writes blocks of the lists of one field.

    Args:
        lengths: The length of the field in each note so far, as a byte; it may still grow.
        joins_values: Whether values have one size, so that a block holds them joined; none, if
            that is 0.
    """

    def __init__(self, lengths: bytearray, *, joins_values: bool) -> None:
        self._lengths = lengths
        self._joins_values = joins_values
        self._lone: dict[int, tuple[bytes, bytes, Stats]] = {}

    def block(self, items: list[Any], *, last: bool) -> tuple[bytes, Stats]:
        """Return one block of a flat list of note, weight, value, note, ... and its stats."""
        notes: list[int] = items[0::3]
        weights: list[float] = items[1::3]
        values: list[bytes] = items[2::3]
        number = len(notes)
        highest = float(max(weights))
        packed: Sequence[float] | float | None
        if weights.count(weights[0]) == number:
            packed = None if highest == 1.0 else highest
            total = highest * number
        else:
            packed = in_bytes(weights, tuple)
            total = float(sum(weights))
        shortest = longest = 0
        if self._lengths:
            lengths = list(map(self._lengths.__getitem__, notes))
            longest = max(lengths)
            shortest = min(lengths) or min(filter(None, lengths), default=0)
        gaps = in_bytes((notes[0], *map(sub, notes[1:], notes)), tuple)
        body = dumps((gaps, packed, self._values(values)), BODY_PROTOCOL)
        small = number < MANY_NOTES and len(body) >= WORTH_COMPRESSING
        compression = COMPRESSION if small else 0
        if compression:
            body = zlib.compress(body, compression)
        about = (number, notes[-1], highest, compression, shortest, longest)
        header = dumps(about, HEADER_PROTOCOL)
        size = len(header) + len(body)
        stats = Stats(total, number, shortest, longest, highest, notes[0], notes[-1])
        return _int(-size if last else size) + header + body, stats

    def _values(self, values: list[bytes]) -> Sequence[bytes] | None:
        if self._joins_values:
            return None
        return tuple(values) if len(values) < MANY_NOTES else Joined.of(values)

    def lone(self, note: int, value: bytes) -> tuple[bytes, Stats]:
        """Return the whole list of a term that stands once, in one note; half of all terms do.

        Such lists of one note differ in their value alone, so one of them is written as others
        are, and its value replaced.

        Args:
            note: The note.
            value: The encoded position, LONE_BYTES long.
        """
        known = self._lone.get(note)
        if known is None:
            written, stats = self.block([note, 1, _MARK], last=True)
            before, _, after = written.rpartition(_MARK)
            known = self._lone[note] = TAG + before, after, stats
        before, after, stats = known
        return before + value + after, stats

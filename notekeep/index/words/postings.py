# mypy: untyped-calls-exclude="whoosh"
"""Posting lists, read whole: which notes have a term, how often, and at which positions.

`PostingReader` reads the blocks of Whoosh's file format at once, over any number of segments; with
`bulk` and `format`, this module holds all that notekeep knows of that format.

The format: a list is the tag `W3Bl` and blocks. A block is its length as a signed 32-bit number,
big-endian and negative for the last one; a pickled header, of which only the end matters here; and
a pickled tuple, perhaps compressed: gaps between note numbers, weights (None when all are 1, one
float when all are equal), values. Gaps and weights are bytes where all are small, and the values of
a long block are `Joined`, so that a long list is read without an object for each posting; only
phrases look at values.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate, chain
from pickle import loads
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.giving_way import give_way
from notekeep.index.words.format.joined import Joined
from notekeep.index.words.format.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from notekeep.index.words.snapshot import Snapshot

TAG = b"W3Bl"

HEADER_END = b"tq\x00."
"""How a pickled tuple ends in protocols 2 and 3, the ones that headers are written with. Nothing
before it in a header can look so: its numbers would be a note beyond 700 million."""

PICKLE = 0x80
"""The first byte of a pickle; a compressed block begins otherwise."""

KEPT_LISTS = 512
"""Lists kept between queries: what one types is mostly what one typed before."""

KEPT_POSTINGS = 150_000
"""Postings in them altogether; some 15 MB."""

_length = struct.Struct("!i").unpack_from


class Postings(NamedTuple):
    """The posting list of one term in one field.

    Attributes:
        notes: Numbers of the notes, rising, without deleted ones.
        weights: How often the term stands in each.
        values: Its positions in each, encoded by the field's format.
        frequency: How many notes have it, deleted ones too; Whoosh's scores count them.
    """

    notes: list[int]
    weights: list[float]
    values: Sequence[bytes]
    frequency: int


class Values(Sequence[bytes]):
    """The values of one list, block after block."""

    def __init__(self) -> None:
        self._blocks: list[Sequence[bytes]] = []
        self._ends: list[int] = []

    def add(self, block: Sequence[bytes]) -> None:
        """Add the values of a block."""
        self._blocks.append(block)
        self._ends.append(len(self) + len(block))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self._blocks)

    def __getitem__(self, at: Any) -> Any:
        block = bisect_right(self._ends, at)
        return self._blocks[block][at - self._ends[block - 1] if block else at]

    def some(self, places: Sequence[int]) -> list[bytes]:
        """Return those at some places, which must rise."""
        found: list[bytes] = []
        start = done = 0
        for block, end in zip(self._blocks, self._ends, strict=True):
            upto = bisect_left(places, end, done)
            here = [at - start for at in places[done:upto]]
            found += block.some(here) if isinstance(block, Joined) else map(block.__getitem__, here)
            start, done = end, upto
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = object.__hash__


class Living(Sequence[bytes]):
    """The values of a block without those of deleted notes."""

    def __init__(self, values: Sequence[bytes], alive: Sequence[int]) -> None:
        self._values, self._alive = values, alive

    def __len__(self) -> int:
        return len(self._alive)

    def __getitem__(self, at: Any) -> Any:
        return self._values[self._alive[at]]


class PostingReader:
    """Reads whole posting lists of one snapshot, and remembers those it read last.

    Raises anything when the format is not the one it knows.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot  # which closes its files when nobody has it
        self._parts = [(Table(part.reader), first, dead) for part, first, dead in snapshot.parts]
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept_postings = 0

    def known(self, field: str, terms: AbstractSet[str]) -> AbstractSet[str]:
        """Return those of many terms that a field has; more where that is sooner said."""
        found: set[str] = set()
        for table, _, _ in self._parts:
            found |= table.known(field, terms)
        return found

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""
        key = field, term
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        give_way()
        read = self._kept[key] = self._read(field, term)
        self._kept_postings += len(read.notes)
        while len(self._kept) > KEPT_LISTS or self._kept_postings > KEPT_POSTINGS:
            _, oldest = self._kept.popitem(last=False)
            self._kept_postings -= len(oldest.notes)
        return read

    def _read(self, field: str, term: str) -> Postings:
        found = Postings([], [], Values(), 0)
        frequency = 0
        key = term.encode()
        for table, first, dead in self._parts:
            listed = table.listed(field, key)
            if listed is not None:
                notes, data = listed
                frequency += notes
                _append(found, data, first, dead)
        return found._replace(frequency=frequency) if frequency else found


def blocks(data: bytes) -> Iterator[tuple[Sequence[int], Any, Sequence[bytes]]]:
    """Yield the gaps, weights and values of each block of one posting list."""
    if data[:4] != TAG:
        raise ValueError("not a posting list of the known format")
    at = 4
    more = True
    while more:
        (length,) = _length(data, at)
        more = length > 0
        end = at + 4 + abs(length)
        start = data.index(HEADER_END, at + 4, end) + len(HEADER_END)
        body = data[start:end]
        if body[0] != PICKLE:
            body = zlib.decompress(body)
        # Only this user can write into the folder that pickles are read from; see Folder.is_ours.
        gaps, weights, values = loads(body)  # noqa: S301
        yield gaps, weights, values
        at = end


def _append(to: Postings, data: bytes, first: int, dead: frozenset[int]) -> None:
    """Add one segment's list to a list over all segments."""
    assert isinstance(to.values, Values)  # noqa: S101 - made so by PostingReader
    notes, weighing = to.notes, to.weights
    for gaps, packed, values in blocks(data):
        number = len(gaps)
        equal = 1.0 if packed is None else packed
        weights = (equal,) * number if isinstance(equal, float) else equal
        if not number == len(weights) == len(values):
            raise ValueError("a posting list whose parts have different lengths")
        alive = None
        if dead:
            there = tuple(accumulate(gaps))
            alive = [at for at in range(number) if there[at] not in dead]
        if alive is None or len(alive) == number:
            to.values.add(values)
            notes += accumulate((first + gaps[0], *gaps[1:]) if first else gaps)
            weighing += weights
        else:
            to.values.add(Living(values, alive))
            notes += [first + there[at] for at in alive]
            weighing += [weights[at] for at in alive]

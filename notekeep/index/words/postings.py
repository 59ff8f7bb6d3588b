# mypy: untyped-calls-exclude="whoosh"
"""Posting lists, read whole: which notes have a term, how often, and at which positions.

`BlockReader` reads the blocks of Whoosh's file format at once, over any number of segments; with
`bulk`, this module holds all that notekeep knows of that format. `PlainReader` reads the same lists
one posting at a time through Whoosh's own matchers: it is what answers when the format is not as
expected.

The format: a list is the tag `W3Bl` and blocks. A block is its length as a signed 32-bit number,
big-endian and negative for the last one; a pickled header, of which only the end matters here; and
a pickled tuple, perhaps compressed: gaps between note numbers, weights (None when all are 1, one
float when all are equal), values.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from itertools import accumulate
from pickle import loads
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from whoosh.reading import TermNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.reading import SegmentReader

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
    values: list[bytes]
    frequency: int


class Lists(Protocol):
    """Where posting lists come from."""

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""


class BlockReader:
    """Reads whole blocks; raises anything when the format is not the one it knows."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""
        found = Postings([], [], [], 0)
        frequency = 0
        for part, first, dead in self._snapshot.parts:
            terms: Any = part.reader._terms  # noqa: SLF001 - the only way to a list's place
            try:
                about = terms.term_info(field, term.encode())
            except TermNotFound:
                continue
            frequency += about.doc_frequency()
            start, size = about.extent()
            if isinstance(size, tuple):  # Whoosh forgets to unpack it
                (size,) = size
            _append(found, terms._postfile.get(start, size), first, dead)  # noqa: SLF001 - as above
        return found._replace(frequency=frequency)


class PlainReader:
    """Reads through Whoosh's matchers: slow, and right whatever the format."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""
        found = Postings([], [], [], 0)
        frequency = 0
        for part, first, dead in self._snapshot.parts:
            reader: SegmentReader = part.reader
            if (field, term.encode()) not in reader:
                continue
            frequency += reader.doc_frequency(field, term.encode())
            matcher = reader.postings(field, term.encode())
            while matcher.is_active():
                if matcher.id() not in dead:
                    found.notes.append(first + matcher.id())
                    found.weights.append(matcher.weight())
                    found.values.append(matcher.value())
                matcher.next()
        return found._replace(frequency=frequency)


class KeptLists:
    """A reader that remembers the lists it read last; for one snapshot."""

    def __init__(self, reader: Lists) -> None:
        self._reader = reader
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._postings = 0

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""
        key = field, term
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        read = self._kept[key] = self._reader.read(field, term)
        self._postings += len(read.notes)
        while len(self._kept) > KEPT_LISTS or self._postings > KEPT_POSTINGS:
            _, oldest = self._kept.popitem(last=False)
            self._postings -= len(oldest.notes)
        return read


def blocks(data: bytes) -> Iterator[tuple[tuple[int, ...], Any, Any]]:
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
        yield loads(body)  # noqa: S301 - a folder that only this user can write; see Folder.is_ours
        at = end


def _append(to: Postings, data: bytes, first: int, dead: frozenset[int]) -> None:
    """Add one segment's list to a list over all segments."""
    before = len(to.notes)
    for gaps, weights, values in blocks(data):
        to.notes.extend(accumulate((first + gaps[0], *gaps[1:])))
        if isinstance(weights, tuple):
            to.weights.extend(weights)
        else:
            to.weights.extend([1.0 if weights is None else weights] * len(gaps))
        to.values.extend(values)
    if len(to.notes) != len(to.values) or len(to.notes) != len(to.weights):
        raise ValueError("a posting list whose parts have different lengths")
    if dead:
        _bury(to, before, first, dead)


def _bury(to: Postings, before: int, first: int, dead: frozenset[int]) -> None:
    """Take deleted notes out of what was added from index `before` on."""
    live = [at for at in range(before, len(to.notes)) if to.notes[at] - first not in dead]
    if len(live) < len(to.notes) - before:
        to.notes[before:] = [to.notes[at] for at in live]
        to.weights[before:] = [to.weights[at] for at in live]
        to.values[before:] = [to.values[at] for at in live]

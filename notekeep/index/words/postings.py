# mypy: untyped-calls-exclude="whoosh"
"""Posting lists, read whole: which notes have a term, how often, and at which positions.

`BlockReader` reads the blocks of Whoosh's file format at once, over any number of segments; with
`bulk`, this module holds all that notekeep knows of that format. `PlainReader` reads the same lists
one posting at a time through Whoosh's own matchers: it is what answers when the format is not as
expected.

The format: a list is the tag `W3Bl` and blocks. A block is its length as a signed 32-bit number,
big-endian and negative for the last one; a pickled header, of which only the end matters here; and
a pickled tuple, perhaps compressed: gaps between note numbers, weights (None when all are 1, one
float when all are equal), values. Values are most of a block, and only phrases look at them: they
are left in it until one does.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate
from pickle import loads
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

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

SMALL_BODY = 200
"""Bytes; smaller blocks are read as a whole sooner than in part."""

PROTOCOL_4 = b"\x80\x04"
FRAMED = PROTOCOL_4 + b"\x95"
FRAME = 11
"""Where the objects of a framed pickle begin, behind the length of the frame."""

TUPLE_END = b"t\x94"
ONE_NONE, ONE_FLOAT, MANY = b"NG("
FLOAT_SIZE = 9
PAIR = b"\x86."
"""Makes a tuple of the two objects before it, and ends a pickle."""

_length = struct.Struct("!i").unpack_from

_about = struct.Struct("!BfIBBfIIqi").unpack
"""What the table says of a term; see `format.files`."""


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
    """The values of one list, left in its blocks until the first of them is looked at."""

    def __init__(self) -> None:
        self._made: list[bytes] = []
        self._left: list[tuple[bytes, int, Sequence[int] | None]] = []

    def add(self, body: bytes, number: int, alive: Sequence[int] | None) -> None:
        """Add the values of a block.

        Args:
            body: The pickled tuple, not compressed.
            number: How many postings it has.
            alive: Which of them count, where some are of deleted notes.
        """
        self._left.append((body, number, alive))

    def _all(self) -> list[bytes]:
        if self._left:
            for body, number, alive in self._left:
                values = loads(body)[2]  # noqa: S301 - as in `blocks`
                if len(values) != number:
                    raise ValueError("a posting list whose parts have different lengths")
                self._made += values if alive is None else [values[at] for at in alive]
            self._left.clear()
        return self._made

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._all())

    def __getitem__(self, at: Any) -> Any:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == list(other)

    __hash__ = object.__hash__


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
        found = Postings([], [], Values(), 0)
        frequency = 0
        for part, first, dead in self._snapshot.parts:
            terms: Any = part.reader._terms  # noqa: SLF001 - the only way to a list's place
            place = _place(terms, field, term.encode())
            if place is not None:
                notes, start, size = place
                frequency += notes
                _append(found, terms._postfile.get(start, size), first, dead)  # noqa: SLF001
        return found._replace(frequency=frequency)


class PlainReader:
    """Reads through Whoosh's matchers: slow, and right whatever the format."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def read(self, field: str, term: str) -> Postings:
        """Return the posting list of a term; an empty one when no note has it."""
        values: list[bytes] = []
        found = Postings([], [], values, 0)
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
                    values.append(matcher.value())
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


def blocks(data: bytes) -> Iterator[tuple[tuple[int, ...], Any, bytes]]:
    """Yield the gaps and weights of each block of one posting list, and its body for `Values`."""
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
        front = _front(body) if len(body) > SMALL_BODY else None
        # Only this user can write into the folder that pickles are read from; see Folder.is_ours.
        gaps, weights = front or loads(body)[:2]  # noqa: S301
        yield gaps, weights, body
        at = end


def _front(body: bytes) -> tuple[tuple[int, ...], Any] | None:
    """Return the gaps and weights of a large block without making its values.

    A pickle can be read up to any place between two of its objects. Both end with TUPLE_END, where
    they are tuples of more than three; nothing but a gap beyond 38,000 looks so inside, and that
    shows by what follows it. None where anything is not as it mostly is.
    """
    if not body.startswith(FRAMED):
        return None
    end = body.find(TUPLE_END, FRAME) + len(TUPLE_END)
    kind = body[end]
    if kind == ONE_NONE:
        last = end + 1
    elif kind == ONE_FLOAT:
        last = end + FLOAT_SIZE
    elif kind == MANY:
        last = body.find(TUPLE_END, end)
        while last >= 0 and (last - end - 1) % FLOAT_SIZE:
            last = body.find(TUPLE_END, last + 1)
        last += len(TUPLE_END)
    else:
        return None
    if last <= end:
        return None
    try:
        gaps, weights = loads(PROTOCOL_4 + body[FRAME:last] + PAIR)  # noqa: S301 - as above
    except Exception:  # noqa: BLE001 - whatever it is, the whole block can still be read
        return None
    fits = isinstance(gaps, tuple) and (kind != MANY or len(weights) == len(gaps))
    return (gaps, weights) if fits else None


def _place(terms: Any, field: str, term: bytes) -> tuple[int, int, int] | None:
    """Return how many notes have a term, and the place and size of its list; None without one."""
    try:
        value = terms._tindex[terms._keycoder(field, term)]  # noqa: SLF001 - half the time of `term_info`
    except KeyError:
        return None
    inlined, _, notes, *_, start, size = _about(value)
    if inlined:
        raise ValueError("a posting list inside of the table of terms")
    return notes, start, size


def _append(to: Postings, data: bytes, first: int, dead: frozenset[int]) -> None:
    """Add one segment's list to a list over all segments."""
    assert isinstance(to.values, Values)  # noqa: S101 - made so by BlockReader
    notes, weighing = to.notes, to.weights
    for gaps, packed, body in blocks(data):
        number = len(gaps)
        equal = 1.0 if packed is None else packed
        weights = packed if isinstance(packed, tuple) else (equal,) * number
        if len(weights) != number:
            raise ValueError("a posting list whose parts have different lengths")
        alive = None
        if dead:
            there = tuple(accumulate(gaps))
            alive = [at for at in range(number) if there[at] not in dead]
        if alive is None or len(alive) == number:
            to.values.add(body, number, None)
            notes += accumulate((first + gaps[0], *gaps[1:]) if first else gaps)
            weighing += weights
        else:
            to.values.add(body, number, alive)
            notes += [first + there[at] for at in alive]
            weighing += [weights[at] for at in alive]

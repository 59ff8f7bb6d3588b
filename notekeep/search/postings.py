"""Read whole posting lists of one commit."""

from __future__ import annotations

import os
import struct
import sys
import weakref
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from itertools import accumulate, chain, pairwise
from pickle import loads
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.reading import SegmentReader
from whoosh.util.numeric import byte_to_length

from notekeep.background import yield_to_ui
from notekeep.errors import IndexUnusable as Unusable
from notekeep.search.index_folder import INDEX_NAME, CommitStamp, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from notekeep.search.index_folder import Folder


# Reads a column of byte strings at once; Whoosh reads one value at a time, with a seek for each.
#
# A column holds its values one after the other, and their lengths at its end.


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


# Many byte strings in one, with their sizes: the values of a long block.
#
# A tuple of byte strings is read by making each of them; this is read as two objects, whatever
# it holds, and cut where one looks. Whoosh looks one up by its number, as it would in a tuple.


_wide = partial(array, "I")


class PackedBytes(Sequence[bytes]):
    """Byte strings.

    Args:
        sizes: The size of each, in bytes.
        text: All of them, one after the other.
    """

    __slots__ = ("_ends", "_sizes", "_text")

    def __init__(self, sizes: Sequence[int], text: bytes) -> None:
        self._sizes = sizes
        self._text = text
        self._ends: list[int] | None = None

    @classmethod
    def of(cls, values: Sequence[bytes]) -> PackedBytes:
        """Join byte strings."""
        return cls(pack_numbers(list(map(len, values))), b"".join(values))

    def __reduce__(self) -> tuple[Any, ...]:
        return PackedBytes, (self._sizes, self._text)

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, at: Any) -> Any:
        end = self._known_ends()[at]
        return self._text[end - self._sizes[at] : end]

    def some(self, places: Iterable[int]) -> list[bytes]:
        """Return those at some places."""
        text, sizes, ends = self._text, self._sizes, self._known_ends()
        return [text[ends[at] - sizes[at] : ends[at]] for at in places]

    def _known_ends(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(self._sizes))
        return self._ends

    def __iter__(self) -> Iterator[bytes]:
        start = 0
        for size in self._sizes:
            yield self._text[start : start + size]
            start += size


def pack_numbers(
    numbers: Sequence[Any],
    otherwise: Callable[[Sequence[Any]], Sequence[Any]] = _wide,
) -> Sequence[Any]:
    """Return numbers as bytes if all are small and whole: read at once, in a tenth of the room."""
    try:
        return bytes(numbers)
    except (ValueError, TypeError):
        return otherwise(numbers)


# Reads the table of a segment's terms, which `files` writes: where a term's list is.
#
# Whoosh finds a term by half a dozen small reads through buffers of its own; this takes a tenth
# of the time, and finds many terms that begin alike by one read.
#
# Entries are in the order of their keys: the sizes of key and of what is said, then both. A key
# is the number of the field and the term. Behind the entries are 256 hash tables with open
# addressing, their places, and the place of each entry.


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


# Posting lists, read whole: which notes have a term, how often, and at which positions.
#
# `PostingReader` reads the blocks of Whoosh's file format at once, over any number of segments;
# with `bulk` and `format`, this module holds all that notekeep knows of that format.
#
# The format: a list is the tag `W3Bl` and blocks. A block is its length as a signed 32-bit
# number, big-endian and negative for the last one; a pickled header, of which only the end
# matters here; and a pickled tuple, perhaps compressed: gaps between note numbers, weights (None
# when all are 1, one float when all are equal), values. Gaps and weights are bytes where all are
# small, and the values of a long block are `PackedBytes`, so that a long list is read without an
# object for each posting; only phrases look at values.


# mypy: untyped-calls-exclude="whoosh"


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
            found += (
                block.some(here) if isinstance(block, PackedBytes) else map(block.__getitem__, here)
            )
            start, done = end, upto
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = object.__hash__


class LiveValues(Sequence[bytes]):
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

    def __init__(self, snapshot: IndexSnapshot) -> None:
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
        yield_to_ui()
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
            to.values.add(LiveValues(values, alive))
            notes += [first + there[at] for at in alive]
            weighing += [weights[at] for at in alive]


# The index as it was at one commit: its segments, which notes are deleted, paths, lengths.
#
# Notes are numbered through all segments, as Whoosh numbers them. An open segment is handed on
# from snapshot to snapshot, because it never changes once it is written: only the set of its
# deleted notes does.


# mypy: untyped-calls-exclude="whoosh"


ATTEMPTS = 3
"""How often opening is tried: another process may commit or replace the folder meanwhile."""

FEW_PATHS = 0.25
"""Of this share of all notes, paths are read one by one; for more, all of them, and kept."""

LENGTHS = [max(1, byte_to_length(code)) for code in range(256)]
"""A field's length in words, by the byte that stands for it in the index."""


class IndexSegment:
    """One segment, with what is known of it whatever commit it is part of.

    Attributes:
        reader: Whoosh's; which notes it takes for deleted may be out of date.
        size: How many notes it holds, deleted ones too.
    """

    def __init__(self, reader: Any) -> None:
        # Whoosh's types allow for readers without segment or codec; a SegmentReader has both.
        self.reader = reader
        # Also closes the files of a segment that is merely forgotten.
        self.close = weakref.finalize(self, reader.close)
        self.size: int = reader.doc_count_all()
        self._paths: list[str] | None = None
        self._lengths: dict[str, bytes] = {}

    @property
    def paths(self) -> list[str]:
        """The path of each note, deleted ones too."""
        if self._paths is None:
            self._paths = list(map(_path, self._column))
        return self._paths

    def path(self, at: int) -> str:
        """The path of one note; without reading those of all others."""
        return self._paths[at] if self._paths else _path(self._column[at])

    @cached_property
    def _column(self) -> Whole:
        return Whole(self.reader.column_reader("path", translate=False))

    def lengths(self, field: str) -> bytes:
        """The length of a field in each note, as a byte for LENGTHS."""
        if field not in self._lengths:
            self._lengths[field] = self._read_lengths(field).ljust(self.size, b"\0")
        return self._lengths[field]

    def _read_lengths(self, field: str) -> bytes:
        codec, segment, storage = self.reader.codec(), self.reader.segment(), self.reader.storage()
        name = codec.column_filename(segment, f"_{field}_len")
        if not self.reader.field_length(field):
            return b""
        opened = storage.open_file(name)
        try:
            read: bytes = opened.get(0, storage.file_length(name))
        finally:
            opened.close()
        return read


class IndexSnapshot:
    """One commit, open for reading until `close`.

    Attributes:
        number: Which commit it is.
        reached: What the commit stands for.
        parts: The segments, each with the number of its first note and the set of its deleted
            notes, numbered within the segment.
        size: How many notes are numbered, deleted ones too; Whoosh's scores count them.
    """

    def __init__(
        self,
        number: int,
        reached: CommitStamp,
        language: str,
        path: str,
        known: Mapping[str, IndexSegment],
    ) -> None:
        self.number = number
        self.reached = reached
        storage: Any = FileStorage(path)
        toc: Any = TOC.read(storage, INDEX_NAME, gen=number, schema=schema(language))
        self.size = 0
        self.parts: list[tuple[IndexSegment, int, frozenset[int]]] = []
        for segment in toc.segments:
            part = known.get(segment.segment_id())
            if part is None:
                part = IndexSegment(SegmentReader(storage, toc.schema, segment))
            self.parts.append((part, self.size, frozenset(segment.deleted_docs())))
            self.size += part.size
        self._firsts = [first for _, first, _ in self.parts]
        self._numbers: dict[str, int] | None = None
        self._lengths: dict[str, bytes] = {}
        self._averages: dict[str, float] = {}

    @classmethod
    def open(
        cls, folder: Folder, language: str, earlier: IndexSnapshot | None = None
    ) -> IndexSnapshot:
        """Open the newest commit, or raise Unusable.

        Args:
            folder: Where the index is.
            language: The language whose schema it must have.
            earlier: The snapshot that this one takes the place of. It is closed, except for the
                segments that both have, which are handed on.
        """
        known = earlier.by_id() if earlier else {}
        problem: Exception | None = None
        for _ in range(ATTEMPTS):
            state = folder.state()
            try:
                made = cls._opened(folder, language, known)
            except Exception as error:  # noqa: BLE001 - a damaged index raises anything at all
                problem, made = error, None
            if folder.state() != state:
                if made:
                    made.close(keep=known)
                continue
            if made is None or not made.is_complete():
                break
            if earlier:
                earlier.close(keep=made.by_id())
            return made
        raise Unusable(
            "The search index is missing, damaged or of another version",
            "It is built again at the next refresh; or run `notekeep index --rebuild`",
        ) from problem

    @classmethod
    def _opened(
        cls, folder: Folder, language: str, known: Mapping[str, IndexSegment]
    ) -> IndexSnapshot | None:
        number, reached = folder.toc(), folder.reached()
        if number is None or reached is None or not folder.is_ours(language):
            return None
        return cls(number, reached, language, str(folder.path), known)

    def is_complete(self) -> bool:
        """Whether it holds as many notes as its commit said; it may not after a power cut."""
        return self.live == self.reached.notes

    @property
    def live(self) -> int:
        """How many notes it holds, without deleted ones."""
        return self.size - sum(len(dead) for _, _, dead in self.parts)

    def by_id(self) -> dict[str, IndexSegment]:
        """Return the segments by the names that Whoosh has for them."""
        return {part.reader.segment().segment_id(): part for part, _, _ in self.parts}

    def close(self, keep: Mapping[str, IndexSegment] = MappingProxyType({})) -> None:
        """Close the files of all segments but those that another snapshot goes on with."""
        for name, part in self.by_id().items():
            if name not in keep:
                part.close()

    def paths(self, numbers: Collection[int]) -> list[str]:
        """Return the path of each note."""
        if len(numbers) > FEW_PATHS * self.size:
            every = list(chain.from_iterable(part.paths for part, _, _ in self.parts))
            return [every[number] for number in numbers]
        found = []
        for number in numbers:
            part, first, _ = self.parts[bisect_right(self._firsts, number) - 1]
            found.append(part.path(number - first))
        return found

    def numbers(self, paths: Iterable[str]) -> set[int]:
        """Return the numbers of those paths that are in the index."""
        if self._numbers is None:
            self._numbers = {}
            for part, first, dead in self.parts:
                for at, path in enumerate(part.paths):
                    if at not in dead:
                        self._numbers[path] = first + at
        known = self._numbers
        return {known[path] for path in paths if path in known}

    def standing(self, paths: Collection[str]) -> list[int]:
        """Return the numbers of notes with these paths, without reading all paths for it."""
        found = []
        keys = [path.encode() for path in paths]
        for part, first, dead in self.parts:
            for key in keys:
                if ("path", key) in part.reader:
                    numbers = part.reader.postings("path", key).all_ids()
                    found += [first + at for at in numbers if at not in dead]
        return found

    def all_numbers(self) -> list[int]:
        """Return the number of every note that is not deleted."""
        return [
            first + at
            for part, first, dead in self.parts
            for at in range(part.size)
            if at not in dead
        ]

    def lengths(self, field: str) -> bytes:
        """Return the length of a field in each note, as a byte for LENGTHS."""
        if field not in self._lengths:
            self._lengths[field] = b"".join(part.lengths(field) for part, _, _ in self.parts)
        return self._lengths[field]

    def average_length(self, field: str) -> float:
        """Return how many words a field has in the average note, deleted notes counted."""
        if field not in self._averages:
            total: int = sum(part.reader.field_length(field) for part, _, _ in self.parts)
            self._averages[field] = total / self.size or 1.0
        return self._averages[field]


def _path(stored: bytes) -> str:
    if not stored:
        raise ValueError("a note without a path")
    return stored.decode()

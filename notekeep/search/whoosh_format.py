"""The index format: schema, positions, posting lists and terms, written through Whoosh.

Whoosh handles the lock, field lengths, columns, segments, table of contents and cleanup. Our
`PostingPool` and `Codec` replace its handling of postings and take a third of the CPU time: Whoosh
creates a tuple for each posting, sorts them all and writes them one by one, with pickled positions.
Here, notes arrive in order, so each list just grows. A test compares the result with the output of
Whoosh's own writer.

A posting list is the tag `W3Bl` and blocks. A block consists of its length as a signed 32-bit
number, big-endian and negative for the last one; a pickled header, which Whoosh reads; and a
pickled tuple: gaps between note numbers, weights (None when all are 1, one float when all are
equal), values.
"""

from __future__ import annotations

import struct
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from operator import sub
from pickle import dumps, loads
from typing import TYPE_CHECKING, Any, TypeAlias

from whoosh import index
from whoosh.codec.whoosh3 import W3Codec, W3TermInfo
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.formats import Positions
from whoosh.index import LockError
from whoosh.reading import SegmentReader
from whoosh.util.numeric import byte_to_length
from whoosh.writing import SegmentWriter

from notekeep.background import yield_to_ui
from notekeep.errors import IndexBusy
from notekeep.search.analyzer import PARTS, STOP_WORD_PLACE, get_analyzer
from notekeep.search.index_folder import BOOSTS

if TYPE_CHECKING:
    from pathlib import Path

# mypy: untyped-calls-exclude="whoosh,notekeep.search.whoosh_format"

BLOCK_POSTINGS = 512
"""Postings per block: more than in Whoosh, because complete lists are then read faster."""

SMALL_SEGMENT = 200
"""Only segments up to this number of notes are merged, so that no merge takes long."""

HEADER_PROTOCOL, BODY_PROTOCOL = 2, 4

HEADER_END = b"tq\x00."
"""End of a pickled header tuple; not in its numbers, unless one exceeds 700 million."""

TAG = b"W3Bl"

LENGTHS = [max(1, byte_to_length(code)) for code in range(256)]
"""Field lengths in words, by their code in the index."""

FIRST_WIDE_POSITION = 0xFFFF
"""Positions from this number on need 32 bits. It also marks the start of a 32-bit array."""

WIDE_MARK = b"\xff\xff"

_int32 = struct.Struct("!i")
_field_number = struct.Struct("!H")


class PackedPositions(Positions):
    """Positions as an array of 16-bit numbers, or 32-bit after the mark 0xFFFF.

    Whoosh pickles a list for each posting, which takes a quarter of the build time. The byte order
    is that of the machine; the index version includes it.
    """

    def encode(self, poslist: Sequence[int]) -> bytes:
        """Encode sorted positions."""
        if poslist[-1] < FIRST_WIDE_POSITION:
            return array("H", poslist).tobytes()
        return WIDE_MARK + array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Decode positions."""
        if valuestring[:2] == WIDE_MARK:
            return array("I", valuestring[2:]).tolist()
        return array("H", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return the number of positions."""
        if valuestring[:2] == WIDE_MARK:
            return (len(valuestring) - 2) // 4
        return len(valuestring) // 2


POSITIONS = PackedPositions()


class TermPlaces(defaultdict[str, list[int]]):
    """The positions of each term in a text."""


class Text(TEXT):
    """A field that passes all terms of a text as one item."""

    def index(self, value: str, **_options: Any) -> Any:
        """Return one item with all terms of a text and their number."""
        analyzer: Any = self.analyzer
        places = TermPlaces(list)
        for position, term in enumerate(analyzer.terms(value)):
            places[term].append(position)
        places.pop(STOP_WORD_PLACE, None)
        length = sum(map(len, places.values()))  # a name and its parts count as one word
        for joined in [term for term in places if PARTS in term]:
            positions = places.pop(joined)
            for term in joined.split(PARTS):
                places[term] = sorted({*places[term], *positions})
        places.pop(STOP_WORD_PLACE, None)  # from a stop word that has parts
        return [(places, length, 1.0, b"")]


@lru_cache(maxsize=16_384)
def _single(position: int) -> bytes:
    """Encode a single position; cached, because half of all postings have only one."""
    return POSITIONS.encode([position])


@cache
def make_schema(language: str) -> Schema:
    """Return the index schema for a language."""
    # The path is a column, which allows reading single values.
    fields: dict[str, Any] = {"path": ID(unique=True, sortable=True)}
    for name in BOOSTS:
        fields[name] = Text(analyzer=get_analyzer(language))
        fields[name].format = POSITIONS
    return Schema(**fields)


def encode_block(postings: Sequence[Any], *, last: bool) -> bytes:
    """Encode a flat list of note, weight, value triples."""
    notes, weights, values = postings[0::3], tuple(postings[1::3]), tuple(postings[2::3])
    highest = float(max(weights))
    packed: Sequence[int] | float | None = weights
    if min(weights) == highest:
        packed = None if highest == 1.0 else highest
    gaps = (notes[0], *map(sub, notes[1:], notes))
    body = dumps((gaps, packed, values), BODY_PROTOCOL)
    # Not compressed. Only Whoosh's searcher uses the shortest and longest field, so they stay 0.
    header = dumps((len(notes), notes[-1], highest, 0, 0, 0), HEADER_PROTOCOL)
    size = len(header) + len(body)
    return _int32.pack(-size if last else size) + header + body


def decode_blocks(data: bytes) -> Iterator[tuple[list[int], Sequence[float], Sequence[bytes]]]:
    """Yield notes, weights and values of each block; raises errors for other formats."""
    if data[:4] != TAG:
        raise ValueError("unknown posting list format")
    at = 4
    more = True
    while more:
        (length,) = _int32.unpack_from(data, at)
        more = length > 0
        end = at + 4 + abs(length)
        start = data.index(HEADER_END, at + 4, end) + len(HEADER_END)
        # Only this user can write to the folder; see `is_ours`.
        gaps, packed, values = loads(data[start:end])  # noqa: S301
        equal = 1.0 if packed is None else packed
        weights = (equal,) * len(gaps) if isinstance(equal, float) else equal
        if not len(gaps) == len(weights) == len(values):
            raise ValueError("posting list with parts of different lengths")
        yield list(accumulate(gaps)), weights, values
        at = end


TermPostings: TypeAlias = tuple[str, bytes, bytes, W3TermInfo]
"""Field, term, encoded posting list, and the entry in the table of terms."""


class PostingPool:
    """Collects the postings of one segment; replaces Whoosh's pool."""

    def __init__(self) -> None:
        self._lists: defaultdict[str, defaultdict[bytes, list[Any]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, posting: tuple[str, bytes | TermPlaces, int, float, bytes]) -> None:
        """Add a posting, or the postings of all terms of a text; notes must be added in order."""
        field, term, note, weight, value = posting
        lists = self._lists[field]
        if isinstance(term, bytes):
            lists[term] += (note, int(weight), value)  # small ints are shared
            return
        for word, places in term.items():
            number = len(places)
            value = _single(places[0]) if number == 1 else POSITIONS.encode(places)
            lists[word.encode()] += (note, number, value)

    def iter_postings(self) -> Iterator[TermPostings]:
        """Yield the lists of all terms, sorted by field and term, and free them."""
        for field in sorted(self._lists):
            lists = self._lists.pop(field)
            for term in sorted(lists):
                yield_to_ui()
                postings = lists.pop(term)
                starts = range(0, len(postings), 3 * BLOCK_POSTINGS)
                blocks = [
                    encode_block(postings[at : at + 3 * BLOCK_POSTINGS], last=at == starts[-1])
                    for at in starts
                ]
                weights = postings[1::3]
                total, highest = sum(weights), max(weights)
                info = W3TermInfo(total, len(weights), 0, 0, highest, postings[0], postings[-3])
                yield field, term, b"".join([TAG, *blocks]), info

    def cleanup(self) -> None:
        """Required by Whoosh; there are no files to delete."""


class FieldWriter:
    """Writes the term files of a segment: posting lists and their table."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._terms: Any = OrderedHashWriter(segment.create_file(storage, W3Codec.TERMS_EXT))
        self._lists = segment.create_file(storage, W3Codec.POSTS_EXT)
        self._numbers = self._terms.extras["fieldmap"] = {}
        self.is_closed = False

    def add_postings(self, _schema: Any, _lengths: Any, lists: Iterator[TermPostings]) -> None:
        """Write the lists of all terms."""
        place = 0
        for field, term, data, info in lists:
            number = self._numbers.setdefault(field, len(self._numbers))
            info.set_extent(place, len(data))
            self._lists.write(data)
            self._terms.add(_field_number.pack(number) + term, info.to_bytes())
            place += len(data)

    def close(self) -> None:
        """Close both files."""
        self._terms.close()
        self._lists.close()
        self.is_closed = True


class Codec(W3Codec):
    """Whoosh's format with our field writer."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """Return the writer for the terms of a segment."""
        return FieldWriter(storage, segment)


class SafeSegmentReader(SegmentReader):
    """A reader that closes its files if the segment is removed while it is being opened."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        try:
            super().__init__(storage, schema, segment)
        except BaseException:
            if terms := vars(self).get("_terms"):
                terms.close()
            raise


class IndexWriter(SegmentWriter):
    """Writes one segment and keeps the others, except empty and, optionally, small ones."""

    def commit_segment(self, *, merges: bool = False) -> None:
        """Write the new segment."""
        self.commit(mergetype=_merge_small if merges else _drop_empty)


def open_writer(folder: Path, language: str, *, is_new: bool = False) -> Any:
    """Return a writer for an existing index, or a new one (`is_new`); raises IndexBusy.

    Segments are separate files (`compound=False`), because Whoosh copies compound segments into
    memory, which makes the update of one note ten times slower.
    """
    schema = make_schema(language)
    opened = (index.create_in if is_new else index.open_dir)(str(folder), schema=schema)
    try:
        codec: Any = Codec
        writer: Any = IndexWriter(opened, codec=codec(), compound=False, limitmb=1, timeout=1.0)
    except LockError:
        raise IndexBusy("Another program is updating the search index.") from None
    writer.pool = PostingPool()
    return writer


def _drop_empty(_writer: Any, segments: list[Any]) -> list[Any]:
    """Merge policy: keep the segments that have notes."""
    return [segment for segment in segments if segment.doc_count() > 0]


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge policy: merge small segments into the new one and keep the others."""
    # Whoosh's own policy merges a large segment every few saves.
    remaining = []
    for segment in _drop_empty(writer, segments):
        if segment.doc_count_all() > SMALL_SEGMENT:
            remaining.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return remaining

"""How the index is written with Whoosh: its schema, the form of positions, posting lists and terms.

Whoosh keeps doing most of it: the lock, field lengths, columns, segments, the table of contents,
cleaning up. A `PostingPool` and a `Codec` of our own take the place of its own where it hands
postings on, which builds an index with a third of the CPU: Whoosh makes a tuple of every posting,
sorts them all and writes one by one, and pickles each position list as text. Notes come in order,
so here each term's list simply grows. A test compares what is written with the work of Whoosh's
ordinary writer.

A posting list is the tag `W3Bl` and blocks. A block is its length as a signed 32-bit number,
big-endian and negative for the last one; a pickled header, which Whoosh reads; and a pickled tuple:
gaps between note numbers, weights (None when all are 1, one float when all are equal), values.
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
from notekeep.search.analyzer import STOP_WORD_PLACE, get_analyzer
from notekeep.search.index_folder import BOOSTS

if TYPE_CHECKING:
    from pathlib import Path

# mypy: untyped-calls-exclude="whoosh,notekeep.search.whoosh_format"

BLOCK_POSTINGS = 512
"""Postings in a block. Whoosh has 128, as its searcher skips blocks; a list that is read whole is
read sooner from few."""

SMALL_SEGMENT = 200
"""Notes; only segments up to this size are merged, so that nothing waits for a large one."""

HEADER_PROTOCOL, BODY_PROTOCOL = 2, 4

HEADER_END = b"tq\x00."
"""How a pickled tuple ends in the protocol of headers. Nothing before it in a header can look so:
its numbers would be a note beyond 700 million."""

TAG = b"W3Bl"

LENGTHS = [max(1, byte_to_length(code)) for code in range(256)]
"""A field's length in words, by the byte that stands for it in the index."""

FIRST_WIDE_POSITION = 0xFFFF
"""Positions from here on need 32 bits; as the first of 16 it says that all of them have them."""

WIDE_MARK = b"\xff\xff"

_int32 = struct.Struct("!i")
_field_number = struct.Struct("!H")


class PackedPositions(Positions):
    """Positions as an array of 16-bit numbers, or 32-bit ones after the mark 0xFFFF.

    Whoosh's own format pickles a list for every posting, which takes a quarter of a build. The
    byte order is the machine's: the index is a local cache, and its folder says which order it has.
    """

    def encode(self, poslist: Sequence[int]) -> bytes:
        """Return rising positions as bytes."""
        if poslist[-1] < FIRST_WIDE_POSITION:
            return array("H", poslist).tobytes()
        return WIDE_MARK + array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Return the positions."""
        if valuestring[:2] == WIDE_MARK:
            return array("I", valuestring[2:]).tolist()
        return array("H", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many positions there are."""
        if valuestring[:2] == WIDE_MARK:
            return (len(valuestring) - 2) // 4
        return len(valuestring) // 2


POSITIONS = PackedPositions()


class TermPlaces(defaultdict[str, list[int]]):
    """At which positions each term of one text stands."""


class Text(TEXT):
    """A field whose terms are handed on as one thing: a note has hundreds of them."""

    def index(self, value: str, **_options: Any) -> Any:
        """Return one item that holds all terms of a text; its frequency is how many there are."""
        analyzer: Any = self.analyzer
        places = TermPlaces(list)
        for position, term in enumerate(analyzer.terms(value)):
            places[term].append(position)
        places.pop(STOP_WORD_PLACE, None)
        return [(places, sum(map(len, places.values())), 1.0, b"")]


@lru_cache(maxsize=16_384)
def _single(position: int) -> bytes:
    """The positions of a word that stands once in a note, as half of all do; shared, made once."""
    return POSITIONS.encode([position])


@cache
def make_schema(language: str) -> Schema:
    """Return the schema of an index in a language."""
    # The path is not stored but kept as a column, of which one value can be read.
    fields: dict[str, Any] = {"path": ID(unique=True, sortable=True)}
    for name in BOOSTS:
        fields[name] = Text(analyzer=get_analyzer(language))
        fields[name].format = POSITIONS
    return Schema(**fields)


def encode_block(postings: Sequence[Any], *, last: bool) -> bytes:
    """Return one block of a flat list of note, weight and value, again and again."""
    notes, weights, values = postings[0::3], tuple(postings[1::3]), tuple(postings[2::3])
    highest = float(max(weights))
    packed: Sequence[int] | float | None = weights
    if min(weights) == highest:
        packed = None if highest == 1.0 else highest
    gaps = (notes[0], *map(sub, notes[1:], notes))
    body = dumps((gaps, packed, values), BODY_PROTOCOL)
    # Not compressed; and the shortest and longest field, which only Whoosh's own searcher wants to
    # know, are left 0.
    header = dumps((len(notes), notes[-1], highest, 0, 0, 0), HEADER_PROTOCOL)
    size = len(header) + len(body)
    return _int32.pack(-size if last else size) + header + body


def decode_blocks(data: bytes) -> Iterator[tuple[list[int], Sequence[float], Sequence[bytes]]]:
    """Yield notes, weights and values of each block; raises anything for another format."""
    if data[:4] != TAG:
        raise ValueError("not a posting list of the known format")
    at = 4
    more = True
    while more:
        (length,) = _int32.unpack_from(data, at)
        more = length > 0
        end = at + 4 + abs(length)
        start = data.index(HEADER_END, at + 4, end) + len(HEADER_END)
        # Only this user can write into the folder that pickles are read from; see `is_ours`.
        gaps, packed, values = loads(data[start:end])  # noqa: S301
        equal = 1.0 if packed is None else packed
        weights = (equal,) * len(gaps) if isinstance(equal, float) else equal
        if not len(gaps) == len(weights) == len(values):
            raise ValueError("a posting list whose parts have different lengths")
        yield list(accumulate(gaps)), weights, values
        at = end


TermPostings: TypeAlias = tuple[str, bytes, bytes, W3TermInfo]
"""Field, term, its posting list as it is written, and what the table of terms says of it."""


class PostingPool:
    """Gathers the postings of one segment, in the place of Whoosh's pool."""

    def __init__(self) -> None:
        self._lists: defaultdict[str, defaultdict[bytes, list[Any]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, posting: tuple[str, bytes | TermPlaces, int, float, bytes]) -> None:
        """Take a posting, or those of all terms of a text; notes of a term come in order."""
        field, term, note, weight, value = posting
        lists = self._lists[field]
        if isinstance(term, bytes):
            lists[term] += (note, int(weight), value)  # a small int is shared
            return
        for word, places in term.items():
            number = len(places)
            value = _single(places[0]) if number == 1 else POSITIONS.encode(places)
            lists[word.encode()] += (note, number, value)

    def iter_postings(self) -> Iterator[TermPostings]:
        """Yield the list of each term, fields and terms in order; what was gathered is given up."""
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
        """Whoosh asks for it; there is no file to delete."""


class FieldWriter:
    """Writes the two files of a segment's terms: posting lists, and the table that finds them."""

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
        """Write what is left."""
        self._terms.close()
        self._lists.close()
        self.is_closed = True


class Codec(W3Codec):
    """Whoosh's format, written here."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """Return what writes the terms of a segment."""
        return FieldWriter(storage, segment)


class WholeSegmentReader(SegmentReader):
    """A reader that leaves no file open of a segment that another process is removing."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        try:
            super().__init__(storage, schema, segment)
        except BaseException:
            if terms := vars(self).get("_terms"):
                terms.close()
            raise


class IndexWriter(SegmentWriter):
    """Writes one segment; the others stay, except empty ones, and small ones that it may merge."""

    def commit_segment(self, *, merges: bool = False) -> None:
        """Write what was added."""
        self.commit(mergetype=_merge_small if merges else _drop_empty)


def open_writer(folder: Path, language: str, *, is_new: bool = False) -> Any:
    """Return a writer for an index that exists, or `is_new`; IndexBusy where another has it.

    Segments are written as separate files (`compound=False`): a compound one is copied into memory
    whenever it is opened, which makes one note's update ten times slower.
    """
    schema = make_schema(language)
    opened = (index.create_in if is_new else index.open_dir)(str(folder), schema=schema)
    try:
        codec: Any = Codec
        writer: Any = IndexWriter(opened, codec=codec(), compound=False, limitmb=1, timeout=1.0)
    except LockError:
        raise IndexBusy("Another program is updating the search index") from None
    writer.pool = PostingPool()
    return writer


def _drop_empty(_writer: Any, segments: list[Any]) -> list[Any]:
    """Keep the segments that have notes; a merge policy."""
    return [segment for segment in segments if segment.doc_count() > 0]


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Write the notes of small segments into the one that is being written; return the others."""
    # Whoosh's own policy stalls every few saves for a merge of a large segment.
    kept = []
    for segment in _drop_empty(writer, segments):
        if segment.doc_count_all() > SMALL_SEGMENT:
            kept.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return kept

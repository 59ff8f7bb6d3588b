# mypy: untyped-calls-exclude="whoosh"
"""The bulk writer: a whole segment at once, three times as fast as Whoosh's ordinary writer.

The ordinary writer makes a tuple of every posting, sorts them all and writes one by one. Notes come
in order, so here each term's list simply grows, and is written when all notes are in; a term with
many notes writes its full blocks to a temporary file meanwhile. Whoosh keeps doing the rest: the
lock, lengths, columns, the table of contents, cleaning up.

With `postings`, this module holds all that notekeep knows of Whoosh's file format, which
`postings` describes. Besides the lists there is the table of terms, a hash file whose keys are the
field's number and the term, and whose values are the struct below. `canary` compares what is
written here with the ordinary writer's work before it is used, and reads it back afterwards.
"""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
import zlib
from array import array
from binascii import crc32
from collections import defaultdict
from operator import sub
from pickle import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filetables import HashWriter, OrderedHashWriter
from whoosh.util.numeric import length_to_byte
from whoosh.writing import SegmentWriter

from notekeep.index.words.analyzer import HOLE, ForeignText, analyzer
from notekeep.index.words.postings import TAG
from notekeep.index.words.schema import PackedPositions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.index.words.analyzer import Analyzer

BLOCK = 128
"""Postings in a block, as Whoosh has it: its skipping is made for that."""

COMPRESSION = 1
"""Zlib's level. None at all would build 15 % faster and take 22 % more room."""

WORTH_COMPRESSING = 80
"""Bytes of a pickled block; shorter ones only grow."""

CRC32 = 1
"""The number by which a hash file says that its keys are hashed with CRC32."""

FLUSH_AFTER = 2000
"""Pieces gathered between two writes to a file."""

HEADER_PROTOCOL = 2
"""The protocol of a block's header: what `postings` looks for its end by."""

_int = struct.Struct("!i").pack
_lengths = struct.Struct("!ii").pack
_slot = struct.Struct("!Iq").pack
_field = struct.Struct("!H").pack

# Inlined, weight, notes, shortest, longest, highest weight, first note, last note, place, size.
_term_info = struct.Struct("!BfIBBfIIqi").pack

_encode = PackedPositions().encode
_ALONE = [_encode([position]) for position in range(16384)]
"""The encoded positions of a word that stands once in a note, as half of all do."""


class Stats(NamedTuple):
    """What the table of terms says of a block, or of a whole list."""

    weight: float
    notes: int
    shortest: int
    longest: int
    highest: float
    first: int
    last: int


class _Field:
    """What is gathered of one field: by term a flat list of note, weight, value, note, ..."""

    def __init__(self, name: str, kind: Any) -> None:
        self.name = name
        self.kind = kind
        self.lists: defaultdict[str, list[Any]] = defaultdict(list)
        self.lengths = bytearray()
        self.spilled: defaultdict[str, list[tuple[int, int, Stats]]] = defaultdict(list)
        self.analyzer: Analyzer | None = None
        if isinstance(kind.format, PackedPositions):
            self.analyzer = kind.analyzer

    @property
    def joins_values(self) -> bool:
        """Whether values have one size, so that a block holds them joined; none, if that is 0."""
        return self.analyzer is None

    def set_length(self, note: int, words: int) -> None:
        self.lengths.extend(bytes(note - len(self.lengths)))
        self.lengths.append(length_to_byte(words))


class BulkWriter(SegmentWriter):
    """A writer for documents that are all new, in an index that is all new.

    Args:
        opened: The index.
        chunks: Called with the chunks of each text field, for whoever counts words.
        block: Postings in a block.
        locked: Whether it takes Whoosh's lock; not when several processes write segments.
    """

    def __init__(
        self,
        opened: Any,
        chunks: Callable[[str, list[str]], None],
        *,
        block: int = BLOCK,
        locked: bool = True,
    ) -> None:
        SegmentWriter.__init__(
            self,
            opened,
            codec=W3Codec(blocklimit=block, compression=COMPRESSION),
            compound=False,
            limitmb=1,
            _lk=locked,
        )
        self.merge = False
        self._chunks = chunks
        self._block_items = 3 * block
        self._fields = {name: _Field(name, kind) for name, kind in self.schema.items()}
        self._spill = tempfile.TemporaryFile(dir=self.storage.folder)  # noqa: SIM115 - closed at the end
        self._spill_at = 0

    def add_document(self, **fields: str) -> None:
        """Add a note, given as `schema.values` gives it."""
        note = self.docnum
        out = self.perdocwriter
        out.start_doc(note)
        for name in sorted(fields):
            value = fields[name]
            field = self._fields[name]
            words = self._add(field, note, value)
            if words:
                field.set_length(note, words)
            kind = field.kind
            out.add_field(name, kind, value if kind.stored else None, words)
            if kind.column_type:
                out.add_column_value(name, kind.column_type, kind.to_column_value(value))
        out.finish_doc()
        self._added = True
        self.docnum += 1

    def _add(self, field: _Field, note: int, value: str) -> int:
        """Gather the postings of one field of one note; return its length in words."""
        if field.analyzer is None:
            for term, _, weight, encoded in field.kind.index(value):
                field.lists[term.decode()] += (note, weight, encoded)
            return 0
        by = analyzer(value.language) if isinstance(value, ForeignText) else field.analyzer
        chunks = by.chunks(value)
        self._chunks(field.name, chunks)
        return self._add_terms(field, note, by.lay(chunks))

    def _add_terms(self, field: _Field, note: int, terms: Sequence[str]) -> int:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for position, term in enumerate(terms):
            places[term].append(position)
        holes = len(places.pop(HOLE, ()))
        lists = field.lists
        full = self._block_items
        for term, positions in places.items():
            postings = lists[term]
            number = len(positions)
            if number == 1 and positions[0] < len(_ALONE):
                postings += (note, 1, _ALONE[positions[0]])
            else:
                postings += (note, number, _encode(positions))
            if len(postings) > full:
                self._write_out(field, term, postings)
        return len(terms) - holes

    def _write_out(self, field: _Field, term: str, postings: list[Any]) -> None:
        """Move a full block to the temporary file.

        The last posting stays: the length of the note it is of is not known yet.
        """
        full = self._block_items
        written, stats = _block(postings[:full], field, last=False)
        del postings[:full]
        self._spill.write(written)
        field.spilled[term].append((self._spill_at, len(written), stats))
        self._spill_at += len(written)

    def _flush_segment(self) -> None:
        """Write lists and terms; Whoosh calls this when the segment is committed."""
        self.perdocwriter.close()
        self.fieldwriter.close()  # leaves two empty files, which are written over
        self._spill.flush()
        with contextlib.ExitStack() as files:
            terms: Any = _TermTable(self._created(W3Codec.TERMS_EXT, files))
            lists = _ListFile(self._created(W3Codec.POSTS_EXT, files))
            for name in sorted(self._fields):
                field = self._fields[name]
                field.lengths.extend(bytes(self.docnum - len(field.lengths)))
                if field.lists:
                    self._flush_field(field, terms.begin(name), terms, lists)
            files.pop_all()
            lists.close()
            terms.close()
        self._spill.close()

    def _created(self, extension: str, files: contextlib.ExitStack) -> Any:
        file = self.newsegment.create_file(self.storage, extension)
        files.callback(file.close)
        return file

    def finish(self) -> Any:
        """Write the segment and return it, for another process to commit.

        Temporary files stay: other writers have theirs in the same place, and the commit deletes
        them all.
        """
        whoosh: Any = self
        return whoosh._finalize_segment()  # noqa: SLF001 - the base class, which has no types

    def abandon(self) -> None:
        """Close every file and give back the lock, after something failed."""
        for step in (self._close_segment, self._spill.close, self._tempstorage.destroy):
            with contextlib.suppress(Exception):
                step()
        lock: Any = self.writelock
        with contextlib.suppress(Exception):
            lock.release()

    def _flush_field(
        self, field: _Field, prefix: bytes, terms: _TermTable, lists: _ListFile
    ) -> None:
        """Write one field; its terms in the order of their bytes, as the table wants them."""
        full = self._block_items
        for key, term in sorted((term.encode(), term) for term in field.lists):
            postings = field.lists[term]
            pieces: list[bytes] = []
            stats: list[Stats] = []
            for at, size, block_stats in field.spilled.get(term, ()):
                pieces.append(os.pread(self._spill.fileno(), size, at))
                stats.append(block_stats)
            for start in range(0, len(postings), full):
                last = start + full >= len(postings)
                piece, block_stats = _block(postings[start : start + full], field, last=last)
                pieces.append(piece)
                stats.append(block_stats)
            at, size = lists.add(pieces)
            terms.add(prefix + key, _term_info(0, *_total(stats), at, size))
        field.lists.clear()


class _ListFile:
    """The file of posting lists."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._at = 0
        self._pieces: list[bytes] = []

    def add(self, blocks: Iterable[bytes]) -> tuple[int, int]:
        """Write one list and return its place and size."""
        written = TAG + b"".join(blocks)
        place = self._at, len(written)
        self._at += len(written)
        self._pieces.append(written)
        if len(self._pieces) > FLUSH_AFTER:
            self._file.write(b"".join(self._pieces))
            self._pieces.clear()
        return place

    def close(self) -> None:
        self._file.write(b"".join(self._pieces))
        self._file.close()


class _TermTable(OrderedHashWriter):
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

    def add(self, key: bytes, value: bytes) -> None:
        hashed = crc32(key)
        self._places.append(self._at)
        self.buckets[hashed & 255].append((hashed, self._at))
        self._pieces.append(_lengths(len(key), len(value)) + key + value)
        self._at += 8 + len(key) + len(value)
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


def _block(items: list[Any], field: _Field, *, last: bool) -> tuple[bytes, Stats]:
    """Return one block, and what the table of terms needs to know of it."""
    notes: list[int] = items[0::3]
    weights: list[float] = items[1::3]
    values: list[bytes] = items[2::3]
    number = len(notes)
    highest = float(max(weights))
    packed: tuple[float, ...] | float | None
    if weights.count(weights[0]) == number:
        packed = None if highest == 1.0 else highest
        total = highest * number
    else:
        packed = tuple(map(float, weights))
        total = sum(packed)
    shortest = longest = 0
    if field.lengths:
        lengths = [field.lengths[note] for note in notes]
        longest = max(lengths)
        shortest = min(lengths) or min(filter(None, lengths), default=0)
    gaps = tuple(map(sub, notes, [0, *notes]))
    body = dumps((gaps, packed, None if field.joins_values else tuple(values)), 4)
    compression = COMPRESSION if len(body) >= WORTH_COMPRESSING else 0
    if compression:
        body = zlib.compress(body, compression)
    about = (number, notes[-1], highest, compression, shortest, longest)
    header = dumps(about, HEADER_PROTOCOL)
    size = len(header) + len(body)
    stats = Stats(total, number, shortest, longest, highest, notes[0], notes[-1])
    return _int(-size if last else size) + header + body, stats


def _total(stats: list[Stats]) -> Stats:
    """Return what is true of a whole list, given its blocks in order."""
    if len(stats) == 1:
        return stats[0]
    weight, notes, shortest, longest, highest, first, last = zip(*stats, strict=True)
    return Stats(
        sum(weight), sum(notes), min(shortest), max(longest), max(highest), first[0], last[-1]
    )

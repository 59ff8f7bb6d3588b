"""Bulk writer and term table; Whoosh's private names."""

from __future__ import annotations

import contextlib
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

from notekeep.background import yield_to_ui
from notekeep.search.analyzer import STOP_WORD_PLACE, ForeignText, analyzer
from notekeep.search.index_folder import PackedPositions
from notekeep.search.postings import TAG, PackedBytes, pack_numbers, read_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.search.analyzer import Analyzer


# Writes the blocks of posting lists: what a list consists of, and what the term table says of
# it.
#
# `postings` describes a block, and reads it.


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

SINGLE_POSTING_BYTES = 2
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


class BlockWriter:
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
            packed = pack_numbers(weights, tuple)
            total = float(sum(weights))
        shortest = longest = 0
        if self._lengths:
            lengths = list(map(self._lengths.__getitem__, notes))
            longest = max(lengths)
            shortest = min(lengths) or min(filter(None, lengths), default=0)
        gaps = pack_numbers((notes[0], *map(sub, notes[1:], notes)), tuple)
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
        return tuple(values) if len(values) < MANY_NOTES else PackedBytes.of(values)

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


# Writes the two files of a segment's terms: the posting lists, and the table that finds them.
#
# The table is a hash file whose keys are the field's number and the term, and whose values are
# the struct below.


# mypy: untyped-calls-exclude="whoosh"


CRC32 = 1
"""The number by which a hash file says that its keys are hashed with CRC32."""

FLUSH_AFTER = 2000
"""Pieces gathered between two writes to a file."""

_lengths = struct.Struct("!ii").pack
_slot = struct.Struct("!Iq").pack
_field = struct.Struct("!H").pack

# Inlined, weight, notes, shortest, longest, highest weight, first note, last note, place, size.
_term_info = struct.Struct("!BfIBBfIIqi").pack


class PostingFile:
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


# The bulk writer: a whole segment at once, three times as fast as Whoosh's ordinary writer.
#
# The ordinary writer makes a tuple of every posting, sorts them all and writes one by one. Notes
# come in order, so here each term's list simply grows, and is written when all notes are in; a
# term with many notes writes its full blocks to a temporary file meanwhile. Whoosh keeps doing
# the rest: the lock, lengths, columns, the table of contents, cleaning up.
#
# All that notekeep knows of Whoosh's file format is here, in `format` and in `postings`. A test
# compares what is written here with the work of Whoosh's ordinary writer, for the version of
# Whoosh that is pinned.


# mypy: untyped-calls-exclude="whoosh"


BLOCK = 512
"""Postings in a block. Whoosh has 128, as its searcher skips blocks; a list that is read whole is
read sooner from few."""

_encode = PackedPositions().encode


class _SinglePositions(dict[int, bytes]):
    """The encoded positions of words that stand once in a note, as half of all do; made once."""

    KEPT = 16384

    def __missing__(self, position: int) -> bytes:
        made = _encode([position])
        if position < self.KEPT:
            self[position] = made
        return made


_alone = _SinglePositions()


class _FieldPostings:
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
        self.blocks = BlockWriter(self.lengths, joins_values=self.analyzer is None)

    def set_length(self, note: int, words: int) -> None:
        self.lengths.extend(bytes(note - len(self.lengths)))
        self.lengths.append(length_to_byte(words))


class BulkWriter(SegmentWriter):
    """A writer for documents that are all new, in an index that is all new.

    Args:
        opened: The index.
        chunks: Called with the chunks of each text field, for whoever counts words.
        block: Postings in a block.
    """

    def __init__(
        self,
        opened: Any,
        chunks: Callable[[str, list[str]], None],
        *,
        block: int = BLOCK,
    ) -> None:
        SegmentWriter.__init__(
            self,
            opened,
            codec=W3Codec(blocklimit=block, compression=COMPRESSION),
            compound=False,
            limitmb=1,
        )
        self.merge = False
        self._chunks = chunks
        self._block_items = 3 * block
        self._fields = {name: _FieldPostings(name, kind) for name, kind in self.schema.items()}
        self._spill = tempfile.TemporaryFile(dir=self.storage.folder)  # noqa: SIM115 - closed at the end
        self._spill_at = 0

    def add_document(self, **fields: str) -> None:
        """Add a note, given as `schema.values` gives it."""
        yield_to_ui()
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

    def _add(self, field: _FieldPostings, note: int, value: str) -> int:
        """Gather the postings of one field of one note; return its length in words."""
        if field.analyzer is None:
            for term, _, weight, encoded in field.kind.index(value):
                field.lists[term.decode()] += (note, weight, encoded)
            return 0
        by = analyzer(value.language) if isinstance(value, ForeignText) else field.analyzer
        chunks = by.chunks(value)
        self._chunks(field.name, chunks)
        return self._add_terms(field, note, by.lay(chunks))

    def _add_terms(self, field: _FieldPostings, note: int, terms: Sequence[str]) -> int:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for position, term in enumerate(terms):
            places[term].append(position)
        holes = len(places.pop(STOP_WORD_PLACE, ()))
        lists = field.lists
        full = self._block_items
        for term, positions in places.items():
            postings = lists[term]
            if len(positions) == 1:
                postings += (note, 1, _alone[positions[0]])
            else:
                postings += (note, len(positions), _encode(positions))
            if len(postings) > full:
                self._write_out(field, term, postings)
        return len(terms) - holes

    def _write_out(self, field: _FieldPostings, term: str, postings: list[Any]) -> None:
        """Move a full block to the temporary file.

        The last posting stays: the length of the note it is of is not known yet.
        """
        full = self._block_items
        written, stats = field.blocks.block(postings[:full], last=False)
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
            terms: Any = TermTable(self._created(W3Codec.TERMS_EXT, files))
            lists = PostingFile(self._created(W3Codec.POSTS_EXT, files))
            for name in sorted(self._fields):
                field = self._fields[name]
                field.lengths.extend(bytes(self.docnum - len(field.lengths)))
                if field.lists:
                    self._flush_field(field, terms.begin(name), terms, lists)
            files.pop_all()
            lists.close()
            terms.close()

    def commit(
        self, mergetype: Any = None, optimize: Any = None, merge: Any = None, **_more: Any
    ) -> None:
        """Write the segment, if there is any note for one, and the table of contents."""
        whoosh: Any = super()
        try:
            whoosh.commit(mergetype, optimize, merge)
        finally:
            self._spill.close()

    def _created(self, extension: str, files: contextlib.ExitStack) -> Any:
        file = self.newsegment.create_file(self.storage, extension)
        files.callback(file.close)
        return file

    def abandon(self) -> None:
        """Close every file and give back the lock, after something failed."""
        for step in (self._close_segment, self._spill.close, self._tempstorage.destroy):
            with contextlib.suppress(Exception):
                step()
        lock: Any = self.writelock
        with contextlib.suppress(Exception):
            lock.release()

    def _flush_field(
        self, field: _FieldPostings, prefix: bytes, terms: TermTable, lists: PostingFile
    ) -> None:
        """Write one field; its terms in the order of their bytes, as the table wants them."""
        lone = field.blocks.lone
        for key, term in sorted((term.encode(), term) for term in field.lists):
            yield_to_ui()
            postings = field.lists[term]
            if _is_lone(postings) and term not in field.spilled:
                written, stats = lone(postings[0], postings[2])
            else:
                written, stats = self._list(field, term, postings)
            terms.add_term(prefix + key, stats, lists.add(written), len(written))
        field.lists.clear()

    def _list(self, field: _FieldPostings, term: str, postings: list[Any]) -> tuple[bytes, Stats]:
        """Return a whole list: its blocks in the temporary file, then what is left of it."""
        full = self._block_items
        pieces = [TAG]
        stats: list[Stats] = []
        for at, size, block_stats in field.spilled.get(term, ()):
            pieces.append(read_at(self._spill, size, at))
            stats.append(block_stats)
        for start in range(0, len(postings), full):
            last = start + full >= len(postings)
            piece, block_stats = field.blocks.block(postings[start : start + full], last=last)
            pieces.append(piece)
            stats.append(block_stats)
        return b"".join(pieces), Stats.total(stats)


def _is_lone(postings: list[Any]) -> bool:
    """Whether a list holds one note in which the term stands once, not too far down."""
    return len(postings) == 3 and postings[1] == 1 and len(postings[2]) == SINGLE_POSTING_BYTES

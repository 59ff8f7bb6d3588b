# mypy: untyped-calls-exclude="whoosh"
"""The bulk writer: a whole segment at once, three times as fast as Whoosh's ordinary writer.

The ordinary writer makes a tuple of every posting, sorts them all and writes one by one. Notes come
in order, so here each term's list simply grows, and is written when all notes are in; a term with
many notes writes its full blocks to a temporary file meanwhile. Whoosh keeps doing the rest: the
lock, lengths, columns, the table of contents, cleaning up.

All that notekeep knows of Whoosh's file format is here, in `format` and in `postings`. A
test compares what is written here with the work of Whoosh's ordinary writer, for the version of
Whoosh that is pinned.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.util.numeric import length_to_byte
from whoosh.writing import SegmentWriter

from notekeep.giving_way import give_way
from notekeep.index.words.analyzer import HOLE, ForeignText, analyzer
from notekeep.index.words.format.blocks import COMPRESSION, LONE_BYTES, Blocks, Stats
from notekeep.index.words.format.files import ListFile, TermTable
from notekeep.index.words.format.table import read_at
from notekeep.index.words.postings import TAG
from notekeep.index.words.schema import PackedPositions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.index.words.analyzer import Analyzer

BLOCK = 512
"""Postings in a block. Whoosh has 128, as its searcher skips blocks; a list that is read whole is
read sooner from few."""

_encode = PackedPositions().encode


class _Alone(dict[int, bytes]):
    """The encoded positions of words that stand once in a note, as half of all do; made once."""

    KEPT = 16384

    def __missing__(self, position: int) -> bytes:
        made = _encode([position])
        if position < self.KEPT:
            self[position] = made
        return made


_alone = _Alone()


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
        self.blocks = Blocks(self.lengths, joins_values=self.analyzer is None)

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
        self._fields = {name: _Field(name, kind) for name, kind in self.schema.items()}
        self._spill = tempfile.TemporaryFile(dir=self.storage.folder)  # noqa: SIM115 - closed at the end
        self._spill_at = 0

    def add_document(self, **fields: str) -> None:
        """Add a note, given as `schema.values` gives it."""
        give_way()
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
            if len(positions) == 1:
                postings += (note, 1, _alone[positions[0]])
            else:
                postings += (note, len(positions), _encode(positions))
            if len(postings) > full:
                self._write_out(field, term, postings)
        return len(terms) - holes

    def _write_out(self, field: _Field, term: str, postings: list[Any]) -> None:
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
            lists = ListFile(self._created(W3Codec.POSTS_EXT, files))
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

    def _flush_field(self, field: _Field, prefix: bytes, terms: TermTable, lists: ListFile) -> None:
        """Write one field; its terms in the order of their bytes, as the table wants them."""
        lone = field.blocks.lone
        for key, term in sorted((term.encode(), term) for term in field.lists):
            give_way()
            postings = field.lists[term]
            if _is_lone(postings) and term not in field.spilled:
                written, stats = lone(postings[0], postings[2])
            else:
                written, stats = self._list(field, term, postings)
            terms.add_term(prefix + key, stats, lists.add(written), len(written))
        field.lists.clear()

    def _list(self, field: _Field, term: str, postings: list[Any]) -> tuple[bytes, Stats]:
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
    return len(postings) == 3 and postings[1] == 1 and len(postings[2]) == LONE_BYTES

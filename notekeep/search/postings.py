"""The index as it is at one commit: its posting lists, read whole, its notes' paths and lengths.

Notes are numbered through all segments, as Whoosh numbers them. An open segment is handed on from
snapshot to snapshot, because it never changes once it is written: only the set of its deleted notes
does. Whoosh's own searcher goes through a list note by note, which takes a hundred times as long.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.reading import SegmentReader, TermNotFound

from notekeep.background import yield_to_ui
from notekeep.errors import IndexUnusable
from notekeep.search.whoosh_format import decode_blocks, make_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from notekeep.search.index_folder import CommitStamp, IndexFolder

# mypy: untyped-calls-exclude="whoosh"

INDEX_NAME = "MAIN"
"""Whoosh's name for an index that was given none."""

FEW_PATHS = 0.25
"""Of this share of all notes, paths are read one by one; for more, all of them, and kept."""

MAX_CACHED_POSTINGS = 150_000
"""Postings kept between queries, some 15 MB: what one types is mostly what one typed before."""


class Postings(NamedTuple):
    """The posting list of one term in one field."""

    notes: list[int]  # rising, without deleted ones
    weights: list[float]  # how often the term stands in each
    values: list[bytes]  # where it stands in each, encoded
    frequency: int  # how many notes have it, deleted ones too; Whoosh's scores count them


class IndexSegment:
    """One segment, with what is known of it whatever commit it is part of.

    Which notes its `reader` takes for deleted may be out of date; `size` counts deleted ones too.
    """

    def __init__(self, reader: Any) -> None:
        # Whoosh's types allow for readers without segment or codec; a SegmentReader has both.
        self.reader = reader
        self._lists = self._open(reader.segment().make_filename(W3Codec.POSTS_EXT))
        # Also closes the files of a segment that is merely forgotten.
        self.close = weakref.finalize(self, _close, reader, self._lists)
        self.size: int = reader.doc_count_all()
        self._paths: list[str] | None = None
        self._column = reader.column_reader("path", translate=False)
        self._field_lengths: dict[str, bytes] = {}

    def _open(self, name: str) -> Any:
        return self.reader.storage().open_file(name)

    @property
    def paths(self) -> list[str]:
        """The path of each note, deleted ones too."""
        if self._paths is None:
            self._paths = list(map(_path, self._column))
        return self._paths

    def path(self, at: int) -> str:
        """The path of one note; without reading those of all others."""
        return self._paths[at] if self._paths else _path(self._column[at])

    def posting_list(self, field: str, term: bytes) -> tuple[int, bytes] | None:
        """How many notes have a term, and its encoded list; None where no note has it."""
        try:
            info = self.reader.term_info(field, term)
        except TermNotFound:
            return None
        place, size = info.extent()
        if isinstance(size, tuple):  # Whoosh forgets to unpack it
            (size,) = size
        data: bytes = self._lists.get(place, size)
        if len(data) != size:
            raise ValueError("a posting list that is cut off")
        return info.doc_frequency(), data

    def field_lengths(self, field: str) -> bytes:
        """The length of a field in each note, as a byte for LENGTHS."""
        if field not in self._field_lengths:
            read = b""
            if self.reader.field_length(field):
                name = self.reader.codec().column_filename(self.reader.segment(), f"_{field}_len")
                file = self._open(name)
                try:
                    read = file.get(0, self.reader.storage().file_length(name))
                finally:
                    file.close()
            self._field_lengths[field] = read.ljust(self.size, b"\0")
        return self._field_lengths[field]


def _close(reader: Any, lists: Any) -> None:
    reader.close()
    lists.close()


def _path(stored: bytes) -> str:
    if not stored:
        raise ValueError("a note without a path")
    return stored.decode()


class IndexSnapshot:
    """One commit, open for reading until `close`. Reading raises anything when it is damaged.

    `parts` are the segments, each with the number of its first note and its deleted notes, numbered
    within the segment. `size` counts deleted notes too, as Whoosh's scores do.
    """

    def __init__(
        self,
        number: int,
        stamp: CommitStamp,
        language: str,
        path: str,
        known: Mapping[str, IndexSegment],
    ) -> None:
        self.stamp = stamp
        storage: Any = FileStorage(path)
        toc: Any = TOC.read(storage, INDEX_NAME, gen=number, schema=make_schema(language))
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
        self._field_lengths: dict[str, bytes] = {}
        self._averages: dict[str, float] = {}
        self._lists: dict[tuple[str, str], Postings] = {}
        self._listed = 0

    @classmethod
    def open(
        cls, folder: IndexFolder, language: str, earlier: IndexSnapshot | None = None
    ) -> IndexSnapshot:
        """Open the newest commit, with the segments that an `earlier` snapshot has open.

        Raises anything where it is damaged, IndexUnusable where there is none or where notes are
        missing, as a disk may lose a file at a power cut.
        """
        known = earlier.segments_by_id() if earlier else {}
        number, stamp = folder.newest_commit(), folder.read_stamp()
        if number is not None and stamp is not None and folder.is_ours(language):
            made = cls(number, stamp, language, str(folder.path), known)
            if made.count_live() == stamp.notes:
                if earlier:
                    earlier.close(keep=made.segments_by_id())
                return made
            made.close(keep=known)
        raise IndexUnusable(
            "The search index is missing, damaged or of another version",
            "It is built again at the next refresh; or run `notekeep index --rebuild`",
        )

    def count_live(self) -> int:
        """How many notes it holds, without deleted ones."""
        return self.size - sum(len(dead) for _, _, dead in self.parts)

    def segments_by_id(self) -> dict[str, IndexSegment]:
        """The segments by the names that Whoosh has for them."""
        return {part.reader.segment().segment_id(): part for part, _, _ in self.parts}

    def close(self, keep: Mapping[str, IndexSegment] = MappingProxyType({})) -> None:
        """Close the files of all segments but those that another snapshot goes on with."""
        for name, part in self.segments_by_id().items():
            if name not in keep:
                part.close()

    def postings(self, field: str, term: str) -> Postings:
        """Return the posting list of a term, which may be empty."""
        known = self._lists.get((field, term))
        if known is not None:
            return known
        yield_to_ui()
        read = self._read_postings(field, term.encode())
        self._listed += 1 + len(read.notes)
        if self._listed > MAX_CACHED_POSTINGS:
            self._lists.clear()
            self._listed = 1 + len(read.notes)
        self._lists[field, term] = read
        return read

    def _read_postings(self, field: str, term: bytes) -> Postings:
        notes: list[int] = []
        weights: list[float] = []
        values: list[bytes] = []
        frequency = 0
        for part, first, dead in self.parts:
            listed = part.posting_list(field, term)
            if listed is None:
                continue
            frequency += listed[0]
            for here, weighing, positions in decode_blocks(listed[1]):
                if dead and not dead.isdisjoint(here):
                    alive = [at for at, note in enumerate(here) if note not in dead]
                    notes += [first + here[at] for at in alive]
                    weights += [weighing[at] for at in alive]
                    values += [positions[at] for at in alive]
                else:
                    notes += [first + note for note in here] if first else here
                    weights += weighing
                    values += positions
        return Postings(notes, weights, values, frequency)

    def find_notes(self, paths: Iterable[str]) -> list[int]:
        """The numbers of notes with these paths, without reading all paths for it."""
        return [note for path in paths for note in self._read_postings("path", path.encode()).notes]

    def numbers(self, paths: Iterable[str]) -> set[int]:
        """The numbers of those paths that are in the index."""
        if self._numbers is None:
            self._numbers = {
                path: first + at
                for part, first, dead in self.parts
                for at, path in enumerate(part.paths)
                if at not in dead
            }
        known = self._numbers
        return {known[path] for path in paths if path in known}

    def paths(self, numbers: Collection[int]) -> list[str]:
        """The path of each note."""
        if len(numbers) > FEW_PATHS * self.size:
            every = list(chain.from_iterable(part.paths for part, _, _ in self.parts))
            return [every[number] for number in numbers]
        found = []
        for number in numbers:
            part, first, _ = self.parts[bisect_right(self._firsts, number) - 1]
            found.append(part.path(number - first))
        return found

    def all_numbers(self) -> list[int]:
        """The number of every note that is not deleted."""
        return [
            first + at
            for part, first, dead in self.parts
            for at in range(part.size)
            if at not in dead
        ]

    def field_lengths(self, field: str) -> bytes:
        """The length of a field in each note, as a byte for LENGTHS."""
        if field not in self._field_lengths:
            self._field_lengths[field] = b"".join(
                part.field_lengths(field) for part, _, _ in self.parts
            )
        return self._field_lengths[field]

    def average_length(self, field: str) -> float:
        """How many words a field has in the average note, deleted notes counted."""
        if field not in self._averages:
            total: int = sum(part.reader.field_length(field) for part, _, _ in self.parts)
            self._averages[field] = total / self.size or 1.0
        return self._averages[field]

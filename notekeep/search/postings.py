"""The index as it is at one commit: its posting lists, read whole, its notes' paths and lengths.

Notes are numbered through all segments, as Whoosh numbers them. Whoosh's own searcher goes through
a list note by note, which takes a hundred times as long.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from collections.abc import Collection, Iterable
from contextlib import ExitStack, closing
from functools import cached_property
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.reading import TermNotFound

from notekeep.background import yield_to_ui
from notekeep.errors import IndexUnusable
from notekeep.search.index_folder import IndexFolder
from notekeep.search.whoosh_format import WholeSegmentReader, decode_blocks, make_schema

# mypy: untyped-calls-exclude="whoosh"

INDEX_NAME = "MAIN"
"""Whoosh's name for an index that was given none."""

FEW_PATHS = 0.25
"""Of this share of all notes, paths are read one by one; for more, all of them, and kept."""


class Postings(NamedTuple):
    """The posting list of one term in one field."""

    notes: list[int]  # rising, without deleted ones
    weights: list[float]  # how often the term stands in each
    values: list[bytes]  # where it stands in each, encoded
    frequency: int  # how many notes have it, deleted ones too; Whoosh's scores count them


class IndexSegment:
    """One segment; `size` counts deleted notes too."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        # Whoosh's types allow for readers without segment or codec; a SegmentReader has both.
        self.reader: Any
        with ExitStack() as opened:  # which closes all again when another process removes the rest
            lists = segment.make_filename(W3Codec.POSTS_EXT)
            self._lists: Any = opened.enter_context(closing(storage.open_file(lists)))
            self.reader = WholeSegmentReader(storage, schema, segment)
            opened.callback(self.reader.close)
            self.size: int = self.reader.doc_count_all()
            self._column = self.reader.column_reader("path", translate=False)
            # Also closes the files of a segment that is merely forgotten.
            self.close = weakref.finalize(self, opened.pop_all().close)

    def paths(self) -> list[str]:
        """Read the path of each note, deleted ones too."""
        return list(map(_path, self._column))

    def path(self, at: int) -> str:
        """Read the path of one note."""
        return _path(self._column[at])

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
        """Read the length of a field in each note, as a byte for LENGTHS."""
        read = b""
        if self.reader.field_length(field):
            name = self.reader.codec().column_filename(self.reader.segment(), f"_{field}_len")
            storage = self.reader.storage()
            with closing(storage.open_file(name)) as file:
                read = file.get(0, storage.file_length(name))
        return read.ljust(self.size, b"\0")


def _path(stored: bytes) -> str:
    if not stored:
        raise ValueError("a note without a path")
    return stored.decode()


class IndexSnapshot:
    """The newest commit, open for reading until `close`; reading a damaged one raises anything.

    `parts` are the segments, each with the number of its first note and its deleted notes, numbered
    within the segment. `size` counts deleted notes too, as Whoosh's scores do.

    Raises anything when it cannot be opened, IndexUnusable where there is none or where notes are
    missing, as a disk may lose a file at a power cut.
    """

    def __init__(self, folder: IndexFolder, language: str) -> None:
        number, stamp = folder.newest_commit(), folder.read_stamp()
        if number is None or stamp is None or not folder.is_ours(language):
            raise _unusable()
        self.stamp = stamp
        storage: Any = FileStorage(str(folder.path))
        toc: Any = TOC.read(storage, INDEX_NAME, gen=number, schema=make_schema(language))
        self.size = 0
        self.parts: list[tuple[IndexSegment, int, frozenset[int]]] = []
        try:
            for segment in toc.segments:
                part = IndexSegment(storage, toc.schema, segment)
                self.parts.append((part, self.size, frozenset(segment.deleted_docs())))
                self.size += part.size
        except BaseException:
            self.close()
            raise
        if self.size - sum(len(dead) for _, _, dead in self.parts) != stamp.notes:
            self.close()
            raise _unusable()
        self._firsts = [first for _, first, _ in self.parts]
        self._field_lengths: dict[str, bytes] = {}

    def close(self) -> None:
        """Close the files of all segments."""
        for part, _, _ in self.parts:
            part.close()

    def postings(self, field: str, term: str) -> Postings:
        """Read the posting list of a term, which may be empty."""
        yield_to_ui()
        notes: list[int] = []
        weights: list[float] = []
        values: list[bytes] = []
        frequency = 0
        for part, first, dead in self.parts:
            listed = part.posting_list(field, term.encode())
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
        return [note for path in paths for note in self.postings("path", path).notes]

    def numbers(self, paths: Iterable[str]) -> set[int]:
        """The numbers of those paths that are in the index."""
        known = self._numbers
        return {known[path] for path in paths if path in known}

    def paths(self, numbers: Collection[int]) -> list[str]:
        """The path of each note."""
        if len(numbers) > FEW_PATHS * self.size:
            return [self._every_path[number] for number in numbers]
        found = []
        for number in numbers:
            part, first, _ = self.parts[bisect_right(self._firsts, number) - 1]
            found.append(part.path(number - first))
        return found

    @cached_property
    def _every_path(self) -> list[str]:
        return [path for part, _, _ in self.parts for path in part.paths()]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {self._every_path[number]: number for number in self.all_numbers()}

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
        total: int = sum(part.reader.field_length(field) for part, _, _ in self.parts)
        return total / self.size or 1.0


def _unusable() -> IndexUnusable:
    return IndexUnusable(
        "The search index is missing, damaged or of another version",
        "It will be rebuilt at the next refresh, or run `notekeep index --rebuild`",
    )

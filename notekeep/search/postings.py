"""The index at one commit: complete posting lists, and the paths and field lengths of notes.

Notes are numbered across segments, as in Whoosh. Whoosh's own searcher reads lists note by note,
which is a hundred times slower.
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
from notekeep.search.whoosh_format import SafeSegmentReader, decode_blocks, make_schema

# mypy: untyped-calls-exclude="whoosh"

INDEX_NAME = "MAIN"
"""Whoosh's default index name."""

FEW_PATHS = 0.25
"""Up to this share of all notes, paths are read one by one; above it, all at once."""


class Postings(NamedTuple):
    """The posting list of a term in a field."""

    notes: list[int]  # sorted, without deleted notes
    weights: list[float]  # frequency of the term in each note
    values: list[bytes]  # encoded positions in each note
    frequency: int  # number of notes, including deleted ones, as in Whoosh's scores


class IndexSegment:
    """One segment; `size` includes deleted notes."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        # Whoosh's types allow readers without segment or codec; a SegmentReader has both.
        self.reader: Any
        with ExitStack() as opened:  # closes all files if one of them cannot be opened
            lists = segment.make_filename(W3Codec.POSTS_EXT)
            self._lists: Any = opened.enter_context(closing(storage.open_file(lists)))
            self.reader = SafeSegmentReader(storage, schema, segment)
            opened.callback(self.reader.close)
            self.size: int = self.reader.doc_count_all()
            self._column = self.reader.column_reader("path", translate=False)
            # Also closes the files when the object is garbage-collected.
            self.close = weakref.finalize(self, opened.pop_all().close)

    def paths(self) -> list[str]:
        """Read the paths of all notes, including deleted ones."""
        return list(map(_path, self._column))

    def path(self, at: int) -> str:
        """Read the path of one note."""
        return _path(self._column[at])

    def posting_list(self, field: str, term: bytes) -> tuple[int, bytes] | None:
        """Return the number of notes with a term and the encoded list; None if there are none."""
        try:
            info = self.reader.term_info(field, term)
        except TermNotFound:
            return None
        place, size = info.extent()
        if isinstance(size, tuple):  # Whoosh returns a tuple by mistake
            (size,) = size
        data: bytes = self._lists.get(place, size)
        if len(data) != size:
            raise ValueError("truncated posting list")
        return info.doc_frequency(), data

    def field_lengths(self, field: str) -> bytes:
        """Read the length of a field in each note, as codes for LENGTHS."""
        read = b""
        if self.reader.field_length(field):
            name = self.reader.codec().column_filename(self.reader.segment(), f"_{field}_len")
            storage = self.reader.storage()
            with closing(storage.open_file(name)) as file:
                read = file.get(0, storage.file_length(name))
        return read.ljust(self.size, b"\0")


def _path(stored: bytes) -> str:
    if not stored:
        raise ValueError("note without a path")
    return stored.decode()


class IndexSnapshot:
    """The newest commit, open until `close`. Reading a damaged index may raise any exception.

    `parts` are the segments, each with the number of its first note and its deleted notes, numbered
    within the segment. `size` includes deleted notes, as in Whoosh's scores.

    Raises IndexUnusable if there is no index or if notes are missing, as after a power failure, and
    other errors if the index cannot be opened.
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
        """Return the posting list of a term, which may be empty."""
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
            for block_notes, block_weights, block_values in decode_blocks(listed[1]):
                if dead and not dead.isdisjoint(block_notes):
                    alive = [at for at, note in enumerate(block_notes) if note not in dead]
                    notes += [first + block_notes[at] for at in alive]
                    weights += [block_weights[at] for at in alive]
                    values += [block_values[at] for at in alive]
                else:
                    notes += [first + note for note in block_notes] if first else block_notes
                    weights += block_weights
                    values += block_values
        return Postings(notes, weights, values, frequency)

    def find_notes(self, paths: Iterable[str]) -> list[int]:
        """Return the numbers of notes with these paths, without reading all paths."""
        return [note for path in paths for note in self.postings("path", path).notes]

    def numbers(self, paths: Iterable[str]) -> set[int]:
        """Return the numbers of the notes with these paths, as far as they are indexed."""
        known = self._numbers
        return {known[path] for path in paths if path in known}

    def paths(self, numbers: Collection[int]) -> list[str]:
        """Return the paths of notes."""
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
        """Return the numbers of all notes that are not deleted."""
        return [
            first + at
            for part, first, dead in self.parts
            for at in range(part.size)
            if at not in dead
        ]

    def field_lengths(self, field: str) -> bytes:
        """Return the length of a field in each note, as codes for LENGTHS."""
        if field not in self._field_lengths:
            self._field_lengths[field] = b"".join(
                part.field_lengths(field) for part, _, _ in self.parts
            )
        return self._field_lengths[field]

    def average_length(self, field: str) -> float:
        """Return the average length of a field, including deleted notes."""
        total: int = sum(part.reader.field_length(field) for part, _, _ in self.parts)
        return total / self.size or 1.0


def _unusable() -> IndexUnusable:
    return IndexUnusable(
        "The search index is missing, damaged or of another version.",
        "The next refresh rebuilds it, or run `notekeep index --rebuild`.",
    )

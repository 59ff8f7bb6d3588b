# mypy: untyped-calls-exclude="whoosh"
"""The index as it was at one commit: its segments, which notes are deleted, paths, lengths.

Notes are numbered through all segments, as Whoosh numbers them. An open segment is handed on from
snapshot to snapshot, because it never changes once it is written: only the set of its deleted notes
does.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.reading import SegmentReader
from whoosh.util.numeric import byte_to_length

from notekeep.index.words.folder import INDEX, Reached, Unusable
from notekeep.index.words.format.columns import Whole
from notekeep.index.words.schema import schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from notekeep.index.words.folder import Folder

ATTEMPTS = 3
"""How often opening is tried: another process may commit or replace the folder meanwhile."""

FEW_PATHS = 0.25
"""Of this share of all notes, paths are read one by one; for more, all of them, and kept."""

LENGTHS = [max(1, byte_to_length(code)) for code in range(256)]
"""A field's length in words, by the byte that stands for it in the index."""


class Part:
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


class Snapshot:
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
        reached: Reached,
        language: str,
        path: str,
        known: Mapping[str, Part],
    ) -> None:
        self.number = number
        self.reached = reached
        storage: Any = FileStorage(path)
        toc: Any = TOC.read(storage, INDEX, gen=number, schema=schema(language))
        self.size = 0
        self.parts: list[tuple[Part, int, frozenset[int]]] = []
        for segment in toc.segments:
            part = known.get(segment.segment_id())
            if part is None:
                part = Part(SegmentReader(storage, toc.schema, segment))
            self.parts.append((part, self.size, frozenset(segment.deleted_docs())))
            self.size += part.size
        self._firsts = [first for _, first, _ in self.parts]
        self._numbers: dict[str, int] | None = None
        self._lengths: dict[str, bytes] = {}
        self._averages: dict[str, float] = {}

    @classmethod
    def open(cls, folder: Folder, language: str, earlier: Snapshot | None = None) -> Snapshot:
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
            if made is None or not made.is_sound():
                break
            if earlier:
                earlier.close(keep=made.by_id())
            return made
        raise Unusable(
            "The search index is missing, damaged or of another version",
            "It is built again at the next refresh; or run `notekeep index --rebuild`",
        ) from problem

    @classmethod
    def _opened(cls, folder: Folder, language: str, known: Mapping[str, Part]) -> Snapshot | None:
        number, reached = folder.toc(), folder.reached()
        if number is None or reached is None or not folder.is_ours(language):
            return None
        return cls(number, reached, language, str(folder.path), known)

    def is_sound(self) -> bool:
        """Whether it holds as many notes as its commit said; it may not after a power cut."""
        return self.live == self.reached.notes

    @property
    def live(self) -> int:
        """How many notes it holds, without deleted ones."""
        return self.size - sum(len(dead) for _, _, dead in self.parts)

    def by_id(self) -> dict[str, Part]:
        """Return the segments by the names that Whoosh has for them."""
        return {part.reader.segment().segment_id(): part for part, _, _ in self.parts}

    def close(self, keep: Mapping[str, Part] = MappingProxyType({})) -> None:
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

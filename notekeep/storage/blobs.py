"""Contents by their digest: every version of every note that notekeep has seen or written.

A blob is a plain file named after what it holds, so it can be read without notekeep, is stored once
however often it occurs, and shows by itself when it is damaged. Which blob was which note and when
is in the log.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Failure, NotFound
from notekeep.storage.content import Digest, digest_of
from notekeep.storage.durability import AT_ONCE, Flush
from notekeep.storage.private_files import make_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEX = frozenset("0123456789abcdef")


class Blob(NamedTuple):
    """A blob on disk: its digest, its size in bytes, when it was last stored (seconds)."""

    digest: Digest
    size: int
    stored: float


class Blobs:
    """The blobs below a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def store(self, data: bytes, *, flush: Flush = AT_ONCE) -> Digest:
        """Store a content and return its digest.

        Raises:
            OSError: It could not be stored.
        """
        digest = digest_of(data)
        path = self._path(digest)
        if self._is_whole(path, data):
            with suppress(OSError):
                os.utime(path)
            return digest
        make_folder(os.path.dirname(path), flush=flush)
        write_file(path, data, flush=flush)
        return digest

    def read(self, digest: Digest) -> bytes:
        """Return a content.

        Raises:
            NotFound: It was never stored, or has been pruned or forgotten.
            Failure: It is damaged, or the system could not read it.
        """
        try:
            with open(self._path(digest), "rb") as file:
                data = file.read()
        except (FileNotFoundError, ValueError):
            raise NotFound(f"History does not hold the version {digest}.") from None
        except OSError as error:
            raise Failure(f"The version {digest} cannot be read from history: {error}.") from error
        if digest_of(data) != digest:
            raise Failure(
                f"The version {digest} in history is damaged.",
                f"What is left of it is in '{self._path(digest)}'. Check the disk.",
            )
        return data

    def has(self, digest: Digest) -> bool:
        """Return whether a content is stored."""
        return os.path.exists(self._path(digest))

    def size(self, digest: Digest) -> int | None:
        """Return how many bytes a content has; None when it is not stored."""
        try:
            return os.stat(self._path(digest)).st_size
        except FileNotFoundError:
            return None

    def stored(self, digest: Digest) -> float:
        """Return when a content was last stored, in seconds since 1970; 0 when it is not there."""
        try:
            return os.stat(self._path(digest)).st_mtime
        except FileNotFoundError:
            return 0.0

    def remove(self, digest: Digest) -> int:
        """Remove a content and return how many bytes it had."""
        size = self.size(digest)
        with suppress(FileNotFoundError):
            os.unlink(self._path(digest))
        return size or 0

    def __iter__(self) -> Iterator[Blob]:
        try:
            shelves = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return
        for shelf in shelves:
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                os.scandir(os.path.join(self.folder, shelf)) as found,
            ):
                for entry in found:
                    if not entry.name.startswith("."):
                        stat = entry.stat()
                        yield Blob(shelf + entry.name, stat.st_size, stat.st_mtime)

    def _path(self, digest: Digest) -> str:
        """Return the file of a digest; anything else than a digest has none."""
        if len(digest) != 32 or not set(digest) <= _HEX:
            raise NotFound(f"'{digest}' is not the name of a version.")
        return os.path.join(self.folder, digest[:2], digest[2:])

    def _is_whole(self, path: str, data: bytes) -> bool:
        """Tell whether a content is there already, every byte: a power cut may leave a hollow."""
        try:
            if os.stat(path).st_size != len(data):
                return False
            with open(path, "rb") as file:
                return file.read() == data
        except OSError:
            return False

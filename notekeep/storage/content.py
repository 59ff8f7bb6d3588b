"""Read a consistent version of a file, and compute its digest."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from notekeep.background import yield_to_ui
from notekeep.errors import Conflict, Problem, Refused
from notekeep.storage.durability import StrPath, closed_after, read_all
from notekeep.storage.filesystem import explain_errors

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from hashlib import blake2b

Digest: TypeAlias = str
"""The BLAKE2b hash of a content: 128 bits, as 32 hex digits. It identifies a version of a file."""

Source: TypeAlias = "Callable[[], AbstractContextManager[IO[bytes]]]"
"""A function that opens a stream, which may be too large for memory."""

READ_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
READ_FLAGS |= getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for a writer

LARGE = 5 << 20
"""The maximum size of a note in bytes. Only the start of a larger file is indexed, and it cannot be
edited."""

HEAD = 1 << 20
"""The number of bytes to read from a large file."""

_CHUNK = 1 << 20
_PAUSES = (0.0, 0.005, 0.02, 0.05, 0.1)
_Read = TypeVar("_Read")


class TooLarge(Refused):
    """The file is too large for a note."""


def digest_of(data: bytes, size: int = 16) -> Digest:
    """Return the digest of `data`; `size` is the length of the digest in bytes."""
    digest = _make_digest(size)
    digest.update(data)
    return digest.hexdigest()


def copy_stream(stream: IO[bytes], write: Callable[[bytes], object]) -> Digest:
    """Write a stream in chunks; return its digest."""
    digest = _make_digest(16)
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        write(chunk)
    return digest.hexdigest()


def _make_digest(size: int) -> blake2b:
    from hashlib import blake2b  # loads OpenSSL, which is slower than most commands

    return blake2b(digest_size=size)


def note_size(fd: int) -> int:
    """Return the number of bytes to read from an open note."""
    size = os.fstat(fd).st_size
    return size if size <= LARGE else HEAD


def read_file(path: StrPath, shown: str = "") -> tuple[bytes, Digest]:
    """Read a note, following links; return its content and digest.

    Error messages contain `shown` or the path. Raises TooLarge if the file is too large for a note.
    """
    place = os.fspath(path)
    with explain_errors(shown or place, "read"), closed_after(os.open(place, READ_FLAGS)) as fd:
        if (size := os.fstat(fd).st_size) > LARGE:
            raise TooLarge(
                f"'{shown or place}' is too large for a note"
                f" ({-(-size >> 20)} MB; the limit is {LARGE >> 20} MB).",
                "Split it, or exclude it in .notekeepignore.",
            )
        data = read_stable(fd, shown or place)
    return data, digest_of(data)


def read_stable(fd: int, shown: str) -> bytes:
    """Read an open file, and retry if it changes; raise Conflict if it keeps changing."""
    return _retry_until_stable(fd, shown, lambda size: read_all(fd, size))


def digest_stable(fd: int, shown: str) -> Digest:
    """Return the digest of an open file of any size; raise Conflict if it keeps changing."""
    with open(fd, "rb", closefd=False) as stream:
        return _retry_until_stable(fd, shown, lambda _: copy_stream(stream, lambda _: None))


def _retry_until_stable(fd: int, shown: str, read: Callable[[int], _Read]) -> _Read:
    for pause in _PAUSES:
        yield_to_ui()
        if pause:
            time.sleep(pause)
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise Refused(f"'{shown}' is not a file.", "Give the path of a note.")
        os.lseek(fd, 0, os.SEEK_SET)
        found = read(before.st_size)
        after = os.fstat(fd)
        is_unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if is_unchanged and os.lseek(fd, 0, os.SEEK_CUR) == after.st_size:
            return found
    raise Conflict(
        f"'{shown}' is being changed by another program.",
        "Wait until it is done, then try again.",
    )


class Content(NamedTuple):
    """The content of a file."""

    data: bytes  # only the first bytes of a large file
    digest: str  # "" for an unreadable file
    problem: Problem | None = None

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole content of the file."""
        return bool(self.digest) and self.problem is None


class OutsideVersion(NamedTuple):
    """A new version of a note, written by another program and found by a refresh."""

    path: str
    data: bytes
    digest: Digest
    before: Digest | None  # the last digest that notekeep knew; None or "" if unknown


def read_content(root: str, path: str) -> Content | None:
    """Read a file of the vault; return None if it does not exist.

    A file that changes during the read gets another fingerprint and is read again at the next
    sweep.
    """
    try:
        with open(os.path.join(root, path), "rb") as file:
            size, head = os.fstat(file.fileno()).st_size, file.read(note_size(file.fileno()))
            if size <= LARGE:
                return Content(head, digest_of(head))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        return Content(b"", "", unreadable_problem(path, f"Cannot read the file: {reason}."))
    data = head[: head.rfind(b"\n") + 1] or head
    message = f"The file has {size >> 20} MB. Only the first MB is searched."
    problem = Problem(path, None, message, "Split it to search all of it.", "large")
    return Content(data, digest_of(data + str(size).encode()), problem)


def unreadable_problem(path: str, message: str) -> Problem:
    """Return the problem for an unreadable file or folder."""
    return Problem(path, None, message, "Check its permissions.", "unreadable")

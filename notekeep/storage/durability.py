"""Full writes, fsync, failpoints for tests."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


# Bytes that stay: complete writes, and flushes that survive a power cut on each system.
#
# `os.write` may write less than asked and `os.fsync` means less on macOS than elsewhere;
# everything here is what the rest of the room uses instead of them.


_CHUNK = 1 << 20
_F_FULLFSYNC = 51  # sys/fcntl.h on macOS: through the drive's own cache

# Network and FUSE mounts that cannot flush a folder say so with one of these.
_NO_FLUSH = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data where the descriptor stands.

    Raises:
        OSError: The system took less than all and said why, or took nothing at all.
    """
    rest = memoryview(data)
    while rest:
        written = os.write(fd, rest[:_CHUNK])
        if written == 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def read_all(fd: int, size: int) -> bytes:
    """Read from where the descriptor stands to the end.

    Args:
        fd: An open file.
        size: How long it should be; one read suffices when it is right.
    """
    data = os.read(fd, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while data:
        data = os.read(fd, _CHUNK)
        parts.append(data)
    return b"".join(parts)


def close(fd: int) -> None:
    """Close a descriptor; what was flushed before is safe even when closing reports an error."""
    with suppress(OSError):
        os.close(fd)


def sync_file(fd: int) -> None:
    """Wait until a file's bytes are on the disk itself.

    Raises:
        OSError: They may not be.
    """
    if sys.platform == "darwin" and _full_sync(fd):
        return
    os.fsync(fd)


def _full_sync(fd: int) -> bool:
    """Flush through the drive's cache; False where the file system knows no such flush."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.fcntl(fd, _F_FULLFSYNC)
    except OSError as error:
        if error.errno in _NO_FLUSH or error.errno == errno.ENOTTY:
            return False
        raise
    return True


def sync_folder(fd: int | None) -> None:
    """Wait until the names in a folder are on the disk.

    Args:
        fd: The folder, opened; None on Windows, which writes names through by itself.

    Raises:
        OSError: They may not be.
    """
    if fd is None:
        return
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


class Flush:
    """A wait for many files at once: a wait for each costs a minute for a thousand.

    Where the system can flush a whole file system, files given to `later` are only remembered by
    their file system; elsewhere each is flushed there and then.
    """

    def __init__(self) -> None:
        self._syncfs = _syncfs() if sys.platform == "linux" else None
        self._kept: dict[int, int] = {}

    def later(self, fd: int) -> None:
        """Have a file's or folder's changes flushed by the next `wait`.

        Raises:
            OSError: It could not be flushed, where that is done at once.
        """
        if self._syncfs is None:
            sync_file(fd)
            return
        device = os.fstat(fd).st_dev
        if device not in self._kept:
            self._kept[device] = os.dup(fd)

    def wait(self) -> None:
        """Wait until everything given to `later` is on its disk.

        Raises:
            OSError: Some of it may not be.
        """
        for fd in self._kept.values():
            if self._syncfs is not None:
                self._syncfs(fd)

    def close(self) -> None:
        """Let go of the file systems."""
        while self._kept:
            close(self._kept.popitem()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _syncfs() -> Callable[[int], None] | None:
    """Find `syncfs(2)`, which since Linux 5.8 also reports an earlier failure to write."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):
        return None

    def flush(fd: int) -> None:
        if call(fd):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return flush


# Named moments of a save, so that a test can end the program at any of them.
#
# `reach_failpoint` does nothing unless a test puts something else in its place.


POINTS = (
    "kept",  # the old bytes are in history
    "created",  # the temporary file is there, empty
    "written",  # it holds the new bytes
    "synced",  # it is on the disk
    "journaled",  # what a change of several files will do is on the disk
    "swapped",  # the note is the new file
    "checked",  # what came out was what was expected, or is kept as a conflict copy
    "settled",  # the folder is on the disk
    "logged",  # the step is in the log
    "done",  # nothing is left to clean up
)


def reach_failpoint(point: str) -> None:
    """Say that a save got to a point.

    Args:
        point: One of `POINTS`.
    """

"""Writes that survive a power cut: complete writes, flushes to the disk, failpoints for tests."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self, TypeAlias

StrPath: TypeAlias = str | os.PathLike[str]

_CHUNK = 1 << 20
_F_FULLFSYNC = 51  # sys/fcntl.h on macOS: through the drive's own cache

# Network and FUSE mounts that cannot flush a folder say so with one of these.
_NO_FLUSH = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data: `os.write` may write less than it is given."""
    rest = memoryview(data)
    while rest:
        written = os.write(fd, rest[:_CHUNK])
        if written == 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def read_all(fd: int, size: int) -> bytes:
    """Read to the end; one call suffices where `size` is right."""
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


@contextmanager
def closed_after(fd: int) -> Iterator[int]:
    """Give a descriptor, and close it at the end of the `with`."""
    try:
        yield fd
    finally:
        close(fd)


def sync_file(fd: int) -> None:
    """Wait until a file's bytes are on the disk itself."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(fd, _F_FULLFSYNC)
        except OSError as error:
            if error.errno not in _NO_FLUSH and error.errno != errno.ENOTTY:
                raise
        else:
            return
    os.fsync(fd)


def sync_folder(fd: int | None) -> None:
    """Wait until the names in a folder are on the disk; None is Windows, which writes through."""
    if fd is None:
        return
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


class Flush:
    """When written files reach the disk: all at the next `wait`, or each at once.

    To wait for each of a thousand files takes a minute. Where the system can flush a whole file
    system, files are only remembered by theirs; elsewhere each is flushed there and then.
    """

    def __init__(self, *, at_once: bool = False) -> None:
        is_linux = sys.platform == "linux"
        self._syncfs = _syncfs() if is_linux and not at_once else None
        self._pending: dict[int, int] = {}  # a descriptor for each file system

    def sync_file(self, fd: int) -> None:
        """Have a file on the disk after the next `wait`."""
        if self._syncfs is None:
            sync_file(fd)
        else:
            self._remember(fd)

    def sync_folder(self, fd: int | None) -> None:
        """Have the names in a folder on the disk after the next `wait`."""
        if self._syncfs is None or fd is None:
            sync_folder(fd)
        else:
            self._remember(fd)

    def sync_folder_at(self, folder: str) -> None:
        """Do the same for a folder that is not open."""
        if sys.platform == "win32":
            return
        with closed_after(os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)) as fd:
            self.sync_folder(fd)

    def _remember(self, fd: int) -> None:
        device = os.fstat(fd).st_dev
        if device not in self._pending:
            self._pending[device] = os.dup(fd)

    def wait(self) -> None:
        """Wait until everything is on its disk; an OSError means that some of it may not be."""
        for fd in self._pending.values():
            if self._syncfs is not None:
                self._syncfs(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._pending:
            close(self._pending.popitem()[1])


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


AT_ONCE = Flush(at_once=True)
"""What is written is on the disk when the call returns."""

FAILPOINTS = (
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
"""Named moments of a save, so that a test can end the program at any of them."""


def reach_failpoint(point: str) -> None:
    """Do nothing; a test puts something else in the place of this function."""

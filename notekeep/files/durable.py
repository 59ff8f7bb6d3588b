"""Bytes that stay: complete writes, and flushes that survive a power cut on each system.

`os.write` may write less than asked and `os.fsync` means less on macOS than elsewhere; everything
here is what the rest of the room uses instead of them.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def sync_filesystems(fds: Iterable[int]) -> None:
    """Wait until everything written to some file systems is on their disks, by one call each.

    A bulk change writes all its files first and waits once: a wait for each file costs a minute for
    a thousand.

    Args:
        fds: Descriptors of files just written, any number for each file system; where the system
            cannot flush a whole file system, each of them is flushed.

    Raises:
        OSError: Some of it may not be.
    """
    syncfs = _syncfs() if sys.platform == "linux" else None
    if syncfs is None:
        for fd in fds:
            sync_file(fd)
        return
    done: set[int] = set()
    for fd in fds:
        device = os.fstat(fd).st_dev
        if device not in done:
            done.add(device)
            syncfs(fd)


def _syncfs() -> _Flush | None:
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


if TYPE_CHECKING:
    from typing import Protocol

    class _Flush(Protocol):
        def __call__(self, fd: int) -> None: ...

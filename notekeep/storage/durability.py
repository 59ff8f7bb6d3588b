"""Writes that survive a power cut: whole writes, flushes, private files, failpoints for tests."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from stat import S_ISREG
from typing import Self, TypeAlias

from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.renames import retry_when_busy

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

# Files of our own, outside every vault. History and journal hold the text of private notes: they
# are made with mode 0600 in folders of mode 0700, whatever the umask says, and whole: a reader sees
# the old file or the new one.

_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NEW_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def make_folder(folder: str, mode: int = 0o700, *, flush: Flush = AT_ONCE) -> None:
    """Make a folder and those above it, by default readable by their owner only."""
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    if above and above != folder:
        make_folder(above, mode, flush=flush)
    with suppress(FileExistsError):
        os.mkdir(folder, mode)
        if mode == 0o700 and sys.platform != "win32":
            os.chmod(folder, mode)
    flush.sync_folder_at(above)


def write_file(path: str, data: bytes, *, flush: Flush = AT_ONCE) -> None:
    """Put a file of our own in the place of whatever has its name, whole and durable."""
    fd, temp = open_temp(os.path.dirname(path))
    try:
        with closed_after(fd):
            write_all(fd, data)
            flush.sync_file(fd)
        retry_when_busy(lambda: os.replace(temp, path))
    except BaseException:
        with suppress(OSError):
            os.unlink(temp)
        raise
    flush.sync_folder_at(os.path.dirname(path))


def open_temp(folder: str) -> tuple[int, str]:
    """Open a new file of our own for writing under a temporary name; gives descriptor and path."""
    temp = os.path.join(folder, TEMP_PREFIX + os.urandom(6).hex())
    fd = os.open(temp, _NEW_FLAGS, 0o600)
    if sys.platform != "win32":
        os.fchmod(fd, 0o600)
    return fd, temp


def restrict_access(folder: str) -> None:
    """Take away what others may do with files below a folder, which a library made by the umask."""
    if sys.platform == "win32":
        return
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with suppress(OSError):
                if S_ISREG(mode := os.lstat(path).st_mode) and mode & 0o077:
                    os.chmod(path, 0o600)


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

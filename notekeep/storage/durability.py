"""Writes that survive a power cut: flushes, private files, failpoints for tests."""

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

# Errors of network and FUSE mounts that cannot flush a folder.
_NO_FLUSH = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write_all(fd: int, data: bytes) -> None:
    """Write all of the data, in several calls of `os.write` if necessary."""
    rest = memoryview(data)
    while rest:
        written = os.write(fd, rest[:_CHUNK])
        if written == 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[written:]


def read_all(fd: int, size: int) -> bytes:
    """Read a file to its end; `size` is the expected size."""
    data = os.read(fd, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while data:
        data = os.read(fd, _CHUNK)
        parts.append(data)
    return b"".join(parts)


def close(fd: int) -> None:
    """Close a descriptor and ignore errors, which are harmless after a flush."""
    with suppress(OSError):
        os.close(fd)


@contextmanager
def closed_after(fd: int) -> Iterator[int]:
    """Close a descriptor at the end of the `with` block."""
    try:
        yield fd
    finally:
        close(fd)


def sync_file(fd: int) -> None:
    """Flush a file to the disk, past the drive's own cache."""
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
    """Flush the names in a folder. `fd` is None on Windows, which flushes them itself."""
    if fd is None:
        return
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


class Flush:
    """Flushes files: all together at the next `wait`, or each file immediately.

    Flushing a thousand files one by one takes a minute. If the operating system can flush a whole
    file system, `wait` does that. If not, or with `at_once`, each file is flushed immediately.
    """

    def __init__(self, *, at_once: bool = False) -> None:
        is_linux = sys.platform == "linux"
        self._syncfs = _syncfs() if is_linux and not at_once else None
        self._pending: dict[int, int] = {}  # file system to a descriptor in it

    def sync_file(self, fd: int) -> None:
        """Flush a file no later than the next `wait`."""
        if self._syncfs is None:
            sync_file(fd)
        else:
            self._remember(fd)

    def sync_folder(self, fd: int | None) -> None:
        """Flush the names in a folder no later than the next `wait`."""
        if self._syncfs is None or fd is None:
            sync_folder(fd)
        else:
            self._remember(fd)

    def sync_folder_at(self, folder: str) -> None:
        """Flush the names in the folder at a path."""
        if sys.platform == "win32":
            return
        with closed_after(os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)) as fd:
            self.sync_folder(fd)

    def _remember(self, fd: int) -> None:
        device = os.fstat(fd).st_dev
        if device not in self._pending:
            self._pending[device] = os.dup(fd)

    def wait(self) -> None:
        """Wait until all files are on disk; if it raises OSError, some may not be."""
        for fd in self._pending.values():
            if self._syncfs is not None:
                self._syncfs(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._pending:
            close(self._pending.popitem()[1])


def _syncfs() -> Callable[[int], None] | None:
    """Return `syncfs(2)`, which since Linux 5.8 also reports earlier write errors."""
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


FLUSH_NOW = Flush(at_once=True)
"""Flushes each file before the call returns."""

# notekeep's own files, outside all vaults. History and journal contain private text, so files have
# mode 0600 and folders 0700, whatever the umask. They are replaced atomically.

_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NEW_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def make_folder(folder: str, mode: int = 0o700, *, flush: Flush = FLUSH_NOW) -> None:
    """Create a folder and its parents, by default readable only by their owner."""
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


def write_file(path: str, data: bytes, *, flush: Flush = FLUSH_NOW) -> None:
    """Replace one of notekeep's own files, atomically and durably."""
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
    """Create a private temporary file; return its descriptor and path."""
    temp = os.path.join(folder, TEMP_PREFIX + os.urandom(6).hex())
    fd = os.open(temp, _NEW_FLAGS, 0o600)
    if sys.platform != "win32":
        os.fchmod(fd, 0o600)
    return fd, temp


def restrict_access(folder: str) -> None:
    """Make the files below a folder private, if a library created them with the umask."""
    if sys.platform == "win32":
        return
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with suppress(OSError):
                if S_ISREG(mode := os.lstat(path).st_mode) and mode & 0o077:
                    os.chmod(path, 0o600)


FAILPOINTS = (
    "kept",  # the old content is in history
    "created",  # the temporary file exists and is empty
    "written",  # it contains the new content
    "synced",  # it is flushed
    "journaled",  # the journal entry is flushed
    "swapped",  # the files are exchanged
    "checked",  # the old file was as expected, or is now a conflict copy
    "settled",  # the folder is flushed
    "logged",  # the step is in the log
    "done",  # the journal entry is removed
)
"""Named points of a save at which a test can end the program."""


def reach_failpoint(point: str) -> None:
    """Do nothing; tests replace this function."""

"""Owner-only files and locks between processes."""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager, suppress
from stat import S_ISREG
from typing import TYPE_CHECKING

from notekeep.errors import Failure
from notekeep.storage.durability import close, sync_file, sync_folder, write_all
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.renames import retry_when_busy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.storage.durability import Flush


# Files and folders of our own that only their owner may read, whatever the umask says.
#
# History and journal hold the text of private notes; they are made with mode 0600 in folders of
# mode 0700, and whole: a reader sees the old file or the new one.


_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_FLAGS |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def make_folder(folder: str, *, flush: Flush | None = None) -> None:
    """Make a folder of our own, and those above it, readable by their owner only.

    Args:
        folder: The folder.
        flush: When given, it may be lost in a power cut until its next wait.

    Raises:
        OSError: It could not be made.
    """
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    if above and above != folder and not os.path.isdir(above):
        make_folder(above, flush=flush)
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)
        if sys.platform != "win32":
            os.chmod(folder, 0o700)
    sync_folder_at(above or ".", flush=flush)


def write_file(path: str, data: bytes, *, flush: Flush | None = None) -> None:
    """Put a file of our own in place, whole and durable.

    Args:
        path: The file, in a folder that is there; whatever has the name is replaced.
        data: What it holds.
        flush: When given, the file may be lost in a power cut until its next wait.

    Raises:
        OSError: It was not written; what had the name is still there.
    """
    fd, temp = open_temp(os.path.dirname(path))
    try:
        try:
            write_all(fd, data)
            if flush is None:
                sync_file(fd)
            else:
                flush.later(fd)
        finally:
            close(fd)
        retry_when_busy(lambda: os.replace(temp, path))
    except BaseException:
        with suppress(OSError):
            os.unlink(temp)
        raise
    if flush is None:
        sync_folder_at(os.path.dirname(path))


def restrict_access(folder: str) -> None:
    """Take away what others may do with files below a folder, which a library made by the umask.

    What cannot be changed, or vanishes meanwhile, is left: the folder itself lets nobody in.
    """
    if sys.platform == "win32":
        return
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with suppress(OSError):
                if S_ISREG(mode := os.lstat(path).st_mode) and mode & 0o077:
                    os.chmod(path, 0o600)


def open_temp(folder: str) -> tuple[int, str]:
    """Open a new file of our own for writing, under a temporary name.

    Returns:
        Its descriptor and its path.
    """
    temp = os.path.join(folder, TEMP_PREFIX + os.urandom(6).hex())
    fd = os.open(temp, _FLAGS, 0o600)
    if sys.platform != "win32":
        os.fchmod(fd, 0o600)
    return fd, temp


def sync_folder_at(folder: str, *, flush: Flush | None = None) -> None:
    """Wait until the names in a folder of our own are on the disk, or have a flush wait for it."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if flush is None:
            sync_folder(fd)
        else:
            flush.later(fd)
    finally:
        close(fd)


# A lock between processes on an open file, let go by the system when its holder dies.


PATIENCE = 10.0
"""How many seconds a lock is waited for; its holders need milliseconds."""

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})

# Some network and FUSE mounts know no locks. There a single append is all the order there is.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

_FAR_BYTE = 0x7FFF_FFFE  # Windows locks bytes: one that no file here reaches


@contextmanager
def hold_lock(fd: int, path: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a file's lock while something happens.

    Args:
        fd: The open file.
        path: Its name, for the error.
        patience: How many seconds to wait for whoever holds the lock.

    Raises:
        Failure: Somebody held it all that time.
    """
    got = _acquire(fd, path, patience)
    try:
        yield
    finally:
        if got:
            _release(fd)


def try_lock(fd: int) -> bool:
    """Take a file's lock until the descriptor is closed, unless somebody holds it.

    Returns:
        Whether it is ours; also True where the file system knows no locks.
    """
    try:
        _try(fd)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True


def _acquire(fd: int, path: str, patience: float) -> bool:
    """Take the lock; False where the file system has none to take."""
    deadline = time.monotonic() + patience
    pause = 0.001
    while True:
        try:
            _try(fd)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return False
            if error.errno not in _HELD:
                raise
        else:
            return True
        if time.monotonic() >= deadline:
            raise Failure(
                f"'{path}' is kept locked by another program.",
                "Is another notekeep stuck? End it, then do it again.",
            )
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


if sys.platform == "win32":
    import msvcrt

    def _try(fd: int) -> None:
        place = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(fd, place, os.SEEK_SET)

    def _release(fd: int) -> None:
        place = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        finally:
            os.lseek(fd, place, os.SEEK_SET)

else:
    import fcntl

    def _try(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

"""Files of our own that only their owner may read, and locks between processes.

History and journal hold the text of private notes: they are made with mode 0600 in folders of mode
0700, whatever the umask says, and whole: a reader sees the old file or the new one.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from stat import S_ISREG

from notekeep.errors import Failure
from notekeep.storage.durability import AT_ONCE, Flush, closed_after, write_all
from notekeep.storage.file_names import TEMP_PREFIX
from notekeep.storage.renames import retry_when_busy

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


# Locks between processes: on an open file, released by the system when its holder dies.

PATIENCE = 10.0
"""How many seconds a lock is waited for; its holders need milliseconds."""

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})

# Some network and FUSE mounts know no locks. There a single append is all the order there is.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

_FAR_BYTE = 0x7FFF_FFFE  # Windows locks bytes: one that no file here reaches


class Locked(Failure):
    """Another program holds a lock for longer than it is waited for."""


@contextmanager
def hold_lock(fd: int, path: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of an open file; Locked when it cannot be had in `patience` seconds."""
    is_locked = _lock(fd, patience)
    if is_locked is False:
        raise Locked(
            f"'{path}' is locked by another program.",
            "Is another notekeep stuck? Stop it, then try again.",
        )
    try:
        yield
    finally:
        if is_locked:
            _release(fd)


@contextmanager
def hold_lock_file(path: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a file of its own: Windows cannot replace a file that is open."""
    make_folder(os.path.dirname(path))
    with (
        closed_after(os.open(path, os.O_RDWR | os.O_CREAT, 0o600)) as fd,
        hold_lock(fd, path, patience),
    ):
        yield


def try_lock(fd: int, patience: float = 0.0) -> bool:
    """Lock a file until it is closed; False when another process has it. Without locks, True."""
    return _lock(fd, patience) is not False


def _lock(fd: int, patience: float) -> bool | None:
    """Lock a file; False when another process holds the lock, None where there are no locks."""
    deadline = time.monotonic() + patience
    pause = 0.001
    while True:
        try:
            _try(fd)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return None
            if error.errno not in _HELD:
                raise
        else:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


if sys.platform == "win32":
    import msvcrt

    def _try(fd: int) -> None:
        _lock_byte(fd, msvcrt.LK_NBLCK)

    def _release(fd: int) -> None:
        _lock_byte(fd, msvcrt.LK_UNLCK)

    def _lock_byte(fd: int, mode: int) -> None:
        place = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, mode, 1)
        finally:
            os.lseek(fd, place, os.SEEK_SET)

else:
    import fcntl

    def _try(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

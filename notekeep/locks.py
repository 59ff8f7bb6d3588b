"""Locks on open files, between processes. The system releases them when a process ends."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from notekeep.cache_files import make_cache_folder
from notekeep.errors import Failure

TIMEOUT_SECONDS = 10.0
"""Seconds to wait for a lock; normally, locks are held for milliseconds."""

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})

# Errors of network and FUSE mounts without locks, where only a single append is atomic.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

_FAR_BYTE = 0x7FFF_FFFE  # Windows locks byte ranges; this byte is beyond the end of any file


class Locked(Failure):
    """Another program has held a lock for too long."""


@contextmanager
def hold_lock(fd: int, path: str, timeout: float = TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the lock of an open file; raise Locked if another process keeps it too long."""
    is_locked = _lock(fd, timeout)
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
def hold_lock_file(path: str, timeout: float = TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the lock of a separate lock file, because Windows cannot replace an open file."""
    make_cache_folder(os.path.dirname(path))
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with hold_lock(fd, path, timeout):
            yield
    finally:
        with suppress(OSError):  # the work under the lock is done
            os.close(fd)


def try_lock(fd: int, timeout: float = 0.0) -> bool:
    """Lock a file until it is closed; return False if another process has the lock.

    Returns True on a file system without locks.
    """
    return _lock(fd, timeout) is not False


def _lock(fd: int, timeout: float) -> bool | None:
    """Lock a file; False if another process has the lock, None if locks are unsupported."""
    deadline = time.monotonic() + timeout
    pause = 0.001
    while True:
        try:
            _try_once(fd)
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

    def _try_once(fd: int) -> None:
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

    def _try_once(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

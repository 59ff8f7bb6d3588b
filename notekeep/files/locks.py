"""A lock between processes on an open file, let go by the system when its holder dies."""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notekeep.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0
"""How many seconds a lock is waited for; its holders need milliseconds."""

_HELD = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})

# Some network and FUSE mounts know no locks. There a single append is all the order there is.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

_FAR_BYTE = 0x7FFF_FFFE  # Windows locks bytes: one that no file here reaches


@contextmanager
def locked(fd: int, path: str, patience: float = PATIENCE) -> Iterator[None]:
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

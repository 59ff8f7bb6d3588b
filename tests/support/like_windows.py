"""Run notekeep as on Windows, as far as another system can pretend to be it.

    python -m tests.support.like_windows COMMAND…

There is no fork, no fcntl, no user id and no call relative to an open folder. Locks are msvcrt's,
and a note is exchanged by ReplaceFileW. What Python and the libraries decided when they were
imported stays: they come first.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys
from types import ModuleType

import click
import rich.console
import sqlite_utils
import watchfiles
import whoosh.index
import whoosh.util.filelock

LIBRARIES = (click, rich.console, sqlite_utils, watchfiles, whoosh.index)
MISSING = (
    *("fork", "forkpty", "getuid", "geteuid", "getgid", "nice", "chown", "fchown"),
    *("mkfifo", "statvfs", "listxattr", "getxattr", "setxattr", "posix_fallocate"),
    *("O_DIRECTORY", "O_NOFOLLOW"),
)
"""Names of `os` that Windows does not have."""


def lock(fd: int, mode: int, _count: int) -> None:
    """Lock or unlock a file like `msvcrt.locking`."""
    flags = {0: fcntl.LOCK_UN, 1: fcntl.LOCK_EX, 2: fcntl.LOCK_EX | fcntl.LOCK_NB}
    fcntl.flock(fd, flags[mode])


def replace_file(old: str, new: str, backup: str) -> int:
    """Exchange two files like ReplaceFileW: without a moment in which nothing has the name."""
    os.rename(old, backup)
    os.rename(new, old)
    return 0


def pretend() -> None:
    """Take away what Windows does not have, and add what it has."""
    msvcrt = ModuleType("msvcrt")
    vars(msvcrt).update(locking=lock, LK_UNLCK=0, LK_LOCK=1, LK_NBLCK=2)
    sys.modules["msvcrt"] = msvcrt
    for name in ("fcntl", "termios", "pwd", "grp", "resource"):
        sys.modules[name] = None  # type: ignore[assignment]  # importing it fails
    for name in MISSING:
        if hasattr(os, name):
            delattr(os, name)
    for calls in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        calls.clear()
    whoosh.util.filelock.FileLock = whoosh.util.filelock.MsvcrtLock
    ctypes.CDLL = None  # type: ignore[assignment,misc]
    sys.platform = "win32"


pretend()

from notekeep.cli.main import main  # noqa: E402 - the system is asked for on import
from notekeep.storage import renames  # noqa: E402

renames._replace_file = replace_file
sys.exit(main(sys.argv[1:]))

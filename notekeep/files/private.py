"""Files and folders of our own that only their owner may read, whatever the umask says.

History and journal hold the text of private notes; they are made with mode 0600 in folders of mode
0700, and whole: a reader sees the old file or the new one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from stat import S_ISREG
from typing import TYPE_CHECKING

from notekeep.files.durable import close, sync_file, sync_folder, write_all
from notekeep.files.paths import TEMP_PREFIX
from notekeep.files.rename import retried

if TYPE_CHECKING:
    from notekeep.files.durable import Flush

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
        retried(lambda: os.replace(temp, path))
    except BaseException:
        with suppress(OSError):
            os.unlink(temp)
        raise
    if flush is None:
        sync_folder_at(os.path.dirname(path))


def make_private(folder: str) -> None:
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

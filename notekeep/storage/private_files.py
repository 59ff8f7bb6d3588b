"""Files of our own that only their owner may read.

History and journal hold the text of private notes: they are made with mode 0600 in folders of mode
0700, whatever the umask says, and whole: a reader sees the old file or the new one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from stat import S_ISREG

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

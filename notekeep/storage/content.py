"""What a file holds at one moment, and the digest that names it."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, TypeAlias

from notekeep.background import yield_to_ui
from notekeep.errors import Conflict, Refused
from notekeep.storage.durability import close, read_all
from notekeep.storage.filesystem import explain_errors

if TYPE_CHECKING:
    from pathlib import Path

Digest: TypeAlias = str
"""BLAKE2b of the content, 128 bits, as 32 hex digits: names a version everywhere in notekeep."""

READ_FLAGS = os.O_RDONLY
READ_FLAGS |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
READ_FLAGS |= getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for a writer

_PAUSES = (0.0, 0.005, 0.02, 0.05, 0.1)


def digest_of(data: bytes) -> Digest:
    """Return the digest of a content."""
    from hashlib import blake2b  # loads OpenSSL, which takes longer than most commands

    return blake2b(data, digest_size=16).hexdigest()


def read_file(path: Path | str, shown: str = "") -> tuple[bytes, Digest]:
    """Read a file, links followed, with the digest that a save expects; errors name it `shown`."""
    place = os.fspath(path)
    with explain_errors(shown or place, "read"):
        fd = os.open(place, READ_FLAGS)
        try:
            data = read_stable(fd, shown or place)
        finally:
            close(fd)
    return data, digest_of(data)


def read_stable(fd: int, shown: str) -> bytes:
    """Read an open file, again if it changed meanwhile; Conflict when it keeps changing."""
    for pause in _PAUSES:
        yield_to_ui()
        if pause:
            time.sleep(pause)
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise Refused(f"'{shown}' is not a file.", "Give the path of a note.")
        os.lseek(fd, 0, os.SEEK_SET)
        data = read_all(fd, before.st_size)
        after = os.fstat(fd)
        is_unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if is_unchanged and len(data) == after.st_size:
            return data
    raise Conflict(
        f"'{shown}' keeps being written by another program.",
        "Wait until it is done, then do it again.",
    )

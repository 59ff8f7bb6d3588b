"""When this device checked in, so that `undo` can tell a check-in from a change of notes by age.

A line of the log says for which day it counts, and its time is for people: minutes, and of a day
long gone whatever was meant. The moment of writing is kept beside it, in the state folder. Losing
it costs nothing but that order.
"""

from __future__ import annotations

import os
import time
from binascii import crc32
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from notekeep import kept

if TYPE_CHECKING:
    from notekeep.habits.log import Entry

FILE = "checkins"
MOST_BYTES = 1 << 17
"""The size at which the older half of the moments is let go: several thousand check-ins."""

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


def keep_moment(state: str, line: str) -> None:
    """Keep that a line was written just now; where that fails, its own time has to do.

    Args:
        state: The state folder of the vault.
        line: The line, which is named by its checksum and not copied.
    """
    path = os.path.join(state, FILE)
    with suppress(OSError):
        fd = os.open(path, _FLAGS, 0o600)
        try:
            os.write(fd, f"{_name(line)} {time.time():.6f}\n".encode())
            size = os.fstat(fd).st_size
        finally:
            os.close(fd)
        if size > MOST_BYTES:
            _halve(state)


class Moments:
    """The moments of the lines that this device wrote, as they were when this was made."""

    def __init__(self, state: str) -> None:
        self._known: dict[str, float] = {}
        with suppress(OSError), open(os.path.join(state, FILE), encoding="ascii") as file:
            for row in file:
                name, _, seconds = row.partition(" ")
                with suppress(ValueError):
                    self._known[name] = float(seconds)

    def of(self, entry: Entry, line: str) -> float:
        """When a line was written, in seconds since 1970; else the time that it names itself."""
        known = self._known.get(_name(line))
        return _own_time(entry) if known is None else known


def _own_time(entry: Entry) -> float:
    hours, minutes, seconds = (int(part) for part in f"{entry.time or '0:0'}:0".split(":")[:3])
    day = datetime.fromordinal(entry.day)
    return (day + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp()


def _name(line: str) -> str:
    return f"{crc32(line.rstrip().encode('utf-8', 'surrogateescape')):08x}"


def _halve(state: str) -> None:
    with open(os.path.join(state, FILE), "rb") as file:
        rows = file.read().splitlines(keepends=True)
    kept.write(state, FILE, b"".join(rows[len(rows) // 2 :]))

"""How often each note was opened on this device, and how lately: a small lift in a search.

A line for each time, in the state folder: the note by a checksum of its path, and the day. No name
of a note stands there, nothing of it is written to the vault, and losing it costs only that lift.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = "opened"

MOST_BYTES = 1 << 17
"""The size at which the older half of the lines is let go: some 5,000 times."""

HALF_LIFE = 30.0
"""Days after which a time that a note was opened counts for half."""

DAY = 86_400

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


class Opened:
    """What was opened in one vault.

    Args:
        state: The state folder of the vault.
    """

    def __init__(self, state: str) -> None:
        self._path = os.path.join(state, FILE)
        self._mark = (0, 0)
        self._known: dict[str, float] = {}

    def count(self, path: str) -> None:
        """Keep that a note was opened just now; where that fails, nobody misses it."""
        with suppress(OSError):
            fd = os.open(self._path, _FLAGS, 0o600)
            try:
                os.write(fd, f"{_name(path)} {_today()}\n".encode())
                size = os.fstat(fd).st_size
            finally:
                os.close(fd)
            if size > MOST_BYTES:
                rows = self._rows()
                self._write(rows[len(rows) // 2 :])

    def times(self, path: str) -> float:
        """How often a note was opened; each time counts for less the longer ago it was."""
        self._read()
        return self._known.get(_name(path), 0.0)

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of every time that some notes were opened."""
        gone = set(map(_name, paths))
        with suppress(OSError):
            self._write([row for row in self._rows() if row.partition(" ")[0] not in gone])

    def _read(self) -> None:
        """Read the file, if it has changed."""
        try:
            about = os.stat(self._path)
        except OSError:
            self._mark, self._known = (0, 0), {}
            return
        if (mark := (about.st_mtime_ns, about.st_size)) == self._mark:
            return
        times: defaultdict[str, float] = defaultdict(float)
        today = _today()
        with suppress(OSError):
            for row in self._rows():
                name, _, day = row.partition(" ")
                with suppress(ValueError):
                    times[name] += 0.5 ** (max(0, today - int(day)) / HALF_LIFE)
        self._mark, self._known = mark, dict(times)

    def _rows(self) -> list[str]:
        with open(self._path, encoding="ascii", errors="replace") as file:
            return file.read().splitlines()

    def _write(self, rows: list[str]) -> None:
        fresh = f"{self._path}.{os.getpid()}"
        with open(fresh, "w", opener=_private, encoding="ascii", errors="replace") as file:
            file.writelines(f"{row}\n" for row in rows)
        os.replace(fresh, self._path)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _today() -> int:
    return int(time.time() // DAY)


def _name(path: str) -> str:
    return blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()

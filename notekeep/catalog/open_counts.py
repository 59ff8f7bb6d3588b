"""How often and when each note was opened on this device, for ranking.

A file in the state folder contains one line for each opening: a hash of the path, and the day. It
contains no names and can be deleted.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress

from notekeep import cache_files
from notekeep.storage.content import digest_of

FILE = "opened"

HALF_LIFE = 30.0
"""The number of days after which an opening counts half."""

DAY = 86_400


class OpenCounts:
    """The opened notes of one vault."""

    def __init__(self, state: str) -> None:
        self._path = os.path.join(state, FILE)
        self._mark = (0, 0)
        self._known: dict[str, float] = {}
        self._last: dict[str, int] = {}
        self._paths: dict[str, str] = {}

    def count(self, path: str) -> None:
        """Record that a note was opened; errors are ignored."""
        cache_files.append_bounded_line(*os.path.split(self._path), f"{_name(path)} {_today()}")

    def times(self, path: str) -> float:
        """Return how often a note was opened, with less weight for older openings."""
        self._read()
        return self._known.get(_name(path), 0.0) if self._known else 0.0

    def last(self, path: str) -> int:
        """Return a number that is higher for later openings; -1 if the note was never opened."""
        self._read()
        return self._last.get(_name(path), -1) if self._last else -1

    def first(self, paths: Iterable[str]) -> list[str]:
        """Sort paths: last opened first, then the others in their order."""
        self._read()
        if not self._last:
            return list(paths)
        return sorted(paths, key=lambda path: -self._last.get(_name(path), -1))

    def latest(self, paths: Callable[[], Iterable[str]], limit: int) -> list[str]:
        """Return the last opened notes, latest first; `paths` is called to resolve new hashes."""
        self._read()
        newest = sorted(self._last, key=lambda name: -self._last[name])
        if any(name not in self._paths for name in newest):
            found = {name: path for path in paths() if (name := _name(path)) in self._last}
            # Do not look up the hashes of deleted notes again.
            self._paths = {name: found.get(name, "") for name in newest}
        return [path for name in newest if (path := self._paths[name])][:limit]

    def forget(self, paths: Iterable[str]) -> None:
        """Delete all records of these notes."""
        removed = set(map(_name, paths))
        with suppress(OSError):
            remaining = (row for row in self._rows() if row.partition(" ")[0] not in removed)
            data = "".join(f"{row}\n" for row in remaining).encode("ascii", "replace")
            cache_files.write_cache_file(*os.path.split(self._path), data)

    def _read(self) -> None:
        try:
            about = os.stat(self._path)
        except OSError:
            self._mark, self._known, self._last = (0, 0), {}, {}
            return
        if (mark := (about.st_mtime_ns, about.st_size)) == self._mark:
            return
        times: defaultdict[str, float] = defaultdict(float)
        last: dict[str, int] = {}
        today = _today()
        with suppress(OSError):
            for number, row in enumerate(self._rows()):
                name, _, day = row.partition(" ")
                with suppress(ValueError):
                    times[name] += 0.5 ** (max(0, today - int(day)) / HALF_LIFE)
                    last[name] = number
        self._mark, self._known, self._last, self._paths = mark, dict(times), last, {}

    def _rows(self) -> list[str]:
        with open(self._path, encoding="ascii", errors="replace") as file:
            return file.read().splitlines()


def _today() -> int:
    return int(time.time() // DAY)


def _name(path: str) -> str:
    return digest_of(path.encode("utf-8", "surrogateescape"), 8)

"""How often each note was opened on this device, and how lately: a small lift in a search.

Among titles that are as good as each other the one that was opened last goes first.

A line for each time, in the state folder: the note by a checksum of its path, and the day. No name
of a note stands there, nothing of it is written to the vault, and losing it costs only that lift.
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
"""Days after which a time that a note was opened counts for half."""

DAY = 86_400


class OpenCounts:
    """What was opened in one vault, kept in its state folder."""

    def __init__(self, state: str) -> None:
        self._path = os.path.join(state, FILE)
        self._mark = (0, 0)
        self._known: dict[str, float] = {}
        self._last: dict[str, int] = {}
        self._paths: dict[str, str] = {}

    def count(self, path: str) -> None:
        """Count that a note was opened just now; where that fails, nobody misses it."""
        cache_files.append_bounded_line(*os.path.split(self._path), f"{_name(path)} {_today()}")

    def times(self, path: str) -> float:
        """Return how often a note was opened; each time counts less the longer ago it was."""
        self._read()
        return self._known.get(_name(path), 0.0) if self._known else 0.0

    def last(self, path: str) -> int:
        """Return a number that is higher the later a note was opened last; -1 for never."""
        self._read()
        return self._last.get(_name(path), -1) if self._last else -1

    def first(self, paths: Iterable[str]) -> list[str]:
        """Sort paths: those that were opened last go first, the others stay as they come."""
        self._read()
        if not self._last:
            return list(paths)
        return sorted(paths, key=lambda path: -self._last.get(_name(path), -1))

    def latest(self, paths: Callable[[], Iterable[str]], limit: int) -> list[str]:
        """Return the notes opened last, latest first; `paths` gives all, if one was not met yet."""
        self._read()
        newest = sorted(self._last, key=lambda name: -self._last[name])
        if any(name not in self._paths for name in newest):
            found = {name: path for path in paths() if (name := _name(path)) in self._last}
            # A name that is no note's any more need not be looked for again.
            self._paths = {name: found.get(name, "") for name in newest}
        return [path for name in newest if (path := self._paths[name])][:limit]

    def forget(self, paths: Iterable[str]) -> None:
        """Forget every time that some notes were opened."""
        gone = set(map(_name, paths))
        with suppress(OSError):
            kept = (row for row in self._rows() if row.partition(" ")[0] not in gone)
            data = "".join(f"{row}\n" for row in kept).encode("ascii", "replace")
            cache_files.write_cache_file(*os.path.split(self._path), data)

    def _read(self) -> None:
        """Read the file, if it has changed."""
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

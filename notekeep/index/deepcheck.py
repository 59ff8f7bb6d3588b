"""The slow way of finding changes: reading files that look unchanged, a few of them a day.

`stat` may hide a change: some systems have no change time, some disks keep only whole seconds, and
a program may set times back. One file of a hundred is read again each day that the whole index is
brought up to date, so that every file has its turn, and no start is slower for it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS = 100
"""In so many days each file has its turn."""

_DAY = 86_400


class Turn:
    """Which files are read today.

    Attributes:
        is_due: Whether today's were not read yet.
        mark: What is remembered when they were.
    """

    def __init__(self, mark: str | None, *, now: float | None = None) -> None:
        """See whose turn it is.

        Args:
            mark: What was remembered last; None for an index that was just built.
            now: The time, in seconds since 1970.
        """
        day = int((time.time() if now is None else now) // _DAY)
        last, _, part = (mark or f"{day}:0").partition(":")
        self.is_due = last != str(day)
        self._part = (int(part) + self.is_due) % PARTS
        self.mark = f"{day}:{self._part}"

    def of(self, paths: Iterable[str]) -> list[str]:
        """Pick the files whose turn it is."""
        return [
            path
            for path in paths
            if crc32(path.encode("utf-8", "surrogateescape")) % PARTS == self._part
        ]

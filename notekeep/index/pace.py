"""How far a long work is, said honestly: how much is done, how fast, and how long it may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = 2.0
"""Seconds until which nothing is said of the time left: too little has been seen of the work."""

MINUTE = 60


class Pace:
    """The pace of one work, from when it is made.

    Args:
        number: Writes a number down.
        now: Tells seconds that only rise.
    """

    def __init__(
        self, number: Callable[[int], str] = str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._now = now
        self._start = now()
        self._first: int | None = None

    def said(self, done: int, total: int) -> str:
        """Return `1200 of 10000 notes, 430 a second, 20 s left`.

        What was done when it was first asked counts for how far the work is, and not for how fast.
        """
        if self._first is None:
            self._first = done
            self._start = self._now()
        text = f"{self._number(done)} of {self._number(total)} notes"
        passed, worked = self._now() - self._start, done - self._first
        if passed < SOON or worked <= 0:
            return text
        rate, left = self._number(round(worked / passed)), passed * (total - done) / worked
        return f"{text}, {rate} a second, {_left(left)}"


def _left(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / MINUTE)} min left"

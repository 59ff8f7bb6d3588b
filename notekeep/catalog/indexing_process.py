"""Index many changed notes in a process of its own, and say how far that is.

The process is `notekeep index --nice`. Started and left alone it outlives who started it; followed,
it tells how far it is, and ends when it is stopped. What it has done until then stays done. Of
several at once on one vault one works; `turn` sees to that.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from notekeep.locks import Locked, hold_lock_file

if TYPE_CHECKING:
    import subprocess

LOCK = "indexing.lock"

PATIENCE = 600.0
"""Seconds for which one who follows waits for another that is at it."""


_left_alone: list[subprocess.Popen[bytes]] = []
"""Processes that nobody waits for; the system keeps one that ended until it was asked about."""


def start_indexing(root: str) -> None:
    """Start it for a vault and leave it alone; if another is at it, it ends at once."""
    _left_alone[:] = [process for process in _left_alone if process.poll() is None]
    import subprocess  # few commands start one

    process = subprocess.Popen(
        _command(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _left_alone.append(process)


class IndexingProcess:
    """Starts it, follows it, and stops it when asked; from any thread."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def follow(self, report: Callable[[int, int], None]) -> bool:
        """Wait until it is done, and return whether it did its work to the end."""
        import subprocess

        with subprocess.Popen(
            [*_command(self._root), "--tell"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            self._process = process
            if self._stopped:
                process.terminate()
            assert process.stdout is not None  # noqa: S101 - it was asked for
            for line in process.stdout:
                done, _, total = line.partition(" ")
                with contextlib.suppress(ValueError):
                    report(int(done), int(total))
        return process.returncode == 0

    def stop(self) -> None:
        """End it; what it has done stays."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()


@contextlib.contextmanager
def turn(cache: str, *, wait: bool) -> Iterator[bool]:
    """Be the one process that indexes for a vault; give whether it is, after `wait`ing or not."""
    with contextlib.ExitStack() as held:
        is_ours = True
        try:
            held.enter_context(hold_lock_file(os.path.join(cache, LOCK), PATIENCE if wait else 0))
        except Locked:
            is_ours = False
        yield is_ours


def _command(root: str) -> list[str]:
    # -P: no module is taken from the current folder, which may be a vault.
    return [sys.executable, "-P", "-m", "notekeep", "--vault", root, "index", "--nice"]


SOON = 2.0
"""Seconds until which nothing is said of the time left: too little has been seen of the work."""

MINUTE = 60


class Pace:
    """The pace of one work, from when it is made."""

    def __init__(
        self, number: Callable[[int], str] = str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._now = now
        self._start = now()
        self._first: int | None = None

    def describe(self, done: int, total: int) -> str:
        """Return `1200 of 10000 notes, 430 a second, 20 s left`."""
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

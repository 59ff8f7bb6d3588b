"""Index many changed notes in a separate process and report its progress.

The process is `notekeep index --nice`. It can run detached, or be monitored and stopped; finished
work is kept. Only one such process runs per vault; see `indexing_lock`.
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

TIMEOUT_SECONDS = 600.0
"""Seconds to wait for another indexing process."""

_detached: list[subprocess.Popen[bytes]] = []
"""Detached processes; each is polled when the next one starts, so that none stays a zombie."""


def start_indexing(root: str) -> None:
    """Start a detached process for a vault; it exits at once if another one is running."""
    _detached[:] = [process for process in _detached if process.poll() is None]
    import subprocess  # not needed by most commands

    process = subprocess.Popen(
        _command(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _detached.append(process)


class IndexingProcess:
    """Starts, monitors and stops an indexing process, from any thread."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def follow(self, report: Callable[[int, int], None]) -> bool:
        """Run the process and wait for it; return whether it succeeded."""
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
            assert process.stdout is not None  # noqa: S101 - stdout is a pipe
            for line in process.stdout:
                done, _, total = line.partition(" ")
                with contextlib.suppress(ValueError):
                    report(int(done), int(total))
        return process.returncode == 0

    def stop(self) -> None:
        """Stop the process; finished work is kept."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()


@contextlib.contextmanager
def indexing_lock(cache: str, *, wait: bool) -> Iterator[bool]:
    """Yield whether this is the only indexing process of a vault, after an optional wait."""
    with contextlib.ExitStack() as stack:
        is_ours = True
        try:
            stack.enter_context(
                hold_lock_file(os.path.join(cache, LOCK), TIMEOUT_SECONDS if wait else 0)
            )
        except Locked:
            is_ours = False
        yield is_ours


def _command(root: str) -> list[str]:
    # -P: do not import modules from the current folder, which may be a vault.
    return [sys.executable, "-P", "-m", "notekeep", "--vault", root, "index", "--nice"]


SOON = 2.0
"""Seconds before the first estimate; before that, there is too little data."""

MINUTE = 60


class Progress:
    """Describes the progress of a job, with its rate since the first report."""

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

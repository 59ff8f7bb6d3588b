"""Taking many changed notes in by a process of its own, which gives way to other programs.

It is `notekeep index --nice`. Started and left alone it outlives who started it; followed, it tells
how far it is, and ends when it is stopped. What it has done until then stays done. Of several at
once on one vault one works; `Turn` sees to that.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from notekeep import kept

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

LOCK = "indexing.lock"

PATIENCE = 600.0
"""Seconds for which one who follows waits for another that is at it."""


_left_alone: list[subprocess.Popen[bytes]] = []
"""Processes that nobody waits for; the system keeps one that ended until it was asked about."""


def start(root: str) -> None:
    """Start it and leave it alone; if another is at it, it ends at once.

    Args:
        root: The vault.
    """
    import subprocess

    _left_alone[:] = [process for process in _left_alone if process.poll() is None]
    process = subprocess.Popen(
        _command(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _left_alone.append(process)


class Follower:
    """Starts it, follows it, and stops it when asked; from any thread."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def follow(self, told: Callable[[int, int], None]) -> bool:
        """Wait until it is done.

        Args:
            told: Called with how many notes are done, and how many there are to do.

        Returns:
            Whether it did its work to the end.
        """
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
                    told(int(done), int(total))
        return process.returncode == 0

    def stop(self) -> None:
        """End it; what it has done stays."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()


@contextlib.contextmanager
def turn(cache: str, *, wait: bool) -> Iterator[bool]:
    """Be the one process that takes notes in for a vault; give whether it is our turn.

    Args:
        cache: The vault's cache folder.
        wait: Whether to wait for another that is at it.
    """
    from filelock import FileLock, Timeout

    kept.make_folder(cache)
    lock = FileLock(os.path.join(cache, LOCK), mode=0o600)
    try:
        lock.acquire(timeout=PATIENCE if wait else 0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _command(root: str) -> list[str]:
    # -P: no module is taken from the current folder, which may be a vault.
    return [sys.executable, "-P", "-m", "notekeep", "--vault", root, "index", "--nice"]

"""A real terminal for tests: a program on a pty, and what its screen shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Any, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

DEADLINE = 60.0
"""Seconds after which something that should have appeared has not."""

QUIET = 0.25
"""Seconds without a byte after which nothing moves any more."""


class Terminal:
    """A program on a terminal of its own.

    Attributes:
        raw: Every byte the program wrote.
        before: How the terminal was set when the program started.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = 100,
        lines: int = 30,
        cwd: str | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        # Our own end of the terminal stays open, so that its settings can be read afterwards.
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.before = termios.tcgetattr(self._theirs)
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            list(command),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=self._become_foreground,  # noqa: PLW1509 - one thread, and only system calls
        )

    def _become_foreground(self) -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def settings(self) -> list[Any]:
        """Return how the terminal is set now."""
        return termios.tcgetattr(self._theirs)

    def send(self, keys: str) -> None:
        """Press keys, as the bytes that a terminal sends for them."""
        os.write(self._ours, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take in what the program writes, waiting for it at most so long; whether it wrote."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return False
        with contextlib.suppress(OSError):
            data = os.read(self._ours, 65536)
            self.raw += data
            self._stream.feed(data)
        return True

    def until(self, *texts: str) -> None:
        """Wait until the screen shows all of some texts."""
        end = time.monotonic() + DEADLINE
        while not all(text in self.text for text in texts):
            if time.monotonic() > end or (self._process.poll() is not None and not self.read(0)):
                raise AssertionError(f"not shown: {texts}\n{self.text}")
            self.read(0.05)

    def until_gone(self, text: str) -> None:
        """Wait until the screen shows a text no longer."""
        end = time.monotonic() + DEADLINE
        while text in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"still shown: {text}\n{self.text}")
            self.read(0.05)

    def wait(self) -> int:
        """Wait for the program to end, and return its exit code."""
        end = time.monotonic() + DEADLINE
        while self._process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running\n{self.text}")
            self.read(0.05)
        while self.read(0):
            pass
        return self._process.returncode

    # The mouse, as a terminal tells of it, and the size.

    def quiet(self) -> None:
        """Wait until the program has written nothing for a moment: nothing moves any more."""
        end = time.monotonic() + DEADLINE
        while self.read(QUIET) and time.monotonic() < end:
            pass

    def click(self, text: str, *, times: int = 1) -> None:
        """Click on a text, once it is there and nothing moves; on the lowest one of several."""
        self.until(text)
        self.quiet()
        self.until(text)
        lines = self.text.split("\n")
        row = max(number for number, line in enumerate(lines) if text in line)
        self.click_at(lines[row].index(text) + 1, row, times=times)

    def click_at(self, column: int, row: int, *, times: int = 1) -> None:
        """Click on a cell, counted from 0."""
        self.send(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m" * times)

    def wheel(self, column: int, row: int, steps: int) -> None:
        """Turn the wheel over a cell; down when `steps` is more than 0."""
        button = 65 if steps > 0 else 64
        self.send(f"\x1b[<{button};{column + 1};{row + 1}M" * abs(steps))

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, of which the system tells the program."""
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

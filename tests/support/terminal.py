"""A real terminal for tests: a program on a pty, and what its screen shows."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import struct
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

import pyte
import pytest

from reliability.terminal import is_ready

with contextlib.suppress(ModuleNotFoundError):  # Windows has no terminals of this kind
    import fcntl
    import pty
    import termios

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

DEADLINE = 60.0
"""Seconds after which something that should have appeared has not."""

QUIET = 0.25
"""Seconds without a byte after which nothing moves any more."""

# What a program sends between these is for the terminal itself, and no terminal shows it.
_STRING = re.compile(rb"\x1b[P_X^].*?\x1b\\", re.DOTALL)
_BEGUN = re.compile(rb"\x1b(?:[P_X^].*)?\Z", re.DOTALL)


class Terminal:
    """A program on a terminal of its own.

    Attributes:
        raw: Every byte the program wrote.
        strings: What it sent for the terminal itself, such as pictures, without showing it.
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
        answers: Mapping[bytes, bytes] | None = None,
        slow: float = 0.0,
    ) -> None:
        """Start a program.

        Args:
            command: The program and its arguments.
            env: Its environment.
            columns: How wide the terminal is.
            lines: How high it is.
            cwd: The folder it starts in.
            answers: What the terminal answers to what it is asked; to anything else, nothing.
            slow: How many seconds later it answers, as one on another machine does.
        """
        if os.name != "posix":
            pytest.skip("only POSIX has pseudoterminals")
        self._slow = slow
        self._due: list[tuple[float, bytes]] = []
        self._answers = dict(answers or {})
        self._answered = dict.fromkeys(self._answers, 0)
        self._held = b""
        self.strings: list[bytes] = []
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

    def forget(self) -> None:
        """Show nothing, as after another program: what is shown from now on was drawn anew."""
        self._screen.reset()

    def settings(self) -> list[Any]:
        """Return how the terminal is set now."""
        return termios.tcgetattr(self._theirs)

    def send(self, keys: str) -> None:
        """Press keys, as the bytes that a terminal sends for them."""
        os.write(self._ours, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take in what the program writes, waiting for it at most so long; whether it wrote."""
        self._answer_what_is_due()
        if not is_ready(self._ours, seconds):
            return False
        with contextlib.suppress(OSError):
            data = os.read(self._ours, 65536)
            self.raw += data
            self._answer()
            self._show(data)
        return True

    def _answer(self) -> None:
        for question, answer in self._answers.items():
            for _ in range(self.raw.count(question) - self._answered[question]):
                self._due.append((time.monotonic() + self._slow, answer))
                self._answered[question] += 1
        self._answer_what_is_due()

    def _answer_what_is_due(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            os.write(self._ours, self._due.pop(0)[1])

    def _show(self, data: bytes) -> None:
        """Show what is to be shown; what is begun is held back until the rest of it is there."""
        data = self._held + data
        self.strings.extend(_STRING.findall(data))
        data = _STRING.sub(b"", data)
        begun = _BEGUN.search(data)
        self._held = begun[0] if begun is not None else b""
        self._stream.feed(data[: len(data) - len(self._held)])

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
        while self.read(QUIET):
            if time.monotonic() > end:
                raise AssertionError(f"it never rests\n{self.text}")

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

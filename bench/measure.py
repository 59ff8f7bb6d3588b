"""Times things: commands by wall clock and CPU, and how long a terminal program takes to draw.

Every figure is the best of several runs, because what disturbs a run only ever makes it slower.
Two things that are compared are run in turn, so that a busy minute disturbs both.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import select
import signal
import struct
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

with contextlib.suppress(ModuleNotFoundError):  # Windows has no terminals of this kind
    import fcntl
    import pty
    import termios

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COLUMNS, LINES = 100, 30
QUIT = b"\x11"
TIMEOUT_SECONDS = 60.0
"""Seconds after which a program that has not drawn what it should counts as broken."""
LEAVING = 10.0
"""Seconds after which a program that does not leave is ended."""

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;?<=>$ ]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|.)"
)


class Cost(NamedTuple):
    """What a run took, in seconds: by the clock, and of the processor."""

    wall: float
    cpu: float


class Command(NamedTuple):
    """A command line, what it sees of the environment, and the folder it runs in."""

    words: Sequence[str]
    env: Mapping[str, str] | None = None
    folder: Path | None = None


def run(command: Command) -> Cost:
    """Run a command to its end, its output thrown away.

    Raises:
        RuntimeError: It failed; what it said is in the message.
    """
    start = time.perf_counter()
    child = subprocess.Popen(
        command.words,
        env=command.env,
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        told = subprocess.run(
            command.words, env=command.env, cwd=command.folder, capture_output=True, check=False
        )
        raise RuntimeError(
            f"{' '.join(command.words)} ended with {child.returncode}: {told.stderr.decode()}"
        )
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def start_of_python(times: int = 9) -> Cost:
    """P, what figures are multiples of: the median time of `python -c pass`.

    Measure it beside the figure: figures by the clock against its clock, CPU against its CPU.
    """
    costs = [run(python("-c", "pass")) for _ in range(times)]
    return Cost(median(cost.wall for cost in costs), median(cost.cpu for cost in costs))


def best(*commands: Command, times: int = 7) -> list[Cost]:
    """The best cost of each of several commands, run in turn."""
    return _best([partial(run, command) for command in commands], times)


def visit(command: Command, *steps: tuple[str, bytes]) -> Cost:
    """Run a program in a real terminal of 100 by 30, as a person would.

    Args:
        command: The program. Its last step should make it leave.
        steps: Texts to wait for, each with the keys that are typed when it is there.

    Returns:
        The seconds until the first text was shown, and the CPU seconds of the whole visit.

    Raises:
        RuntimeError: A text was never shown.
    """
    start = time.perf_counter()
    pid, terminal = _start(command, COLUMNS, LINES)
    walls = []
    try:
        for shows, keys in steps:
            _wait_for(terminal, shows.encode())
            walls.append(time.perf_counter() - start)
            os.write(terminal, keys)
    finally:
        cpu = _end(pid, terminal)
    return Cost(walls[0], cpu)


def in_terminal(command: Command, timeout: float) -> tuple[int, bytes]:
    """Run a program in a real terminal of 120 by 40 until it ends.

    Returns:
        Its exit code, and the end of what it drew without escapes.
    """
    pid, terminal = _start(command, 120, 40)
    drawn = b""
    deadline = time.perf_counter() + timeout
    while time.perf_counter() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            drawn = (drawn + os.read(terminal, 65536))[-20_000:]
        except OSError:
            break
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), _ESCAPES.sub(b"", drawn)


def stamped(folder: Path, shows: str, program: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a program in a real terminal until it has drawn a text, then end it.

    Args:
        folder: Where the stamp may be written.
        shows: The text.
        program: "minimal", or "notekeep" and its words; see `bench.stamped`.
        env: What it sees of the environment.

    Returns:
        Seconds by the clock and of the processor until it handed the text to the terminal.
    """
    report = folder / "stamp"
    report.unlink(missing_ok=True)
    words = ("-m", "bench.stamped", str(report), str(time.monotonic()), shows, *program)
    visit(python(*words, env=env), (shows, QUIT))
    wall, cpu = report.read_text("ascii").split()
    return Cost(float(wall), float(cpu))


def best_frames(*programs: tuple[Command, str], times: int = 5) -> list[Cost]:
    """The best first frame of each of several programs that `ctrl+q` ends, run in turn."""
    return _best([partial(visit, command, (shows, QUIT)) for command, shows in programs], times)


def inside(action: Callable[[], object], times: int = 5) -> float:
    """The best wall time of something in this process, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def machine() -> str:
    """One line that says on what the figures were taken, and how busy it was."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        names = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        cpu = names[0] if names else cpu
    load = f"load {os.getloadavg()[0]:.1f}"
    python = f"Python {platform.python_version()}"
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, {python}, {load}"


def python(*words: str, env: Mapping[str, str] | None = None) -> Command:
    """A command of this Python."""
    return Command([sys.executable, *words], env)


def _best(actions: Sequence[Callable[[], Cost]], times: int) -> list[Cost]:
    rounds = [[action() for action in actions] for _ in range(times)]
    return [
        Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))
        for costs in zip(*rounds, strict=True)
    ]


def _start(command: Command, columns: int, lines: int) -> tuple[int, int]:
    """Start a program in a terminal of its own; its process and our end of the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        words, env = list(command.words), dict(command.env or os.environ)
        os.execvpe(words[0], words, env)  # noqa: S606 - the child of a fork becomes the program
    return pid, terminal


def _wait_for(terminal: int, shows: bytes) -> None:
    """Read what a program draws until it has drawn some text."""
    drawn = b""
    deadline = time.perf_counter() + TIMEOUT_SECONDS
    while time.perf_counter() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            drawn += os.read(terminal, 65536)
        except OSError:
            break
        if shows in _ESCAPES.sub(b"", drawn):
            return
    end = _ESCAPES.sub(b"", drawn)[-300:]
    raise RuntimeError(f"never drew {shows!r}; the end of what it drew: {end!r}")


def _end(pid: int, terminal: int) -> float:
    """Wait until a program has left, reading it out, and return its CPU seconds."""
    deadline = time.perf_counter() + LEAVING
    while True:
        done, _, usage = os.wait4(pid, os.WNOHANG)
        if done:
            os.close(terminal)
            return usage.ru_utime + usage.ru_stime
        if time.perf_counter() > deadline:
            os.kill(pid, signal.SIGKILL)
        if select.select([terminal], [], [], 0.02)[0]:
            with contextlib.suppress(OSError):
                os.read(terminal, 65536)

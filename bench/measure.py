"""Measures wall and CPU time of commands, and the time until a terminal program draws a text.

Every figure is the best of several runs, because other load only makes a run slower. Programs that
are compared run alternately, so that other load affects both.
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
"""Seconds to wait for a program to draw a text."""
EXIT_SECONDS = 10.0
"""Seconds to wait for a program to exit before it is killed."""

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;?<=>$ ]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|.)"
)


class Cost(NamedTuple):
    """The wall and CPU time of a run, in seconds."""

    wall: float
    cpu: float


class Command(NamedTuple):
    """A command line with its environment and working directory."""

    words: Sequence[str]
    env: Mapping[str, str] | None = None
    folder: Path | None = None


def run(command: Command) -> Cost:
    """Run a command and discard its output.

    Raises:
        RuntimeError: The command failed; the message includes its error output.
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
        process = subprocess.run(
            command.words, env=command.env, cwd=command.folder, capture_output=True, check=False
        )
        raise RuntimeError(
            f"{' '.join(command.words)} exited with {child.returncode}: {process.stderr.decode()}"
        )
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def start_of_python(times: int = 9) -> Cost:
    """Measure P, the unit of other figures: the median time of `python -c pass`.

    Measure it next to the figure; compare wall time with wall time and CPU time with CPU time.
    """
    costs = [run(python("-c", "pass")) for _ in range(times)]
    return Cost(median(cost.wall for cost in costs), median(cost.cpu for cost in costs))


def best(*commands: Command, times: int = 7) -> list[Cost]:
    """Return the best cost of each command, run alternately."""
    return _best([partial(run, command) for command in commands], times)


def visit(command: Command, *steps: tuple[str, bytes]) -> Cost:
    """Run a program in a real terminal of 100 by 30.

    Args:
        command: The program.
        steps: Texts to wait for, each with the keys to type when it appears; the last should quit.

    Returns:
        The wall time until the first text, and the CPU time of the whole run.

    Raises:
        RuntimeError: A text did not appear.
    """
    start = time.perf_counter()
    pid, terminal = _start(command, COLUMNS, LINES)
    wall_times = []
    try:
        for text, keys in steps:
            _wait_for(terminal, text.encode())
            wall_times.append(time.perf_counter() - start)
            os.write(terminal, keys)
    finally:
        cpu = _wait_for_exit(pid, terminal)
    return Cost(wall_times[0], cpu)


def in_terminal(command: Command, timeout: float) -> tuple[int, bytes]:
    """Run a program in a real terminal of 120 by 40 until it exits.

    Returns:
        The exit code, and the end of the output without escape sequences.
    """
    pid, terminal = _start(command, 120, 40)
    output = b""
    deadline = time.perf_counter() + timeout
    while time.perf_counter() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            output = (output + os.read(terminal, 65536))[-20_000:]
        except OSError:
            break
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), _ESCAPES.sub(b"", output)


def stamped(folder: Path, text: str, program: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a program in a real terminal until it has drawn a text, then quit it.

    Args:
        folder: The folder for the time stamp.
        text: The text.
        program: "minimal", or "notekeep" and its arguments; see `bench.stamped`.
        env: The environment of the program.

    Returns:
        The wall and CPU time until the program wrote the text to the terminal.
    """
    report = folder / "stamp"
    report.unlink(missing_ok=True)
    words = ("-m", "bench.stamped", str(report), str(time.monotonic()), text, *program)
    visit(python(*words, env=env), (text, QUIT))
    wall, cpu = report.read_text("ascii").split()
    return Cost(float(wall), float(cpu))


def best_wall(action: Callable[[], object], times: int = 5) -> float:
    """Return the best wall time of an action in this process, in seconds."""
    walls = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        walls.append(time.perf_counter() - start)
    return min(walls)


def machine() -> str:
    """Return one line that describes this machine and its load."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        names = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        cpu = names[0] if names else cpu
    load = f"load {os.getloadavg()[0]:.1f}"
    python = f"Python {platform.python_version()}"
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, {python}, {load}"


def python(*words: str, env: Mapping[str, str] | None = None) -> Command:
    """Return a command line for the current Python."""
    return Command([sys.executable, *words], env)


def _best(actions: Sequence[Callable[[], Cost]], times: int) -> list[Cost]:
    rounds = [[action() for action in actions] for _ in range(times)]
    return [
        Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))
        for costs in zip(*rounds, strict=True)
    ]


def _start(command: Command, columns: int, lines: int) -> tuple[int, int]:
    """Start a program in a new terminal; return its process id and the controlling file."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        words, env = list(command.words), dict(command.env or os.environ)
        os.execvpe(words[0], words, env)  # noqa: S606 - the child of a fork becomes the program
    return pid, terminal


def _wait_for(terminal: int, text: bytes) -> None:
    """Read the output of a program until it contains a text."""
    output = b""
    deadline = time.perf_counter() + TIMEOUT_SECONDS
    while time.perf_counter() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            output += os.read(terminal, 65536)
        except OSError:
            break
        if text in _ESCAPES.sub(b"", output):
            return
    end = _ESCAPES.sub(b"", output)[-300:]
    raise RuntimeError(f"did not draw {text!r}; its last output: {end!r}")


def _wait_for_exit(pid: int, terminal: int) -> float:
    """Read the output of a program until it exits, and return its CPU seconds."""
    deadline = time.perf_counter() + EXIT_SECONDS
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

"""Regular expressions that a person typed, over notes, in a process that can be killed.

`(a+)+$` keeps Python busy for years on thirty characters, and nothing stops it from within.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable

    from notekeep.search.results import Spans

CPU_SECONDS = 1.5
"""So long may an expression keep the processor busy, over all notes; with the start of the process,
an answer is there within two seconds. By the processor's time, because by the clock the same
expression would now find all and now not, as busy as the machine is."""

CLOCK_SECONDS = 6.0 if hasattr(signal, "setitimer") else CPU_SECONDS
"""So long may it take by the clock: for a slow disk, and where the system cannot limit the other"""

START_SECONDS = 10.0
"""So long may the process take to start, which on a busy machine is not the expression's fault."""


class RegexMatches(NamedTuple):
    """What an expression found.

    Attributes:
        found: The first spans in each note that matches, in characters of the whole file.
        done: How many notes were searched, or a few fewer.
        total: How many there are to search.
        seconds: What it took of the processor.
    """

    found: dict[str, Spans]
    done: int
    total: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self.done == self.total


def find_regex_matches(
    pattern: str, root: str, paths: Iterable[str], seconds: float | None = None
) -> RegexMatches:
    """Find the notes whose text a regular expression matches somewhere, case aside.

    Args:
        pattern: A regular expression that `re` accepts.
        root: The vault.
        paths: The notes to search.
        seconds: How long it may keep the processor busy; None is CPU_SECONDS.

    Raises:
        UsageError: It could not be looked for.
    """
    wanted = sorted(paths)
    limit = CPU_SECONDS if seconds is None else seconds
    if not wanted:
        return RegexMatches({}, 0, 0, 0.0)
    import subprocess

    process = subprocess.Popen(
        [sys.executable, "-I", "-S", os.path.join(os.path.dirname(__file__), "regex_child.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="ascii",
    )
    request = json.dumps({"pattern": pattern, "root": root, "paths": wanted, "seconds": limit})
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    exchange = threading.Thread(target=_exchange_lines, args=(process, request, lines), daemon=True)
    exchange.start()
    try:
        answers = _ChildOutput(len(wanted))
        whole = answers.read(lines)
    finally:
        process.kill()
        exchange.join()
        ended = process.wait()
    if not (whole or answers.is_late or ended == -_STOPPED_BY_TIMER):
        raise UsageError(f"The regular expression /{pattern}/ could not be looked for.")
    return RegexMatches(
        answers.found, answers.done, len(wanted), answers.seconds if whole else limit
    )


_STOPPED_BY_TIMER = getattr(signal, "SIGPROF", 0)


class _ChildOutput:
    """What the process says; `is_late` when it took too long by the clock."""

    def __init__(self, total: int) -> None:
        self.found: dict[str, Spans] = {}
        self.done = 0
        self.seconds = 0.0
        self.is_late = False
        self._total = total

    def read(self, lines: queue.SimpleQueue[str]) -> bool:
        """Read lines until the answer is whole, which is True, or nothing more comes."""
        deadline = time.monotonic() + START_SECONDS
        started = False
        while True:
            try:
                line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.is_late = True
                return False
            if not started:
                started, deadline = True, time.monotonic() + CLOCK_SECONDS
            if not line:
                return False
            answer = json.loads(line)
            if isinstance(answer, float):
                self.seconds, self.done = answer, self._total
                return True
            if len(answer) == 1:
                [self.done] = answer
            else:
                self.found[answer[0]] = [(start, end) for start, end in answer[1]]
            if time.monotonic() > deadline:
                self.is_late = True
                return False


def _exchange_lines(
    process: subprocess.Popen[str], request: str, lines: queue.SimpleQueue[str]
) -> None:
    """Hand the request over and the answer on; in a thread, because a pipe cannot be waited for."""
    if process.stdin is None or process.stdout is None:
        return
    with process.stdout:
        with suppress(OSError), process.stdin:  # it may have been killed meanwhile
            process.stdin.write(request)
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def too_slow_error(pattern: str) -> UsageError:
    """Return the error that says that an expression was stopped."""
    return UsageError(
        f"The regular expression /{pattern}/ takes too long, so it was stopped.",
        "Nested repetitions such as (a+)+ do that; or add a word that the note must have.",
    )

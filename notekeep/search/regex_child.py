"""Searches files for a regular expression, as a child process of `text_filter.py`.

It is a script with the standard library only, in a process that can be killed, because an
expression of the user may run for years.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any, TextIO

REGEX_FLAGS = re.IGNORECASE | re.MULTILINE
MAX_SPANS = 20
"""Maximum number of matches in a file."""

HEARTBEAT_SECONDS = 0.2
"""Interval of progress lines."""


def search_files(
    expression: re.Pattern[str], root: str, paths: list[str], large: int, head: int
) -> Iterator[list[Any]]:
    """Yield paths with their matches, and from time to time the number of searched files.

    Of a file larger than `large` bytes, only the first `head` bytes are searched.
    """
    last = time.monotonic()
    for number, path in enumerate(paths):
        if time.monotonic() - last > HEARTBEAT_SECONDS:
            last = time.monotonic()
            yield [number]
        try:
            with open(os.path.join(root, path), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                text = file.read(head if size > large else size).decode("utf-8", "replace")
        except OSError:
            continue
        spans: list[tuple[int, int]] = []
        for found in expression.finditer(text):
            spans.append(found.span())
            if len(spans) == MAX_SPANS:
                break
        if spans:
            yield [path, spans]


def limit_time(cpu: float, clock: float) -> None:
    """Kill this process after seconds of CPU or clock time.

    Python code cannot do it, because a running expression never returns. Systems without a CPU
    limit use the clock alone.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, cpu)
    faulthandler.dump_traceback_later(clock, exit=True)


def main(source: TextIO, target: TextIO) -> None:
    """Read a request as JSON and answer in lines.

    The first line means that the expression is valid, the last is the CPU time in seconds.
    """
    request = json.load(source)
    expression = re.compile(request["pattern"], REGEX_FLAGS)
    target.write("[0]\n")  # compiled; the time of the expression starts now
    target.flush()
    started = time.process_time()
    limit_time(request["cpu_seconds"], request["clock_seconds"])
    files = request["root"], request["paths"], request["large"], request["head"]
    for answer in search_files(expression, *files):
        target.write(json.dumps(answer) + "\n")
        target.flush()
    target.write(f"{time.process_time() - started:.6f}\n")


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)

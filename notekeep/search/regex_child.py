"""Look for a regular expression in files: the process that `text_filter.py` starts and may end.

It knows the standard library only, and is run as a script: what a person typed may keep a regular
expression busy for years, and a process is what can be ended.
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
"""How many places in one file are listed."""

HEARTBEAT_SECONDS = 0.2
"""So often, in seconds, it says how many files are done."""


def search_files(
    expression: re.Pattern[str], root: str, paths: list[str], large: int, head: int
) -> Iterator[list[Any]]:
    """Yield each path with the spans of what it has, and now and then how many files are done.

    Of a file of more than `large` bytes, the first `head` bytes are searched.
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
    """Have this process ended once it has worked, or waited, for so many seconds.

    Nothing within Python can: an expression that never ends gives control to nobody. Where the
    system cannot limit the processor's time, the clock alone does it.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, cpu)
    faulthandler.dump_traceback_later(clock, exit=True)


def main(source: TextIO, target: TextIO) -> None:
    """Read one request as JSON and answer it line by line.

    The first line says that the expression can be used, the last of a whole answer how many
    seconds of the processor it took.
    """
    request = json.load(source)
    expression = re.compile(request["pattern"], REGEX_FLAGS)
    target.write("[0]\n")  # from here on the time is the expression's
    target.flush()
    begun = time.process_time()
    limit_time(request["cpu_seconds"], request["clock_seconds"])
    files = request["root"], request["paths"], request["large"], request["head"]
    for answer in search_files(expression, *files):
        target.write(json.dumps(answer) + "\n")
        target.flush()
    target.write(f"{time.process_time() - begun:.6f}\n")


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)

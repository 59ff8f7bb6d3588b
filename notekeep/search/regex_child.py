"""Look for a regular expression in files: the process that regex_search starts and may kill.

It knows the standard library only, and is run as a script: what a person typed may keep a regular
expression busy for years, and a process is what can be ended.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

REGEX_FLAGS = re.IGNORECASE | re.MULTILINE
MAX_CHILD_READ_BYTES = 5 << 20
MAX_SPANS = 20
"""How many places in one file are said."""

HEARTBEAT_SECONDS = 0.2
"""So often, in seconds, it says how many files are done."""


def search_files(pattern: str, root: str, paths: list[str]) -> Iterator[list[Any]]:
    """Yield each path with the spans of what it has, and now and then how many files are done."""
    expression = re.compile(pattern, REGEX_FLAGS)
    said = time.monotonic()
    for number, path in enumerate(paths):
        if time.monotonic() - said > HEARTBEAT_SECONDS:
            said = time.monotonic()
            yield [number]
        try:
            with open(os.path.join(root, path), "rb") as file:
                text = file.read(MAX_CHILD_READ_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        spans: list[tuple[int, int]] = []
        for found in expression.finditer(text):
            spans.append(found.span())
            if len(spans) == MAX_SPANS:
                break
        if spans:
            yield [path, spans]


def limit_cpu_time(seconds: float) -> None:
    """Have the system end this process once it has worked for so long, where systems can.

    Nothing within Python can: an expression that never ends gives control to nobody.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main(source: TextIO, target: TextIO) -> None:
    """Read one request as JSON and answer it line by line.

    The last line of a whole answer is how many seconds of the processor it took.
    """
    request = json.load(source)
    target.write("[0]\n")  # from here on the time is the expression's
    target.flush()
    begun = time.process_time()
    limit_cpu_time(request["seconds"])
    for answer in search_files(request["pattern"], request["root"], request["paths"]):
        target.write(json.dumps(answer) + "\n")
        target.flush()
    limit_cpu_time(0.0)
    target.write(f"{time.process_time() - begun:.6f}\n")


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)

"""Searches files for a regular expression, as a child process of `text_filter.py`.

It runs in a process that can be killed, because a user's expression may run for years, and it
imports only the standard library.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import signal
import sys
import time
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, TextIO

MAX_SPANS = 20
"""Maximum number of matches per file in a search; a replacement needs all of them."""

HEARTBEAT_SECONDS = 0.2
"""Interval of progress lines."""

_BETWEEN = ("\0\0", 1)
"""A text and a place in it where expressions match empty text only if they do so everywhere."""


def search_files(
    expression: re.Pattern[str],
    root: str,
    paths: list[str],
    large: int,
    head: int,
    template: str | None = None,
) -> Iterator[list[Any]]:
    """Yield paths with their matches, and from time to time the number of searched files.

    In a file larger than `large` bytes, only the first `head` bytes are searched. With a template,
    each path is followed by the checksum of its file, and each match by its replacement. In the
    expression and in replacements, all lines end with a newline.
    """
    last = time.monotonic()
    for number, path in enumerate(paths):
        if time.monotonic() - last > HEARTBEAT_SECONDS:
            last = time.monotonic()
            yield [number]
        try:
            with open(os.path.join(root, path), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read(head if size > large else size)
        except OSError:
            continue
        text, place_of = _with_newlines(data.decode("utf-8", "replace"))
        spans: list[list[Any]] = []
        for found in expression.finditer(text):
            spans.append([place_of(found.start()), place_of(found.end())])
            if template is not None:
                spans[-1].append(found.expand(template))
            elif len(spans) == MAX_SPANS:
                break
        if spans:
            yield [path, spans] if template is None else [path, spans, zlib.crc32(data)]


def _with_newlines(text: str) -> tuple[str, Callable[[int], int]]:
    """Return a text with LF line ends, and a function that maps its offsets to the original."""
    pairs = [found.start() for found in re.finditer("\r\n", text)]
    starts = [start - number for number, start in enumerate(pairs)]
    return text.replace("\r\n", "\n"), lambda at: at + bisect_right(starts, at - 1)


def limit_time(cpu: float, clock: float) -> None:
    """Kill this process after `cpu` seconds of CPU time or `clock` seconds.

    Python code cannot do this while an expression runs. Windows has only the clock limit.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, cpu)
    faulthandler.dump_traceback_later(clock, exit=True)


def main(source: TextIO, target: TextIO) -> None:
    """Read a request as JSON and write the response, one JSON value per line.

    The first line means that the request is valid, the last is the CPU time in seconds. For an
    invalid request, the only line is an object with the invalid part and the reason.
    """
    request = json.load(source)
    flags = re.MULTILINE | (re.IGNORECASE if request["ignore_case"] else 0)
    invalid = "pattern"
    try:
        expression = re.compile(request["pattern"], flags)
        invalid = "template"
        expression.sub(request["template"] or "", "")
    except (re.error, IndexError, RecursionError, OverflowError) as error:
        reason = getattr(error, "msg", "") if invalid == "template" else ""  # without a position
        target.write(json.dumps({invalid: reason or str(error)}) + "\n")
        return
    found = expression.match(*_BETWEEN) if request["template"] is not None else None
    if found is not None and not found[0]:
        target.write(json.dumps({"matches": ""}) + "\n")
        return
    target.write("[0]\n")  # compiled; the time of the expression starts now
    target.flush()
    started = time.process_time()
    limit_time(request["cpu_seconds"], request["clock_seconds"])
    files = request["root"], request["paths"], request["large"], request["head"]
    for answer in search_files(expression, *files, request["template"]):
        target.write(json.dumps(answer) + "\n")
        target.flush()
    target.write(f"{time.process_time() - started:.6f}\n")


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)

"""Regular expressions that a person typed, over notes, in a process that can be killed.

`(a+)+$` keeps Python busy for years on thirty characters, and nothing stops it from within.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from notekeep.errors import UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable

STUCK_SECONDS = 1.5
"""So long may one note take; with the start of the process, an answer is there after two."""

START_SECONDS = 10.0
"""So long may the process take to start, which on a busy machine is not the expression's fault."""

WHOLE_SECONDS = 30.0
"""So long may all of them take."""

Spans: TypeAlias = list[tuple[int, int]]


def matching(pattern: str, root: str, paths: Iterable[str]) -> dict[str, Spans]:
    """Find the notes whose text a regular expression matches somewhere, case aside.

    Args:
        pattern: A regular expression that `re` accepts.
        root: The vault.
        paths: The notes to look at.

    Returns:
        The first spans in each that matches, in characters of the whole file.

    Raises:
        UsageError: It took too long; the process is ended.
    """
    wanted = sorted(paths)
    if not wanted:
        return {}
    import subprocess

    process = subprocess.Popen(
        [sys.executable, "-I", "-S", os.path.join(os.path.dirname(__file__), "regexchild.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="ascii",
    )
    request = json.dumps({"pattern": pattern, "root": root, "paths": wanted})
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    talk = threading.Thread(target=_talk, args=(process, request, lines), daemon=True)
    talk.start()
    try:
        return _answers(lines, pattern)
    finally:
        process.kill()
        talk.join()
        process.wait()


def _answers(lines: queue.SimpleQueue[str], pattern: str) -> dict[str, Spans]:
    found: dict[str, Spans] = {}
    deadline = time.monotonic() + WHOLE_SECONDS
    patience = START_SECONDS
    while True:
        try:
            line = lines.get(timeout=min(patience, max(0.01, deadline - time.monotonic())))
            patience = STUCK_SECONDS
        except queue.Empty:
            raise _too_slow(pattern) from None
        if not line:
            raise UsageError(f"The regular expression /{pattern}/ could not be looked for.")
        answer = json.loads(line)
        if answer is None:
            return found
        if len(answer) == 2:
            found[answer[0]] = [(start, end) for start, end in answer[1]]
        if time.monotonic() > deadline:
            raise _too_slow(pattern)


def _talk(process: subprocess.Popen[str], request: str, lines: queue.SimpleQueue[str]) -> None:
    """Hand the request over and the answer on; in a thread, because a pipe cannot be waited for."""
    if process.stdin is None or process.stdout is None:
        return
    with process.stdout:
        with suppress(OSError), process.stdin:  # it may have been killed meanwhile
            process.stdin.write(request)
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def _too_slow(pattern: str) -> UsageError:
    return UsageError(
        f"The regular expression /{pattern}/ takes too long, so it was stopped.",
        "Nested repetitions such as (a+)+ do that; or add a word that the note must have.",
    )

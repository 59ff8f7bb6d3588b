"""Regular expressions that a person typed, over notes, in a process that can be ended.

`(a+)+$` keeps Python busy for years on thirty characters, and nothing stops it from within.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import UsageError

if TYPE_CHECKING:
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
    """What an expression found."""

    found: dict[str, Spans]  # the first ones in each note, in characters of the whole file
    done: int  # how many notes were searched, or a few fewer
    total: int
    seconds: float  # of the processor

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self.done == self.total


def find_regex_matches(
    pattern: str, root: str, paths: Iterable[str], seconds: float | None = None
) -> RegexMatches:
    """Find the notes whose text a regular expression matches somewhere, case aside."""
    wanted = sorted(paths)
    limit = CPU_SECONDS if seconds is None else seconds
    if not wanted:
        return RegexMatches({}, 0, 0, 0.0)
    request = {
        "pattern": pattern,
        "root": root,
        "paths": wanted,
        "cpu_seconds": limit,
        "clock_seconds": CLOCK_SECONDS,
    }
    # A line that was cut off when the process was ended is no answer.
    started, *answers = _ask_child(json.dumps(request).encode("ascii")).split(b"\n")[:-1] or [b""]
    if not started:
        raise UsageError(f"The regular expression /{pattern}/ could not be looked for.")
    found: dict[str, Spans] = {}
    done = 0
    for line in answers:
        answer = json.loads(line)
        if isinstance(answer, float):
            return RegexMatches(found, len(wanted), len(wanted), answer)
        if len(answer) == 1:
            [done] = answer
        else:
            found[answer[0]] = [(start, end) for start, end in answer[1]]
    return RegexMatches(found, done, len(wanted), limit)


def _ask_child(request: bytes) -> bytes:
    import subprocess

    script = os.path.join(os.path.dirname(__file__), "regex_child.py")
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", script],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=START_SECONDS + CLOCK_SECONDS,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as error:
        return error.stdout or b""


def too_slow_error(pattern: str) -> UsageError:
    """Return the error that says that an expression was stopped."""
    return UsageError(
        f"The regular expression /{pattern}/ takes too long, so it was stopped.",
        "Nested repetitions such as (a+)+ do that; or add a word that the note must have.",
    )

"""Runs a terminal program and records when it draws a text: `python -m bench.stamped`.

    stamped.py REPORT START TEXT minimal
    stamped.py REPORT START TEXT notekeep WORD ...

It imports nothing that the program would not import. The time is taken when the program writes the
text, so that work after the frame does not count.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

_ESCAPES = re.compile(r"\x1b\[[0-9;?<=>$ ]*[@-~]")


class Stamped:
    """A wrapper of the file that Textual writes to."""

    def __init__(self, file: Any, report: str, start: float, expected: str) -> None:
        self._file, self._report, self._start, self._expected = file, report, start, expected
        self._is_shown = False

    def write(self, text: str) -> int:
        """Write text; record the time of the first that contains the expected text."""
        if not self._is_shown and self._expected in _ESCAPES.sub("", text):
            self._is_shown = True
            wall, cpu = time.monotonic() - self._start, time.process_time()
            with open(self._report, "w", encoding="ascii") as file:
                file.write(f"{wall} {cpu}")
        written: int = self._file.write(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


if __name__ == "__main__":
    report, start, expected, program, *words = sys.argv[1:]
    # Textual writes to the original standard error.
    sys.__stderr__ = Stamped(sys.__stderr__, report, float(start), expected)  # type: ignore[misc, assignment]
    if program == "minimal":
        from bench.minimal_app import Minimal

        Minimal().run()
    else:
        from notekeep.__main__ import run

        sys.argv[1:] = words
        run()

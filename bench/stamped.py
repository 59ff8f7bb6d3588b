"""Runs a terminal program and notes when it has drawn a text: `python -m bench.stamped`.

    stamped.py REPORT START TEXT minimal
    stamped.py REPORT START TEXT notekeep WORD ...

Nothing is imported that the program would not import by itself. What a program does after the
frame belongs to nobody's first frame, so the moment is taken when the text is handed over.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

_ESCAPES = re.compile(r"\x1b\[[0-9;?<=>$ ]*[@-~]")


class Stamped:
    """A terminal's file, as Textual writes to it."""

    def __init__(self, file: Any, report: str, start: float, shows: str) -> None:
        self._file, self._report, self._start, self._shows = file, report, start, shows
        self._is_shown = False

    def write(self, text: str) -> int:
        """Hand text over; the first that shows what is waited for is stamped."""
        if not self._is_shown and self._shows in _ESCAPES.sub("", text):
            self._is_shown = True
            wall, cpu = time.monotonic() - self._start, time.process_time()
            with open(self._report, "w", encoding="ascii") as file:
                file.write(f"{wall} {cpu}")
        written: int = self._file.write(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


if __name__ == "__main__":
    report, start, shows, program, *words = sys.argv[1:]
    # Textual draws on what was standard error when Python started.
    sys.__stderr__ = Stamped(sys.__stderr__, report, float(start), shows)  # type: ignore[misc, assignment]
    if program == "minimal":
        from bench.minimal_app import Minimal

        Minimal().run()
    else:
        from notekeep.__main__ import run

        sys.argv[1:] = words
        run()

"""The loop that the interface runs on, which threads in the background give way to.

Whenever it waits for something to happen, the others may go on; while it works on a key they stop
at their next `give_way`. How late it may begin is how long a turn at Python's lock is.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from notekeep.giving_way import wait_with

if TYPE_CHECKING:
    from textual.app import App

LONGEST = 0.05
"""Seconds that a thread waits at once: what the loop does may never end, as an animation."""

TURN = 0.0002
"""Seconds of a turn at Python's lock.

SQLite gives the lock back at every row, so that the loop waits for a turn as often as it reads one.
"""

SPELL = 0.002
BREATH = 0.00005
"""Seconds for which a thread works at most before it sleeps, and for which it does.

Those that ask the system time and again, as a sweep does, hand Python's lock to each other between
two questions, and the loop may not get it for a tenth of a second.
"""


class Gate(selectors.DefaultSelector):
    """What a loop waits with.

    Attributes:
        open: Whether all other threads may go on: only as long as the loop waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self._spells = threading.local()
        self._thread = threading.get_ident()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for something to happen, as `selectors.BaseSelector.select` does."""
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self.open.set()
        try:
            return super().select(timeout)
        finally:
            self.open.clear()

    def wait(self) -> None:
        """Wait until it is open, or for a breath; the thread of the loop goes through."""
        if threading.get_ident() == self._thread:
            return
        if not self.open.is_set():
            self.open.wait(LONGEST)
        elif time.perf_counter() - getattr(self._spells, "begun", 0.0) > SPELL:
            time.sleep(BREATH)
        else:
            return
        self._spells.begun = time.perf_counter()


def run(app: App[Any], **options: Any) -> Any:
    """Run a program to its end.

    Args:
        app: The program.
        options: As `textual.app.App.run_async` takes them.

    Returns:
        What it returns.
    """
    if sys.platform == "win32":  # its loop waits with no selector
        return app.run(**options)
    gate, turn = Gate(), sys.getswitchinterval()
    wait_with(gate.wait)
    sys.setswitchinterval(TURN)
    try:
        with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(gate)) as runner:
            return runner.run(app.run_async(**options))
    finally:
        sys.setswitchinterval(turn)
        wait_with(None)

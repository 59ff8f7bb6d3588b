"""The loop that the interface runs on, which threads in the background give way to.

Whenever it waits for something to happen, the others may go on; while it works on a key they stop
at their next `give_way`. How late it may begin is how long a turn at Python's lock is.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
from typing import TYPE_CHECKING, Any

from notekeep.giving_way import wait_with

if TYPE_CHECKING:
    from textual.app import App

LONGEST = 0.05
"""Seconds that a thread waits at once: what the loop does may never end, as an animation."""

TURN = 0.001
"""Seconds of a turn at Python's lock."""


class Gate(selectors.DefaultSelector):
    """What a loop waits with; open, for all other threads, only as long as it does."""

    def __init__(self) -> None:
        super().__init__()
        self._open = threading.Event()
        self._thread = threading.get_ident()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for something to happen, as `selectors.BaseSelector.select` does."""
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self._open.set()
        try:
            return super().select(timeout)
        finally:
            self._open.clear()

    def wait(self) -> None:
        """Wait until it is open; the thread of the loop goes through."""
        if not self._open.is_set() and threading.get_ident() != self._thread:
            self._open.wait(LONGEST)


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

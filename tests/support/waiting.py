"""Threads that a test lets run, waits for and tells apart."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_SECONDS = 30.0
"""Seconds after which what is waited for counts as never coming."""


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so that other threads do."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)

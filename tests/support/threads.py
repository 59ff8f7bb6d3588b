"""Threads that a test lets run, waits for and tells apart."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 30.0
"""Seconds after which what is waited for counts as never coming."""


class Asked:
    """What is asked for, equal to itself only, which knows the threads that have asked."""

    def __init__(self) -> None:
        self.by: set[int] = set()

    def __hash__(self) -> int:
        self.by.add(threading.get_ident())
        return 0

    def __eq__(self, other: object) -> bool:
        return self is other


class Held:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so that other threads do."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)

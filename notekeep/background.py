"""Background work that yields to the interface.

Python's threads share one lock and take turns of a few milliseconds. A key press that needs several
turns would wait for every busy thread each time. So long work calls `yield_to_ui` between its small
steps; see `notekeep.tui.textual_compat`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

CHUNK = 1_000
"""The number of items to free at once, which takes less than a millisecond."""

_wait: Callable[[], object] | None = None
_local = threading.local()


def yield_to_ui() -> None:
    """Wait while the interface is busy; return at once without one or with a `UiLock`."""
    wait = _wait  # read once, because the interface may end between test and call
    if wait is not None and not getattr(_local, "held_locks", 0):
        wait()


class UiLock:
    """A reentrant lock that the interface takes too; the thread that holds it does not yield.

    If it did, the interface would wait for a thread that waits for the interface.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self._lock.acquire()
        _local.held_locks = getattr(_local, "held_locks", 0) + 1
        return self

    def __exit__(self, *_: object) -> None:
        _local.held_locks -= 1
        self._lock.release()


def ignore_event(*_: object, **__: object) -> None:
    """Do nothing after an event: the default of services that are used without a vault."""


def clear_in_chunks(items: dict[Any, Any]) -> None:
    """Empty a large dictionary in small chunks if an interface is running.

    Freeing the data of 100,000 notes at once would block the keyboard for a tenth of a second.
    """
    if _wait is None:
        return
    while items:
        for _ in range(min(CHUNK, len(items))):
            items.popitem()
        yield_to_ui()


def set_yield_wait(wait: Callable[[], object] | None) -> None:
    """Set the function that `yield_to_ui` calls in all threads, or None."""
    global _wait  # noqa: PLW0603 - a process has at most one interface
    _wait = wait

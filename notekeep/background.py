"""Background work that yields to the interface.

Python's threads share one lock and take turns of a few milliseconds. A key press that needs several
turns would wait for every busy thread each time. So long work calls `yield_to_ui` between its small
steps; see `notekeep.tui.textual_compat`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CHUNK = 1_000
"""The number of items to free at once, which takes less than a millisecond."""

_wait: Callable[[], object] | None = None


def yield_to_ui() -> None:
    """Wait while the interface is busy; return at once without an interface."""
    wait = _wait  # read once: the interface may end between test and call
    if wait is not None:
        wait()


def ignore_event(*_: object, **__: object) -> None:
    """Start no background work after an event, for services without a vault."""


def clear_in_chunks(items: dict[Any, Any]) -> None:
    """Empty a large dictionary in small chunks while an interface runs.

    Freeing the facts of 100,000 notes at once would block all keys for a tenth of a second.
    """
    if _wait is None:
        return
    while items:
        for _ in range(min(CHUNK, len(items))):
            items.popitem()
        yield_to_ui()


def set_yield_wait(wait: Callable[[], object] | None) -> None:
    """Set the function that `yield_to_ui` calls in all threads; None for none."""
    global _wait  # noqa: PLW0603 - one lock of Python, one interface
    _wait = wait

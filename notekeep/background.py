"""Background work that yields to the interface.

Python's threads take turns of some milliseconds at one lock. A key that needs three of them would
wait for every busy thread three times, however little each has to do. So what may take long calls
`yield_to_ui` between one small piece of its work and the next; see `notekeep.tui.textual_compat`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CHUNK = 1_000
"""So many items are freed at once: less than a millisecond."""

_wait: Callable[[], object] | None = None


def yield_to_ui() -> None:
    """Wait while the interface has something to do; return at once where there is none."""
    wait = _wait  # read once: the interface may end between test and call
    if wait is not None:
        wait()


def clear_in_chunks(items: dict[Any, Any]) -> None:
    """Empty a large dictionary in small chunks while an interface runs.

    To free the facts of a hundred thousand notes at once takes a tenth of a second, in which Python
    answers no key.
    """
    if _wait is None:
        return
    while items:
        for _ in range(min(CHUNK, len(items))):
            items.popitem()
        yield_to_ui()


def set_yield_wait(wait: Callable[[], object] | None) -> None:
    """Set what `yield_to_ui` calls in all threads; None for nothing."""
    global _wait  # noqa: PLW0603 - there is one lock of Python's, and one interface in front
    _wait = wait

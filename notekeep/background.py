"""Work in the background that lets the thread go first that a person waits for.

Python's threads take turns of some milliseconds at one lock. A key that needs three of them would
wait for every busy thread three times, however little each has to do. So what may take long calls
`give_way` between one small piece of its work and the next; see `notekeep.tui.launch.loop`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 1_000
"""So many things are let go of at once: less than a millisecond."""

_wait: Callable[[], object] | None = None


def yield_to_ui() -> None:
    """Wait while the interface has something to do; where there is none, go on."""
    wait = _wait  # read once: the interface may end between two looks
    if wait is not None:
        wait()


def clear_in_chunks(held: dict[Any, Any]) -> None:
    """Empty a large dictionary piece by piece, where an interface is in front.

    To free the facts of a hundred thousand notes at once takes a tenth of a second, in which Python
    answers no key.
    """
    if _wait is None:
        return
    while held:
        for _ in range(min(PIECE, len(held))):
            held.popitem()
        yield_to_ui()


def set_yield_wait(wait: Callable[[], object] | None) -> None:
    """Set what `give_way` waits with, in all threads; None lets it go on."""
    global _wait  # noqa: PLW0603 - there is one lock of Python's, and one interface in front
    _wait = wait

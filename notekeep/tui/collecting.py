"""When Python looks for objects that nothing uses any more: little by little, all of it when idle.

A frame of Textual leaves thousands of objects that hold each other. Looked for rarely, they are a
tenth of a second of one key; looked for often, a millisecond or two of many. What has lived long is
looked through only while nobody types.

Threads ask C for memory, too: each has a heap of its own, and what one gave back no other uses.
That is returned to the system while nobody types.
"""

from __future__ import annotations

import contextlib
import gc
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notekeep.tui.app import NotekeepApp

YOUNG = 2_000
"""Objects made between two looks at the youngest: about two milliseconds each."""
LOOKS = 20
"""Looks at the youngest between two looks at those that survived one."""
NEVER = 1_000_000
EVERY = 2.0
"""Seconds between two thoughts about looking through all."""
IDLE = 3.0
"""Seconds without a key after which all may be looked through."""
WORTH = 2
"""Looks at the middle ones after which that is worth the time."""


def collect_often() -> None:
    """Leave alone what the start made, and look through what is made from here on."""
    gc.freeze()
    gc.set_threshold(YOUNG, LOOKS, NEVER)
    gc.enable()


def collect_when_idle(app: NotekeepApp) -> None:
    """Look through all objects now and then, when nobody types, and return what is left over."""

    def look() -> None:
        if gc.get_count()[2] >= WORTH and time.monotonic() - app.last_key > IDLE:
            gc.collect()
            give_back()

    app.set_interval(EVERY, look)


def give_back() -> None:
    """Return to the system what the C library keeps for later, where it knows how: glibc does."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)

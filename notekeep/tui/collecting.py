"""When Python looks for objects that nothing uses any more: little by little, all of it when idle.

A frame of Textual leaves thousands of objects that hold each other. Looked for rarely, they are a
tenth of a second of one key; looked for often, a millisecond or two of many. What was made since
the person was away is looked through in every pause, and everything when they are away again: that
takes longer than a key may wait, and a key may come at any time.

Threads ask C for memory, too: each has a heap of its own, and what one gave back no other uses.
So they share what heaps there are, large pieces are none of a heap's, and what is left over is
returned to the system while nobody types.
"""

from __future__ import annotations

import contextlib
import gc
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

    from notekeep.tui.app import NotekeepApp

YOUNG = 2_000
"""Objects made between two looks at the youngest: about two milliseconds each."""
LOOKS = 6
"""Looks at the youngest between two looks at those that survived one: three milliseconds each."""
NEVER = 1_000_000
EVERY = 2.0
"""Seconds between two thoughts about looking through all."""
IDLE = 3.0
"""Seconds without a key after which what was made since the person was away is looked through."""
AWAY = 15.0
"""Seconds without a key after which everything is."""
WORTH = 6
"""Looks at the middle ones after which that is worth the time."""


LARGE_BYTES = 128 << 10
"""Bytes from which a piece of memory is asked of the system and goes back to it by itself."""
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Of glibc's malloc.h: from which size on pieces are mapped; how many heaps there may be."""


def collect_often() -> None:
    """Leave alone what the start made, and look through what is made from here on."""
    gc.freeze()
    gc.set_threshold(YOUNG, LOOKS, NEVER)
    gc.enable()


def collect_when_idle(app: NotekeepApp) -> None:
    """Look through objects now and then, when nobody types, and return what is left over."""
    begun = time.monotonic()
    looked_through, is_settled = 0.0, False

    def look() -> None:
        nonlocal looked_through, is_settled
        last_key = max(app.last_key, begun)
        idle = time.monotonic() - last_key
        is_away = idle > AWAY and looked_through != last_key
        if not is_away and (idle <= IDLE or gc.get_count()[2] < WORTH):
            return
        if is_away:
            looked_through = last_key
            gc.unfreeze()
        gc.collect()
        give_back()
        if is_away or not is_settled:
            # What is left is used by what stays: it need not be looked through in every pause.
            gc.freeze()
            is_settled = True

    app.set_interval(EVERY, look)


@cache
def share_heaps() -> None:
    """Have threads that are yet to come share the heaps there are, where the C library is glibc.

    Python lets one thread run at a time, so that none waits for another's heap. glibc would give
    each a heap, and let what one thread once held for a moment stay in it.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        c = _glibc()
        c.mallopt(_ARENA_MAX, 1)
        # Said once, it stays: else it grows with the largest piece that was ever given back.
        c.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Return to the system what the C library keeps for later, where it knows how: glibc does."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        _glibc().malloc_trim(0)


def _glibc() -> ctypes.CDLL:
    """The C library, if it is glibc: others have calls of the same name that mean something else.

    Raises:
        AttributeError: It is another.
        OSError: There is none.
    """
    import ctypes

    c = ctypes.CDLL(None)
    c.gnu_get_libc_version  # noqa: B018 - it has a version, or is none
    return c

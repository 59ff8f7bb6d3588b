"""Work that makes many objects which all stay, done without looking through them time and again."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL = 700
"""How many new objects Python waits for by itself before it looks for those that nothing uses."""
FEW = (100_000, 50, 50)


@contextmanager
def few_collections() -> Iterator[None]:
    """Have the garbage collector look rarely, unless the program has said how often it wants it to.

    The trees of a thousand notes are a million objects, and each full look goes through all.
    """
    said = gc.get_threshold()
    if said[0] > USUAL:
        yield
        return
    gc.set_threshold(*FEW)
    try:
        yield
    finally:
        gc.set_threshold(*said)

"""Strips that do not hold themselves, and that cost little.

Textual's strip of a line keeps what it was cut into, and one that needs no cut keeps itself. So
each line that was ever drawn waits for the garbage collector, which takes a tenth of a second of
some key. Here such a strip is handed on and not kept, and goes when nobody shows it.

Each strip has seven caches, most of which nothing is ever put into; to make them took an eighth of
all the time that keys took. Bare dictionaries do the same, as a strip is cut in a few ways only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import textual.strip
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

_divide, _crop_extend = Strip.divide, Strip.crop_extend


def cache(size: int) -> dict[Any, Any]:
    """Make a cache of a strip, as `FIFOCache` is one."""
    del size
    return {}


def divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """Cut a strip at some cells, as `Strip.divide` does."""
    cuts = [cut for cut in cuts if cut <= strip.cell_length]
    return [strip] if cuts == [strip.cell_length] else _divide(strip, cuts)


def crop_extend(strip: Strip, start: int, end: int, style: Style | None = None) -> Strip:
    """Return what lies between two cells, as `Strip.crop_extend` does."""
    if start <= 0 and end == strip.cell_length:
        return strip
    return _crop_extend(strip, start, end, style)


def let_go() -> None:
    """Have every strip do so."""
    textual.strip.FIFOCache = cache  # type: ignore[attr-defined, assignment]
    Strip.divide = divide  # type: ignore[method-assign, assignment]
    Strip.crop_extend = crop_extend  # type: ignore[method-assign, assignment]

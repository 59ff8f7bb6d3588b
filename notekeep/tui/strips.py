"""Strips that do not hold themselves.

Textual's strip of a line keeps what it was cut into, and one that needs no cut keeps itself. So
each line that was ever drawn waits for the garbage collector, which takes a tenth of a second of
some key. Here such a strip is handed on and not kept, and goes when nobody shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

_divide, _crop_extend = Strip.divide, Strip.crop_extend


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
    Strip.divide = divide  # type: ignore[method-assign, assignment]
    Strip.crop_extend = crop_extend  # type: ignore[method-assign, assignment]

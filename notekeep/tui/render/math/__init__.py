r"""Mathematics as a person reads it: `\frac{a}{b}` as a/b or, on lines of its own, a over b.

What LaTeX can do goes far beyond a terminal; this reads what notes are full of. A command that is
not known is shown as it was typed, and what cannot be read at all stays as it is.
"""

from __future__ import annotations

from functools import lru_cache

from notekeep.tui.render.math.box import box_of
from notekeep.tui.render.math.flat import flat
from notekeep.tui.render.math.read import Unreadable, parse

__all__ = ["displayed", "in_line"]


@lru_cache(maxsize=512)
def in_line(source: str) -> str:
    """Return a formula in one line; as typed when it cannot be read."""
    try:
        return flat(parse(source)).strip()
    except Unreadable:
        return source


@lru_cache(maxsize=128)
def displayed(source: str, width: int) -> tuple[str, ...]:
    """Return the lines of a formula that stands alone, at most `width` cells each.

    Fractions, sums and matrices take several lines; where these are too wide the formula stands in
    one line, to be wrapped by the caller.
    """
    try:
        node = parse(source)
    except Unreadable:
        return tuple(source.strip("\n").split("\n"))
    box = box_of(node)
    if box.width <= width:
        return tuple(line.rstrip() for line in box.lines)
    return (flat(node).strip(),)

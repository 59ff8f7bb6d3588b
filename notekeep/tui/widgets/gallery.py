"""Pictures that are drawn in lines: decoded in a thread, kept, and drawn when they are there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from textual.cache import LRUCache

from notekeep.tui.jobs import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.color_triplet import ColorTriplet
    from rich.segment import Segment
    from textual.widget import Widget

    from notekeep.tui.render.around import Part

KEPT = 32

Pixels: TypeAlias = "Callable[[str, int, int], bytes]"
"""Decodes a picture, given its path, width and height; see `Vault.pixels`."""


class Gallery:
    """The pictures of one widget."""

    def __init__(self, widget: Widget, pixels: Pixels) -> None:
        """Make it.

        Args:
            widget: What shows them.
            pixels: Decodes a picture.
        """
        self._widget, self._pixels = widget, pixels
        self._kept: LRUCache[tuple[object, ...], Sequence[list[Segment]]] = LRUCache(KEPT)
        self._asked: set[tuple[object, ...]] = set()

    def row(self, part: Part, ground: ColorTriplet) -> list[Segment] | None:
        """Return a row of a picture; None when it is not there yet, or cannot be shown."""
        key = (part.path, part.stamp, part.columns, part.rows, ground)
        rows = self._kept.get(key)
        if rows is not None:
            return rows[part.row] if part.row < len(rows) else None
        if key not in self._asked:
            self._asked.add(key)
            in_background(
                self._widget,
                partial(_decode, self._pixels, part, ground),
                partial(self._decoded, key),
                group="picture",
                failed=lambda _error: self._decoded(key, []),
            )
        return None

    def _decoded(self, key: tuple[object, ...], rows: Sequence[list[Segment]]) -> None:
        self._kept[key] = rows
        self._asked.discard(key)
        self._widget.refresh()


def _decode(pixels: Pixels, part: Part, ground: ColorTriplet) -> list[list[Segment]]:
    from notekeep.tui.render.halfblocks import half_blocks

    data = pixels(part.path, part.columns, 2 * part.rows)
    return half_blocks(data, part.columns, part.rows, ground)

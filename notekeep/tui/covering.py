"""Draws of a screen what is seen, and nothing that is behind it or was drawn before.

Textual has every widget give all of its lines whenever one place of the screen is painted, the
widgets behind the others too, and cuts these into pieces of which nothing is shown. With a list, a
note and what they stand in that is a third of each key.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from textual._compositor import Compositor
from textual.geometry import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.strip import Strip


class Covering(Compositor):
    """A compositor that does so; what it gives is the same."""

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        empty: list[set[int]] = [set() for _ in cuts]
        for y in crop.line_range:
            if is_rendered_line(y):
                parts = pairwise(cuts[y])
                empty[y] = {start for start, end in parts if start < crop.right and crop.x < end}
        # From front to back: what is there first is what is seen.
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            left, right = seen.column_span
            rows = [y for y in seen.line_range if any(left <= x < right for x in empty[y])]
            if not rows:
                continue
            top, bottom = rows[0], rows[-1] + 1
            strips = widget.render_lines(
                Region(left - region.x, top - region.y, seen.width, bottom - top)
            )
            for y in rows:
                if y - top >= len(strips):
                    break  # one that is smaller by now, and not laid out again yet
                ends = [cut for cut in cuts[y] if left <= cut <= right]
                pieces = strips[y - top].divide([cut - left for cut in ends[1:]])
                for start, piece in zip(ends, pieces, strict=False):
                    if start in empty[y]:
                        empty[y].remove(start)
                        chops[y][start] = piece
        return cast("Sequence[Mapping[int, Strip]]", chops)

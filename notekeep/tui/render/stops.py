"""What can be chosen in a text, in order: links, tasks and folds, or headings and passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.pieces import FOLD_LINK, PICTURE_LINK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.tui.render.drawn import Drawn, Passage
    from notekeep.tui.render.lines import Lines


class Stop(NamedTuple):
    """What is chosen in a text: a link, a task, a fold, or a passage to copy.

    Attributes:
        source: The line of the body it stands on.
        link: What it leads to or does; "" for a passage.
        passage: The passage, where it is one.
    """

    source: int
    link: str
    passage: Passage | None = None


def stops_of(lines: Sequence[Drawn], row: int, *, passages: bool) -> Iterator[Stop]:
    """Yield what can be chosen in a line and begins there.

    Args:
        lines: The lines of a rendering.
        row: Which of them.
        passages: Headings and what can be copied whole, and not links and tasks.
    """
    drawn = lines[row]
    if passages and drawn.passage is not None:
        before = lines[row - 1].passage if row else None
        if before is None or before[:2] != drawn.passage[:2]:
            yield Stop(drawn.passage.line, "", drawn.passage)
    for link in dict.fromkeys(piece.link for piece in drawn.line if piece.link):
        is_heading = link.startswith(f"{FOLD_LINK}heading ")
        is_drawn = link.startswith(PICTURE_LINK) and not link.startswith(f"{PICTURE_LINK}0:0:")
        if is_heading == passages and not is_drawn:
            yield Stop(drawn.source, link)


def row_of(lines: Lines, stop: Stop) -> int | None:
    """Return the first line that a stop is on, or None when it is not shown."""
    if stop.passage is not None:
        return lines.first_of(stop.passage)
    return lines.first_with(stop.link, stop.source)


def next_stop(
    lines: Sequence[Drawn], start: int, step: int, chosen: Stop | None, *, passages: bool
) -> tuple[int, Stop] | None:
    """Return the line of the next stop, and the stop.

    Args:
        lines: The lines of a rendering.
        start: The line to begin at: that of what is chosen, where it is seen.
        step: 1 for forwards, -1 for backwards.
        chosen: What is chosen, and therefore not the next.
        passages: As in `stops_of`.
    """
    for row in range(start, len(lines) if step > 0 else -1, step):
        stops = list(stops_of(lines, row, passages=passages))
        if step < 0:
            stops.reverse()
        if row == start and chosen in stops:
            stops = stops[stops.index(chosen) + 1 :]
        for stop in stops:
            if stop != chosen:
                return row, stop
    return None

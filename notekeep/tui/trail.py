"""The way from note to note, to go back along and on again: each with the list it stood in."""

from __future__ import annotations

from typing import NamedTuple


class Asked(NamedTuple):
    """What a list shows.

    Attributes:
        scope: The query that it is limited to, or "".
        name: What that is called.
        typed: What is searched for within it, or "".
    """

    scope: str = ""
    name: str = ""
    typed: str = ""


class Stop(NamedTuple):
    """A note that was opened, and the list that it was last seen beside.

    Attributes:
        path: The note.
        asked: What was listed.
        line: The line of the list at which the cursor stood.
    """

    path: str
    asked: Asked
    line: int


class Trail:
    """The notes that were opened, and which of them is the last one by now."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._at = -1

    def visit(self, stop: Stop) -> None:
        """Go on to a note, or to another list beside it; the ways that led on are forgotten."""
        if self._at < 0 or self._stops[self._at][:2] != stop[:2]:
            del self._stops[self._at + 1 :]
            self._stops.append(stop)
            self._at += 1

    def leave(self, stop: Stop) -> None:
        """Keep the list beside the note that is left, if the way leads over it."""
        if self._at >= 0 and self._stops[self._at].path == stop.path:
            self._stops[self._at] = stop

    def turn(self, steps: int) -> Stop | None:
        """Go along the way, back where `steps` is negative; None at its ends."""
        if not 0 <= self._at + steps < len(self._stops):
            return None
        self._at += steps
        return self._stops[self._at]

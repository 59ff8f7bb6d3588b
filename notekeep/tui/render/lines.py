"""The lines of a long text, kept so that they cost neither much memory nor time.

Python looks now and then through everything that could hold a circle, and a note of a megabyte is a
quarter of a million small things: a tenth of a second in which no key is answered. Plain tuples of
texts and numbers are left out of that, so lines are kept as these, and made again when looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

from notekeep.tui.render.drawn import Drawn, Passage
from notekeep.tui.render.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kept: TypeAlias = tuple[tuple[tuple[str, ...], ...], int, "tuple[object, ...] | None"]
"""A line as it is kept: its pieces, its source, its passage."""


def keep(drawn: Iterable[Drawn]) -> tuple[Kept, ...]:
    """Return lines as they are kept."""
    return tuple(
        (
            tuple(tuple(piece) for piece in row.line),
            row.source,
            tuple(row.passage) if row.passage is not None else None,
        )
        for row in drawn
    )


def _made(kept: Kept) -> Drawn:
    pieces, source, passage = kept
    line = [Piece(*piece) for piece in pieces]
    return Drawn(line, source, Passage._make(passage) if passage is not None else None)


class Lines(Sequence[Drawn]):
    """Lines that are made when they are looked at."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> Drawn: ...

    @overload
    def __getitem__(self, index: slice) -> list[Drawn]: ...

    def __getitem__(self, index: int | slice) -> Drawn | list[Drawn]:
        if isinstance(index, slice):
            return [_made(kept) for kept in self._kept[index]]
        return _made(self._kept[index])

    def __iter__(self) -> Iterator[Drawn]:
        return map(_made, self._kept)

    def add(self, kept: Iterable[Kept]) -> None:
        """Add lines that are kept already."""
        self._kept.extend(kept)

    def cut(self, start: int) -> None:
        """Take out the lines from `start` on."""
        del self._kept[start:]

    def source(self, index: int) -> int:
        """Return the line of the body that a line comes from."""
        return self._kept[index][1]

    def sources(self) -> Iterator[int]:
        """Yield the line of the body that each line comes from."""
        return (kept[1] for kept in self._kept)

    def first_with(self, link: str, source: int) -> int | None:
        """Return the first line with a link, of those from a line of the body."""
        for index, (pieces, at, _) in enumerate(self._kept):
            if source == at and any(piece[2] == link for piece in pieces):
                return index
        return None

    def first_of(self, passage: Passage) -> int | None:
        """Return the first line of a passage."""
        for index, (_, _, kept) in enumerate(self._kept):
            if kept is not None and kept[:2] == passage[:2]:
                return index
        return None

"""Many byte strings in one, with their sizes: the values of a long block.

A tuple of byte strings is read by making each of them; this is read as two objects, whatever it
holds, and cut where one looks. Whoosh looks one up by its number, as it would in a tuple.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_wide = partial(array, "I")


class Joined(Sequence[bytes]):
    """Byte strings.

    Args:
        sizes: The size of each, in bytes.
        text: All of them, one after the other.
    """

    __slots__ = ("_ends", "_sizes", "_text")

    def __init__(self, sizes: Sequence[int], text: bytes) -> None:
        self._sizes = sizes
        self._text = text
        self._ends: list[int] | None = None

    @classmethod
    def of(cls, values: Sequence[bytes]) -> Joined:
        """Join byte strings."""
        return cls(in_bytes(list(map(len, values))), b"".join(values))

    def __reduce__(self) -> tuple[Any, ...]:
        return Joined, (self._sizes, self._text)

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, at: Any) -> Any:
        end = self._known_ends()[at]
        return self._text[end - self._sizes[at] : end]

    def some(self, places: Iterable[int]) -> list[bytes]:
        """Return those at some places."""
        text, sizes, ends = self._text, self._sizes, self._known_ends()
        return [text[ends[at] - sizes[at] : ends[at]] for at in places]

    def _known_ends(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(self._sizes))
        return self._ends

    def __iter__(self) -> Iterator[bytes]:
        start = 0
        for size in self._sizes:
            yield self._text[start : start + size]
            start += size


def in_bytes(
    numbers: Sequence[Any],
    otherwise: Callable[[Sequence[Any]], Sequence[Any]] = _wide,
) -> Sequence[Any]:
    """Return numbers as bytes if all are small and whole: read at once, in a tenth of the room."""
    try:
        return bytes(numbers)
    except (ValueError, TypeError):
        return otherwise(numbers)

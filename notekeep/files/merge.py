r"""Merging two versions of a text that come from one, or saying that it cannot be done.

Lines are bytes up to and including "\n", so nothing in them is interpreted and what neither side
changed comes out as it went in. Versions are aligned on lines that occur once in each (Cohen's
patience diff): a blank line or a closing bracket is never mistaken for another, so that two changes
are called separate only when something of the text stands between them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Apply the changes of both sides to what they come from.

    Args:
        base: The version both come from.
        ours: One version.
        theirs: The other; the two may be given in either order.

    Returns:
        The text with the changes of both; None when both changed the same lines, or lines that
        touch.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    lines, left, right = (lines_of(text) for text in (base, ours, theirs))
    in_left, in_right = matches(lines, left), matches(lines, right)
    merged: list[bytes] = []
    at = at_left = at_right = 0
    for anchor in [*sorted(in_left.keys() & in_right.keys()), len(lines)]:
        to_left = in_left.get(anchor, len(left))
        to_right = in_right.get(anchor, len(right))
        chunk = _choose(lines[at:anchor], left[at_left:to_left], right[at_right:to_right])
        if chunk is None:
            return None
        merged += chunk
        if anchor < len(lines):
            merged.append(lines[anchor])
        at, at_left, at_right = anchor + 1, to_left + 1, to_right + 1
    return b"".join(merged)


def matches(old: Sequence[bytes], new: Sequence[bytes]) -> dict[int, int]:
    """Align two texts: which line of the old one is which line of the new one.

    Returns:
        Old index to new index; increasing in both.
    """
    found: dict[int, int] = {}
    stack = [(0, len(old), 0, len(new))]
    while stack:
        low, high, new_low, new_high = stack.pop()
        while low < high and new_low < new_high and old[low] == new[new_low]:
            found[low] = new_low
            low, new_low = low + 1, new_low + 1
        while low < high and new_low < new_high and old[high - 1] == new[new_high - 1]:
            high, new_high = high - 1, new_high - 1
            found[high] = new_high
        if low == high or new_low == new_high:
            continue
        anchors = _anchors(old, new, (low, high, new_low, new_high))
        for one, other in anchors:
            stack.append((low, one, new_low, other))
            found[one] = other
            low, new_low = one + 1, other + 1
        if anchors:
            stack.append((low, high, new_low, new_high))
    return found


def _anchors(
    old: Sequence[bytes], new: Sequence[bytes], span: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """Find the longest run of lines in the same order among those that occur once in each part."""
    low, high, new_low, new_high = span
    once = _once(old, low, high)
    once_new = _once(new, new_low, new_high)
    pairs = [(index, once_new[line]) for line, index in once.items() if line in once_new]
    return _longest_increasing(pairs)


def _once(lines: Sequence[bytes], low: int, high: int) -> dict[bytes, int]:
    """Give the lines of a part that occur once in it, with their places, in order."""
    count = Counter(lines[low:high])
    return {lines[index]: index for index in range(low, high) if count[lines[index]] == 1}


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pick as many pairs as possible so that both numbers increase; the first ones do already."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, (_, number) in enumerate(pairs):
        length = bisect_left(tails, number)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(number)
            ends.append(place)
        else:
            tails[length] = number
            ends[length] = place
    chosen: list[tuple[int, int]] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        chosen.append(pairs[place])
        place = before[place]
    return chosen[::-1]


def _choose(
    base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]
) -> Sequence[bytes] | None:
    """Pick the side that changed a part; None when both did, each in its way."""
    if ours in (theirs, base):
        return theirs
    return ours if theirs == base else None


def lines_of(text: bytes) -> list[bytes]:
    """Cut a text behind every line feed, and nowhere else."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines

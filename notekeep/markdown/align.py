"""Which lines of an edited text are which lines of the text before.

A line that is in both texts once is the same line, whatever was typed between; so those are paired
first ("patience diff"), and what lies between two of them is compared on its own. Matching the
longest equal stretch first, as difflib does, may pair a blank line with another one far away and
lose the lines between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Pair = tuple[range, range]


def aligned(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pair the parts of two texts: equal ones, and those changed for one another.

    What both begin and end with is found without comparing everything with everything, so that
    typing in a long text stays cheap.

    Returns:
        Ranges of the old text, each with the range of the new one that is in its place; together
        they are both texts, in order.
    """
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    last, new_last = len(old) - tail, len(new) - tail
    pairs = [(range(head), range(head))]
    at, new_at = head, head
    for i, k in [*_anchors(old, new, range(head, last), range(head, new_last)), (last, new_last)]:
        pairs += _between(old, new, range(at, i), range(new_at, k))
        at, new_at = i, k
    return [*pairs, (range(last, len(old)), range(new_last, len(new)))]


def _anchors(
    old: Sequence[str], new: Sequence[str], here: range, there: range
) -> list[tuple[int, int]]:
    """Pair lines that are in each text once: as many as can be without crossing, in order."""
    counts = Counter(old[i] for i in here)
    new_counts = Counter(new[k] for k in there)
    places = {new[k]: k for k in there}
    once = [
        (i, places[old[i]]) for i in here if counts[old[i]] == 1 and new_counts.get(old[i]) == 1
    ]
    # The longest increasing sequence: `ends[n]` is where the best one of n + 1 pairs ends.
    ends: list[int] = []
    best: list[int] = []
    before: list[int] = []
    for number, (_, k) in enumerate(once):
        length = bisect_left(ends, k)
        before.append(best[length - 1] if length else -1)
        ends[length : length + 1] = [k]
        best[length : length + 1] = [number]
    chosen: list[tuple[int, int]] = []
    at = best[-1] if best else -1
    while at >= 0:
        chosen.append(once[at])
        at = before[at]
    return chosen[::-1]


def _between(old: Sequence[str], new: Sequence[str], here: range, there: range) -> Iterator[Pair]:
    """Pair what lies between two anchors, the first of which may begin it.

    As many lines as before are the same lines, each changed or not: in between, nothing tells.
    """
    if len(here) == len(there):
        yield here, there
        return
    matcher = SequenceMatcher(
        None, old[here.start : here.stop], new[there.start : there.stop], autojunk=False
    )
    for _, i, j, k, m in matcher.get_opcodes():
        yield (
            range(here.start + i, here.start + j),
            range(there.start + k, there.start + m),
        )

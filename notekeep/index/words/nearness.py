"""How near the words of a query stand to each other in a note, from their positions in the index.

The score of a note is a sum over words and knows nothing of where they are. Here the best place of
each note is looked for, a field at a time: the words in a row as they were asked for, or the
shortest stretch that has all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from notekeep.index.words.query import own_leaf
from notekeep.index.words.schema import PackedPositions
from notekeep.query import tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.index.words.postings import Lists
    from notekeep.index.words.query import Leaf, Planner, Way

FEW_WAYS = 20
"""Of a beginning that a thousand words have, the commonest are looked at."""

OUT_OF_ROW = 0.8
"""What words are worth that stand beside each other, but not in the order they were asked for."""

_positions = PackedPositions().decode_positions


class Ranked(NamedTuple):
    """The scores of all notes that were found, best first, and the nearness in the best of them."""

    scores: dict[str, float]
    nearness: dict[str, float]


class Asked(NamedTuple):
    """One word or phrase of a query, and how many words stand before it there."""

    at: int
    leaf: Leaf


def in_a_row(node: tree.Node, planner: Planner) -> list[Asked]:
    """Return the words that notes must have, in the order they were asked for.

    A word that is not indexed holds its place, so that `fear of falling` is a row of three.
    """
    asked: list[Asked] = []
    at = 0
    for part in node.parts if isinstance(node, tree.And) else (node,):
        if not isinstance(part, tree.Term | tree.Phrase | tree.Prefix | tree.Fuzzy):
            continue
        leaf = own_leaf(planner.plan(part)) if part.scope == "any" else None
        if leaf is not None:
            asked.append(Asked(at, leaf))
            at += 1 + max(way.steps[-1][0] for way in leaf.ways)
        else:
            at += 1
    return asked


def nearness(asked: Sequence[Asked], lists: Lists, notes: Iterable[int]) -> dict[int, float]:
    """Return how near the words stand in each note.

    Args:
        asked: The words.
        lists: Where they stand.
        notes: The notes to look at.

    Returns:
        By note, 1 where they stand in a row, less the farther apart they are, 0 where no field has
        all of them; nothing for fewer than two words.
    """
    if len(asked) < 2:
        return {}
    fields = asked[0].leaf.fields
    return {
        note: max(
            _closest(asked, [_places(one.leaf, field, note, lists) for one in asked])
            for field in fields
        )
        for note in notes
    }


def _closest(asked: Sequence[Asked], places: Sequence[Sequence[int]]) -> float:
    if not all(places):
        return 0.0
    first = asked[0].at
    starts = set(places[0])
    for one, there in zip(asked[1:], places[1:], strict=True):
        starts &= {place - (one.at - first) for place in there}
    if starts:
        return 1.0
    return OUT_OF_ROW * min(1.0, (asked[-1].at - first) / max(1, _shortest(places)))


def _shortest(places: Sequence[Sequence[int]]) -> int:
    """The distance from the first to the last word of the shortest stretch that has them all."""
    marks = sorted((place, which) for which, there in enumerate(places) for place in there)
    last: dict[int, int] = {}
    best = marks[-1][0] - marks[0][0]
    for place, which in marks:
        last[which] = place
        if len(last) == len(places):
            best = min(best, place - min(last.values()))
    return best


def _places(leaf: Leaf, field: str, note: int, lists: Lists) -> list[int]:
    """Where a note has a word or phrase in a field: the position of its first word."""
    found: set[int] = set()
    for way in leaf.ways[:FEW_WAYS]:
        found |= _of_way(way, field, note, lists)
    return sorted(found)


def _of_way(way: Way, field: str, note: int, lists: Lists) -> set[int]:
    starts: set[int] | None = None
    for distance, term in way.steps:
        postings = lists.read(field, term)
        at = bisect_left(postings.notes, note)
        if at == len(postings.notes) or postings.notes[at] != note:
            return set()
        there = {place - distance for place in _positions(postings.values[at])}
        starts = there if starts is None else starts & there
    return starts or set()

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

    from notekeep.index.words.postings import PostingReader
    from notekeep.index.words.query import Leaf, Planner, Way

FEW_WAYS = 20
"""Of a beginning that a thousand words have, the commonest are looked at."""

OUT_OF_ROW = 0.8
"""What words are worth that stand beside each other, but not in the order they were asked for."""

_positions = PackedPositions().decode_positions


class Ranked(NamedTuple):
    """What was found.

    Attributes:
        scores: The scores of all notes that were found, best first.
        nearness: How near the words stand in the best of them.
        patterns_cut: Patterns that stand for more words than were looked for.
    """

    scores: dict[str, float]
    nearness: dict[str, float]
    patterns_cut: tuple[str, ...] = ()


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


def nearness(
    asked: Sequence[Asked], lists: PostingReader, notes: Iterable[int]
) -> dict[int, float]:
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
    best = dict.fromkeys(notes, 0.0)
    for field in asked[0].leaf.fields:
        places = [_places(one.leaf, field, best, lists) for one in asked]
        for note in set(places[0]).intersection(*places[1:]):
            there = [sorted(one[note]) for one in places]
            best[note] = max(best[note], _closest(asked, there))
    return best


def _closest(asked: Sequence[Asked], places: Sequence[Sequence[int]]) -> float:
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


def _places(
    leaf: Leaf, field: str, notes: Iterable[int], lists: PostingReader
) -> dict[int, set[int]]:
    """Where notes have a word or phrase in a field: the positions of its first word."""
    found: dict[int, set[int]] = {}
    for way in leaf.ways[:FEW_WAYS]:
        for note, places in _of_way(way, field, notes, lists).items():
            found[note] = found[note] | places if note in found else places
    return found


def _of_way(
    way: Way, field: str, notes: Iterable[int], lists: PostingReader
) -> dict[int, set[int]]:
    starts: dict[int, set[int]] | None = None
    for distance, term in way.steps:
        postings = lists.read(field, term)
        found: dict[int, set[int]] = {}
        for note in notes if starts is None else starts:
            at = bisect_left(postings.notes, note)
            if at == len(postings.notes) or postings.notes[at] != note:
                continue
            there = {place - distance for place in _positions(postings.values[at])}
            if starts is not None:
                there &= starts[note]
            if there:
                found[note] = there
        starts = found
    return starts or {}

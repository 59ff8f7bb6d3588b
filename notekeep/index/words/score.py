"""A plan into scores: BM25F over whole posting lists, equal to those of Whoosh's searcher.

The score of a term in a field is boost · idf · w·(K1+1) / (w + K1·(1 - B + B·length/average)), with
idf = ln(N / (df+1)) + 1 (`whoosh.scoring.BM25F`); a note's score is the sum over terms and fields.
Whoosh's own searcher is not asked: cut to its best 20, it loses hits on one query in fifty.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias

from notekeep.index.words.query import AllOf, AnyOf, Everything, Known, Leaf, NoneOf
from notekeep.index.words.rows import in_a_row, in_all
from notekeep.index.words.schema import BOOSTS
from notekeep.index.words.snapshot import LENGTHS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from notekeep.index.words.postings import PostingReader
    from notekeep.index.words.query import Plan, Step, Way
    from notekeep.index.words.snapshot import Snapshot

K1 = 1.2
B = 0.75

FEW_WAYS = 50

MANY_PARTS = 8
"""A query of so many parts is looked through for those that it says more than once."""

MANY_TIMES = 2
"""In a list so many times as long as the notes that are asked about, those are looked for."""

Scores: TypeAlias = dict[int, float]
"""The score of each note found, by its number."""


class Scorer:
    """Answers plans over one snapshot.

    Attributes:
        lists: Where its posting lists come from.
    """

    def __init__(self, snapshot: Snapshot, lists: PostingReader) -> None:
        self._snapshot = snapshot
        self.lists = lists

    def scores(self, plan: Plan, within: Container[int] | None = None) -> Scores:
        """Return the notes a plan finds; only those `within`, when that is given."""
        match plan:
            case Leaf(fields, ways) if len(ways) > FEW_WAYS:
                return _sum(
                    self.way(field, way, within)
                    for field in fields
                    for way in self._known_ways(field, ways)
                )
            case Leaf(fields, ways):
                return _sum(self.way(field, way, within) for field in fields for way in ways)
            case AllOf(parts):
                return self._all(parts, within)
            case AnyOf(parts):
                return _sum(
                    _worth(self.scores(part, within), times) for part, times in _said(parts)
                )
            case NoneOf(part):
                out = self.scores(part, within)
                return {number: 0.0 for number in self._everything(within) if number not in out}
            case Known(paths):
                return self._known(paths, within)
            case Everything():
                return dict.fromkeys(self._everything(within), 0.0)

    def _known_ways(self, field: str, ways: Sequence[Way]) -> list[Way]:
        """Return the ways whose first term a field has; of a thousand, titles have a dozen."""
        known = self.lists.known(field, {way.steps[0][1] for way in ways})
        return [way for way in ways if way.steps[0][1] in known]

    def cost(self, plan: Plan) -> int:
        """Return about how many notes a plan finds: the cheapest part of an AND goes first."""
        match plan:
            case Leaf(_, ways) if len(ways) > FEW_WAYS:
                return self._snapshot.size  # to know better is to read it
            case Leaf(fields, ways):
                return sum(
                    min(len(self.lists.read(field, term).notes) for _, term in way.steps)
                    for field in fields
                    for way in ways
                )
            case AllOf(parts):
                return min(map(self.cost, parts), default=0)
            case AnyOf(parts):
                return sum(map(self.cost, parts))
            case Known(paths):
                return len(paths)
            case _:
                return self._snapshot.size

    def _known(self, paths: frozenset[str], within: Container[int] | None) -> Scores:
        if isinstance(within, dict) and len(within) < len(paths):
            among = zip(within, self._snapshot.paths(within), strict=True)
            return {number: 0.0 for number, path in among if path in paths}
        numbers = self._snapshot.numbers(paths)
        return {number: 0.0 for number in numbers if within is None or number in within}

    def _all(self, parts: tuple[Plan, ...], within: Container[int] | None) -> Scores:
        wanted = [part for part in parts if not isinstance(part, NoneOf)]
        if not wanted:
            return self._without(dict.fromkeys(self._everything(within), 0.0), parts)
        found: Scores | None = None
        scored = False
        for part, times in sorted(_said(wanted), key=lambda one: self.cost(one[0])):
            more = _worth(self.scores(part, within if found is None else found), times)
            found = {n: s + found[n] for n, s in more.items()} if found and scored else more
            scored = scored or not _adds_nothing(part)
        return self._without(found or {}, parts)

    def _without(self, found: Scores, parts: Iterable[Plan]) -> Scores:
        for part in parts:
            if isinstance(part, NoneOf) and found:
                out = self.scores(part.part, found)
                found = {number: score for number, score in found.items() if number not in out}
        return found

    def _everything(self, within: Container[int] | None) -> Iterable[int]:
        every = self._snapshot.all_numbers()
        return every if within is None else (number for number in every if number in within)

    def way(self, field: str, way: Way, within: Container[int] | None) -> Scores:
        """Return the notes that have a term, or terms in a row, in a field."""
        if len(way.steps) == 1:
            return self._term(field, way.steps[0][1], within, way.worth)
        return self._phrase(field, way.steps, within, way.worth)

    def _term(self, field: str, term: str, within: Container[int] | None, worth: float) -> Scores:
        notes, weights, _, frequency = self.lists.read(field, term)
        if not notes:
            return {}
        if not BOOSTS[field]:
            return dict.fromkeys(
                notes if within is None else filter(within.__contains__, notes), 0.0
            )
        shares = _shares(self._snapshot.average_length(field))
        lengths = self._snapshot.lengths(field)
        idf = math.log(self._snapshot.size / (frequency + 1)) + 1
        top = worth * BOOSTS[field] * idf * (K1 + 1)
        if isinstance(within, dict) and MANY_TIMES * len(within) < len(notes):
            there = [(n, weights[bisect_left(notes, n)]) for n in within.keys() & notes]
            return {n: top * shares[w][lengths[n]] for n, w in there}
        both = zip(notes, weights, strict=True)
        if within is None:
            return {n: top * shares[w][lengths[n]] for n, w in both}
        return {n: top * shares[w][lengths[n]] for n, w in both if n in within}

    def _phrase(
        self, field: str, steps: tuple[Step, ...], within: Container[int] | None, worth: float
    ) -> Scores:
        times = Counter(term for _, term in steps)
        lists = {term: self.lists.read(field, term) for term in times}
        among = in_all(list(lists.values()), within)
        if not among:
            return {}
        shortest_first = sorted(steps, key=lambda step: len(lists[step[1]].notes))
        rows = dict.fromkeys(in_a_row(((at, lists[term]) for at, term in shortest_first), among))
        return _sum(self._term(field, term, rows, worth * times[term]) for term in times)


class _Shares(dict[float, list[float]]):
    """By weight, the w / (w + K1·(1 - B + B·length/average)) of each byte that stands for a length.

    Half of the time of working it out for each note.
    """

    def __init__(self, average: float) -> None:
        super().__init__()
        self._norms = [K1 * (1 - B + B * length / average) for length in LENGTHS]

    def __missing__(self, weight: float) -> list[float]:
        shares = self[weight] = [weight / (weight + norm) for norm in self._norms]
        return shares


_shares = lru_cache(maxsize=64)(_Shares)
"""Those of a field's average length."""


def _said(parts: Sequence[Plan]) -> Iterable[tuple[Plan, int]]:
    """Return the parts of a query, each once, and how often it is said there."""
    if len(parts) < MANY_PARTS:
        return zip(parts, repeat(1))
    return Counter(parts).items()


def _worth(scores: Scores, times: int) -> Scores:
    return scores if times == 1 else {number: times * score for number, score in scores.items()}


def _adds_nothing(plan: Plan) -> bool:
    """Whether all that a plan finds scores 0."""
    return isinstance(plan, Known) or (
        isinstance(plan, Leaf) and not any(map(BOOSTS.get, plan.fields))
    )


def _sum(found: Iterable[Scores]) -> Scores:
    """Add scores up; into the longest of them, as the others are mostly a handful."""
    parts = sorted(filter(None, found), key=len)
    if not parts:
        return {}
    total = parts.pop()
    get = total.get
    for scores in parts:
        for number, score in scores.items():
            total[number] = get(number, 0.0) + score
    return total

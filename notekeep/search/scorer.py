"""BM25F, phrases, nearness; score breakdown."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from itertools import chain, compress, repeat
from operator import add
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.query import tree
from notekeep.search.index_folder import BOOSTS, WIDE_MARK, PackedPositions
from notekeep.search.planner import AllNotes, AllOf, AnyOf, KnownNotes, Leaf, NoneOf, own_leaf
from notekeep.search.postings import LENGTHS, Values

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Sequence

    from notekeep.search.planner import PhraseStep, Plan, Planner, TermChoice
    from notekeep.search.postings import IndexSnapshot, PostingReader, Postings


# Which notes have terms in a row, out of the positions in the index.
#
# All notes that have the terms are looked at together: a place is one number, of which note it
# is in and where there, and a row is a place that every term has once its distance is taken off.
# That takes a third of the time of going from note to note.


NOTE_BIT = 40
"""What stands below it in a place is the position: there is room for those of any text."""

FEW = 8
"""In a list more than so many times as long as the notes that are asked about, each is looked for.
"""

_packed = PackedPositions()


def in_all(lists: Sequence[Postings], within: Container[int] | None) -> set[int]:
    """Return the notes that are in every list, and `within` some where that is given."""
    shortest, *others = sorted((one.notes for one in lists), key=len)
    found = set(shortest) if within is None else set(filter(within.__contains__, shortest))
    for notes in others:
        if FEW * len(found) < len(notes):
            found = {note for note in found if _is_in(notes, note)}
        else:
            found.intersection_update(notes)
    return found


def find_phrase_notes(terms: Iterable[tuple[int, Postings]], among: Collection[int]) -> list[int]:
    """Return the notes in which terms stand at their distances.

    Args:
        terms: The distance of each from the first, and its list.
        among: Some notes that are in all of these lists.
    """
    notes = sorted(among)
    starts: set[int] = set()
    for nth, (distance, postings) in enumerate(terms):
        places = _shifted_places(_values(postings, notes, among), -distance)
        starts = starts.intersection(places) if nth else set(places)
        if not starts:
            break
    return [notes[at] for at in sorted({start >> NOTE_BIT for start in starts})]


def _shifted_places(values: Sequence[bytes], shift: int) -> Iterable[int]:
    """Return where a term stands in some notes, each place shifted."""
    joined = b"".join(values)
    if WIDE_MARK in joined:
        positions: Sequence[int] = list(chain.from_iterable(map(_packed.decode_positions, values)))
        counts: Iterable[int] = map(_packed.decode_frequency, values)
    else:
        positions = _packed.narrow(joined)
        counts = [len(value) >> 1 for value in values]
    firsts = range(shift, shift + (len(values) << NOTE_BIT), 1 << NOTE_BIT)
    return map(add, positions, chain.from_iterable(map(repeat, firsts, counts)))


def _values(postings: Postings, notes: Sequence[int], among: Collection[int]) -> list[bytes]:
    """Return the values of some notes that a list has."""
    if FEW * len(notes) < len(postings.notes):
        places = [bisect_left(postings.notes, note) for note in notes]
    else:
        there = map(among.__contains__, postings.notes)
        places = list(compress(range(len(postings.notes)), there))
    values = postings.values
    if isinstance(values, Values):
        return values.some(places)
    return [values[at] for at in places]


def _is_in(notes: Sequence[int], note: int) -> bool:
    at = bisect_left(notes, note)
    return at < len(notes) and notes[at] == note


# A plan into scores: BM25F over whole posting lists, equal to those of Whoosh's searcher.
#
# The score of a term in a field is boost · idf · w·(K1+1) / (w + K1·(1 - B + B·length/average)),
# with idf = ln(N / (df+1)) + 1 (`whoosh.scoring.BM25F`); a note's score is the sum over terms
# and fields. Whoosh's own searcher is not asked: cut to its best 20, it loses hits on one query
# in fifty.


K1 = 1.2
B = 0.75

MAX_SCORED_WAYS = 50

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

    def __init__(self, snapshot: IndexSnapshot, lists: PostingReader) -> None:
        self._snapshot = snapshot
        self.lists = lists

    def scores(self, plan: Plan, within: Container[int] | None = None) -> Scores:
        """Return the notes a plan finds; only those `within`, when that is given."""
        match plan:
            case Leaf(fields, ways) if len(ways) > MAX_SCORED_WAYS:
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
            case KnownNotes(paths):
                return self._known(paths, within)
            case AllNotes():
                return dict.fromkeys(self._everything(within), 0.0)

    def _known_ways(self, field: str, ways: Sequence[TermChoice]) -> list[TermChoice]:
        """Return the ways whose first term a field has; of a thousand, titles have a dozen."""
        known = self.lists.known(field, {way.steps[0][1] for way in ways})
        return [way for way in ways if way.steps[0][1] in known]

    def cost(self, plan: Plan) -> int:
        """Return about how many notes a plan finds: the cheapest part of an AND goes first."""
        match plan:
            case Leaf(_, ways) if len(ways) > MAX_SCORED_WAYS:
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
            case KnownNotes(paths):
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

    def way(self, field: str, way: TermChoice, within: Container[int] | None) -> Scores:
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
        self, field: str, steps: tuple[PhraseStep, ...], within: Container[int] | None, worth: float
    ) -> Scores:
        times = Counter(term for _, term in steps)
        lists = {term: self.lists.read(field, term) for term in times}
        among = in_all(list(lists.values()), within)
        if not among:
            return {}
        shortest_first = sorted(steps, key=lambda step: len(lists[step[1]].notes))
        rows = dict.fromkeys(
            find_phrase_notes(((at, lists[term]) for at, term in shortest_first), among)
        )
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
    return isinstance(plan, KnownNotes) or (
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


# What each word of a query adds to the score of a note, and in which field: for `--explain`.


def break_down_scores(
    plan: Plan | None, scorer: Scorer, notes: Sequence[int]
) -> list[list[tuple[str, str, float]]]:
    """Return for each note the terms that it has, the field, and what that adds; most first.

    Args:
        plan: What was asked.
        scorer: Scores one word in one field.
        notes: Numbers of the notes.
    """
    found: dict[int, list[tuple[str, str, float]]] = {note: [] for note in notes}
    within = frozenset(notes)
    for leaf in _leaves(plan):
        for field in (field for field in leaf.fields if BOOSTS[field]):
            for way in leaf.ways:
                term = " ".join(term for _, term in way.steps)
                for note, score in scorer.way(field, way, within).items():
                    found[note].append((term, field, score))
    return [sorted(found[note], key=lambda one: (-one[2], one)) for note in notes]


def _leaves(plan: Plan | None) -> Iterator[Leaf]:
    match plan:
        case Leaf():
            yield plan
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            return


# How near the words of a query stand to each other in a note, from their positions in the index.
#
# The score of a note is a sum over words and knows nothing of where they are. Here the best
# place of each note is looked for, a field at a time: the words in a row as they were asked for,
# or the shortest stretch that has all of them.


MAX_NEARNESS_WAYS = 20
"""Of a beginning that a thousand words have, the commonest are looked at."""

OUT_OF_ROW = 0.8
"""What words are worth that stand beside each other, but not in the order they were asked for."""

_positions = PackedPositions().decode_positions


class RankedNotes(NamedTuple):
    """What was found.

    Attributes:
        scores: The scores of all notes that were found, best first.
        nearness: How near the words stand in the best of them.
        patterns_cut: Patterns that stand for more words than were looked for.
    """

    scores: dict[str, float]
    nearness: dict[str, float]
    patterns_cut: tuple[str, ...] = ()


class QueryPhrase(NamedTuple):
    """One word or phrase of a query, and how many words stand before it there."""

    at: int
    leaf: Leaf


def find_query_phrases(node: tree.Node, planner: Planner) -> list[QueryPhrase]:
    """Return the words that notes must have, in the order they were asked for.

    A word that is not indexed holds its place, so that `fear of falling` is a row of three.
    """
    asked: list[QueryPhrase] = []
    at = 0
    for part in node.parts if isinstance(node, tree.And) else (node,):
        if not isinstance(part, tree.Term | tree.Phrase | tree.Prefix | tree.Fuzzy):
            continue
        leaf = own_leaf(planner.plan(part)) if part.scope == "any" else None
        if leaf is not None:
            asked.append(QueryPhrase(at, leaf))
            at += 1 + max(way.steps[-1][0] for way in leaf.ways)
        else:
            at += 1
    return asked


def nearness(
    asked: Sequence[QueryPhrase], lists: PostingReader, notes: Iterable[int]
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
        places = [_phrase_places(one.leaf, field, best, lists) for one in asked]
        for note in set(places[0]).intersection(*places[1:]):
            there = [sorted(one[note]) for one in places]
            best[note] = max(best[note], _closest(asked, there))
    return best


def _closest(asked: Sequence[QueryPhrase], places: Sequence[Sequence[int]]) -> float:
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


def _phrase_places(
    leaf: Leaf, field: str, notes: Iterable[int], lists: PostingReader
) -> dict[int, set[int]]:
    """Where notes have a word or phrase in a field: the positions of its first word."""
    found: dict[int, set[int]] = {}
    for way in leaf.ways[:MAX_NEARNESS_WAYS]:
        for note, places in _of_way(way, field, notes, lists).items():
            found[note] = found[note] | places if note in found else places
    return found


def _of_way(
    way: TermChoice, field: str, notes: Iterable[int], lists: PostingReader
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

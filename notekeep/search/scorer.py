"""A plan into scores: BM25F over whole posting lists, phrases, and how near words stand.

The score of a term in a field is boost · idf · w·(K1+1) / (w + K1·(1 - B + B·length/average)), with
idf = ln(N / (df+1)) + 1 (`whoosh.scoring.BM25F`); a note's score is the sum over terms and fields.
Whoosh's own searcher is not asked: cut to its best 20, it loses hits on one query in fifty.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from itertools import chain, repeat
from operator import add
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.query import tree
from notekeep.search.index_folder import BOOSTS
from notekeep.search.planner import (
    AllNotes,
    AllOf,
    AnyOf,
    KnownNotes,
    Leaf,
    NoneOf,
    own_leaf,
    wanted_leaves,
)
from notekeep.search.whoosh_format import LENGTHS, POSITIONS, WIDE_MARK

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Sequence

    from notekeep.search.planner import PhraseStep, Plan, Planner, TermChoice
    from notekeep.search.postings import IndexSnapshot, Postings

K1 = 1.2
B = 0.75

MANY_CHOICES = 50
"""A leaf of more choices than this is taken for one that most notes have: to know better is to read
all of its lists."""

MANY_TIMES = 2
"""In a list so many times as long as the notes that are asked about, those are looked for."""

SEARCH_RATIO = 8
"""The same for lists whose positions are wanted."""

NOTE_BIT = 40
"""A position in a note is one number: the note stands above this bit, and there is room below it
for the positions of any text."""

MAX_NEARNESS_CHOICES = 20
"""Of a beginning that a thousand words have, the commonest are looked at."""

OUT_OF_ORDER = 0.8
"""What words are worth that stand beside each other, but not in the order they were asked for."""

Scores: TypeAlias = dict[int, float]
"""The score of each note found, by its number."""


class Scorer:
    """Answers plans over one snapshot; `within` are the only notes that can still be found."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        self._snapshot = snapshot

    def scores(self, plan: Plan, within: Container[int] | None = None) -> Scores:
        """Return the notes that a plan finds."""
        match plan:
            case Leaf(fields, choices):
                return _sum(
                    self.score_choice(field, choice, within)
                    for field in fields
                    for choice in choices
                )
            case AllOf(parts):
                return self._score_all(parts, within)
            case AnyOf(parts):
                return _sum(self.scores(part, within) for part in parts)
            case NoneOf(part):
                out = self.scores(part, within)
                return {note: 0.0 for note in self._all_notes(within) if note not in out}
            case KnownNotes(paths):
                numbers = self._snapshot.numbers(paths)
                return {note: 0.0 for note in numbers if within is None or note in within}
            case AllNotes():
                return dict.fromkeys(self._all_notes(within), 0.0)

    def _score_all(self, parts: tuple[Plan, ...], within: Container[int] | None) -> Scores:
        """Each part is asked about what those before it have found, the cheapest one first."""
        wanted = [part for part in parts if not isinstance(part, NoneOf)]
        found: Scores | None = None
        for part in sorted(wanted, key=self._cost):
            more = self.scores(part, within if found is None else found)
            found = more if found is None else {n: s + found[n] for n, s in more.items()}
        if found is None:
            found = dict.fromkeys(self._all_notes(within), 0.0)
        for unwanted in parts:
            if isinstance(unwanted, NoneOf) and found:
                out = self.scores(unwanted.part, found)
                found = {note: score for note, score in found.items() if note not in out}
        return found

    def _cost(self, plan: Plan) -> int:
        """About how many notes a plan finds."""
        match plan:
            case Leaf(fields, choices) if len(choices) <= MANY_CHOICES:
                return sum(
                    min(len(self._snapshot.postings(field, term).notes) for _, term in choice.steps)
                    for field in fields
                    for choice in choices
                )
            case AllOf(parts):
                return min(map(self._cost, parts), default=0)
            case AnyOf(parts):
                return sum(map(self._cost, parts))
            case KnownNotes(paths):
                return len(paths)
            case _:
                return self._snapshot.size

    def _all_notes(self, within: Container[int] | None) -> Iterable[int]:
        every = self._snapshot.all_numbers()
        return every if within is None else (note for note in every if note in within)

    def score_choice(self, field: str, choice: TermChoice, within: Container[int] | None) -> Scores:
        """Return the notes that have a term, or terms in a row, in a field."""
        if len(choice.steps) == 1:
            return self._score_term(field, choice.steps[0][1], within, choice.worth)
        return self._score_phrase(field, choice.steps, within, choice.worth)

    def _score_term(
        self, field: str, term: str, within: Container[int] | None, worth: float
    ) -> Scores:
        notes, weights, _, frequency = self._snapshot.postings(field, term)
        if not notes:
            return {}
        if not BOOSTS[field]:
            return dict.fromkeys(
                notes if within is None else filter(within.__contains__, notes), 0.0
            )
        shares = _weight_shares(self._snapshot.average_length(field))
        lengths = self._snapshot.field_lengths(field)
        idf = math.log(self._snapshot.size / (frequency + 1)) + 1
        top = worth * BOOSTS[field] * idf * (K1 + 1)
        if isinstance(within, dict) and MANY_TIMES * len(within) < len(notes):
            there = [(n, weights[bisect_left(notes, n)]) for n in within.keys() & notes]
            return {n: top * shares[w][lengths[n]] for n, w in there}
        both = zip(notes, weights, strict=True)
        if within is None:
            return {n: top * shares[w][lengths[n]] for n, w in both}
        return {n: top * shares[w][lengths[n]] for n, w in both if n in within}

    def _score_phrase(
        self, field: str, steps: tuple[PhraseStep, ...], within: Container[int] | None, worth: float
    ) -> Scores:
        times = Counter(term for _, term in steps)
        lists = {term: self._snapshot.postings(field, term) for term in times}
        among = find_notes_in_all(list(lists.values()), within)
        if not among:
            return {}
        rarest_first = sorted(steps, key=lambda step: len(lists[step[1]].notes))
        rows = dict.fromkeys(
            find_phrase_notes(((at, lists[term]) for at, term in rarest_first), among)
        )
        return _sum(self._score_term(field, term, rows, worth * times[term]) for term in times)

    def break_down(
        self, plan: Plan | None, notes: Sequence[int]
    ) -> list[list[tuple[str, str, float]]]:
        """Return for each note the terms that it has, the field, and what that adds; most first."""
        found: dict[int, list[tuple[str, str, float]]] = {note: [] for note in notes}
        within = frozenset(notes)
        for leaf in wanted_leaves(plan):
            for field in filter(BOOSTS.get, leaf.fields):
                for choice in leaf.choices:
                    term = " ".join(term for _, term in choice.steps)
                    for note, score in self.score_choice(field, choice, within).items():
                        found[note].append((term, field, score))
        return [sorted(found[note], key=lambda one: (-one[2], one)) for note in notes]


class _WeightShares(dict[float, list[float]]):
    """By weight, the w / (w + K1·(1 - B + B·length/average)) of each byte that stands for a length.

    Half of the time of working it out for each note.
    """

    def __init__(self, average: float) -> None:
        super().__init__()
        self._norms = [K1 * (1 - B + B * length / average) for length in LENGTHS]

    def __missing__(self, weight: float) -> list[float]:
        shares = self[weight] = [weight / (weight + norm) for norm in self._norms]
        return shares


_weight_shares = lru_cache(maxsize=64)(_WeightShares)
"""Those of a field's average length."""


def _sum(found: Iterable[Scores]) -> Scores:
    """Add scores up; into the longest of them, as the others are mostly a handful."""
    parts = sorted(filter(None, found), key=len)
    if not parts:
        return {}
    total = parts.pop()
    get = total.get
    for scores in parts:
        for note, score in scores.items():
            total[note] = get(note, 0.0) + score
    return total


# -- phrases ------------------------------------------------------------------------------------
#
# All notes that have the terms are looked at together: a row is a place that every term has once
# its distance is taken off. That takes a third of the time of going from note to note.


def find_notes_in_all(lists: Sequence[Postings], within: Container[int] | None) -> set[int]:
    """Return the notes that are in every list."""
    shortest, *others = sorted((one.notes for one in lists), key=len)
    found = set(shortest) if within is None else set(filter(within.__contains__, shortest))
    for notes in others:
        if SEARCH_RATIO * len(found) < len(notes):
            found = {note for note in found if _position_of(notes, note) is not None}
        else:
            found.intersection_update(notes)
    return found


def find_phrase_notes(terms: Iterable[tuple[int, Postings]], among: Collection[int]) -> list[int]:
    """Return the notes, of some that have all terms, in which these stand at their distances."""
    notes = sorted(among)
    starts: set[int] = set()
    for nth, (distance, postings) in enumerate(terms):
        places = _shifted_places(_values_of(postings, notes, among), -distance)
        starts = starts.intersection(places) if nth else set(places)
        if not starts:
            break
    return [notes[at] for at in sorted({start >> NOTE_BIT for start in starts})]


def _values_of(postings: Postings, notes: Sequence[int], among: Collection[int]) -> list[bytes]:
    if SEARCH_RATIO * len(notes) < len(postings.notes):
        return [postings.values[bisect_left(postings.notes, note)] for note in notes]
    both = zip(postings.notes, postings.values, strict=True)
    return [value for note, value in both if note in among]


def _shifted_places(values: Sequence[bytes], shift: int) -> Iterable[int]:
    """Where a term stands in some notes, each place shifted."""
    joined = b"".join(values)
    if WIDE_MARK in joined:
        positions: Sequence[int] = list(
            chain.from_iterable(map(POSITIONS.decode_positions, values))
        )
        counts: Iterable[int] = map(POSITIONS.decode_frequency, values)
    else:
        positions = array("H", joined)
        counts = [len(value) >> 1 for value in values]
    firsts = range(shift, shift + (len(values) << NOTE_BIT), 1 << NOTE_BIT)
    return map(add, positions, chain.from_iterable(map(repeat, firsts, counts)))


def _position_of(notes: Sequence[int], note: int) -> int | None:
    at = bisect_left(notes, note)
    return at if at < len(notes) and notes[at] == note else None


# -- nearness -----------------------------------------------------------------------------------
#
# The score of a note is a sum over words and knows nothing of where they are. Here the best place
# of each note is looked for, a field at a time: the words in a row as they were asked for, or the
# shortest stretch that has all of them.


class QueryPhrase(NamedTuple):
    """One word or phrase of a query, and how many words stand before it there."""

    at: int
    leaf: Leaf


def find_query_phrases(node: tree.Node, planner: Planner) -> list[QueryPhrase]:
    """Return the words that notes must have, in the order they were asked for.

    A word that is not indexed holds its place, so that `fear of falling` is a row of three.
    """
    found: list[QueryPhrase] = []
    at = 0
    for part in node.parts if isinstance(node, tree.And) else (node,):
        if not isinstance(part, tree.Term | tree.Phrase | tree.Prefix | tree.Fuzzy):
            continue
        leaf = own_leaf(planner.plan(part)) if part.scope == "any" else None
        if leaf is not None:
            found.append(QueryPhrase(at, leaf))
            at += max(choice.steps[-1][0] for choice in leaf.choices)
        at += 1
    return found


def score_nearness(
    phrases: Sequence[QueryPhrase], snapshot: IndexSnapshot, notes: Iterable[int]
) -> dict[int, float]:
    """Return how near the words of a query stand in some notes.

    Returns:
        By note, 1 where they stand in a row, less the farther apart they are, 0 where no field has
        all of them; nothing for fewer than two words.
    """
    if len(phrases) < 2:
        return {}
    best = dict.fromkeys(notes, 0.0)
    for field in phrases[0].leaf.fields:
        places = [_leaf_places(phrase.leaf, field, best, snapshot) for phrase in phrases]
        for note in set(places[0]).intersection(*places[1:]):
            there = [sorted(one[note]) for one in places]
            best[note] = max(best[note], _closeness(phrases, there))
    return best


def _closeness(phrases: Sequence[QueryPhrase], places: Sequence[Sequence[int]]) -> float:
    first = phrases[0].at
    starts = set(places[0])
    for phrase, there in zip(phrases[1:], places[1:], strict=True):
        starts &= {place - (phrase.at - first) for place in there}
    if starts:
        return 1.0
    return OUT_OF_ORDER * min(1.0, (phrases[-1].at - first) / max(1, _shortest_stretch(places)))


def _shortest_stretch(places: Sequence[Sequence[int]]) -> int:
    """The distance from the first to the last word of the shortest stretch that has them all."""
    marks = sorted((place, which) for which, there in enumerate(places) for place in there)
    last: dict[int, int] = {}
    best = marks[-1][0] - marks[0][0]
    for place, which in marks:
        last[which] = place
        if len(last) == len(places):
            best = min(best, place - min(last.values()))
    return best


def _leaf_places(
    leaf: Leaf, field: str, notes: Iterable[int], snapshot: IndexSnapshot
) -> dict[int, set[int]]:
    """Where notes have a word or phrase in a field: the positions of its first word."""
    found: dict[int, set[int]] = {}
    for choice in leaf.choices[:MAX_NEARNESS_CHOICES]:
        for note, places in _choice_places(choice, field, notes, snapshot).items():
            found[note] = found[note] | places if note in found else places
    return found


def _choice_places(
    choice: TermChoice, field: str, notes: Iterable[int], snapshot: IndexSnapshot
) -> dict[int, set[int]]:
    starts: dict[int, set[int]] | None = None
    for distance, term in choice.steps:
        postings = snapshot.postings(field, term)
        found: dict[int, set[int]] = {}
        for note in notes if starts is None else starts:
            at = _position_of(postings.notes, note)
            if at is None:
                continue
            positions = POSITIONS.decode_positions(postings.values[at])
            there = {place - distance for place in positions}
            if starts is not None:
                there &= starts[note]
            if there:
                found[note] = there
        starts = found
    return starts or {}

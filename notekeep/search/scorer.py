"""Scores plans: BM25F over complete posting lists, phrases, and word proximity.

The score of a term in a field is boost · idf · w·(K1+1) / (w + K1·(1 - B + B·length/average)), with
idf = ln(N / (df+1)) + 1 (`whoosh.scoring.BM25F`); a note's score is the sum over terms and fields.
Whoosh's own searcher is not used: limited to 20 hits, it misses some in one of fifty queries.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from operator import add
from typing import TypeAlias

from notekeep.query import tree
from notekeep.query.tree import Node, TermChoice, Terms
from notekeep.search.index_folder import BOOSTS
from notekeep.search.planner import QueryPhrase, UnanswerableNode, positive_terms
from notekeep.search.postings import IndexSnapshot, Postings
from notekeep.search.whoosh_format import LENGTHS, POSITIONS, WIDE_MARK

K1 = 1.2
B = 0.75

SOME_K1 = 0.8
"""K1 if not all words are required, so that repetitions count less than additional words."""

CACHED_LISTS = 100
"""Number of posting lists to cache during a query; a pattern may have more."""

MANY_CHOICES = 50
"""`_cost` treats a word with more choices as frequent, because counting would read all lists."""

SEARCH_RATIO = 8
"""In a list this many times longer than the candidates, candidates are found by bisection."""

NOTE_BIT = 40
"""A position is one number: the note above this bit, the position in its text below."""

MAX_PROXIMITY_CHOICES = 20
"""Maximum number of completions of a word to check for proximity."""

OUT_OF_ORDER = 0.8
"""Weight of adjacent words in a different order from the query."""

Scores: TypeAlias = dict[int, float]
"""The scores of notes, by number."""


class Scorer:
    """Evaluates plans on one snapshot; `within` limits the results to these notes."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        self.snapshot = snapshot
        self._postings = lru_cache(CACHED_LISTS)(snapshot.postings)
        self._norms: dict[str, list[float]] = {}

    def scores(self, plan: Node, within: Collection[int] | None = None) -> Scores:
        """Return the scores of the notes that match a plan."""
        match plan:
            case Terms(fields, choices):
                return _sum(
                    self.score_choice(field, choice, within)
                    for field in fields
                    for choice in choices
                )
            case tree.And(parts):
                return self._score_all(parts, within)
            case tree.SomeOf(parts):
                power = 1 if isinstance(plan, tree.SomeOfSentence) else 2
                return self._score_some(parts, within, power)
            case tree.Or(parts):
                return _sum(self.scores(part, within) for part in parts)
            case tree.Not(part):
                out = self.scores(part, within)
                return {note: 0.0 for note in self._all_notes(within) if note not in out}
            case tree.KnownPaths(paths):
                numbers = self.snapshot.numbers(paths)
                return {note: 0.0 for note in numbers if within is None or note in within}
            case _:
                raise UnanswerableNode(f"not a part of a plan: {type(plan).__name__}")

    def _score_all(self, parts: tuple[Node, ...], within: Collection[int] | None) -> Scores:
        """Evaluate parts in order of cost, each within the results of the previous ones."""
        required = [part for part in parts if not isinstance(part, tree.Not)]
        found: Scores | None = None
        for part in sorted(required, key=self._cost):
            more = self.scores(part, within if found is None else found)
            found = more if found is None else {n: s + found[n] for n, s in more.items()}
        if found is None:
            found = dict.fromkeys(self._all_notes(within), 0.0)
        for unwanted in parts:
            if isinstance(unwanted, tree.Not) and found:
                out = self.scores(unwanted.part, found)
                found = {note: score for note, score in found.items() if note not in out}
        return found

    def _score_some(
        self, parts: tuple[Node, ...], within: Collection[int] | None, rarity_power: int
    ) -> Scores:
        """Score notes with some of the words, with a limited weight for each.

        A single word in a title must not outweigh several words.
        """
        scores: defaultdict[int, float] = defaultdict(float)
        for part in parts:
            counts = self._weigh_counts(part)
            rarity = math.log1p((self.snapshot.size - len(counts) + 0.5) / (len(counts) + 0.5))
            for note, count in counts.items():
                if within is None or note in within:
                    scores[note] += rarity**rarity_power * count / (count + SOME_K1 / K1)
        return scores

    def _weigh_counts(self, plan: Node) -> dict[int, float]:
        """Return the frequency of a word in notes, weighted by field and length."""
        counts: defaultdict[int, float] = defaultdict(float)
        for terms in positive_terms(plan):
            for field in filter(BOOSTS.get, terms.fields):
                norms, lengths = self._field_norms(field), self.snapshot.field_lengths(field)
                for choice in terms.choices:
                    worth = choice.worth * BOOSTS[field]
                    for note, times in self._times(field, choice):
                        counts[note] += worth * times / norms[lengths[note]]
        return counts

    def _times(self, field: str, choice: TermChoice) -> Iterable[tuple[int, float]]:
        """Return the frequency of a term or phrase in a field, by note."""
        if len(choice.steps) > 1:
            places = find_phrase_places(self._phrase_postings(field, choice), None)
            return Counter(place >> NOTE_BIT for place in places).items()
        notes, weights, _, _ = self._postings(field, choice.steps[0][1])
        return zip(notes, weights, strict=True)

    def _cost(self, plan: Node) -> int:
        match plan:
            case Terms(fields, choices) if len(choices) <= MANY_CHOICES:
                return sum(
                    min(len(self._postings(field, term).notes) for _, term in choice.steps)
                    for field in fields
                    for choice in choices
                )
            case tree.And(parts):
                return min(map(self._cost, parts), default=self.snapshot.size)
            case tree.Or(parts):
                return sum(map(self._cost, parts))
            case tree.KnownPaths(paths):
                return len(paths)
            case _:
                return self.snapshot.size

    def _all_notes(self, within: Collection[int] | None) -> Iterable[int]:
        every = self.snapshot.all_numbers()
        return every if within is None else (note for note in every if note in within)

    def score_choice(
        self, field: str, choice: TermChoice, within: Collection[int] | None
    ) -> Scores:
        """Score the notes with a term or phrase in a field."""
        if len(choice.steps) == 1:
            return self._score_term(field, choice.steps[0][1], within, choice.worth)
        places = find_phrase_places(self._phrase_postings(field, choice), within)
        notes = {place >> NOTE_BIT for place in places}
        times = Counter(term for _, term in choice.steps)
        return _sum(
            self._score_term(field, term, notes, choice.worth * number)
            for term, number in times.items()
        )

    def _phrase_postings(self, field: str, choice: TermChoice) -> list[tuple[int, Postings]]:
        return [(at, self._postings(field, term)) for at, term in choice.steps]

    def _score_term(
        self, field: str, term: str, within: Collection[int] | None, worth: float
    ) -> Scores:
        notes, weights, _, frequency = self._postings(field, term)
        if not notes or (within is not None and not within):
            return {}
        if not BOOSTS[field]:
            return dict.fromkeys(
                notes if within is None else filter(within.__contains__, notes), 0.0
            )
        norms = self._field_norms(field)
        lengths = self.snapshot.field_lengths(field)
        idf = math.log(self.snapshot.size / (frequency + 1)) + 1
        top = worth * BOOSTS[field] * idf * (K1 + 1)
        found = zip(notes, weights, strict=True)
        if within is None:
            return {note: top * w / (w + norms[lengths[note]]) for note, w in found}
        return {note: top * w / (w + norms[lengths[note]]) for note, w in found if note in within}

    def _field_norms(self, field: str) -> list[float]:
        """Return K1·(1 - B + B·length/average) for each length code."""
        if field not in self._norms:
            average = self.snapshot.average_length(field)
            self._norms[field] = [K1 * (1 - B + B * length / average) for length in LENGTHS]
        return self._norms[field]

    def break_down(
        self, plan: Node | None, notes: Sequence[int]
    ) -> list[list[tuple[str, str, float]]]:
        """Return the terms of each note with field and score, highest score first."""
        found: dict[int, list[tuple[str, str, float]]] = {note: [] for note in notes}
        for terms in positive_terms(plan):
            for field in filter(BOOSTS.get, terms.fields):
                for choice in terms.choices:
                    row = " ".join(term for _, term in choice.steps)
                    for note, score in self.score_choice(field, choice, found).items():
                        found[note].append((row, field, score))
        # If words are optional, all fields share one limited score.
        totals = self.scores(plan, found) if plan else {}
        for note, parts in found.items():
            share = totals.get(note, 0.0) / (sum(score for _, _, score in parts) or 1.0)
            found[note] = [(row, field, share * score) for row, field, score in parts]
        return [sorted(found[note], key=lambda one: (-one[2], one)) for note in notes]

    def proximity(self, phrases: Sequence[QueryPhrase], notes: Collection[int]) -> dict[int, float]:
        """Return the proximity of a query's words in notes, at the best position.

        0 if no field contains all words, 1 if they are adjacent and in order. The result is empty
        for fewer than two words.
        """
        if len(phrases) < 2:
            return {}
        best = dict.fromkeys(notes, 0.0)
        offsets = [phrase.at for phrase in phrases]
        for field in phrases[0].terms.fields:
            by_note: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
            for which, phrase in enumerate(phrases):
                for choice in phrase.terms.choices[:MAX_PROXIMITY_CHOICES]:
                    for place in find_phrase_places(self._phrase_postings(field, choice), notes):
                        by_note[place >> NOTE_BIT].append((place & (1 << NOTE_BIT) - 1, which))
            for note, places in by_note.items():
                if len({which for _, which in places}) == len(phrases):
                    best[note] = max(best[note], _text_proximity(offsets, places))
        return best


def _sum(found: Iterable[Scores]) -> Scores:
    parts = sorted(filter(None, found), key=len)
    if not parts:
        return {}
    total = parts.pop()
    get = total.get
    for scores in parts:
        for note, score in scores.items():
            total[note] = get(note, 0.0) + score
    return total


# Phrases are searched in all notes at once: the distance of each term is subtracted from its
# positions, and the results are intersected. This takes a third of the time of a loop over notes.


def find_phrase_places(
    row: Sequence[tuple[int, Postings]], within: Collection[int] | None
) -> set[int]:
    """Return the positions of a phrase's first term, combined with the note (see NOTE_BIT)."""
    rarest_first = sorted(row, key=lambda step: len(step[1].notes))
    among = find_notes_in_all([postings for _, postings in rarest_first], within)
    notes = sorted(among)
    found: set[int] = set()
    for nth, (distance, postings) in enumerate(rarest_first):
        values = _values_of(postings, notes, among)
        places = _places(values, [(note << NOTE_BIT) - distance for note in notes])
        found = found.intersection(places) if nth else set(places)
        if not found:
            break
    return found


def find_notes_in_all(lists: Iterable[Postings], within: Collection[int] | None) -> set[int]:
    """Return the notes that are in all lists, shortest list first."""
    found = None if within is None else set(within)
    for notes, *_ in lists:
        if found is None:
            found = set(notes)
        elif SEARCH_RATIO * len(found) < len(notes):
            places = ((note, bisect_left(notes, note)) for note in found)
            found = {note for note, at in places if at < len(notes) and notes[at] == note}
        else:
            found.intersection_update(notes)
    return found or set()


def _values_of(postings: Postings, notes: Sequence[int], among: Collection[int]) -> list[bytes]:
    if SEARCH_RATIO * len(notes) < len(postings.notes):
        return [postings.values[bisect_left(postings.notes, note)] for note in notes]
    both = zip(postings.notes, postings.values, strict=True)
    return [value for note, value in both if note in among]


def _places(values: Sequence[bytes], firsts: Sequence[int]) -> Iterable[int]:
    """Return the positions of a term in notes, each added to the note's entry in `firsts`."""
    joined = b"".join(values)
    if WIDE_MARK in joined:
        decoded = [POSITIONS.decode_positions(value) for value in values]
        positions: Sequence[int] = list(chain.from_iterable(decoded))
        counts = [*map(len, decoded)]
    else:
        positions = array("H", joined)
        counts = [len(value) >> 1 for value in values]
    return map(add, positions, chain.from_iterable(map(repeat, firsts, counts)))


# Scores ignore positions. Proximity looks for the best place in each field of a note: the words
# adjacent and in order, or the shortest span that contains all of them.


def _text_proximity(offsets: Sequence[int], places: Sequence[tuple[int, int]]) -> float:
    """Return the proximity of words from their offsets in the query and positions in a text."""
    starts: list[set[int]] = [set() for _ in offsets]
    for place, which in places:
        starts[which].add(place - offsets[which])
    if set.intersection(*starts):
        return 1.0
    length = max(offsets) - min(offsets)
    return OUT_OF_ORDER * min(1.0, length / max(1.0, _shortest_span(places, len(offsets))))


def _shortest_span(places: Iterable[tuple[int, int]], words: int) -> float:
    last: dict[int, int] = {}
    best = math.inf
    for place, which in sorted(places):
        last[which] = place
        if len(last) == words:
            best = min(best, place - min(last.values()))
    return best

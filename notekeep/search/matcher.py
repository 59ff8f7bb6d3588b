"""A plan against a text: which of its words stand there, and where.

For snippets, and for what the index cannot answer, such as whether two words stand on one line.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from notekeep.search.analyzer import analyzer, base_language
from notekeep.search.planner import AllOf, AnyOf, Leaf, NoneOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.search.analyzer import Analyzer, TermPosition
    from notekeep.search.planner import PhraseStep, Plan, TermChoice

Spans = list[tuple[int, int]]

FEW_TERMS = 20


class PlanMatcher:
    """Finds what one tree asks for in any text. Scopes and facts are not looked at."""

    def __init__(self, plan: Plan | None, language: str) -> None:
        self._plan = plan
        self._language = language
        self._terms = frozenset(_terms(plan))
        begun = map(_beginnings, _musts(plan))
        self._beginnings = [one for one in begun if one is not None]
        self._is_of_words = all(
            len(way.steps) == 1 for leaf in _all_leaves(plan) for way in leaf.ways
        )

    def spans(self, text: str, language: str = "") -> Spans:
        """Return where the words asked for stand: first character, one past the last; in order.

        Args:
            text: Any text; offsets count its characters.
            language: The note's `lang:`, or "" for the vault's.
        """
        places = self._places(text, language)
        spans = {
            span
            for leaf in _leaves(self._plan)
            for way in leaf.ways
            for span in _found(places, way.steps)
        }
        return sorted(spans)

    def holds(self, text: str, language: str = "") -> bool:
        """Return whether a text has what the tree asks for; notes known by facts count as there."""
        return self._plan is None or _holds(self._plan, self._places(text, language))

    def holds_in_one(self, text: str, starts: Sequence[int], language: str = "") -> bool:
        """Return whether one piece of a text has all that the tree asks for.

        Args:
            text: The whole text; it is gone through once, however many pieces it has.
            starts: Where each piece begins, in order, the first at 0.
            language: As in `spans`.
        """
        if self._plan is None:
            return True
        if self._is_of_words:
            return self._holds_in_terms(text, starts, language)
        pieces: dict[int, list[TermPosition]] = {}
        for place in self._found(text, language):
            pieces.setdefault(bisect_right(starts, place.start), []).append(place)
        if len(pieces) < len(starts) and _holds(self._plan, _Places(())):
            return True
        return any(_holds(self._plan, _Places(places)) for places in pieces.values())

    def _holds_in_terms(self, text: str, starts: Sequence[int], language: str) -> bool:
        """The same where no words must stand in a row: no place has to be known, which is slow."""
        assert self._plan is not None  # noqa: S101 - as the caller has seen
        by = analyzer(base_language(language) or self._language)
        wanted = self._terms
        empty = True
        ends = (*starts[1:], len(text))
        for at in self._worth_a_look(text, starts, by):
            there = wanted.intersection(by.terms(text[starts[at] : ends[at]]))
            if there:
                if _holds(self._plan, _Terms(there)):
                    return True
            elif empty and _holds(self._plan, _Terms(there)):
                return True
            empty = empty and bool(there)
        return False

    def _worth_a_look(self, text: str, starts: Sequence[int], by: Analyzer) -> Iterable[int]:
        """Return which pieces of a text to take apart; of a thousand lines a dozen, mostly."""
        if not self._beginnings or not by.language.keeps_beginnings or not text.isascii():
            return range(len(starts))
        low = text.lower()
        return sorted(
            set.intersection(
                *(
                    {bisect_right(starts, at) - 1 for at in _met(one, low)}
                    for one in self._beginnings
                )
            )
        )

    def _places(self, text: str, language: str) -> _Places:
        return _Places(self._found(text, language))

    def _found(self, text: str, language: str) -> list[TermPosition]:
        return analyzer(base_language(language) or self._language).places(text, self._terms)


class _Places:
    """The terms of a text by what they are and by where they stand."""

    def __init__(self, places: Sequence[TermPosition]) -> None:
        self.by_term: dict[str, list[TermPosition]] = {}
        self.by_position: dict[int, TermPosition] = {}
        for place in places:
            self.by_term.setdefault(place.term, []).append(place)
            self.by_position[place.position] = place


class _Terms:
    """Which terms a text has, whatever their places."""

    def __init__(self, there: frozenset[str]) -> None:
        self.there = there


def _has(places: _Places | _Terms, way: TermChoice) -> bool:
    if isinstance(places, _Terms):
        return way.steps[0][1] in places.there
    return any(True for _ in _found(places, way.steps))


def _found(places: _Places, steps: tuple[PhraseStep, ...]) -> Iterator[tuple[int, int]]:
    """Yield the span of each place where terms stand at their distances."""
    for first in places.by_term.get(steps[0][1], ()):
        last = first
        for distance, term in steps[1:]:
            there = places.by_position.get(first.position + distance)
            if there is None or there.term != term:
                break
            last = there
        else:
            yield first.start, last.end


def _holds(plan: Plan, places: _Places | _Terms) -> bool:
    match plan:
        case Leaf(_, ways):
            return any(_has(places, way) for way in ways)
        case AllOf(parts):
            return all(_holds(part, places) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, places) for part in parts)
        case NoneOf(part):
            return not _holds(part, places)
        case _:
            return True


def _musts(plan: Plan | None) -> Iterator[Leaf]:
    """Yield leaves without which nothing holds."""
    match plan:
        case Leaf():
            yield plan
        case AllOf(parts):
            for part in parts:
                yield from _musts(part)
        case _:
            return


def _beginnings(leaf: Leaf) -> frozenset[str] | None:
    """Return what words of a leaf may begin with, in small letters of ASCII.

    None where there are too many to be worth it.
    """
    terms = {way.steps[0][1] for way in leaf.ways}
    if len(terms) > FEW_TERMS or not all(term.isalnum() for term in terms):
        return None
    return frozenset(one for term in terms if term.isascii() for one in _spelt(stem_prefix(term)))


def stem_prefix(term: str) -> str:
    """Return what every word begins with that has this stem; see `Language.keeps_beginnings`."""
    return term[: max(1, min(len(term) - 2, 3))]


def _spelt(letters: str) -> Iterator[str]:
    """Yield what stands in a text for a beginning: "e-mail" is one word, and so is "o'clock"."""
    yield letters
    for at in range(1, len(letters)):
        for sign in "-'":
            yield letters[:at] + sign + letters[at:]


def _met(some: Iterable[str], text: str) -> Iterator[int]:
    """Yield the places of some short texts in a long one."""
    for one in some:
        at = text.find(one)
        while at >= 0:
            yield at
            at = text.find(one, at + 1)


def _terms(plan: Plan | None) -> Iterator[str]:
    """Yield every term a plan speaks of, those under a Not too."""
    for leaf in _all_leaves(plan):
        for way in leaf.ways:
            for _, term in way.steps:
                yield term


def _all_leaves(plan: Plan | None) -> Iterator[Leaf]:
    """Yield every leaf, those under a Not too."""
    match plan:
        case Leaf():
            yield plan
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _all_leaves(part)
        case NoneOf(part):
            yield from _all_leaves(part)
        case _:
            return


def _leaves(plan: Plan | None) -> Iterator[Leaf]:
    """Yield the leaves that a note is found for; those under a Not are not in it."""
    match plan:
        case Leaf():
            yield plan
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            return

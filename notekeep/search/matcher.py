"""A plan against a text: which of its words stand there, and where.

For passages, and for what the index cannot answer, such as whether two words stand on one line.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from notekeep.search.analyzer import base_language, get_analyzer
from notekeep.search.planner import AllOf, AnyOf, Leaf, NoneOf, wanted_leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.search.analyzer import TermPosition
    from notekeep.search.planner import PhraseStep, Plan
    from notekeep.search.results import Spans


class PlanMatcher:
    """Finds what one tree asks for in any text. Scopes and facts are not looked at.

    Each `language` is a note's `lang:`, or "" for the vault's.
    """

    def __init__(self, plan: Plan | None, language: str) -> None:
        self._plan = plan
        self._language = language
        self._terms = frozenset(_terms(plan))

    def spans(self, text: str, language: str = "") -> Spans:
        """Return where the words asked for stand, in order."""
        places = _Places(self._places(text, language))
        return sorted(
            {
                span
                for leaf in wanted_leaves(self._plan)
                for choice in leaf.choices
                for span in places.find(choice.steps)
            }
        )

    def holds(self, text: str, language: str = "") -> bool:
        """Whether a text has what the tree asks for; notes known by facts count as there."""
        return self._plan is None or _holds(self._plan, _Places(self._places(text, language)))

    def holds_in_one(self, text: str, starts: Sequence[int], language: str = "") -> bool:
        """Whether one piece of a text has all that the tree asks for; the first one starts at 0.

        The text is gone through once, however many pieces it has.
        """
        plan = self._plan
        if plan is None:
            return True
        pieces: dict[int, list[TermPosition]] = {}
        for place in self._places(text, language):
            pieces.setdefault(bisect_right(starts, place.start), []).append(place)
        if len(pieces) < len(starts) and _holds(plan, _Places(())):
            return True
        return any(_holds(plan, _Places(places)) for places in pieces.values())

    def _places(self, text: str, language: str) -> list[TermPosition]:
        return get_analyzer(base_language(language) or self._language).places(text, self._terms)


class _Places:
    """The terms of a text by what they are and by where they stand."""

    def __init__(self, places: Sequence[TermPosition]) -> None:
        self._by_term: dict[str, list[TermPosition]] = {}
        self._by_position: dict[int, TermPosition] = {}
        for place in places:
            self._by_term.setdefault(place.term, []).append(place)
            self._by_position[place.position] = place

    def find(self, steps: tuple[PhraseStep, ...]) -> Iterator[tuple[int, int]]:
        """Yield the span of each place where terms stand at their distances."""
        for first in self._by_term.get(steps[0][1], ()):
            last = first
            for distance, term in steps[1:]:
                there = self._by_position.get(first.position + distance)
                if there is None or there.term != term:
                    break
                last = there
            else:
                yield first.start, last.end


def _holds(plan: Plan, places: _Places) -> bool:
    match plan:
        case Leaf(_, choices):
            return any(True for choice in choices for _ in places.find(choice.steps))
        case AllOf(parts):
            return all(_holds(part, places) for part in parts)
        case AnyOf(parts):
            return any(_holds(part, places) for part in parts)
        case NoneOf(part):
            return not _holds(part, places)
        case _:
            return True


def _terms(plan: Plan | None) -> Iterator[str]:
    """Every term a plan speaks of, those under a NoneOf too."""
    match plan:
        case Leaf(_, choices):
            yield from (term for choice in choices for _, term in choice.steps)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _terms(part)
        case NoneOf(part):
            yield from _terms(part)

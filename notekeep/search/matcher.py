"""A plan against a text: which of its words stand there, and where.

For passages, and for what the index cannot answer, such as whether two words stand on one line.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from notekeep.query.tree import And, Not, Or, Terms
from notekeep.search.analyzer import base_language, get_analyzer
from notekeep.search.planner import wanted_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.query.tree import Node, TermChoice
    from notekeep.search.analyzer import TermPosition
    from notekeep.search.results import Spans


class PlanMatcher:
    """Finds what one plan asks for in any text. Scopes and facts are not looked at.

    Each `language` is a note's `lang:`, or "" for the vault's.
    """

    def __init__(self, plan: Node | None, language: str) -> None:
        self._plan = plan
        self._language = language
        self._terms = frozenset(_terms(plan))

    def spans(self, text: str, language: str = "") -> Spans:
        """Return where the words asked for stand, in order."""
        places = _Places(self._places(text, language))
        return sorted(
            {
                span
                for terms in wanted_terms(self._plan)
                for choice in terms.choices
                for span in places.find(choice)
            }
        )

    def holds_in_one(self, text: str, starts: Sequence[int], language: str = "") -> bool:
        """Whether one piece of a text has all that the plan asks for; the first one starts at 0."""
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

    def find(self, choice: TermChoice) -> Iterator[tuple[int, int]]:
        """Yield the span of each place where terms stand at their distances."""
        (_, first_term), *others = choice.steps
        for first in self._by_term.get(first_term, ()):
            last = first
            for distance, term in others:
                there = self._by_position.get(first.position + distance)
                if there is None or there.term != term:
                    break
                last = there
            else:
                yield first.start, last.end


def _holds(plan: Node, places: _Places) -> bool:
    match plan:
        case Terms(_, choices):
            return any(True for choice in choices for _ in places.find(choice))
        case And(parts):
            return all(_holds(part, places) for part in parts)
        case Or(parts):
            return any(_holds(part, places) for part in parts)
        case Not(part):
            return not _holds(part, places)
        case _:
            return True


def _terms(plan: Node | None) -> Iterator[str]:
    """Every term a plan speaks of, those under a Not too."""
    match plan:
        case Terms(_, choices):
            yield from (term for choice in choices for _, term in choice.steps)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part)
        case Not(part):
            yield from _terms(part)

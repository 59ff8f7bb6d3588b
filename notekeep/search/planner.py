"""A query tree into a plan: the same tree, with the terms of the index in the place of words.

Here words meet the analyzer and the vocabulary; reading and scoring are the scorer's. A word that
says nothing (`the`, `--`) plans to None and is left out of what it stands in. `PlanMatcher` finds
what a plan asks for in a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from notekeep.query import tree
from notekeep.query.folding import fold_letters, fold_text
from notekeep.query.tree import And, Node, Not, Or, TermChoice, Terms, needs_text
from notekeep.search.analyzer import (
    STOP_WORD_PLACE,
    Analyzer,
    TermPosition,
    Word,
    base_language,
    find_chunks,
    get_analyzer,
)
from notekeep.search.index_folder import SCOPES, language_term, tag_term
from notekeep.search.results import Spans
from notekeep.search.vocabulary import Vocabulary

TYPED_COMPLETIONS = 10
"""How many words the unfinished last word of a query stands for."""

ASKED_COMPLETIONS = 1000
"""How many words `prefix*` and a wildcard stand for, commonest first: as good as all of them."""

TYPED_PATTERN_WORDS = 50
"""How many of them it stands for at a key, which cannot wait for the lists of a thousand words."""

NEAR_WORDS = 50
"""How many words `fuzzy~` stands for, nearest first."""

SHORT_BEGINNING = 3
"""While typing, fewer letters than this are not looked for in bodies: nearly every note has them"""

COMPLETED_LEAVES = 0.5
"""What is left of a word's worth where it only begins as the one that was asked for: less than the
word itself or another form of it."""

RELATED_WORDS = 5
"""How many longer words of its stem are looked for with a word where some words are enough."""

MIN_STEM_LETTERS = 5
"""Fewer letters than this begin too many words that have nothing to do with each other."""

EACH_EDIT_LEAVES = 0.7
"""What is left of a word's worth for each letter it differs from the one that was asked for."""


class UnanswerableNode(TypeError):
    """A node that the catalog or the text of notes answers was asked of the full-text index."""


class Planner:
    """Makes plans for one index, whose languages are those of its analyzers, the vault's own first.

    `patterns_cut` are patterns that stand for more words than are looked for.
    """

    def __init__(
        self,
        analyzers: Sequence[Analyzer],
        vocabulary: Callable[[], Vocabulary],
        *,
        typing: bool = False,
    ) -> None:
        self._analyzers = analyzers
        self._vocabulary = cache(vocabulary)  # each call looks for newer words on the disk
        self._typing = typing
        self._denying = False
        self.patterns_cut: list[str] = []

    def plan(self, node: Node) -> Node | None:
        """Return the plan of a tree, or None when it asks for nothing.

        `Within` is planned as what it holds, which finds too much; under a `Not`, where too much
        would become too little, as everything. Their caller looks at the text.
        """
        match node:
            case tree.SomeOf(parts):
                return _gather(tree.SomeOf, map(self._with_related_words, parts))
            case tree.And(parts) | tree.Or(parts):
                return _gather(type(node), map(self.plan, parts))
            case tree.Not(part):
                if needs_text(part):
                    return tree.And(())
                denying, self._denying = self._denying, True
                inner = self.plan(part)
                self._denying = denying
                return tree.Not(inner) if inner else None
            case tree.KnownPaths():
                return node
            case tree.Within(inside):
                return self.plan(inside)
            case _:
                return self._leaf(node)

    def _with_related_words(self, node: Node) -> Node | None:
        """Plan a word with longer ones of its stem: `handwriting` with `handwritten`."""
        plan = self.plan(node)
        terms = own_terms(plan)
        if terms is None or not isinstance(node, tree.Term):
            return plan
        related = (
            TermChoice(((0, term),), COMPLETED_LEAVES)
            for by in self._analyzers
            if len(stem := by.term(only_word(by, node.text))) >= MIN_STEM_LETTERS
            for word in self._vocabulary().completions(stem, RELATED_WORDS)[:RELATED_WORDS]
            if (term := by.term(word)) != STOP_WORD_PLACE
        )
        return _leaf(node.scope, [*terms.choices, *related])

    def _leaf(self, node: Node) -> Node | None:
        match node:
            case tree.Tag(name):
                return _marked(tag_term(fold_text(name)))
            case tree.Term(text, scope) | tree.Phrase(text, scope):
                return self._words(text, scope)
            case tree.Prefix(text, scope):
                return self._prefix(text, scope)
            case tree.Fuzzy(text, distance, scope):
                return self._fuzzy(text, distance, scope)
            case tree.Wildcard(text, scope):
                return self._wildcard(text, scope)
            case _:
                raise UnanswerableNode(f"the full-text index cannot answer {type(node).__name__}")

    def _words(self, text: str, scope: tree.WordScope) -> Node | None:
        """Plan words in a row. A word of several terms (`node.js`, a CJK run) is such a row."""
        # What says nothing in the vault's language is not asked for. What says nothing in the
        # language of some notes cannot be asked of those: `die` of German ones.
        choices: list[TermChoice] = []
        silent: list[str] = []
        for by in self._analyzers:
            words = _query_words(by, text)
            if len(words) == 1 and words[0].kind == "last":
                choices += self._completed(by, (), words[0], heads=scope == "title")
            elif steps := _steps(by, words):
                choices.append(TermChoice(steps))
            elif by is self._analyzers[0]:
                return None
            elif words:
                silent.append(language_term(by.language.code))
        leaf = _leaf(scope, choices)
        if leaf and silent and not self._denying:
            return tree.Or((leaf, *map(_marked, silent)))
        return leaf

    def _prefix(self, text: str, scope: tree.WordScope) -> Node | None:
        own = _query_words(self._analyzers[0], text)
        if self._typing and own and not _steps(self._analyzers[0], own):
            return None  # a whole word that says nothing is more likely than what it begins
        choices: list[TermChoice] = []
        is_short = len(own) == 1 and own[0].kind == "word" and len(own[0].text) < SHORT_BEGINNING
        short = self._typing and scope == "any" and is_short
        for by in self._analyzers:
            words = _query_words(by, text)
            if words and words[-1].kind in {"word", "last"}:
                heads = short or scope in {"title", "heading", "tag"}
                choices += self._completed(by, words[:-1], words[-1], heads=heads)
            elif steps := _steps(by, words):
                choices.append(TermChoice(steps))
        return _leaf(scope, choices, without="body" if short else "")

    def _completed(
        self, by: Analyzer, before: Sequence[Word], last: Word, *, heads: bool
    ) -> list[TermChoice]:
        limit = TYPED_COMPLETIONS if self._typing else ASKED_COMPLETIONS
        words = [last.text, *self._vocabulary().completions(last.text, limit, heads=heads)]
        ahead = _placed(by, before)
        whole = by.term_of(last)
        terms = map(by.term, words) if last.kind == "word" else words
        return [
            TermChoice(
                _from_first([*ahead, (len(before), term)]),
                1.0 if term == whole else COMPLETED_LEAVES,
            )
            for term in dict.fromkeys(terms)
            if term != STOP_WORD_PLACE
        ]

    def _fuzzy(self, text: str, distance: int, scope: tree.WordScope) -> Terms | None:
        choices: list[TermChoice] = []
        for by in self._analyzers:
            words = _query_words(by, text)
            if len(words) != 1 or words[0].kind != "word":
                if steps := _steps(by, words):
                    choices.append(TermChoice(steps))
                continue
            word = words[0].text
            near = [(word, 0), *self._vocabulary().near(word, distance, NEAR_WORDS)]
            choices += [
                TermChoice(((0, term),), EACH_EDIT_LEAVES**edits)
                for other, edits in near
                if (term := by.term(other))
            ]
        return _leaf(scope, choices)

    def _wildcard(self, text: str, scope: tree.WordScope) -> Node | None:
        """Plan a pattern; one of several words (`node.j*`) as all of them, in any order."""
        if not text.strip("*"):
            return tree.And(())
        parts = [part for part in re.split(r"[^\w*?]+", text) if part]
        return _gather(tree.And, (self._pattern(part, scope) for part in parts))

    def _pattern(self, text: str, scope: tree.WordScope) -> Node | None:
        if not set(text) & {"*", "?"}:
            return self._words(text, scope)
        if not text.strip("*"):
            return None
        limit = TYPED_PATTERN_WORDS if self._typing else ASKED_COMPLETIONS
        words = self._vocabulary().matching(fold_letters(text), limit + 1)
        if len(words) > limit:
            self.patterns_cut.append(text)
            del words[limit:]
        choices = [
            TermChoice(((0, term),))
            for by in self._analyzers
            for word in words
            if (term := by.term(word))
        ]
        return _leaf(scope, choices) or tree.Or(())


def wanted_terms(plan: Node | None) -> Iterator[Terms]:
    """Yield what a note is found for; what is under a Not is not in it."""
    return (leaf for leaf in tree.wanted_leaves(plan) if isinstance(leaf, Terms))


def own_terms(plan: Node | None) -> Terms | None:
    """Return what a plan of one word looks for, without the notes in whose language it is none."""
    if isinstance(plan, tree.Or) and plan.parts:
        plan = plan.parts[0]
    return plan if isinstance(plan, Terms) else None


class QueryPhrase(NamedTuple):
    """One word or phrase of a query, and how many words stand before it there."""

    at: int
    terms: Terms


def find_query_phrases(node: Node, planner: Planner) -> list[QueryPhrase]:
    """Return the words that notes must or best have, in the order they were asked for.

    A word that is not indexed holds its place, so that `fear of falling` is a row of three.
    """
    found: list[QueryPhrase] = []
    at = 0
    parts = node.parts if isinstance(node, tree.And) else (node,)
    for part in chain.from_iterable(
        part.parts if isinstance(part, tree.SomeOf) else (part,) for part in parts
    ):
        if not isinstance(part, tree.Term | tree.Phrase | tree.Prefix | tree.Fuzzy):
            continue
        terms = own_terms(planner.plan(part)) if part.scope == "any" else None
        if terms is not None:
            found.append(QueryPhrase(at, terms))
            at += max(choice.steps[-1][0] for choice in terms.choices)
        at += 1
    return found


def only_word(by: Analyzer, text: str) -> str:
    """Return the one word that a text consists of, folded, or "" if it is not one word."""
    words = _query_words(by, text)
    return words[0].text if len(words) == 1 and words[0].kind == "word" else ""


def _query_words(by: Analyzer, text: str) -> list[Word]:
    """The words of a query; the last character of a CJK run only when it is the whole run."""
    # The index holds that character as well, but a query for a run is not one for its end.
    found: list[Word] = []
    for chunk in find_chunks(text):
        for word in by.words(chunk):
            if word.kind != "last" or not found or found[-1].kind != "pair":
                found.append(word)
    return found


def _steps(by: Analyzer, words: Iterable[Word]) -> tuple[tuple[int, str], ...]:
    return _from_first(_placed(by, words))


def _placed(by: Analyzer, words: Iterable[Word]) -> list[tuple[int, str]]:
    return [
        (at, term) for at, word in enumerate(words) if (term := by.term_of(word)) != STOP_WORD_PLACE
    ]


def _from_first(placed: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    first = placed[0][0] if placed else 0
    return tuple((at - first, term) for at, term in placed)


def _marked(term: str) -> Terms:
    """Notes that are marked with a term that is no word."""
    return Terms(("marks",), (TermChoice(((0, term),)),))


def _leaf(
    scope: tree.WordScope, choices: Iterable[TermChoice], *, without: str = ""
) -> Terms | None:
    best: dict[tuple[tuple[int, str], ...], TermChoice] = {}
    for choice in choices:
        known = best.get(choice.steps)
        if known is None or known.worth < choice.worth:
            best[choice.steps] = choice
    fields = tuple(field for field in SCOPES[scope] if field != without)
    return Terms(fields, tuple(best.values())) if best else None


def _gather(kind: type[tree.And | tree.Or], parts: Iterable[Node | None]) -> Node | None:
    found = tuple(part for part in parts if part is not None)
    return found[0] if len(found) == 1 else kind(found) if found else None


# A plan against a text, for passages and for what the index cannot answer.


class PlanMatcher:
    """Finds a plan's words in any text, scopes aside; `language` is a note's `lang:`, or ""."""

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
    if isinstance(plan, Terms):
        yield from (term for choice in plan.choices for _, term in choice.steps)
    for part in () if plan is None else tree.children(plan):
        yield from _terms(part)

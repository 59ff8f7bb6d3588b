"""Turns a query tree into a plan: the same tree with index terms instead of words.

It uses the analyzer and the vocabulary; the scorer evaluates plans. Stop words and symbols (`the`,
`--`) have no plan and are dropped. `PlanMatcher` finds the terms of a plan in a text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

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
)
from notekeep.search.index_folder import SCOPES, language_term, tag_term
from notekeep.search.results import Spans
from notekeep.search.vocabulary import Vocabulary

MAX_TYPED_COMPLETIONS = 10
"""Maximum number of completions of an unfinished last word."""

MAX_COMPLETIONS = 1000
"""Maximum number of words for `prefix*` and wildcards, most frequent first; rarely reached."""

TYPED_PATTERN_WORDS = 50
"""The same limit while typing, when reading a thousand posting lists would be too slow."""

NEAR_WORDS = 50
"""Maximum number of words for `fuzzy~`, nearest first."""

SHORT_PREFIX = 3
"""While typing, shorter prefixes are not searched in bodies, because nearly every note matches."""

COMPLETION_WEIGHT = 0.5
"""Weight of a word that only starts with the query word."""

RELATED_WORDS = 5
"""Number of longer words with the same stem to add if not all words are required."""

MIN_STEM_LETTERS = 5
"""Shorter stems are prefixes of too many unrelated words."""

EDIT_WEIGHT = 0.7
"""Weight per edit between a word and the query word."""

MARKS = ("marks",)
"""The field of terms that are not words."""

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d?)\.(\d\d?)\.(\d{4})")
_VERSION = re.compile(r"[vV]?\d+(?:\.\d+)+")
_QUOTE_LINE = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)*>")
_HEADING_LINE = re.compile(r"[ \t]*#{1,6}[ \t]")


class UnanswerableNode(TypeError):
    """The full-text index cannot evaluate this node; it needs the catalog or the texts."""


class Planner:
    """Makes plans for the notes in one language; see `make_planners`.

    `own_notes` are the conditions that select notes in that language. `patterns_cut` lists the
    patterns that match more words than were searched.
    """

    def __init__(
        self,
        by: Analyzer,
        vault_by: Analyzer,
        own_notes: tuple[Node, ...],
        vocabulary: Callable[[], Vocabulary],
        *,
        typing: bool,
    ) -> None:
        self.by = by
        self._vault_by = vault_by
        self.own_notes = own_notes
        self._vocabulary = vocabulary
        self._typing = typing
        self.patterns_cut: list[str] = []

    def plan(self, node: Node) -> Node | None:
        """Return the plan of a tree, or None if it is empty.

        A `Within` is planned as its content, which matches too many notes. A `Not` around it would
        match too few, so it is planned to match all notes. The caller checks the texts.
        """
        match node:
            case tree.SomeOf(parts):
                return _gather(type(node), map(self._with_related_words, parts))
            case tree.And(parts) | tree.Or(parts):
                return _gather(type(node), map(self.plan, parts))
            case tree.Not(part):
                if needs_text(part):
                    return tree.And(())
                inner = self.plan(part)
                return tree.Not(inner) if inner else tree.And(())
            case tree.KnownPaths():
                return node
            case tree.Within(inside):
                return self.plan(inside)
            case _:
                return self._leaf(node)

    def _with_related_words(self, node: Node) -> Node | None:
        """Plan a word together with longer words that start with its stem."""
        plan = self.plan(node)
        if not isinstance(plan, Terms) or not isinstance(node, tree.Term):
            return plan
        stem = self.by.term(only_word(self.by, node.text))
        words: list[str] = []
        if len(stem) >= MIN_STEM_LETTERS:
            words = self._vocabulary().completions(stem, RELATED_WORDS)[:RELATED_WORDS]
        related = (
            TermChoice(((0, term),), COMPLETION_WEIGHT)
            for term in map(self.by.term, words)
            if term != STOP_WORD_PLACE
        )
        return _leaf(node.scope, [*plan.choices, *related])

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

    def _words(self, text: str, scope: tree.WordScope) -> Terms | None:
        """Plan a word or phrase. A word of several terms (`node.js`, CJK text) is a phrase."""
        words = _query_words(self.by, text)
        if all(map(_stop_word_test(self._vault_by), _query_words(self._vault_by, text))):
            return None  # only stop words in the language of the vault
        if all(map(_stop_word_test(self.by), words)):
            return None
        if len(words) == 1 and words[0].kind == "last":
            return _leaf(scope, self._completions((), words[0], heads=scope == "title"))
        return _leaf(scope, [*self._phrase_choices(words), *self._other_spellings(text)])

    def _phrase_choices(self, words: Sequence[Word]) -> list[TermChoice]:
        folded = [word._replace(text=self.by.language.fold_umlauts(word.text)) for word in words]
        rows = dict.fromkeys(
            _relative_to_first(_term_offsets(self.by, row)) for row in (words, folded)
        )
        return [TermChoice(steps) for steps in rows if steps]

    def _other_spellings(self, text: str) -> list[TermChoice]:
        """Return a version number with or without `v`, or a date as front matter is indexed."""
        if day := _DATE.fullmatch(text):
            year, month, date = day.groups()[:3] if day[1] else day.groups()[:2:-1]
            return [TermChoice(((0, f"{year}{month:0>2}{date:0>2}"),))]
        if not _VERSION.fullmatch(text):
            return []
        other = text[1:] if text[0] in "vV" else f"v{text}"
        return self._phrase_choices(_query_words(self.by, other))

    def _prefix(self, text: str, scope: tree.WordScope) -> Node | None:
        words = _query_words(self.by, text)
        if not words or words[-1].kind not in {"word", "last"}:
            return _leaf(scope, self._phrase_choices(words))
        first = words[0]
        is_short = len(words) == 1 and first.kind == "word" and len(first.text) < SHORT_PREFIX
        short = self._typing and scope == "any" and is_short
        heads = short or scope in {"title", "heading", "tag"}
        choices = self._completions(words[:-1], words[-1], heads=heads) + self._other_spellings(
            text
        )
        completed = _leaf(scope, choices, without="body" if short else "")
        return _gather(tree.Or, (self._words(text, scope), completed)) if short else completed

    def _completions(self, before: Sequence[Word], last: Word, *, heads: bool) -> list[TermChoice]:
        limit = MAX_TYPED_COMPLETIONS if self._typing else MAX_COMPLETIONS
        spellings = dict.fromkeys((last.text, self.by.language.fold_umlauts(last.text)))
        known = self._vocabulary()
        words = [
            word
            for beginning in spellings
            for word in (beginning, *known.completions(beginning, limit, heads=heads))
        ]
        ahead = _term_offsets(self.by, before)
        whole = self.by.term_of(last)
        terms = map(self.by.term, words) if last.kind == "word" else words
        return [
            TermChoice(
                _relative_to_first([*ahead, (len(before), term)]),
                1.0 if term == whole else COMPLETION_WEIGHT,
            )
            for term in dict.fromkeys(terms)
            if term != STOP_WORD_PLACE
        ]

    def _fuzzy(self, text: str, distance: int, scope: tree.WordScope) -> Terms | None:
        words = _query_words(self.by, text)
        if len(words) != 1 or words[0].kind != "word":
            return _leaf(scope, self._phrase_choices(words))
        word = words[0].text
        near = [(word, 0), *self._vocabulary().near(word, distance, NEAR_WORDS)]
        choices = (
            TermChoice(((0, term),), EDIT_WEIGHT**edits)
            for other, edits in near
            if (term := self.by.term(other))
        )
        return _leaf(scope, choices)

    def _wildcard(self, text: str, scope: tree.WordScope) -> Node | None:
        """Plan a pattern; several words (`node.j*`) must all match, in any order."""
        if not text.strip("*"):
            return tree.And(())
        parts = [part for part in re.split(r"[^\w*?]+", text) if part]
        return _gather(tree.And, (self._pattern(part, scope) for part in parts))

    def _pattern(self, text: str, scope: tree.WordScope) -> Node | None:
        if not set(text) & {"*", "?"}:
            return self._words(text, scope)
        if not text.strip("*"):
            return None
        limit = TYPED_PATTERN_WORDS if self._typing else MAX_COMPLETIONS
        words = self._vocabulary().matching(fold_letters(text), limit + 1)
        if len(words) > limit:
            self.patterns_cut.append(text)
            del words[limit:]
        choices = (TermChoice(((0, term),)) for term in map(self.by.term, words) if term)
        return _leaf(scope, choices) or tree.Or(())


LanguagePlans: TypeAlias = Sequence[tuple[Planner, Node | None]]


def make_planners(
    analyzers: Sequence[Analyzer], vocabulary: Callable[[], Vocabulary], *, typing: bool = False
) -> list[Planner]:
    """Return a planner for each language; the vault's language comes first."""
    read = cache(vocabulary)  # each call checks the disk for new words
    own, *others = analyzers
    marks = {by: _marked(language_term(by.language.code)) for by in others}
    outside: tuple[Node, ...] = tuple(map(tree.Not, marks.values()))
    return [
        Planner(by, own, (marks[by],) if by in marks else outside, read, typing=typing)
        for by in analyzers
    ]


def make_plans(planners: Iterable[Planner], node: Node) -> LanguagePlans:
    """Return the plan of a tree for each language."""
    return [(each, each.plan(node)) for each in planners]


def join_plans(plans: LanguagePlans) -> Node | None:
    """Join the plans of all languages into one."""
    found = ((plan, planner.own_notes) for planner, plan in plans if plan)
    return _gather(tree.Or, (tree.And((plan, *own)) if own else plan for plan, own in found))


def positive_terms(plan: Node | None) -> Iterator[Terms]:
    """Yield the terms of a plan, except those under a Not."""
    return (leaf for leaf in tree.positive_leaves(plan) if isinstance(leaf, Terms))


class QueryPhrase(NamedTuple):
    """A word or phrase of a query, and the number of words before it."""

    at: int
    terms: Terms


def find_query_phrases(node: Node, planner: Planner) -> list[QueryPhrase]:
    """Return the required words of a query in order.

    Words without index terms keep their position: `fear of falling` spans three positions.
    """
    found: list[QueryPhrase] = []
    at = 0
    parts = node.parts if isinstance(node, tree.And) else (node,)
    for part in parts:
        if not isinstance(part, tree.Term | tree.Phrase | tree.Prefix | tree.Fuzzy):
            continue
        terms = planner.plan(part) if part.scope == "any" else None
        if isinstance(terms, tree.Or):  # a short word, and its completions
            terms = terms.parts[-1]
        if isinstance(terms, Terms):
            found.append(QueryPhrase(at, terms))
            at += max(choice.steps[-1][0] for choice in terms.choices)
        at += 1
    return found


def only_word(by: Analyzer, text: str) -> str:
    """Return the folded word if a text is one word, else ""."""
    words = _query_words(by, text)
    return words[0].text if len(words) == 1 and words[0].kind == "word" else ""


def _query_words(by: Analyzer, text: str) -> list[Word]:
    """Return the words of a query, without the last character of a CJK run at its end."""
    # The index contains that character as a term, but in a note the run may continue.
    found = [word for chunk in find_chunks(text) for word in by.words(chunk)]
    return found[:-1] if [word.kind for word in found[-2:]] == ["pair", "last"] else found


def _stop_word_test(by: Analyzer) -> Callable[[Word], bool]:
    return lambda word: word.kind == "word" and by.language.is_stop(word.text)


def _term_offsets(by: Analyzer, words: Iterable[Word]) -> list[tuple[int, str]]:
    return [
        (at, term) for at, word in enumerate(words) if (term := by.term_of(word)) != STOP_WORD_PLACE
    ]


def _relative_to_first(placed: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    first = placed[0][0] if placed else 0
    return tuple((at - first, term) for at, term in placed)


def _marked(term: str) -> Terms:
    return Terms(MARKS, (TermChoice(((0, term),)),))


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


# Matching a plan in a text, for passages and for `Within`


class PlanMatcher:
    """Finds the words of a query in texts; `language` is the `lang:` of the note, or ""."""

    def __init__(self, plans: LanguagePlans) -> None:
        self._plans = {each.by.language.code: (each.by, plan) for each, plan in plans}

    def _read(self, text: str, language: str) -> tuple[Node | None, list[TermPosition]]:
        """Return the plan for the language of a text, and the positions of its terms."""
        own = next(iter(self._plans.values()))
        by, plan = self._plans.get(base_language(language), own)
        terms = frozenset(_terms(plan))
        return plan, by.places(text, terms) if terms else []

    def spans(self, text: str, language: str = "", *, scoped: bool = False) -> Spans:
        """Return the positions of matches in order; with `scoped`, only in the searched parts."""
        plan, found = self._read(text, language)
        places = _Places(found)
        spans: set[tuple[int, int]] = set()
        for fields, choices in positive_terms(plan):
            all_spans = {span for choice in choices for span in places.find(choice)}
            spans |= _in_scope(fields, text, all_spans) if scoped else all_spans
        return sorted(spans)

    def matches_title(self, title: str, language: str) -> bool:
        """Whether a title contains all words of the query."""
        plan, found = self._read(title, language)
        searched = [terms for terms in positive_terms(plan) if terms.fields != MARKS]
        in_title = bool(searched) and all("title" in terms.fields for terms in searched)
        return in_title and plan is not None and _matches(plan, _Places(found))

    def matches_one_part(self, text: str, starts: Sequence[int], language: str = "") -> bool:
        """Whether one part of a text matches the whole plan; the parts begin at `starts`."""
        plan, found = self._read(text, language)
        if plan is None:
            return True
        pieces: dict[int, list[TermPosition]] = {}
        for place in found:
            pieces.setdefault(bisect_right(starts, place.start), []).append(place)
        if len(pieces) < len(starts) and _matches(plan, _Places(())):
            return True
        return any(_matches(plan, _Places(places)) for places in pieces.values())


def _in_scope(
    fields: tuple[str, ...], text: str, spans: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Return the spans in the searched part: quotes, headings, or the whole text."""
    if fields == SCOPES["title"]:
        return set()
    if fields not in (SCOPES["quote"], SCOPES["heading"]):
        return spans
    lines = _QUOTE_LINE if fields == SCOPES["quote"] else _HEADING_LINE
    starts = {span: text.rfind("\n", 0, span[0]) + 1 for span in spans}
    return {span for span, start in starts.items() if lines.match(text, start)} or spans


class _Places:
    def __init__(self, places: Sequence[TermPosition]) -> None:
        self._by_term: dict[str, list[TermPosition]] = {}
        self._by_position: dict[int, TermPosition] = {}
        for place in places:
            self._by_term.setdefault(place.term, []).append(place)
            self._by_position[place.position] = place

    def find(self, choice: TermChoice) -> Iterator[tuple[int, int]]:
        """Yield the spans where all terms of a phrase occur at the right distances."""
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


def _matches(plan: Node, places: _Places) -> bool:
    match plan:
        case Terms(fields, choices):
            found = (span for choice in choices for span in places.find(choice))
            return fields == MARKS or next(found, None) is not None
        case And(parts) | tree.SomeOf(parts):
            return all(_matches(part, places) for part in parts)
        case Or(parts):
            return any(_matches(part, places) for part in parts)
        case Not(part):
            return not _matches(part, places)
        case _:
            return True


def _terms(plan: Node | None) -> Iterator[str]:
    if isinstance(plan, Terms):
        yield from (term for choice in plan.choices for _, term in choice.steps)
    for part in () if plan is None else tree.children(plan):
        yield from _terms(part)

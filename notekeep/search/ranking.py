"""Ranks hits by the score of their words and by factors that this score does not include.

The index only counts stems. For the best hits, this module checks the name of the note, exact
words, word proximity, the modification date and how often the note was opened. Each factor raises
the score by a percentage, so that relevant notes stay first. A note whose name equals the query
always comes first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from notekeep.catalog.records import Row
from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.query.folding import fold_text
from notekeep.query.tree import And, Node, Phrase, Prefix, SomeOf, Term, is_fact, positive_leaves
from notekeep.search.results import FileStart

RERANKED_HITS = 50
"""Number of best hits to rerank."""

AS_TYPED_BOOST = 1.2
"""Boost if all words occur as typed. In notes of equal length, a frequent word counts up to 2.2
times as much as a single one (K1 + 1), so this just ranks the word itself before its other forms.
"""

PROXIMITY_BOOST = 1.2
"""Boost if the words are adjacent; it decreases with their distance."""

BEGINNING_BOOST = 0.5
"""Boost if the title starts with the query."""

FRESHNESS_BOOST = 0.1
"""Boost of a note changed today."""

FRESH_DAYS = 30.0
"""Half-life of FRESHNESS_BOOST, in days."""

OPENED_BOOST = 0.15
"""Maximum boost for openings; half of it is reached after HALF_BOOST_OPENINGS."""

HALF_BOOST_OPENINGS = 5.0

FOLDED_FACTOR = 0.8
"""Weight of a word that occurs with different accents."""

_NAMING = (Term, Phrase, Prefix)

_DAY_NS = 86_400 * 10**9
_PAIRED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts without spaces; compiled on demand, because it takes 2 ms."""

_WORD = re.compile(r"\w")
_SIGN = re.compile(r"[^\w\s]")


class RankBoosts(NamedTuple):
    """The parts of the score of a note."""

    words: float  # BM25F score of its words
    is_named: bool = False  # whether its name equals the query
    as_typed: float = 0.0  # share of the words that occur as typed
    near: float = 0.0  # 1 if the words are adjacent, with the same symbols; less with distance
    begins: bool = False  # whether its title starts with the query
    # 1 if changed today, half after FRESH_DAYS; counted in whole days, so that titles decide ties
    fresh: float = 0.0
    often: float = 0.0  # 0 if never opened, then approaching 1

    def parts(self) -> list[tuple[str, float]]:
        """Return the parts of the score with their descriptions."""
        return [
            ("words", self.words),
            ("words as typed", self.words * AS_TYPED_BOOST * self.as_typed),
            ("words near each other", self.words * PROXIMITY_BOOST * self.near),
            ("start of the title", self.words * BEGINNING_BOOST * self.begins),
            ("changed recently", self.words * FRESHNESS_BOOST * self.fresh),
            ("opened often", self.words * OPENED_BOOST * self.often),
        ]

    @property
    def score(self) -> float:
        """The score with all boosts except the name boost."""
        return sum(share for _, share in self.parts())


class QueryWords(NamedTuple):
    """The words of a query."""

    words: tuple[str, ...]  # required or optional words as typed, in order
    name: str  # the query as the name of a note
    words_only: bool  # whether the query contains only words
    can_match_title: bool  # whether it contains only words for titles, and facts


def read_query_words(node: Node | None, text: str) -> QueryWords:
    """Return the words of a query; its `text` may itself be a name, such as `A*`."""
    parts = node.parts if isinstance(node, And) else (node,)
    words = tuple(
        word
        for part in parts
        if not isinstance(part, SomeOf)  # the order of optional words means little
        for leaf in positive_leaves(part)
        if isinstance(leaf, _NAMING) and leaf.scope in ("any", "title")
        for word in leaf.text.split()
    )
    worded = [isinstance(part, _NAMING) and part.scope in ("any", "title") for part in parts]
    names = all(
        word or (part is not None and is_fact(part))
        for word, part in zip(worded, parts, strict=True)
    )
    name = text.strip().strip('"') if all(worded) else " ".join(words)
    return QueryWords(words, name, all(worded), names)


class Ranker:
    """Ranks the hits of one query."""

    def __init__(
        self,
        words: QueryWords,
        proximity: Mapping[str, float],
        text_of: Callable[[str], FileStart | None],
        times_opened: Callable[[str], float],
    ) -> None:
        self._words = words
        self._proximity = proximity
        self._text_of = text_of
        self._times_opened = times_opened
        self._now = time.time_ns()
        self._with_signs = words.name.casefold() if _SIGN.search(words.name) else ""

    def boosts(self, row: Row, words: float) -> RankBoosts:
        """Return the boosts of a note with a word score."""
        times = self._times_opened(row.path)
        name = fold_text(self._words.name)
        names = map(fold_text, (row.title, note_stem(row.path), *row.aliases))
        return RankBoosts(
            words,
            is_named=bool(name) and name in names,
            as_typed=self._as_typed(row),
            near=1.0 if self._is_verbatim(row) else self._proximity.get(row.path, 0.0),
            begins=len(name) > 1 and fold_text(row.title).startswith(name),
            fresh=0.5 ** (max(0, self._now - row.mtime_ns) // _DAY_NS / FRESH_DAYS),
            often=times / (times + HALF_BOOST_OPENINGS),
        )

    def _is_verbatim(self, row: Row) -> bool:
        """Whether a query with symbols, such as `--fix`, occurs as typed."""
        text = self._text_of(row.path) if self._with_signs else None
        return text is not None and _has_word(text.whole.casefold(), self._with_signs)

    def _as_typed(self, row: Row) -> float:
        words = self._words.words
        text = self._text_of(row.path) if words else None
        if text is None:
            return 0.0
        whole = "\n".join((row.title, *row.aliases, text.whole)).casefold()
        others = [word for word in words if not _has_word(whole, word.casefold())]
        found = float(len(words) - len(others))
        if others:  # folding a long text takes a millisecond
            folded = whole if whole.isascii() else fold_text(whole)
            found += FOLDED_FACTOR * sum(_has_word(folded, fold_text(word)) for word in others)
        return found / len(words)


def rank_hits(
    rows: Sequence[Row], scores: Mapping[str, float], ranker: Ranker
) -> list[tuple[Row, float, RankBoosts]]:
    """Return notes in ranked order, with their scores and boosts; only the best are reranked."""
    found = [
        (row, ranker.boosts(row, scores.get(row.path, 0.0)))
        if at < RERANKED_HITS
        else (row, RankBoosts(scores[row.path]))
        for at, row in enumerate(rows)
    ]
    above = max((boosts.score for _, boosts in found), default=0.0) + 1
    ordered = [(row, boosts.score + above * boosts.is_named, boosts) for row, boosts in found]
    ordered.sort(key=lambda one: (-one[1], fold_name(one[0].title), one[0].path))
    return ordered


def _has_word(text: str, word: str) -> bool:
    """Whether a text contains a whole word; any occurrence counts in scripts without spaces."""
    if not word.isascii() and re.search(_PAIRED, word):
        return word in text
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not _WORD.match(text[at - 1 : at]) and not _WORD.match(text[end : end + 1]):
            return True
        at = text.find(word, at + 1)
    return False

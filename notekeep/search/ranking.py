"""The order of what was found by words: their score, and what the score does not know.

The index holds stems and counts them. Whether a note is called what was typed, has a word as it was
typed, has the words near each other, was changed lately or is opened often, is seen here, in the
best hits. Each lifts a score by a share of it, so that a note that is about the words is not
outranked by one that merely has them; a note that is called so comes first whatever its score.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from notekeep.catalog.records import Row
from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.query.folding import fold_text
from notekeep.query.tree import And, Node, Phrase, Prefix, SomeOf, Term, is_fact, wanted_leaves
from notekeep.search.results import FileStart

RERANKED_HITS = 50
"""How many of the best hits are looked at again."""

AS_TYPED_BOOST = 1.2
"""The lift when all words stand there as they were typed. In notes of one length a word that stands
there often is worth up to 2.2 times one that stands there once (K1 + 1), so this is just enough for
the word itself to go before its other forms."""

NEARNESS_BOOST = 1.2
"""The lift when the words stand in a row; less where they are farther apart."""

BEGINNING_BOOST = 0.5
"""The lift when the title begins with what was typed."""

FRESHNESS_BOOST = 0.1
"""The lift of a note that was changed today."""

FRESH_DAYS = 30.0
"""Days after which half of that is left."""

OPENED_BOOST = 0.15
"""The lift that a note nears the more often it is opened; half of it after HALF_BOOST_OPENINGS."""

HALF_BOOST_OPENINGS = 5.0

FOLDED_FACTOR = 0.8
"""What a word counts as typed that stands there with other accents."""

_NAMING = (Term, Phrase, Prefix)

_DAY_NS = 86_400 * 10**9
_PAIRED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Scripts without blanks; two milliseconds to compile, which most words have no need of."""

_WORD = re.compile(r"\w")


class RankBoosts(NamedTuple):
    """Why a note stands where it does."""

    words: float  # the score of its words, as BM25F counts them
    called: bool = False  # it is called what was typed
    as_typed: float = 0.0  # the share of the words that stand there as they were typed
    near: float = 0.0  # 1 where the words stand in a row, less the farther apart they are
    begins: bool = False  # its title begins with what was typed
    # 1 if it was changed today, half after FRESH_DAYS; by whole days, so that notes of one day are
    # in the order of their titles.
    fresh: float = 0.0
    often: float = 0.0  # from 0 for a note that is never opened towards 1

    def parts(self) -> list[tuple[str, float]]:
        """What the score is made of, in words."""
        return [
            ("words", self.words),
            ("words as typed", self.words * AS_TYPED_BOOST * self.as_typed),
            ("words near each other", self.words * NEARNESS_BOOST * self.near),
            ("start of the title", self.words * BEGINNING_BOOST * self.begins),
            ("changed recently", self.words * FRESHNESS_BOOST * self.fresh),
            ("opened often", self.words * OPENED_BOOST * self.often),
        ]

    @property
    def score(self) -> float:
        """The words' score with all boosts but that of a name."""
        return sum(share for _, share in self.parts())


class QueryWords(NamedTuple):
    """What notes were asked for."""

    words: tuple[str, ...]  # those that they must or may have, as typed, in order
    name: str  # what a note may be called for which one types all of that
    words_only: bool  # nothing but words was asked for
    no_more_than_names: bool  # a title can have all that was asked for, facts aside


def read_query_words(node: Node | None, text: str) -> QueryWords:
    """Return what a query asks for; its `text` may itself be a name: `A*`."""
    parts = node.parts if isinstance(node, And) else (node,)
    words = tuple(
        word
        for part in parts
        if not isinstance(part, SomeOf)  # where some words are enough, how they stand says little
        for leaf in wanted_leaves(part)
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
    """Weighs the hits of one query."""

    def __init__(
        self,
        words: QueryWords,
        nearness: Mapping[str, float],
        text_of: Callable[[str], FileStart | None],
        times_opened: Callable[[str], float],
    ) -> None:
        self._words = words
        self._nearness = nearness
        self._text_of = text_of
        self._times_opened = times_opened
        self._now = time.time_ns()

    def boosts(self, row: Row, words: float) -> RankBoosts:
        """Return what speaks for a note, whose words have that score."""
        times = self._times_opened(row.path)
        name = fold_text(self._words.name)
        names = map(fold_text, (row.title, note_stem(row.path), *row.aliases))
        return RankBoosts(
            words,
            called=bool(name) and name in names,
            as_typed=self._as_typed(row),
            near=self._nearness.get(row.path, 0.0),
            begins=len(name) > 1 and fold_text(row.title).startswith(name),
            fresh=0.5 ** (max(0, self._now - row.mtime_ns) // _DAY_NS / FRESH_DAYS),
            often=times / (times + HALF_BOOST_OPENINGS),
        )

    def _as_typed(self, row: Row) -> float:
        words = self._words.words
        text = self._text_of(row.path) if words else None
        if text is None:
            return 0.0
        whole = "\n".join((row.title, *row.aliases, text.whole)).casefold()
        others = [word for word in words if not _has_word(whole, word.casefold())]
        found = float(len(words) - len(others))
        if others:  # a long text takes a millisecond to fold
            folded = whole if whole.isascii() else fold_text(whole)
            found += FOLDED_FACTOR * sum(_has_word(folded, fold_text(word)) for word in others)
        return found / len(words)


def rank_hits(
    rows: Sequence[Row], scores: Mapping[str, float], ranker: Ranker
) -> list[tuple[Row, float, RankBoosts]]:
    """Return notes in order, with scores that say their order, and why; the first are weighed."""
    found = [
        (row, ranker.boosts(row, scores.get(row.path, 0.0)))
        if at < RERANKED_HITS
        else (row, RankBoosts(scores[row.path]))
        for at, row in enumerate(rows)
    ]
    above = max((boosts.score for _, boosts in found), default=0.0) + 1
    ordered = [(row, boosts.score + above * boosts.called, boosts) for row, boosts in found]
    ordered.sort(key=lambda one: (-one[1], fold_name(one[0].title), one[0].path))
    return ordered


def _has_word(text: str, word: str) -> bool:
    """Whether a text has a whole word; a part of its run in a script that has no blanks."""
    if not word.isascii() and re.search(_PAIRED, word):
        return word in text
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not _WORD.match(text[at - 1 : at]) and not _WORD.match(text[end : end + 1]):
            return True
        at = text.find(word, at + 1)
    return False

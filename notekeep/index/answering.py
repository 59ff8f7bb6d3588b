"""One query into its hits: facts, then words, then the second look, then a passage of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.found import Found, Hit
from notekeep.index.passages import READ, Passages, always
from notekeep.index.ranking import LOOKED_AT, Judge, Lifts, asked_for, ranked
from notekeep.index.snippet import HEAD, NOTHING, Text, passage, read_text
from notekeep.index.suggest import suggest
from notekeep.query.tree import Docs, is_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.index.words import Words
    from notekeep.index.words.match import Matcher
    from notekeep.query.tree import Node, Query

MANY = 500
"""From so many hits on, asking for all notes is cheaper than asking for each of them."""


MANY_WORDS = "Only the commonest words were looked for that are like {}; add a letter."


def _never(_path: str) -> float:
    return 0.0


class Sources:
    """What a search asks.

    Attributes:
        catalog: The vault's facts.
        words: Its words.
        root: The vault.
        times_opened: How often a note was opened, by its path.
        wanted: Whether somebody still waits for the answer; asked while notes are read.
        texts: The beginnings of notes that were read already, by path.
    """

    def __init__(
        self,
        catalog: Catalog,
        words: Words,
        root: str,
        times_opened: Callable[[str], float] = _never,
        wanted: Callable[[], bool] = always,
    ) -> None:
        self.catalog, self.words, self.root = catalog, words, root
        self.times_opened, self.wanted = times_opened, wanted
        self.texts: dict[str, Text | None] = {}

    def text(self, path: str) -> Text | None:
        """The beginning of a note; None when it cannot be read."""
        if path not in self.texts:
            self.texts[path] = read_text(self.root, path)
        return self.texts[path]


class Answering:
    """Answers one query.

    Attributes:
        query: What is asked.
        node: Its tree.
        tree: The same with only words and known notes in it, once it was asked.
        typing: Whether its last word is unfinished.
        lifts: Why each hit stands where it does, by path; of those that were ranked.
        matcher: Finds the words that were asked for; None where there are none.

    Args:
        sources: What is asked.
        query: The query.
        limit: How many hits at most; None for all.
        typing: Whether its last word is unfinished.
        in_part: Whether what a slow regular expression has found until it is stopped is an answer.
    """

    def __init__(
        self,
        sources: Sources,
        query: Query,
        limit: int | None,
        *,
        typing: bool = False,
        in_part: bool = False,
    ) -> None:
        self.query, self.node = query, query.root
        self.tree: Node = Docs(frozenset())
        self.typing = typing
        self.lifts: dict[str, Lifts] = {}
        self.matcher: Matcher | None = None
        self._sources, self._limit = sources, limit
        self._passages = Passages(
            sources.catalog,
            sources.words,
            sources.root,
            query.text,
            in_part=in_part,
            wanted=sources.wanted,
        )

    def answer(self) -> Found:
        """The hits, and what is to be said of them.

        Raises:
            UsageError: A regular expression takes too long.
            Unusable: There is no words index, and the query has words.
        """
        found = self._answer()
        return found._replace(remarks=(*found.remarks, *self._passages.cut_short))

    def _answer(self) -> Found:
        if self.node is None or is_fact(self.node):
            return self._listed(self.node)
        tree = self.tree = self._passages.answered(self.node)
        if is_fact(tree):
            return self._listed(tree)
        found = self._sources.words.ranked(tree, LOOKED_AT, typing=self.typing)
        scores = self._alive(found.scores)
        self.matcher = self._sources.words.matcher(tree, typing=self.typing)
        if self.query.order and self.query.order[0].field != "score":
            return self._listed(Docs(frozenset(scores)), scores)
        best = self._best(scores, found.nearness)
        self.lifts = {row.path: lifts for row, _, lifts in best}
        hits = [self._hit(row, score) for row, score, _ in best]
        cut = ", ".join(found.patterns_cut)
        remarks = (MANY_WORDS.format(cut),) if cut else ()
        return Found(len(scores), hits, remarks=remarks)

    def best_score(self) -> float:
        """The score of the words of the best note; 0 where there is none."""
        if self.node is None or is_fact(self.node):
            return 0.0
        tree = self._passages.answered(self.node)
        found = self._sources.words.scores(tree, limit=1, typing=self.typing)
        return max(found.values(), default=0.0)

    def _listed(self, tree: Node | None, scores: Mapping[str, float] | None = None) -> Found:
        """Hits in the order that was asked for, else by title."""
        total, rows = self._sources.catalog.rows(tree, self.query.order, self._limit)
        known = scores or {}
        return Found(total, [self._hit(row, known.get(row.path, 0.0)) for row in rows])

    def _alive(self, scores: Mapping[str, float]) -> dict[str, float]:
        """Only notes that are still there, best first."""
        catalog, words = self._sources.catalog, self._sources.words
        if len(scores) <= MANY:
            there = frozenset(catalog.rows_of(scores))
        elif not catalog.dirty() and catalog.count() == words.count:
            return dict(scores)  # both know the same notes
        else:
            there = catalog.paths(None)
        return {path: score for path, score in scores.items() if path in there}

    def _best(
        self, scores: dict[str, float], nearness: Mapping[str, float]
    ) -> list[tuple[Row, float, Lifts]]:
        """The best hits; `scores` gets those that only a name has found."""
        asked = asked_for(self.query.root, self.query.text)
        called = [row.path for row in self._sources.catalog.named(asked.name, in_lists=True)]
        named = [path for path in called if path in scores or asked.words_only]
        if self.typing and asked.no_more_than_names:
            named += self._begun()
        best = max(scores.values(), default=1.0)
        for path in named:
            scores.setdefault(path, best)
        count = len(scores) if self._limit is None else max(self._limit, LOOKED_AT)
        paths = list(dict.fromkeys([*named, *list(scores)[:count]]))
        rows = self._sources.catalog.rows_of(paths)
        judge = Judge(asked, nearness, self._sources.text, self._sources.times_opened)
        ordered = ranked([rows[path] for path in paths if path in rows], scores, judge)
        return ordered[: self._limit]

    def _begun(self) -> list[str]:
        """The notes whose title has the beginnings that were typed."""
        found = suggest(self.query, self.query.text, self._sources.catalog, limit=LOOKED_AT)
        return [hit.row.path for hit in found.hits if hit.snippet.marks]

    def _hit(self, row: Row, score: float) -> Hit:
        text = self._sources.text(row.path)
        spans = [] if text is None else self._spans(row, text)
        if not spans and row.size > HEAD and (self.matcher or self._passages.spans):
            # What was found is further down than one looks at first.
            text = read_text(self._sources.root, row.path, READ)
            spans = [] if text is None else self._spans(row, text)
        shown = NOTHING if text is None else passage(text, spans)
        return Hit(row, score, shown.snippet, shown.line, self._above(row.path, shown.line))

    def _above(self, path: str, line: int | None) -> tuple[str, ...]:
        """The headings that a line stands under, the outermost first."""
        above: list[tuple[int, str]] = []
        for at, level, said in self._sources.catalog.headings(path) if line else ():
            if at > (line or 0):
                break
            above = [(outer, text) for outer, text in above if outer < level] + [(level, said)]
        return tuple(text for _, text in above)

    def _spans(self, row: Row, text: Text) -> list[tuple[int, int]]:
        """Where what was asked for stands; in the front matter only if nowhere else."""
        length = len(text.whole)
        found = [span for span in self._passages.spans.get(row.path, ()) if span[1] <= length]
        if self.matcher is not None:
            spans = self.matcher.spans(text.whole[text.body :], row.language)
            found += [(start + text.body, end + text.body) for start, end in spans]
            found = found or self.matcher.spans(text.whole[: text.body], row.language)
        return sorted(found)

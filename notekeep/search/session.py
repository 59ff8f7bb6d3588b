"""One question: facts, words, text, hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import IndexUnusable as Unusable
from notekeep.query.tree import (
    And,
    Compare,
    Fuzzy,
    KnownPaths,
    Line,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Regex,
    Section,
    Term,
    Wildcard,
    is_fact,
)
from notekeep.search.listing import smaller_limit
from notekeep.search.ranking import (
    RERANKED_HITS,
    RankBoosts,
    Ranker,
    list_query_words,
    rank_hits,
    read_query_words,
)
from notekeep.search.results import (
    HEAD_BYTES,
    NO_PASSAGE,
    FileStart,
    Hit,
    SearchResults,
    passage,
    read_file_start,
)
from notekeep.search.suggestions import drop_one_word, make_prefix_query, respell_query, suggest
from notekeep.search.text_filter import MAX_READ_BYTES, TextFilter, always, needs_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.records import Row
    from notekeep.search.matcher import PlanMatcher
    from notekeep.search.suggestions import FallbackQuery
    from notekeep.search.whoosh_index import WhooshIndex


# One query into its hits: facts, then words, then the second look, then a passage of each.


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
        words: WhooshIndex,
        root: str,
        times_opened: Callable[[str], float] = _never,
        wanted: Callable[[], bool] = always,
    ) -> None:
        self.catalog, self.words, self.root = catalog, words, root
        self.times_opened, self.wanted = times_opened, wanted
        self.texts: dict[str, FileStart | None] = {}

    def text(self, path: str) -> FileStart | None:
        """The beginning of a note; None when it cannot be read."""
        if path not in self.texts:
            self.texts[path] = read_file_start(self.root, path)
        return self.texts[path]


class QueryRun:
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
        self.tree: Node = KnownPaths(frozenset())
        self.typing = typing
        self.lifts: dict[str, RankBoosts] = {}
        self.matcher: PlanMatcher | None = None
        self._sources, self._limit = sources, limit
        self._passages = TextFilter(
            sources.catalog,
            sources.words,
            sources.root,
            query.text,
            in_part=in_part,
            wanted=sources.wanted,
        )

    def answer(self) -> SearchResults:
        """The hits, and what is to be said of them.

        Raises:
            UsageError: A regular expression takes too long.
            Unusable: There is no words index, and the query has words.
        """
        found = self._answer()
        return found._replace(remarks=(*found.remarks, *self._passages.cut_short))

    def _answer(self) -> SearchResults:
        if self.node is None or is_fact(self.node):
            return self._listed(self.node)
        tree = self.tree = self._passages.answered(self.node)
        if is_fact(tree):
            return self._listed(tree)
        found = self._sources.words.ranked(tree, RERANKED_HITS, typing=self.typing)
        scores = self._alive(found.scores)
        self.matcher = found.matcher
        if self.query.order and self.query.order[0].field != "score":
            return self._listed(KnownPaths(frozenset(scores)), scores)
        best = self._best(scores, found.nearness)
        self.lifts = {row.path: lifts for row, _, lifts in best}
        hits = [self._hit(row, score) for row, score, _ in best]
        cut = ", ".join(found.patterns_cut)
        remarks = (MANY_WORDS.format(cut),) if cut else ()
        return SearchResults(len(scores), hits, remarks=remarks)

    def best_score(self) -> float:
        """The score of the words of the best note; 0 where there is none."""
        if self.node is None or is_fact(self.node):
            return 0.0
        tree = self._passages.answered(self.node)
        found = self._sources.words.scores(tree, limit=1, typing=self.typing)
        return max(found.values(), default=0.0)

    def _listed(
        self, tree: Node | None, scores: Mapping[str, float] | None = None
    ) -> SearchResults:
        """Hits in the order that was asked for, else by title."""
        total, rows = self._sources.catalog.rows(tree, self.query.order, self._limit)
        known = scores or {}
        return SearchResults(total, [self._hit(row, known.get(row.path, 0.0)) for row in rows])

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
    ) -> list[tuple[Row, float, RankBoosts]]:
        """The best hits; `scores` gets those that only a name has found."""
        asked = read_query_words(self.query.root, self.query.text)
        called = [row.path for row in self._sources.catalog.named(asked.name, in_lists=True)]
        named = [path for path in called if path in scores or asked.words_only]
        if self.typing and asked.no_more_than_names:
            named += self._begun()
        best = max(scores.values(), default=1.0)
        for path in named:
            scores.setdefault(path, best)
        count = len(scores) if self._limit is None else max(self._limit, RERANKED_HITS)
        paths = list(dict.fromkeys([*named, *list(scores)[:count]]))
        rows = self._sources.catalog.rows_of(paths)
        judge = Ranker(asked, nearness, self._sources.text, self._sources.times_opened)
        ordered = rank_hits([rows[path] for path in paths if path in rows], scores, judge)
        return ordered[: self._limit]

    def _begun(self) -> list[str]:
        """The notes whose title has the beginnings that were typed."""
        found = suggest(self.query, self.query.text, self._sources.catalog, limit=RERANKED_HITS)
        return [hit.row.path for hit in found.hits if hit.snippet.marks]

    def _hit(self, row: Row, score: float) -> Hit:
        text = self._sources.text(row.path)
        spans = [] if text is None else self._spans(row, text)
        if not spans and row.size > HEAD_BYTES and (self.matcher or self._passages.spans):
            # What was found is further down than one looks at first.
            text = read_file_start(self._sources.root, row.path, MAX_READ_BYTES)
            spans = [] if text is None else self._spans(row, text)
        shown = NO_PASSAGE if text is None else passage(text, spans)
        return Hit(row, score, shown.snippet, shown.line, self._above(row.path, shown.line))

    def _above(self, path: str, line: int | None) -> tuple[str, ...]:
        """The headings that a line stands under, the outermost first."""
        above: list[tuple[int, str]] = []
        for at, level, said in self._sources.catalog.headings(path) if line else ():
            if at > (line or 0):
                break
            above = [(outer, text) for outer, text in above if outer < level] + [(level, said)]
        return tuple(text for _, text in above)

    def _spans(self, row: Row, text: FileStart) -> list[tuple[int, int]]:
        """Where what was asked for stands; in the front matter only if nowhere else."""
        length = len(text.whole)
        found = [span for span in self._passages.spans.get(row.path, ()) if span[1] <= length]
        if self.matcher is not None:
            spans = self.matcher.spans(text.whole[text.body :], row.language)
            found += [(start + text.body, end + text.body) for start, end in spans]
            found = found or self.matcher.spans(text.whole[: text.body], row.language)
        return sorted(found)


# A search: the hits of a query, or of the nearest one where it has none, and what is said of
# that.
#
# Facts are asked first and handed to the words index as known notes; a query without words never
# opens it. Whatever the words index says, only notes that the catalog knows are shown.


REMARKS = 3
"""How many words are remarked on when nothing is found."""

LONGEST_GUESSED = 500
"""Characters of a query up to which it is asked what else it may have meant: more were pasted."""

BEGUN = "No note has all of these words. These have words that begin so."

NO_WORDS = "The full text is not indexed yet: this looked at titles, aliases and tags of {} only."


def run_search(
    query: Query,
    sources: Sources,
    *,
    limit: int | None = 20,
    typing: bool = False,
    relax: bool = True,
    explain: bool = False,
) -> SearchResults:
    """Find what a query is about.

    Args:
        query: What is asked for.
        sources: What is asked.
        limit: How many hits at most, besides what the query itself says.
        typing: Its last word is unfinished.
        relax: When nothing is found, answer the nearest query, and say so; of a regular expression
            that takes too long, answer what it has found until then, and say that.
        explain: Also say how the query was read, and why each hit stands where it does.

    Returns:
        Hits by score, or in the order the query says. While there is no words index, they are
        found by titles, aliases and tags, and the answer says so.

    Raises:
        UsageError: A regular expression takes too long.
    """
    run = _SearchRun(sources, query, smaller_limit(limit, query.limit), typing=typing, relax=relax)
    found = run.answer()
    if explain:
        from notekeep.search.score_explanation import explain_results

        return explain_results(found, run.answered, sources)
    return found


class _SearchRun:
    """One search.

    Attributes:
        answered: The query that was answered in the end.
    """

    def __init__(
        self, sources: Sources, query: Query, limit: int | None, *, typing: bool, relax: bool
    ) -> None:
        self._sources, self._query, self._limit = sources, query, limit
        self._typing, self._relax = typing, relax
        self.answered = self._asking(query)

    def answer(self) -> SearchResults:
        """The hits of the query, or of the nearest one."""
        try:
            found = self.answered.answer()
            if found.total:
                return found
            instead = self._instead() if self._relax else None
        except Unusable:
            return self._by_name()
        return instead or found._replace(remarks=(*found.remarks, *self._did_you_mean()))

    def _asking(self, query: Query) -> QueryRun:
        return QueryRun(self._sources, query, self._limit, typing=self._typing, in_part=self._relax)

    def _by_name(self) -> SearchResults:
        """What titles, aliases and tags say, because there is no words index."""
        query = self._query
        node = None if query.root is None else _by_name(query.root)
        self.answered = self._asking(Query(query.text, node, query.order, query.limit))
        count = self._sources.catalog.count()
        notes = "1 note" if count == 1 else f"{count} notes"
        return self.answered.answer()._replace(remarks=(NO_WORDS.format(notes),))

    def _instead(self) -> SearchResults | None:
        """The answer to another query: beginnings while typing, another spelling, a word less."""
        if self._query.root is None or needs_text(self._query.root):
            return None  # the texts were looked at once, which is what takes time
        if len(self._query.text) > LONGEST_GUESSED:
            return None
        if self._typing and (hurried := make_prefix_query(self._query)):
            asking = self._asking(hurried)
            if (found := asking.answer()).total:
                self.answered = asking
                return found._replace(remarks=(BEGUN,))
        spelt = respell_query(self._query, self._sources.words.suggest)
        if spelt and (answer := self._try(spelt)):
            return answer
        query = spelt.query if spelt else self._query
        less = [(self._best_score(one), one) for one in drop_one_word(query)]
        score, best = max(less, default=(0.0, None), key=lambda one: one[0])
        if best is None or score <= 0 or not (answer := self._try(best)):
            return None
        said = (spelt.remark,) if spelt else ()
        return answer._replace(remarks=(*said, *answer.remarks))

    def _try(self, one: FallbackQuery) -> SearchResults | None:
        asking = self._asking(one.query)
        found = asking.answer()
        if not found.total:
            return None
        self.answered = asking
        return found._replace(remarks=(one.remark,), instead=one.query.text)

    def _best_score(self, one: FallbackQuery) -> float:
        """The score of the best note of a query: what has the rarer words left is nearer."""
        return self._asking(one.query).best_score()

    def _did_you_mean(self) -> list[str]:
        """What may have been meant by words that no note has."""
        said: list[str] = []
        for word in list_query_words(self._query.root)[:REMARKS]:
            if self._says_nothing(word):
                said.append(f'"{word}" is too common to be looked for; /{word}/ finds it.')
            elif near := self._sources.words.suggest(word):
                said.append(f'No note has "{word}". Did you mean {" or ".join(near)}?')
        return said

    def _says_nothing(self, word: str) -> bool:
        """Whether the index leaves a word out: then even an empty text has all that it asks for."""
        try:
            return self._sources.words.matcher(Term(word)).holds("")
        except Unusable:
            return False


def _by_name(node: Node) -> Node:
    """The same tree with titles, aliases and tags in the place of words."""
    match node:
        case And(parts):
            return And(tuple(map(_by_name, parts)))
        case Or(parts):
            return Or(tuple(map(_by_name, parts)))
        case Not(part):
            return Not(_by_name(part))
        case Section(inside) | Line(inside):
            return _by_name(inside)
        case Regex(text) | Term(text) | Phrase(text) | Prefix(text) | Wildcard(text) | Fuzzy(text):
            bare = text.strip("*?")
            return Or(tuple(Compare(name, ":", bare) for name in ("title", "aliases", "tags")))
        case _:
            return node

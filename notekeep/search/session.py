"""A search: the hits of a query, or of a similar query if it has none, and explanations.

The catalog evaluates facts first and passes the notes to the full-text index. A query without words
never opens the index. Only notes in the catalog are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from notekeep.catalog.records import Row
from notekeep.errors import IndexUnusable, NotekeepError
from notekeep.query import tree
from notekeep.query.description import explain_tree
from notekeep.query.grammar import MAX_CONDITIONS
from notekeep.query.tree import Node, Query, is_fact, needs_text
from notekeep.search.meaning import LANGUAGE, fuse_ranks, passage_offset
from notekeep.search.planner import PlanMatcher
from notekeep.search.ranking import RERANKED_HITS, RankBoosts, Ranker, rank_hits, read_query_words
from notekeep.search.results import (
    HEAD_BYTES,
    NEAR_IN_MEANING,
    NO_PASSAGE,
    FileStart,
    Hit,
    HitReason,
    Passage,
    SearchResults,
    Spans,
    choose_passage,
    find_passage,
    passage_at,
    read_file_start,
)
from notekeep.search.suggestions import (
    drop_function_words,
    has_plain_words,
    is_sentence,
    make_partial_query,
    make_prefix_query,
    read_tags_as_text,
    respell_query,
    suggest_notes,
)
from notekeep.search.text_filter import SearchSources, TextFilter
from notekeep.storage.content import LARGE

MAX_REMARKS = 3
"""Maximum number of words to explain if nothing is found."""

MAX_FALLBACK_LENGTH = 500
"""Longer queries were probably pasted, and no alternatives are tried."""

ENOUGH_HITS = 10
"""With fewer hits, notes with some of the words are added."""

FEW_COMPLETED = 5
"""If the completions of a function word at the end have fewer hits, the query is also run without
it."""

MAX_NEAR_HITS = 20
"""Maximum number of notes that match only partly."""

RAREST_WORDS = 20
"""Number of words to search for if a pasted text has more than MAX_CONDITIONS."""

COMMON_WORDS_MESSAGE = "Only the most common words like {} were searched. Type another letter."
PREFIX_MATCH_MESSAGE = (
    "No note has all of these words. Showing notes with words that start with them."
)
SOME_WORDS_MESSAGE = "Showing notes with some of the words."
ONE_HIT_MESSAGE = "1 note has all words, others some."
FEW_HITS_MESSAGE = "{} notes have all words, others some."
RAREST_MESSAGE = "The query has more than {} words. Its {} rarest were searched."
NEAR_MESSAGE = "Notes that are near in meaning need not have any of the words."
NOT_INDEXED_MESSAGE = "The full text is not indexed yet, only titles, aliases and tags."


def run_search(
    query: Query,
    sources: SearchSources,
    *,
    limit: int | None = 20,
    typing: bool = False,
    relax: bool = True,
    explain: bool = False,
) -> SearchResults:
    """Find the notes for a query, by score or in its own order.

    Without a full-text index, only titles, aliases and tags are searched. With `relax`, function
    words are optional, similar queries are tried if there are few hits, and a slow regular
    expression returns its results so far. The remarks of the results report this.
    """
    shown = query.at_most(limit)
    search = _Search(sources, query, shown, typing=typing, relax=relax, explain=explain)
    found = search.answer()
    return found._replace(remarks=(*query.remarks, *found.remarks))


class _QueryVersions(NamedTuple):
    """The versions of a query to run."""

    original: Query  # with all words
    reduced: Query  # without question words
    significant: Query  # without question words and stop words
    completed: Query | None = None  # with its last word as a prefix
    is_sentence: bool = False


class _Search:
    """One search."""

    def __init__(
        self,
        sources: SearchSources,
        query: Query,
        limit: int | None,
        *,
        typing: bool,
        relax: bool,
        explain: bool,
    ) -> None:
        self._sources, self._shown = sources, limit
        # Partial matches are added only below all full matches.
        self._limit = limit if limit is None else max(limit, ENOUGH_HITS)
        self._typing, self._relax, self._explain = typing, relax, explain
        self._versions = _QueryVersions(query, query, query)

    def answer(self) -> SearchResults:
        """Return the hits of the query and similar ones, or of an alternative query."""
        try:
            if self._relax:
                self._drop_function_words()
            reduced = self._versions.reduced
            found = self._answer_rarest() or self._answer_completed() or self._run(reduced).answer()
            if self._may_relax() and found.total < ENOUGH_HITS:
                found = self._fill_up(found)
                if self._versions.is_sentence:
                    found = self._add_by_meaning(found)
        except IndexUnusable:
            return self._answer_by_name()
        if not found.total:
            found = found._replace(remarks=(*found.remarks, *self._did_you_mean()))
        shown = found.hits[: self._shown]
        return found._replace(hits=shown, is_sentence=self._versions.is_sentence)

    def _run(self, query: Query, limit: int | None = None) -> QueryRun:
        return QueryRun(
            self._sources,
            query,
            limit or self._limit,
            typing=self._typing,
            allow_partial=self._relax,
            explain=self._explain,
        )

    def _drop_function_words(self) -> None:
        original = self._versions.original
        if original.root is None or is_fact(original.root):
            return
        words = self._sources.words
        is_ignored = words.is_question_word, words.is_stop_word
        sentence = is_sentence(original, words.is_function_word)
        completed, significant = drop_function_words(original, *is_ignored, typing=False)
        reduced = completed
        if self._typing and not sentence:  # the last word is a prefix
            reduced, significant = drop_function_words(original, *is_ignored, typing=True)
        other = completed if completed.root != reduced.root else None
        self._versions = _QueryVersions(original, reduced, significant, other, sentence)

    def _answer_completed(self) -> SearchResults | None:
        """Return the hits if the last word, still being typed, is a prefix of another word."""
        completed = self._versions.completed
        if completed is None or not completed.is_by_score:
            return None
        found = self._run(completed).answer()
        if found.total >= FEW_COMPLETED:
            return found
        if not found.total:
            return None
        paths = {hit.row.path for hit in found.hits}
        rest = self._run(self._versions.reduced).answer()
        hits = [*found.hits, *(hit for hit in rest.hits if hit.row.path not in paths)]
        return rest._replace(total=max(rest.total, found.total), hits=hits, matcher=found.matcher)

    def _answer_rarest(self) -> SearchResults | None:
        """Return the hits for a pasted text with too many words."""
        root = self._versions.significant.root
        if not (isinstance(root, tree.And) and self._relax and len(root.parts) > MAX_CONDITIONS):
            return None
        terms = {part.text: part for part in root.parts if isinstance(part, tree.Term)}
        counts = self._sources.words.count_notes(terms)
        rarest = sorted(filter(counts.get, counts), key=counts.__getitem__)[:RAREST_WORDS]
        rare = tree.And(tuple(terms[word] for word in rarest))
        found = self._find_some(self._versions.reduced._replace(root=rare))
        remark = RAREST_MESSAGE.format(MAX_CONDITIONS, len(rarest))
        return found._replace(remarks=(remark,)) if found else SearchResults(0, [])

    def _answer_by_name(self) -> SearchResults:
        query = self._versions.reduced
        node = tree.replace_leaves(query.root, _by_name) if query.root else None
        found = self._run(Query(query.text, node, query.order, query.limit)).answer()
        return found._replace(hits=found.hits[: self._shown], remarks=(NOT_INDEXED_MESSAGE,))

    def _may_relax(self) -> bool:
        root = self._versions.reduced.root if self._relax else None
        if root is None or needs_text(root):
            return False  # reading the texts a second time would be slow
        return len(self._versions.reduced.text) <= MAX_FALLBACK_LENGTH

    def _fill_up(self, found: SearchResults) -> SearchResults:
        """Add notes with some of the words below the others; correct unknown words first."""
        versions, all_found = self._versions, found
        query = versions.reduced
        if not found.total:
            if (prefixes := self._beginnings()) and (begun := self._try(prefixes)):
                return begun._replace(remarks=(PREFIX_MATCH_MESSAGE,))
            tagged, suggest = self._sources.catalog.count, self._sources.words.suggest
            spelt = read_tags_as_text(query, lambda tag: tagged(tag) > 0)
            spelt = spelt or respell_query(query, suggest)
            corrected = self._try(spelt.query) if spelt else None
            # In a sentence, a word that no note contains is probably not misspelt.
            if spelt and (corrected or not versions.is_sentence):
                query = spelt.query
                all_found = (corrected or found)._replace(remarks=(spelt.remark,))
                if all_found.total >= ENOUGH_HITS:
                    return all_found
        elif not (query.is_by_score and has_plain_words(query)):
            return found
        if versions.is_sentence and query is versions.reduced:
            query = versions.original
        near = self._find_some(query, all_found.hits)
        if near is None:
            return all_found if all_found.total else found
        return near._replace(
            total=all_found.total + near.total,
            partial=near.total,
            query=all_found.query,
            hits=[*all_found.hits, *near.hits],
            remarks=(*all_found.remarks, _count_message(all_found.total)),
        )

    def _beginnings(self) -> Query | None:
        if self._versions.is_sentence or not self._typing:
            return None
        return make_prefix_query(self._versions.significant)

    def _find_some(self, query: Query, full: Sequence[Hit] = ()) -> SearchResults | None:
        """Return the best other notes with some of the words, in the order of the query."""
        some = make_partial_query(query, is_sentence=self._versions.is_sentence)
        skipped = {hit.row.path for hit in full}
        found = self._try(some, MAX_NEAR_HITS, skipped) if some else None
        if found is None:
            return None
        hits = found.hits
        if self._versions.is_sentence:
            significant_hits = self._with_significant_words(hits)
            hits = significant_hits if significant_hits or full else hits
        if not hits:
            return None
        if not query.is_by_score:
            paths = frozenset(hit.row.path for hit in hits)
            _, rows = self._sources.catalog.rows(tree.KnownPaths(paths), query.order)
            places = {row.path: place for place, row in enumerate(rows)}
            hits = sorted(hits, key=lambda hit: places[hit.row.path])
        return found._replace(total=len(hits), partial=len(hits), hits=hits)

    def _with_significant_words(self, hits: Sequence[Hit]) -> list[Hit]:
        """Drop notes that match only question words of the sentence."""
        significant = self._versions.significant
        some = make_partial_query(significant) or significant
        among = tree.KnownPaths(frozenset(hit.row.path for hit in hits))
        node = tree.And((among, some.root or among))
        found = self._sources.words.scores(node, typing=self._typing)
        return [hit for hit in hits if hit.row.path in found]

    def _add_by_meaning(self, found: SearchResults) -> SearchResults:
        """Rank notes near in meaning together with partial matches, below all full matches."""
        meaning, sources = self._sources.open_meaning(), self._sources
        if meaning is None or sources.words.language != LANGUAGE:
            return found
        number = found.total - found.partial
        full = found.hits[:number]
        if len(full) < number:
            return found  # no room below
        first = {hit.row.path for hit in full}
        by_words = {hit.row.path: hit for hit in found.hits[number:]}
        nearest = meaning.nearest(self._versions.reduced.text, MAX_NEAR_HITS)
        starts = {near.path: near.start for near in nearest if near.path not in first}
        rows = sources.catalog.rows_of(starts)
        if not rows:
            return found
        order = fuse_ranks([[*by_words], [path for path in starts if path in rows]])
        why = HitReason((NEAR_IN_MEANING,)) if self._explain else None
        others = [
            by_words.get(path)
            or Hit(
                rows[path],
                0.0,
                partial(_passage_near, sources, path, starts[path]),
                why,
                near="meaning",
            )
            for path in order
        ]
        return found._replace(
            total=number + len(others),
            partial=len(others),
            hits=[*full, *others],
            remarks=(*found.remarks, *([NEAR_MESSAGE] if rows.keys() - by_words.keys() else [])),
            is_relaxed=True,
        )

    def _try(
        self, query: Query, limit: int | None = None, skipped: Collection[str] = ()
    ) -> SearchResults | None:
        found = self._run(query, limit).answer(skipped)
        if not found.hits:
            return None
        return found._replace(is_relaxed=True, answered_query=query.text)

    def _did_you_mean(self) -> list[str]:
        remarks: list[str] = []
        significant = self._versions.significant
        words = read_query_words(significant.root, significant.text).words
        for word in words[:MAX_REMARKS]:
            if self._sources.words.is_stop_word(word):
                remarks.append(f'"{word}" is too common to search for. Use /{word}/ to find it.')
            elif near := self._sources.words.suggest(word):
                remarks.append(f'No note has "{word}". Did you mean {" or ".join(near)}?')
        return remarks


class QueryRun:
    """A single query: facts, then words, then ranking.

    The passages of its hits are read on first use.
    """

    def __init__(
        self,
        sources: SearchSources,
        query: Query,
        limit: int | None,
        *,
        typing: bool,
        allow_partial: bool,
        explain: bool,
    ) -> None:
        self._sources, self._query, self._limit = sources, query, limit
        self._typing, self._explain = typing, explain
        self._texts = TextFilter(sources, query.text, allow_partial=allow_partial)
        self._resolved: Node | None = None  # the tree reduced to words and known notes
        self._boosts: dict[str, RankBoosts] = {}  # the parts of the score by path
        self._matcher: PlanMatcher | None = None  # finds the query's words in texts

    def answer(self, skipped: Collection[str] = ()) -> SearchResults:
        """Return the hits, except `skipped` paths, with remarks."""
        found = self._answer(skipped)
        remarks = (*found.remarks, *self._texts.stopped)
        found = found._replace(query=self._query, remarks=remarks, matcher=self._matcher)
        return self._explained(found) if self._explain else found

    def _answer(self, skipped: Collection[str]) -> SearchResults:
        root = self._query.root
        if root is None or is_fact(root):
            return self._list(root)
        resolved = self._resolved = self._texts.resolve(root)
        if is_fact(resolved):
            return self._list(resolved)
        if not self._query.is_by_score:
            found = self._sources.words.rank(resolved, None, typing=self._typing)
            self._matcher = found.matcher
            return self._list(tree.KnownPaths(frozenset(found.scores)), found.scores)
        return self._ranked(resolved, skipped)

    def _list(self, node: Node | None, scores: Mapping[str, float] | None = None) -> SearchResults:
        total, rows = self._sources.catalog.rows(node, self._query.order, self._limit)
        known = scores or {}
        return SearchResults(total, [self._hit(row, known.get(row.path, 0.0)) for row in rows])

    def _ranked(self, resolved: Node, skipped: Collection[str]) -> SearchResults:
        """Return the best hits, including those found by name only."""
        catalog, words = self._sources.catalog, read_query_words(self._query.root, self._query.text)
        named = catalog.named(words.name, in_lists=True) if words.name else ()
        named_paths = [row.path for row in named]
        titled: list[str] = []
        if self._typing and words.can_match_title:
            # Titles that match the prefixes typed so far.
            titles = suggest_notes(self._query, catalog, limit=RERANKED_HITS)
            titled = [hit.row.path for hit in titles.hits if hit.snippet.marks]
        limit = None if self._limit is None else max(self._limit, RERANKED_HITS)
        found = self._sources.words.rank(
            resolved, limit, also=[*named_paths, *titled], typing=self._typing
        )
        self._matcher = found.matcher
        if not words.words_only:
            named_paths = [path for path in named_paths if path in found.scores]
        best = max(found.scores.values(), default=1.0)
        scores = {**dict.fromkeys([*named_paths, *titled], best), **found.scores}
        rows = catalog.rows_of(scores)
        ranker = Ranker(words, found.proximity, self._sources.text, self._sources.times_opened)
        ordered = rank_hits([rows[path] for path in scores if path in rows], scores, ranker)
        shown = [one for one in ordered if one[0].path not in skipped][: self._limit]
        self._boosts = {row.path: boosts for row, _, boosts in shown}
        cut = ", ".join(found.patterns_cut)
        return SearchResults(
            # Do not count ranked notes that are missing from the catalog.
            found.total - len(found.scores) + len(rows),
            [self._hit(row, score) for row, score, _ in shown],
            remarks=(COMMON_WORDS_MESSAGE.format(cut),) if cut else (),
        )

    def _hit(self, row: Row, score: float) -> Hit:
        return Hit(row, score, partial(self._passage, row))

    def _passage(self, row: Row) -> Passage:
        text = self._sources.pop_text(row.path)
        spans = [] if text is None else self._spans(row, text)
        if not spans and row.size > HEAD_BYTES and (self._matcher or self._texts.spans):
            # The match may be further down in the file.
            text = read_file_start(self._sources.root, row.path, LARGE)
            spans = [] if text is None else self._spans(row, text)
        matcher = None if self._texts.spans else self._matcher
        is_named = matcher is not None and matcher.matches_title(row.title, row.language)
        if self._matcher is not None and not spans and not is_named:
            for path, attached in self._sources.catalog.attached(row.path):
                if snippet := find_passage(attached, self._matcher, row.language):
                    return Passage(snippet, attachment=path)
        if text is None:
            return NO_PASSAGE
        passage = choose_passage(text, spans, row.title, is_named=is_named)
        return _with_headings(self._sources, row.path, passage)

    def _spans(self, row: Row, text: FileStart) -> Spans:
        """Return the positions of matches; in the front matter only if there are no others."""
        length = len(text.whole)
        found = [span for span in self._texts.spans.get(row.path, ()) if span[1] <= length]
        if self._matcher is not None:
            spans = self._matcher.spans(text.whole[text.body :], row.language, scoped=True)
            found += [(start + text.body, end + text.body) for start, end in spans]
            found = found or self._matcher.spans(text.whole[: text.body], row.language)
        return sorted(found)

    def _explained(self, found: SearchResults) -> SearchResults:
        """Add the interpretation of the query, and the reasons for each hit."""
        query, sources = self._query, self._sources
        shown = frozenset(hit.row.path for hit in found.hits)
        conditions: dict[str, list[str]] = {path: [] for path in shown}
        for leaf in tree.positive_leaves(query.root):
            matching = (
                sources.catalog.paths(leaf)
                if is_fact(leaf)
                else TextFilter(sources).paths(leaf, shown)
            )
            for path in shown & matching:
                conditions[path].append(explain_tree(leaf).replace("\n ", ""))
        shares = {}
        if self._boosts and self._resolved:
            shares = sources.words.shares(self._resolved, shown, typing=self._typing)
        for hit in found.hits:
            path = hit.row.path
            boost = self._boosts.get(path)
            hit.why = HitReason(
                tuple(conditions[path]),
                tuple(_hit_words(hit, self._matcher, sources)),
                tuple(shares.get(path, ())),
                tuple(part for part in boost.parts() if part[1] > MIN_SHOWN) if boost else (),
                is_named=boost is not None and boost.is_named,
            )
        return found._replace(explanation=explain_tree(query.root))


def _passage_near(sources: SearchSources, path: str, start: int) -> Passage:
    """Return the passage that starts at a word of the body."""
    text = sources.pop_text(path)
    if text is None:
        return NO_PASSAGE
    return _with_headings(sources, path, passage_at(text, passage_offset(text, start)))


def _with_headings(sources: SearchSources, path: str, passage: Passage) -> Passage:
    above: list[tuple[int, str]] = []
    for at, level, heading in sources.catalog.headings(path) if passage.line else ():
        if at > (passage.line or 0):
            break
        above = [(outer, text) for outer, text in above if outer < level] + [(level, heading)]
    return passage._replace(headings=tuple(text for _, text in above))


def _count_message(full: int) -> str:
    if not full:
        return SOME_WORDS_MESSAGE
    return ONE_HIT_MESSAGE if full == 1 else FEW_HITS_MESSAGE.format(full)


def _by_name(leaf: Node) -> Node:
    if isinstance(leaf, tree.Within):
        return tree.replace_leaves(leaf.node, _by_name)
    if not isinstance(leaf, tree.WordLeaf):
        return leaf
    bare = leaf.text.strip("*?")
    return tree.Or(tuple(tree.Compare(name, ":", bare) for name in ("title", "aliases", "tags")))


# Explanations of hits and their order, for `--explain`

MAX_WORDS = 10
"""Maximum number of matched words to list for a note."""

MIN_SHOWN = 0.005
"""Smaller parts of a score are not shown."""


class QueryPart(NamedTuple):
    """A part of a query in words; `notes` is the number of notes that it alone matches."""

    depth: int
    text: str
    notes: int | None


def measure_parts(query: Query, sources: SearchSources) -> list[QueryPart]:
    """Return the parts of a query in tree order, parents first. An unknown count is None."""
    if query.root is None:
        return [QueryPart(0, explain_tree(None), sources.catalog.count())]
    return list(_measure(query.root, sources, 0))


def _measure(node: Node, sources: SearchSources, depth: int) -> Iterator[QueryPart]:
    try:
        notes = (
            sources.catalog.count(node) if is_fact(node) else len(TextFilter(sources).paths(node))
        )
    except NotekeepError:
        notes = None  # the pattern is too slow, or there is no full-text index yet
    yield QueryPart(depth, explain_tree(node).splitlines()[0], notes)
    for part in tree.children(node):
        yield from _measure(part, sources, depth + 1)


def _hit_words(hit: Hit, matcher: PlanMatcher | None, sources: SearchSources) -> Iterator[str]:
    text = sources.text(hit.row.path)
    if matcher is None or text is None:
        return
    whole = "\n".join((hit.row.title, *hit.row.aliases, *hit.row.tags, text.whole))
    found: dict[str, str] = {}
    for start, end in matcher.spans(whole, hit.row.language):
        word = " ".join(whole[start:end].split())
        found.setdefault(word.casefold(), word)
    yield from list(found.values())[:MAX_WORDS]

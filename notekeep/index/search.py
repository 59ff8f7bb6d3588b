"""A query into hits: facts from the catalog, words from the words index, passages from the files.

Facts are asked first and handed to the words index as known notes; a query without words never
opens it. Whatever the words index says, only notes that the catalog knows are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.found import Found, Hit
from notekeep.index.listing import least
from notekeep.index.passages import Passages
from notekeep.index.ranking import LOOKED_AT, Judge, asked_for, asked_words, ranked
from notekeep.index.snippet import NOTHING, Passage, Text, passage, read_text
from notekeep.index.suggest import suggest
from notekeep.index.words.folder import Unusable
from notekeep.query.explain import explain as explained
from notekeep.query.tree import (
    And,
    Compare,
    Docs,
    Fuzzy,
    Line,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Regex,
    Section,
    Term,
    Wildcard,
    is_fact,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from notekeep.index.catalog import Catalog
    from notekeep.index.ranking import Lifts
    from notekeep.index.rows import Row
    from notekeep.index.words import Words
    from notekeep.index.words.match import Matcher
    from notekeep.query.tree import Query

__all__ = ["Found", "Hit", "search", "suggest"]

REMARKS = 3
"""How many words are remarked on when nothing is found."""

MANY = 500
"""From so many hits on, asking for all notes is cheaper than asking for each of them."""


def _never(_path: str) -> float:
    return 0.0


def search(
    query: Query,
    catalog: Catalog,
    words: Words,
    root: str,
    *,
    limit: int | None = 20,
    typing: bool = False,
    explain: bool = False,
    times_opened: Callable[[str], float] = _never,
) -> Found:
    """Find what a query is about.

    Args:
        query: What is asked for.
        catalog: The vault's facts.
        words: Its words.
        root: The vault.
        limit: How many hits at most, besides what the query itself says.
        typing: Its last word is unfinished.
        explain: Also say how the query was read, and what each hit meets.
        times_opened: How often a note was opened, by its path.

    Returns:
        Hits by score, or in the order the query says. While there is no words index, they are
        found by titles, aliases and tags, and the answer says so.

    Raises:
        UsageError: A regular expression takes too long.
    """
    run = _Search(query, catalog, words, root, least(limit, query.limit), times_opened)
    run.typing = typing
    try:
        found = run.answer()
    except Unusable:
        run.give_up_words()
        found = run.answer()
        found = found._replace(remarks=(*found.remarks, _NO_WORDS))
    if not found.total:
        found = found._replace(remarks=(*found.remarks, *run.did_you_mean()))
    return run.explained(found) if explain else found


_NO_WORDS = "The search index is not built yet: this looked at titles, aliases and tags only."


class _Search:
    """One question, with what its parts have in common."""

    def __init__(
        self,
        query: Query,
        catalog: Catalog,
        words: Words,
        root: str,
        limit: int | None,
        times_opened: Callable[[str], float],
    ) -> None:
        self.query, self.catalog, self.words, self.root = query, catalog, words, root
        self.limit = limit
        self.typing = False
        self.times_opened = times_opened
        self.node = query.root
        self.passages = Passages(catalog, words, root)
        self._texts: dict[str, Text | None] = {}

    def answer(self) -> Found:
        if self.node is None or is_fact(self.node):
            return self._listed(self.node)
        tree = self.passages.answered(self.node)
        if is_fact(tree):
            return self._listed(tree)
        found = self.words.ranked(tree, LOOKED_AT, typing=self.typing)
        scores = self._alive(found.scores)
        matcher = self.words.matcher(tree)
        if self.query.order and self.query.order[0].field != "score":
            return self._listed(Docs(frozenset(scores)), scores, matcher)
        best = self._best(scores, found.nearness)
        hits = [self._hit(row, score, matcher) for row, score, _ in best]
        return Found(len(scores), hits)

    def _listed(
        self,
        tree: Node | None,
        scores: Mapping[str, float] | None = None,
        matcher: Matcher | None = None,
    ) -> Found:
        """Hits in the order that was asked for, else by title."""
        total, rows = self.catalog.rows(tree, self.query.order, self.limit)
        known = scores or {}
        return Found(total, [self._hit(row, known.get(row.path, 0.0), matcher) for row in rows])

    def give_up_words(self) -> None:
        """Ask titles, aliases and tags for the words instead."""
        self.node = None if self.node is None else _by_name(self.node)

    def did_you_mean(self) -> list[str]:
        """What may have been meant by words that no note has."""
        said: list[str] = []
        for word in asked_words(self.query.root):
            if self._says_nothing(word):
                said.append(f'"{word}" is too common to be looked for; /{word}/ finds it.')
            elif near := self.words.suggest(word):
                said.append(f'No note has "{word}". Did you mean {" or ".join(near)}?')
        return said[:REMARKS]

    def _says_nothing(self, word: str) -> bool:
        """Whether the index leaves a word out: then even an empty text has all that it asks for."""
        try:
            return self.words.matcher(Term(word)).holds("")
        except Unusable:
            return False

    def _alive(self, scores: Mapping[str, float]) -> dict[str, float]:
        """Only notes that are still there, best first."""
        there = (
            self.catalog.paths(None)
            if len(scores) > MANY
            else frozenset(self.catalog.rows_of(scores))
        )
        return {path: score for path, score in scores.items() if path in there}

    def _best(
        self, scores: dict[str, float], nearness: Mapping[str, float]
    ) -> list[tuple[Row, float, Lifts]]:
        asked = asked_for(self.query.root, self.query.text)
        count = len(scores) if self.limit is None else max(self.limit, LOOKED_AT)
        called = [row.path for row in self.catalog.named(asked.name) if row.path in scores]
        paths = list(dict.fromkeys([*called, *list(scores)[:count]]))
        rows = self.catalog.rows_of(paths)
        judge = Judge(asked, nearness, self._text, self.times_opened)
        best = ranked([rows[path] for path in paths if path in rows], scores, judge)
        return best[: self.limit]

    def _text(self, path: str) -> Text | None:
        if path not in self._texts:
            self._texts[path] = read_text(self.root, path)
        return self._texts[path]

    def _hit(self, row: Row, score: float, matcher: Matcher | None) -> Hit:
        text = self._text(row.path)
        shown = NOTHING if text is None else self._passage(row, text, matcher)
        heading = ""
        for line, _, said in self.catalog.headings(row.path) if shown.line else ():
            if line > (shown.line or 0):
                break
            heading = said
        return Hit(row, score, shown.snippet, shown.line, heading)

    def _passage(self, row: Row, text: Text, matcher: Matcher | None) -> Passage:
        length = len(text.whole)
        found = [span for span in self.passages.spans.get(row.path, ()) if span[1] <= length]
        if matcher is not None:
            language = row.fields.get("lang")
            body = text.whole[text.body :]
            spans = matcher.spans(body, language if isinstance(language, str) else "")
            found += [(start + text.body, end + text.body) for start, end in spans]
        return passage(text, sorted(found))

    def explained(self, found: Found) -> Found:
        """The answer with how the query was read, and what each hit meets."""
        shown = frozenset(hit.row.path for hit in found.hits)
        met: dict[str, list[str]] = {path: [] for path in shown}
        for leaf in _leaves(self.node) if self.node else ():
            for path in shown & self._matching(leaf, shown):
                met[path].append(explained(leaf).replace("\n ", ""))
        hits = [hit._replace(why=tuple(met[hit.row.path])) for hit in found.hits]
        said = [f"{hit.row.title}: {'; '.join(hit.why)}" for hit in hits if hit.why]
        return found._replace(hits=hits, explanation="\n".join([explained(self.node), *said]))

    def _matching(self, leaf: Node, shown: frozenset[str]) -> frozenset[str]:
        if is_fact(leaf):
            return self.catalog.paths(leaf)
        passages = Passages(self.catalog, self.words, self.root)
        return passages.paths(And((passages.answered(leaf, shown), Docs(shown))))


def _leaves(node: Node) -> Iterator[Node]:
    """The conditions that a note is found for; what is under a Not is not among them."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case Not():
            return
        case _:
            yield node


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

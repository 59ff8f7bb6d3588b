"""A search: the hits of a query, or of the nearest one where it has none, and what is said of that.

Facts are asked first and handed to the words index as known notes; a query without words never
opens it. Whatever the words index says, only notes that the catalog knows are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.answering import Answering, Sources
from notekeep.index.found import Found, Hit
from notekeep.index.listing import least
from notekeep.index.passages import needs_text
from notekeep.index.ranking import asked_words
from notekeep.index.relaxing import begun, respelt, shorter
from notekeep.index.suggest import suggest
from notekeep.index.words.folder import Unusable
from notekeep.query.tree import (
    And,
    Compare,
    Fuzzy,
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
)

if TYPE_CHECKING:
    from notekeep.index.relaxing import Instead

__all__ = ["Found", "Hit", "search", "suggest"]

REMARKS = 3
"""How many words are remarked on when nothing is found."""

LONGEST_GUESSED = 500
"""Characters of a query up to which it is asked what else it may have meant: more were pasted."""

BEGUN = "No note has all of these words. These have words that begin so."

NO_WORDS = "The full text is not indexed yet: this looked at titles, aliases and tags of {} only."


def search(
    query: Query,
    sources: Sources,
    *,
    limit: int | None = 20,
    typing: bool = False,
    relax: bool = True,
    explain: bool = False,
) -> Found:
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
    run = _Search(sources, query, least(limit, query.limit), typing=typing, relax=relax)
    found = run.answer()
    if explain:
        from notekeep.index.explaining import explained

        return explained(found, run.answered, sources)
    return found


class _Search:
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

    def answer(self) -> Found:
        """The hits of the query, or of the nearest one."""
        try:
            found = self.answered.answer()
            if found.total:
                return found
            instead = self._instead() if self._relax else None
        except Unusable:
            return self._by_name()
        return instead or found._replace(remarks=(*found.remarks, *self._did_you_mean()))

    def _asking(self, query: Query) -> Answering:
        return Answering(
            self._sources, query, self._limit, typing=self._typing, in_part=self._relax
        )

    def _by_name(self) -> Found:
        """What titles, aliases and tags say, because there is no words index."""
        query = self._query
        node = None if query.root is None else _by_name(query.root)
        self.answered = self._asking(Query(query.text, node, query.order, query.limit))
        count = self._sources.catalog.count()
        notes = "1 note" if count == 1 else f"{count} notes"
        return self.answered.answer()._replace(remarks=(NO_WORDS.format(notes),))

    def _instead(self) -> Found | None:
        """The answer to another query: beginnings while typing, another spelling, a word less."""
        if self._query.root is None or needs_text(self._query.root):
            return None  # the texts were looked at once, which is what takes time
        if len(self._query.text) > LONGEST_GUESSED:
            return None
        if self._typing and (hurried := begun(self._query)):
            asking = self._asking(hurried)
            if (found := asking.answer()).total:
                self.answered = asking
                return found._replace(remarks=(BEGUN,))
        spelt = respelt(self._query, self._sources.words.suggest)
        if spelt and (answer := self._try(spelt)):
            return answer
        query = spelt.query if spelt else self._query
        less = [(self._best_score(one), one) for one in shorter(query)]
        score, best = max(less, default=(0.0, None), key=lambda one: one[0])
        if best is None or score <= 0 or not (answer := self._try(best)):
            return None
        said = (spelt.remark,) if spelt else ()
        return answer._replace(remarks=(*said, *answer.remarks))

    def _try(self, one: Instead) -> Found | None:
        asking = self._asking(one.query)
        found = asking.answer()
        if not found.total:
            return None
        self.answered = asking
        return found._replace(remarks=(one.remark,), instead=one.query.text)

    def _best_score(self, one: Instead) -> float:
        """The score of the best note of a query: what has the rarer words left is nearer."""
        return self._asking(one.query).best_score()

    def _did_you_mean(self) -> list[str]:
        """What may have been meant by words that no note has."""
        said: list[str] = []
        for word in asked_words(self._query.root)[:REMARKS]:
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

"""What is asked instead when a query finds nothing: the nearest spelling, then one word less.

Only the tree is changed here. Whoever asks the other query says so, because an answer to a question
that nobody asked must not look like one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.query.explain import write
from notekeep.query.tree import And, Fuzzy, Node, Or, Phrase, Prefix, Query, Term, Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_WORDS = 8
"""With more words than this neither spellings nor shorter queries are tried: each costs a look at
all words of the vault, or a search."""

MOST_PATTERNS = 3
"""Nor with more of those that each stand for up to a thousand words."""

SPELT_LETTERS = 4
"""An unfinished word of fewer letters is the beginning of too many to be misspelt."""


class Instead(NamedTuple):
    """Another query.

    Attributes:
        query: What is asked.
        words: The words of the first query that are no longer in it.
        respelt: What stands in their place; nothing when they are left out.
    """

    query: Query
    words: tuple[str, ...]
    respelt: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """What is said of an answer to it."""
        words = _listed(self.words)
        if self.respelt:
            return f"No note has {words}. This is for {_listed(self.respelt)}."
        return f"No note has all of that. This is without {words}."


def respelt(query: Query, nearest: Callable[[str], Sequence[str]]) -> Instead | None:
    """The query with every word that no note has in its nearest spelling; None if there is none.

    Args:
        query: What found nothing.
        nearest: The words of the vault that a word may stand for, best first; none for a word that
            the vault has.
    """
    if query.root is None or sum(1 for _ in _words(query.root)) > MOST_WORDS:
        return None
    known = {word: found[0] for word in _words(query.root) if (found := nearest(word))}
    if not known:
        return None
    root = _replaced(query.root, known)
    return Instead(_as_query(query, root), tuple(known), tuple(known.values()))


def shorter(query: Query) -> list[Instead]:
    """The queries that ask for one word less, in the order of the words that are left out."""
    root = query.root
    if not isinstance(root, And):
        return []
    asked = [at for at, part in enumerate(root.parts) if isinstance(part, _WORDS)]
    many = sum(isinstance(root.parts[at], _OF_MANY) for at in asked)
    if not 1 < len(asked) <= MOST_WORDS or many > MOST_PATTERNS:
        return []
    return [
        Instead(_as_query(query, _without(root, at)), (write(root.parts[at]).strip('"*'),))
        for at in asked
    ]


def begun(query: Query) -> Query | None:
    """The query with every word as the beginning of one, as somebody types who is in a hurry."""
    root = query.root
    if not isinstance(root, And) or not any(isinstance(part, Term) for part in root.parts):
        return None
    parts = (
        Prefix(part.text, part.scope, part.span) if isinstance(part, Term) else part
        for part in root.parts
    )
    return _as_query(query, And(tuple(parts)))


_WORDS = (Term, Phrase, Prefix, Wildcard, Fuzzy)
_OF_MANY = (Prefix, Wildcard, Fuzzy)


def _words(node: Node) -> Iterator[str]:
    """The words that notes must or may have, each as it could be misspelt."""
    match node:
        case Term(text) | Phrase(text):
            yield from text.split()
        case Prefix(text) if len(text) >= SPELT_LETTERS:
            yield text
        case And(parts) | Or(parts):
            for part in parts:
                yield from _words(part)


def _replaced(node: Node, known: dict[str, str]) -> Node:
    match node:
        case Term(text, scope, span):
            return Term(_respelt(text, known), scope, span)
        case Phrase(text, scope, span):
            return Phrase(_respelt(text, known), scope, span)
        case Prefix(text, scope, span) if text in known:
            return Term(known[text], scope, span)
        case And(parts):
            return And(tuple(_replaced(part, known) for part in parts))
        case Or(parts):
            return Or(tuple(_replaced(part, known) for part in parts))
    return node


def _respelt(text: str, known: dict[str, str]) -> str:
    return " ".join(known.get(word, word) for word in text.split())


def _without(root: And, at: int) -> Node:
    rest = (*root.parts[:at], *root.parts[at + 1 :])
    return rest[0] if len(rest) == 1 else And(rest)


def _as_query(query: Query, root: Node) -> Query:
    """The same order and limit with another tree; its text is what one would type for that."""
    parts = root.parts if isinstance(root, And) else (root,)
    return Query(" ".join(map(write, parts)), root, query.order, query.limit)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f'"{word}"' for word in words)

"""Why each hit was found, and why it stands where it does: for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.query.description import explain_tree as in_words
from notekeep.query.tree import And, KnownPaths, Line, Not, Or, Section, is_fact
from notekeep.search.results import HitReason
from notekeep.search.text_filter import TextFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.catalog.catalog import Catalog
    from notekeep.query.tree import Node, Query
    from notekeep.search.results import Hit, SearchResults
    from notekeep.search.session import QueryRun, Sources
    from notekeep.search.whoosh_index import WhooshIndex

WORDS = 10
"""How many of the words that were hit in one note are named."""


class QueryPart(NamedTuple):
    """A part of a query.

    Attributes:
        depth: How deep it lies within others.
        text: What it says, in words.
        notes: How many notes it matches by itself; None when that cannot be told.
    """

    depth: int
    text: str
    notes: int | None


def measure_parts(
    query: Query, catalog: Catalog, words: Callable[[], WhooshIndex], root: str
) -> list[QueryPart]:
    """Return the parts of a query in the order of its tree, each before those within it.

    Args:
        query: What is asked.
        catalog: The vault's facts.
        words: Opens the vault's words; not called for a query of facts.
        root: The vault.
    """

    def count(node: Node) -> int | None:
        try:
            if is_fact(node):
                return catalog.count(node)
            passages = TextFilter(catalog, words(), root)
            return len(passages.paths(passages.answered(node)))
        except NotekeepError:
            return None  # a pattern that takes too long, or no words index yet

    def parts(node: Node, depth: int) -> Iterator[QueryPart]:
        head, *_ = in_words(node).splitlines()
        yield QueryPart(depth, head, count(node))
        for inner in _within(node):
            yield from parts(inner, depth + 1)

    if query.root is None:
        return [QueryPart(0, in_words(None), catalog.count())]
    return list(parts(query.root, 0))


def _within(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Section(part) | Line(part):
            return (part,)
        case _:
            return ()


def explain_results(found: SearchResults, asked: QueryRun, sources: Sources) -> SearchResults:
    """Return an answer with how the query was read, and why each hit is where it is.

    Args:
        found: The answer.
        asked: What gave it.
        sources: What it asked.
    """
    shown = frozenset(hit.row.path for hit in found.hits)
    met: dict[str, list[str]] = {path: [] for path in shown}
    for leaf in _leaves(asked.node) if asked.node else ():
        for path in shown & _matching(leaf, shown, sources):
            met[path].append(in_words(leaf).replace("\n ", ""))
    fields = sources.words.shares(asked.tree, shown, typing=asked.typing) if asked.lifts else {}
    hits = []
    for hit in found.hits:
        path = hit.row.path
        lifts = asked.lifts.get(path)
        hits.append(
            hit._replace(
                why=HitReason(
                    tuple(met[path]),
                    tuple(_words(hit, asked, sources)),
                    tuple(fields.get(path, ())),
                    tuple(lifts.parts()) if lifts else (),
                    called=lifts is not None and lifts.called,
                )
            )
        )
    return found._replace(hits=hits, explanation=in_words(asked.node))


def lines(hit: Hit) -> list[str]:
    """Why a hit was found, as lines for a person."""
    why = hit.why
    if why is None:
        return []
    said = [f"{hit.row.title}: {'; '.join(why.conditions)}"]
    if why.words:
        said.append(f"  words: {', '.join(why.words)}")
    if why.parts:
        sums = " + ".join(f"{share:.2f} {name}" for name, share in why.parts)
        said.append(f"  score: {sums}")
    if why.called:
        said.append("  first, because it is called so")
    if why.fields:
        told = (f"{share:.2f} {term} in {field}" for term, field, share in why.fields)
        said.append(f"  of the words: {', '.join(told)}")
    return said


def _words(hit: Hit, asked: QueryRun, sources: Sources) -> Iterator[str]:
    """The words of a note that were hit, each once whatever its case, in order."""
    text = sources.text(hit.row.path)
    if asked.matcher is None or text is None:
        return
    whole = "\n".join((hit.row.title, *hit.row.aliases, *hit.row.tags, text.whole))
    spans = asked.matcher.spans(whole, hit.row.language)
    found: dict[str, str] = {}
    for start, end in spans:
        word = " ".join(whole[start:end].split())
        found.setdefault(word.casefold(), word)
    yield from list(found.values())[:WORDS]


def _matching(leaf: Node, shown: frozenset[str], sources: Sources) -> frozenset[str]:
    if is_fact(leaf):
        return sources.catalog.paths(leaf)
    passages = TextFilter(sources.catalog, sources.words, sources.root)
    return passages.paths(And((passages.answered(leaf, shown), KnownPaths(shown))))


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

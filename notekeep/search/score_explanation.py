"""Why each hit was found, and why it stands where it does: for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.query.description import explain_tree
from notekeep.query.tree import And, Not, Or, Within, is_fact, wanted_leaves
from notekeep.search.results import HitReason
from notekeep.search.text_filter import TextFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.query.tree import Node, Query
    from notekeep.search.matcher import PlanMatcher
    from notekeep.search.results import Hit, SearchResults
    from notekeep.search.session import QueryRun
    from notekeep.search.text_filter import SearchSources

MAX_WORDS = 10
"""How many of the words that were hit in one note are named."""


MIN_SHOWN = 0.005
"""A part of a score that is not smaller than what is shown of it."""


class QueryPart(NamedTuple):
    """A part of a query, in words; `notes` is how many it matches by itself, if that is known."""

    depth: int
    text: str
    notes: int | None


def measure_parts(query: Query, sources: SearchSources) -> list[QueryPart]:
    """Return the parts of a query in the order of its tree, each before those within it."""
    if query.root is None:
        return [QueryPart(0, explain_tree(None), sources.catalog.count())]
    return list(_measure(query.root, sources, 0))


def _measure(node: Node, sources: SearchSources, depth: int) -> Iterator[QueryPart]:
    try:
        notes = (
            sources.catalog.count(node) if is_fact(node) else len(TextFilter(sources).paths(node))
        )
    except NotekeepError:
        notes = None  # a pattern that takes too long, or no full-text index yet
    yield QueryPart(depth, explain_tree(node).splitlines()[0], notes)
    for part in _parts_of(node):
        yield from _measure(part, sources, depth + 1)


def _parts_of(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Within(part):
            return (part,)
        case _:
            return ()


def explain_results(found: SearchResults, run: QueryRun, sources: SearchSources) -> SearchResults:
    """Return an answer with how the query was read, and why each hit is where it is."""
    query, matcher = run.query, run.matcher
    shown = frozenset(hit.row.path for hit in found.hits)
    conditions: dict[str, list[str]] = {path: [] for path in shown}
    for leaf in wanted_leaves(query.root):
        matching = (
            sources.catalog.paths(leaf) if is_fact(leaf) else TextFilter(sources).paths(leaf, shown)
        )
        for path in shown & matching:
            conditions[path].append(explain_tree(leaf).replace("\n ", ""))
    shares = {}
    if run.boosts and run.resolved:
        shares = sources.words.shares(run.resolved, shown, typing=run.typing)
    hits = []
    for hit in found.hits:
        path = hit.row.path
        boost = run.boosts.get(path)
        reason = HitReason(
            tuple(conditions[path]),
            tuple(_hit_words(hit, matcher, sources)),
            tuple(shares.get(path, ())),
            tuple(part for part in boost.parts() if part[1] > MIN_SHOWN) if boost else (),
            called=boost is not None and boost.called,
        )
        hits.append(hit._replace(why=reason))
    return found._replace(hits=hits, explanation=explain_tree(query.root))


def explanation_lines(hit: Hit) -> list[str]:
    """Return why a hit was found, as lines for a person."""
    why = hit.why
    if why is None:
        return []
    lines = [f"{hit.row.title}: {'; '.join(why.conditions)}"]
    if why.words:
        lines.append(f"  words: {', '.join(why.words)}")
    if why.parts:
        sums = " + ".join(f"{share:.2f} {name}" for name, share in why.parts)
        lines.append(f"  score: {sums}")
    if why.called:
        lines.append("  first, because it is called so")
    if why.fields:
        shares = (f"{share:.2f} {term} in {field}" for term, field, share in why.fields)
        lines.append(f"  of the words: {', '.join(shares)}")
    return lines


def _hit_words(hit: Hit, matcher: PlanMatcher | None, sources: SearchSources) -> Iterator[str]:
    """The words of a note that were hit, each once whatever its case, in order."""
    text = sources.text(hit.row.path)
    if matcher is None or text is None:
        return
    whole = "\n".join((hit.row.title, *hit.row.aliases, *hit.row.tags, text.whole))
    found: dict[str, str] = {}
    for start, end in matcher.spans(whole, hit.row.language):
        word = " ".join(whole[start:end].split())
        found.setdefault(word.casefold(), word)
    yield from list(found.values())[:MAX_WORDS]

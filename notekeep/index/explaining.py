"""Why each hit was found, and why it stands where it does: for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.index.found import Why
from notekeep.index.passages import Passages
from notekeep.query.explain import explain as in_words
from notekeep.query.tree import And, Docs, Not, Or, is_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.index.answering import Answering, Sources
    from notekeep.index.found import Found, Hit
    from notekeep.query.tree import Node

WORDS = 10
"""How many of the words that were hit in one note are named."""


def explained(found: Found, asked: Answering, sources: Sources) -> Found:
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
                why=Why(
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


def _words(hit: Hit, asked: Answering, sources: Sources) -> Iterator[str]:
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
    passages = Passages(sources.catalog, sources.words, sources.root)
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

"""Suggestions: titles while typing, and alternative queries if nothing is found.

Titles come from the catalog alone, so that a key press takes milliseconds in any vault. Alternative
queries are only built here; the caller runs them and shows that they are alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.conditions import Condition
from notekeep.catalog.open_counts import OpenCounts
from notekeep.catalog.records import Row, load_path, store_path
from notekeep.errors import NotekeepError
from notekeep.query import tree
from notekeep.query.description import write_node
from notekeep.query.folding import fold_text
from notekeep.query.tree import Node, Query, is_fact
from notekeep.search.results import Hit, Passage, SearchResults, Snippet, join_spans

FEW_SUGGESTIONS = 5
"""With fewer hits, fuzzy title matches are added."""

MIN_FUZZY_LETTERS = 3
"""Shorter texts match nearly every title."""

_NAMED = """
    instr(title_folded, ?) OR instr(name_folded, ?)
    OR id IN (SELECT note FROM fields WHERE key = 'aliases' AND instr(text, ?))
    OR id IN (SELECT note FROM tags WHERE own AND instr(tag, ?))
"""
# Rank: whole title, start of the title, start of a word, anywhere, alias or tag.
_RANK = """
    CASE WHEN title_folded = whole THEN 0
         WHEN instr(title_folded, whole) = 1 THEN 1
         WHEN instr(' ' || title_folded, ' ' || whole) THEN 2
         WHEN instr(title_folded, whole) THEN 3
         ELSE 4 END
"""
_RANKS = 5
_LIKE = "title_folded LIKE ? ESCAPE '\\'"


def suggest_notes(
    query: Query, catalog: Catalog, *, opened: OpenCounts | None = None, limit: int = 50
) -> SearchResults:
    """Find notes for an unfinished query by title, alias and tag.

    Equally good titles are sorted by last opening (with `opened`), then length, then alphabet. An
    empty query lists the most recently opened, then the most recently changed notes.
    """
    with suppress(NotekeepError):
        return _suggest(query, catalog, opened, limit)._replace(query=query)
    return SearchResults(0, [], query=query)


def _suggest(
    query: Query, catalog: Catalog, opened: OpenCounts | None, limit: int
) -> SearchResults:
    if query.root is None:
        return _latest(catalog, opened, limit)
    words = [folded for text in _texts(query.root) if (folded := fold_text(text))]
    facts = _facts(query.root)
    if words:
        # A complete title may contain query syntax.
        whole = " ".join(words) if facts else fold_text(query.text)
        return _named(catalog, opened, words, whole, facts, limit)
    total, rows = catalog.rows(facts, query.order, limit) if facts else (0, [])
    return SearchResults(total, [_titled(row) for row in rows])


def _latest(catalog: Catalog, opened: OpenCounts | None, limit: int) -> SearchResults:
    every = catalog.where(None)

    def paths() -> list[str]:
        return [load_path(path) for (path,) in catalog.find("path", every)]

    latest = opened.latest(paths, limit) if opened is not None else []
    known = {row.path: row for row in catalog.rows(tree.KnownPaths(frozenset(latest)))[1]}
    changed = catalog.find("path", every, "ORDER BY mtime_ns DESC, path LIMIT ?", (limit,))
    others = [path for (path,) in changed if load_path(path) not in known]
    rows = [known[path] for path in latest if path in known]
    rows += catalog.rows_in_order(others[: limit - len(rows)])
    hits = [_titled(row) for row in rows]
    return SearchResults(catalog.count(), hits)


def _named(
    catalog: Catalog,
    opened: OpenCounts | None,
    words: list[str],
    whole: str,
    facts: Node | None,
    limit: int,
) -> SearchResults:
    among = catalog.where(facts)
    # Words may match the folder instead, but at least one must match the name.
    named = " AND ".join(f"({_NAMED} OR instr(path_folded, ?))" for _ in words)
    named += f" AND ({' OR '.join(f'({_NAMED})' for _ in words)})"
    each = _NAMED.count("?")
    values = tuple(word for number in (each + 1, each) for word in words for _ in range(number))
    # Select all rows, because a separate count would double the time.
    found = catalog.find(
        f"path, title_folded, {_RANK}",
        Condition(f"{among.sql} AND {named}", (whole, *among.values, *values)),
        join="JOIN (SELECT ? AS whole)",
    )
    total = len(found)
    rows = catalog.rows_in_order(_first(found, opened, limit))
    if len(rows) < FEW_SUGGESTIONS and len(whole) >= MIN_FUZZY_LETTERS:
        seen = {row.path for row in rows}
        others = _with_letters(catalog, opened, whole, among, limit)
        rows += [row for row in others if row.path not in seen]
        rows, total = rows[:limit], max(total, len(rows))
    hits = [
        _titled(row, float(len(rows) - at), _marks(row.title, words)) for at, row in enumerate(rows)
    ]
    return SearchResults(total, hits)


def _titled(row: Row, score: float = 0.0, marks: tuple[tuple[int, int], ...] = ()) -> Hit:
    passage = Passage(Snippet(row.title, marks))
    hit = Hit(row, score, lambda: passage)
    hit.read_passage()
    return hit


def _first(
    found: Sequence[tuple[str, str, int]], opened: OpenCounts | None, limit: int
) -> list[str]:
    """Return the best notes, given as path, title and rank; ties are sorted by last opening."""
    # Sort only as many ranks as needed: one letter matches most notes.
    first: list[str] = []
    for rank in range(_RANKS):
        equals = sorted((len(title), title, path) for path, title, at in found if at == rank)
        paths = [path for _, _, path in equals]
        if opened is not None:
            paths = [*map(store_path, opened.first(map(load_path, paths)))]
        first += paths
        if len(first) >= limit:
            break
    return first[:limit]


def _with_letters(
    catalog: Catalog, opened: OpenCounts | None, whole: str, among: Condition, limit: int
) -> list[Row]:
    """Return notes whose title contains these letters in order: `atmhab` for Atomic Habits."""
    # Words in another order, such as `habt atm`, match too, and rank lower.
    patterns = [_pattern(whole)]
    words = whole.split()
    is_apart = len(words) > 1 and max(map(len, words)) >= MIN_FUZZY_LETTERS
    ordered = [*map(_pattern, words)] if is_apart else patterns
    like = " AND ".join([among.sql, *[_LIKE] * len(ordered)])
    found = catalog.find(
        "path, title_folded, title_folded NOT LIKE letters ESCAPE '\\'",
        Condition(like, (*patterns, *among.values, *ordered)),
        join="JOIN (SELECT ? AS letters)",
    )
    return catalog.rows_in_order(_first(found, opened, limit))


def _pattern(whole: str) -> str:
    letters = [f"\\{letter}" if letter in "%_\\" else letter for letter in whole.replace(" ", "")]
    return f"%{'%'.join(letters)}%"


def _texts(node: Node) -> list[str]:
    """Return the words to find in titles, without those under a Not or in another scope."""
    match node:
        case tree.And(parts):
            return [text for part in parts for text in _texts(part)]
        case tree.Wildcard(text, "any" | "title"):
            return re.split(r"[*?]+", text)
        case tree.Fuzzy(text, _, "any" | "title"):
            return text.split()
        case tree.Term() | tree.Phrase() | tree.Prefix() if node.scope in ("any", "title"):
            return node.text.split()
    return []


def _facts(node: Node) -> Node | None:
    if is_fact(node):
        return node
    if isinstance(node, tree.And):
        facts = tuple(part for part in node.parts if is_fact(part))
        return tree.And(facts) if facts else None
    return None


def _marks(title: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    plain = "".join(fold_text(letter)[:1] or " " for letter in title)
    found = ((plain.find(word), len(word)) for word in words)
    return tuple(join_spans((at, at + length) for at, length in found if at >= 0))


MAX_SPELT_WORDS = 3
"""Maximum number of words to correct, because each requires a search of the vocabulary."""

SENTENCE_WORDS = 4
"""Minimum number of words in a sentence."""

MAX_PATTERNS = 3
"""With more patterns, all words are required, because each matches up to a thousand words."""

_WORDS = (tree.Term, tree.Phrase, tree.Prefix, tree.Wildcard, tree.Fuzzy)
_PATTERNS = (tree.Prefix, tree.Wildcard, tree.Fuzzy)


class FallbackQuery(NamedTuple):
    """An alternative query, and the message to show with it."""

    query: Query
    remark: str


def drop_function_words(
    query: Query,
    is_question_word: Callable[[str], bool],
    is_stop_word: Callable[[str], bool],
    *,
    typing: bool,
) -> tuple[Query, Query]:
    """Return a query without question words, and the same query without stop words as well.

    In the first, stop words keep their position. A query of only such words is not changed.
    """
    # While typing, the last word is a prefix.
    plain = (tree.Term, tree.Prefix) if typing else tree.Term

    def drop(parts: Sequence[Node], is_ignored: Callable[[str], bool]) -> list[Node]:
        return [
            part
            for part in parts
            if not (isinstance(part, plain) and part.scope == "any" and is_ignored(part.text))
        ]

    parts = query.root.parts if isinstance(query.root, tree.And) else ()
    reduced = drop(parts, is_question_word)
    significant = drop(reduced, is_stop_word)
    if reduced and isinstance(reduced[-1], tree.Prefix) and reduced[-1] not in significant:
        reduced = reduced[:-1]  # its position does not matter, because no word follows
    if not any(isinstance(part, _WORDS) for part in significant):
        return query, query
    return query._replace(root=_all_of(reduced)), query._replace(root=_all_of(significant))


def _all_of(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else tree.And(tuple(parts))


def is_sentence(query: Query, is_function_word: Callable[[str], bool]) -> bool:
    """Whether a query is a sentence: at least four words, one a function word, and no syntax."""
    parts = query.root.parts if isinstance(query.root, tree.And) else ()
    return (
        len(parts) >= SENTENCE_WORDS
        and query.is_by_score
        and all(map(_is_plain, parts))
        and any(isinstance(part, tree.Term) and is_function_word(part.text) for part in parts)
    )


def has_plain_words(query: Query) -> bool:
    """Whether a query has no quotes, patterns and scopes."""
    parts = query.root.parts if isinstance(query.root, tree.And) else (query.root,)
    return all(_is_plain(part) for part in parts if part and not is_fact(part))


def _is_plain(part: Node) -> bool:
    return isinstance(part, tree.Term | tree.Prefix) and part.scope == "any"


def respell_query(query: Query, nearest: Callable[[str], Sequence[str]]) -> FallbackQuery | None:
    """Replace words that no note contains with the nearest spelling; None if there is none.

    `nearest` returns spellings for an unknown word, best first.
    """
    if query.root is None:
        return None
    near = ((word, found[0]) for word in _words(query.root) if (found := nearest(word)))
    known = dict(islice(near, MAX_SPELT_WORDS))
    if not known:
        return None
    root = tree.replace_leaves(query.root, lambda leaf: _respell(leaf, known))
    remark = f"Showing results for {_listed(known.values())} (no note has {_listed(known)})."
    return FallbackQuery(_as_query(query, root), remark)


def read_tags_as_text(query: Query, exists: Callable[[Node], bool]) -> FallbackQuery | None:
    """Replace tags that no note has, such as `#pragma`, with words; None if all tags exist."""
    unknown: list[str] = []

    def as_word(leaf: Node) -> Node:
        match leaf:
            case tree.Tag(name):
                word: Node = tree.Term(name, "any", leaf.span)
            case tree.Compare("tags", ":", str(name)):
                word = tree.Prefix(name, "any", leaf.span)
            case _:
                return leaf
        if not query.text.startswith("#", leaf.span[0]) or exists(leaf):
            return leaf
        unknown.append(name)
        return word

    root = tree.replace_leaves(query.root, as_word) if query.root else None
    if root is None or not unknown:
        return None
    remark = f"No note has the tag {_listed(unknown)}. It was searched for as text."
    return FallbackQuery(_as_query(query, root), remark)


def make_partial_query(query: Query, *, is_sentence: bool = False) -> Query | None:
    """Return a query that requires only some of the words; other conditions stay."""
    root = query.root
    parts = root.parts if isinstance(root, tree.And) else (root,) if root else ()
    words = tuple(word for part in parts if isinstance(part, _WORDS) for word in _split(part))
    if len(words) < 2 or sum(isinstance(word, _PATTERNS) for word in words) > MAX_PATTERNS:
        return None
    others = tuple(part for part in parts if not isinstance(part, _WORDS))
    some = (tree.SomeOfSentence if is_sentence else tree.SomeOf)(words)
    return _as_query(query, _all_of((*others, some)))._replace(order=())


def _split(part: Node) -> list[Node]:
    """Return a word and its parts between symbols, as in `std::unique_ptr`."""
    if not isinstance(part, tree.Term | tree.Prefix):
        return [part]
    within = [word for word in re.findall(r"[^\W_]{2,}", part.text) if not word.isdigit()]
    if len(within) < 2:
        return [part]
    *first, last = within
    return [
        part,
        *(tree.Term(word, part.scope, part.span) for word in first),
        type(part)(last, part.scope, part.span),
    ]


def make_prefix_query(query: Query) -> Query | None:
    """Turn every word of a query into a prefix; None if that changes nothing."""
    root = query.root
    if not isinstance(root, tree.And):
        return None
    parts = tuple(
        tree.Prefix(part.text, part.scope, part.span) if isinstance(part, tree.Term) else part
        for part in root.parts
    )
    return None if parts == root.parts else _as_query(query, tree.And(parts))


def _words(root: Node) -> Iterator[str]:
    for leaf in tree.positive_leaves(root):
        match leaf:
            case tree.Term(text) | tree.Phrase(text):
                yield from text.split()
            case tree.Prefix(text):
                yield text


def _respell(leaf: Node, known: dict[str, str]) -> Node:
    match leaf:
        case tree.Term(text, scope) | tree.Phrase(text, scope):
            respelt = " ".join(known.get(word, word) for word in text.split())
            return type(leaf)(respelt, scope, leaf.span)
        case tree.Prefix(text, scope) if text in known:
            return tree.Term(known[text], scope, leaf.span)
    return leaf


def _as_query(query: Query, root: Node) -> Query:
    """Return a query with a new tree, and the order and limit of the old one."""
    parts = root.parts if isinstance(root, tree.And) else (root,)
    return Query(" ".join(map(write_node, parts)), root, query.order, query.limit)


def _listed(words: Iterable[str]) -> str:
    return " and ".join(f'"{word}"' for word in words)

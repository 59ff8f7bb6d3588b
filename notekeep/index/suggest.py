"""Notes while a query is being typed: by title, alias, tag and what was changed last.

From the catalog alone, so that a key is answered in a few milliseconds however large the vault is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.index.conditions import Condition
from notekeep.index.found import Found, Hit
from notekeep.index.rows import load_path, store_path
from notekeep.index.snippet import Snippet, joined
from notekeep.query.fold import fold
from notekeep.query.tree import And, Docs, Fuzzy, Node, Phrase, Prefix, Term, Wildcard, is_fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.catalog import Catalog
    from notekeep.index.opened import Opened
    from notekeep.index.rows import Row
    from notekeep.query.tree import Query

FEW = 5
"""With fewer hits than this, titles with the letters in that order are found too."""

FUZZY_LETTERS = 3
"""Fewer letters than this stand in nearly every title in some order."""

_NAMED = """
    instr(title_folded, ?) OR instr(name_folded, ?)
    OR id IN (SELECT note FROM fields WHERE key = 'aliases' AND instr(text, ?))
    OR id IN (SELECT note FROM tags WHERE own AND instr(tag, ?))
"""
# The whole title, its beginning, the beginning of a word in it, anywhere, another name of it.
_RANK = """
    CASE WHEN title_folded = whole THEN 0
         WHEN instr(title_folded, whole) = 1 THEN 1
         WHEN instr(' ' || title_folded, ' ' || whole) THEN 2
         WHEN instr(title_folded, whole) THEN 3
         ELSE 4 END
"""
_RANKS = 5
_LIKE = "title_folded LIKE ? ESCAPE '\\'"


def suggest(
    query: Query,
    typed: str,
    catalog: Catalog,
    *,
    opened: Opened | None = None,
    limit: int = 50,
) -> Found:
    """Find what a query that is being typed may be about.

    Titles that fit as well as each other stand in this order: opened last, shorter, by the
    alphabet, by path.

    Args:
        query: As the grammar reads it while it is being typed.
        typed: The text itself: a title that is typed whole may have what the grammar takes for
            something else.
        catalog: Where titles and tags are.
        opened: What was opened when, where that counts.
        limit: How many hits at most.

    Returns:
        Hits whose snippet is the title, with the words that were typed marked. When nothing is
        asked for yet, the notes that were opened last, then those that were changed last; nothing
        where titles cannot tell.
    """
    words = [fold(text) for text in _texts(query.root) if fold(text)] if query.root else []
    try:
        facts = _facts(query.root)
        if not words and (facts or query.root):
            total, rows = catalog.rows(facts, query.order, limit) if facts else (0, [])
            return Found(total, [Hit(row, 0.0, Snippet(row.title)) for row in rows])
        if not words:
            return _latest(catalog, opened, limit)
        whole = " ".join(words) if facts else fold(typed)
        return _named(catalog, opened, words, whole, facts, limit)
    except NotekeepError:
        return Found(0, [])


def _latest(catalog: Catalog, opened: Opened | None, limit: int) -> Found:
    every = catalog.where(None)

    def paths() -> list[str]:
        return [load_path(path) for (path,) in catalog.find("path", every)]

    latest = opened.latest(paths, limit) if opened is not None else []
    known = {row.path: row for row in catalog.rows(Docs(frozenset(latest)))[1]}
    changed = catalog.find("path", every, "ORDER BY mtime_ns DESC, path LIMIT ?", (limit,))
    others = [path for (path,) in changed if load_path(path) not in known]
    rows = [known[path] for path in latest if path in known]
    rows += catalog.rows_in_order(others[: limit - len(rows)])
    hits = [Hit(row, 0.0, Snippet(row.title)) for row in rows]
    return Found(catalog.count(), hits)


def _named(
    catalog: Catalog,
    opened: Opened | None,
    words: list[str],
    whole: str,
    facts: Node | None,
    limit: int,
) -> Found:
    among = catalog.where(facts)
    named = " AND ".join(f"({_NAMED})" for _ in words)
    values = tuple(value for word in words for value in (word,) * _NAMED.count("?"))
    # All of them: to count them afterwards would take as long again as to find them.
    found = catalog.find(
        f"path, title_folded, {_RANK}",
        Condition(f"{among.sql} AND {named}", (whole, *among.values, *values)),
        join="JOIN (SELECT ? AS whole)",
    )
    total = len(found)
    rows = catalog.rows_in_order(_first(found, opened, limit))
    if len(rows) < FEW and len(whole) >= FUZZY_LETTERS:
        seen = {row.path for row in rows}
        others = _with_letters(catalog, opened, whole, among, limit)
        rows += [row for row in others if row.path not in seen]
        rows, total = rows[:limit], max(total, len(rows))
    marked = [Snippet(row.title, _marks(row.title, words)) for row in rows]
    ranked = enumerate(zip(rows, marked, strict=True))
    return Found(total, [Hit(row, float(len(rows) - at), mark) for at, (row, mark) in ranked])


def _first(found: Sequence[tuple[str, str, int]], opened: Opened | None, limit: int) -> list[str]:
    """The first of some notes, each with its title and rank; of equals those opened last.

    Only as many ranks are sorted as are needed: a single letter finds most notes of a vault.
    """
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
    catalog: Catalog, opened: Opened | None, whole: str, among: Condition, limit: int
) -> list[Row]:
    """Notes with these letters in their title, in this order: `atmhab` finds Atomic Habits.

    Words may stand in another order: so does `habt atm`, after titles with all letters in order.
    """
    patterns = [_pattern(whole)]
    words = whole.split()
    is_apart = len(words) > 1 and max(map(len, words)) >= FUZZY_LETTERS
    wanted = [*map(_pattern, words)] if is_apart else patterns
    like = " AND ".join([among.sql, *[_LIKE] * len(wanted)])
    found = catalog.find(
        "path, title_folded, title_folded NOT LIKE letters ESCAPE '\\'",
        Condition(like, (*patterns, *among.values, *wanted)),
        join="JOIN (SELECT ? AS letters)",
    )
    return catalog.rows_in_order(_first(found, opened, limit))


def _pattern(whole: str) -> str:
    letters = [f"\\{letter}" if letter in "%_\\" else letter for letter in whole.replace(" ", "")]
    return f"%{'%'.join(letters)}%"


def _texts(node: Node) -> list[str]:
    """The words that notes are to have, in order; not what is under a Not or in another place."""
    match node:
        case Term(text, scope) | Phrase(text, scope) | Prefix(text, scope) | Fuzzy(text, _, scope):
            return text.split() if scope in ("any", "title") else []
        case Wildcard(text, scope):
            return re.split(r"[*?]+", text) if scope in ("any", "title") else []
        case And(parts):
            return [text for part in parts for text in _texts(part)]
    return []


def _facts(node: Node | None) -> Node | None:
    """The facts that notes must meet."""
    if node is None or is_fact(node):
        return node
    if isinstance(node, And):
        kept = tuple(part for part in node.parts if is_fact(part))
        return And(kept) if kept else None
    return None


def _marks(title: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    """Where words stand in a title, case and accents aside."""
    plain = "".join(fold(letter)[:1] or " " for letter in title)
    found = ((plain.find(word), len(word)) for word in words)
    return tuple(joined((at, at + length) for at, length in found if at >= 0))

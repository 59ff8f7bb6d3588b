"""Conditions added to a query as it was typed, and taken out of it again."""

from __future__ import annotations

import re

from notekeep.tui.ordering import order_term

_TERM = re.compile(r'[^\s"]*"[^"]*"|\S+')
_QUOTED = re.compile(r'"[^"]*"')


def terms(typed: str) -> list[str]:
    """Return the conditions of a query as they were typed, those in quotes whole."""
    return _TERM.findall(typed)


def narrowed(typed: str, term: str) -> str:
    """Return a query with a condition more; without it, where it is there already."""
    found = terms(typed)
    if term in found:
        found.remove(term)
        return " ".join(found)
    return f"{_grouped(typed)} {term}".strip()


def within(scope: str, typed: str) -> str:
    """Return the query that finds what was typed among the notes of another one."""
    if not scope or not typed:
        return scope or typed
    return f"{scope} {_grouped(typed)}"


def resorted(typed: str, field: str) -> str:
    """Return a query in the order of a field, and in no other; as it is where there is no field."""
    if not field:
        return typed
    kept = [term for term in terms(typed) if not term.startswith("sort:")]
    return " ".join([*kept, order_term(field)])


def _grouped(typed: str) -> str:
    """Put brackets around what would else be torn apart by a condition beside it."""
    depth = 0
    for word in _TERM.findall(typed):
        if word == "OR" and depth == 0:
            return f"({typed})"
        bare = _QUOTED.sub("", word)
        depth += bare.count("(") - bare.count(")")
    return typed

"""Conditions added to a query as it was typed, and taken out of it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import UsageError
from notekeep.tui.ordering import order_term

if TYPE_CHECKING:
    from notekeep.vault import Vault

_TERM = re.compile(r'[^\s"]*"[^"]*"|\S+')
_NAME = re.compile(r'[-+"]*([^\s:<>=!,()"]+)')
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


class Slip(NamedTuple):
    """A name in a query that is no field, but nearly one.

    Attributes:
        name: The name as it was typed.
        near: The field that was meant.
        corrected: The query with that field in its place.
    """

    name: str
    near: str
    corrected: str


def slip_in(vault: Vault, typed: str) -> Slip | None:
    """Return the first name in a query that is a slip of a field's, or None."""
    try:
        vault.query(typed)
    except UsageError as error:
        if error.near and error.position is not None:
            found = _NAME.match(typed, error.position)
            if found is not None:
                begin, end = found.span(1)
                if end == len(typed) and error.near.startswith(found[1].casefold()):
                    return None  # it is still being typed
                return Slip(found[1], error.near, typed[:begin] + error.near + typed[end:])
    return None


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

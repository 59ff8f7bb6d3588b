"""The fields that a query may use, tokens, and the context of a term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Literal, NamedTuple, TypeAlias, get_args

from notekeep.errors import UsageError
from notekeep.query.folding import fold_key
from notekeep.query.tree import Operator

FieldType: TypeAlias = Literal["text", "number", "date", "list", "bool", "any"]
"""The type of a field; in an "any" field, the type of a value depends on its text."""

_THINGS = {
    "alias": "aliases",
    "backlink": "backlinks",
    "code": "code",
    "embed": "embeds",
    "heading": "headings",
    "link": "links",
    "quote": "quotes",
    "tag": "tags",
    "task": "tasks",
    "timestamp": "timestamps",
}
COUNTED_THINGS = {**_THINGS, **{thing: thing for thing in _THINGS.values()}}
"""The names that `has:` accepts besides fields, with their canonical names."""

SCOPES = (
    *("block", "body", "content", "from", "has", "heading", "ignore-case", "is", "limit"),
    *("line", "match-case", "no", "quote", "section", "sort", "to"),
)
"""Names before a colon that are not fields; listed to correct typos."""

FIELD_SIGNS = frozenset(":<>=[")
"""Characters directly after a field name, or before it in `[field]`."""

MIN_LIKENESS = 0.6
"""Minimum similarity of two names, by difflib, to suggest a correction."""

CLEAR_LIKENESS = 0.75
"""Minimum similarity to correct without asking."""

_READ_AS: dict[str, FieldType] = {"links": "list", **{kind: kind for kind in get_args(FieldType)}}


class QueryField(NamedTuple):
    """A field with its canonical name and the type of its values."""

    name: str
    type: FieldType


class QueryFields:
    """The names that a query may use in one vault; see `catalog.columns`."""

    def __init__(
        self,
        kinds: Mapping[str, Mapping[str, str]],  # the fields of each kind by id, with their types
        seen: Mapping[str, str],  # other names in notes, with their types
        aliases: Mapping[str, str],  # other spellings and their canonical names
        common: Mapping[str, str],  # fields of all notes, with their types
        common_spellings: Mapping[str, str],
        states: Iterable[str],  # the values of `is:`
    ) -> None:
        self.kinds = tuple(sorted(kinds))
        self.states = tuple(states)
        self._types: dict[str, FieldType] = {}
        for source in (seen, *kinds.values(), common):
            for name, kind in source.items():
                self._types[name.casefold()] = _READ_AS.get(kind, "any")
        self._aliases = {**aliases, **common_spellings}
        own = {name.casefold(): name.casefold() for fields in kinds.values() for name in fields}
        # The last entry wins, so that names in notes never replace known names.
        self._spellings = {fold_key(name): name for name in self._types}
        for names in (aliases, own, common_spellings, {name: name for name in common}):
            self._spellings |= {fold_key(other): name for other, name in names.items()}

    def find(self, name: str) -> QueryField | None:
        """Return the field with a name or spelling; ignore case, spaces, dashes and underscores."""
        canonical = self._spellings.get(fold_key(name), "")
        return QueryField(canonical, self._types[canonical]) if canonical in self._types else None

    def names(self) -> list[str]:
        """Return all canonical field names, sorted."""
        return sorted(self._types)

    def things(self) -> list[str]:
        """Return all names that `has:` accepts, sorted."""
        return sorted({*COUNTED_THINGS, *self._types})

    def nearest_field(self, name: str, likeness: float = MIN_LIKENESS) -> str | None:
        """Return the field that is most similar to a name, or None."""
        return nearest_word(name, [*self._types, *self._aliases], likeness)

    def nearest(self, name: str, likeness: float = MIN_LIKENESS) -> str | None:
        """Return the field or scope that is most similar to a name, or None."""
        return nearest_word(name, [*self._types, *self._aliases, *SCOPES], likeness)


NO_FIELDS = QueryFields({}, {}, {}, {}, {}, ())
"""For queries that cannot use fields."""


def nearest_word(word: str, known: Iterable[str], likeness: float = MIN_LIKENESS) -> str | None:
    """Return the most similar known word, or None."""
    found = get_close_matches(word.casefold()[:40], sorted(known), n=1, cutoff=likeness)
    return found[0] if found else None


TokenKind: TypeAlias = Literal[
    "(", ")", "or", "and", "not", "word", "phrase", "regex", "tag", "link", "field", "bracket"
]


class Token(NamedTuple):
    """A part of a query, with its start and end.

    A "bracket" is `[key]` without a value. `text` excludes quotes, slashes, `#` and brackets; `op`
    is the operator of a field; `closed` is False for an unclosed quote or link.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    op: Operator | None = None
    closed: bool = True


class Unfinished(UsageError):
    """An incomplete condition that may still become valid."""


class TermContext(NamedTuple):
    """The query and the context for its terms; see `parse_query`."""

    text: str
    fields: QueryFields
    today: date
    week_start: int
    typing: bool
    pasted: bool

    def error(self, message: str, hint: str = "", *, at: int, near: str = "") -> UsageError:
        """Return an error at a position; `near` is the likely correction."""
        return UsageError(message, hint, text=self.text, position=at, near=near)

    def unfinished(self, token: Token) -> bool:
        """Whether the token may still be incomplete."""
        return self.typing and token.end == len(self.text)

    def check_unfinished(self, token: Token, words: Iterable[str]) -> None:
        """Raise Unfinished if the token may be incomplete and one of the words starts with it."""
        typed = token.text.casefold()
        if self.unfinished(token) and any(word.startswith(typed) for word in words):
            raise Unfinished(f"{token.text} is not finished.", text=self.text, position=token.start)

    def known(self, token: Token, names: Iterable[str], what: str, hint: str = "") -> str:
        """Return the known name for a token; while typing, a unique prefix is enough."""
        word, names = token.text.casefold(), list(names)
        if word in names:
            return word
        matches = [name for name in names if name.startswith(word)]
        if self.unfinished(token) and len(matches) == 1:
            return matches[0]
        self.check_unfinished(token, names)
        near = nearest_word(word, names)
        guess = f"Did you mean {near}? " if near else ""
        raise self.error(
            f'There is no {what} "{token.text}".',
            guess + (hint or f"Use {', '.join(names)}."),
            at=token.start,
            near=nearest_word(word, names, CLEAR_LIKENESS) or "",
        )

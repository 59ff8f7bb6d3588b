"""Which fields a query may name, and what its pieces are read against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Literal, NamedTuple, TypeAlias, get_args

from notekeep.errors import UsageError
from notekeep.query.folding import fold_key
from notekeep.query.tree import Operator

FieldType: TypeAlias = Literal["text", "number", "date", "list", "bool", "any"]
"""What a value is read as; one of an "any" field, whose type nobody knows, is read by its look."""

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
"""What `has:` knows besides fields: the names a person may use, and the thing they mean."""

SCOPES = (
    *("block", "body", "content", "from", "has", "heading", "ignore-case", "is", "limit"),
    *("line", "match-case", "no", "quote", "section", "sort", "to"),
)
"""Names before a colon that are no field; here so that a misspelt one is understood."""

FIELD_SIGNS = frozenset(":<>=[")
"""What stands behind a field, and in front of one that has to be there."""

MIN_LIKENESS = 0.6
"""How alike two names must be for one to be taken for a slip of the other, as difflib counts."""

CLEAR_LIKENESS = 0.75
"""How alike a name must be to a field's for being taken for it without asking."""

_READ_AS: dict[str, FieldType] = {"links": "list", **{kind: kind for kind in get_args(FieldType)}}


class QueryField(NamedTuple):
    """A field as a query knows it: its canonical name and how its values are read."""

    name: str
    type: FieldType


class QueryFields:
    """The names a query may use in one vault; `catalog.columns` gathers them."""

    def __init__(
        self,
        kinds: Mapping[str, Mapping[str, str]],  # each kind's id with its fields and their types
        seen: Mapping[str, str],  # names that notes use besides, with their types
        aliases: Mapping[str, str],  # other spellings of a field, each with the canonical one
        common: Mapping[str, str],  # fields of every note and their types
        common_spellings: Mapping[str, str],
        states: Iterable[str],  # what `is:` knows
    ) -> None:
        self.kinds = tuple(sorted(kinds))
        self.states = tuple(states)
        self._types: dict[str, FieldType] = {}
        for source in (seen, *kinds.values(), common):
            for name, kind in source.items():
                self._types[name.casefold()] = _READ_AS.get(kind, "any")
        self._aliases = {**aliases, **common_spellings}
        own = {name.casefold(): name.casefold() for fields in kinds.values() for name in fields}
        # The last one wins: a note may come from anywhere, so its names never replace the others.
        self._spellings = {fold_key(name): name for name in self._types}
        for names in (aliases, own, common_spellings, {name: name for name in common}):
            self._spellings |= {fold_key(other): name for other, name in names.items()}

    def find(self, name: str) -> QueryField | None:
        """Return the field of that name or other spelling; case, blanks and dashes aside."""
        canonical = self._spellings.get(fold_key(name), "")
        return QueryField(canonical, self._types[canonical]) if canonical in self._types else None

    def names(self) -> list[str]:
        """Return all canonical field names, sorted."""
        return sorted(self._types)

    def things(self) -> list[str]:
        """Return all that `has:` understands, sorted."""
        return sorted({*COUNTED_THINGS, *self._types})

    def nearest_field(self, name: str, likeness: float = MIN_LIKENESS) -> str | None:
        """Return the field that `name` is most likely a slip of."""
        return nearest_word(name, [*self._types, *self._aliases], likeness)

    def nearest(self, name: str, likeness: float = MIN_LIKENESS) -> str | None:
        """Return the field or scope that `name` is most likely a slip of."""
        return nearest_word(name, [*self._types, *self._aliases, *SCOPES], likeness)


NO_FIELDS = QueryFields({}, {}, {}, {}, {}, ())
"""No names: for what cannot name a field."""


def nearest_word(word: str, known: Iterable[str], likeness: float = MIN_LIKENESS) -> str | None:
    """Return the known word that `word` is most likely a slip of."""
    found = get_close_matches(word.casefold()[:40], sorted(known), n=1, cutoff=likeness)
    return found[0] if found else None


# A query while it is read.

TokenKind: TypeAlias = Literal[
    "(", ")", "or", "and", "not", "word", "phrase", "regex", "tag", "link", "field", "bracket"
]


class Token(NamedTuple):
    """One piece of a query, and where it stands: first character, one past the last.

    A "bracket" is `[key]` without a value. `text` comes without quotes, slashes, `#` and brackets;
    `op` is a field's operator; `closed` says whether what opens here closes.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    op: Operator | None = None
    closed: bool = True


class Unfinished(UsageError):
    """A condition that is still being typed, and may become one that can be read."""


class TermContext(NamedTuple):
    """The whole query, and what it is read against; see `parse_query`."""

    text: str
    fields: QueryFields
    today: date
    week_start: int
    typing: bool
    pasted: bool

    def error(self, message: str, hint: str = "", *, at: int, near: str = "") -> UsageError:
        """Say what is wrong with the query, and where; `near` is what was meant by a slip."""
        return UsageError(message, hint, text=self.text, position=at, near=near)

    def unfinished(self, token: Token) -> bool:
        """Whether the token may be the beginning of what somebody is typing."""
        return self.typing and token.end == len(self.text)

    def check_begun(self, token: Token, words: Iterable[str]) -> None:
        """Raise Unfinished where the token is being typed and one of some words begins so."""
        begun = token.text.casefold()
        if self.unfinished(token) and any(word.startswith(begun) for word in words):
            raise Unfinished(f"{token.text} is not finished.", text=self.text, position=token.start)

    def known(self, token: Token, names: Iterable[str], what: str, hint: str = "") -> str:
        """The known name a token says; while it is being typed also one it alone begins."""
        word, names = token.text.casefold(), list(names)
        if word in names:
            return word
        begun = [name for name in names if name.startswith(word)]
        if self.unfinished(token) and len(begun) == 1:
            return begun[0]
        self.check_begun(token, names)
        near = nearest_word(word, names)
        guess = f"Did you mean {near}? " if near else ""
        raise self.error(
            f'There is no {what} "{token.text}".',
            guess + (hint or f"Use {', '.join(names)}."),
            at=token.start,
            near=nearest_word(word, names, CLEAR_LIKENESS) or "",
        )

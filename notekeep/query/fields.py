"""Which fields a query may name, their types, and the nearest name to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from notekeep.query.folding import fold_key

FieldType: TypeAlias = Literal["text", "number", "date", "list", "bool", "any"]
"""What a value is read as; one of an "any" field, whose type nobody knows, is read by its look."""

COMMON_FIELDS: dict[str, FieldType] = {
    "title": "text",
    "path": "text",
    "file": "text",
    "type": "text",
    "tags": "list",
    "aliases": "list",
    "created": "date",
    "modified": "date",
    "description": "text",
    "cover": "text",
    "slug": "text",
    "publish": "bool",
    "private": "bool",
    "pinned": "bool",
    "words": "number",
    "size": "number",
    "task": "list",
    "task-todo": "list",
    "task-done": "list",
}
"""Fields of every note, those included that it has without writing them down."""

COMMON_ALIASES = {
    "kind": "type",
    "tag": "tags",
    "alias": "aliases",
    "folder": "path",
    "mtime": "modified",
    "keywords": "tags",
}

FLAGS = (
    "ambiguous",
    "broken",
    "conflict",
    "draft",
    "excluded",
    "invalid",
    "log",
    "orphan",
    "private",
    "template",
    "todo",
    "untagged",
)
"""What `is:` knows; what each means is said where the catalog answers it."""

COUNTED_THINGS = {
    "alias": "aliases",
    "aliases": "aliases",
    "backlink": "backlinks",
    "backlinks": "backlinks",
    "code": "code",
    "embed": "embeds",
    "embeds": "embeds",
    "heading": "headings",
    "headings": "headings",
    "link": "links",
    "links": "links",
    "quote": "quotes",
    "quotes": "quotes",
    "tag": "tags",
    "tags": "tags",
    "task": "tasks",
    "tasks": "tasks",
    "timestamp": "timestamps",
    "timestamps": "timestamps",
}
"""What `has:` knows besides fields: the names a person may use, and the thing they mean."""

SCOPES = (
    "block",
    "body",
    "content",
    "from",
    "has",
    "heading",
    "ignore-case",
    "is",
    "limit",
    "line",
    "match-case",
    "no",
    "quote",
    "section",
    "sort",
    "to",
)
"""Names before a colon that are no field; here so that a misspelt one is understood."""

FIELD_SIGNS = frozenset(":<>=[")
"""What stands behind a field, and in front of one that has to be there."""

MIN_LIKENESS = 0.6
"""How alike two names must be for one to be taken for a slip of the other, as difflib counts."""

CLEAR_LIKENESS = 0.75
"""How alike a name must be to a field's for being taken for it without asking."""

_READ_AS: dict[str, FieldType] = {
    "text": "text",
    "number": "number",
    "date": "date",
    "list": "list",
    "links": "list",
    "bool": "bool",
}


class QueryField(NamedTuple):
    """A field as a query knows it: its canonical name and how its values are read."""

    name: str
    type: FieldType


class QueryFields:
    """The names a query may use in one vault; `kinds` are the ids of its kinds, sorted."""

    def __init__(
        self,
        kinds: Iterable[str],
        types: Mapping[str, FieldType],
        aliases: Mapping[str, str],
        spellings: Mapping[str, str],
    ) -> None:
        self.kinds = tuple(sorted(kinds))
        self._types = types
        self._aliases = aliases
        self._spellings = spellings

    @classmethod
    def of(
        cls,
        kinds: Mapping[str, Mapping[str, str]],
        seen: Iterable[str] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> QueryFields:
        """Gather the fields of a vault.

        Args:
            kinds: Each kind's id with its fields and their types.
            seen: Names that notes use besides; a mapping also gives their types.
            aliases: Other spellings of a field, each with the canonical one.
        """
        types: dict[str, FieldType] = {}
        known = seen if isinstance(seen, Mapping) else dict.fromkeys(seen, "any")
        for source in (known, *kinds.values()):
            types |= {name.casefold(): _READ_AS.get(kind, "any") for name, kind in source.items()}
        kin = aliases or {}
        own = {name.casefold(): name.casefold() for fields in kinds.values() for name in fields}
        # The last one wins: a note may come from anywhere, so its names never replace the others.
        spellings = {fold_key(name): name for name in types}
        for names in (kin, own, COMMON_ALIASES, {name: name for name in COMMON_FIELDS}):
            spellings |= {fold_key(other): name for other, name in names.items()}
        return cls(kinds, types | COMMON_FIELDS, {**kin, **COMMON_ALIASES}, spellings)

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


NO_FIELDS = QueryFields((), {}, {}, {})
"""No names: for what cannot name a field."""


def may_name_field(text: str) -> bool:
    """Whether a query may name a field, a kind or a flag; to gather them takes its time."""
    return not FIELD_SIGNS.isdisjoint(text)


def nearest_word(word: str, known: Iterable[str], likeness: float = MIN_LIKENESS) -> str | None:
    """Return the known word that `word` is most likely a slip of."""
    from difflib import get_close_matches

    found = get_close_matches(word.casefold()[:40], sorted(known), n=1, cutoff=likeness)
    return found[0] if found else None

"""A query as a tree: what the parser makes, and what the catalog and the full-text index read.

Two trees that ask the same are equal, wherever their words stood: spans do not count. Leaves about
words (Term, Phrase, Prefix, Wildcard, Fuzzy) become Terms, which the full-text index answers; Regex
and Within are answered by the texts; leaves about facts (FactLeaf) by the catalog, which hands the
result on as KnownPaths.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Span: TypeAlias = tuple[int, int]
"""Where a node stands in the query's text: first character, one past the last."""

NO_SPAN: Span = (0, 0)

WordScope: TypeAlias = Literal["any", "title", "body", "heading", "tag", "quote"]
"""Which part of a note a word is looked for in; "any" is all of them, weighted."""

Operator: TypeAlias = Literal[":", "=", ">", ">=", "<", "<="]


# Nodes with the same fields share a class: to make the methods of one takes half a millisecond.


@dataclass(frozen=True)
class _Words:
    text: str
    scope: WordScope = "any"
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


class Term(_Words):
    """A word: `naval`, `title:atomic`."""


class Phrase(_Words):
    """Words in a row: `"exact phrase"`."""


class Prefix(_Words):
    """The beginning of a word: `lever*`; also the last word of a query that is being typed."""


class Wildcard(_Words):
    """A word with gaps: `fu*on`, `te?t`."""


@dataclass(frozen=True)
class Fuzzy:
    """A word, give or take one or two letters: `nawal~`, `nawal~2`."""

    text: str
    distance: int = 1
    scope: WordScope = "any"
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True)
class _Text:
    text: str
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


class Regex(_Text):
    """A regular expression over the note's text: `/lever(age)?/`."""


class Path(_Text):
    """Notes whose path contains the text: `path:books/`; an empty one is every note (`*`)."""


class Tag(_Text):
    """Notes with a tag or one of its children: `tag:habit`, `#learning/ml`."""


class Is(_Text):
    """Notes in a state: `is:draft`."""


class Has(_Text):
    """Notes with a field or a thing of that name in them: `has:cover`; `no:rating` is its Not."""


class LinkTo(_Text):
    """Notes that link to a note: `to:"Atomic Habits"`, `[[Atomic Habits]]`."""


class LinkFrom(_Text):
    """Notes that a note links to: `from:naval`."""


@dataclass(frozen=True)
class Within:
    """Words within one part of a text; `node` is made of Term to Fuzzy, And, Or and Not only."""

    node: Node
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


class Section(Within):
    """One section, its heading included: `section:"Key ideas"`, `section:(a b)`."""


class Line(Within):
    """One line: `line:(a b)`."""


class Block(Within):
    """What stands between two blank lines, as Obsidian writes it: `block:(a b)`."""


@dataclass(frozen=True)
class Compare:
    """A field against a value: `rating>=4`, `author:"james clear"`, `finished:2026-01..2026-03`.

    Attributes:
        field: The field's canonical name.
        op: ":" means contains for text, any item for lists, equals for numbers, within for dates.
        low: The value, or the lower end of a range. Text is as typed, to be folded by the reader.
            A date is an ISO day: ":" and "=" with a month or a year are ranges of days, ">" has
            the last day of its period and "<" the first, so that plain comparison is right.
        high: The upper end of a range, included; None when the value is no range.
    """

    field: str
    op: Operator
    low: str | float | bool
    high: str | float | None = None
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True)
class KnownPaths:
    """An answer that is already known: paths, from the catalog. The parser never makes one."""

    paths: frozenset[str]


class TermChoice(NamedTuple):
    """Terms in a row, each with its distance from the first; `worth` scales its score."""

    steps: tuple[tuple[int, str], ...]
    worth: float = 1.0


class Terms(NamedTuple):
    """A word as the index has it: one of some choices in one of some fields.

    The parser never makes one; see `search/planner.py`.
    """

    fields: tuple[str, ...]
    choices: tuple[TermChoice, ...]


@dataclass(frozen=True)
class _Parts:
    parts: tuple[Node, ...]


class And(_Parts):
    """All of these; of none, every note."""


class Or(_Parts):
    """Any of these; of none, no note."""


@dataclass(frozen=True)
class Not:
    """Everything but this."""

    part: Node


WordLeaf: TypeAlias = Term | Phrase | Prefix | Wildcard | Fuzzy | Regex | Within
FactLeaf: TypeAlias = Compare | Path | Tag | Is | Has | LinkTo | LinkFrom
Node: TypeAlias = WordLeaf | FactLeaf | KnownPaths | Terms | And | Or | Not


class Order(NamedTuple):
    """One key of an order: `sort:-finished` is the field "finished", descending."""

    field: str
    descending: bool = False


class Query(NamedTuple):
    """What a person asked for."""

    text: str
    root: Node | None = None  # None has no condition: everything matches
    order: tuple[Order, ...] = ()  # the most important key first; empty is the caller's own order
    limit: int | None = None


def is_fact(node: Node) -> bool:
    """Whether the catalog alone can answer a tree."""
    match node:
        case And(parts) | Or(parts):
            return all(map(is_fact, parts))
        case Not(part):
            return is_fact(part)
        case _:
            return isinstance(node, FactLeaf | KnownPaths)


def needs_text(node: Node) -> bool:
    """Whether a tree has a condition that only a note's text can answer."""
    match node:
        case And(parts) | Or(parts):
            return any(map(needs_text, parts))
        case Not(part):
            return needs_text(part)
        case _:
            return isinstance(node, Within | Regex)


def wanted_leaves(node: Node | None) -> Iterator[Node]:
    """Yield the conditions that notes must or may meet; what is under a Not is not among them."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from wanted_leaves(part)
        case None | Not():
            return
        case _:
            yield node


def replace_leaves(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the same tree with each leaf changed; Within is a leaf."""
    match node:
        case And(parts) | Or(parts):
            return type(node)(tuple(replace_leaves(part, change) for part in parts))
        case Not(part):
            return Not(replace_leaves(part, change))
        case _:
            return change(node)

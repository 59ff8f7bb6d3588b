"""A query as a tree, for the catalog and the full-text index.

Comparisons of trees ignore spans. Word leaves (Term, Phrase, Prefix, Wildcard, Fuzzy) become Terms
for the full-text index; Regex and Within are evaluated on texts; a FactLeaf is evaluated by the
catalog and replaced with KnownPaths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from notekeep.errors import UsageError

Span: TypeAlias = tuple[int, int]
"""Position in the query's text: start and end."""

NO_SPAN: Span = (0, 0)

WordScope: TypeAlias = Literal["any", "note", "title", "body", "heading", "tag", "quote"]
"""The part of a note to search. "any" is all parts, weighted; "note" excludes the text of attached
files."""

Operator: TypeAlias = Literal[":", "=", ">", ">=", "<", "<="]


class _Node:
    """Compares equal if the fields in `__match_args__` are equal, without the span."""

    # Not a dataclass: creating twenty dataclasses takes as long as scanning a thousand notes.
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def _identity(self) -> tuple[Any, ...]:
        return type(self), *(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Node) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        kind, *values = self._identity()
        return f"{kind.__name__}({', '.join(map(repr, values))})"


class _Words(_Node):
    __match_args__ = ("text", "scope")

    def __init__(self, text: str, scope: WordScope = "any", span: Span = NO_SPAN) -> None:
        self.text, self.scope, self.span = text, scope, span


class Term(_Words):
    """A word: `naval`, `title:atomic`."""


class Phrase(_Words):
    """Consecutive words: `"exact phrase"`."""


class Prefix(_Words):
    """The beginning of a word: `lever*`, or an unfinished last word."""


class Wildcard(_Words):
    """A word with wildcards: `fu*on`, `te?t`."""


class Fuzzy(_Node):
    """A word with at most one or two typos: `nawal~`, `nawal~2`."""

    __match_args__ = ("text", "distance", "scope")

    def __init__(
        self, text: str, distance: int = 1, scope: WordScope = "any", span: Span = NO_SPAN
    ) -> None:
        self.text, self.distance, self.scope, self.span = text, distance, scope, span


class _Text(_Node):
    __match_args__ = ("text",)

    def __init__(self, text: str, span: Span = NO_SPAN) -> None:
        self.text, self.span = text, span


class Regex(_Text):
    """A regular expression on the text of notes: `/lever(age)?/`."""


class Path(_Text):
    """Notes whose path contains a text: `path:books/`; "" is every note (`*`).

    After a `/`, the path starts with the text: `path:/books/` is the folder in the vault itself.
    """


class Tag(_Text):
    """Notes with a tag or one of its children: `tag:habit`, `#learning/ml`."""


class Is(_Text):
    """Notes in a state: `is:draft`."""


class Has(_Text):
    """Notes with a field or thing: `has:cover`; `no:rating` is its Not."""


class LinkTo(_Text):
    """Notes that link to a note: `to:"Atomic Habits"`, `[[Atomic Habits]]`."""


class LinkFrom(_Text):
    """Notes that a note links to: `from:naval`."""


class Within(_Node):
    """Words within one part of a text; `node` contains only Term to Fuzzy, And, Or and Not."""

    __match_args__ = ("node",)

    def __init__(self, node: Node, span: Span = NO_SPAN) -> None:
        self.node, self.span = node, span


class Section(Within):
    """One section with its heading: `section:"Key ideas"`, `section:(a b)`."""


class Line(Within):
    """One line: `line:(a b)`."""


class Block(Within):
    """The text between two blank lines, as in Obsidian: `block:(a b)`."""


class Compare(_Node):
    """A field against a value: `rating>=4`, `author:"james clear"`, `finished:2026-01..2026-03`.

    ":" means contains for text, any item for lists, equals for numbers, and within for dates. Text
    is not folded. A date is an ISO day: ":" and "=" with a month or year become ranges of days, ">"
    uses the last day of the period and "<" the first, so that days can be compared directly. `high`
    is the end of a range, inclusive.
    """

    __match_args__ = ("field", "op", "low", "high")

    def __init__(
        self,
        field: str,
        op: Operator,
        low: str | float | bool,  # noqa: FBT001 - a value
        high: str | float | None = None,
        span: Span = NO_SPAN,
    ) -> None:
        self.field, self.op, self.low, self.high, self.span = field, op, low, high, span


class KnownPaths(_Node):
    """Notes found by the catalog. The parser never creates it."""

    __match_args__ = ("paths",)

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths


class TermChoice(NamedTuple):
    """Consecutive terms, with their distances from the first; `worth` scales the score."""

    steps: tuple[tuple[int, str], ...]
    worth: float = 1.0


class Terms(NamedTuple):
    """A word as index terms in some fields; see `search/planner.py`."""

    fields: tuple[str, ...]
    choices: tuple[TermChoice, ...]


class _Parts(_Node):
    __match_args__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts


class And(_Parts):
    """All of these; empty matches every note."""


class Or(_Parts):
    """Any of these; empty matches no note."""


class SomeOf(Or):
    """Any of these words, ranked by number and rarity. The parser never creates it."""


class SomeOfSentence(SomeOf):
    """The words of a sentence: rarity counts less, because the wording is arbitrary."""


class Not(_Node):
    """All notes except these."""

    __match_args__ = ("part",)

    def __init__(self, part: Node) -> None:
        self.part = part


WordLeaf: TypeAlias = Term | Phrase | Prefix | Wildcard | Fuzzy | Regex | Within
FactLeaf: TypeAlias = Compare | Path | Tag | Is | Has | LinkTo | LinkFrom
Node: TypeAlias = WordLeaf | FactLeaf | KnownPaths | Terms | And | Or | Not


class Order(NamedTuple):
    """A sort key: `sort:-finished` is the field "finished", descending."""

    field: str
    descending: bool = False
    paths: tuple[str, ...] = ()  # instead of a field: these notes first, in this order


class Query(NamedTuple):
    """A parsed query."""

    text: str
    root: Node | None = None  # None matches every note
    order: tuple[Order, ...] = ()  # most important key first; empty for the caller's default
    limit: int | None = None
    remarks: tuple[str, ...] = ()  # messages for the user about how it was parsed
    error: UsageError | None = None  # the error in an unfinished query, which finds nothing

    @property
    def is_by_score(self) -> bool:
        """Whether results are sorted by score."""
        return not self.order or self.order[0].field == "score"

    def at_most(self, limit: int | None) -> int | None:
        """Return the smaller of the query's limit and another; None means no limit."""
        return min((each for each in (limit, self.limit) if each is not None), default=None)


def children(node: Node) -> tuple[Node, ...]:
    """Return the subtrees; empty for a leaf."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Within(part):
            return (part,)
        case _:
            return ()


def is_fact(node: Node) -> bool:
    """Whether the catalog alone can evaluate a tree."""
    if isinstance(node, And | Or | Not):
        return all(map(is_fact, children(node)))
    return isinstance(node, FactLeaf | KnownPaths)


def needs_text(node: Node) -> bool:
    """Whether a tree has conditions on the text of notes."""
    return isinstance(node, Within | Regex) or any(map(needs_text, children(node)))


def positive_leaves(node: Node | None) -> Iterator[Node]:
    """Yield the leaves that are not under a Not."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from positive_leaves(part)
        case None | Not():
            return
        case _:
            yield node


def replace_leaves(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a tree with each leaf replaced; Within is a leaf."""
    match node:
        case And(parts) | Or(parts):
            return type(node)(tuple(replace_leaves(part, change) for part in parts))
        case Not(part):
            return Not(replace_leaves(part, change))
        case _:
            return change(node)

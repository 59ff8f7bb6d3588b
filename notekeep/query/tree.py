"""A query as a tree: what the parser makes, and what the catalog and the full-text index read.

Two trees that ask the same are equal, wherever their words stood: spans do not count. Leaves about
words (Term, Phrase, Prefix, Wildcard, Fuzzy) become Terms, which the full-text index answers; Regex
and Within are answered by the texts; leaves about facts (FactLeaf) by the catalog, which hands the
result on as KnownPaths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from notekeep.errors import UsageError

Span: TypeAlias = tuple[int, int]
"""Where a node stands in the query's text: first character, one past the last."""

NO_SPAN: Span = (0, 0)

WordScope: TypeAlias = Literal["any", "title", "body", "heading", "tag", "quote"]
"""Which part of a note a word is looked for in; "any" is all of them, weighted."""

Operator: TypeAlias = Literal[":", "=", ">", ">=", "<", "<="]


class _Node:
    """Equal to another that asks the same: what it is matched by counts, and no span."""

    # Not a dataclass: to make the methods of twenty takes as long as a sweep of a thousand notes.
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def _asked(self) -> tuple[Any, ...]:
        return type(self), *(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Node) and self._asked() == other._asked()

    def __hash__(self) -> int:
        return hash(self._asked())

    def __repr__(self) -> str:
        kind, *values = self._asked()
        return f"{kind.__name__}({', '.join(map(repr, values))})"


class _Words(_Node):
    __match_args__ = ("text", "scope")

    def __init__(self, text: str, scope: WordScope = "any", span: Span = NO_SPAN) -> None:
        self.text, self.scope, self.span = text, scope, span


class Term(_Words):
    """A word: `naval`, `title:atomic`."""


class Phrase(_Words):
    """Words in a row: `"exact phrase"`."""


class Prefix(_Words):
    """The beginning of a word: `lever*`; also the last word of a query that is being typed."""


class Wildcard(_Words):
    """A word with gaps: `fu*on`, `te?t`."""


class Fuzzy(_Node):
    """A word, give or take one or two letters: `nawal~`, `nawal~2`."""

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


class Within(_Node):
    """Words within one part of a text; `node` is made of Term to Fuzzy, And, Or and Not only."""

    __match_args__ = ("node",)

    def __init__(self, node: Node, span: Span = NO_SPAN) -> None:
        self.node, self.span = node, span


class Section(Within):
    """One section, its heading included: `section:"Key ideas"`, `section:(a b)`."""


class Line(Within):
    """One line: `line:(a b)`."""


class Block(Within):
    """What stands between two blank lines, as Obsidian writes it: `block:(a b)`."""


class Compare(_Node):
    """A field against a value: `rating>=4`, `author:"james clear"`, `finished:2026-01..2026-03`.

    ":" means contains for text, any item for lists, equals for numbers, within for dates. Text is
    as typed, to be folded by the reader. A date is an ISO day: ":" and "=" with a month or a year
    are ranges of days, ">" has the last day of its period and "<" the first, so that plain
    comparison is right. `high` is the upper end of a range, included.
    """

    __match_args__ = ("field", "op", "low", "high")

    def __init__(
        self,
        field: str,
        op: Operator,
        low: str | float | bool,  # noqa: FBT001 - a value like the others
        high: str | float | None = None,
        span: Span = NO_SPAN,
    ) -> None:
        self.field, self.op, self.low, self.high, self.span = field, op, low, high, span


class KnownPaths(_Node):
    """An answer that is already known: paths, from the catalog. The parser never makes one."""

    __match_args__ = ("paths",)

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths


class TermChoice(NamedTuple):
    """Terms in a row, each with its distance from the first; `worth` scales its score."""

    steps: tuple[tuple[int, str], ...]
    worth: float = 1.0


class Terms(NamedTuple):
    """A word as the index has it: choices in some fields; only `search/planner.py` makes it."""

    fields: tuple[str, ...]
    choices: tuple[TermChoice, ...]


class _Parts(_Node):
    __match_args__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts


class And(_Parts):
    """All of these; of none, every note."""


class Or(_Parts):
    """Any of these; of none, no note."""


class SomeOf(Or):
    """Any of these; what has more and rarer ones comes first. The parser never makes one."""


class Not(_Node):
    """Everything but this."""

    __match_args__ = ("part",)

    def __init__(self, part: Node) -> None:
        self.part = part


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
    remarks: tuple[str, ...] = ()  # what a person should know about how it was read
    error: UsageError | None = None  # why it finds nothing: it is typed and cannot be read

    @property
    def is_by_score(self) -> bool:
        """Whether the best match comes first, as no other order is asked for."""
        return not self.order or self.order[0].field == "score"

    def at_most(self, limit: int | None) -> int | None:
        """Return the smaller of its limit and another, either of which may be none."""
        return min((each for each in (limit, self.limit) if each is not None), default=None)


def children(node: Node) -> tuple[Node, ...]:
    """Return the trees that a tree is made of; none for a leaf."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Within(part):
            return (part,)
        case _:
            return ()


def is_fact(node: Node) -> bool:
    """Whether the catalog alone can answer a tree."""
    if isinstance(node, And | Or | Not):
        return all(map(is_fact, children(node)))
    return isinstance(node, FactLeaf | KnownPaths)


def needs_text(node: Node) -> bool:
    """Whether a tree has a condition that only a note's text can answer."""
    return isinstance(node, Within | Regex) or any(map(needs_text, children(node)))


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

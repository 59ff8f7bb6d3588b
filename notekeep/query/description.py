"""A tree as text: on one line as a query that reads the same, or on many for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from notekeep.query.tree import (
    And,
    Compare,
    Fuzzy,
    Has,
    Is,
    KnownPaths,
    Line,
    Link,
    Not,
    Or,
    Path,
    Phrase,
    Prefix,
    Regex,
    Section,
    Tag,
    Term,
    Wildcard,
)

if TYPE_CHECKING:
    from notekeep.query.tree import FactLeaf, Node, Query


def write_query(query: Query) -> str:
    """The query on one line with every bracket written out; parsing it gives the same query."""
    parts = [] if query.root is None else [write_node(query.root)]
    parts += [f"sort:{'-' if key.descending else ''}{key.field}" for key in query.order]
    parts += [] if query.limit is None else [f"limit:{query.limit}"]
    return " ".join(parts)


def write_node(node: Node) -> str:
    """A node on one line, every And and Or in brackets."""
    if isinstance(node, And):
        return f"({' AND '.join(write_node(part) for part in node.parts)})"
    if isinstance(node, Or):
        return f"({' OR '.join(write_node(part) for part in node.parts)})"
    if isinstance(node, Not):
        return f"NOT {write_node(node.part)}"
    if isinstance(node, Section | Line):
        inner = write_node(node.node)
        inner = inner if inner.startswith("(") else f"({inner})"
        return f"{type(node).__name__.casefold()}:{inner}"
    if isinstance(node, KnownPaths):
        return f"<{len(node.paths)} notes>"
    if isinstance(node, Term | Phrase | Prefix | Wildcard | Fuzzy):
        return _write_word(node)
    if isinstance(node, Regex):
        return "/" + node.pattern.replace("/", "\\/") + "/"
    return _write_fact(node)


def _write_word(node: Term | Phrase | Prefix | Wildcard | Fuzzy) -> str:
    scope = "" if node.scope == "any" else f"{node.scope}:"
    if isinstance(node, Phrase):
        return scope + _quote(node.text)
    if isinstance(node, Prefix):
        return f"{scope}{node.text}*"
    if isinstance(node, Fuzzy):
        return f"{scope}{node.text}~{node.distance}"
    return scope + node.text


def _write_fact(node: FactLeaf) -> str:
    if isinstance(node, Path):
        return f"path:{_quote(node.text)}" if node.text else "*"
    if isinstance(node, Tag):
        return f"#{node.name}"
    if isinstance(node, Is):
        return f"is:{node.flag}"
    if isinstance(node, Has):
        return f"has:{node.name}"
    if isinstance(node, Link):
        return f"{node.direction}:{_quote(node.note)}"
    if isinstance(node, Compare):
        return _write_compare(node)
    assert_never(node)


def _write_compare(node: Compare) -> str:
    if isinstance(node.low, bool):
        return f"{node.field}:{'yes' if node.low else 'no'}"
    if node.high is not None:
        return f"{node.field}:{_value(node.low)}..{_value(node.high)}"
    value = _value(node.low)
    plain = isinstance(node.low, float | int) or value.replace("-", "").isalnum()
    return f"{node.field}{node.op}{value if plain else _quote(value)}"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def explain_tree(node: Node | None) -> str:
    """A tree on many lines, one condition a line, for a person to see how a query was read."""
    return "every note" if node is None else "\n".join(_lines(node))


def _lines(node: Node) -> list[str]:
    if isinstance(node, And):
        return ["all of", *_indented(node.parts)]
    if isinstance(node, Or):
        return ["any of", *_indented(node.parts)]
    if isinstance(node, Not):
        return ["not", *_indented((node.part,))]
    if isinstance(node, Section | Line):
        return [f"in one {type(node).__name__.casefold()}", *_indented((node.node,))]
    return [_say(node)]


def _indented(parts: tuple[Node, ...]) -> list[str]:
    return [f"  {line}" for part in parts for line in _lines(part)]


_WORDS = {
    Term: "word",
    Phrase: "phrase",
    Prefix: "words beginning with",
    Wildcard: "words like",
    Regex: "text that matches",
}
_OPERATORS = {
    ":": "contains",
    "=": "is",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
}


def _say(node: Node) -> str:
    if isinstance(node, Regex):
        return f"text that matches {write_node(node)}"
    if isinstance(node, Fuzzy):
        letters = "one letter" if node.distance == 1 else f"{node.distance} letters"
        return f"words within {letters} of {node.text}{_where(node.scope)}"
    if isinstance(node, Term | Phrase | Prefix | Wildcard):
        return f"{_WORDS[type(node)]} {node.text}{_where(node.scope)}"
    if isinstance(node, Compare):
        return _say_compare(node)
    if isinstance(node, Path):
        return f"path contains {node.text}" if node.text else "every note"
    if isinstance(node, Tag):
        return f"tag #{node.name} or one below it"
    if isinstance(node, Is):
        return f"is {node.flag}"
    if isinstance(node, Has):
        return f"has {node.name}"
    if isinstance(node, Link):
        return f"links to {node.note}" if node.direction == "to" else f"linked from {node.note}"
    return write_node(node)


def _where(scope: str) -> str:
    return "" if scope == "any" else f" in {'a ' if scope != 'body' else 'the '}{scope}"


def _say_compare(node: Compare) -> str:
    if isinstance(node.low, bool):
        return f"{node.field} is {'yes' if node.low else 'no'}"
    if node.high is not None:
        return f"{node.field} is from {_value(node.low)} to {_value(node.high)}"
    equals = node.op == ":" and isinstance(node.low, float)
    said = "is" if equals else _OPERATORS[node.op]
    return f"{node.field} {said} {_value(node.low)}"

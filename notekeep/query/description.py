"""A tree as text: on one line as a query that reads the same, or on many for `--explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.query import tree

if TYPE_CHECKING:
    from notekeep.query.tree import Node, Query

_KINDS = {
    tree.Term: "word",
    tree.Phrase: "phrase",
    tree.Prefix: "words beginning with",
    tree.Wildcard: "words like",
}
_OPERATORS = {
    ":": "contains",
    "=": "is",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
}


def write_query(query: Query) -> str:
    """Return the query on one line with every bracket; parsing it gives the same query."""
    parts = [] if query.root is None else [write_node(query.root)]
    parts += [f"sort:{'-' if key.descending else ''}{key.field}" for key in query.order]
    parts += [] if query.limit is None else [f"limit:{query.limit}"]
    return " ".join(parts)


def write_node(node: Node) -> str:
    """Return a node on one line, every And and Or in brackets."""
    match node:
        case tree.And(parts):
            return f"({' AND '.join(map(write_node, parts))})"
        case tree.Or(parts):
            return f"({' OR '.join(map(write_node, parts))})"
        case tree.Not(part):
            return f"NOT {write_node(part)}"
        case tree.Section(inside) | tree.Line(inside):
            written = write_node(inside)
            written = written if written.startswith("(") else f"({written})"
            return f"{type(node).__name__.casefold()}:{written}"
        case tree.KnownPaths(paths):
            return f"<{len(paths)} notes>"
        case tree.Path() | tree.Tag() | tree.Is() | tree.Has() | tree.Link() | tree.Compare():
            return _write_fact(node)
        case _:
            return _write_words(node)


def _write_words(
    node: tree.Term | tree.Phrase | tree.Prefix | tree.Wildcard | tree.Fuzzy | tree.Regex,
) -> str:
    match node:
        case tree.Regex(pattern):
            return "/" + pattern.replace("/", "\\/") + "/"
        case tree.Phrase(text):
            written = _quote(text)
        case tree.Prefix(text):
            written = f"{text}*"
        case tree.Fuzzy(text, distance):
            written = f"{text}~{distance}"
        case _:
            written = node.text
    return written if node.scope == "any" else f"{node.scope}:{written}"


def _write_fact(node: tree.FactLeaf) -> str:
    match node:
        case tree.Path(text):
            return f"path:{_quote(text)}" if text else "*"
        case tree.Tag(name):
            return f"#{name}"
        case tree.Is(flag):
            return f"is:{flag}"
        case tree.Has(name):
            return f"has:{name}"
        case tree.Link(direction, note):
            return f"{direction}:{_quote(note)}"
        case tree.Compare():
            return _write_compare(node)


def _write_compare(node: tree.Compare) -> str:
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
    """Return a tree as a person reads it, one condition a line."""
    return "every note" if node is None else "\n".join(_lines(node))


def _lines(node: Node) -> list[str]:
    match node:
        case tree.And(parts):
            return ["all of", *_indented(*parts)]
        case tree.Or(parts):
            return ["any of", *_indented(*parts)]
        case tree.Not(part):
            return ["not", *_indented(part)]
        case tree.Section(inside) | tree.Line(inside):
            return [f"in one {type(node).__name__.casefold()}", *_indented(inside)]
        case _:
            return [_describe(node)]


def _indented(*parts: Node) -> list[str]:
    return [f"  {line}" for part in parts for line in _lines(part)]


def _describe(node: Node) -> str:
    match node:
        case tree.Term() | tree.Phrase() | tree.Prefix() | tree.Wildcard():
            return f"{_KINDS[type(node)]} {node.text}{_where(node.scope)}"
        case tree.Fuzzy(text, distance, scope):
            letters = "one letter" if distance == 1 else f"{distance} letters"
            return f"words within {letters} of {text}{_where(scope)}"
        case tree.Regex():
            return f"text that matches {write_node(node)}"
        case tree.Path(text):
            return f"path contains {text}" if text else "every note"
        case tree.Tag(name):
            return f"tag #{name} or one below it"
        case tree.Is(flag):
            return f"is {flag}"
        case tree.Has(name):
            return f"has {name}"
        case tree.Link(direction, note):
            return f"{'links to' if direction == 'to' else 'linked from'} {note}"
        case tree.Compare():
            return _describe_compare(node)
        case _:
            return write_node(node)


def _where(scope: str) -> str:
    return "" if scope == "any" else f" in {'a ' if scope != 'body' else 'the '}{scope}"


def _describe_compare(node: tree.Compare) -> str:
    if isinstance(node.low, bool):
        return f"{node.field} is {'yes' if node.low else 'no'}"
    if node.high is not None:
        return f"{node.field} is from {_value(node.low)} to {_value(node.high)}"
    equals = node.op == ":" and isinstance(node.low, float)
    return f"{node.field} {'is' if equals else _OPERATORS[node.op]} {_value(node.low)}"

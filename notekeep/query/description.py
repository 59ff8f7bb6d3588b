"""Formats query trees as a query on one line, or in words for `--explain`."""

from __future__ import annotations

import re

from notekeep.query import tree

_OPERATORS = {
    ":": "contains",
    "=": "is",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
}


def write_query(query: tree.Query) -> str:
    """Return a query on one line with all brackets; parsing it returns the same query."""
    parts = [] if query.root is None else [write_node(query.root)]
    parts += [f"sort:{'-' if key.descending else ''}{key.field}" for key in query.order]
    parts += [] if query.limit is None else [f"limit:{query.limit}"]
    return " ".join(parts)


def write_node(node: tree.Node) -> str:
    """Return a node on one line, with brackets around And and Or."""
    match node:
        case tree.And(parts):
            return f"({' AND '.join(map(write_node, parts))})"
        case tree.Or(parts):
            return f"({' OR '.join(map(write_node, parts))})"
        case tree.Not(part):
            return f"NOT {write_node(part)}"
        case tree.Within(inside):
            written = write_node(inside)
            written = written if written.startswith("(") else f"({written})"
            return f"{type(node).__name__.casefold()}:{written}"
        case _:
            return _describe(node)[0]


def explain_tree(node: tree.Node | None) -> str:
    """Describe a tree in words, one condition per line."""
    return "every note" if node is None else "\n".join(_lines(node))


def _lines(node: tree.Node) -> list[str]:
    match node:
        case tree.And(parts):
            return ["all of", *_indented(*parts)]
        case tree.Or(parts):
            return ["any of", *_indented(*parts)]
        case tree.Not(part):
            return ["not", *_indented(part)]
        case tree.Within(inside):
            return [f"in one {type(node).__name__.casefold()}", *_indented(inside)]
        case _:
            return [_describe(node)[1]]


def _indented(*parts: tree.Node) -> list[str]:
    return [f"  {line}" for part in parts for line in _lines(part)]


def _describe(node: tree.Node) -> tuple[str, str]:
    """Return a condition as query text and in words."""
    match node:
        case tree.Term(text, scope):
            return _scoped(scope, text, f"word {text}")
        case tree.Phrase(text, scope):
            return _scoped(scope, _quote(text), f"phrase {text}")
        case tree.Prefix(text, scope):
            return _scoped(scope, f"{text}*", f"words starting with {text}")
        case tree.Wildcard(text, scope):
            return _scoped(scope, text, f"words like {text}")
        case tree.Fuzzy(text, distance, scope):
            letters = "one letter" if distance == 1 else f"{distance} letters"
            return _scoped(scope, f"{text}~{distance}", f"words within {letters} of {text}")
        case _:
            return _describe_fact(node)


def _describe_fact(node: tree.Node) -> tuple[str, str]:
    match node:
        case tree.Regex(text):
            pattern = "/" + text.replace("/", "\\/") + "/"
            return pattern, f"text that matches {pattern}"
        case tree.Path(text):
            is_start = text.startswith("/")
            words = f"path starts with {text[1:]}" if is_start else f"path contains {text}"
            return (f"path:{_quote(text)}", words) if text else ("*", "every note")
        case tree.Tag(name):
            return f"#{name}", f"tag #{name} or a child of it"
        case tree.Is(flag):
            return f"is:{flag}", f"is {flag}"
        case tree.Has(name):
            return f"has:{name}", f"has {name}"
        case tree.LinkTo(note):
            return f"to:{_quote(note)}", f"links to {note}"
        case tree.LinkFrom(note):
            return f"from:{_quote(note)}", f"linked from {note}"
        case tree.Compare():
            return _describe_compare(node)
        case tree.KnownPaths(paths):
            return f"<{len(paths)} notes>", f"<{len(paths)} notes>"
        case _:
            raise TypeError(f"not a condition of a query: {type(node).__name__}")


def _scoped(scope: tree.WordScope, typed: str, words: str) -> tuple[str, str]:
    if scope == "any":
        return typed, words
    return f"{scope}:{typed}", f"{words} in {'the' if scope == 'body' else 'a'} {scope}"


def _describe_compare(node: tree.Compare) -> tuple[str, str]:
    if isinstance(node.low, bool):
        words = "yes" if node.low else "no"
        return f"{node.field}:{words}", f"{node.field} is {words}"
    low = _value(node.low)
    if node.high is not None:
        high = _value(node.high)
        return f"{node.field}:{low}..{high}", f"{node.field} is from {low} to {high}"
    is_number = isinstance(node.low, float | int)
    typed = low if is_number else quote_word(low)
    words = "is" if is_number and node.op == ":" else _OPERATORS[node.op]
    return f"{node.field}{node.op}{typed}", f"{node.field} {words} {low}"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"


def quote_word(text: str) -> str:
    """Return a field value as query text, quoted if necessary."""
    return text if re.sub("[-+_/]", "", text).isalnum() else _quote(text)


def _quote(text: str) -> str:
    return '"' + re.sub(r'(["“”„\\])', r"\\\1", text) + '"'

"""Converts conditions on facts to SQL.

A tree becomes one expression over a row of `notes`. Conditions on words are not supported.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from notekeep.catalog.columns import STATES, THINGS, find_column
from notekeep.catalog.records import link_key, store_path
from notekeep.query.folding import fold_key, fold_text
from notekeep.query.tree import (
    And,
    Compare,
    Has,
    Is,
    KnownPaths,
    LinkFrom,
    LinkTo,
    Node,
    Not,
    Operator,
    Or,
    Order,
    Path,
    Tag,
)


class Condition(NamedTuple):
    """An SQL expression over a row of `notes`, and the values of its placeholders."""

    sql: str
    values: tuple[Any, ...] = ()


ROLES = ("log", "template", "excluded")
"""The roles that are listed only on request."""

LISTED = "role = 'note'"
LINKABLE = "role IN ('note', 'excluded')"
"""SQL conditions for listed notes, and for all notes that links can target."""

FIRST_NS, LAST_NS = -(1 << 63), (1 << 63) - 1
"""The range of 64-bit times in nanoseconds; all file times are inside it."""
FIRST_DAY, LAST_DAY = dt.date(1678, 1, 1).toordinal(), dt.date(2262, 1, 1).toordinal()

_NAMED_BY_PATH = """
    SELECT n.id FROM names JOIN notes n ON n.id = names.note
    WHERE names.key = ? AND (n.path_folded IN (?, ?) OR n.title_folded = ?)
"""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPARISONS: dict[Operator, str] = {":": "=", "=": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


def condition(node: Node) -> Condition:
    """Convert a tree of facts to one expression. Raises TypeError for words."""
    match node:
        case And(parts):
            return _joined("AND", [condition(part) for part in parts])
        case Or(parts):
            return _joined("OR", [condition(part) for part in parts])
        case Not(part):
            inner = condition(part)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case KnownPaths(paths):
            listed = json.dumps([store_path(path) for path in sorted(paths)])
            return Condition("path IN (SELECT value FROM json_each(?))", (listed,))
        case _:
            return _leaf(node)


def _joined(word: str, parts: Sequence[Condition]) -> Condition:
    """Join expressions as a balanced tree, because SQLite limits their depth."""
    if len(parts) < 2:
        return parts[0] if parts else Condition("1" if word == "AND" else "0")
    half = len(parts) // 2
    left, right = _joined(word, parts[:half]), _joined(word, parts[half:])
    return Condition(f"({left.sql}) {word} ({right.sql})", left.values + right.values)


def _leaf(node: Node) -> Condition:
    match node:
        case Path(text) if text.startswith("/"):
            start = fold_text(text[1:])
            return Condition("substr(path_folded, 1, ?) = ?", (len(start), start))
        case Path(text):
            return Condition(
                "instr(path_folded, ?) > 0" if text else "1", (fold_text(text),)[: len(text)]
            )
        case Tag(name):
            return _among("tags", Condition("tag = ?", (fold_text(name),)))
        case Is(flag):
            return Condition(STATES[flag])
        case Has(name):
            return _has(name)
        case LinkTo(note):
            return _links_to(note)
        case LinkFrom(note):
            sources = _named(note)
            return _among(
                "links", Condition(f"note IN ({sources.sql})", sources.values), column="found"
            )
        case Compare():
            return _compare(node)
        case _:
            raise TypeError(f"the catalog cannot answer {type(node).__name__}")


def _has(name: str) -> Condition:
    key = fold_key(name)
    column = find_column(name)
    if key in THINGS:
        return Condition(THINGS[key])
    if column and column.items:
        return Condition(f"id IN ({column.items})")
    if column and column.has:
        return Condition(column.has)
    return _among("fields", Condition("key = ?", (key,)))


def _among(table: str, test: Condition, column: str = "note") -> Condition:
    # Tables, columns and tests are constants of this module; user input is only in the values.
    sql = f"id IN (SELECT {column} FROM {table} WHERE {test.sql})"  # noqa: S608 - see above
    return Condition(sql, test.values)


def _named(name: str) -> Condition:
    """Return a subquery for the notes with a name: path, file name, title or alias."""
    key = link_key(name)
    if "/" in name:
        # Compare the whole path, or a title with a slash, because keys contain only the last part.
        whole = fold_text(name)
        return Condition(_NAMED_BY_PATH, (key, whole, f"{whole}.md", whole))
    return Condition("SELECT note FROM names WHERE key = ?", (key,))


def _links_to(name: str) -> Condition:
    targets = _named(name)
    led = _among("links", Condition(f"found IN ({targets.sql})", targets.values))
    named = _among("links", Condition("key = ? AND found IS NULL", (link_key(name),)))
    return Condition(f"({led.sql} OR {named.sql})", led.values + named.values)


def _compare(node: Compare) -> Condition:
    column = find_column(node.field)
    if column is None or not column.sql:
        inner = _field(node)
        key = fold_key(node.field)
        return _among("fields", Condition(f"key = ? AND {inner.sql}", (key, *inner.values)))
    if column.items:
        # Tags may be written with #.
        text = str(node.low).removeprefix("#" if column.name == "tags" else "")
        inner = _text(column.sql, node.op, text)
        return Condition(f"id IN ({column.items} AND {inner.sql})", inner.values)
    match column.type:
        case "date":
            return _moment(column.sql, node)
        case "number":
            return _range(column.sql, node)
        case "bool":
            return Condition(f"{column.sql} = ?", (int(bool(node.low)),))
    if column.name == "type":
        return Condition(f"{column.sql} = ?", (node.low,))  # the id of a kind, not folded
    return _text(column.sql, node.op, str(node.low))


def _field(node: Compare) -> Condition:
    if isinstance(node.low, bool):
        return Condition("text = ?", ("true" if node.low else "false",))
    if isinstance(node.low, (int, float)):
        return _range("number", node)
    if node.high is not None or (node.op not in (":", "=") and _DAY.fullmatch(node.low)):
        return _range("day", node)
    return _text("text", node.op, node.low)


def _range(column: str, node: Compare) -> Condition:
    if node.high is not None:
        return Condition(f"{column} BETWEEN ? AND ?", (node.low, node.high))
    return Condition(f"{column} {_COMPARISONS[node.op]} ?", (node.low,))


def _text(column: str, op: Operator, text: str) -> Condition:
    if op == ":":
        return Condition(f"instr({column}, ?) > 0", (fold_text(text),))
    return Condition(f"{column} {_COMPARISONS[op]} ?", (fold_text(text),))


def _moment(column: str, node: Compare) -> Condition:
    """Compare a time in nanoseconds with a day in local time."""
    first = dt.date.fromisoformat(str(node.low))
    last = dt.date.fromisoformat(str(node.high)) if node.high is not None else first
    begin, end = _midnight(first.toordinal()), _midnight(last.toordinal() + 1)
    match node.op:
        case ">":
            return Condition(f"{column} >= ?", (end,))
        case ">=":
            return Condition(f"{column} >= ?", (begin,))
        case "<":
            return Condition(f"{column} < ?", (begin,))
        case "<=":
            return Condition(f"{column} < ?", (end,))
    return Condition(f"{column} >= ? AND {column} < ?", (begin, end))


def _midnight(day: int) -> int:
    """Return the start of a day in local time, in nanoseconds, limited to 64 bits."""
    if not FIRST_DAY <= day <= LAST_DAY:
        return FIRST_NS if day < FIRST_DAY else LAST_NS
    return int(dt.datetime.fromordinal(day).timestamp()) * 1_000_000_000


def roles(node: Node | None) -> tuple[str, ...]:
    """Return the roles of files that a tree asks for; notes are always included."""
    flags = set(_flags(node)) if node else set()
    return ("note", *(role for role in ROLES if role in flags))


def _flags(node: Node) -> Iterable[str]:
    match node:
        case Is(flag):
            yield flag
        case And(parts) | Or(parts):
            for part in parts:
                yield from _flags(part)


_FIRST_VALUE = (
    "(SELECT coalesce(number, text) FROM fields"
    " WHERE note = notes.id AND key = ? ORDER BY item LIMIT 1)"
)


def ordering(order: Iterable[Order]) -> Condition:
    """Return an ORDER BY clause.

    Notes without the field come last, ties are sorted by title, and lists by their first item.
    """
    keys: list[str] = []
    values: list[Any] = []
    for one in order:
        key, way = fold_key(one.field), " DESC" if one.descending else ""
        column = find_column(one.field)
        if key == "score":  # the catalog does not know the score of a search
            continue
        if one.paths:
            keys.append("coalesce((SELECT key FROM json_each(?) WHERE value = notes.path), 1e9)")
            values.append(json.dumps([*map(store_path, one.paths)]))
        elif key == "random":
            keys.append("random()")
        elif column and not column.items and (column.sort or column.sql):
            keys.append((column.sort or column.sql) + way)
        elif column and column.sort:
            keys += [f"{column.sort} IS NULL", column.sort + way]
        else:
            keys += [f"{_FIRST_VALUE} IS NULL", _FIRST_VALUE + way]
            values += [key, key]
    return Condition(", ".join([*keys, "sort", "path"]), tuple(values))


def sort_value(field: str) -> Condition:
    """Return the value to sort by; for a list, the value of the field with its name."""
    column = find_column(field)
    if column and not column.items and (column.sort or column.sql):
        return Condition(column.sort or column.sql)
    return Condition(_FIRST_VALUE, (fold_key(field),))

"""Conditions about facts into SQL over the catalog's tables.

Each becomes an expression about one row of `notes`; a whole tree of them is one expression. Words
are not known here.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.catalog.records import link_key, store_path
from notekeep.query.folding import fold_key, fold_text
from notekeep.query.tree import (
    And,
    Compare,
    Has,
    Is,
    KnownPaths,
    Link,
    Node,
    Not,
    Operator,
    Or,
    Path,
    Tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.query.tree import Order


class Condition(NamedTuple):
    """An SQL expression about a row of `notes`, and what its question marks stand for."""

    sql: str
    values: tuple[Any, ...] = ()


ROLES = ("log", "template", "excluded")
"""Files that are no notes, and notes that are left out: in a list only when it asks for them."""

TEXT_COLUMNS = {"title": "title_folded", "path": "path_folded", "file": "name_folded"}
NUMBER_COLUMNS = {"words": "words", "size": "size"}
COUNTS = ("links", "embeds", "tasks", "quotes", "headings", "timestamps", "code")
FLAGS = {
    "ambiguous": "id IN (SELECT note FROM links WHERE state = 'ambiguous')",
    "broken": "id IN (SELECT note FROM links WHERE state = 'broken')",
    "conflict": "path IN (SELECT original FROM conflicts)"
    " OR path IN (SELECT path FROM problems WHERE code = 'conflict')",
    "draft": "id IN (SELECT note FROM fields WHERE key = 'draft' AND text = 'true')",
    "excluded": "role = 'excluded'",
    "invalid": "path IN (SELECT path FROM problems WHERE source = 'note' AND code IN"
    " ('front-matter', 'not-utf8', 'unreadable'))",
    "log": "role = 'log'",
    "orphan": "id NOT IN (SELECT found FROM links WHERE found IS NOT NULL AND found <> note)",
    "private": "private",
    "template": "role = 'template'",
    "todo": "todo > 0",
    "untagged": "id NOT IN (SELECT note FROM tags)",
}
FIRST_NS, LAST_NS = -(1 << 63), (1 << 63) - 1
"""The moments that SQLite has numbers for; the time of no file is another."""
FIRST_DAY, LAST_DAY = dt.date(1678, 1, 1).toordinal(), dt.date(2262, 1, 1).toordinal()

TASKS = {"task": "", "tasktodo": " AND NOT done", "taskdone": " AND done"}

_NAMED_BY_PATH = """
    SELECT n.id FROM names JOIN notes n ON n.id = names.note
    WHERE names.key = ? AND (n.path_folded IN (?, ?) OR n.title_folded = ?)
"""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPARISONS: dict[Operator, str] = {
    ":": "=",
    "=": "=",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
}


def condition(node: Node) -> Condition:
    """A tree of facts as one expression.

    Raises:
        TypeError: There is a word in it.
    """
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
    """Join expressions in a balanced tree: SQLite bounds how deep one may be, not how wide."""
    if len(parts) < 2:
        return parts[0] if parts else Condition("1" if word == "AND" else "0")
    half = len(parts) // 2
    left, right = _joined(word, parts[:half]), _joined(word, parts[half:])
    return Condition(f"({left.sql}) {word} ({right.sql})", left.values + right.values)


def _leaf(node: Node) -> Condition:
    match node:
        case Path(text):
            return Condition(
                "instr(path_folded, ?) > 0" if text else "1", (fold_text(text),)[: len(text)]
            )
        case Tag(name):
            return _among("tags", Condition("tag = ?", (fold_text(name),)))
        case Is(flag):
            return Condition(FLAGS[flag])
        case Has(name):
            return _has(name)
        case Link("to", note):
            return _links_to(note)
        case Link("from", note):
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
    if key in COUNTS:
        return Condition(f"{key} > 0")
    if key == "tags":
        return Condition("id IN (SELECT note FROM tags)")
    if key == "backlinks":
        return Condition("id IN (SELECT found FROM links WHERE found <> note)")
    if key in TASKS:
        return _among("tasks", Condition("1" + TASKS[key]))
    if key in ("path", "file", "modified", "size"):
        return Condition("1")
    if key == "words":
        return Condition("words > 0")
    return _among("fields", Condition("key = ?", (key,)))


def _among(table: str, test: Condition, column: str = "note") -> Condition:
    """Notes that a row of another table belongs to."""
    # Tables, columns and tests are this module's own text; what a person wrote is in the values.
    sql = f"id IN (SELECT {column} FROM {table} WHERE {test.sql})"  # noqa: S608 - see above
    return Condition(sql, test.values)


def _named(name: str) -> Condition:
    """A subquery for the notes that a name means: by path, file name, title or alias."""
    key = link_key(name)
    if "/" in name:
        # A path means that file, or a title with a slash in it: keys have its last part only.
        whole = fold_text(name)
        return Condition(_NAMED_BY_PATH, (key, whole, f"{whole}.md", whole))
    return Condition("SELECT note FROM names WHERE key = ?", (key,))


def _links_to(name: str) -> Condition:
    """Notes with a link that leads to a note of that name, or that names it where there is none."""
    targets = _named(name)
    led = _among("links", Condition(f"found IN ({targets.sql})", targets.values))
    named = _among("links", Condition("key = ? AND found IS NULL", (link_key(name),)))
    return Condition(f"({led.sql} OR {named.sql})", led.values + named.values)


def _compare(node: Compare) -> Condition:
    key = fold_key(node.field)
    if key == "modified":
        return _modified(node)
    if key == "type":
        return Condition("kind = ?", (node.low,))
    if key == "private":
        return Condition("private = ?", (int(bool(node.low)),))
    if key in TEXT_COLUMNS:
        return _text(TEXT_COLUMNS[key], node.op, str(node.low))
    if key in NUMBER_COLUMNS:
        return _range(NUMBER_COLUMNS[key], node)
    if key == "tags":
        inner = _text("tag", node.op, str(node.low).removeprefix("#"))
        return _among("tags", Condition(f"own AND {inner.sql}", inner.values))
    if key in TASKS:
        inner = _text("folded", node.op, str(node.low))
        return _among("tasks", Condition(inner.sql + TASKS[key], inner.values))
    inner = _field(node)
    return _among("fields", Condition(f"key = ? AND {inner.sql}", (key, *inner.values)))


def _field(node: Compare) -> Condition:
    """What a row of `fields` must be: a number, a day or a text, by what it is compared with."""
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


def _modified(node: Compare) -> Condition:
    """A day of the calendar here against a moment: from its first nanosecond to its last."""
    first = dt.date.fromisoformat(str(node.low))
    last = dt.date.fromisoformat(str(node.high)) if node.high is not None else first
    begin, end = _midnight(first.toordinal()), _midnight(last.toordinal() + 1)
    match node.op:
        case ">":
            return Condition("mtime_ns >= ?", (end,))
        case ">=":
            return Condition("mtime_ns >= ?", (begin,))
        case "<":
            return Condition("mtime_ns < ?", (begin,))
        case "<=":
            return Condition("mtime_ns < ?", (end,))
    return Condition("mtime_ns >= ? AND mtime_ns < ?", (begin, end))


def _midnight(day: int) -> int:
    """The nanosecond at which a day begins, here; of one beyond all moments the nearest of these.

    Args:
        day: The day, as an ordinal.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        return FIRST_NS if day < FIRST_DAY else LAST_NS
    return int(dt.datetime.fromordinal(day).timestamp()) * 1_000_000_000


def roles(node: Node | None) -> tuple[str, ...]:
    """Which files a tree is about: notes, and others only where it asks for them."""
    asked = set(_flags(node)) if node else set()
    return ("note", *(role for role in ROLES if role in asked))


def _flags(node: Node) -> Iterable[str]:
    match node:
        case Is(flag):
            yield flag
        case And(parts) | Or(parts):
            for part in parts:
                yield from _flags(part)


_ORDERS = {
    "title": "sort",
    "path": "path_folded",
    "file": "name_folded",
    "type": "kind",
    "modified": "mtime_ns",
    "words": "words",
    "size": "size",
    "private": "private",
    "random": "random()",
}


_FIRST_VALUE = (
    "(SELECT coalesce(number, text) FROM fields"
    " WHERE note = notes.id AND key = ? ORDER BY item LIMIT 1)"
)
# A tag goes before those below it, and these before any other that begins with its letters.
_FIRST_TAG = (
    "(SELECT replace(tag, '/', char(1)) FROM tags"
    " WHERE note = notes.id AND own ORDER BY rowid LIMIT 1)"
)


def ordering(order: Iterable[Order]) -> Condition:
    """An ORDER BY; notes without the field come last either way, and equal ones by title.

    Of a list, and of tags, the first item counts.
    """
    keys: list[str] = []
    values: list[Any] = []
    for one in order:
        key = fold_key(one.field)
        way = " DESC" if one.descending else ""
        if key == "score":
            continue
        if key in _ORDERS:
            keys.append(_ORDERS[key] + way)
            continue
        value = _FIRST_TAG if key == "tags" else _FIRST_VALUE
        keys += [f"{value} IS NULL", value + way]
        values += [key] * (2 * value.count("?"))
    return Condition(", ".join([*keys, "sort", "path"]), tuple(values))

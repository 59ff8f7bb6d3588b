"""A view of a base as a table: its files, their order, and its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any, Final, NamedTuple

from notekeep.bases.definition import (
    SHOWN_TYPES,
    Base,
    Filter,
    Group,
    Missing,
    Sort,
    View,
)
from notekeep.bases.evaluation import Budget, Scope, evaluate, property_expression
from notekeep.bases.summaries import SUMMARIES
from notekeep.bases.values import (
    File,
    Link,
    Value,
    as_text,
    is_empty,
    is_true,
    sort_key,
)
from notekeep.markdown.note_names import note_stem

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#$~=^])")
_NO_TARGET: Final = re.compile(r"[|\[\]#^\\\n]")
_ADDRESS: Final = re.compile(r"https?://[^\s<>|]+")


class TableRow(NamedTuple):
    """A row: its file and the values of its cells."""

    path: str
    cells: tuple[Value, ...]


class RowGroup(NamedTuple):
    """Rows with the same value of the grouping property; `head` is None without grouping."""

    head: str | None
    rows: list[TableRow]


class BaseTable(NamedTuple):
    """A view of a base with its rows."""

    view: View
    heads: tuple[str, ...]  # display names of the columns
    group_head: str  # display name of the grouping property, or ""
    groups: list[RowGroup]
    total: int  # the number of rows before the view's limit
    summaries: tuple[str, ...]  # the text below each column; empty if there are no summaries

    @property
    def rows(self) -> list[TableRow]:
        """All rows in order."""
        return [row for group in self.groups for row in group.rows]

    def first(self, count: int) -> BaseTable:
        """Return the table with only the first `count` rows."""
        groups: list[RowGroup] = []
        for group in self.groups:
            if count > 0:
                groups.append(group._replace(rows=group.rows[:count]))
            count -= len(group.rows)
        return self._replace(groups=groups)

    @property
    def texts(self) -> list[list[str]]:
        """The text of the cells of each row."""
        return [[*map(as_text, row.cells)] for row in self.rows]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The ignored parts of the definition."""
        return self.view.missing

    @property
    def remarks(self) -> list[str]:
        """Messages about differences from Obsidian."""
        kind = self.view.type
        other = [] if kind in SHOWN_TYPES else [f"This {kind} view is shown as a table."]
        return [*other, *map(str, self.missing)]

    def as_object(self) -> dict[str, Any]:
        """Return the table as JSON; the keys are stable."""
        return {
            "view": self.view.name,
            "type": self.view.type,
            "columns": [*self.view.columns],
            "total": self.total,
            "rows": [
                {
                    "path": row.path,
                    **({} if group.head is None else {"group": group.head}),
                    "values": dict(zip(self.view.columns, map(_as_json, row.cells), strict=True)),
                }
                for group in self.groups
                for row in group.rows
            ],
            "summaries": dict(zip(self.view.columns, self.summaries, strict=False)),
            "missing": [missing._asdict() for missing in self.missing],
        }


def make_table(base: Base, view: View, paths: Iterable[str], scope: Scope) -> BaseTable:
    """Return the table for a view, with the files in `paths` that match its filters.

    Raises TooMuchWork if that takes too long.
    """
    paths = [*paths]
    scope = replace(scope, formulas=base.formulas, budget=Budget(len(paths)))

    def value(path: str, name: str) -> Value:
        return evaluate(property_expression(name), replace(scope, path=path))

    found = [
        path
        for path in paths
        if all(matches(part, replace(scope, path=path)) for part in view.filters)
    ]
    for sort in reversed(view.sort or (Sort("file.name"),)):
        found = _sorted(found, sort, value)
    shown = found if view.limit is None else found[: view.limit]
    if view.group is not None:
        shown = _sorted(shown, view.group, value)
    groups = [
        RowGroup(
            head,
            [TableRow(path, (*(value(path, name) for name in view.columns),)) for path in rows],
        )
        for head, rows in groupby(
            shown, lambda path: view.group and as_text(value(path, view.group.name))
        )
    ]
    return BaseTable(
        view,
        (*(_head(name, base) for name in view.columns),),
        _head(view.group.name, base) if view.group else "",
        groups,
        len(found),
        _summaries(base, view, [row.cells for group in groups for row in group.rows], scope),
    )


def matches(part: Filter, scope: Scope) -> bool:
    """Whether a condition is true for the file in a scope."""
    if not isinstance(part, Group):
        return is_true(evaluate(part, scope))
    results = (matches(inner, scope) for inner in part.parts)
    return all(results) if part.kind == "and" else any(results) == (part.kind == "or")


def _sorted(paths: list[str], sort: Sort, value: Callable[[str, str], Value]) -> list[str]:
    """Sort files by a property; files without it come last."""
    values = {path: value(path, sort.name) for path in paths}
    filled = [path for path in paths if not is_empty(values[path])]
    filled.sort(key=lambda path: sort_key(values[path]), reverse=sort.descending)
    return [*filled, *(path for path in paths if is_empty(values[path]))]


def _head(name: str, base: Base) -> str:
    owner, _, key = name.partition(".")
    return base.names.get(name) or (f"file {key}" if owner == "file" else key)


def _summaries(
    base: Base, view: View, rows: list[tuple[Value, ...]], scope: Scope
) -> tuple[str, ...]:
    def text(column: int, name: str) -> str:
        summary = view.summaries.get(name)
        if not summary:
            return ""
        values = [row[column] for row in rows]
        if (own := base.summaries.get(summary)) is not None:
            found = evaluate(own, replace(scope, names={"values": values}))
        else:
            try:
                found = SUMMARIES[summary.lower()](values)
            except (ValueError, ArithmeticError, AttributeError):
                found = None  # `statistics` raises AttributeError for infinity
        return f"{summary}: {as_text(found)}" if found is not None else ""

    if not view.summaries:
        return ()
    return (*(text(column, name) for column, name in enumerate(view.columns)),)


def _as_json(value: Value) -> Any:
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return as_text(value)


# Markdown, for the preview and for exports.


FILE_COLUMNS: Final = ("file.name", "file.basename", "file.file")
"""The columns that link to the row's note."""


def to_markdown(table: BaseTable, title: Callable[[str], str] = note_stem) -> str:
    """Return a table in Markdown, with the value of each group as a bold line above its rows.

    `title` returns the text of a link to a note, given its path.
    """
    parts: list[str] = []
    for number, group in enumerate(table.groups or [RowGroup(None, [])]):
        if group.head is not None:
            parts.append(f"**{escape_cell(group.head) or '(empty)'}**")
        lines: list[Iterable[str]] = [map(escape_cell, table.heads), ["---"] * len(table.heads)]
        for row in group.rows:
            cells = zip(table.view.columns, row.cells, strict=True)
            lines.append(
                [
                    cell_markdown(File(row.path) if name in FILE_COLUMNS else value, title)
                    for name, value in cells
                ]
            )
        if table.summaries and number == len(table.groups) - 1:
            lines.append(map(escape_cell, table.summaries))
        parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    return "\n\n".join(parts)


def cell_markdown(value: Value, title: Callable[[str], str] = note_stem) -> str:
    """Return a value as the Markdown content of a table cell."""
    match value:
        case list():
            return ", ".join(cell_markdown(item, title) for item in value)
        case File(path):
            return _link(path, title(path))
        case Link(target, text) if _ADDRESS.fullmatch(target):
            return f"[{escape_cell(text or target)}](<{target}>)"
        case Link(target, text):
            return _link(target, text or note_stem(target))
        case str() if _ADDRESS.fullmatch(value):
            return f"<{value}>"
    return escape_cell(as_text(value))


def _link(target: str, text: str) -> str:
    """Return a wiki link, or plain text if a wiki link cannot contain the target."""
    if _NO_TARGET.search(target):
        return escape_cell(text)
    return f"[[{target}\\|{' '.join(_NO_TARGET.sub(' ', text).split()) or target}]]"


def escape_cell(text: str) -> str:
    """Escape plain text for a table cell."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

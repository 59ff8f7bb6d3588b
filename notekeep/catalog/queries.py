"""Queries of the catalog: facets, tasks, notes of this day, equal titles, lists."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.catalog.columns import STARTED, column_value
from notekeep.catalog.conditions import Condition, ordering, sort_value
from notekeep.catalog.records import PassageRow, Row, TaskRow, load_path, store_path
from notekeep.markdown.note_names import note_stem
from notekeep.query.folding import fold_key, fold_text
from notekeep.storage.file_names import safe_name

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.query.tree import Node, Query


YEAR = "year"
TAG = "tag"
FOLDER = "folder"
GROUPINGS = ("type", FOLDER, TAG, YEAR)
"""The groupings of notes besides fields."""


class Facets(NamedTuple):
    """Counts of notes: kinds by count, tags and folders with their children, years newest first."""

    kinds: dict[str, int]
    tags: dict[str, int]
    years: dict[str, int]
    folders: dict[str, int]


def facets(catalog: Catalog, node: Node | None) -> Facets:
    """Count the notes that match a condition."""
    where = catalog.where(node)
    kinds = catalog.find("kind, count(*) AS n", where, "GROUP BY kind ORDER BY n DESC, kind")
    tags = catalog.find(
        "min(t.name), count(*)",
        where,
        "GROUP BY t.tag ORDER BY replace(t.tag, '/', char(1))",
        join="JOIN tags t ON t.note = notes.id",
    )
    years = catalog.find(
        "substr(f.day, 1, 4) AS year, count(DISTINCT notes.id)",
        where,
        "AND f.key = 'created' AND f.day IS NOT NULL GROUP BY year ORDER BY year DESC",
        join="JOIN fields f ON f.note = notes.id",
    )
    return Facets(dict(kinds), dict(tags), dict(years), _count_folders(catalog, where))


def _count_folders(catalog: Catalog, where: Condition) -> dict[str, int]:
    """Count notes by folder, including its subfolders; a folder comes before its subfolders.

    Folders that differ only in case or accents are merged, as `path:` does.
    """
    # Trim all characters except slashes from the end, which leaves the folder.
    parent = "rtrim(path_folded, replace(path_folded, '/', ''))"
    found = catalog.find("min(path), count(*)", where, f"GROUP BY {parent}")
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for path, count in found:
        name = key = ""
        for part in load_path(path).split("/")[:-1]:
            key = f"{key}/{fold_text(part)}"
            name = names.setdefault(key, f"{name}/{part}".lstrip("/"))
            counts[name] += count
    return dict(sorted(counts.items(), key=lambda one: one[0].casefold().split("/")))


def list_field_values(catalog: Catalog, field: str, limit: int) -> list[str]:
    """Return the values of a field, most used first."""
    # SQLite parses the JSON, so that the query does not block the interface from a thread.
    path = '$.fields."{}"'.format(field.replace('"', '\\"'))
    found = catalog.ask(
        "SELECT item.value, count(*) AS n FROM notes, json_each(notes.facts, ?) AS item"
        " WHERE notes.role = 'note' AND notes.id IN (SELECT note FROM fields WHERE key = ?)"
        " AND item.value <> '' GROUP BY item.value ORDER BY n DESC, item.value LIMIT ?",
        (path, fold_key(field), limit),
    )
    return [_text(one) for one, _ in found]


def count_by(rows: Iterable[Row], field: str) -> dict[str, int]:
    """Count rows by the values of a field or column, most frequent first.

    Each item of a list counts. "tag" counts tags, "folder" folders, "year" the years of `created`;
    `modified` counts by day. Values that differ only in case or accents are merged under the first
    spelling.
    """
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for row in rows:
        values = {fold_text(text): text for text in reversed(_values(row, field))}
        for key, text in values.items():
            counts[key] += 1
            spelt.setdefault(key, text)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return {spelt[key]: count for key, count in ordered}


def _values(row: Row, field: str) -> list[str]:
    if field == TAG:
        return row.tags
    if field == FOLDER:
        return [row.path.rpartition("/")[0] or "."]
    found = column_value(row, "created" if field == YEAR else field)
    items = found if isinstance(found, list) else [found]
    texts = [_text(item) for item in items if item is not None and item != ""]
    if field == "modified":
        return [text[:10] for text in texts]
    return [text[:4] for text in texts if text[:4].isdigit()] if field == YEAR else texts


def _text(item: object) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return f"{item:g}" if isinstance(item, float) else str(item)


_OF_NOTES = "JOIN tasks t ON t.note = notes.id"
# The plus prevents SQLite from scanning the notes first and looking up tasks for each.
_OF_ALL_NOTES = "JOIN tasks t ON +t.note = notes.id"


def list_tasks(
    catalog: Catalog,
    node: Node | None = None,
    *,
    done: bool | None = False,
    is_dated: bool | None = None,
    latest: int = 0,
) -> list[TaskRow]:
    """Return the tasks of matching notes, by title, then line.

    `done` selects open tasks that have started (False), completed (True) or all tasks (None),
    `is_dated` those that are due or scheduled on a day, or the others. With `latest`, return at
    most that many, from the most recently changed notes.
    """
    state = "" if done is None else "AND t.done" if done else f"AND NOT t.done AND {STARTED}"
    if is_dated is not None:
        state += f" AND {'' if is_dated else 'NOT '}coalesce(t.due, t.scheduled, '') <> ''"
    found = catalog.find(
        "path, title, t.line, t.mark, t.done, t.text, t.due, t.scheduled, t.start, t.priority",
        catalog.where(node),
        f"{state} ORDER BY {'mtime_ns DESC, ' if latest else ''}sort, path, t.line LIMIT ?",
        (latest or -1,),
        join=_OF_ALL_NOTES if is_dated else _OF_NOTES,
    )
    return [
        TaskRow(
            *(load_path(path), title, line, mark, ticked == 1, text),
            *(_day(due), _day(scheduled), _day(start), priority),
        )
        for path, title, line, mark, ticked, text, due, scheduled, start, priority in found
    ]


_QUOTES = "AND p.answer = ''"


def list_passages(
    catalog: Catalog, node: Node | None = None, *, with_cards: bool = True
) -> list[PassageRow]:
    """Return the passages and cards of matching notes, by title, then line."""
    found = catalog.find(
        "path, p.line, p.text, p.locator, p.heading, p.answer, p.block, p.key",
        catalog.where(node),
        f"{'' if with_cards else _QUOTES} ORDER BY sort, path, p.line",
        join="JOIN passages p ON p.note = notes.id",
    )
    rows = catalog.rows_of({load_path(path) for path, *_ in found})
    return [PassageRow(rows[load_path(path)], *rest) for path, *rest in found]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def count_open(catalog: Catalog) -> int:
    """Count the open tasks of all notes, without those that start after today."""
    where = catalog.where(None)
    (total,), *_ = catalog.find("coalesce(sum(todo), 0)", where)
    waiting = f"AND NOT t.done AND NOT ({STARTED})"
    (later,), *_ = catalog.find("count(*)", where, waiting, join=_OF_ALL_NOTES)
    return int(total) - int(later)


DATES = ("created", "finished", "listened", "started", "published")
"""The date fields to check, most important first; each note appears once per year."""


class Anniversary(NamedTuple):
    """A note from an earlier year, with the year and the field of its date."""

    year: int
    field: str
    row: Row


def on_this_day(
    catalog: Catalog, day: dt.date, fields: tuple[str, ...] = DATES
) -> list[Anniversary]:
    """Find notes from this day in earlier years, latest first. 29 February matches only itself."""
    found = catalog.ask(
        "SELECT n.path, f.key, substr(f.day, 1, 4) FROM fields f JOIN notes n ON n.id = f.note"
        " WHERE f.key IN (SELECT value FROM json_each(?)) AND f.day < ? AND substr(f.day, 6) = ?"
        " AND n.role = 'note' ORDER BY f.day DESC, n.sort, n.path",
        (json.dumps(fields), f"{day.year:04}", f"{day:%m-%d}"),
    )
    named: dict[tuple[str, str], str] = {}
    for path, field, year in found:
        known = named.get((path, year))
        if known is None or fields.index(field) < fields.index(known):
            named[path, year] = field
    rows = catalog.rows_of(load_path(path) for path, _ in named)
    return [
        Anniversary(int(year), field, rows[load_path(path)])
        for (path, year), field in named.items()
        if load_path(path) in rows
    ]


_SAME = "role = 'note' AND title_folded IN (SELECT value FROM json_each(?))"
_SEVERAL = "GROUP BY title_folded HAVING count(*) > 1"


def distinguish_titles(catalog: Catalog, rows: Sequence[Row]) -> None:
    """Set `title_suffix` in rows that share their title with another note."""
    folded = {row.path: fold_text(row.title) for row in rows}
    titles = json.dumps([*dict.fromkeys(folded.values())])
    found = catalog.find("title_folded", Condition(_SAME, (titles,)), _SEVERAL) if rows else []
    shared = {title for (title,) in found}
    for row in rows:
        row.title_suffix = _distinction(row) if folded[row.path] in shared else ""


def _distinction(row: Row) -> str:
    """Return the folder if the file is named after the title, else the path: both are unique."""
    folder, _, name = row.path.rpartition("/")
    if fold_text(note_stem(row.path)) != fold_text(safe_name(row.title)):
        return row.path.removesuffix(".md")
    return folder or name


class OrderedList:
    """A list with a fixed order and length, so that all pages load equally fast."""

    def __init__(self, catalog: Catalog, stored: list[str], values: list[Any]) -> None:
        self.total = len(stored)
        self.values = values
        """The first sort value of each note."""
        self._catalog, self._stored = catalog, stored

    def page(self, offset: int, limit: int) -> list[Row]:
        """Return the rows from `offset`, without deleted notes."""
        rows = self._catalog.rows_in_order(self._stored[offset : offset + limit])
        distinguish_titles(self._catalog, rows)
        return rows

    def paths(self) -> list[str]:
        """Return the paths of all rows."""
        return [*map(load_path, self._stored)]

    def find(self, path: str) -> int | None:
        """Return the index of a note; None if it is not in the list."""
        stored = store_path(path)
        return self._stored.index(stored) if stored in self._stored else None


def order_list(catalog: Catalog, node: Node | None, query: Query) -> OrderedList:
    """Return the complete sorted list of a query; `node` is its condition, without words."""
    by = ordering(query.order)
    limit = -1 if query.limit is None else query.limit
    first = sort_value(query.order[0].field) if query.order else Condition("NULL")
    where = catalog.where(node)
    found = catalog.find(
        f"path, {first.sql}",
        Condition(where.sql, (*first.values, *where.values)),
        f"ORDER BY {by.sql} LIMIT ?",
        (*by.values, limit),
    )
    return OrderedList(catalog, [path for path, _ in found], [value for _, value in found])

"""How the notes that a query finds are spread: by kind, by tag, by year, by any field."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.index.rows import value
from notekeep.query.fold import fold, fold_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row
    from notekeep.query.tree import Node

YEAR = "year"
TAG = "tag"
FOLDER = "folder"


class Facets(NamedTuple):
    """Counts of notes, each by name.

    Attributes:
        kinds: By kind, most first.
        tags: By tag, notes with a tag below it included; by the alphabet, parents first.
        years: By the year a note was created, newest first; notes without such a date are in none.
    """

    kinds: dict[str, int]
    tags: dict[str, int]
    years: dict[str, int]


def facets(catalog: Catalog, node: Node | None) -> Facets:
    """Count the notes that a tree of facts matches.

    Args:
        catalog: The vault's facts.
        node: Which notes; None is every note.

    Raises:
        TypeError: There are words in the tree.
    """
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
    return Facets(dict(kinds), dict(tags), dict(years))


def values_of(catalog: Catalog, field: str, limit: int) -> list[str]:
    """What notes have in a field, as they write it, most used first.

    Args:
        catalog: The vault's facts.
        field: A field's canonical name; each item of a list counts.
        limit: How many values at most.
    """
    # SQLite reads the facts itself, so that a thread that asks holds up nobody.
    path = '$.fields."{}"'.format(field.replace('"', '\\"'))
    found = catalog.ask(
        "SELECT item.value, count(*) AS n FROM notes, json_each(notes.facts, ?) AS item"
        " WHERE notes.role = 'note' AND notes.id IN (SELECT note FROM fields WHERE key = ?)"
        " AND item.value <> '' GROUP BY item.value ORDER BY n DESC, item.value LIMIT ?",
        (path, fold_key(field), limit),
    )
    return [_text(one) for one, _ in found]


def count_by(rows: Iterable[Row], field: str) -> dict[str, int]:
    """Count rows by what they have in a field, most first.

    Args:
        rows: The notes.
        field: A field's canonical name; a note counts once for each item of a list. "type" is the
            kind, "tag" each tag as written, "folder" the folder it lies in, "year" the year of
            `created`; `modified` counts by day.

    Returns:
        How many rows have each value, as first written: values that differ in case or accents
        only are the same. Rows without the field are in none.
    """
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for row in rows:
        values = {fold(text): text for text in reversed(_values(row, field))}
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
    found = value(row, "created" if field == YEAR else field)
    items = found if isinstance(found, list) else [found]
    texts = [_text(item) for item in items if item is not None and item != ""]
    if field == "modified":
        return [text[:10] for text in texts]
    return [text[:4] for text in texts if text[:4].isdigit()] if field == YEAR else texts


def _text(item: object) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return f"{item:g}" if isinstance(item, float) else str(item)

"""Notes of other years that have a day of the calendar in one of their dates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from notekeep.index.rows import load_path

if TYPE_CHECKING:
    import datetime as dt

    from notekeep.index.catalog import Catalog
    from notekeep.index.rows import Row

DATES = ("created", "finished", "listened", "started", "published")
"""The fields that are looked at; of several in one year, the first of these is named."""


class OnThisDay(NamedTuple):
    """A note of another year: the year, the field that has the day, and the note."""

    year: int
    field: str
    row: Row


def on_this_day(catalog: Catalog, day: dt.date, fields: tuple[str, ...] = DATES) -> list[OnThisDay]:
    """Find notes with this day of the calendar in an earlier year, the latest year first.

    Args:
        catalog: The vault's facts.
        day: The day; 29 February is only itself.
        fields: The fields to look at.
    """
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
        OnThisDay(int(year), field, rows[load_path(path)])
        for (path, year), field in named.items()
        if load_path(path) in rows
    ]

"""Pocket, which closed: the CSV files of its last exports, and `ril_export.html` before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.importing.formats import bookmarks
from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    head_text,
    read_csv,
    read_each,
)
from notekeep.importing.formats.saved_links import make_bookmark, unix_day
from notekeep.importing.records import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Loss, Record


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of Pocket."""
    if name.casefold().endswith(".csv"):
        return {"title", "url", "time_added"} <= csv_columns(head)
    return name.casefold().endswith(".html") and "<title>Pocket Export" in head_text(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the links."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    if name.casefold().endswith(".html"):
        yield from bookmarks.read_html(name, text)
        return
    for line, row in read_csv(text):
        place = f"{name}:{line}"
        yield from convert_each([(row, place)], _read_row, place, "link")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    tags = first_of(row, "tags").split("|")
    saved = unix_day(row.get("time_added"))
    yield from make_bookmark(first_of(row, "url"), first_of(row, "title"), saved, tags, place)


FORMAT = Format("pocket", "Pocket", "pk", detect, read)

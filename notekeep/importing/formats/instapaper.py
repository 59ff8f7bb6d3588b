"""Instapaper: its CSV export. A row with a selection is a highlight, any other a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    fold_letters,
    read_csv,
    read_each,
    read_json,
)
from notekeep.importing.formats.saved_links import make_bookmark, plain_text, unix_day
from notekeep.importing.records import Format, Passage, Work, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Loss, Record

_OWN_FOLDERS = ("unread", "archive", "starred")


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of Instapaper."""
    is_table = name.casefold().endswith(".csv")
    return is_table and {"URL", "Title", "Selection", "Folder"} <= csv_columns(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read links and highlights."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    for line, row in read_csv(text):
        place = f"{name}:{line}"
        yield from convert_each([(row, place)], _read_row, place, "link")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    url, title, words = first_of(row, "URL"), first_of(row, "Title"), plain_text(row["Selection"])
    saved = unix_day(row.get("Timestamp"))
    tags = _read_tags(row)
    if not words:
        yield from make_bookmark(url, title, saved, tags, place)
        return
    # A text that was saved without its page has no address.
    key = f"instapaper:{url or 'selections'}"
    work = Work("note", title or url or "Instapaper", (key,), tags=tags)
    work.fields["url"] = url if url.startswith("http") else ""
    passage = Passage(f"{url}|{fold_letters(words)}", words, at=saved)
    passage.order = (float(first_of(row, "Timestamp") or 0),)
    work.passages.append(passage)
    yield work


def _read_tags(row: dict[str, str]) -> tuple[str, ...]:
    cell = first_of(row, "Tags")
    tags = [clean_line(tag) for tag in read_json("Tags", cell)] if cell.startswith("[") else []
    folder = first_of(row, "Folder")
    if folder.casefold() == "starred":
        tags.append("starred")
    elif folder.casefold() not in _OWN_FOLDERS:
        tags.append(folder)
    return tuple(filter(None, tags))


FORMAT = Format("instapaper", "Instapaper", "ip", detect, read)

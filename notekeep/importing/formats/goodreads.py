"""Goodreads: `goodreads_library_export.csv`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.importing.formats.book_list import (
    read_day,
    read_number,
    read_state,
    set_isbn,
    set_reads,
    set_sections,
    split_title,
)
from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    read_csv,
    read_each,
    split_names,
)
from notekeep.importing.records import Format, Loss, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of Goodreads."""
    is_table = name.casefold().endswith(".csv")
    return is_table and {"Book Id", "Exclusive Shelf", "My Rating"} <= csv_columns(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the books."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    for line, row in read_csv(text):
        yield from convert_each([(row, f"{name}:{line}")], _read_row, f"{name}:{line}", "book")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    title, series = split_title(first_of(row, "Title"))
    number = first_of(row, "Book Id")
    if not title or not number:
        yield Loss("books without a title or number", place=place)
        return
    people = split_names(first_of(row, "Author"))
    others = split_names(first_of(row, "Additional Authors").replace(",", ";"))
    work = Work("book", title, (f"goodreads:{number}",), tuple(dict.fromkeys([*people, *others])))
    set_isbn(work, row.get("ISBN13"), row.get("ISBN"))
    shelf = first_of(row, "Exclusive Shelf")
    state = read_state(shelf)
    shelves = [one.strip() for one in first_of(row, "Bookshelves").split(",")]
    shelves += [] if state else [shelf]
    work.tags = tuple(dict.fromkeys(one for one in shelves if one and not read_state(one)))
    day = read_day(row.get("Date Read"))
    set_reads(work, [("", day)])
    work.fields |= {
        "rating": read_number(row.get("My Rating")),
        "status": state,
        "series": series,
        "pages": read_number(row.get("Number of Pages")),
        "publisher": first_of(row, "Publisher"),
        "published": first_of(row, "Original Publication Year", "Year Published"),
    }
    set_sections(work, row.get("My Review"), row.get("Private Notes"))
    more = int(read_number(row.get("Read Count"))) - 1
    if more > 0:
        yield Loss("earlier reads, whose days are not in the file", title, place, more)
    if first_of(row, "Spoiler").casefold() == "true":
        yield Loss("reviews marked as spoilers, which are not marked here", title, place)
    yield work


FORMAT = Format("goodreads", "Goodreads", "gr", detect, read)

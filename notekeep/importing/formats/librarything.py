"""LibraryThing: its export as tab-delimited text, in the encoding of Windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.importing.formats.book_list import (
    read_day,
    read_number,
    set_isbn,
    set_reads,
    set_sections,
)
from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    read_csv,
    read_each,
    turn_name,
)
from notekeep.importing.records import Format, Loss, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_AUTHORS = ("", "author", "co-author", "coauthor")
"""Roles of the people who wrote a book."""


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of LibraryThing."""
    is_table = name.casefold().endswith((".tsv", ".txt", ".xls"))
    return is_table and {"Book Id", "Primary Author", "Collections"} <= csv_columns(head, "\t")


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the books."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    for line, row in read_csv(text, delimiter="\t"):
        yield from convert_each([(row, f"{name}:{line}")], _read_row, f"{name}:{line}", "book")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    title, number = first_of(row, "Title"), first_of(row, "Book Id")
    if not title or not number:
        yield Loss("books without a title or number", place=place)
        return
    names = [first_of(row, "Primary Author")]
    for name, role in zip(
        first_of(row, "Secondary Author").split("|"),
        first_of(row, "Secondary Author Roles").split("|"),
        strict=False,
    ):
        if role.strip().casefold() in _AUTHORS:
            names.append(name)
        elif name.strip():
            yield Loss("people who did not write the book, such as translators", title, place)
    authors = tuple(dict.fromkeys(turn_name(name) for name in names if name.strip()))
    work = Work("book", title, (f"librarything:{number}",), authors)
    set_isbn(work, row.get("ISBN"), *first_of(row, "ISBNs").split(","))
    set_reads(work, [(read_day(row.get("Date Started")), read_day(row.get("Date Read")))])
    work.fields |= {
        "started": read_day(row.get("Date Started")),
        "status": _read_state(row),
        "rating": read_number(row.get("Rating")),
        "pages": read_number(row.get("Page Count")),
        "publisher": first_of(row, "Publication").partition(" (")[0],
        "published": first_of(row, "Date"),
    }
    work.tags = tuple(filter(None, (one.strip() for one in first_of(row, "Tags").split(","))))
    set_sections(work, row.get("Review"), row.get("Private Comment"))
    if first_of(row, "Comment"):
        work.sections["Comment"] = first_of(row, "Comment")
    yield work


def _read_state(row: dict[str, str]) -> str:
    collections = {one.strip().casefold() for one in first_of(row, "Collections").split(",")}
    if read_day(row.get("Date Read")):
        return "finished"
    if "currently reading" in collections or read_day(row.get("Date Started")):
        return "reading"
    return "to-read" if collections & {"to read", "wishlist"} else ""


FORMAT = Format("librarything", "LibraryThing", "lt", detect, read)

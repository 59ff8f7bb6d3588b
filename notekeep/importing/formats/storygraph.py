"""The StoryGraph: its CSV export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.importing.formats.book_list import (
    read_day,
    read_number,
    read_state,
    read_text,
    set_isbn,
    set_reads,
    set_sections,
)
from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    fold_letters,
    read_csv,
    read_each,
    split_names,
)
from notekeep.importing.records import Format, Loss, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_LOST = {
    "Contributors": "contributors such as narrators",
    "Moods": "moods and pace",
    "Content Warnings": "content warnings",
}


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of The StoryGraph."""
    is_table = name.casefold().endswith(".csv")
    return is_table and {"ISBN/UID", "Read Status", "Star Rating"} <= csv_columns(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the books."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    for line, row in read_csv(text):
        yield from convert_each([(row, f"{name}:{line}")], _read_row, f"{name}:{line}", "book")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    title = first_of(row, "Title")
    if not title:
        yield Loss("books without a title", place=place)
        return
    authors = split_names(first_of(row, "Authors").replace(", ", "; "))
    key = first_of(row, "ISBN/UID") or fold_letters(f"{title} {' '.join(authors)}")
    work = Work("book", title, (f"storygraph:{key}",), authors)
    set_isbn(work, row.get("ISBN/UID"))
    work.tags = tuple(filter(None, (one.strip() for one in first_of(row, "Tags").split(","))))
    work.fields |= {
        "rating": read_number(row.get("Star Rating")),
        "status": read_state(first_of(row, "Read Status")),
    }
    reads = [_read_span(one) for one in first_of(row, "Dates Read").split(",")]
    set_reads(work, [*reads, ("", "" if any(end for _, end in reads) else _last(row))])
    if work.fields["status"] == "dropped":
        # The last day is when the book was put away.
        work.fields.pop("finished", None)
    set_sections(work, row.get("Review"))
    if read_text(row.get("Content Warning Description")):
        yield Loss("content warnings", title, place)
    for column, lost in _LOST.items():
        if first_of(row, column):
            yield Loss(lost, place=place)
    yield work


def _last(row: dict[str, str]) -> str:
    return read_day(row.get("Last Date Read"))


def _read_span(text: str) -> tuple[str, str]:
    """Read `2024/01/01-2024/02/03`, or a day on which the book was finished."""
    first, _, last = text.partition("-")
    return (read_day(first), read_day(last)) if read_day(last) else ("", read_day(first))


FORMAT = Format("storygraph", "The StoryGraph", "sg", detect, read)

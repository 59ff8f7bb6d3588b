"""Raindrop.io: its CSV export. A link with highlights or a note is a note, any other a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    fold_letters,
    iso_day,
    iso_time,
    read_csv,
    read_each,
)
from notekeep.importing.formats.saved_links import make_bookmark, plain_text
from notekeep.importing.records import Format, Loss, Passage, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_PART = re.compile(r"(?m)^(Highlight|Note|Color):")


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of Raindrop.io."""
    is_table = name.casefold().endswith(".csv")
    return is_table and {"id", "url", "excerpt", "folder", "created"} <= csv_columns(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the links."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    for line, row in read_csv(text):
        place = f"{name}:{line}"
        yield from convert_each([(row, place)], _read_row, place, "link")


def _read_row(found: tuple[dict[str, str], str]) -> Iterator[Record | Loss]:
    row, place = found
    url, title, number = first_of(row, "url"), first_of(row, "title"), first_of(row, "id")
    tags = [tag.strip() for tag in first_of(row, "tags").split(",")]
    if first_of(row, "folder") != "Unsorted":
        tags.append(first_of(row, "folder"))
    if first_of(row, "favorite") == "true":
        tags.append("favorite")
    passages = _read_highlights(plain_text(row.get("highlights")), number)
    if note := plain_text(row.get("note")):
        passages.append(Passage(f"{number}|note", "", note, order=(-1.0,)))
    if not passages or not number:
        if first_of(row, "excerpt"):
            yield Loss("excerpts of links", place=place)
        yield from make_bookmark(url, title, iso_day(row.get("created")), tags, place)
        return
    for passage in passages:
        passage.at = iso_time(row.get("created"))
    work = Work("note", title or url, (f"raindrop:{number}",), tags=tuple(filter(None, tags)))
    work.fields["url"] = url if url.startswith("http") else ""
    work.fields["description"] = first_of(row, "excerpt")
    work.passages = passages
    yield work


def _read_highlights(text: str, number: str) -> list[Passage]:
    """Read the cell of highlights, each with its note below."""
    found: list[Passage] = []
    parts = _PART.split(text)
    for name, words in zip(parts[1::2], parts[2::2], strict=True):
        if name == "Highlight":
            key = f"{number}|{fold_letters(words)}"
            found.append(Passage(key, words.strip(), order=(float(len(found)),)))
        elif found and name == "Note":
            found[-1].note = words.strip()
        elif found:
            found[-1].color = words.strip()
    return found


FORMAT = Format("raindrop", "Raindrop.io", "rd", detect, read)

"""Readwise Reader: the CSV list of saved documents, and the JSON of its list API.

A document with highlights or notes is a work. Any other is an address that somebody saved.
"""

from __future__ import annotations

import ast
import datetime as dt
from typing import TYPE_CHECKING, Any

from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    head_text,
    iso_day,
    iso_time,
    read_csv,
    read_each,
    read_json,
    split_names,
)
from notekeep.importing.records import (
    Bookmark,
    Format,
    Loss,
    Passage,
    Work,
    clean_line,
    clean_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_PARTS = ("highlight", "note")


def detect(name: str, head: bytes) -> bool:
    """Whether a file is a list of Reader's documents."""
    if name.casefold().endswith(".csv"):
        return {"Document tags", "Reading progress", "URL"} <= csv_columns(head)
    text = head_text(head)
    return name.casefold().endswith(".json") and '"parent_id"' in text and '"category"' in text


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the documents."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    if name.casefold().endswith(".csv"):
        for line, row in read_csv(text):
            if first_of(row, "Location") == "feed":
                yield Loss("items of feeds", place=f"{name}:{line}")
            else:
                yield from convert_each([row], _read_row, f"{name}:{line}", "document")
        return
    value = read_json(name, text)
    yield from _read_list(value["results"] if isinstance(value, dict) else value, name)


def _read_row(row: dict[str, str]) -> Iterator[Record]:
    tags = ast.literal_eval(row.get("Document tags") or "[]")  # the text of a Python list
    yield Bookmark(
        first_of(row, "URL"),
        first_of(row, "Title"),
        iso_day(row.get("Saved date")),
        tuple(clean_line(tag) for tag in tags),
    )


def _read_list(items: list[dict[str, Any]], name: str) -> Iterator[Record | Loss]:
    documents = _Documents(name)
    # A part may come before what it hangs from.
    for convert in (documents.read_document, documents.read_highlight, documents.read_note):
        yield from convert_each(items, convert, name, "document")
    for key, work in documents.works.items():
        saved = str(work.fields.pop("saved", ""))
        if work.passages:
            yield work
        else:
            url = str(work.fields["url"]) or f"https://read.readwise.io/read/{key}"
            yield Bookmark(url, work.title, saved, work.tags)


class _Documents:
    """The documents of a list, with the highlights that hang from them and their notes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.works: dict[str, Work] = {}
        self._passages: dict[str, Passage] = {}

    def read_document(self, item: dict[str, Any]) -> Iterator[Loss]:
        if item.get("category") in _PARTS:
            return
        if item.get("location") == "feed":
            yield Loss("items of feeds", first_of(item, "title"), self._name)
        else:
            self.works[str(item["id"])] = _make_work(item)

    def read_highlight(self, item: dict[str, Any]) -> Iterator[Loss]:
        if item.get("category") != "highlight":
            return
        work = self.works.get(str(item.get("parent_id")))
        if work is None:
            place = f"{self._name}, {item['id']}"
            yield Loss("highlights whose document is not in the file", place=place)
            return
        passage = Passage(
            key=str(item["id"]),
            text=clean_text(item.get("content")).strip(),
            note=clean_text(item.get("notes")).strip(),
            order=(_seconds(item.get("created_at")),),
            at=iso_time(item.get("created_at")),
            tags=_tags(item),
        )
        self._passages[passage.key] = passage
        work.passages.append(passage)

    def read_note(self, item: dict[str, Any]) -> Iterator[Loss]:
        if item.get("category") != "note":
            return
        parent = self._passages.get(str(item.get("parent_id")))
        if parent is None:
            place = f"{self._name}, {item['id']}"
            yield Loss("notes whose highlight is not in the file", place=place)
        else:
            text = clean_text(item.get("content")).strip()
            parent.note = "\n".join(filter(None, (parent.note, text)))


def _make_work(item: dict[str, Any]) -> Work:
    kind = "book" if item.get("category") == "epub" else "note"
    work = Work(
        kind,
        first_of(item, "title", "source_url", "id"),
        (f"reader:{item['id']}",),
        split_names(item.get("author")),
        tags=_tags(item),
    )
    work.fields["url"] = first_of(item, "source_url", "url")
    work.fields["published"] = _day(item.get("published_date"))
    work.fields["description"] = clean_line(item.get("summary"))
    work.fields["saved"] = iso_day(item.get("saved_at"))
    is_done = item.get("location") == "archive"
    work.fields["status"] = "finished" if is_done else "to-read"
    if note := clean_text(item.get("notes")).strip():
        work.passages.append(Passage(f"{item['id']}|document", "", note, order=(-1.0,)))
    return work


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    tags = item.get("tags") or {}
    return tuple(clean_line(one["name"]) for one in tags.values())


def _day(value: object) -> str:
    if isinstance(value, int | float):
        return dt.datetime.fromtimestamp(value / 1000, dt.UTC).date().isoformat()
    return iso_day(value)


def _seconds(value: object) -> float:
    try:
        return dt.datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return 0.0


FORMAT = Format("reader", "Readwise Reader", "rr", detect, read)

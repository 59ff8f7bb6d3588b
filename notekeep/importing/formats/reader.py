"""Readwise Reader: the CSV list of saved documents, and the JSON of its list API.

Documents with highlights or notes become works. Other documents become bookmarks.
"""

from __future__ import annotations

import ast
import datetime as dt
from typing import Any, TextIO

from notekeep.importing.formats.json_items import read_items
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    convert_rows,
    each_text,
    either,
    first_of,
    has_columns,
    has_words,
    iso_day,
    iso_time,
    source_text,
    split_people,
    unix_day,
)
from notekeep.importing.records import Bookmark, Format, Loss, Passage, Work, one_line


def _read_file(name: str, text: TextIO) -> Records:
    if name.casefold().endswith(".csv"):
        return convert_rows("documents", name, text, _read_row)
    return _read_list(name, text)


def _read_row(row: dict[str, str], place: str) -> Records:
    if first_of(row, "Location") == "feed":
        yield Loss("feed items", place=place)
        return
    tags = ast.literal_eval(row.get("Document tags") or "[]")  # the text of a Python list
    saved = iso_day(row.get("Saved date"))
    words = tuple(one_line(tag) for tag in tags)
    yield Bookmark(first_of(row, "URL"), first_of(row, "Title"), saved, words)


def _read_list(name: str, text: TextIO) -> Records:
    works: dict[str, Work] = {}
    saved: dict[str, str] = {}  # the day on which each work was saved
    passages: dict[str, Passage] = {}
    parents: dict[str, str] = {}  # of passages
    notes: list[tuple[str, str, str]] = []  # parent, text and place

    def read_item(item: dict[str, Any]) -> Records:
        """Read a document, or a part of it. Parts may precede their parents."""
        key, parent = str(item["id"]), str(item.get("parent_id"))
        if item.get("category") == "highlight":
            parents[key] = parent
            passages[key] = Passage(
                key=key,
                text=source_text(item.get("content")),
                note=source_text(item.get("notes")),
                order=(_seconds(item.get("created_at")),),
                at=iso_time(item.get("created_at")),
                tags=_tags(item),
            )
        elif item.get("category") == "note":
            notes.append((parent, source_text(item.get("content")), f"{name}, {key}"))
        elif item.get("location") == "feed":
            yield Loss("feed items", first_of(item, "title"), name)
        else:
            works[key], saved[key] = _make_work(item), iso_day(item.get("saved_at"))

    yield from convert_each("items", name, read_items(name, text, "results"), read_item)
    for parent, note, place in notes:
        if passage := passages.get(parent):
            passage.note = "\n".join(filter(None, (passage.note, note)))
        else:
            yield Loss("notes whose highlight is not in the file", place=place)
    for key, passage in passages.items():
        if work := works.get(parents[key]):
            work.passages.append(passage)
        else:
            place = f"{name}, {key}"
            yield Loss("highlights whose document is not in the file", place=place)
    for key, work in works.items():
        url = str(work.fields["url"]) or f"https://read.readwise.io/read/{key}"
        yield work if work.passages else Bookmark(url, work.title, saved[key], work.tags)


def _make_work(item: dict[str, Any]) -> Work:
    work = Work(
        "book" if item.get("category") == "epub" else "note",
        first_of(item, "title", "source_url", "id"),
        (f"reader:{item['id']}",),
        split_people(item.get("author")),
        tags=_tags(item),
    )
    published = item.get("published_date")
    if isinstance(published, int | float):
        published = unix_day(int(published))
    is_done = item.get("location") == "archive"
    work.fields |= {
        "url": first_of(item, "source_url", "url"),
        "published": iso_day(published),
        "description": one_line(item.get("summary")),
        "status": "finished" if is_done else "to-read",
    }
    if note := source_text(item.get("notes")):
        work.passages.append(Passage(f"{item['id']}|document", "", note, order=(-1.0,)))
    return work


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(one_line(tag["name"]) for tag in (item.get("tags") or {}).values())


def _seconds(value: object) -> float:
    try:
        return dt.datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return 0.0


_DETECT = either(
    has_columns("Document tags", "Reading progress", "URL"),
    has_words(".json", '"parent_id"', '"category"'),
)
FORMATS = (Format("reader", "Readwise Reader", "rr", _DETECT, each_text(_read_file)),)

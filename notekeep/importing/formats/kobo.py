"""Kobo: the e-reader's database, `.kobo/KoboReader.sqlite`."""

from __future__ import annotations

from typing import Any

from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_file,
    is_database,
    isbn13,
    iso_day,
    iso_time,
    read_number,
    read_table,
    source_text,
    split_people,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, one_line

_BOOK, _CHAPTER = "6", "899"
"""Types of rows in the table `content`."""
_FINISHED = 2
_CONTENT = (
    *("ContentID", "ContentType", "BookID", "Title", "Attribution", "Publisher", "ISBN"),
    *("Series", "DateLastRead", "ReadStatus", "VolumeIndex"),
)
_BOOKMARK = (
    *("BookmarkID", "VolumeID", "ContentID", "Text", "Annotation", "DateCreated"),
    *("ChapterProgress", "Hidden", "Type", "Color"),
)


def _detect(name: str, head: bytes) -> bool:
    is_named = name.rpartition("/")[2].casefold() == "koboreader.sqlite"
    return is_database(head) and (is_named or (b"VolumeID" in head and b"Bookmark" in head))


def _read_file(files: InputFiles, name: str) -> Records:
    """Yield finished books, and books with highlights."""
    works: dict[str, Work] = {}
    chapters: dict[str, str] = {}
    places: dict[str, float] = {}

    def read_bookmark(row: dict[str, Any]) -> Records:
        if row["Type"] == "dogear":
            yield Loss("bookmarks", place=name)
            return
        volume, content = str(row["VolumeID"]), str(row["ContentID"])
        if volume not in works:
            title = volume.rpartition("/")[2].rpartition(".")[0] or volume
            works[volume] = Work("book", one_line(title), (f"kobo:{volume}",))
        passage = Passage(
            key=str(row["BookmarkID"]),
            text=one_line(row["Text"]),
            note=source_text(row["Annotation"]),
            order=(places.get(content, 0.0), read_number(row["ChapterProgress"])),
            at=iso_time(row["DateCreated"]),
            chapter=chapters.get(content, ""),
            color=str(row["Color"] or ""),
            is_deleted=str(row["Hidden"]).casefold() in ("true", "1"),
        )
        works[volume].passages.append(passage)

    with files.database(name) as opened:
        for row in read_table(opened, "content", _CONTENT):
            kind, content = str(row["ContentType"]), str(row["ContentID"])
            if kind == _BOOK:
                works[content] = _make_work(content, row)
            elif kind == _CHAPTER:
                chapters[content.rpartition("-")[0]] = one_line(row["Title"])
            else:
                places[content] = read_number(row["VolumeIndex"])
        bookmarks = read_table(opened, "Bookmark", _BOOKMARK)
        yield from convert_each("highlights", name, bookmarks, read_bookmark)
    for work in works.values():
        if work.passages or work.fields.get("status") == "finished":
            yield work


def _make_work(content: str, row: dict[str, Any]) -> Work:
    title = one_line(row["Title"]) or content.rpartition("/")[2]
    work = Work("book", title, (f"kobo:{content}",), split_people(row["Attribution"]))
    work.fields["isbn"] = isbn13(row["ISBN"])
    work.fields["publisher"] = one_line(row["Publisher"])
    work.fields["series"] = one_line(row["Series"])
    if row["ReadStatus"] == _FINISHED:
        work.fields["status"] = "finished"
        work.fields["finished"] = iso_day(row["DateLastRead"])
    elif row["ReadStatus"]:
        work.fields["status"] = "reading"
    return work


FORMATS = (Format("kobo", "Kobo", "kb", _detect, each_file(_read_file)),)

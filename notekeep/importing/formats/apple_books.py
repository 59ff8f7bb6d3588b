"""Apple Books for the Mac: the databases BKLibrary (books) and AEAnnotation (highlights).

Import the folder, because the newest rows are in the log file next to each database.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    guard,
    is_database,
    isbn13,
    read_table,
    source_text,
    split_people,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Passage, Work, one_line

_EPOCH = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
_BOOKMARK = 3
_COLORS = {1: "green", 2: "blue", 3: "yellow", 4: "pink", 5: "purple"}
_ASSERTION = re.compile(r"\[[^\]]*\]")
_ASSET = (
    *("ZASSETID", "ZTITLE", "ZAUTHOR", "ZGENRE", "ZLANGUAGE"),
    *("ZDATEFINISHED", "ZISFINISHED", "ZEPUBID"),
)
_ANNOTATION = (
    *("ZANNOTATIONUUID", "ZANNOTATIONASSETID", "ZANNOTATIONDELETED", "ZANNOTATIONSTYLE"),
    *("ZANNOTATIONTYPE", "ZANNOTATIONCREATIONDATE", "ZANNOTATIONSELECTEDTEXT"),
    *("ZANNOTATIONREPRESENTATIVETEXT", "ZANNOTATIONNOTE", "ZANNOTATIONLOCATION"),
    "ZFUTUREPROOFING5",
)


def _detect(name: str, head: bytes) -> bool:
    base = name.rpartition("/")[2]
    return is_database(head) and base.startswith(("BKLibrary", "AEAnnotation"))


def _read(files: InputFiles) -> Records:
    """Yield finished books, and books with highlights."""
    works: dict[str, Work] = {}
    ordered = sorted(files.detected, key=lambda name: "AEAnnotation" in name)
    if "BKLibrary" not in "".join(ordered):
        yield Loss(
            "book titles, because BKLibrary is missing; import the folder with both databases"
        )
    for name in ordered:
        yield from guard("files", name, _read_file, files, name, works)
    for work in works.values():
        if work.passages or work.fields.get("status") == "finished":
            yield work


def _read_file(files: InputFiles, name: str, works: dict[str, Work]) -> Records:
    def read_book(row: dict[str, Any]) -> None:
        asset = str(row["ZASSETID"])
        work = works[asset] = _make_work(asset, one_line(row["ZTITLE"]))
        work.authors = split_people(row["ZAUTHOR"])
        work.fields["genre"] = [one_line(row["ZGENRE"])] if row["ZGENRE"] else []
        work.fields["lang"] = one_line(row["ZLANGUAGE"])
        work.fields["isbn"] = isbn13(str(row["ZEPUBID"] or "").rpartition(":")[2])
        if row["ZISFINISHED"]:
            work.fields["status"] = "finished"
            work.fields["finished"] = _time(row["ZDATEFINISHED"])[:10]

    def read_annotation(row: dict[str, Any]) -> Records:
        if row["ZANNOTATIONTYPE"] == _BOOKMARK:
            yield Loss("bookmarks", place=name)
            return
        # The numbers in an EPUB CFI follow the order of the text.
        place = str(row["ZANNOTATIONLOCATION"] or "")
        passage = Passage(
            key=str(row["ZANNOTATIONUUID"]),
            text=source_text(
                row["ZANNOTATIONSELECTEDTEXT"] or row["ZANNOTATIONREPRESENTATIVETEXT"]
            ),
            note=source_text(row["ZANNOTATIONNOTE"]),
            order=tuple(map(float, re.findall(r"\d+", _ASSERTION.sub("", place))[:40])),
            at=_time(row["ZANNOTATIONCREATIONDATE"]),
            chapter=one_line(row["ZFUTUREPROOFING5"]),
            color=_COLORS.get(row["ZANNOTATIONSTYLE"], ""),
            is_deleted=bool(row["ZANNOTATIONDELETED"]),
        )
        if not passage.text and not passage.note:
            yield Loss("highlights without text", place=f"{name}, {passage.key}")
            return
        asset = str(row["ZANNOTATIONASSETID"])
        works.setdefault(asset, _make_work(asset)).passages.append(passage)

    with files.database(name) as opened:
        if "AEAnnotation" in name:
            rows = read_table(opened, "ZAEANNOTATION", _ANNOTATION)
            yield from convert_each("highlights", name, rows, read_annotation)
        else:
            rows = read_table(opened, "ZBKLIBRARYASSET", _ASSET)
            yield from convert_each("books", name, rows, read_book)


def _make_work(asset: str, title: str = "") -> Work:
    return Work("book", title or f"Unknown book {asset}", (f"apple-books:{asset}",))


def _time(value: object) -> str:
    if not isinstance(value, int | float):
        return ""
    return (_EPOCH + dt.timedelta(seconds=value)).strftime("%Y-%m-%dT%H:%M")


FORMATS = (Format("apple-books", "Apple Books", "ab", _detect, _read),)

"""Apple Books: the two databases of the Mac, BKLibrary with the books and AEAnnotation.

The newest rows are in the log beside each database; give the folder, so that both are read.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from notekeep.importing.formats.reading import (
    convert_each,
    guard,
    is_database,
    isbn13,
    read_table,
    split_names,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

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


def detect(name: str, head: bytes) -> bool:
    """Whether a file is one of the two databases."""
    base = name.rpartition("/")[2]
    return is_database(head) and base.startswith(("BKLibrary", "AEAnnotation"))


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the books that have highlights or were finished."""
    works: dict[str, Work] = {}
    ordered = sorted(given.detected, key=lambda name: "AEAnnotation" in name)
    if "BKLibrary" not in "".join(ordered):
        yield Loss("titles of books: BKLibrary is not there; give the folder with both databases")
    for name in ordered:
        reader = _read_annotations if "AEAnnotation" in name else _read_library
        yield from guard(name, lambda name=name, reader=reader: reader(given, name, works))  # type: ignore[misc]
    for work in works.values():
        if work.passages or work.fields.get("status") == "finished":
            yield work


def _read_library(given: InputFiles, name: str, works: dict[str, Work]) -> Iterator[Loss]:
    with given.database(name) as opened:
        rows = list(read_table(opened, "ZBKLIBRARYASSET", _ASSET))

    def convert(row: dict[str, Any]) -> Iterator[Loss]:
        asset = str(row["ZASSETID"])
        title = clean_line(row["ZTITLE"]) or f"Unknown book {asset}"
        work = Work("book", title, (f"apple-books:{asset}",), split_names(row["ZAUTHOR"]))
        work.fields["genre"] = [clean_line(row["ZGENRE"])] if row["ZGENRE"] else []
        work.fields["lang"] = clean_line(row["ZLANGUAGE"])
        work.fields["isbn"] = isbn13(str(row["ZEPUBID"] or "").rpartition(":")[2])
        if row["ZISFINISHED"]:
            work.fields["status"] = "finished"
            work.fields["finished"] = _time(row["ZDATEFINISHED"])[:10]
        works[asset] = work
        yield from ()

    yield from convert_each(rows, convert, name, "book")


def _read_annotations(given: InputFiles, name: str, works: dict[str, Work]) -> Iterator[Loss]:
    with given.database(name) as opened:
        rows = list(read_table(opened, "ZAEANNOTATION", _ANNOTATION))

    def convert(row: dict[str, Any]) -> Iterator[Loss]:
        if row["ZANNOTATIONTYPE"] == _BOOKMARK:
            yield Loss("bookmarks", place=name)
            return
        text = row["ZANNOTATIONSELECTEDTEXT"] or row["ZANNOTATIONREPRESENTATIVETEXT"]
        note = clean_text(row["ZANNOTATIONNOTE"]).strip()
        if not text and not note:
            yield Loss("highlights without text", place=f"{name}, {row['ZANNOTATIONUUID']}")
            return
        asset = str(row["ZANNOTATIONASSETID"])
        if asset not in works:
            works[asset] = Work("book", f"Unknown book {asset}", (f"apple-books:{asset}",))
        passage = Passage(
            key=str(row["ZANNOTATIONUUID"]),
            text=clean_text(text).strip(),
            note=note,
            order=_order(str(row["ZANNOTATIONLOCATION"] or "")),
            at=_time(row["ZANNOTATIONCREATIONDATE"]),
            chapter=clean_line(row["ZFUTUREPROOFING5"]),
            color=_COLORS.get(row["ZANNOTATIONSTYLE"], ""),
            is_gone=bool(row["ZANNOTATIONDELETED"]),
        )
        works[asset].passages.append(passage)

    yield from convert_each(rows, convert, name, "highlight")


def _order(location: str) -> tuple[float, ...]:
    """The numbers of an EPUB CFI, whose order is that of the text."""
    return tuple(float(number) for number in re.findall(r"\d+", _ASSERTION.sub("", location))[:40])


def _time(value: object) -> str:
    if not isinstance(value, int | float):
        return ""
    return (_EPOCH + dt.timedelta(seconds=value)).strftime("%Y-%m-%dT%H:%M")


FORMAT = Format("apple-books", "Apple Books", "ab", detect, read)

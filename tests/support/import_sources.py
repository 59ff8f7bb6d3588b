"""Books with passages, written as the files of every program that is read.

A new format joins the laws of imports by one line in one of the tables below.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class Marked(NamedTuple):
    """A passage of a book: its number, its words and what its reader wrote."""

    number: int
    text: str
    note: str = ""


class Book(NamedTuple):
    """A book that somebody read."""

    title: str
    author: str
    passages: tuple[Marked, ...]


def write_clippings(folder: Path, books: Sequence[Book]) -> Path:
    records = []
    for book in books:
        head = f"{book.title} ({book.author})"
        for one in book.passages:
            first, last = one.number * 10, one.number * 10 + 2
            places = [(f"Highlight on Location {first}-{last}", one.text)]
            if one.note:
                places.append((f"Note on Location {last}", one.note))
            for place, words in places:
                line = f"- Your {place} | Added on Monday, 5 January 2026 10:00:00"
                records.append(f"\ufeff{head}\r\n{line}\r\n\r\n{words}\r\n==========\r\n")
    return _write(folder / "My Clippings.txt", "".join(records))


def write_notebook(folder: Path, books: Sequence[Book]) -> Path:
    for number, book in enumerate(books):
        parts = ['<html><body><div class="notebookFor">Notebook</div>']
        parts.append(f'<div class="bookTitle">{escape(book.title)}</div>')
        parts.append(f'<div class="authors">{escape(book.author)}</div>')
        for one in book.passages:
            place = f"Location {one.number * 10}"
            heading = f'Highlight(<span class="highlight_pink">pink</span>) - {place}'
            parts.append(f'<div class="noteHeading">{heading}</div>')
            parts.append(f'<div class="noteText">{escape(one.text)}</div>')
            if one.note:
                parts.append(f'<div class="noteHeading">Note - {place}</div>')
                parts.append(f'<div class="noteText">{escape(one.note)}</div>')
        _write(folder / f"{number}.html", "".join(parts) + "</body></html>")
    return folder


def write_readwise_csv(folder: Path, books: Sequence[Book]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    head = "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location"
    writer.writerow([*head.split(","), "Highlighted at", "Document tags"])
    for book in books:
        for one in book.passages:
            place = ["", one.note, "", "", "page", one.number, "", ""]
            writer.writerow([one.text, book.title, book.author, *place])
    return _write(folder / "readwise-data.csv", text.getvalue())


def write_readwise_json(folder: Path, books: Sequence[Book]) -> Path:
    def highlight(key: int, one: Marked) -> dict[str, Any]:
        place = {"location_type": "page", "location": one.number, "tags": []}
        return {"id": f"{key}-{one.number}", "text": one.text, "note": one.note, **place}

    results = [
        {
            "user_book_id": _key(book),
            "title": book.title,
            "author": book.author,
            "category": "books",
            "highlights": [highlight(_key(book), one) for one in book.passages],
        }
        for book in books
    ]
    return _write(folder / "export.json", json.dumps({"results": results}))


def write_reader(folder: Path, books: Sequence[Book]) -> Path:
    items: list[dict[str, Any]] = []
    for book in books:
        key = str(_key(book))
        common: dict[str, Any] = {"parent_id": None, "location": "later", "tags": {}}
        items.append(
            {
                "id": key,
                "title": book.title,
                "author": book.author,
                "category": "epub",
                "source_url": f"https://example.com/{key}",
                **common,
            }
        )
        for one in book.passages:
            made = f"2026-01-01T00:{one.number:02d}:00Z"
            about = {"category": "highlight", "content": one.text, "notes": one.note}
            part = {"id": f"{key}-{one.number}", "parent_id": key, "created_at": made}
            items.append({**about, **part})
    return _write(folder / "list.json", json.dumps({"results": items}))


def write_hypothesis(folder: Path, books: Sequence[Book]) -> Path:
    rows = [
        {
            "id": f"{_key(book)}-{one.number}",
            "uri": f"https://example.com/{_key(book)}",
            "user": "acct:ann@example.com",
            "text": one.note,
            "document": {"title": [book.title]},
            "target": [
                {
                    "selector": [
                        {"type": "TextPositionSelector", "start": one.number, "end": 0},
                        {"type": "TextQuoteSelector", "exact": one.text},
                    ]
                }
            ],
        }
        for book in books
        for one in book.passages
    ]
    return _write(folder / "export.json", json.dumps({"annotations": rows}))


def write_snipd(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        lines = [f"# {book.title}", "", f"- Show: {book.author}"]
        lines.append(f"- Episode URL: [x](https://share.snipd.com/episode/{_key(book)})")
        for one in book.passages:
            address = f"https://share.snipd.com/snip/{_key(book)}-{one.number}"
            lines += ["", f"### [Snip]({address})", "", f"🎧 {one.number}:00 - {one.number}:10"]
            lines += ["", *([one.note, ""] if one.note else []), "#### 💬 Quote", ""]
            lines += [f"> {one.text}"]
        _write(folder / f"{_key(book)}.md", "\n".join(lines) + "\n")
    return folder


def write_koreader(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        rows = "".join(
            f'[{at}] = {{ ["drawer"] = "lighten", ["pageno"] = {one.number},'
            f' ["pos0"] = "p{one.number}", ["pos1"] = "q{one.number}",'
            f' ["text"] = {_lua(one.text)}, ["note"] = {_lua(one.note)} }},\n'
            for at, one in enumerate(book.passages, 1)
        )
        props = f'["title"] = {_lua(book.title)}, ["authors"] = {_lua(book.author)}'
        table = (
            f'return {{ ["annotations"] = {{ {rows} }}, ["doc_props"] = {{ {props} }},'
            f' ["partial_md5_checksum"] = "{_key(book)}" }}\n'
        )
        place = folder / f"{_key(book)}.sdr"
        place.mkdir(parents=True, exist_ok=True)
        _write(place / "metadata.epub.lua", table)
    return folder


def write_kobo(folder: Path, books: Sequence[Book]) -> Path:
    path = folder / "KoboReader.sqlite"
    with sqlite3.connect(_anew(path)) as opened:
        opened.execute(
            "CREATE TABLE content(ContentID TEXT, ContentType TEXT, Title TEXT, Attribution TEXT)"
        )
        opened.execute(
            "CREATE TABLE Bookmark(BookmarkID TEXT, VolumeID TEXT, ContentID TEXT, Text TEXT,"
            " Annotation TEXT, DateCreated TEXT, ChapterProgress REAL, Hidden TEXT, Type TEXT)"
        )
        for book in books:
            volume = f"file:///{_key(book)}.epub"
            row = (volume, "6", book.title, book.author)
            opened.execute("INSERT INTO content VALUES(?, ?, ?, ?)", row)
            for one in book.passages:
                key, place = f"{_key(book)}-{one.number}", one.number / 1000
                rest = (one.text, one.note, "2026-01-01T00:00:00Z", place, "false", "highlight")
                opened.execute(
                    "INSERT INTO Bookmark VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (key, volume, volume, *rest),
                )
    opened.close()
    return path


def write_apple_books(folder: Path, books: Sequence[Book]) -> Path:
    with sqlite3.connect(_anew(folder / "BKLibrary-1.sqlite")) as library:
        library.execute("CREATE TABLE ZBKLIBRARYASSET(ZASSETID TEXT, ZTITLE TEXT, ZAUTHOR TEXT)")
        for book in books:
            row = (str(_key(book)), book.title, book.author)
            library.execute("INSERT INTO ZBKLIBRARYASSET VALUES(?, ?, ?)", row)
    library.close()
    with sqlite3.connect(_anew(folder / "AEAnnotation_v1_local.sqlite")) as opened:
        opened.execute(
            "CREATE TABLE ZAEANNOTATION(ZANNOTATIONUUID TEXT, ZANNOTATIONASSETID TEXT,"
            " ZANNOTATIONSELECTEDTEXT TEXT, ZANNOTATIONNOTE TEXT, ZANNOTATIONLOCATION TEXT)"
        )
        for book in books:
            for one in book.passages:
                key = f"{_key(book)}-{one.number}"
                place = f"epubcfi(/6/{one.number}!/4)"
                values = (key, str(_key(book)), one.text, one.note, place)
                opened.execute("INSERT INTO ZAEANNOTATION VALUES(?, ?, ?, ?, ?)", values)
    opened.close()
    return folder


def write_goodreads(folder: Path, books: Sequence[Book]) -> Path:
    head = "Book Id,Title,Author,ISBN13,My Rating,Exclusive Shelf,Bookshelves,My Review,Date Read"
    rows = [
        [_key(book), book.title, book.author, "", 4, "read", "soil", _words(book), "2026/01/02"]
        for book in books
    ]
    return _table(folder / "goodreads.csv", head, rows)


def write_storygraph(folder: Path, books: Sequence[Book]) -> Path:
    head = "Title,Authors,ISBN/UID,Read Status,Dates Read,Star Rating,Review,Tags"
    rows = [
        [book.title, book.author, f"u{_key(book)}", "read", "2026/01/02", 3.5, _words(book), "soil"]
        for book in books
    ]
    return _table(folder / "storygraph.csv", head, rows)


def write_librarything(folder: Path, books: Sequence[Book]) -> Path:
    head = "Book Id,Title,Primary Author,Rating,Review,Date Read,Collections,Tags"
    rows = [
        [_key(book), book.title, book.author, 4.5, _words(book), "[2026-01-02]", "Mine", "soil"]
        for book in books
    ]
    return _table(folder / "librarything.tsv", head, rows, delimiter="\t")


def write_joplin(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        number = f"{_key(book):032x}"
        foot = f"id: {number}\nparent_id: \nmarkup_language: 1\ntype_: 1"
        _write(folder / f"{number}.md", f"{book.title}\n\n{_paragraphs(book)}\n\n{foot}")
    return folder


def write_evernote(folder: Path, books: Sequence[Book]) -> Path:
    parts = []
    for book in books:
        lines = "".join(f"<div>{escape(line)}</div>" for line in _paragraphs(book).split("\n\n"))
        parts.append(
            f"<note><title>{escape(book.title)}</title><created>20260101T000000Z</created>"
            f"<content><![CDATA[<en-note>{lines}</en-note>]]></content></note>"
        )
    return _write(folder / "Book.enex", f"<en-export>{''.join(parts)}</en-export>")


def write_notion(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        text = f"# {book.title}\n\n{_paragraphs(book)}\n"
        _write(folder / f"{book.title} {_key(book):032x}.md", text)
    return folder


def write_notion_html(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        lines = "".join(f"<p>{escape(line)}</p>" for line in _paragraphs(book).split("\n\n"))
        text = (
            f'<article id="x" class="page sans"><h1 class="page-title">{book.title}</h1>'
            f'<div class="page-body">{lines}</div></article>'
        )
        _write(folder / f"{book.title} {_key(book):032x}.html", text)
    return folder


def write_logseq(folder: Path, books: Sequence[Book]) -> Path:
    _write(folder / "logseq/config.edn", "{:file/name-format :triple-lowbar}")
    for book in books:
        lines = [f"- {line}" for line in _paragraphs(book).split("\n\n")]
        _write(folder / f"pages/{book.title}.md", "\n".join(lines))
    return folder


def write_keep(folder: Path, books: Sequence[Book]) -> Path:
    for book in books:
        note = {"isTrashed": False, "title": book.title, "textContent": _paragraphs(book)}
        note["createdTimestampUsec"] = 1_700_000_000_000_000 + _key(book)
        _write(folder / f"{book.title}.json", json.dumps(note))
    return folder


def write_csv(folder: Path, books: Sequence[Book]) -> Path:
    rows = [[_key(book), book.title, _paragraphs(book), "soil"] for book in books]
    return _table(folder / "table.csv", "No,Title,Content,Tags", rows)


LISTS: dict[str, Callable[[Path, Sequence[Book]], Path]] = {
    "goodreads": write_goodreads,
    "storygraph": write_storygraph,
    "librarything": write_librarything,
    "joplin": write_joplin,
    "evernote": write_evernote,
    "notion": write_notion,
    "notion-html": write_notion_html,
    "logseq": write_logseq,
    "keep": write_keep,
    "csv": write_csv,
}
"""Formats of which a book is one item, and what its reader wrote one text."""


def write_pocket(folder: Path, books: Sequence[Book]) -> Path:
    rows = [[book.title, _address(book), 1700000000, "soil|beds", "unread"] for book in books]
    return _table(folder / "pocket.csv", "title,url,time_added,tags,status", rows)


def write_instapaper(folder: Path, books: Sequence[Book]) -> Path:
    rows = [[_address(book), book.title, "", "Unread", 1700000000, '["soil"]'] for book in books]
    return _table(folder / "instapaper.csv", "URL,Title,Selection,Folder,Timestamp,Tags", rows)


def write_raindrop(folder: Path, books: Sequence[Book]) -> Path:
    head = "id,title,note,excerpt,url,folder,tags,created,highlights"
    rows = [
        [_key(book), book.title, "", "", _address(book), "Unsorted", "soil", "2026-01-02", ""]
        for book in books
    ]
    return _table(folder / "raindrop.csv", head, rows)


def write_bookmarks(folder: Path, books: Sequence[Book]) -> Path:
    lines = ["<!DOCTYPE NETSCAPE-Bookmark-file-1>", "<DL><p>"]
    lines += [
        f'<DT><A HREF="{_address(book)}" ADD_DATE="1700000000">{escape(book.title)}</A>'
        for book in books
    ]
    return _write(folder / "bookmarks.html", "\n".join([*lines, "</DL><p>"]))


LINKS: dict[str, Callable[[Path, Sequence[Book]], Path]] = {
    "pocket": write_pocket,
    "instapaper": write_instapaper,
    "raindrop": write_raindrop,
    "bookmarks": write_bookmarks,
}
"""Formats of which a book is a line in a note."""

WRITERS: dict[str, Callable[[Path, Sequence[Book]], Path]] = {
    "kindle-clippings": write_clippings,
    "kindle-notebook": write_notebook,
    "readwise-csv": write_readwise_csv,
    "readwise-json": write_readwise_json,
    "reader": write_reader,
    "hypothesis": write_hypothesis,
    "snipd": write_snipd,
    "koreader": write_koreader,
    "kobo": write_kobo,
    "apple-books": write_apple_books,
}

"""Formats that have passages."""


def _paragraphs(book: Book) -> str:
    return "\n\n".join(f"{one.text} {one.note}".strip() for one in book.passages)


def _address(book: Book) -> str:
    return f"https://example.com/{_key(book)}"


def _words(book: Book) -> str:
    return " ".join(f"{one.text} {one.note}" for one in book.passages)


def _table(path: Path, head: str, rows: Sequence[list[Any]], delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([head.split(","), *rows])
    return _write(path, text.getvalue())


def _key(book: Book) -> int:
    return sum(map(ord, book.title)) * 1000 + len(book.title)


def _lua(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\\n")
    return f'"{escaped}"'


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def _anew(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path

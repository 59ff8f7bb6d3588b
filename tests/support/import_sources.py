"""Books with passages, written as the files of every program that is read.

A new format joins the laws of imports by one line in one of the tables below. A writer also adds so
many things as it is asked for that do not come along, such as bookmarks and deleted notes.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import tarfile
import zipfile
from base64 import b64encode
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

from tests.support.pdf import Mark, write_annotated_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Writer(Protocol):
    """Writes books as the files of a program; the path that a person gives to an import."""

    def __call__(self, folder: Path, books: Sequence[Book], lost: int = 0) -> Path: ...


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


_CLIPPINGS = (
    (
        "- Your {} on Location {} | Added on Monday, 5 January 2026 10:00:00",
        "Highlight Note Bookmark",
    ),
    (
        "- Ihre {} bei Position {} | Hinzugefügt am Montag, 5. Januar 2026 10:00:00",
        "Markierung Notiz Lesezeichen",
    ),
    (
        "- Votre {} Emplacement {} | Ajouté le lundi 5 janvier 2026 à 10:00:00",
        "surlignement note signet",
    ),
    (
        "- Tu {} en la posición {} | Añadido el lunes, 5 de enero de 2026 10:00:00",
        "subrayado nota marcador",
    ),
    (
        "-  La tua {} alla posizione {} | Aggiunto in data lunedì 5 gennaio 2026 10:00:00",
        "evidenziazione nota segnalibro",
    ),
    (
        "- Seu {} na posição {} | Adicionado: segunda-feira, 5 de janeiro de 2026 10:00:00",
        "destaque nota marcador",
    ),
    (
        "- Je {} op locatie {} | Toegevoegd op maandag 5 januari 2026 10:00:00",
        "highlight notitie bladwijzer",
    ),
    (
        "– Ваша {} в месте {} | Добавлено: понедельник, 5 января 2026 г. в 10:00:00",  # noqa: RUF001
        "выделенный заметка закладка",
    ),
    ("- 您在位置 #{1} 的{0} | 添加于 2026年1月5日星期一 上午10:00:00", "标注 笔记 书签"),
    ("- 位置No. {1}の{0} | 追加日： 2026年1月5日月曜日 10:00:00", "ハイライト メモ ブックマーク"),  # noqa: RUF001
)
"""The second line of a record in each language, and the words for its kinds."""


def write_clippings(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    records = []

    def add(head: str, kind: int, number: int, place: object, words: str) -> None:
        line, kinds = _CLIPPINGS[number % len(_CLIPPINGS)]
        second = line.format(kinds.split()[kind], place)
        records.append(f"\ufeff{head}\r\n{second}\r\n\r\n{words}\r\n==========\r\n")

    for book in books:
        head = f"{book.title} ({book.author})"
        for one in book.passages:
            first, last = one.number * 10, one.number * 10 + 2
            add(head, 0, one.number, f"{first}-{last}", one.text)
            if one.note:
                add(head, 1, one.number, last, one.note)
    for number in range(lost):
        add("Some Book (Bo)", 2, number, number + 1, "")
    return _write(folder / "My Clippings.txt", "".join(records))


def write_notebook(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
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
        if number == 0:
            parts += ['<div class="noteHeading">Bookmark - Location 5</div>'] * lost
        _write(folder / f"{number}.html", "".join(parts) + "</body></html>")
    return folder


def write_readwise_csv(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    head = "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location"
    writer.writerow([*head.split(","), "Highlighted at", "Document tags"])
    for book in books:
        for one in book.passages:
            place = ["", one.note, "", "", "page", one.number, "", ""]
            writer.writerow([one.text, book.title, book.author, *place])
    writer.writerows([[f"of no book {number}", *[""] * 10] for number in range(lost)])
    return _write(folder / "readwise-data.csv", text.getvalue())


def write_readwise_json(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
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
    results += [{"user_book_id": number} for number in range(lost)]
    return _write(folder / "export.json", json.dumps({"results": results}))


def write_reader(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
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
    items += [{"id": f"f{number}", "location": "feed"} for number in range(lost)]
    return _write(folder / "list.json", json.dumps({"results": items}))


def write_hypothesis(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
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
    reply = {"user": "acct:bo@example.com", "text": "yes", "references": ["nothing"]}
    rows += [{**reply, "id": f"reply-{number}"} for number in range(lost)]
    return _write(folder / "export.json", json.dumps({"annotations": rows}))


def write_snipd(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for at, book in enumerate(books):
        lines = [f"# {book.title}", "", f"- Show: {book.author}"]
        lines += [f"- Mood {number}: fine" for number in range(0 if at else lost)]
        lines.append(f"- Episode URL: [x](https://share.snipd.com/episode/{_key(book)})")
        for one in book.passages:
            address = f"https://share.snipd.com/snip/{_key(book)}-{one.number}"
            lines += ["", f"### [Snip]({address})", "", f"🎧 {one.number}:00 - {one.number}:10"]
            lines += ["", *([one.note, ""] if one.note else []), "#### 💬 Quote", ""]
            lines += [f"> {one.text}"]
        _write(folder / f"{_key(book)}.md", "\n".join(lines) + "\n")
    return folder


def write_koreader(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for index, book in enumerate(books):
        rows = "".join(
            f'[{at}] = {{ ["drawer"] = "lighten", ["pageno"] = {one.number},'
            f' ["pos0"] = "p{one.number}", ["pos1"] = "q{one.number}",'
            f' ["text"] = {_lua(one.text)}, ["note"] = {_lua(one.note)} }},\n'
            for at, one in enumerate(book.passages, 1)
        )
        rows += "".join(
            f'[{100 + at}] = {{ ["page"] = "x", ["text"] = "in One" }},'
            for at in range(0 if index else lost)
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


def write_pdf(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for index, book in enumerate(books):
        marks = [
            Mark(one.text, one.note, page=one.number, name=f"n{one.number}")
            for one in book.passages
        ]
        marks += [Mark(kind="Square")] * (0 if index else lost)
        path = folder / f"{book.title}.pdf"
        write_annotated_pdf(path, marks, title=book.title, author=book.author, pages=9)
    return folder


def write_kobo(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
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
        opened.executemany("INSERT INTO Bookmark(Type) VALUES(?)", [("dogear",)] * lost)
    opened.close()
    return path


def write_apple_books(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    with sqlite3.connect(_anew(folder / "BKLibrary-1.sqlite")) as library:
        library.execute("CREATE TABLE ZBKLIBRARYASSET(ZASSETID TEXT, ZTITLE TEXT, ZAUTHOR TEXT)")
        for book in books:
            row = (str(_key(book)), book.title, book.author)
            library.execute("INSERT INTO ZBKLIBRARYASSET VALUES(?, ?, ?)", row)
    library.close()
    with sqlite3.connect(_anew(folder / "AEAnnotation_v1_local.sqlite")) as opened:
        opened.execute(
            "CREATE TABLE ZAEANNOTATION(ZANNOTATIONUUID TEXT, ZANNOTATIONASSETID TEXT,"
            " ZANNOTATIONSELECTEDTEXT TEXT, ZANNOTATIONNOTE TEXT, ZANNOTATIONLOCATION TEXT,"
            " ZANNOTATIONTYPE INT)"
        )
        of_bookmarks = "INSERT INTO ZAEANNOTATION(ZANNOTATIONTYPE) VALUES(3)"
        for _ in range(lost):
            opened.execute(of_bookmarks)
        for book in books:
            for one in book.passages:
                key = f"{_key(book)}-{one.number}"
                place = f"epubcfi(/6/{one.number}!/4)"
                values = (key, str(_key(book)), one.text, one.note, place)
                opened.execute("INSERT INTO ZAEANNOTATION VALUES(?, ?, ?, ?, ?, 2)", values)
    opened.close()
    return folder


def write_goodreads(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    head = "Book Id,Title,Author,ISBN13,My Rating,Exclusive Shelf,Bookshelves,My Review,Date Read"
    rows = [
        [_key(book), book.title, book.author, "", 4, "read", "soil", _words(book), "2026/01/02"]
        for book in books
    ]
    rows += [["", f"Without a number {number}", *[""] * 7] for number in range(lost)]
    return _table(folder / "goodreads.csv", head, rows)


def write_storygraph(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    head = "Title,Authors,ISBN/UID,Read Status,Dates Read,Star Rating,Review,Tags"
    rows = [
        [book.title, book.author, f"u{_key(book)}", "read", "2026/01/02", 3.5, _words(book), "soil"]
        for book in books
    ]
    rows += [["", f"Without a title {number}", *[""] * 6] for number in range(lost)]
    return _table(folder / "storygraph.csv", head, rows)


def write_librarything(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    head = "Book Id,Title,Primary Author,Rating,Review,Date Read,Collections,Tags"
    rows = [
        [_key(book), book.title, book.author, 4.5, _words(book), "[2026-01-02]", "Mine", "soil"]
        for book in books
    ]
    rows += [["", f"Without a number {number}", *[""] * 6] for number in range(lost)]
    return _table(folder / "librarything.tsv", head, rows, delimiter="\t")


# Notes: each has its picture, and a link to itself


def write_joplin(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for book in books:
        number, file = f"{_key(book):032x}", f"{_key(book):031x}f"
        text = f"{_paragraphs(book)}\n\n[itself](:/{number}) ![](:/{file})"
        _write_item(folder, f"{book.title}\n\n{text}", id=number, markup_language=1, type_=1)
        _write_item(folder, f"{book.title}.png", id=file, type_=4)
        _write(folder / f"resources/{file}.png", picture(book))
    for deleted in range(lost):
        _write_item(folder, "Deleted\n\nx", id=f"{deleted:032x}", deleted_time=1, type_=1)
    return folder


def _write_item(folder: Path, text: str, **facts: object) -> None:
    foot = "\n".join(f"{name}: {value}" for name, value in facts.items())
    _write(folder / f"{facts['id']}.md", f"{text}\n\n{foot}")


def write_joplin_jex(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    write_joplin(folder / "raw", books, lost)
    with tarfile.open(folder / "all.jex", "w") as archive:
        for path in sorted((folder / "raw").rglob("*.*")):
            archive.add(path, path.relative_to(folder / "raw").as_posix())
    return folder / "all.jex"


def write_evernote(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    parts = []
    for index, book in enumerate(books):
        lines = "".join(f"<div>{escape(line)}</div>" for line in _paragraphs(book).split("\n\n"))
        lines += f'<div><a href="evernote:///view/1/">{escape(book.title)}</a></div>'
        files = (
            f"<resource><data>{b64encode(picture(book)).decode()}</data><mime>image/png</mime>"
            f"<resource-attributes><file-name>{book.title}.png</file-name></resource-attributes>"
            "</resource>"
        )
        files += "<resource><data>!</data></resource>" * (0 if index else lost)
        parts.append(
            f"<note><title>{escape(book.title)}</title><created>20260101T000000Z</created>"
            f"<content><![CDATA[<en-note>{lines}</en-note>]]></content>{files}</note>"
        )
    return _write(folder / "Book.enex", f"<en-export>{''.join(parts)}</en-export>")


def write_notion(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for book in books:
        name = f"{book.title} {_key(book):032x}.md"
        links = f"[itself]({quote(name)}) ![]({quote(book.title)}/{quote(book.title)}%20b.png)"
        _write(folder / name, f"# {book.title}\n\n{_paragraphs(book)}\n\n{links}\n")
        _write(folder / book.title / f"{book.title} b.png", picture(book))
    return _repeat(folder, books, "md", lost)


def write_notion_html(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for book in books:
        name = f"{book.title} {_key(book):032x}.html"
        lines = "".join(f"<p>{escape(line)}</p>" for line in _paragraphs(book).split("\n\n"))
        lines += f'<p><a href="{quote(name)}">itself</a> <img src="{quote(book.title)}.png"></p>'
        text = (
            f'<article id="x" class="page sans"><h1 class="page-title">{book.title}</h1>'
            f'<div class="page-body">{lines}</div></article>'
        )
        _write(folder / name, text)
        _write(folder / f"{book.title}.png", picture(book))
    return _repeat(folder, books, "html", lost)


def _repeat(folder: Path, books: Sequence[Book], ending: str, lost: int) -> Path:
    """Add pages with the number of another one, which come later in the alphabet."""
    for number in range(lost):
        _write(folder / f"z{number}/Twin {_key(books[0]):032x}.{ending}", "# Twin\n")
    return folder


def write_logseq(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    _write(folder / "logseq/config.edn", "{:file/name-format :triple-lowbar}")
    for book in books:
        lines = [f"- {line}" for line in _paragraphs(book).split("\n\n")]
        lines.append(f"- [[{book.title}]] ![](../assets/{book.title}.png)")
        _write(folder / f"pages/{book.title}.md", "\n".join(lines))
        _write(folder / f"assets/{book.title}.png", picture(book))
    for number in range(lost):
        _write(folder / f"pages/{number}.org", "* x")
    return folder


def write_keep(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for book in books:
        note: dict[str, Any] = {
            "isTrashed": False,
            "title": book.title,
            "textContent": _paragraphs(book),
        }
        note["createdTimestampUsec"] = 1_700_000_000_000_000 + _key(book)
        note["attachments"] = [{"filePath": f"{book.title}.jpeg"}]
        _write(folder / f"{book.title}.note.json", json.dumps(note))
        _write(folder / f"{book.title}.jpg", picture(book))
    for number in range(lost):
        _write(folder / f"{number}.json", json.dumps({"isTrashed": True}))
    return folder


def write_bear(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    return _write_bundles(folder / "notes.bear2bk", books, lost)


def write_textbundle(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    return _write_bundles(folder / "notes", books, lost)


def _write_bundles(path: Path, books: Sequence[Book], lost: int) -> Path:
    """Write a text, its picture and their facts for each note; a backup of Bear is one archive."""
    is_bear = path.suffix == ".bear2bk"
    files: dict[str, bytes] = {}
    for book in books:
        facts: dict[str, Any] = {"version": 2, "creatorIdentifier": "com.example.editor"}
        if is_bear:
            facts["net.shinyfrog.bear"] = {"uniqueIdentifier": f"{_key(book):X}", "trashed": 0}
        start = f"{book.title}.textbundle"
        files[f"{start}/info.json"] = json.dumps(facts).encode()
        text = f"# {book.title}\n\n{_paragraphs(book)}\n\n![](assets/{quote(book.title)}.png)\n"
        files[f"{start}/text.md"] = text.encode()
        files[f"{start}/assets/{book.title}.png"] = picture(book)
    for number in range(lost):
        trashed = {"version": 2, "net.shinyfrog.bear": {"trashed": 1}}
        broken = trashed if is_bear else {"version": 2, "creatorIdentifier": "x"}
        files[f"{number}.textbundle/info.json"] = json.dumps(broken).encode()
        if is_bear:
            files[f"{number}.textbundle/text.md"] = b"gone"
    if not is_bear:
        for name, data in files.items():
            _write(path / name, data)
        return path
    with zipfile.ZipFile(_anew(path), "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_simplenote(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    notes = [
        {
            "id": f"{_key(book):x}",
            "content": f"{book.title}\r\n\r\n{_paragraphs(book)}",
            "creationDate": "2026-04-18T09:00:00.000Z",
        }
        for book in books
    ]
    trashed = [{**notes[0], "id": f"x{number}"} for number in range(lost)]
    export = {"activeNotes": notes, "trashedNotes": trashed}
    return _write(folder / "notes.json", json.dumps(export))


def write_standard_notes(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    items: list[dict[str, Any]] = [
        {
            "uuid": f"{_key(book):x}",
            "content_type": "Note",
            "created_at": "2026-04-18T09:00:00.000Z",
            "content": {"title": book.title, "text": _paragraphs(book)},
        }
        for book in books
    ]
    items += [{**items[0], "uuid": f"x{number}", "content": "004:x"} for number in range(lost)]
    export = json.dumps({"version": "004", "items": items})
    return _write(folder / "Standard Notes Backup and Import File.txt", export)


def write_day_one(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    entries: list[dict[str, Any]] = []
    for book in books:
        name = f"{_key(book):032x}"
        entry = {"uuid": name, "creationDate": f"{_day(book)}T12:00:00Z", "timeZone": "UTC"}
        text = f"{book.title}\n\n{_paragraphs(book)}\n\n![](dayone-moment://{name})"
        photo = {"identifier": name, "md5": name, "type": "png"}
        entries.append({**entry, "text": text, "photos": [photo]})
        _write(folder / f"photos/{name}.png", picture(book))
    entries += [{"uuid": f"{number}", "creationDate": "yesterday"} for number in range(lost)]
    _write(folder / "Journal.json", json.dumps({"metadata": {}, "entries": entries}))
    return folder


def write_jrnl(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    entries = [
        {
            "date": _day(book),
            "time": "12:00",
            "starred": False,
            "tags": [],
            "title": book.title,
            "body": _paragraphs(book),
        }
        for book in books
    ]
    entries += [{**entries[0], "date": f"day {number}"} for number in range(lost)]
    return _write(folder / "journal.json", json.dumps({"tags": {}, "entries": entries}))


def write_apple_journal(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    for book in books:
        day = date.fromisoformat(_day(book))
        head = f"<div class='pageHeader'>{day:%A}, {day.day} {day:%B} {day.year}</div>"
        asset = f"<div class='gridItem'><img src='../Resources/{_key(book)}.png'/></div>"
        text = "".join(f"<p>{escape(one)}</p>" for one in _paragraphs(book).split("\n\n"))
        page = f"{head}<div class='assetGrid'>{asset}</div><div class='title'>{escape(book.title)}"
        page = f"<div class='pageContainer'>{page}</div><div class='bodyText'>{text}</div></div>"
        _write(folder / f"Entries/{_key(book)}.html", page)
        _write(folder / f"Resources/{_key(book)}.png", picture(book))
    for number in range(lost):
        page = "<div class='pageContainer'><div class='pageHeader'>Heute</div></div>"
        _write(folder / f"Entries/x{number}.html", page)
    return folder


def _day(book: Book) -> str:
    return (date(2000, 1, 1) + timedelta(_key(book) % 9_000)).isoformat()


def write_csv(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = [[_key(book), book.title, _paragraphs(book), "soil"] for book in books]
    rows += [[f"x{number}", "", "without a title", ""] for number in range(lost)]
    return _table(folder / "table.csv", "No,Title,Content,Tags", rows)


LISTS: dict[str, Writer] = {
    "goodreads": write_goodreads,
    "storygraph": write_storygraph,
    "librarything": write_librarything,
    "joplin": write_joplin,
    "joplin-jex": write_joplin_jex,
    "evernote": write_evernote,
    "notion": write_notion,
    "notion-html": write_notion_html,
    "logseq": write_logseq,
    "keep": write_keep,
    "bear": write_bear,
    "textbundle": write_textbundle,
    "simplenote": write_simplenote,
    "standard-notes": write_standard_notes,
    "dayone": write_day_one,
    "jrnl": write_jrnl,
    "apple-journal": write_apple_journal,
    "csv": write_csv,
}
"""Formats of which a book is one item, and what its reader wrote one text."""


_NO_ADDRESS = "javascript:alert(1)"


def write_pocket(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = [[book.title, _address(book), 1700000000, "soil|beds", "unread"] for book in books]
    rows += [["Run", _NO_ADDRESS, 1700000000, "", ""]] * lost
    return _table(folder / "pocket.csv", "title,url,time_added,tags,status", rows)


def write_pocket_html(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    lines = [
        f'<li><a href="{_address(book)}" time_added="1700000000">{escape(book.title)}</a></li>'
        for book in books
    ]
    lines += [f'<li><a href="{_NO_ADDRESS}">Run</a></li>'] * lost
    text = f"<html><head><title>Pocket Export</title></head><ul>{''.join(lines)}</ul></html>"
    return _write(folder / "ril_export.html", text)


def write_instapaper(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = [[_address(book), book.title, "", "Unread", 1700000000, '["soil"]'] for book in books]
    rows += [[_NO_ADDRESS, "Run", "", "Unread", 1700000000, "[]"]] * lost
    return _table(folder / "instapaper.csv", "URL,Title,Selection,Folder,Timestamp,Tags", rows)


def write_instapaper_highlights(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = [
        [_address(book), book.title, one.text, "Unread", 1700000000 + one.number, "[]"]
        for book in books
        for one in book.passages
    ]
    rows += [[_NO_ADDRESS, "Run", "", "Unread", 1700000000, "[]"]] * lost
    return _table(folder / "instapaper.csv", "URL,Title,Selection,Folder,Timestamp,Tags", rows)


_RAINDROP = "id,title,note,excerpt,url,folder,tags,created,highlights"


def write_raindrop(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = [
        [_key(book), book.title, "", "", _address(book), "Unsorted", "soil", "2026-01-02", ""]
        for book in books
    ]
    rows += [[number, "Run", "", "", _NO_ADDRESS, "", "", "", ""] for number in range(lost)]
    return _table(folder / "raindrop.csv", _RAINDROP, rows)


def write_raindrop_highlights(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    rows = []
    for book in books:
        cell = "".join(
            f"Highlight:{one.text}\nNote:{one.note}\n" if one.note else f"Highlight:{one.text}\n"
            for one in book.passages
        )
        rows.append([_key(book), book.title, "", "", _address(book), "Unsorted", "", "", cell])
    rows += [[number, "Run", "", "", _NO_ADDRESS, "", "", "", ""] for number in range(lost)]
    return _table(folder / "raindrop.csv", _RAINDROP, rows)


def write_bookmarks(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    lines = ["<!DOCTYPE NETSCAPE-Bookmark-file-1>", "<DL><p>"]
    lines += [
        f'<DT><A HREF="{_address(book)}" ADD_DATE="1700000000">{escape(book.title)}</A>'
        for book in books
    ]
    lines += [f'<DT><A HREF="{_NO_ADDRESS}">Run</A>'] * lost
    return _write(folder / "bookmarks.html", "\n".join([*lines, "</DL><p>"]))


def write_reader_csv(folder: Path, books: Sequence[Book], lost: int = 0) -> Path:
    head = "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen"
    rows = [
        [book.title, _address(book), _key(book), "['soil']", "2026-01-02", 0, "later", "True"]
        for book in books
    ]
    rows += [
        ["News", "https://example.com", number, "", "", 0, "feed", ""] for number in range(lost)
    ]
    return _table(folder / "reader.csv", head, rows)


LINKS: dict[str, Writer] = {
    "pocket": write_pocket,
    "pocket-html": write_pocket_html,
    "reader-csv": write_reader_csv,
    "instapaper": write_instapaper,
    "raindrop": write_raindrop,
    "bookmarks": write_bookmarks,
}
"""Formats of which a book is a line in a note."""

WRITERS: dict[str, Writer] = {
    "kindle-clippings": write_clippings,
    "kindle-notebook": write_notebook,
    "readwise-csv": write_readwise_csv,
    "readwise-json": write_readwise_json,
    "reader-json": write_reader,
    "hypothesis": write_hypothesis,
    "snipd": write_snipd,
    "koreader": write_koreader,
    "pdf": write_pdf,
    "kobo": write_kobo,
    "apple-books": write_apple_books,
    "instapaper-highlights": write_instapaper_highlights,
    "raindrop-highlights": write_raindrop_highlights,
}
"""Formats that have passages."""


def picture(book: Book) -> bytes:
    """The picture in the note of a book."""
    return b"\x89PNG of " + book.title.encode()


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


def _write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _anew(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path

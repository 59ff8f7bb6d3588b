"""Files that nobody should trust: each is refused or read, and never reaches outside the vault."""

from __future__ import annotations

import io
import json
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import NotekeepError
from notekeep.vault import Vault
from tests.support.import_sources import (
    Book,
    Marked,
    write_apple_books,
    write_kobo,
    write_readwise_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.importing.import_plan import ImportPlan

SAMPLES = Path(__file__).parent / "samples"
SOIL = Book("Soil", "Ann Example", (Marked(1, "Worms do it.", "no digging"),))
EXPORT = (SAMPLES / "readwise/export.json").read_bytes()
CLIPPINGS = (SAMPLES / "kindle-clippings/locales.txt").read_bytes()
READER = b"Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
META = "- Your Highlight on page 3 | Location 98-101 | Added on Monday, 26 July 2021 08:02:54"
KEYS = ("id", "text", "note", "location", "tags", "highlighted_at")


# What is in an archive


def _zip(*entries: tuple[str, bytes], mode: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def _tar(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", data: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, target, len(data)
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _twins() -> bytes:
    return _zip(("a.json", EXPORT), ("b.json", EXPORT)).replace(b"b.json", b"a.json")


def _locked() -> bytes:
    data = bytearray(_zip(("a.json", EXPORT)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    return bytes(data)


def _nested(depth: int) -> bytes:
    data = _zip(("export.json", EXPORT))
    for _ in range(depth):
        data = _zip(("inner.zip", data))
    return data


def _wrong_sum() -> bytes:
    data = bytearray(_zip(("a.json", EXPORT)))
    data[60] ^= 0xFF
    return bytes(data)


ARCHIVES: dict[str, tuple[str, bytes]] = {
    "a climbing name": ("a.zip", _zip(("../../evil.json", EXPORT))),
    "an absolute name": ("a.zip", _zip(("/etc/evil.json", EXPORT))),
    "a name with a drive": ("a.zip", _zip(("C:/evil.json", EXPORT))),
    "a name with backslashes": ("a.zip", _zip(("..\\evil.json", EXPORT))),
    "a link": ("a.zip", _zip(("a.json", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)),
    "a device": ("a.zip", _zip(("a.json", b""), mode=stat.S_IFCHR | 0o666)),
    "a bomb": ("a.zip", _zip(("a.json", b"0" * (64 << 20)))),
    "twins": ("a.zip", _twins()),
    "a password": ("a.zip", _locked()),
    "a wrong sum": ("a.zip", _wrong_sum()),
    "half a zip": ("a.zip", _zip(("a.json", EXPORT))[:400]),
    "an archive in an archive in an archive": ("a.zip", _nested(3)),
    "an archive in an archive": ("a.zip", _nested(1)),
    "an empty zip": ("a.zip", _zip()),
    "text called zip": ("a.zip", b"not an archive"),
    "text called jex": ("a.jex", b"not an archive"),
    "a climbing name in a tar": ("a.tar", _tar("../evil.json")),
    "an absolute name in a tar": ("a.tar", _tar("/evil.json")),
    "a symbolic link in a tar": ("a.tar", _tar("a.json", tarfile.SYMTYPE, "/etc/passwd", b"")),
    "a hard link in a tar": ("a.tar", _tar("a.json", tarfile.LNKTYPE, "/etc/passwd", b"")),
    "a pipe in a tar": ("a.tar", _tar("a.json", tarfile.FIFOTYPE, "", b"")),
    "half a tar": ("a.jex", _tar("export.json", data=EXPORT)[:900]),
    "zeros called tar": ("a.tar", bytes(10240)),
}


# What is in a file


def _json(**highlight: Any) -> bytes:
    value = json.loads(EXPORT)
    value["results"][0]["highlights"][0].update(highlight)
    return json.dumps(value).encode()


def _lua(text: str) -> tuple[str, bytes]:
    return "metadata.epub.lua", text.encode("utf-8", "surrogateescape")


def _snip(title: str, body: str = "words") -> tuple[str, bytes]:
    address = "https://share.snipd.com/snip/1"
    text = f"# {title}\n\n- Episode URL: https://share.snipd.com/episode/1\n\n"
    return "Episode.md", f"{text}### [{title}]({address})\n\n{body}\n".encode()


def _records(count: int) -> bytes:
    return "".join(f"Soil (Ann)\n{META}\n\ntext {at}\n==========\n" for at in range(count)).encode()


# What is in a file of a note program


def _enex(content: str = "x", *, before: str = "", title: str = "T", more: str = "") -> bytes:
    note = f"<note><title>{title}</title><content>{content}</content>{more}</note>"
    return f"{before}<en-export>{note}</en-export>".encode("utf-8", "surrogatepass")


def _enex_html(html: str) -> bytes:
    return _enex(f"<![CDATA[{html}]]>")


def _joplin(text: str, name: str = "0" * 31 + "1", **facts: object) -> bytes:
    lines = {"id": name, "type_": 1, **facts}
    foot = "\n".join(f"{key}: {value}" for key, value in lines.items())
    return f"{text}\n\n{foot}".encode()


LAUGHS = "".join(
    f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' if at else '<!ENTITY l0 "lol">' for at in range(10)
)
NUMBER = "0" * 31 + "1"
BOOKMARKS = "<!DOCTYPE NETSCAPE-Bookmark-file-1>"

NOTE_FILES: dict[str, tuple[str, bytes]] = {
    "laughing entities": ("a.enex", _enex("&l9;", before=f"<!DOCTYPE x [{LAUGHS}]>")),
    "an entity that is a file": (
        "a.enex",
        _enex("&x;", before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ),
    "a type from the network": (
        "a.enex",
        _enex(before='<!DOCTYPE en-export SYSTEM "http://127.0.0.1:9/evernote.dtd">'),
    ),
    "elements without end": ("a.enex", b"<en-export><note>" + b"<a>" * 300_000),
    "a text of 20 MB": ("a.enex", _enex("x" * (20 << 20))),
    "tags within tags": ("a.enex", _enex("<![CDATA[" + "<div>" * 50_000 + "]]>")),
    "boxes without end": ("a.enex", _enex("<![CDATA[" + "<en-todo/>" * 5_000 + "]]>")),
    "a numbered list without end": (
        "a.enex",
        _enex("<![CDATA[<ol>" + "<li>x</li>" * 30_000 + "</ol>]]>"),
    ),
    "a head of a table without end": (
        "a.enex",
        _enex("<![CDATA[<table><thead>" + "<tr><td>x</td></tr>" * 15_000 + "</thead></table>]]>"),
    ),
    "own tags without end": ("a.enex", _enex("<![CDATA[" + "<en-media " * 100_000 + "]]>")),
    "half a notebook": ("a.enex", _enex("y" * 9_000)[:5_000]),
    "a notebook of zeros": ("a.enex", b"<en-export>" + bytes(1 << 20)),
    "a notebook in Latin-1": ("a.enex", "<en-export>é</en-export>".encode("latin-1")),
    "an unknown encoding": ("a.enex", b'<?xml version="1.0" encoding="x-evil"?><en-export/>'),
    "a title that climbs out": ("a.enex", _enex(title="../../../evil")),
    "a file that climbs out": (
        "a.enex",
        _enex(
            more="<resource><data>eA==</data><resource-attributes>"
            "<file-name>../../../evil.sh</file-name></resource-attributes></resource>"
        ),
    ),
    "scripts": (
        "a.enex",
        _enex(
            "<![CDATA[<script>x</script><a href='javascript:x'>y</a><img src='x' onerror='z'>]]>"
        ),
    ),
    "a note that is no XML": ("a.enex", b"not XML at all"),
    "Joplin that is its own folder": (f"{NUMBER}.md", _joplin("x", type_=2, parent_id=NUMBER)),
    "Joplin of another time": (f"{NUMBER}.md", _joplin("x", is_todo=1, todo_due="9" * 40)),
    "brackets of Joplin": (f"{NUMBER}.md", _joplin("[" * 200_000)),
    "pictures of Joplin": (f"{NUMBER}.md", _joplin("<img " * 200_000)),
    "Joplin in bad HTML": (f"{NUMBER}.md", _joplin("<b>" * 9_000, markup_language=2)),
    "Joplin without facts": (f"{NUMBER}.md", b"a: b"),
    "a PDF without pages": ("a.pdf", b"%PDF-1.7\nnothing else"),
    "a PDF of zeros": ("a.pdf", b"%PDF-1.7\n" + bytes(1 << 20)),
    "Keep as a list": ("a.json", b'["isTrashed"]'),
    "Keep with odd values": (
        "a.json",
        b'{"isTrashed": false, "createdTimestampUsec": {}, "labels": 3, "listContent": "x"}',
    ),
    "Keep in a far year": ("a.json", b'{"isTrashed":0,"createdTimestampUsec":1e300,"title":"x"}'),
    "Keep that climbs out": (
        "a.json",
        b'{"isTrashed": 0, "title": "x", "attachments": [{"filePath": "../../../../etc/passwd"}]}',
    ),
    "brackets of Notion": (f"a {NUMBER}.md", b"# a\n\n" + b"[" * 200_000 + b"](" * 90_000),
    "asides of Notion": (f"a {NUMBER}.md", b"# a\n\n" + b"<aside>" * 100_000),
    "a link of Notion that climbs out": (f"a {NUMBER}.md", b"![x](../../../../etc/passwd)"),
    "a link of Notion with bad signs": (f"a {NUMBER}.md", b"![x](%00%ff%2e%2e/x) [y](%E0%A0)"),
    "Notion in bad HTML": (f"a {NUMBER}.html", b"<i>" * 90_000),
    "a database of zeros": (f"a {NUMBER}.csv", b"Name\n" + bytes(100_000)),
    "a database with a head alone": (f"a {NUMBER}_all.csv", b"Name,Tags"),
    "folders of bookmarks without end": ("b.html", f"{BOOKMARKS}{'<DL>' * 90_000}".encode()),
    "a bookmark without end": ("b.html", f'{BOOKMARKS}<a href="{"x" * 900_000}'.encode()),
    "headings of bookmarks": ("b.html", f"{BOOKMARKS}{'<H3>' * 90_000}".encode()),
    "a bookmark that breaks a line": (
        "b.html",
        f'{BOOKMARKS}<a href="https://x.org/)[y](z">](x) [[y]] `%%</a>'.encode(),
    ),
    "Pocket in a far year": ("p.csv", b"title,url,time_added\nx,https://x.org," + b"9" * 17),
    "Instapaper with odd tags": (
        "i.csv",
        b'URL,Title,Selection,Folder,Timestamp,Tags\nhttps://x.org,,s,,inf,"[{},[1]]"\n',
    ),
    "books with odd numbers": (
        "g.csv",
        b"Book Id,Title,Exclusive Shelf,My Rating,Number of Pages\n1,x,read,inf,nan\n",
    ),
    "a book of bad HTML": (
        "g.csv",
        b"Book Id,Title,Exclusive Shelf,My Rating,My Review\n1,x,read,1," + b"<b>" * 9_000,
    ),
}

_NUMBERED = "".join(f"a{at}:: {at}\n" for at in range(100_000)).encode()
_ROWS = ("Books " + NUMBER + ".csv", b"Name,Mood\nx,y\n")
_REVIEWS = b"Book Id,Title,Exclusive Shelf,My Rating,My Review\n1,x,read,1,"

SLOW_FILES: dict[str, tuple[str, bytes]] = {
    "comments without end": ("b.html", f"{BOOKMARKS}{'<!--' * 200_000}".encode()),
    "declarations of no kind": ("b.html", f"{BOOKMARKS}{'<![x' * 100_000}<![y[ z".encode()),
    "headings that only end": ("b.html", f"{BOOKMARKS}{'x</H3>' * 100_000}".encode()),
    "links that only begin": ("b.html", f"{BOOKMARKS}{'<a ' * 300_000}".encode()),
    "names of tags without end": ("book.html", b'<div class="bookTitle">x' + b"</a" * 300_000),
    "highlights of a heading": (
        "book.html",
        b'<div class="bookTitle">x</div><div class="noteHeading">'
        + b'<b class="highlight_blue">x > y</b>' * 50_000,
    ),
    "tags that hide their ends in comments": ("a.enex", _enex_html("<i><!--</i>-->" * 30_000)),
    "tags that hide their ends in styles": (
        "a.enex",
        _enex_html("<i><style></i></style>" * 15_000),
    ),
    "tags that hide their ends in values": ("a.enex", _enex_html('<ul x="</ul>' * 30_000)),
    "tags that end others": ("a.enex", _enex_html("<i></b>" * 30_000)),
    "attachments that nothing is said of": (
        "a.enex",
        _enex(more="<resource><data>eA==</data></resource>" * 20_000),
    ),
    "asides of Notion that end": (
        f"a {NUMBER}.md",
        b"# a\n\n" + b"<aside></aside>" * 200_000,
    ),
    "properties of Notion without end": (
        "a.zip",
        _zip(_ROWS, (f"Books/x {NUMBER[::-1]}.md", b"# x\n\n" + b"Mood: y\n" * 100_000)),
    ),
    "properties of Logseq without end": (
        "a.zip",
        _zip(("logseq/config.edn", b"{}"), ("pages/a.md", _NUMBERED)),
    ),
    "words of Readwise without end": (
        "a.csv",
        b"Highlight,Book Title,Book Author,Note\nx,T,A," + b".h1 " * 300_000,
    ),
    "a highlight without end": (
        "My Clippings.txt",
        CLIPPINGS + f"T (A)\n{META}\n\n".encode() + b"word " * (4 << 20) + b"\n==========\n",
    ),
    "clippings without end": (
        "My Clippings.txt",
        CLIPPINGS + b"T\n- x|\n\ny==========\n" * 400_000,
    ),
    "rows without end": (
        "p.csv",
        b"title,url,time_added\n" + b"x,https://example.org,1\n" * 400_000,
    ),
    "links without end": ("b.html", f"{BOOKMARKS}{'<a href=x>' * 1_200_000}".encode()),
    "signs without end": ("g.csv", _REVIEWS + b"<b>" + b"&" * 300_000),
    "signs of numbers without end": ("g.csv", _REVIEWS + b"<b>" + b"&#" * 200_000),
}
"""Files over which a simple reader takes minutes."""

FACES = "word \N{GRINNING FACE} ".encode()
"""Of a text with such a character, each letter takes four bytes of memory."""
ADDED = b" | Added on Monday, 26 July 2021 08:02:54\n\n"
END = b"\n==========\n"
BOOK = b'{"user_book_id": @, "title": "Book @", "highlights": [{"id": @, "text": "'

LARGE_FILES: dict[str, tuple[str, bytes, bytes, int, str]] = {
    "a library of clippings": (
        "My Clippings.txt",
        b"",
        b"Book @ (Ann)\n- Your Highlight on Location 9" + ADDED + FACES * 20 + END,
        3_000,
        "3000 new notes",
    ),
    "clippings of one book": (
        "My Clippings.txt",
        b"",
        b"Soil (Ann)\n- Your Highlight on Location @" + ADDED + FACES * 33 + b"@" + END,
        35_000,
        "more than 3 MB of passages",
    ),
    "clippings of many places": (
        "My Clippings.txt",
        b"",
        b"Soil (Ann)\n- Your Highlight on Location @00-@99" + ADDED + b"word @" + END,
        49_000,
        "49000 new passages",
    ),
    "clippings of 17 MB": (
        "My Clippings.txt",
        b"",
        b"Soil (Ann)\n- Your Highlight on Location @" + ADDED + FACES * 400 + END,
        4_200,
        "larger than 16 MB",
    ),
    "a table of long texts": (
        "a.csv",
        b"Highlight,Book Title,Book Author\n",
        FACES * 150 + b"@,Book @,Ann\n",
        9_000,
        "9000 new passages",
    ),
    "a list of long texts": (
        "export.json",
        b'{"results": [',
        BOOK + FACES * 300 + b'"}]},',
        4_900,
        "4900 new passages",
    ),
    "a list of one long text": (
        "export.json",
        b'{"results": [' + BOOK.replace(b"@", b"1"),
        FACES * 100,
        15_000,
        "more than 8 MB",
    ),
    "a list of many items": (
        "annotations.json",
        b'{"user": "x", "rows": [',
        b'{"uri": "https://a.org/@", "id": "@", "text": "word @"},',
        51_000,
        "more than 50,000 annotations",
    ),
    "many bookmarks": (
        "b.html",
        BOOKMARKS.encode(),
        b'<DT><A HREF="https://a@.example.org/@">' + FACES * 4 + b"@</A>\n",
        49_000,
        "49000 new links",
    ),
    "bookmarks with their icons": (
        "b.html",
        BOOKMARKS.encode(),
        b'<DT><A HREF="https://a.org/@" ICON="data:' + b"iVBORw0KGgo" * 300 + b'">word @</A>\n',
        9_000,
        "9000 new links",
    ),
}
"""Files as large as they may be, or larger: a beginning, and what comes many times with a number,
and what is told of them."""

FILES: dict[str, tuple[str, bytes]] = {
    "a file of zeros": ("My Clippings.txt", CLIPPINGS[:2000] + bytes(4 << 20)),
    "only separators": ("My Clippings.txt", CLIPPINGS + b"==========" * 100_000),
    "a thousand records of one place": ("My Clippings.txt", _records(3_000)),
    "a second line without end": ("My Clippings.txt", CLIPPINGS + b"T\n- " + b"location" * 200_000),
    "a number without end": (
        "My Clippings.txt",
        CLIPPINGS
        + f"T (A)\n- Your Highlight on Location {'9' * 9000} | x\n\ny\n".encode()
        + b"=" * 10,
    ),
    "brackets without end": ("My Clippings.txt", b"(" * 90_000 + b")\n" + _records(1)),
    "bytes that are no text": ("My Clippings.txt", CLIPPINGS + bytes(range(256)) * 2_000),
    "UTF-16": ("My Clippings.txt", CLIPPINGS.decode("utf-8-sig").encode("utf-16")),
    "cut within a character": ("My Clippings.txt", CLIPPINGS[:2481]),
    "tags without end": ("book.html", b'<div class="notebookFor">' + b"<b><i>" * 100_000),
    "a laughing document": (
        "book.html",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><div class="bookTitle">&b;</div>',
    ),
    "an attribute without end": ("book.html", b'<div class="bookTitle" x="' + b"y" * 2_000_000),
    "no title": ("book.html", b'<div class="notebookFor">x</div>'),
    "deep JSON": ("a.json", b'{"user_book_id":' + b"[" * 200_000),
    "many values": ("a.json", b'{"user_book_id": [' + b"[],{}," * 400_000 + b"0]}"),
    "half a file": ("a.json", EXPORT[:1500]),
    "a list of lists": ("a.json", b'{"results": [[["user_book_id"]]], "user_book_id": 1}'),
    "no list": ("a.json", b'{"results": null, "user_book_id": 1}'),
    "a number of 9000 digits": ("a.json", EXPORT.replace(b"123", b"9" * 9000)),
    "infinity": ("a.json", _json(location=float("inf"))),
    "not a number": ("a.json", _json(location=float("nan"))),
    "half of a character": (
        "a.json",
        _json(text="\udfff and \x00 and \ue000p\ue001x\ue001y\ue002"),
    ),
    **{f"a list as {key}": ("a.json", _json(**{key: [[1]]})) for key in KEYS},
    **{f"an object as {key}": ("a.json", _json(**{key: {"a": {}}})) for key in KEYS},
    "a title that climbs": ("a.json", EXPORT.replace(b"The Garden", b"../../../evil")),
    "a title of a device": ("a.json", EXPORT.replace(b"The Garden", b"CON")),
    "a title of 100,000 letters": ("a.json", EXPORT.replace(b"The Garden", b"x (#" * 25_000)),
    "no letters": ("a.json", EXPORT.replace(b"The Garden", b"\\u0000\\n///")),
    "a quote that never ends": (
        "a.csv",
        b'Highlight,Book Title,Book Author\n"' + b"x,y\n" * 500_000,
    ),
    "a cell larger than any": (
        "a.csv",
        b"Highlight,Book Title,Book Author\n" + b"x" * (17 << 20) + b",T,A\n",
    ),
    "zeros in a table": ("a.csv", b"Highlight,Book Title,Book Author\n\0x,T\0,A\n"),
    "a header alone": ("a.csv", b"Highlight,Book Title"),
    "code as tags": (
        "reader.csv",
        READER + b"T,https://example.com,1,__import__('os').system('x'),,,later,True\n",
    ),
    "deep tags": (
        "reader.csv",
        READER + b"T,https://example.com,1," + b"[" * 5_000 + b",,,later,True\n",
    ),
    "deep Lua": _lua("return " + "{" * 100_000),
    "Lua that runs": _lua('return { ["a"] = os.execute("touch evil") }'),
    "Lua without end": _lua('return { ["a"] = "' + "x" * 2_000_000),
    "Lua of another shape": _lua("return { 1, 2, { 3 }, [4] = { drawer = 1, pageno = {} } }"),
    "a heading of a million brackets": _snip("[" * 300_000),
    "blank lines without end": _snip("x", "\n" * 300_000 + "#"),
    "words that break a note": _snip("---", "```\n%%\n<!--\n~~~\n---\n===\n^id\n> [!x]\n$$"),
    "a database that is cut off": ("KoboReader.sqlite", b"SQLite format 3\0" + bytes(5_000)),
}


HOSTILE = {**ARCHIVES, **FILES, **NOTE_FILES, **SLOW_FILES}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a file names is fetched."""

    def refuse(*_: object) -> None:
        raise AssertionError("an import used the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    root = tmp_path / "desk/vault"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Note.md").write_text("# Note\n\nmine\n", "utf-8")
    return Vault.open(root)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def take(vault: Vault, path: Path) -> ImportPlan | None:
    """Import a file as far as it lets itself be imported; None when it is refused."""
    try:
        plan = vault.imports.plan([str(path)])
        vault.notes.apply(plan.plan)
        plan.close()
    except NotekeepError:
        return None
    return plan


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW_FILES else [])
        for name in HOSTILE
    ],
)
def test_it_is_refused_or_read_and_stays_within_the_vault(
    name: str, vault: Vault, tmp_path: Path
) -> None:
    base, data = HOSTILE[name]
    given = tmp_path / "given"
    given.mkdir()
    (given / base).write_bytes(data)
    outside = {path: data for path, data in tree(tmp_path).items() if "/vault/" not in path}
    plan = take(vault, given / base)
    after = tree(tmp_path)
    home = {path for path in after if "/vault/" not in path}
    assert {path: after[path] for path in home} == outside
    assert after[f"{vault.root}/Note.md"] == b"# Note\n\nmine\n"
    if plan is not None:
        again = vault.imports.plan([str(given / base)])
        assert again.plan.changes == []
        again.close()


@pytest.mark.parametrize(
    "name",
    [name for name in ARCHIVES if name not in ("an archive in an archive", "half a tar")],
)
def test_no_note_is_made_of_an_archive_that_cannot_be_trusted(
    name: str, vault: Vault, tmp_path: Path
) -> None:
    base, data = ARCHIVES[name]
    (tmp_path / base).write_bytes(data)
    take(vault, tmp_path / base)
    assert [path.name for path in Path(vault.root).rglob("*.md")] == ["Note.md"]


def test_a_damaged_archive_in_a_folder_costs_that_archive(vault: Vault, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "bad.zip").write_bytes(b"no archive")
    write_readwise_json(given, [SOIL])
    plan = take(vault, given)
    assert plan is not None
    assert plan.counts()["passages"] == 2
    assert [loss.place for loss in plan.losses] == ["bad.zip"]


def test_a_note_that_is_refused_counts_as_no_new_note(vault: Vault, tmp_path: Path) -> None:
    passages = tuple(Marked(number, "word " * 200_000) for number in range(1, 5))
    plan = take(vault, write_readwise_json(tmp_path, [SOIL, Book("Beds", "Bo Bedder", passages)]))
    assert plan is not None
    assert [problem.path for problem in plan.plan.refused] == ["books/Beds.md"]
    assert plan.counts()["notes"] == 1
    assert not (Path(vault.root) / "books/Beds.md").exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_note_that_is_refused_stays_as_it_was(
    *, is_there: bool, vault: Vault, tmp_path: Path
) -> None:
    note = Path(vault.root) / "books/Beds.md"
    if is_there:
        note.parent.mkdir()
        note.write_text("---\ntype: book\nauthor: [Bo Bedder]\n---\n# Beds\n", "utf-8")
        vault.indexing.refresh(words=False)
    before = tree(Path(vault.root))
    passages = tuple(Marked(number, "word " * 200_000) for number in range(1, 5))
    beds = Book("Beds", "Bo Bedder", passages)
    plan = take(vault, write_readwise_json(tmp_path, [beds]))
    assert plan is not None
    assert [problem.path for problem in plan.plan.refused] == ["books/Beds.md"]
    assert plan.plan.changes == []
    assert {path for path in tree(Path(vault.root)) if path.endswith((".md", ".log"))} == {
        path for path in before if path.endswith(".md")
    }
    # Once it is small enough, it comes with its fields.
    take(vault, write_readwise_json(tmp_path, [beds._replace(passages=passages[:1])]))
    assert "readwise:" in note.read_text("utf-8")
    assert "> word" in note.read_text("utf-8")


def test_links_in_a_folder_are_not_followed(vault: Vault, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    write_readwise_json(tmp_path / "elsewhere", [SOIL])
    (given / "export.json").symlink_to(tmp_path / "elsewhere/export.json")
    (given / "more").symlink_to(tmp_path / "elsewhere")
    assert take(vault, given) is None


def _with_a_view(path: Path) -> Path:
    with sqlite3.connect(path) as opened:
        opened.execute("ALTER TABLE Bookmark RENAME TO Other")
        opened.execute(
            "CREATE VIEW Bookmark AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)"
            " SELECT x AS BookmarkID FROM n"
        )
    opened.close()
    return path


def _with_blobs(path: Path) -> Path:
    with sqlite3.connect(path) as opened:
        opened.execute("UPDATE Bookmark SET Text = x'ff00fe', ChapterProgress = 'x', Hidden = 7")
    opened.close()
    return path


def _with_garbage_in_the_log(path: Path) -> Path:
    path.with_name(f"{path.name}-wal").write_bytes(b"\x37\x7f\x06\x82garbage" * 500)
    return path


@pytest.mark.parametrize("change", [_with_a_view, _with_blobs, _with_garbage_in_the_log])
def test_a_database_that_was_made_to_harm(
    change: Callable[[Path], Path], vault: Vault, tmp_path: Path
) -> None:
    path = change(write_kobo(tmp_path / "given", [SOIL]))
    before = tree(tmp_path / "given")
    take(vault, path)
    assert tree(tmp_path / "given") == before


def test_a_broken_database_costs_itself_only(vault: Vault, tmp_path: Path) -> None:
    given = write_apple_books(tmp_path / "given", [SOIL])
    (given / "BKLibrary-1.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5_000))
    plan = take(vault, given)
    assert plan is not None
    assert plan.counts()["passages"] == 2
    assert any("BKLibrary" in loss.place for loss in plan.losses)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("base", "size", "start"),
    [
        ("My Clippings.txt", 3 << 30, b""),
        ("My Clippings.txt", 3 << 30, CLIPPINGS[:2000]),
        ("export.json", 3 << 30, EXPORT),
        ("KoboReader.sqlite", 3 << 30, b"SQLite format 3\0"),
        ("a.zip", 3 << 30, b"PK\x03\x04"),
        ("a.jex", 3 << 30, b""),
        ("a.enex", 3 << 30, b"<en-export><note><title>x</title><resource><data>"),
        ("export.json", 8 << 20, b'{"user_book_id": [' + b"[],{}," * 300_000),
    ],
)
def test_gigabytes_take_little_memory(
    base: str, size: int, start: bytes, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / base
    with path.open("wb") as file:
        file.write(start)
        file.truncate(max(size, len(start)))  # a file with a hole: it takes no room
    assert _import(vault, path)[0] < 150


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", LARGE_FILES)
def test_large_files_take_little_memory(name: str, vault: Vault, tmp_path: Path) -> None:
    base, start, item, count, told = LARGE_FILES[name]
    path = tmp_path / base
    with path.open("wb") as file:
        file.write(start)
        for at in range(count):
            file.write(item.replace(b"@", b"%d" % at))
    peak, output = _import(vault, path)
    assert told in output
    assert peak < 150


def _import(vault: Vault, path: Path) -> tuple[int, str]:
    """Return how many megabytes showing an import took, and what it told."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from notekeep.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "print(Path('/proc/self/status').read_text())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--vault", vault.root, "import", str(path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert peak is not None
    return int(peak[1]) >> 10, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a child's memory is in kilobytes there")
def test_every_hostile_file_takes_little_memory(vault: Vault, tmp_path: Path) -> None:
    for number, (base, data) in enumerate(HOSTILE.values()):
        place = tmp_path / f"given/{number}/{base}"
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "import notekeep.importing.import_plan\n"
        "from notekeep.cli.main import main\n"
        "for path in Path(sys.argv[2]).iterdir():\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        sys.stdout = sys.stderr\n"
        "        try:\n"
        "            main(['--vault', sys.argv[1], 'import', *map(str, path.iterdir())])\n"
        "        finally:\n"
        "            os._exit(0)\n"
        "    used = os.wait4(child, 0)[2]\n"
        "    print(path.name, used.ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, vault.root, str(tmp_path / "given")],
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    peaks = {int(line.split()[0]): int(line.split()[1]) for line in done.stdout.splitlines()}
    assert len(peaks) == len(HOSTILE)
    names = list(HOSTILE)
    assert {names[at]: peak for at, peak in peaks.items() if peak >= 150 << 10} == {}

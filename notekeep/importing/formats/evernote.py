"""Evernote: ENEX files, each a notebook. They are read as a stream, since they may be of gigabytes.

A note has no id: it is known by its notebook, its title and the second in which it was made. Links
between notes have the title of the other note alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from notekeep.errors import Refused
from notekeep.importing.formats.reading import guard, head_text
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    PageFile,
    clean_line,
    file_link,
    page_link,
    passage_id,
)
from notekeep.markdown.note_names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4 import BeautifulSoup, Tag

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_PREFIX = "ev"
_CHUNK = 1 << 18
_MAX_TEXT = 16 << 20
"""How long the text of one note may be."""
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ")
_ALONE = re.compile(r"<(en-(?:media|todo|crypt))\b([^<>]*)/>")
_LOST = {
    "latitude": "places where notes were written",
    "reminder-time": "reminders",
    "application-data": "data of other programs",
}
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "text/plain": ".txt",
}


def detect(name: str, head: bytes) -> bool:
    """Whether a file is a notebook of Evernote."""
    return name.casefold().endswith(".enex") or "<en-export" in head_text(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the notes of all notebooks."""
    export = _Export()
    for name in given.detected:
        yield from guard(name, lambda name=name: _read_notebook(given, name, export))  # type: ignore[misc]
    for number, note in enumerate(export.notes):
        yield from guard(
            f"{note.place}, {number + 1}",
            lambda note=note: export.make_page(note),  # type: ignore[misc]
        )


@dataclass(slots=True)
class _Note:
    """A note as it stands in the file."""

    place: str
    facts: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    files: list[PageFile] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    tasks: list[tuple[str, bool]] = field(default_factory=list)


def _read_notebook(given: InputFiles, name: str, export: _Export) -> Iterator[Loss]:
    parser = _NotebookParser(given, name, export)
    given.on_read(name)
    try:
        with given.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
        parser.finish()
    except expat.ExpatError as error:
        yield Loss(f"notebooks that are damaged: {error}", place=name)


class _NotebookParser:
    """Reads the elements of a file, the bytes of attachments straight to the disk."""

    def __init__(self, given: InputFiles, name: str, export: _Export) -> None:
        self._given = given
        self._name = name
        self._export = export
        self._open: list[str] = []
        self._text: list[str] = []
        self._size = 0
        self._note: _Note | None = None
        self._file: dict[str, str] = {}
        self._data: _Attachment | None = None
        self._task: dict[str, str] = {}
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add_text
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.ExternalEntityRefHandler = None

    def feed(self, chunk: bytes) -> None:
        """Read some bytes."""
        self._parser.Parse(chunk, False)

    def finish(self) -> None:
        """Read the end."""
        self._parser.Parse(b"", True)

    def _refuse_entity(self, *_: object) -> None:
        raise Refused(f"{self._name} declares entities of its own")

    def _start(self, tag: str, _: dict[str, str]) -> None:
        self._open.append(tag)
        if len(self._open) > 100:
            raise Refused(f"{self._name} is nested too deeply")
        self._text.clear()
        self._size = 0
        if tag == "note":
            self._note = _Note(self._name)
        elif tag == "resource":
            self._file = {}
        elif tag == "task":
            self._task = {}
        elif tag == "data":
            self._data = _Attachment(self._given)

    def _add_text(self, text: str) -> None:
        if self._data is not None:
            self._data.add(text)
            return
        self._size += len(text)
        if self._size > _MAX_TEXT:
            raise Refused(f"{self._name} has a note of more than {_MAX_TEXT >> 20} MB")
        self._text.append(text)

    def _end(self, tag: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        self._open.pop()
        note = self._note
        if note is None:
            return
        if tag == "note":
            self._export.notes.append(note)
            self._note = None
        elif tag == "data":
            self._end_data(note)
        elif tag == "resource":
            self._end_file(note)
        elif tag == "task":
            is_done = self._task.get("taskStatus") == "completed"
            note.tasks.append((clean_line(self._task.get("title")), is_done))
        else:
            self._add_fact(note, tag, text)

    def _add_fact(self, note: _Note, tag: str, text: str) -> None:
        parent = self._open[-1] if self._open else ""
        if parent == "task":
            self._task[tag] = text
        elif tag in ("mime", "file-name"):
            self._file[tag] = clean_line(text)
        elif tag == "tag":
            note.tags.append(clean_line(text))
        elif tag in _LOST:
            note.losses.append(_LOST[tag])
        elif parent in ("note", "note-attributes"):
            note.facts[tag] = text

    def _end_data(self, note: _Note) -> None:
        data, self._data = self._data, None
        digest = data.finish() if data is not None else ""
        member = f"{self._name}/{digest}"
        # Also what is damaged is no part of the next one.
        self._given.add_staged(member)
        if digest:
            self._file |= {"digest": digest, "member": member}
        else:
            note.losses.append("attachments that are damaged")

    def _end_file(self, note: _Note) -> None:
        if "digest" not in self._file:
            return
        digest, mime = self._file["digest"], self._file.get("mime", "")
        name = self._file.get("file-name") or f"{digest[:8]}{_ENDINGS.get(mime, '')}"
        if not re.search(r"\.\w{1,8}$", name):
            name += _ENDINGS.get(mime, "")
        if all(file.key != digest for file in note.files):
            note.files.append(PageFile(digest, name, self._file["member"]))


class _Attachment:
    """The bytes of an attachment, decoded while they are read."""

    def __init__(self, given: InputFiles) -> None:
        self._given = given
        self._rest = ""
        self._digest = hashlib.md5(usedforsecurity=False)
        self._is_broken = False

    def add(self, text: str) -> None:
        """Decode some text."""
        text = self._rest + "".join(text.split())
        whole = len(text) - len(text) % 4
        self._rest = text[whole:]
        try:
            data = base64.b64decode(text[:whole], validate=True)
        except ValueError:
            self._is_broken = True
        if not self._is_broken:
            self._digest.update(data)
            self._given.stage(data)

    def finish(self) -> str:
        """Return the digest by which the note names it; "" when it is damaged."""
        return "" if self._is_broken or self._rest else self._digest.hexdigest()


class _Export:
    """The notes of all notebooks, which may link to each other."""

    def __init__(self) -> None:
        self.notes: list[_Note] = []
        self._keys: dict[str, str] = {}  # by folded titles
        self._known: set[str] = set()

    def _key(self, note: _Note) -> str:
        made = clean_line(note.facts.get("created"))
        stem = note.place.rpartition("/")[2]
        return f"evernote:{passage_id(_PREFIX, f'{stem}|{_title(note)}|{made}')}"

    def make_page(self, note: _Note) -> Iterator[Record | Loss]:
        """Make the page of a note."""
        if not self._keys:
            for one in self.notes:
                self._keys.setdefault(fold_name(_title(one)), self._key(one))
        key = self._key(note)
        while key in self._known:
            key += "-2"
        self._known.add(key)
        page = Page(
            key,
            _title(note),
            "",
            folder=note.place.rpartition("/")[2].removesuffix(".enex"),
            created=_iso(note.facts.get("created", "")),
            modified=_iso(note.facts.get("updated", "")),
            tags=tuple(note.tags),
            files=note.files,
        )
        page.fields["url"] = clean_line(note.facts.get("source-url"))
        # Its libraries take longer to import than most files take to read.
        from notekeep.importing.formats.html_markdown import parse_html, write_markdown

        content = _ALONE.sub(r"<\1\2></\1>", note.facts.get("content", ""))
        soup = parse_html(
            content,
            tags=("en-media", "en-todo", "en-crypt", "en-note"),
            attributes=("hash", "type", "checked", "hint"),
        )
        if _change_own_tags(soup):
            yield Loss("encrypted texts, which only Evernote can read", page.title, note.place)

        def resolve(address: str, words: str, _: bool) -> str:  # noqa: FBT001
            if not address.startswith("evernote:"):
                return ""
            title = _plain_words(words)
            return page_link(self._keys.get(fold_name(title), address), title)

        tasks = [f"- [{'x' if is_done else ' '}] {title}" for title, is_done in note.tasks]
        page.body = "\n\n".join(filter(None, [write_markdown(soup, resolve), "\n".join(tasks)]))
        unused = [file for file in note.files if file.key not in page.body]
        page.body += "".join(f"\n\n{file_link(file.key)}" for file in unused)
        page.body = page.body.strip()
        for lost in note.losses:
            yield Loss(lost, place=note.place)
        yield page


def _plain_words(words: str) -> str:
    """Return the words of a link without Markdown's escapes."""
    return clean_line(re.sub(r"\\(.)", r"\1", words))


def _title(note: _Note) -> str:
    return clean_line(note.facts.get("title")) or "Untitled"


def _iso(text: str) -> str:
    found = _TIME.match(text)
    return "{}-{}-{}T{}:{}".format(*found.groups()) if found else ""


def _change_own_tags(soup: BeautifulSoup) -> int:
    """Write what only Evernote has as Markdown; how many encrypted texts there are."""
    from notekeep.importing.formats.html_markdown import put_markdown

    for media in soup.find_all("en-media"):
        put_markdown(soup, media, file_link(str(media.get("hash"))))
    for nested in soup.select("ul > ul, ul > ol, ol > ul, ol > ol"):
        before = nested.find_previous_sibling("li")
        if before is not None:
            before.append(nested)
    for item in soup.select("li"):
        _unwrap_lines(item)
        style = str(item.get("style"))
        if "--en-checked" in style:
            _put_box(soup, item, is_done="--en-checked:true" in style.replace(" ", ""))
    for todo in soup.find_all("en-todo"):
        is_done = str(todo.get("checked")) == "true"
        above = todo.find_parent("li")
        if above is None:
            put_markdown(soup, todo, f"- [{'x' if is_done else ' '}] ")
        else:
            todo.decompose()
            _put_box(soup, above, is_done=is_done)
    for block in soup.select("div[style*='--en-codeblock']"):
        lines = block.find_all("div") or [block]
        code = "\n".join(line.get_text() for line in lines)
        put_markdown(soup, block, f"\n\n```\n{code}\n```\n\n")
    encrypted = soup.find_all("en-crypt")
    for text in encrypted:
        hint = clean_line(text.get("hint"))
        about = f" Hint: {hint}." if hint else ""
        put_markdown(
            soup, text, f"\n\n> [!warning] Encrypted text, still in Evernote only.{about}\n\n"
        )
    return len(encrypted)


def _unwrap_lines(item: Tag) -> None:
    """Take the first line of an item out of its box, so that it stands beside its bullet."""
    first = next((child for child in item.children if str(child).strip()), None)
    if getattr(first, "name", None) == "div":
        first.unwrap()  # type: ignore[union-attr]


def _put_box(soup: BeautifulSoup, item: Tag, *, is_done: bool) -> None:
    from notekeep.importing.formats.html_markdown import put_markdown

    box = soup.new_tag("span")
    item.insert(0, box)
    put_markdown(soup, box, "[x] " if is_done else "[ ] ")


FORMAT = Format("evernote", "Evernote", _PREFIX, detect, read)

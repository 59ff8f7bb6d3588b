"""Evernote: ENEX files, each a notebook. They are read as a stream, since they may be of gigabytes.

A note has no id: it is known by its notebook, its title and the second in which it was made. Links
between notes have the title of the other note alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from notekeep.errors import Refused
from notekeep.importing.formats.reading import (
    Records,
    either,
    guard,
    has_words,
    html_text,
    raw_markdown,
)
from notekeep.importing.records import (
    LINK_PATTERN,
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

_PREFIX = "ev"
_CHUNK = 1 << 18
_MAX_TEXT = 16 << 20
"""How long the text of one note may be."""
_MAX_DEPTH = 100
_MAX_ELEMENTS = 100_000
"""How many elements a note may have, apart from those of its text."""
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


class _Note(NamedTuple):
    """A note as it stands in the file."""

    place: str
    key: str
    title: str
    element: Element


def _read(given: InputFiles) -> Records:
    """Read the notes of all notebooks, which may link to each other."""
    notes: list[_Note] = []
    for name in given.detected:
        yield from guard("files", name, _read_notebook, given, name, notes)
    keys: dict[str, str] = {}
    for note in notes:
        keys.setdefault(fold_name(note.title), note.key)
    known: Counter[str] = Counter()
    for number, note in enumerate(notes, 1):
        yield from guard("notes", f"{note.place}, {number}", _make_page, note, keys, known)


# A file


def _read_notebook(given: InputFiles, name: str, notes: list[_Note]) -> Iterator[Loss]:
    notebook = _Notebook(given, name, notes)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = notebook.start
    parser.EndElementHandler = notebook.end
    parser.CharacterDataHandler = notebook.add_text
    parser.EntityDeclHandler = notebook.refuse_entity
    parser.ExternalEntityRefHandler = None
    given.on_read(name)
    try:
        with given.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        yield Loss(f"notebooks that are damaged: {error}", place=name)


class _Notebook:
    """Builds the notes of a file; the bytes of attachments go straight to the disk."""

    def __init__(self, given: InputFiles, name: str, notes: list[_Note]) -> None:
        self._given = given
        self._name = name
        self._notes = notes
        self._builder: TreeBuilder | None = None
        self._data: _Attachment | None = None
        self._depth = 0
        self._count = 0
        self._size = 0

    def refuse_entity(self, *_: object) -> None:
        """Refuse a file that declares entities, which no export does."""
        raise Refused(f"{self._name} declares entities of its own")

    def start(self, tag: str, _: dict[str, str]) -> None:
        """Begin an element."""
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise Refused(f"{self._name} is nested too deeply, or has too many elements")
        if tag == "note":
            self._builder = TreeBuilder()
            self._count = self._size = 0
        elif tag == "data":
            self._data = _Attachment(self._given)
        if self._builder is not None:
            self._builder.start(tag, {})

    def add_text(self, text: str) -> None:
        """Add some text of an element."""
        if self._data is not None:
            self._data.add(text)
            return
        self._size += len(text)
        if self._size > _MAX_TEXT:
            raise Refused(f"{self._name} has a note of more than {_MAX_TEXT >> 20} MB")
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        """End an element."""
        self._depth -= 1
        builder, data = self._builder, self._data
        if data is not None and tag == "data":
            digest, self._data = data.finish(), None
            # Also what is damaged is no part of the next one.
            self._given.add_staged(f"{self._name}/{digest}")
            if builder is not None:
                builder.data(digest)
        if builder is not None:
            builder.end(tag)
            if tag == "note":
                self._add_note(builder.close())
                self._builder = None

    def _add_note(self, element: Element) -> None:
        title = clean_line(element.findtext("title")) or "Untitled"
        made = clean_line(element.findtext("created"))
        stem = self._name.rpartition("/")[2]
        key = f"evernote:{passage_id(_PREFIX, f'{stem}|{title}|{made}')}"
        self._notes.append(_Note(self._name, key, title, element))


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


# A note


def _make_page(note: _Note, keys: dict[str, str], known: Counter[str]) -> Records:
    element = note.element
    known[note.key] += 1
    twin = f"-{known[note.key]}" if known[note.key] > 1 else ""
    page = Page(
        f"{note.key}{twin}",
        note.title,
        "",
        folder=note.place.rpartition("/")[2].removesuffix(".enex"),
        created=_iso_time(element.findtext("created", "")),
        tags=tuple(clean_line(tag.text) for tag in element.iter("tag")),
    )
    page.fields["url"] = clean_line(element.findtext("note-attributes/source-url"))
    files: dict[str, PageFile] = {}
    for resource in element.iter("resource"):
        if digest := resource.findtext("data"):
            name = _file_name(resource, digest)
            files.setdefault(digest, PageFile(digest, name, f"{note.place}/{digest}"))
        else:
            yield Loss("attachments that are damaged", place=note.place)
    page.files = list(files.values())

    def resolve(address: str, words: str, _: bool) -> str:  # noqa: FBT001
        if not address.startswith("evernote:"):
            return ""
        title = clean_line(re.sub(r"\\(.)", r"\1", words))  # without the escapes of Markdown
        return page_link(keys.get(fold_name(title), address), title)

    encrypted: list[Tag] = []
    body = html_text(
        _ALONE.sub(r"<\1\2></\1>", element.findtext("content", "")),
        resolve,
        lambda soup: _change_own_tags(soup, encrypted),
        tags=("en-media", "en-todo", "en-crypt", "en-note"),
        attributes=("hash", "type", "checked", "hint"),
    )
    if encrypted:
        yield Loss("encrypted texts, which only Evernote can read", page.title, note.place)
    tasks = "\n".join(
        f"- {_box(is_done=task.findtext('taskStatus') == 'completed')}"
        f"{clean_line(task.findtext('title'))}"
        for task in element.iter("task")
    )
    linked = {key for _, key, _ in LINK_PATTERN.findall(body)}
    unused = [file_link(key) for key in files if key not in linked]
    page.body = "\n\n".join(filter(None, [body, tasks, *unused]))
    for tag, lost in _LOST.items():
        for _ in element.iter(tag):
            yield Loss(lost, place=note.place)
    yield page


def _file_name(resource: Element, digest: str) -> str:
    ending = _ENDINGS.get(clean_line(resource.findtext("mime")), "")
    name = clean_line(resource.findtext("resource-attributes/file-name")) or digest[:8]
    return name if re.search(r"\.\w{1,8}$", name) else f"{name}{ending}"


def _iso_time(text: str) -> str:
    found = _TIME.match(text.strip())
    return "{}-{}-{}T{}:{}".format(*found.groups()) if found else ""


def _box(*, is_done: bool) -> str:
    return f"[{'x' if is_done else ' '}] "


def _change_own_tags(soup: BeautifulSoup, encrypted: list[Tag]) -> Tag:
    """Write what only Evernote has as Markdown, and collect the texts that are encrypted."""
    for media in soup.find_all("en-media"):
        media.replace_with(raw_markdown(soup, file_link(str(media.get("hash")))))
    for nested in soup.select("ul > ul, ul > ol, ol > ul, ol > ol"):
        before = nested.find_previous_sibling("li")
        if before is not None:
            before.append(nested)
    for item in soup.select("li"):
        _unwrap_first_line(item)
        style = str(item.get("style")).replace(" ", "")
        if "--en-checked" in style:
            item.insert(0, raw_markdown(soup, _box(is_done="--en-checked:true" in style)))
    for todo in soup.find_all("en-todo"):
        box = _box(is_done=str(todo.get("checked")) == "true")
        above = todo.find_parent("li")
        if above is None:
            todo.replace_with(raw_markdown(soup, f"- {box}"))
        else:
            todo.decompose()
            above.insert(0, raw_markdown(soup, box))
    for block in soup.select("div[style*='--en-codeblock']"):
        lines = block.find_all("div") or [block]
        code = "\n".join(line.get_text() for line in lines)
        block.replace_with(raw_markdown(soup, f"\n\n```\n{code}\n```\n\n"))
    for text in soup.find_all("en-crypt"):
        encrypted.append(text)
        hint = clean_line(text.get("hint"))
        remark = "> [!warning] Encrypted text, still in Evernote only."
        remark += f" Hint: {hint}." if hint else ""
        text.replace_with(raw_markdown(soup, f"\n\n{remark}\n\n"))
    return soup


def _unwrap_first_line(item: Tag) -> None:
    """Take the first line of an item out of its box, so that it stands beside its bullet."""
    first = next((child for child in item.children if str(child).strip()), None)
    if getattr(first, "name", None) == "div":
        first.unwrap()  # type: ignore[union-attr]


_DETECT = either(has_words(".enex"), has_words("", "<en-export"))
FORMATS = (Format("evernote", "Evernote", _PREFIX, _DETECT, _read),)

"""Evernote: ENEX files, one per notebook. They are streamed, because they can be very large.

Notes have no ids, so they are identified by notebook, title and creation time. Links to other notes
contain only the title.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING
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
from notekeep.importing.input_files import MAX_NOTE, InputFiles
from notekeep.importing.records import (
    LINK_PATTERN,
    Format,
    Loss,
    Page,
    file_link,
    one_line,
    page_link,
    passage_id,
)

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_PREFIX = "ev"
_CHUNK = 1 << 18
_MAX_DEPTH = 100
_MAX_ELEMENTS = 100_000
"""Maximum number of elements in a note, without the elements in its text."""
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ")
_ALONE = re.compile(r"<(en-(?:media|todo|crypt))\b([^<>]*)/>")
_LOST = {
    "latitude": "locations of notes",
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


def _read(files: InputFiles) -> Records:
    known: Counter[str] = Counter()
    for name in files.detected:
        notebook = _Notebook(files, name, known)
        yield from guard("files", name, notebook.read)
        yield from notebook.take_pages()


# A file


class _Notebook:
    """Reads the notes of a file, and writes attachments to disk."""

    def __init__(self, files: InputFiles, name: str, known: Counter[str]) -> None:
        self._input = files
        self._name = name
        self._known = known  # number of notes by key
        self._notes: list[tuple[Element, int]] = []  # with the size of the text
        self._note_count = 0
        self._builder: TreeBuilder | None = None
        self._data: _Attachment | None = None
        self._depth = 0
        self._count = 0
        self._size = 0

    def read(self) -> Records:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.EntityDeclHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = None
        self._input.on_read(self._name)
        try:
            with self._input.open(self._name) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                    yield from self.take_pages()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            yield Loss(f"notebooks that are damaged: {error}", place=self._name)

    def take_pages(self) -> Records:
        notes, self._notes = self._notes, []
        for note, size in notes:
            self._note_count += 1
            place = f"{self._name}, {self._note_count}"
            if size > MAX_NOTE:
                title = one_line(note.findtext("title"))
                yield Loss(f"notes of more than {MAX_NOTE >> 20} MB of text", title, place)
            else:
                yield from guard("notes", place, self._make_page, note)

    def _refuse_entity(self, *_: object) -> None:
        """Refuse entities, which real exports do not declare."""
        raise Refused(f"{self._name} declares entities of its own")

    def _start(self, tag: str, _: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _MAX_DEPTH or self._count > _MAX_ELEMENTS:
            raise Refused(f"{self._name} is nested too deeply, or has too many elements")
        if tag == "note":
            self._builder = TreeBuilder()
            self._count = self._size = 0
        elif tag == "data":
            self._data = _Attachment(self._input)
        if self._builder is not None:
            self._builder.start(tag, {})

    def _add_text(self, text: str) -> None:
        if self._data is not None:
            self._data.add(text)
            return
        if self._builder is None:
            return
        self._size += len(text.encode())
        if self._size <= MAX_NOTE:  # larger notes are skipped and reported
            self._builder.data(text)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        builder, data = self._builder, self._data
        if data is not None and tag == "data":
            digest, self._data = data.finish(), None
            # End a damaged attachment too, so that it does not become part of the next attachment.
            self._input.add_staged(f"{self._name}/{digest}")
            if builder is not None:
                builder.data(digest)
        if builder is not None:
            builder.end(tag)
            if tag == "note":
                self._notes.append((builder.close(), self._size))
                self._builder = None

    def _make_page(self, element: Element) -> Records:
        title = one_line(element.findtext("title")) or "Untitled"
        created = one_line(element.findtext("created"))
        stem = self._name.rpartition("/")[2]
        key = f"evernote:{passage_id(_PREFIX, f'{stem}|{title}|{created}')}"
        self._known[key] += 1
        suffix = f"-{self._known[key]}" if self._known[key] > 1 else ""
        time = _TIME.match(created)
        page = Page(
            f"{key}{suffix}",
            title,
            "",
            folder=stem.removesuffix(".enex"),
            created="{}-{}-{}T{}:{}".format(*time.groups()) if time else "",
            tags=tuple(one_line(tag.text) for tag in element.iter("tag")),
            names=(_link_name(title),),
        )
        page.fields["url"] = one_line(element.findtext("note-attributes/source-url"))
        for resource in element.iter("resource"):
            if digest := resource.findtext("data"):
                page.link_file(digest, _file_name(resource, digest), f"{self._name}/{digest}")
            else:
                yield Loss("attachments that are damaged", place=self._name)
        encrypted: list[Tag] = []
        body = html_text(
            _ALONE.sub(r"<\1\2></\1>", element.findtext("content", "")),
            _resolve,
            lambda soup: _change_own_tags(soup, encrypted),
            tags=("en-media", "en-todo", "en-crypt", "en-note"),
            attributes=("hash", "type", "checked", "hint"),
        )
        if encrypted:
            yield Loss("encrypted texts, which only Evernote can read", title, self._name)
        tasks = "\n".join(
            f"- {_box(is_done=task.findtext('taskStatus') == 'completed')}"
            f"{one_line(task.findtext('title'))}"
            for task in element.iter("task")
        )
        linked = {key for _, key, _ in LINK_PATTERN.findall(body)}
        unused = [file_link(key) for key in page.files if key not in linked]
        page.body = "\n\n".join(filter(None, [body, tasks, *unused]))
        for tag, lost in _LOST.items():
            for _ in element.iter(tag):
                yield Loss(lost, place=self._name)
        yield page


class _Attachment:
    def __init__(self, files: InputFiles) -> None:
        self._input = files
        self._rest = ""
        self._digest = hashlib.md5(usedforsecurity=False)
        self._is_broken = False

    def add(self, text: str) -> None:
        text = self._rest + "".join(text.split())
        end = len(text) - len(text) % 4
        self._rest = text[end:]
        try:
            data = base64.b64decode(text[:end], validate=True)
        except ValueError:
            self._is_broken = True
        if not self._is_broken:
            self._digest.update(data)
            self._input.stage(data)

    def finish(self) -> str:
        """Return the digest, which identifies the attachment in the note; "" if it is damaged."""
        return "" if self._is_broken or self._rest else self._digest.hexdigest()


# A note


def _link_name(title: str) -> str:
    """Return the target for links to a note. `#` is escaped, because it would start a heading."""
    return title.replace("#", "%23")


def _resolve(address: str, words: str, _: bool) -> str:  # noqa: FBT001
    if not address.startswith("evernote:"):
        return ""
    title = one_line(re.sub(r"\\(.)", r"\1", words))  # without Markdown escapes
    return page_link(_link_name(title), title)


def _file_name(resource: Element, digest: str) -> str:
    ending = _ENDINGS.get(one_line(resource.findtext("mime")), "")
    name = one_line(resource.findtext("resource-attributes/file-name")) or digest[:8]
    return name if re.search(r"\.\w{1,8}$", name) else f"{name}{ending}"


def _box(*, is_done: bool) -> str:
    return f"[{'x' if is_done else ' '}] "


def _change_own_tags(soup: BeautifulSoup, encrypted: list[Tag]) -> Tag:
    """Convert Evernote's own tags to Markdown, and collect encrypted texts."""
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
    for block in soup.select("div[style*='-en-codeblock:']"):
        lines = block.find_all("div") or [block]
        code = "\n".join(line.get_text() for line in lines).replace("\xa0", " ")
        block.replace_with(raw_markdown(soup, f"\n\n```\n{code}\n```\n\n"))
    for text in soup.find_all("en-crypt"):
        encrypted.append(text)
        hint = one_line(text.get("hint"))
        remark = "> [!warning] Encrypted text, still in Evernote only."
        remark += f" Hint: {hint}." if hint else ""
        text.replace_with(raw_markdown(soup, f"\n\n{remark}\n\n"))
    return soup


def _unwrap_first_line(item: Tag) -> None:
    """Unwrap the first line of an item, so that it stays on the line of its bullet."""
    first = next((child for child in item.children if str(child).strip()), None)
    if getattr(first, "name", None) == "div":
        first.unwrap()  # type: ignore[union-attr]


_DETECT = either(has_words(".enex"), has_words("", "<en-export"))
FORMATS = (Format("evernote", "Evernote", _PREFIX, _DETECT, _read),)

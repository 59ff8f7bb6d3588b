"""Joplin: a JEX file, or the folder of a RAW export. Both have the same content.

Each item is a file named after its id, with a title, a body, and `key: value` lines at the end.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from notekeep.importing.formats.reading import (
    Records,
    change_outside_code,
    convert_each,
    guard,
    html_text,
    iso_time,
    unix_day,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    clean_text,
    file_link,
    one_line,
    page_link,
)

_ITEM = re.compile(r"(?:^|/)([0-9a-f]{32})\.md$")
_RESOURCE = re.compile(r"(?:^|/)resources/([0-9a-f]{32})(\.\w+)?$")
_FACT = re.compile(r"([a-z_]+): ?(.*)")
_LINK = re.compile(
    r"(!?)\[((?:\\.|[^\[\]\\\n]){0,500})\]\(\s*:/([0-9a-f]{32})(?:#[^\s()]*)?(?:\s+\"[^\"\n]*\")?\s*\)"
)
_PICTURE = re.compile(r"<img\s[^<>]*?src=[\"']:/([0-9a-f]{32})[^<>]*>")
_ADDRESS = re.compile(r"(?:joplin:/)?:?/([0-9a-f]{32})")
_NOTE, _FOLDER, _FILE, _TAG, _NOTE_TAG = "1", "2", "4", "5", "6"
_MAX_DEPTH = 20


class _Item(NamedTuple):
    """A note, a notebook, a file, a tag, or the assignment of a tag to a note."""

    title: str
    body: str
    facts: dict[str, str]
    place: str

    def fact(self, *names: str) -> str:
        """Return the first value that is neither missing nor 0, or "" if there is none."""
        found = (self.facts.get(name, "") for name in names)
        return next((text for text in found if text not in ("", "0")), "")


def _detect(name: str, head: bytes) -> bool:
    return bool(_ITEM.search(name)) and b": " in head


def _read(files: InputFiles) -> Records:
    items: dict[str, dict[str, _Item]] = {}
    for name in files.detected:
        yield from guard("files", name, _read_item, files, name, items)
    export = _Export(items, files.names)
    notes = items.get(_NOTE, {}).values()
    yield from convert_each("notes", files.path, notes, export.make_page)
    if unused := sum(number not in export.used for number in items.get(_FILE, {})):
        yield Loss("unused files", times=unused)


def _read_item(files: InputFiles, name: str, items: dict[str, dict[str, _Item]]) -> Records:
    """Read an item. Its properties are the lines below the last blank line."""
    head, gap, foot = clean_text(files.text(name)).rstrip("\n").rpartition("\n\n")
    lines = foot.split("\n")
    facts = {match[1]: match[2] for line in lines if (match := _FACT.fullmatch(line))}
    if len(facts) < len(lines) or "id" not in facts or "type_" not in facts:
        raise ValueError("the property lines at its end (id, type_) are missing or damaged")
    title, _, body = head.partition("\n") if gap else ("", "", "")
    item = _Item(one_line(title), body.strip("\n"), facts, name)
    if item.fact("encryption_applied"):
        yield Loss("encrypted items, which only Joplin can read", place=name)
    elif item.fact("deleted_time"):
        yield Loss("items in the trash", place=name)
    elif item.fact("is_conflict"):
        yield Loss("conflicting versions of notes", place=name)
    else:
        items.setdefault(facts["type_"], {})[facts["id"]] = item


class _Export:
    def __init__(self, items: dict[str, dict[str, _Item]], names: tuple[str, ...]) -> None:
        self.used: set[str] = set()
        self._files = items.get(_FILE, {})
        self._folders = items.get(_FOLDER, {})
        self._members = {found[1]: name for name in names if (found := _RESOURCE.search(name))}
        self._tags: dict[str, list[str]] = {}
        for pair in items.get(_NOTE_TAG, {}).values():
            if tag := items.get(_TAG, {}).get(pair.fact("tag_id")):
                self._tags.setdefault(pair.fact("note_id"), []).append(tag.title)

    def make_page(self, item: _Item) -> Records:
        page = Page(
            f"joplin:{item.facts['id']}",
            item.title or "Untitled",
            "",
            folder=self._folder(item.fact("parent_id")),
            created=iso_time(item.fact("user_created_time", "created_time")),
            tags=tuple(sorted(self._tags.get(item.facts["id"], ()))),
        )
        page.fields["url"] = one_line(item.fact("source_url"))

        def link(number: str, words: str) -> str:
            return self._link(page, number, words)

        def resolve(address: str, words: str, _: bool) -> str:  # noqa: FBT001
            found = _ADDRESS.match(address)
            return link(found[1], words) if found else ""

        def change(part: str) -> str:
            part = _LINK.sub(lambda found: link(found[3], found[2]), part)
            return _PICTURE.sub(lambda found: link(found[1], ""), part)

        if item.fact("markup_language") == "2":
            page.body = html_text(item.body, resolve)
        else:
            page.body = change_outside_code(item.body, change)
        if item.fact("is_todo"):
            page.body = f"{_write_task(item)}\n\n{page.body}".strip()
        if any(item.fact(name).strip("0.") for name in ("latitude", "longitude")):
            yield Loss("locations of notes", place=item.place)
        yield page

    def _folder(self, number: str) -> str:
        titles: list[str] = []
        while (folder := self._folders.get(number)) and len(titles) < _MAX_DEPTH:
            titles.insert(0, folder.title.replace("/", "-"))
            number = folder.fact("parent_id")
        return "/".join(titles)

    def _link(self, page: Page, number: str, words: str) -> str:
        item, member = self._files.get(number), self._members.get(number)
        self.used.add(number)
        if member:
            return page.link_file(number, _file_name(item, member), member, words)
        return file_link(number, words) if item else page_link(f"joplin:{number}", words)


def _file_name(item: _Item | None, member: str) -> str:
    """Return the original name of a file, with the extension that it has in the export."""
    base = member.rpartition("/")[2]
    if item is None:
        return base
    name = item.title or item.fact("filename") or base
    ending = base[32:] or f".{item.fact('file_extension')}".rstrip(".")
    return name if name.casefold().endswith(ending.casefold()) else f"{name}{ending}"


def _write_task(item: _Item) -> str:
    is_done = bool(item.fact("todo_completed"))
    due, done = unix_day(item.fact("todo_due")), unix_day(item.fact("todo_completed"))
    days = "".join(f" {sign} {day}" for sign, day in (("📅", due), ("✅", done)) if day)
    return f"- [{'x' if is_done else ' '}] {item.title or 'Untitled'}{days}"


FORMATS = (Format("joplin", "Joplin", "jp", _detect, _read),)

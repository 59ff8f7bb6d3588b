"""Joplin: a JEX file, or the folder of its RAW export, which holds the same.

Every item is a file called by its id: a title, a text, and lines of `key: value` at its end.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.importing.formats.reading import change_outside_code, convert_each, guard, iso_time
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    PageFile,
    clean_line,
    clean_text,
    file_link,
    page_link,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

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
    """A note, a notebook, a file, a tag, or that a note has a tag."""

    title: str
    body: str
    facts: dict[str, str]
    place: str


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an item of Joplin."""
    return bool(_ITEM.search(name)) and b": " in head


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the notes, each in the folders of its notebooks."""
    items: dict[str, dict[str, _Item]] = {}

    def read_item(name: str) -> Iterator[Loss]:
        item = _parse(given.text(name), name)
        if loss := _problem(item):
            yield Loss(loss, place=name)
            return
        items.setdefault(item.facts.get("type_", ""), {})[item.facts["id"]] = item

    for name in given.detected:
        yield from guard(name, lambda name=name: read_item(name))  # type: ignore[misc]
    export = _Export(items, given.names)
    notes = items.get(_NOTE, {}).values()
    yield from convert_each(notes, export.make_page, given.path, "note")
    unused = len(items.get(_FILE, {})) - len(export.used)
    if unused:
        yield Loss("files that no note uses", times=unused)


def _parse(text: str, name: str) -> _Item:
    """Parse an item: its facts are the lines below the last blank line."""
    head, gap, foot = clean_text(text).rstrip("\n").rpartition("\n\n")
    lines = foot.split("\n")
    found = [_FACT.fullmatch(line) for line in lines]
    facts = {match[1]: match[2] for match in found if match}
    if len(facts) < len(lines) or "id" not in facts or "type_" not in facts:
        raise ValueError("the lines with its id are missing")
    title, _, body = head.partition("\n") if gap else ("", "", "")
    return _Item(clean_line(title), body.strip("\n"), facts, name)


def _problem(item: _Item) -> str:
    """Return why an item does not come along; "" when it does."""
    facts = item.facts
    if facts.get("encryption_applied") == "1":
        return "encrypted items, which only Joplin can read"
    if facts.get("deleted_time", "0") not in ("0", ""):
        return "items in the trash"
    return "conflicting versions of notes" if facts.get("is_conflict") == "1" else ""


class _Export:
    """The items of an export, and which files its notes use."""

    def __init__(self, items: dict[str, dict[str, _Item]], names: tuple[str, ...]) -> None:
        self._items = items
        self._members = {found[1]: name for name in names if (found := _RESOURCE.search(name))}
        self.used: set[str] = set()
        self._tags: dict[str, list[str]] = {}
        tags = items.get(_TAG, {})
        for pair in items.get(_NOTE_TAG, {}).values():
            tag = tags.get(pair.facts.get("tag_id", ""))
            if tag is not None:
                self._tags.setdefault(pair.facts.get("note_id", ""), []).append(tag.title)

    def make_page(self, item: _Item) -> Iterator[Record | Loss]:
        """Make the page of a note."""
        facts = item.facts
        page = Page(
            f"joplin:{facts['id']}",
            item.title or "Untitled",
            "",
            folder="/".join(self._folders(facts.get("parent_id", ""))),
            created=iso_time(facts.get("user_created_time") or facts.get("created_time")),
            modified=iso_time(facts.get("user_updated_time") or facts.get("updated_time")),
            tags=tuple(sorted(self._tags.get(facts["id"], ()))),
        )
        page.fields["url"] = clean_line(facts.get("source_url"))
        if facts.get("markup_language") == "2":
            # Its libraries take longer to import than most files take to read.
            from notekeep.importing.formats.html_markdown import parse_html, write_markdown

            def resolve(address: str, words: str, _: bool) -> str:  # noqa: FBT001
                found = _ADDRESS.match(address)
                return self._link(page, found[1], words) if found else ""

            page.body = write_markdown(parse_html(item.body), resolve)
        else:

            def change(part: str) -> str:
                part = _LINK.sub(lambda found: self._link(page, found[3], found[2]), part)
                return _PICTURE.sub(lambda found: self._link(page, found[1], ""), part)

            page.body = change_outside_code(item.body, change)
        if facts.get("is_todo") == "1":
            page.body = f"{_write_task(item)}\n\n{page.body}".strip()
        if any(_is_number(facts.get(name, "")) for name in ("latitude", "longitude")):
            yield Loss("places where notes were written", place=item.place)
        yield page

    def _folders(self, number: str) -> list[str]:
        titles: list[str] = []
        while (folder := self._items.get(_FOLDER, {}).get(number)) and len(titles) < _MAX_DEPTH:
            titles.insert(0, folder.title.replace("/", "-"))
            number = folder.facts.get("parent_id", "")
        return titles

    def _link(self, page: Page, number: str, words: str) -> str:
        item = self._items.get(_FILE, {}).get(number)
        if item is None and number not in self._members:
            return page_link(f"joplin:{number}", words)
        if number in self._members and all(file.key != number for file in page.files):
            self.used.add(number)
            name = _file_name(item, self._members[number])
            page.files.append(PageFile(number, name, self._members[number]))
        return file_link(number, words)


def _file_name(item: _Item | None, member: str) -> str:
    """Return what a file was called, with the ending that its member has."""
    base = member.rpartition("/")[2]
    if item is None:
        return base
    name = item.title or item.facts.get("filename") or base
    ending = base[32:] or f".{item.facts.get('file_extension', '')}".rstrip(".")
    return name if name.casefold().endswith(ending.casefold()) else f"{name}{ending}"


def _write_task(item: _Item) -> str:
    due, done = item.facts.get("todo_due", "0"), item.facts.get("todo_completed", "0")
    box = "x" if _is_number(done) else " "
    day = f" 📅 {_day(due)}" if _is_number(due) else ""
    finished = f" ✅ {_day(done)}" if _is_number(done) else ""
    return f"- [{box}] {item.title or 'Untitled'}{day}{finished}"


def _is_number(text: str) -> bool:
    try:
        return float(text) != 0
    except ValueError:
        return False


def _day(milliseconds: str) -> str:
    # In UTC, so that two devices write the same line.
    return dt.datetime.fromtimestamp(int(milliseconds) / 1000, dt.UTC).date().isoformat()


FORMAT = Format("joplin", "Joplin", "jp", detect, read)

"""Google Keep: JSON files in the folder `Takeout/Keep`, with pictures next to them."""

from __future__ import annotations

import posixpath
from typing import Any

from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import (
    Records,
    escape_address,
    guard,
    has_words,
    source_text,
    unix_day,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Page, file_link, one_line

_TITLE_LENGTH = 60


def _read(files: InputFiles) -> Records:
    members = {posixpath.splitext(name)[0]: name for name in files.names}
    members |= {name: name for name in files.names}
    known: set[str] = set()
    for name in files.detected:
        yield from guard("files", name, _read_note, files, name, members, known)


def _read_note(files: InputFiles, name: str, members: dict[str, str], known: set[str]) -> Records:
    note = read_json(name, files.text(name))
    if note.get("isTrashed"):
        yield Loss("notes in the trash", place=name)
        return
    page = _make_page(note)
    if page.key in known:
        page.key += f"-{one_line(note.get('title'))}"
    known.add(page.key)
    for attached in note.get("attachments") or ():
        path = posixpath.join(posixpath.dirname(name), str(attached["filePath"]))
        # In Takeout, a file may be `.jpeg` in the note and `.jpg` on disk.
        member = members.get(path) or members.get(posixpath.splitext(path)[0], "")
        base = path.rpartition("/")[2]
        link = file_link(base)
        if member and not member.endswith(".json"):
            link = page.link_file(base, member.rpartition("/")[2], member)
        page.body = f"{page.body}\n\n{link}".strip()
    if one_line(note.get("color")) not in ("", "DEFAULT"):
        yield Loss("colors of notes", place=name)
    if note.get("reminders"):
        yield Loss("reminders", place=name)
    yield page


def _make_page(note: dict[str, Any]) -> Page:
    created = int(note.get("createdTimestampUsec") or note["userEditedTimestampUsec"])
    text = source_text(note.get("textContent"))
    items = [
        (bool(item.get("isChecked")), one_line(item.get("text")))
        for item in note.get("listContent") or ()
    ]
    tasks = "\n".join(f"- [{'x' if is_done else ' '}] {words}" for is_done, words in items)
    parts = [text, tasks]
    for link in note.get("annotations") or ():
        url = one_line(link.get("url"))
        if url and url not in text:
            parts.append(f"[{one_line(link.get('title')) or url}]({escape_address(url)})")
    first = one_line(" ".join([text, *(words for _, words in items)]))
    if len(first) > _TITLE_LENGTH:
        first = f"{first[:_TITLE_LENGTH].rpartition(' ')[0] or first[:_TITLE_LENGTH]}…"
    tags = [one_line(label["name"]) for label in note.get("labels") or ()]
    tags += ["archived"] if note.get("isArchived") else []
    page = Page(
        f"keep:{created}",
        one_line(note.get("title")) or first or f"Note of {unix_day(created)}",
        "\n\n".join(filter(None, parts)),
        created=unix_day(created),
        tags=tuple(tags),
    )
    if note.get("isPinned"):
        page.fields["pinned"] = True
    return page


_DETECT = has_words(".json", ('"isTrashed"', '"userEditedTimestampUsec"'))
FORMATS = (Format("keep", "Google Keep", "gk", _DETECT, _read),)

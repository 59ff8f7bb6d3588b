"""Google Keep: the JSON files of a Takeout, in `Takeout/Keep`, with the pictures beside them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from notekeep.importing.formats.reading import head_text, read_each, read_json
from notekeep.importing.formats.saved_links import unix_day
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    PageFile,
    clean_line,
    clean_text,
    file_link,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_TITLE_LENGTH = 60


def detect(name: str, head: bytes) -> bool:
    """Whether a file is a note of Keep."""
    text = head_text(head)
    is_note = '"isTrashed"' in text or '"userEditedTimestampUsec"' in text
    return name.casefold().endswith(".json") and is_note


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the notes."""
    members = {posixpath.splitext(name)[0]: name for name in given.names}
    members |= {name: name for name in given.names}
    known: set[str] = set()

    def read_file(name: str, text: str) -> Iterator[Record | Loss]:
        note = read_json(name, text)
        if note.get("isTrashed"):
            yield Loss("notes in the trash", place=name)
            return
        page = _make_page(note)
        if page.key in known:
            page.key += f"-{clean_line(note.get('title'))}"
        known.add(page.key)
        for attached in note.get("attachments") or ():
            path = posixpath.join(posixpath.dirname(name), str(attached["filePath"]))
            # Takeout writes `.jpeg` in the note and `.jpg` on the disk.
            member = members.get(path) or members.get(posixpath.splitext(path)[0], "")
            base = path.rpartition("/")[2]
            if member and not member.endswith(".json"):
                page.files.append(PageFile(base, member.rpartition("/")[2], member))
            page.body = f"{page.body}\n\n{file_link(base)}".strip()
        if clean_line(note.get("color")) not in ("", "DEFAULT"):
            yield Loss("colors of notes", place=name)
        if note.get("reminders"):
            yield Loss("reminders", place=name)
        yield page

    yield from read_each(given, read_file)


def _make_page(note: dict[str, Any]) -> Page:
    made = int(note.get("createdTimestampUsec") or note["userEditedTimestampUsec"])
    lines = [clean_text(note.get("textContent")).strip()]
    for item in note.get("listContent") or ():
        box = "x" if item.get("isChecked") else " "
        lines.append(f"- [{box}] {clean_line(item.get('text'))}")
    parts = [lines[0], "\n".join(lines[1:])]
    for link in note.get("annotations") or ():
        url = clean_line(link.get("url"))
        if url and url not in parts[0]:
            parts.append(f"[{clean_line(link.get('title')) or url}]({url.replace(')', '%29')})")
    first = clean_line(" ".join(lines).replace("- [ ]", "").replace("- [x]", ""))
    if len(first) > _TITLE_LENGTH:
        first = f"{first[:_TITLE_LENGTH].rpartition(' ')[0] or first[:_TITLE_LENGTH]}…"
    tags = [clean_line(label["name"]) for label in note.get("labels") or ()]
    tags += ["archived"] if note.get("isArchived") else []
    page = Page(
        f"keep:{made}",
        clean_line(note.get("title")) or first or f"Note of {unix_day(made)}",
        "\n\n".join(filter(None, parts)),
        created=unix_day(made),
        modified=unix_day(note.get("userEditedTimestampUsec")),
        tags=tuple(tags),
    )
    if note.get("isPinned"):
        page.fields["pinned"] = True
    return page


FORMAT = Format("keep", "Google Keep", "gk", detect, read)

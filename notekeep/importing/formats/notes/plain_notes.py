"""Simplenote (`notes.json`) and decrypted backups of Standard Notes: texts without pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import (
    Records,
    convert_each,
    each_file,
    has_words,
    html_text,
    iso_time,
    source_text,
)
from notekeep.importing.input_files import MAX_SOURCE, InputFiles
from notekeep.importing.records import Format, Loss, Page, clean_text, one_line, page_link

_TITLE_LENGTH = 100
_MAX_DEPTH = 20
_HEADING = re.compile(r"#{1,6} +")
_NOTE_ADDRESS = re.compile(r"\[([^\[\]\n]{0,500})\]\(simplenote://note/([\w-]+)\)")


def split_title(text: str) -> tuple[str, str]:
    """Return the first line of a text as its title, and the rest."""
    first, _, rest = text.strip().partition("\n")
    title = one_line(_HEADING.sub("", first, count=1))
    if len(title) > _TITLE_LENGTH:
        return f"{title[:_TITLE_LENGTH].rpartition(' ')[0] or title[:_TITLE_LENGTH]}…", text
    # A task or an item of a list stays in the text.
    is_item = re.match(r"\s*(?:[-*+>|]|\d+[.)])\s", first)
    return re.sub(r"^[-*+] (?:\[.\] )?", "", title), text.strip() if is_item else rest.strip("\n")


def _make_page(key: str, title: str, body: str, note: dict[str, Any]) -> Page:
    page = Page(
        key,
        title or f"Note of {iso_time(note['creationDate'])[:10]}",
        body,
        created=iso_time(note["creationDate"]),
        tags=tuple(map(one_line, note.get("tags") or ())),
    )
    if note.get("pinned"):
        page.fields["pinned"] = True
    return page


# Simplenote


def _read_simplenote(files: InputFiles, name: str) -> Records:
    export = read_json(name, files.text(name, MAX_SOURCE))
    yield from convert_each("notes", name, export["activeNotes"], _read_simplenote_note)
    if trashed := len(export.get("trashedNotes") or ()):
        yield Loss("notes in the trash", place=name, times=trashed)


def _read_simplenote_note(note: dict[str, Any]) -> Records:
    title, body = split_title(source_text(note["content"]))
    link = lambda found: page_link(f"simplenote:{found[2]}", found[1])  # noqa: E731
    body = _NOTE_ADDRESS.sub(link, body)
    if note.get("collaboratorEmails"):
        yield Loss("people that notes are shared with", title)
    if note.get("publicURL"):
        yield Loss("public addresses of notes", title)
    yield _make_page(f"simplenote:{one_line(note['id'])}", title, body, note)


# Standard Notes


def _read_standard_notes(files: InputFiles, name: str) -> Records:
    items = read_json(name, files.text(name, MAX_SOURCE))["items"]
    known = {
        item.get("uuid"): item["content"]
        for item in items
        if item.get("content_type") == "Tag" and isinstance(item.get("content"), dict)
    }
    tags: dict[str, list[str]] = {}
    for tag in known.values():
        name_of_tag = _tag_name(tag, known)
        for note in tag.get("references") or ():
            tags.setdefault(one_line(note["uuid"]), []).append(name_of_tag)

    def convert(item: dict[str, Any]) -> Records:
        return _read_standard_note(item, tags.get(one_line(item["uuid"]), []))

    notes = [item for item in items if item.get("content_type") == "Note"]
    yield from convert_each("notes", name, notes, convert)
    if attached := sum(item.get("content_type") == "SN|File" for item in items):
        yield Loss("attached files, which the backup does not contain", place=name, times=attached)


def _tag_name(tag: dict[str, Any], known: dict[Any, dict[str, Any]]) -> str:
    """Return the name of a tag, below the names of its parents."""
    names = [one_line(tag.get("title"))]
    for _ in range(_MAX_DEPTH):
        links = tag.get("references") or ()
        parents = [one["uuid"] for one in links if one.get("reference_type") == "TagToParentTag"]
        if not parents or parents[0] not in known:
            break
        tag = known[parents[0]]
        names.insert(0, one_line(tag.get("title")))
    return "/".join(names)


def _read_standard_note(item: dict[str, Any], tags: list[str]) -> Records:
    note = item["content"]
    if not isinstance(note, dict):
        yield Loss("encrypted notes; create a decrypted backup in Standard Notes")
        return
    title = one_line(note.get("title"))
    state = (note.get("appData") or {}).get("org.standardnotes.sn") or {}
    if note.get("trashed") or state.get("trashed"):
        yield Loss("notes in the trash", title)
        return
    kind = one_line(note.get("noteType"))
    if kind == "authentication":
        yield Loss("notes with secrets of an authenticator", title)
        return
    text = source_text(note.get("text"))
    if kind == "super":
        text = "\n\n".join(_read_lexical(read_json(title, text or "{}").get("root") or {}))
        yield Loss("formats of Super notes", title)
    elif kind == "rich-text":
        text = html_text(text)
    elif kind == "code":
        text = f"```\n{text}\n```"
    elif kind == "spreadsheet":
        yield Loss("spreadsheets", title)
        return
    tags = [*tags, *(["archived"] if note.get("archived") or state.get("archived") else [])]
    facts = {"creationDate": item.get("created_at"), "tags": sorted(tags)}
    facts["pinned"] = note.get("pinned") or state.get("pinned")
    if not title:
        title, text = split_title(text)
    yield _make_page(f"standardnotes:{one_line(item['uuid'])}", title, text, facts)


def _read_lexical(node: dict[str, Any]) -> Iterator[str]:
    """Yield the paragraphs of a Super note, which is stored as a tree of Lexical."""
    children = node.get("children") or ()
    if any(child.get("type") in ("text", "linebreak", "link") for child in children):
        text = "".join(map(_read_inline, children))
        sign = {"listitem": "- ", "quote": "> "}.get(one_line(node.get("type")), "")
        if node.get("type") == "listitem" and "checked" in node:
            sign = "- [x] " if node["checked"] else "- [ ] "
        yield sign + text
    else:
        for child in children:
            yield from _read_lexical(child)


def _read_inline(node: dict[str, Any]) -> str:
    if node.get("type") == "linebreak":
        return "\n"
    text = clean_text(node.get("text"))
    text += "".join(map(_read_inline, node.get("children") or ()))
    return f"[{text}]({one_line(node.get('url'))})" if node.get("url") else text


_IS_SIMPLENOTE = has_words(".json", '"activeNotes"')
_IS_STANDARD_NOTES = has_words((".txt", ".json"), '"content_type"', '"uuid"', '"items"')

FORMATS = (
    Format("simplenote", "Simplenote", "si", _IS_SIMPLENOTE, each_file(_read_simplenote)),
    Format(
        "standard-notes",
        "Standard Notes",
        "st",
        _IS_STANDARD_NOTES,
        each_file(_read_standard_notes),
    ),
)

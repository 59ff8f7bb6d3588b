"""Bear (`.bear2bk`) and TextBundle: a folder for each note, with its text and its pictures.

TextBundle is described at http://textbundle.org/spec/. In an archive, it is a `.textpack`.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import unquote

from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import (
    Records,
    change_outside_code,
    each_file,
    has_words,
    head_text,
    iso_time,
    source_text,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Page, file_link, one_line, page_link, write_tag

_TEXTS = ("text.md", "text.markdown", "text.txt")
_BEAR = "net.shinyfrog.bear"
_TITLE = re.compile(r"\s*# +(.+?)(?: +#+)?(?:\n|\Z)")
_ATTACHED = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\(\s*<?(assets/[^()\n<>]{1,500}?)>?(?:\s+\"[^\"\n]*\")?\s*\)"
    r"(?:<!--\s*\{[^{}\n]{0,500}\}\s*-->)?"
)
_WIKILINK = re.compile(r"\[\[([^\[\]|\n]{1,500})(?:\|([^\[\]\n]{0,500}))?\]\]")
_NOTE_ADDRESS = re.compile(
    r"\[([^\[\]\n]{0,500})\]\(bear://x-callback-url/open-note\?id=([\w-]+)[^()\s]*\)"
)
# `#two words#`; the second sign ends a tag with spaces.
_LONG_TAG = re.compile(r"(?<![\w#/&\[(])#([^\s#](?:[^#\n]{0,100}[^\s#])?)#(?![\w#])")
_MARK = re.compile(r"`[^`\n]*`|(?<![:\w])::([^\s:](?:[^:\n]*[^\s:])?)::(?![:\w])")


def _read_note(files: InputFiles, name: str) -> Records:
    facts = read_json(name, files.text(name))
    folder = posixpath.dirname(name)
    member = next(filter(files.names.__contains__, (_join(folder, one) for one in _TEXTS)), "")
    if not member:
        raise ValueError("there is no text.md next to it")
    bear = facts.get(_BEAR) or {}
    if bear.get("trashed"):
        yield Loss("notes in the trash", place=name)
        return
    if bear.get("encrypted") or bear.get("locked"):
        yield Loss("encrypted notes, which only Bear can read", place=name)
        return
    page = _make_page(folder or files.path, bear, source_text(files.text(member)))
    yield from _change_body(page, files, folder, is_bear=bool(bear))
    yield page


def _make_page(folder: str, bear: dict[str, Any], text: str) -> Page:
    stem = posixpath.basename(folder.replace("\\", "/")).rpartition(".")[0]
    found = _TITLE.match(text)
    title = one_line(found[1]) if found else one_line(stem) or "Untitled"
    key = one_line(bear.get("uniqueIdentifier"))
    page = Page(
        f"bear:{key}" if key else f"textbundle:{one_line(stem) or title}",
        title,
        text[found.end() :].strip("\n") if found else text,
        created=iso_time(bear.get("creationDate")),
        tags=("archived",) if bear.get("archived") else (),
        names=(title,),
    )
    if bear.get("pinned"):
        page.fields["pinned"] = True
    return page


def _change_body(page: Page, files: InputFiles, folder: str, *, is_bear: bool) -> Records:
    used: set[str] = set()

    def attach(found: re.Match[str]) -> str:
        path = unquote(found[2])
        member = _join(folder, path)
        used.add(member)
        if member not in files.names:
            return file_link(path, found[1])
        return page.link_file(path, posixpath.basename(path), member, found[1])

    def change(part: str) -> str:
        part = _ATTACHED.sub(attach, part)
        if not is_bear:
            return part
        part = _NOTE_ADDRESS.sub(lambda found: page_link(f"bear:{found[2]}", found[1]), part)
        part = _WIKILINK.sub(_link_note, part)
        part = _MARK.sub(lambda found: f"=={found[1]}==" if found[1] else found[0], part)
        return _LONG_TAG.sub(lambda found: write_tag(found[1]) or found[0], part)

    page.body = change_outside_code(page.body, change)
    start = _join(folder, "assets/")
    for name in files.names:
        if name.startswith(start) and name not in used:
            yield Loss("files that the text does not mention", place=name)


def _link_note(found: re.Match[str]) -> str:
    """Link a note by its title; `[[Title/Heading]]` has a heading."""
    title, slash, heading = re.sub(r"\\/", "\0", found[1]).partition("/")
    key = title.replace("\0", "/") + (f"#{heading.strip()}" if slash else "")
    return page_link(one_line(key), found[2] or "")


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


_IS_BEAR = has_words("info.json", f'"{_BEAR}"')
_IS_BUNDLE = has_words("info.json", '"version"', ("net.daringfireball", '"creatorIdentifier"'))


def _is_text_bundle(name: str, head: bytes) -> bool:
    return _IS_BUNDLE(name, head) and f'"{_BEAR}"' not in head_text(head)


FORMATS = (
    Format("bear", "Bear", "be", _IS_BEAR, each_file(_read_note)),
    Format("textbundle", "TextBundle", "tb", _is_text_bundle, each_file(_read_note)),
)

"""Saved links: browser bookmarks, and exports of Instapaper, Pocket and Raindrop.io.

A link becomes a line in a list. A link with highlights or a note becomes a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO

from notekeep.importing.formats.html_tags import read_tags
from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import (
    Records,
    convert_rows,
    each_row,
    each_text,
    either,
    first_of,
    has_columns,
    has_words,
    iso_day,
    iso_time,
    letters_of,
    source_text,
    split_list,
    unix_day,
    web_address,
)
from notekeep.importing.records import Bookmark, Format, Loss, Passage, Work, one_line

_MAX_BOOKMARKS = 64 << 20
"""Maximum size of a bookmarks page. Most of it is icons, which are not imported."""
_ROOTS = ("personal_toolbar_folder", "unfiled_bookmarks_folder")
"""Attributes of a browser's built-in folders."""
_MAX_DEPTH = 50
_BOOKMARK_TAGS = ("a", "dd", "dl", "h3")
_OWN_FOLDERS = ("unread", "archive")
_PART = re.compile(r"(?m)^(Highlight|Note|Color):")


def _bookmark(url: str, title: str, saved: str, tags: Iterable[str], place: str) -> Bookmark | Loss:
    """Return a bookmark, or a loss if the address is not a web address."""
    if not web_address(url):
        return Loss("links that are not web addresses", place=place)
    words = (one_line(tag) for tag in tags)
    return Bookmark(url, "" if title == url else title, saved, tuple(filter(None, words)))


def _read_pocket(name: str, text: TextIO) -> Records:
    """Read a CSV file, or the HTML page of older exports."""
    if name.casefold().endswith(".html"):
        return _read_bookmarks(name, text)
    return convert_rows("links", name, text, _read_pocket_row)


def _read_pocket_row(row: dict[str, str], place: str) -> Records:
    tags = first_of(row, "tags").split("|")
    saved = unix_day(row.get("time_added"))
    yield _bookmark(first_of(row, "url"), first_of(row, "title"), saved, tags, place)


def _read_instapaper(row: dict[str, str], place: str) -> Records:
    url, title, words = first_of(row, "URL"), first_of(row, "Title"), source_text(row["Selection"])
    saved = unix_day(row.get("Timestamp"))
    cell, folder = first_of(row, "Tags"), first_of(row, "Folder")
    tags = [one_line(tag) for tag in read_json("Tags", cell)] if cell.startswith("[") else []
    if folder.casefold() not in _OWN_FOLDERS:
        tags.append("starred" if folder.casefold() == "starred" else folder)
    if not words:
        yield _bookmark(url, title, saved, tags, place)
        return
    # Text saved without a page has no address.
    key = f"instapaper:{url or 'selections'}"
    work = Work("note", title or url or "Instapaper", (key,), tags=tuple(filter(None, tags)))
    work.fields["url"] = web_address(url)
    order = (float(first_of(row, "Timestamp") or 0),)
    work.passages.append(Passage(f"{url}|{letters_of(words)}", words, order=order, at=saved))
    yield work


def _read_raindrop(row: dict[str, str], place: str) -> Records:
    url, title, number = first_of(row, "url"), first_of(row, "title"), first_of(row, "id")
    folder = first_of(row, "folder")
    tags = [*split_list(first_of(row, "tags")), "" if folder == "Unsorted" else folder]
    tags += ["favorite"] if first_of(row, "favorite") == "true" else []
    passages = _read_highlights(source_text(row.get("highlights")), number)
    if note := source_text(row.get("note")):
        passages.append(Passage(f"{number}|note", "", note, order=(-1.0,)))
    if not passages or not number:
        if first_of(row, "excerpt"):
            yield Loss("excerpts of links", place=place)
        yield _bookmark(url, title, iso_day(row.get("created")), tags, place)
        return
    for passage in passages:
        passage.at = iso_time(row.get("created"))
    work = Work("note", title or url, (f"raindrop:{number}",), tags=tuple(filter(None, tags)))
    work.fields["url"] = web_address(url)
    work.fields["description"] = first_of(row, "excerpt")
    work.passages = passages
    yield work


def _read_highlights(text: str, number: str) -> list[Passage]:
    found: list[Passage] = []
    parts = _PART.split(text)
    for name, words in zip(parts[1::2], parts[2::2], strict=True):
        if name == "Highlight":
            key = f"{number}|{letters_of(words)}"
            found.append(Passage(key, words.strip(), order=(float(len(found)),)))
        elif found and name == "Note":
            found[-1].note = words.strip()
        elif found:
            found[-1].color = words.strip()
    return found


# Bookmark pages, in the Netscape format that all browsers use


def _read_bookmarks(name: str, text: TextIO) -> Records:
    """Read links. The user's folders that contain a link become a tag."""
    folders: list[str] = []
    folder = ""
    last: Bookmark | Loss | None = None
    for tag in read_tags(text, lambda name, _: name.removeprefix("/") in _BOOKMARK_TAGS):
        place, words = f"{name}:{tag.line}", one_line(tag.text)
        if tag.name == "a":
            facts = tag.attributes
            tags = [*facts.get("tags", "").split(","), "/".join(filter(None, folders[:_MAX_DEPTH]))]
            saved = unix_day(facts.get("add_date") or facts.get("time_added"))
            yield from (last,) if last else ()
            last = _bookmark(first_of(facts, "href"), words, saved, tags, place)
        elif tag.name == "h3":
            folder = "" if any(root in tag.attributes for root in _ROOTS) else words
        elif tag.name == "dl":
            folders.append(folder)
            folder = ""
        elif tag.name == "/dl" and folders:
            folders.pop()
        elif tag.name == "dd" and words and isinstance(last, Bookmark):
            # As for Raindrop.io, a link with a description becomes a note.
            work = Work("note", last.title or last.url, (f"bookmarks:{last.url}",), tags=last.tags)
            work.fields |= {"url": last.url, "created": last.saved}
            work.passages.append(Passage(f"{last.url}|note", "", tag.text.strip()))
            yield work
            last = None
    yield from (last,) if last else ()


_IS_BOOKMARKS = has_words((".html", ".htm"), ("netscape-bookmark-file", 'add_date="'))
_IS_INSTAPAPER = has_columns("URL", "Title", "Selection", "Folder")
_IS_POCKET = either(
    has_columns("title", "url", "time_added"), has_words(".html", "<title>pocket export")
)
_IS_RAINDROP = has_columns("id", "url", "excerpt", "folder", "created")
_READ_BOOKMARKS = each_text(_read_bookmarks, _MAX_BOOKMARKS)
FORMATS = (
    Format("bookmarks", "Browser bookmarks", "bm", _IS_BOOKMARKS, _READ_BOOKMARKS),
    Format("instapaper", "Instapaper", "ip", _IS_INSTAPAPER, each_row("links", _read_instapaper)),
    Format("pocket", "Pocket", "pk", _IS_POCKET, each_text(_read_pocket)),
    Format("raindrop", "Raindrop.io", "rd", _IS_RAINDROP, each_row("links", _read_raindrop)),
)

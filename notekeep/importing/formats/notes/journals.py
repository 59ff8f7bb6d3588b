"""Journals: Day One (JSON in a zip), jrnl (JSON) and Apple Journal (HTML).

Each entry becomes a section of a daily note, with its time and title as heading.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from notekeep.importing.formats.json_items import read_items, read_json
from notekeep.importing.formats.reading import (
    Records,
    change_outside_code,
    convert_each,
    day_in_words,
    each_file,
    has_words,
    html_text,
    source_text,
)
from notekeep.importing.input_files import MAX_SOURCE, InputFiles
from notekeep.importing.records import Format, Loss, Page, file_link, one_line, write_tag

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_ATTACHED = re.compile(r"!\[[^\[\]\n]{0,500}\]\(dayone-moment:/(?:/|\w+/)([\w-]+)\)")
_ENTRY_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\(dayone2?://view\?entryId=(\w+)\)")
# Day One escapes more signs than Markdown needs.
_ESCAPED = re.compile(r"(?<!^)(?<!\n)(?<![\d\\])\\{1,2}([.!()+-])")
_HEADING = re.compile(r"#{1,6} +")
_MEDIA = (("photos", "jpeg"), ("videos", "mov"), ("audios", "m4a"), ("pdfAttachments", "pdf"))
"""The lists of an entry's files, and the file extension if an entry has none."""
_FOLDERS = {"pdfAttachments": "pdfs"}
_TITLE_LENGTH = 100


def _sort_entries(records: Records) -> Records:
    """Yield the entries by their day and time, because each is added below the last one."""
    entries: list[Page] = []
    for record in records:
        if isinstance(record, Page):
            entries.append(record)
        else:
            yield record
    yield from sorted(entries, key=lambda entry: (entry.title, entry.heading))


def _make_entry(key: str, day: str, time: str, title: str, body: str, *, is_starred: bool) -> Page:
    words = filter(None, (time, "⭐" if is_starred else "", title))
    return Page(key, day, body.strip("\n"), kind="daily", heading=" ".join(words) or "Journal")


# Day One


def _read_day_one(files: InputFiles, name: str) -> Records:
    journal = posixpath.splitext(posixpath.basename(name))[0]
    folder = posixpath.dirname(name)

    def convert(entry: dict[str, Any]) -> Records:
        return _read_entry(files, folder, journal, entry)

    with files.open_text(name) as text:
        entries = read_items(name, text, "entries")
        yield from _sort_entries(convert_each("entries", name, entries, convert))


def _read_entry(files: InputFiles, folder: str, journal: str, entry: dict[str, Any]) -> Records:
    at = dt.datetime.fromisoformat(one_line(entry["creationDate"]))
    try:
        at = at.astimezone(ZoneInfo(one_line(entry.get("timeZone")) or "UTC"))
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        yield Loss("unknown time zones of entries", place=journal)
    text = source_text(entry.get("text"))
    first, _, rest = text.partition("\n")
    title = one_line(_ESCAPED.sub(r"\1", _HEADING.sub("", first, count=1)))
    if len(title) > _TITLE_LENGTH or "dayone-moment:" in title:
        title, rest = "", text
    page = _make_entry(
        f"dayone:{one_line(entry['uuid'])}",
        at.date().isoformat(),
        "" if entry.get("isAllDay") else f"{at:%H:%M}",
        title,
        "",
        is_starred=bool(entry.get("starred") or entry.get("isPinned")),
    )
    parts = [_describe_place(entry), _attach(page, files, folder, entry, rest)]
    parts.append(" ".join(filter(None, map(write_tag, entry.get("tags") or ()))))
    page.body = "\n\n".join(filter(None, (part.strip("\n") for part in parts)))
    if (entry.get("location") or {}).get("latitude"):
        yield Loss("map coordinates of entries", place=journal)
    yield page


def _describe_place(entry: dict[str, Any]) -> str:
    """Return the place and the weather as a line in italics; "" without them."""
    place, weather = entry.get("location") or {}, entry.get("weather") or {}
    names = [one_line(place.get(key)) for key in ("placeName", "localityName", "country")]
    parts = [", ".join(dict.fromkeys(filter(None, names)))]
    parts.append(one_line(weather.get("conditionsDescription")))
    if isinstance(degrees := weather.get("temperatureCelsius"), int | float):
        parts.append(f"{round(degrees)} °C")
    words = " · ".join(filter(None, parts)).replace("*", "")
    return f"*{words}*" if words else ""


def _attach(page: Page, files: InputFiles, folder: str, entry: dict[str, Any], text: str) -> str:
    """Return a text with links to the files of the entry."""
    members: dict[str, str] = {}
    for kind, usual in _MEDIA:
        for one in entry.get(kind) or ():
            base = f"{one_line(one.get('md5'))}.{one_line(one.get('type')) or usual}"
            path = posixpath.join(folder, _FOLDERS.get(kind, kind), base)
            members[one_line(one["identifier"])] = path
    left = dict(members)

    def link(identifier: str) -> str:
        path = left.pop(identifier, "") or members.get(identifier, "")
        if path not in files.names:
            return file_link(identifier)
        return page.link_file(identifier, posixpath.basename(path), path)

    def change(part: str) -> str:
        part = _ATTACHED.sub(lambda found: link(found[1]), part)
        return _ESCAPED.sub(r"\1", _ENTRY_LINK.sub(r"\1", part))

    text = change_outside_code(text, change)
    return "\n\n".join([text, *map(link, list(left))])


# jrnl


def _read_jrnl(files: InputFiles, name: str) -> Records:
    export = read_json(name, files.text(name, MAX_SOURCE))
    entries = convert_each("entries", name, export["entries"], _read_jrnl_entry)
    yield from _sort_entries(entries)


def _read_jrnl_entry(entry: dict[str, Any]) -> Records:
    day, time = one_line(entry["date"]), one_line(entry["time"])
    title, body = one_line(entry["title"]), source_text(entry.get("body"))
    dt.date.fromisoformat(day)
    for tag in entry.get("tags") or ():
        sign = re.compile(rf"(?<!\S){re.escape(one_line(tag))}(?!\w)")
        title, body = (sign.sub(write_tag(tag[1:]), one) for one in (title, body))
    key = f"jrnl:{day}T{time} {title}"
    yield _make_entry(key, day, time, title, body, is_starred=bool(entry.get("starred")))


# Apple Journal


def _read_apple_entry(files: InputFiles, name: str) -> Records:
    facts: dict[str, str] = {}
    assets: list[tuple[str, str]] = []

    def change(soup: BeautifulSoup) -> Tag:
        for kind in ("pageHeader", "title", "reflectionPrompt"):
            if found := soup.find(class_=kind):
                facts[kind] = one_line(found.get_text(" "))
                found.decompose()
        for item in soup.find_all(class_="gridItem"):
            picture = item.find("img")
            words = " · ".join(filter(None, map(one_line, item.stripped_strings)))
            assets.append((str(picture["src"]) if picture and picture.get("src") else "", words))
        if grid := soup.find(class_="assetGrid"):
            grid.decompose()
        return soup

    body = html_text(files.text(name), change=change, attributes=("class", "src"))
    day = day_in_words(facts["pageHeader"].partition(", ")[2] or facts["pageHeader"])
    if not day:
        raise ValueError(f"its day {facts['pageHeader']!r} is not in English")
    stem = posixpath.splitext(posixpath.basename(name))[0]
    page = _make_entry(
        f"applejournal:{stem}", day, "", facts.get("title", ""), "", is_starred=False
    )
    parts = [f"> {facts['reflectionPrompt']}" if facts.get("reflectionPrompt") else "", body]
    for source, words in assets:
        member = posixpath.normpath(posixpath.join(posixpath.dirname(name), source))
        link = file_link(source) if source else ""
        if source and member in files.names:
            link = page.link_file(source, posixpath.basename(member), member)
        parts.append(f"{link} {words}")
    page.body = "\n\n".join(part.strip() for part in parts if part.strip())
    yield page


_IS_DAY_ONE = has_words(".json", '"entries"', '"creationDate"', '"uuid"')
_IS_JRNL = has_words(".json", '"entries"', '"starred"', '"time"', '"title"')
_IS_APPLE = has_words(".html", "pageContainer", "pageHeader")

FORMATS = (
    Format("dayone", "Day One", "do", _IS_DAY_ONE, each_file(_read_day_one)),
    Format("jrnl", "jrnl", "jr", _IS_JRNL, each_file(_read_jrnl)),
    Format("apple-journal", "Apple Journal", "aj", _IS_APPLE, each_file(_read_apple_entry)),
)

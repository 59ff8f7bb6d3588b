"""Readwise: its CSV export, and the JSON of its export API.

Highlights have ids in the JSON. In the CSV, their text identifies them. Words with a dot at the
start of a note are commands: `.h1` creates a heading, `.discard` deletes the highlight. Other such
words are tags.
"""

from __future__ import annotations

import re
from typing import Any, TextIO

from notekeep.importing.formats.json_items import read_items
from notekeep.importing.formats.reading import (
    Records,
    clock_locator,
    convert_each,
    each_text,
    either,
    first_of,
    has_columns,
    has_words,
    iso_time,
    letters_of,
    read_csv,
    source_text,
    split_list,
    split_people,
    web_address,
)
from notekeep.importing.records import Format, Loss, Passage, Work, one_line

_KINDS = {"books": "book", "podcasts": "podcast"}
_DOT_WORD = re.compile(r"\.(\w[\w-]*)\s*")
_HEADING = re.compile(r"h[1-6]")


def _read_file(name: str, text: TextIO) -> Records:
    if name.casefold().endswith(".csv"):
        return _read_csv(name, text)
    books = read_items(name, text, "results")
    return convert_each("books", name, books, lambda book: _read_book(book, name))


def _read_book(book: dict[str, Any], name: str) -> Records:
    number = book["user_book_id"]
    kind = _KINDS.get(str(book.get("category")), "note")
    work = Work(
        kind,
        first_of(book, "readable_title", "title") or f"Readwise {number}",
        (f"readwise:{number}",),
        _authors(kind, book.get("author")),
        tags=_tag_names(book.get("book_tags")),
        is_deleted=bool(book.get("is_deleted")),
    )
    work.fields["asin"] = one_line(book.get("asin"))
    work.fields["description"] = one_line(book.get("summary"))
    work.fields["url"] = web_address(first_of(book, "source_url", "unique_url"))
    if note := source_text(book.get("document_note")):
        work.passages.append(Passage(f"{number}|document", "", note, order=(-1.0,)))

    def read_highlight(row: dict[str, Any]) -> None:
        passage = Passage(
            key=str(row["id"]),
            text=source_text(row["text"]),
            at=iso_time(row.get("highlighted_at")),
            tags=_tag_names(row.get("tags")),
            color=one_line(row.get("color")),
            is_deleted=bool(work.is_deleted or row.get("is_deleted") or row.get("is_discard")),
        )
        _set_note(passage, source_text(row.get("note")))
        if row.get("is_favorite") and "favorite" not in passage.tags:
            passage.tags += ("favorite",)
        _set_place(passage, str(row.get("location_type") or ""), row.get("location"))
        work.passages.append(passage)

    place = f"{name}, {work.title}"
    yield from convert_each("highlights", place, book["highlights"], read_highlight)
    _set_chapters(work)
    yield work


def _tag_names(tags: object) -> tuple[str, ...]:
    listed = tags if isinstance(tags, list) else []
    names = (one_line(tag["name"] if isinstance(tag, dict) else tag) for tag in listed)
    return tuple(name.lstrip(".") for name in names)


def _read_csv(name: str, text: TextIO) -> Records:
    works: dict[tuple[str, str], Work] = {}
    kinds: dict[tuple[str, str], set[str]] = {}
    for line, row in read_csv(text):
        title, author = key = first_of(row, "Book Title"), first_of(row, "Book Author")
        if not title:
            yield Loss("highlights without a title", place=f"{name}:{line}")
            continue
        people = f" ({author})" if author else ""
        work = works.setdefault(key, Work("book", title, (f"readwise:{title}{people}",)))
        work.fields["asin"] = first_of(row, "Amazon Book ID")
        work.tags = tuple(dict.fromkeys([*work.tags, *_split_tags(row, "Document tags")]))
        kind = first_of(row, "Location Type").casefold()
        kinds.setdefault(key, set()).add(kind)
        words, note = source_text(row.get("Highlight")), source_text(row.get("Note"))
        passage = Passage(
            key="|".join(map(letters_of, (title, author, words or f"note {note}"))),
            text=words,
            at=iso_time(row.get("Highlighted at")),
            tags=_split_tags(row, "Tags"),
            color=first_of(row, "Color"),
        )
        _set_note(passage, note)
        _set_place(passage, kind, row.get("Location"))
        work.passages.append(passage)
    for key, work in works.items():
        work.kind = _guess_kind(work, key[1], kinds[key])
        work.authors = _authors(work.kind, key[1])
        _set_chapters(work)
        yield work


def _split_tags(row: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(tag.lstrip(".") for tag in split_list(first_of(row, column)) if tag.strip("."))


def _guess_kind(work: Work, author: str, locations: set[str]) -> str:
    """Guess the kind of a work, because the CSV has no categories."""
    if "time_offset" in locations:
        return "podcast"
    if work.fields["asin"] or locations & {"page", "location"}:
        return "book"
    # Articles have the name of a site as author, or offsets as locations.
    is_site = "." in author and " " not in author
    return "note" if is_site or "offset" in locations or not author else "book"


# Shared by CSV and JSON


def _authors(kind: str, author: object) -> tuple[str, ...]:
    name = one_line(author)
    return ((name,) if name else ()) if kind == "podcast" else split_people(name)


def _set_note(passage: Passage, note: str) -> None:
    """Set a note without its commands, which most exports also list as tags."""
    words = list(passage.tags)
    at = 0
    while found := _DOT_WORD.match(note, at):
        words.append(found[1])
        at = found.end()
    tags = [word for word in words if word != "discard" and not _HEADING.fullmatch(word)]
    passage.is_deleted |= "discard" in words
    if any(map(_HEADING.fullmatch, words)):
        passage.chapter, passage.text = one_line(passage.text), ""
    passage.tags, passage.note = tuple(dict.fromkeys(tags)), note[at:]


def _set_place(passage: Passage, kind: str, location: object) -> None:
    try:
        number = float(str(location))
    except ValueError:
        return
    passage.order = (number,)
    if kind == "page":
        passage.locator = f"(p. {number:g})"
    elif kind == "location":
        passage.locator = f"(loc. {number:g})"
    elif kind == "time_offset":
        passage.locator = clock_locator(number / 1000)


def _set_chapters(work: Work) -> None:
    """Set the chapter of each passage to the heading above it, and drop headings."""
    chapter = ""
    passages = []
    for passage in sorted(work.passages, key=lambda passage: passage.order):
        chapter = passage.chapter = passage.chapter or chapter
        if passage.text or passage.note or passage.tags:
            passages.append(passage)
    work.passages = passages


_DETECT = either(has_columns("Highlight", "Book Title"), has_words(".json", '"user_book_id"'))
FORMATS = (Format("readwise", "Readwise", "rw", _DETECT, each_text(_read_file)),)

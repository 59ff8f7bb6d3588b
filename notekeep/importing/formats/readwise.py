"""Readwise: the CSV file that people export, and the JSON of its export API.

The JSON has ids; in the CSV a highlight is known by its words. Notes that begin with a dot are
Readwise's own language: `.h1` makes a highlight a heading, `.discard` throws it away, any other
word is a tag.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from notekeep.importing.formats.reading import (
    convert_each,
    csv_columns,
    first_of,
    fold_letters,
    format_clock,
    head_text,
    iso_time,
    read_csv,
    read_each,
    read_json,
    split_names,
)
from notekeep.importing.records import Format, Loss, Passage, Work, clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_KINDS = {"books": "book", "podcasts": "podcast"}
_DOT_WORD = re.compile(r"\.(\w[\w-]*)\s*")
_HEADING = re.compile(r"h[1-6]")


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of Readwise."""
    if name.casefold().endswith(".csv"):
        return {"Highlight", "Book Title"} <= csv_columns(head)
    return name.casefold().endswith(".json") and '"user_book_id"' in head_text(head)


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the highlights, a work for each book, episode or article."""
    yield from read_each(given, _read_file)


def _read_file(name: str, text: str) -> Iterator[Record | Loss]:
    if name.casefold().endswith(".csv"):
        yield from _read_csv(name, text)
        return
    value = read_json(name, text)
    books = value["results"] if isinstance(value, dict) else value
    yield from convert_each(books, lambda book: _read_book(book, name), name, "book")


# JSON


def _read_book(book: dict[str, Any], name: str) -> Iterator[Record | Loss]:
    number = book["user_book_id"]
    kind = _KINDS.get(str(book.get("category")), "note")
    work = Work(
        kind,
        first_of(book, "readable_title", "title") or f"Readwise {number}",
        (f"readwise:{number}",),
        _authors(kind, book.get("author")),
        tags=_tag_names(book.get("book_tags")),
        is_gone=bool(book.get("is_deleted")),
    )
    work.fields["asin"] = clean_line(book.get("asin"))
    work.fields["description"] = clean_line(book.get("summary"))
    url = first_of(book, "source_url", "unique_url")
    work.fields["url"] = url if url.startswith("http") else ""
    if note := clean_text(book.get("document_note")).strip():
        work.passages.append(Passage(f"{number}|document", "", note, order=(-1.0,)))

    def convert(one: dict[str, Any]) -> Iterator[Passage]:
        passage = Passage(
            key=str(one["id"]),
            text=clean_text(one["text"]).strip(),
            at=iso_time(one.get("highlighted_at")),
            tags=_tag_names(one.get("tags")),
            color=clean_line(one.get("color")),
            is_gone=bool(work.is_gone or one.get("is_deleted") or one.get("is_discard")),
        )
        _set_note(passage, clean_text(one.get("note")).strip())
        if one.get("is_favorite") and "favorite" not in passage.tags:
            passage.tags += ("favorite",)
        _set_place(passage, str(one.get("location_type") or ""), one.get("location"))
        yield passage

    for found in convert_each(book["highlights"], convert, f"{name}, {work.title}", "highlight"):
        if isinstance(found, Loss):
            yield found
        else:
            work.passages.append(found)
    _set_chapters(work)
    yield work


def _tag_names(tags: object) -> tuple[str, ...]:
    listed = tags if isinstance(tags, list) else []
    return tuple(clean_line(one["name"] if isinstance(one, dict) else one) for one in listed)


# CSV


def _read_csv(name: str, text: str) -> Iterator[Record | Loss]:
    works: dict[tuple[str, str], Work] = {}
    kinds: dict[tuple[str, str], set[str]] = {}
    for line, row in read_csv(text):
        title, author = first_of(row, "Book Title"), first_of(row, "Book Author")
        if not title:
            yield Loss("highlights without a title", place=f"{name}:{line}")
            continue
        key = title, author
        people = f" ({author})" if author else ""
        work = works.setdefault(key, Work("book", title, (f"readwise:{title}{people}",)))
        work.fields["asin"] = first_of(row, "Amazon Book ID")
        work.tags = tuple(dict.fromkeys([*work.tags, *_split_tags(row.get("Document tags"))]))
        kind = clean_line(row.get("Location Type")).casefold()
        kinds.setdefault(key, set()).add(kind)
        words = clean_text(row.get("Highlight")).strip()
        note = clean_text(row.get("Note")).strip()
        passage = Passage(
            key="|".join(map(fold_letters, (title, author, words or f"note {note}"))),
            text=words,
            at=iso_time(row.get("Highlighted at")),
            tags=_split_tags(row.get("Tags")),
            color=clean_line(row.get("Color")),
        )
        if "discard" in passage.tags:
            passage.is_gone = True
        _set_note(passage, note)
        _set_place(passage, kind, row.get("Location"))
        work.passages.append(passage)
    for key, work in works.items():
        work.kind = _guess_kind(work, key[1], kinds[key])
        work.authors = _authors(work.kind, key[1])
        _set_chapters(work)
        yield work


def _split_tags(text: object) -> tuple[str, ...]:
    tags = (one.strip().lstrip(".") for one in clean_line(text).split(","))
    return tuple(one for one in tags if one)


def _guess_kind(work: Work, author: str, locations: set[str]) -> str:
    """The CSV has no categories: articles have the name of a site, or places in letters."""
    if "time_offset" in locations:
        return "podcast"
    if work.fields["asin"] or locations & {"page", "location"}:
        return "book"
    is_site = "." in author and " " not in author
    return "note" if is_site or "offset" in locations or not author else "book"


# Both


def _authors(kind: str, author: object) -> tuple[str, ...]:
    name = clean_line(author)
    return ((name,) if name else ()) if kind == "podcast" else split_names(name)


def _set_note(passage: Passage, note: str) -> None:
    """Set a note, whose first words may be Readwise's own."""
    words: list[str] = []
    while found := _DOT_WORD.match(note):
        words.append(found[1])
        note = note[found.end() :]
    passage.note = note
    for word in words:
        if _HEADING.fullmatch(word):
            passage.chapter = clean_line(passage.text)
            passage.text = ""
        elif word == "discard":
            passage.is_gone = True
        else:
            passage.tags += (word,)


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
        passage.locator = format_clock(number / 1000)


def _set_chapters(work: Work) -> None:
    """Give each passage the heading above it; headings are no passages."""
    chapter = ""
    kept = []
    for passage in sorted(work.passages, key=lambda one: one.order):
        chapter = passage.chapter or chapter
        passage.chapter = chapter
        if passage.text or passage.note or passage.tags:
            kept.append(passage)
    work.passages = kept


FORMAT = Format("readwise", "Readwise", "rw", detect, read)

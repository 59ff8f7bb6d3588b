"""The notebook of a book, exported as HTML by the Kindle apps.

Tags may be nested incorrectly, so the file is read as a sequence of tags. Headings are in the app's
language, so they are parsed by CSS classes and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from notekeep.importing.formats.html_tags import read_tags
from notekeep.importing.formats.kindle_clippings import (
    LOCATION_PATTERN,
    PAGE_PATTERN,
    book_key,
    make_book,
    passage_key,
)
from notekeep.importing.formats.reading import (
    Records,
    each_text,
    has_words,
    source_text,
    split_people,
)
from notekeep.importing.records import Format, Loss, Passage, one_line

_CLASSES = frozenset(
    {"bookTitle", "authors", "citation", "sectionHeading", "noteHeading", "noteText"}
)
_MAX_PLACE = 30
_MAX_HEADING = 1000
_LETTERS_PER_LOCATION = 100
"""An estimate. A Kindle location is 128 bytes of the book, including markup."""


class _Part:
    def __init__(self, name: str) -> None:
        self.name = name
        self.color = ""
        self.words: list[str] = []

    @property
    def text(self) -> str:
        return source_text("".join(self.words))


def _is_needed(tag: str, facts: dict[str, str]) -> bool:
    name = facts.get("class", "")
    return tag == "br" or name in _CLASSES or name.startswith("highlight_")


def _read_file(name: str, text: TextIO) -> Records:
    # In a notebook sent by mail, only the file name contains the title.
    stem = name.rpartition("/")[2].rpartition(".")[0].removesuffix(" - Notebook")
    title = chapter = ""
    authors: tuple[str, ...] = ()
    heading: _Part | None = None  # the heading of the next text
    passages: list[Passage] = []
    for part in _split_parts(text):
        if part.name == "noteText" and heading is not None:
            _add(passages, book_key(title or stem, authors), heading, part.text, chapter)
        elif heading is not None:
            yield Loss("bookmarks", place=name)
        heading = part if part.name == "noteHeading" else None
        if part.name == "bookTitle":
            title = title or one_line(part.text)
        elif part.name == "authors":
            authors = authors or split_people(part.text)
        elif part.name == "sectionHeading":
            chapter = one_line(part.text)
    if heading is not None:
        yield Loss("bookmarks", place=name)
    yield make_book(title or stem, authors, passages)


def _split_parts(text: TextIO) -> Iterator[_Part]:
    part: _Part | None = None
    for tag in read_tags(text, _is_needed):
        kind = tag.attributes.get("class", "")
        if kind in _CLASSES:
            if part is not None:
                yield part
            part = _Part(kind)
        elif part is None:
            continue
        elif kind.startswith("highlight_"):
            part.color = kind.removeprefix("highlight_")
        else:
            part.words.append("\n")
        part.words += tag.words
    if part is not None:
        yield part


def _add(passages: list[Passage], book: str, heading: _Part, text: str, chapter: str) -> None:
    kind, _, rest = one_line(heading.text)[:_MAX_HEADING].partition(" - ")
    parts = re.split(r"\s*[>·]\s*", rest)
    places = [
        part
        for part in parts
        if len(part) < _MAX_PLACE and (PAGE_PATTERN.search(part) or LOCATION_PATTERN.search(part))
    ]
    tail = " · ".join(places or parts[-1:])
    # A chapter within the section may precede the place.
    chapter = " > ".join(part for part in parts if part not in (*places, parts[-1])) or chapter
    color = heading.color or (kind.partition("(")[2].rstrip(") ") or "-" if "(" in kind else "")
    page_match, place = PAGE_PATTERN.search(tail), LOCATION_PATTERN.search(tail)
    numbers = re.findall(r"\d{1,9}", tail)
    page = (page_match[1] or page_match[3]) if page_match else ""
    location = place[1] if place else numbers[-1] if numbers and not page else ""
    start = int(location) if location.isdigit() else -1
    locator = f"(p. {page})" if page else f"(loc. {start})" if start >= 0 else ""
    order = (float(start if start >= 0 else int(page) if page.isdigit() else 0),)
    if color:
        key = passage_key(book, start if start >= 0 else f"p{page}", text)
        passages.append(Passage(key, text, "", locator, order, chapter=chapter, color=color))
        return
    last = passages[-1] if passages else None
    if last and last.text and not last.note:
        reach = 3 + len(last.text) // _LETTERS_PER_LOCATION
        if 0 <= order[0] - last.order[0] <= reach:
            last.note = text
            return
    passages.append(Passage(f"{book}|note|{int(order[0])}", "", text, "", order, chapter=chapter))


_DETECT = has_words((".html", ".htm"), ("notebookFor", "bookTitle", "noteHeading"))
FORMATS = (Format("kindle-notebook", "Kindle notebook", "kd", _DETECT, each_text(_read_file)),)

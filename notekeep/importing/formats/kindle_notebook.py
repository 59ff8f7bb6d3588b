"""The notebook of a book that Kindle's apps export as HTML.

Real exports hold ill-nested tags, so it is read as a sequence of marked pieces and not as a tree.
Headings are in the language of the app; what they are is told by classes and numbers.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from notekeep.importing.formats.kindle_clippings import (
    LOCATION_PATTERN,
    PAGE_PATTERN,
    book_key,
    make_book,
    passage_key,
)
from notekeep.importing.formats.reading import (
    Records,
    each_file,
    has_words,
    plain_html,
    plain_text,
    split_names,
)
from notekeep.importing.records import Format, Loss, Passage, clean_line

_CLASSES = frozenset(
    {"bookTitle", "authors", "citation", "sectionHeading", "noteHeading", "noteText"}
)
_MAX_PLACE = 30
_MAX_HEADING = 1000
_LETTERS_PER_LOCATION = 100
"""A location of Kindle is 128 bytes of the book, markup among them."""


class _Piece:
    """An element with one of the classes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.color = ""
        self.words: list[str] = []

    @property
    def text(self) -> str:
        return plain_text("".join(self.words))


class _Pieces(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Piece] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a piece at an element with one of the classes."""
        name = dict(attrs).get("class") or ""
        if name in _CLASSES:
            self.found.append(_Piece(name))
        elif self.found and name.startswith("highlight_"):
            self.found[-1].color = name.removeprefix("highlight_")
        elif self.found and tag == "br":
            self.found[-1].words.append("\n")

    def handle_data(self, data: str) -> None:
        """Add text to the piece."""
        if self.found:
            self.found[-1].words.append(data)


def _read_file(name: str, text: str) -> Records:
    """Read a notebook as a work."""
    parser = _Pieces()
    parser.feed(plain_html(text))
    parser.close()
    pieces = parser.found
    title = next((clean_line(one.text) for one in pieces if one.name == "bookTitle"), "")
    authors = next((split_names(one.text) for one in pieces if one.name == "authors"), ())
    if not title:
        yield Loss("notebooks without a title", place=name)
        return
    passages: list[Passage] = []
    chapter = ""
    for number, piece in enumerate(pieces):
        if piece.name == "sectionHeading":
            chapter = clean_line(piece.text)
        elif piece.name == "noteHeading":
            words = pieces[number + 1] if number + 1 < len(pieces) else piece
            if words.name != "noteText":
                yield Loss("bookmarks", place=name)
            else:
                _add(passages, book_key(title, authors), piece, words.text, chapter)
    yield make_book(title, authors, passages)


def _is_place(part: str) -> bool:
    is_short = len(part) < _MAX_PLACE
    return is_short and bool(PAGE_PATTERN.search(part) or LOCATION_PATTERN.search(part))


def _add(passages: list[Passage], book: str, heading: _Piece, text: str, chapter: str) -> None:
    kind, _, rest = clean_line(heading.text)[:_MAX_HEADING].partition(" - ")
    parts = re.split(r"\s*[>·]\s*", rest)
    places = [part for part in parts if _is_place(part)]
    tail = " · ".join(places or parts[-1:])
    # A chapter within the section may stand before the place.
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


_DETECT = has_words((".html", ".htm"), ("notebookFor", "bookTitle"))
FORMATS = (Format("kindle-notebook", "Kindle notebook", "kd", _DETECT, each_file(_read_file)),)

"""Bookmarks of browsers, which all export the file that Netscape invented."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from notekeep.importing.formats.reading import head_text, read_each
from notekeep.importing.formats.saved_links import make_bookmark, unix_day
from notekeep.importing.records import Format, Loss, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_ROOTS = ("personal_toolbar_folder", "unfiled_bookmarks_folder")
"""Attributes of folders that a browser has by itself."""
_MAX_DEPTH = 50


def detect(name: str, head: bytes) -> bool:
    """Whether a file is an export of a browser's bookmarks."""
    is_page = name.casefold().endswith((".html", ".htm"))
    return is_page and "netscape-bookmark-file" in head_text(head).casefold()


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the bookmarks; the folders that a person made become a tag."""
    yield from read_each(given, read_html)


def read_html(name: str, text: str) -> Iterator[Record | Loss]:
    """Read the links of a page of bookmarks."""
    parser = _BookmarkParser(name)
    parser.feed(text)
    parser.close()
    yield from parser.found


class _BookmarkParser(HTMLParser):
    """Collects links with the folders above them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found: list[Record | Loss] = []
        self._folders: list[str] = []
        self._next_folder = ""
        self._link: dict[str, str] | None = None
        self._words: list[str] | None = None
        self._is_root = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._link, self._words = known, []
        elif tag == "h3":
            self._words = []
            self._is_root = any(name in known for name in _ROOTS)
        elif tag == "dl":
            self._folders.append(self._next_folder)
            self._next_folder = ""
        elif tag == "dd":
            self.found.append(Loss("descriptions of links", place=self._place()))

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "dl" and self._folders:
            self._folders.pop()
        elif tag == "h3":
            self._next_folder = "" if self._is_root else clean_line("".join(self._words or ()))
            self._words = None
        elif tag == "a" and self._link is not None:
            self._add(self._link, clean_line("".join(self._words or ())))
            self._link = self._words = None

    def _add(self, link: dict[str, str], title: str) -> None:
        tags = link.get("tags", "").split(",")
        folder = "/".join(filter(None, self._folders[:_MAX_DEPTH]))
        saved = unix_day(link.get("add_date") or link.get("time_added"))
        url = clean_line(link.get("href"))
        self.found += make_bookmark(url, title, saved, [*tags, folder], self._place())

    def _place(self) -> str:
        return f"{self._name}:{self.getpos()[0]}"


FORMAT = Format("bookmarks", "Browser bookmarks", "bm", detect, read)

"""Notion: its exports as Markdown & CSV and as HTML, zip files in a zip file.

A page is known by the 32 digits at the end of its name. A database is a CSV file with a folder of
its rows beside it; it becomes a note that links to them.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from notekeep.importing.formats.page_fields import set_field
from notekeep.importing.formats.reading import (
    change_outside_code,
    guard,
    head_text,
    read_csv,
)
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    PageFile,
    clean_line,
    clean_text,
    file_link,
    page_link,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bs4 import BeautifulSoup, Tag

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_NAMED = re.compile(r"(.*?) ([0-9a-f]{32})(_all)?\.(md|html|csv)")
_ID_AT_END = re.compile(r" [0-9a-f]{32}$")
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ARTICLE = re.compile(r'<article id="([0-9a-f-]{36})" class="page ')
_LINK = re.compile(
    r"(!?)\[((?:\\.|[^\[\]\\\n]){0,1000})\]\(([^()\s]{1,4000}(?:\([^()\s]{0,1000}\)[^()\s]{0,1000})*)\)"
)
_BOX = re.compile(r"(?m)^([ \t]*- \[[ x]\])[ ]{2,}")
_RELATION = re.compile(r"\s*\([^()]*\.(?:md|html)\)")
_PREFIX = "notion"


class _Table(NamedTuple):
    """A database: its page, its columns and its rows."""

    key: str
    title: str
    place: str
    columns: list[str]
    rows: list[dict[str, str]]


def detect(name: str, head: bytes) -> bool:
    """Whether a file is a page or a database of Notion."""
    base = name.rpartition("/")[2]
    if _NAMED.fullmatch(base):
        return True
    return base.endswith(".html") and bool(_ARTICLE.search(head_text(head)))


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read pages and databases."""
    export = _Export(given)
    for name in given.detected:
        if name.endswith(".csv"):
            yield from guard(name, lambda name=name: export.read_table(name))  # type: ignore[misc]
    for name in given.detected:
        if not name.endswith(".csv"):
            yield from guard(name, lambda name=name: export.read_page(name))  # type: ignore[misc]
    yield from export.write_tables()
    yield from export.pages.values()


def _folders(name: str) -> tuple[str, ...]:
    """Return the folders of a file in Notion, without those that the export adds."""
    parts = [_ID_AT_END.sub("", part) for part in name.split("/")[:-1]]
    while parts and (parts[0].endswith(".zip") or parts[0].startswith("Export-")):
        del parts[0]
    return tuple(parts)


class _Export:
    """The pages of an export by their keys."""

    def __init__(self, given: InputFiles) -> None:
        self._given = given
        self._names = frozenset(given.names)
        self.pages: dict[str, Page] = {}
        self._tables: dict[tuple[str, ...], _Table] = {}  # by where their rows are
        self._keys: dict[str, str] = {}  # by the names of files
        for name in given.detected:
            found = _NAMED.fullmatch(name.rpartition("/")[2])
            if found:
                self._keys[name] = f"{_PREFIX}:{found[2]}"

    # Pages

    def read_page(self, name: str) -> Iterator[Loss]:
        """Read a page."""
        text = clean_text(self._given.text(name))
        found = _NAMED.fullmatch(name.rpartition("/")[2])
        title = found[1] if found else name.rpartition("/")[2].rpartition(".")[0]
        if not found and (article := _ARTICLE.search(text)):
            self._keys[name] = f"{_PREFIX}:{article[1].replace('-', '')}"
        page = Page(self._keys[name], title, "", folder="/".join(_folders(name)))
        if page.key in self.pages:
            yield Loss("pages that are in the export twice", page.title, name)
            return
        if name.endswith(".html"):
            self._read_html(page, name, text)
        else:
            self._read_markdown(page, name, text)
        self.pages[page.key] = page

    def _read_markdown(self, page: Page, name: str, text: str) -> None:
        first, _, rest = text.lstrip("\n").partition("\n")
        if first.startswith("# "):
            page.title = clean_line(first[2:]) or page.title
        else:
            rest = text
        table = self._tables.get(_folders(name))
        lines = rest.lstrip("\n").split("\n")
        while table is not None and lines:
            words, sign, value = lines[0].partition(": ")
            if not sign or words not in table.columns:
                break
            set_field(page, words, _RELATION.sub("", value), _PREFIX)
            del lines[0]
        body = _write_callouts("\n".join(lines))

        def link(found: re.Match[str]) -> str:
            address, is_picture = found[3], bool(found[1])
            return self._link(page, name, address, found[2], is_picture=is_picture) or found[0]

        body = change_outside_code(body, lambda part: _LINK.sub(link, _BOX.sub(r"\1 ", part)))
        page.body = "\n".join(line.rstrip() for line in body.split("\n")).strip()

    def _read_html(self, page: Page, name: str, text: str) -> None:
        # Its libraries take longer to import than most files take to read.
        from notekeep.importing.formats.html_markdown import parse_html, write_markdown

        soup = parse_html(text)
        article = soup.find("article") or soup
        title = article.find(class_="page-title")
        if title is not None:
            page.title = clean_line(title.get_text()) or page.title
        for row in article.select("table.properties tr"):
            head, cell = row.find("th"), row.find("td")
            if head is not None and cell is not None:
                set_field(page, head.get_text(), _cell_text(cell), _PREFIX)
        body = article.find(class_="page-body")
        if body is None:
            return
        _change_own_blocks(soup, body)

        def resolve(address: str, words: str, is_picture: bool) -> str:  # noqa: FBT001
            return self._link(page, name, address, words, is_picture=is_picture)

        page.body = write_markdown(body, resolve)

    def _link(self, page: Page, name: str, address: str, words: str, *, is_picture: bool) -> str:
        """Write a link to a page or a file of the export; "" for any other."""
        is_address = bool(re.match(r"(?i)[a-z][a-z0-9+.-]*:", address))
        known = _ID.findall(unquote(address).rpartition("/")[2])
        key = f"{_PREFIX}:{known[-1]}" if known else ""
        if is_address:
            is_ours = "notion.so/" in address or "notion.site/" in address
            return page_link(key, words) if is_ours and key in self._keys.values() else ""
        if address.startswith("#"):
            return words
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(address)))
        if path in self._keys or (key and path not in self._names):
            return page_link(self._keys.get(path, key), words)
        member = path if path in self._names else posixpath.join(posixpath.dirname(name), address)
        if member in self._names and all(file.key != member for file in page.files):
            page.files.append(PageFile(member, unquote(member.rpartition("/")[2]), member))
        elif member not in self._names and not is_picture and "." not in path:
            return page_link(path, words)
        return file_link(member, "" if words == member.rpartition("/")[2] else words)

    # Databases

    def read_table(self, name: str) -> Iterator[Loss]:
        """Read a database; `_all.csv` has columns that the view of the other file hides."""
        found = _NAMED.fullmatch(name.rpartition("/")[2])
        if found is None:
            return
        rows = [row for _, row in read_csv(self._given.text(name))]
        table = _Table(self._keys[name], found[1], name, list(rows[0]) if rows else [], rows)
        place = (*_folders(name), found[1])
        known = self._tables.get(place)
        if known is None or (found[3] and known.key == table.key):
            self._tables[place] = table
        elif known.key != table.key:
            yield Loss("databases of one name in one folder", found[1], name)

    def write_tables(self) -> Iterator[Loss]:
        """Make a page of each database, and of each row that has none."""
        for place, table in self._tables.items():
            if not table.columns:
                continue
            links = self._link_rows(table, "/".join(place))
            untitled = sum(not _row_title(table, row) for row in table.rows)
            if untitled:
                yield Loss("rows without a name", table.title, table.place, untitled)
            own = self.pages.setdefault(
                table.key, Page(table.key, table.title, "", folder="/".join(place[:-1]))
            )
            own.body = own.body or "\n".join(f"- {link}" for link in links)

    def _link_rows(self, table: _Table, folder: str) -> list[str]:
        """Return links to the rows in their order, for some of which pages are made first."""
        waiting: dict[str, list[Page]] = {}
        for page in self.pages.values():
            if page.folder == folder:
                waiting.setdefault(page.title, []).append(page)
        # Pages whose names are days are called `@Today`, but their rows by the day: where there are
        # as many pages as rows, every row has its page.
        missing = len(table.rows) - sum(map(len, waiting.values()))
        links: list[str] = []
        for row in table.rows:
            title = _row_title(table, row)
            pages = waiting.get(title) or []
            if not pages and title and missing > 0:
                page = _make_row(table, row, title, folder)
                if page.key in self.pages:
                    page.key += f"-{len(links)}"
                self.pages[page.key] = page
                pages = [page]
            if pages:
                links.append(page_link(pages.pop(0).key, title))
        rest = [page for pages in waiting.values() for page in pages]
        return links + [page_link(page.key, page.title) for page in rest]


def _row_title(table: _Table, row: dict[str, str]) -> str:
    return clean_line(row[table.columns[0]])


def _make_row(table: _Table, row: dict[str, str], title: str, folder: str) -> Page:
    page = Page(f"{table.key}-{title.replace('#', '%23')}", title, "", folder=folder)
    for column in table.columns[1:]:
        set_field(page, column, _RELATION.sub("", row[column]), _PREFIX)
    return page


def _write_callouts(text: str) -> str:
    """Write what stands between `<aside>` tags as callouts."""
    found: list[str] = []
    while True:
        before, start, rest = text.partition("<aside>")
        inside, end, after = rest.partition("</aside>")
        if not start or not end:
            return "".join([*found, text])
        lines = inside.strip().split("\n")
        found += [before, "\n".join(["> [!note]", *(f"> {line}".rstrip() for line in lines)])]
        text = after


def _cell_text(cell: Tag) -> str:
    """Return the value of a property: a box, a list or words."""
    if box := cell.find(class_="checkbox"):
        return "yes" if "checkbox-on" in (box.get("class") or ()) else "no"
    chosen: Iterable[Tag] = cell.find_all(class_="selected-value")
    values = [clean_line(one.get_text()) for one in chosen]
    return ", ".join(values) or clean_line(cell.get_text())


def _change_own_blocks(soup: BeautifulSoup, body: Tag) -> None:
    """Write boxes and callouts as Markdown."""
    from notekeep.importing.formats.html_markdown import put_markdown

    for box in body.select("div.checkbox"):
        is_done = "checkbox-on" in (box.get("class") or ())
        put_markdown(soup, box, "[x] " if is_done else "[ ] ")
    for callout in body.select("figure.callout"):
        callout.name = "blockquote"
        mark = soup.new_tag("p")
        callout.insert(0, mark)
        put_markdown(soup, mark, "[!note]\n")


FORMAT = Format("notion", "Notion", "no", detect, read)

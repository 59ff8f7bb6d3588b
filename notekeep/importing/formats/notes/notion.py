"""Notion: exports as Markdown & CSV or as HTML, in nested zip files.

The 32 digits at the end of a page's name are its id. A database is a CSV file next to a folder with
its rows. It becomes a note with links to its rows.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from notekeep.importing.formats.page_fields import set_field
from notekeep.importing.formats.reading import (
    MAX_PAGES,
    Records,
    Resolve,
    change_outside_code,
    check_count,
    guard,
    head_text,
    html_text,
    raw_markdown,
    read_csv,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import (
    Format,
    Loss,
    Page,
    clean_text,
    file_link,
    one_line,
    page_link,
)

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NAMED = re.compile(r"(.*?) ([0-9a-f]{32})(_all)?\.(md|html|csv)")
_ID_AT_END = re.compile(r" [0-9a-f]{32}$")
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_ARTICLE = re.compile(r'<article id="([0-9a-f-]{36})" class="page ')
_LINK = re.compile(
    r"(!?)\[((?:\\.|[^\[\]\\\n]){0,1000})\]\(([^()\s]{1,4000}(?:\([^()\s]{0,1000}\)[^()\s]{0,1000})*)\)"
)
_BOX = re.compile(r"(?m)^([ \t]*- \[[ x]\])[ ]{2,}")
_RELATION = re.compile(r"\s*\([^()]*\.(?:md|html)\)")
_ICON = re.compile(r'<img src="https://www\.notion\.so/icons/[^<>]*>')
_TOUCHING_STRIKES = re.compile(r"(?<=[^\s~])~~~~(?=[^\s~])")
_TOGGLE_SIZES = {"1.875em": "h1", "1.5em": "h2", "1.25em": "h3"}
_PREFIX = "notion"


class _Table(NamedTuple):
    key: str
    title: str
    place: str
    columns: list[str]
    rows: list[dict[str, str]]


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _folders(name: str) -> tuple[str, ...]:
    """Return the folders of a file in Notion, without folders added by the export."""
    parts = [_ID_AT_END.sub("", part) for part in name.split("/")[:-1]]
    while parts and (parts[0].endswith(".zip") or parts[0].startswith("Export-")):
        del parts[0]
    return tuple(parts)


def _detect(name: str, head: bytes) -> bool:
    if _NAMED.fullmatch(_base(name)):
        return True
    return name.endswith(".html") and bool(_ARTICLE.search(head_text(head)))


def _read(files: InputFiles) -> Records:
    check_count(len(files.detected), "pages", MAX_PAGES)
    export = _Export(files)
    tables = [name for name in files.detected if name.endswith(".csv")]
    for name in tables:
        yield from guard("files", name, export.read_table, name)
    for name in files.detected:
        if name not in tables:
            yield from guard("files", name, export.read_page, name)
    yield from export.write_tables()
    yield from export.pages.values()


class _Export:
    def __init__(self, files: InputFiles) -> None:
        self._input = files
        self._names = frozenset(files.names)
        self.pages: dict[str, Page] = {}
        self._rows: dict[str, list[Page]] = {}  # the pages of each folder
        self._tables: dict[tuple[str, ...], _Table] = {}  # by the folder of their rows
        found = ((name, _NAMED.fullmatch(_base(name))) for name in files.detected)
        self._keys = {name: f"{_PREFIX}:{named[2]}" for name, named in found if named}
        self._known = set(self._keys.values())

    # Pages

    def read_page(self, name: str) -> Records:
        text = clean_text(self._input.text(name))
        found = _NAMED.fullmatch(_base(name))
        title = found[1] if found else _base(name).rpartition(".")[0]
        if not found and (article := _ARTICLE.search(text)):
            self._keys[name] = f"{_PREFIX}:{article[1].replace('-', '')}"
            self._known.add(self._keys[name])
        page = Page(self._keys[name], title, "", folder="/".join(_folders(name)))
        if page.key in self.pages:
            yield Loss("duplicate pages", page.title, name)
            return

        def resolve(address: str, words: str, is_picture: bool) -> str:  # noqa: FBT001
            return self._link(page, name, address, words, is_picture=is_picture)

        if name.endswith(".html"):
            page.body = html_text(text, resolve, lambda soup: _read_article(page, soup))
        else:
            self._read_markdown(page, name, text, resolve)
        self._add(page)

    def _add(self, page: Page) -> Page:
        self._rows.setdefault(page.folder, []).append(page)
        return self.pages.setdefault(page.key, page)

    def _read_markdown(self, page: Page, name: str, text: str, resolve: Resolve) -> None:
        first, _, rest = text.lstrip("\n").partition("\n")
        if first.startswith("# "):
            page.title = one_line(first[2:]) or page.title
        else:
            rest = text
        table = self._tables.get(_folders(name))
        columns = set(table.columns) if table else set()
        lines = rest.lstrip("\n").split("\n")
        count = 0
        for line in lines:
            words, sign, value = line.partition(": ")
            if not sign or words not in columns:
                break
            columns.remove(words)
            set_field(page, words, _RELATION.sub("", value), _PREFIX)
            count += 1
        body = _write_callouts("\n".join(lines[count:]))

        def link(found: re.Match[str]) -> str:
            return resolve(found[3], found[2], bool(found[1])) or found[0]

        def change(part: str) -> str:
            return _LINK.sub(link, _BOX.sub(r"\1 ", _TOUCHING_STRIKES.sub("", part)))

        body = change_outside_code(body, change)
        page.body = "\n".join(line.rstrip() for line in body.split("\n")).strip()

    def _link(self, page: Page, name: str, address: str, words: str, *, is_picture: bool) -> str:
        """Return a link to a page or file of the export; "" for other addresses."""
        known = _ID.findall(_base(unquote(address)))
        key = f"{_PREFIX}:{known[-1]}" if known else ""
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:", address):
            is_ours = "notion.so/" in address or "notion.site/" in address
            return page_link(key, words) if is_ours and key in self._known else ""
        if address.startswith("#"):
            return words
        folder = posixpath.dirname(name)
        path = posixpath.normpath(posixpath.join(folder, unquote(address)))
        if path in self._keys or (key and path not in self._names):
            return page_link(self._keys.get(path, key), words)
        member = path if path in self._names else posixpath.join(folder, address)
        if member not in self._names and not is_picture and "." not in path:
            return page_link(path, words)
        shown = "" if words == _base(member) else words
        if member not in self._names:
            return file_link(member, shown)
        return page.link_file(member, unquote(_base(member)), member, shown)

    # Databases

    def read_table(self, name: str) -> Records:
        """Read a database. `_all.csv` also has columns that are hidden in the other file."""
        found = _NAMED.fullmatch(_base(name))
        if found is None:
            return
        with self._input.open_text(name) as text:
            rows = [row for _, row in read_csv(text)]
        table = _Table(self._keys[name], found[1], name, list(rows[0]) if rows else [], rows)
        known = self._tables.setdefault((*_folders(name), found[1]), table)
        if known.key != table.key:
            yield Loss("databases with the same name in a folder", found[1], name)
        elif found[3]:
            self._tables[(*_folders(name), found[1])] = table

    def write_tables(self) -> Records:
        """Create a page for each database, and for each row without a page."""
        for place, table in self._tables.items():
            if not table.columns:
                continue
            links = self._link_rows(table, "/".join(place))
            untitled = sum(not _row_title(table, row) for row in table.rows)
            if untitled:
                yield Loss("rows without a name", table.title, table.place, untitled)
            folder = "/".join(place[:-1])
            own = self.pages.get(table.key) or self._add(
                Page(table.key, table.title, "", folder=folder)
            )
            own.body = own.body or "\n".join(f"- {link}" for link in links)

    def _link_rows(self, table: _Table, folder: str) -> list[str]:
        """Return links to the rows in order, creating missing pages."""
        waiting: dict[str, list[Page]] = {}
        for page in self._rows.get(folder, ()):
            waiting.setdefault(page.title, []).append(page)
        # The page of a row named after a day may have a different title, such as `@Today`. If there
        # are as many pages as rows, no page is missing.
        missing = len(table.rows) - sum(map(len, waiting.values()))
        links: list[str] = []
        for row in table.rows:
            title = _row_title(table, row)
            pages = waiting.get(title) or []
            if not pages and title and missing > 0:
                page = _make_row(table, row, title, folder)
                if page.key in self.pages:
                    page.key += f"-{len(links)}"
                pages = [self._add(page)]
            if pages:
                links.append(page_link(pages.pop(0).key, title))
        rest = [page for pages in waiting.values() for page in pages]
        return links + [page_link(page.key, page.title) for page in rest]


def _row_title(table: _Table, row: dict[str, str]) -> str:
    return one_line(row[table.columns[0]])


def _make_row(table: _Table, row: dict[str, str], title: str, folder: str) -> Page:
    page = Page(f"{table.key}-{title.replace('#', '%23')}", title, "", folder=folder)
    for column in table.columns[1:]:
        set_field(page, column, _RELATION.sub("", row[column]), _PREFIX)
    return page


def _write_callouts(text: str) -> str:
    found: list[str] = []
    at = 0
    while (start := text.find("<aside>", at)) >= 0 and (end := text.find("</aside>", start)) >= 0:
        lines = _ICON.sub("", text[start + len("<aside>") : end]).strip().split("\n")
        is_icon = not re.search(r"\w", lines[0])  # only an emoji
        lines[:is_icon] = [f"[!note] {lines[0] if is_icon else ''}".strip()]
        found += [text[at:start], "\n".join(f"> {line}".rstrip() for line in lines)]
        at = end + len("</aside>")
    return "".join([*found, text[at:]])


# HTML


def _read_article(page: Page, soup: BeautifulSoup) -> Tag:
    """Set the title and properties of a page, and return its body."""
    article = soup.find("article") or soup
    title = article.find(class_="page-title")
    if title is not None:
        page.title = one_line(title.get_text()) or page.title
    for row in article.select("table.properties tr"):
        head, cell = row.find("th"), row.find("td")
        if head is not None and cell is not None:
            set_field(page, head.get_text(), _cell_text(cell), _PREFIX)
    body = article.find(class_="page-body") or soup.new_tag("div")
    for box in body.select("div.checkbox"):
        box.replace_with(raw_markdown(soup, "[x] " if _is_checked(box) else "[ ] "))
    for item in body.select(".table_of_contents-item"):
        item.decompose()
    for summary in body.select("summary"):
        size = re.search(r"font-size:\s*([\d.]+em)", str(summary.get("style")))
        summary.name = _TOGGLE_SIZES.get(size[1], "summary") if size else "summary"
    for callout in body.select("figure.callout"):
        icons = [icon.extract().get_text() for icon in callout.select(".icon")]
        callout.name = "blockquote"
        callout.insert(0, raw_markdown(soup, f"[!note] {''.join(icons)}".strip() + "\n"))
    return body


def _is_checked(box: Tag) -> bool:
    return "checkbox-on" in (box.get("class") or ())


def _cell_text(cell: Tag) -> str:
    """Return the value of a property: a checkbox, a list or text."""
    if box := cell.find(class_="checkbox"):
        return "yes" if _is_checked(box) else "no"
    values = [one_line(part.get_text()) for part in cell.find_all(class_="selected-value")]
    return ", ".join(values) or one_line(cell.get_text())


FORMATS = (Format("notion", "Notion", "no", _detect, _read),)

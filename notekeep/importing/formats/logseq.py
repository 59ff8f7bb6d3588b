"""Logseq: the folder of a graph in Markdown. Its blocks stay a list, as they are there."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from notekeep.importing.formats.page_fields import read_day_in_words, set_field, split_list
from notekeep.importing.formats.reading import guard
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
from notekeep.markdown.note_names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_CONFIG = "logseq/config.edn"
_PROPERTY = re.compile(r"\s*(?:- )?([A-Za-z][\w.-]*):: ?(.*)")
_BULLET = re.compile(r"([ \t]*)- ?(.*)")
_STATE = re.compile(r"(TODO|DOING|LATER|NOW|WAITING|WAIT|IN-PROGRESS|DONE|CANCELED|CANCELLED) +")
_DONE = ("DONE",)
_CANCELED = ("CANCELED", "CANCELLED")
_PLANNED = re.compile(r"(?:SCHEDULED|DEADLINE): <(\d{4}-\d\d-\d\d)[^>]*>")
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_EMBED = re.compile(r"\{\{embed +(?:\(\((" + _ID + r")\)\)|\[\[([^\[\]]+)\]\])\s*\}\}")
_NAMED_REFERENCE = re.compile(r"\[([^\[\]\n]{0,300})\]\(\(\((" + _ID + r")\)\)\)")
_REFERENCE = re.compile(r"\(\((" + _ID + r")\)\)")
_PAGE = re.compile(r"(#?)\[\[([^\[\]\n]+)\]\]")
_FILE = re.compile(r"!?\[([^\[\]\n]{0,300})\]\((?:\.\./)?(assets/[^()\n]+)\)(?:\{[^{}\n]*\})?")
_QUERY = re.compile(r"\{\{query\b")
_BEGIN = re.compile(r"(?i)#\+BEGIN_(\w+)[ \t]*(.*)")
_JOURNAL = re.compile(r"(\d{4})[_-](\d\d)[_-](\d\d)")
_DROPPED = ("collapsed", "heading", "background-color", "logseq.order-list-type", "icon")
_CALLOUTS = ("note", "tip", "important", "caution", "warning", "example", "pinned", "comment")


class _Source(NamedTuple):
    """A page before its links are written."""

    page: Page
    lines: list[str]
    member: str


class _Target(NamedTuple):
    """A block that others refer to."""

    key: str  # of its page
    text: str


def detect(name: str, _: bytes) -> bool:
    """Whether a file is the settings of a graph, whose pages lie beside it."""
    return name == _CONFIG or name.endswith(f"/{_CONFIG}")


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read pages and journals."""
    for name in given.detected:
        yield from guard(name, lambda name=name: _read_graph(given, name))  # type: ignore[misc]


def _read_graph(given: InputFiles, config: str) -> Iterator[Record | Loss]:
    root = config.removesuffix(_CONFIG)
    is_triple = ":triple-lowbar" in given.text(config)
    graph = _Graph(frozenset(given.names))
    for member in given.names:
        place = member.removeprefix(root) if member.startswith(root) else ""
        folder, _, base = place.partition("/")
        if folder not in ("pages", "journals", "whiteboards") or "/" in base:
            continue
        if not base.endswith(".md"):
            yield Loss("whiteboards, pages in org mode and other files", place=member)
            continue
        stem = base.removesuffix(".md")

        def read_page(member: str = member, folder: str = folder, stem: str = stem) -> list[Loss]:
            graph.add(_read_page(given.text(member), member, folder, _page_name(stem, is_triple)))
            return []

        yield from guard(member, read_page)
    yield from graph.write_pages()


def _page_name(stem: str, is_triple: bool) -> str:  # noqa: FBT001
    """Return the name of a page, whose namespaces its file writes as `___`, `%2F` or dots."""
    return unquote(stem.replace("___", "/") if is_triple else stem.replace(".", "/"))


def _read_page(text: str, member: str, folder: str, name: str) -> _Source:
    lines = clean_text(text).split("\n")
    own: list[tuple[str, str]] = []
    while lines and (found := _PROPERTY.fullmatch(lines[0])) and not lines[0].startswith("- "):
        own.append((found[1], found[2]))
        del lines[0]
    name = next((clean_line(value) for key, value in own if key == "title" and value), name)
    day = _JOURNAL.fullmatch(name)
    if folder == "journals" and day:
        title, kind = "-".join(day.groups()), "daily"
    else:
        title, kind = name.rpartition("/")[2], "note"
    # In a link, what follows `#` is a part of a page.
    page = Page(f"logseq:{name.replace('#', '%23')}", title, "", kind, names=(name,))
    page.folder = name.rpartition("/")[0] if kind == "note" else ""
    for key, value in own:
        _set_property(page, key, value)
    return _Source(page, lines, member)


def _set_property(page: Page, key: str, value: str) -> None:
    plain = clean_line(_PAGE.sub(lambda found: found[2], value))
    if key == "tags":
        page.tags += tuple(tag.lstrip("#") for tag in split_list(plain))
    elif key in ("alias", "aliases"):
        names = split_list(plain)
        page.fields["aliases"] = list(names)
        page.names += tuple(names)
    elif key == "type" and plain in ("book", "podcast"):
        page.kind, page.folder = plain, ""
    elif key not in ("title", "id", "public", "filters", *_DROPPED):
        set_field(page, key, plain, "logseq")


class _Graph:
    """The pages of a graph, and the blocks in them that others refer to."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._sources: list[_Source] = []
        self._pages: dict[str, str] = {}  # keys by folded names
        self._blocks: dict[str, _Target] = {}
        self._losses: list[Loss] = []

    def add(self, source: _Source) -> None:
        """Add a page, and find its blocks with ids."""
        self._sources.append(source)
        for name in source.page.names:
            self._pages.setdefault(fold_name(name), source.page.key)
        if source.page.kind == "daily":
            self._pages.setdefault(source.page.title, source.page.key)
        text = ""
        for line in source.lines:
            found = _PROPERTY.fullmatch(line)
            if found and found[1] == "id":
                self._blocks[found[2].strip()] = _Target(source.page.key, _plain(text))
            elif bullet := _BULLET.fullmatch(line):
                text = bullet[2]

    def write_pages(self) -> Iterator[Record | Loss]:
        """Yield all pages with their links, and what was lost."""
        for source in self._sources:
            body = "\n".join(self._write_blocks(source))
            source.page.body = self._write_links(source, body).strip("\n")
            yield from self._losses
            self._losses.clear()
            yield source.page

    def _lose(self, message: str, source: _Source) -> None:
        self._losses.append(Loss(message, place=source.member))

    def _write_blocks(self, source: _Source) -> Iterator[str]:
        block: list[str] = []
        for line in [*source.lines, "- "]:
            if _BULLET.fullmatch(line) and block:
                yield from self._write_block(block, source)
                block = []
            block.append(line)

    def _write_block(self, lines: list[str], source: _Source) -> list[str]:
        """Write a block: a bullet, and what belongs to it below."""
        block = _Block()
        for line in lines:
            if lost := block.add(line):
                self._lose(lost, source)
        found = block.lines
        if not found:
            return []
        found[0] = _write_state(found[0], block.planned)
        if block.id in self._blocks:
            at = len(found) - 1 if not any("```" in line for line in found) else 0
            found[at] = f"{found[at].rstrip()} ^{block.id}"
        return found

    def _write_links(self, source: _Source, body: str) -> str:
        page = source.page

        def embed(found: re.Match[str]) -> str:
            if found[1]:
                return self._block_link(found[1], "", source, is_embed=True) or found[0]
            key = self._find(found[2])
            return page_link(key, is_embed=True) if key else f"![[{found[2]}]]"

        def link(found: re.Match[str]) -> str:
            if found[1]:
                return "#" + re.sub(r"[^\w/-]+", "-", found[2]).strip("-")
            key = self._find(found[2])
            return page_link(key, found[2]) if key else found[0]

        def file(found: re.Match[str]) -> str:
            path = unquote(found[2])
            root = posixpath.dirname(posixpath.dirname(source.member))
            member = posixpath.join(root, path)
            if member in self._names and all(one.key != path for one in page.files):
                page.files.append(PageFile(path, path.rpartition("/")[2], member))
            return file_link(path, found[1])

        body = _EMBED.sub(embed, body)
        body = _NAMED_REFERENCE.sub(
            lambda found: self._block_link(found[2], found[1], source) or found[1], body
        )
        body = _REFERENCE.sub(
            lambda found: self._block_link(found[1], "", source) or found[0], body
        )
        for _ in _QUERY.findall(body):
            self._lose("queries, which stay as text", source)
        return _FILE.sub(file, _PAGE.sub(link, body))

    def _find(self, name: str) -> str:
        return self._pages.get(fold_name(name)) or self._pages.get(read_day_in_words(name), "")

    def _block_link(
        self, number: str, words: str, source: _Source, *, is_embed: bool = False
    ) -> str:
        target = self._blocks.get(number)
        if target is None:
            self._lose("references to blocks that are not there", source)
            return ""
        text = "" if is_embed else words or target.text
        return page_link(f"{target.key}#^{number}", text, is_embed=is_embed)


class _Block:
    """A block while it is read: its lines as a note has them, and what Logseq says of it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.id = ""
        self.planned = ""
        self._is_log = False
        self._fence = ""
        self._quote = ""
        self._waiting = ""  # the bullet of a block whose text begins on the next line

    def add(self, line: str) -> str:
        """Add a line; what of it does not come along, "" for nothing."""
        words = line.strip()
        if self._is_log or words == ":LOGBOOK:":
            self._is_log = words != ":END:"
            return "" if self._is_log else "times spent on tasks"
        found = None if self._fence or words.startswith("- ") else _PROPERTY.fullmatch(line)
        if found and (found[1] == "id" or found[1] in _DROPPED or found[1].startswith("card-")):
            self.id = found[2].strip() if found[1] == "id" else self.id
            return "schedules of flashcards" if found[1] == "card-repeats" else ""
        if plan := _PLANNED.search(line):
            self.planned = f" 📅 {plan[1]}"
        elif begin := _BEGIN.search(line):
            self._open(line[: begin.start()], begin[1].casefold(), begin[2].strip())
        elif words.upper().startswith("#+END_"):
            self._close(line)
        else:
            self._add_text(line)
        return ""

    def _open(self, start: str, kind: str, more: str) -> None:
        """Open a part such as a quote or code."""
        if kind in ("src", "example", "export"):
            self._fence = "```"
            self.lines.append(f"{start}```{more}")
            return
        self._quote = "> "
        if kind in _CALLOUTS:
            self.lines.append(f"{start}> [!{kind}]")
        else:
            self._waiting = start if "- " in start else ""

    def _close(self, line: str) -> None:
        if self._fence:
            self.lines.append(f"{_indent(line)}```")
        self._fence = self._quote = ""

    def _add_text(self, line: str) -> None:
        start = self._waiting or _indent(line)
        self.lines.append(f"{start}{self._quote}{line.strip()}" if self._quote else line)
        self._waiting = ""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _write_state(line: str, planned: str) -> str:
    """Write the state of a task as its box."""
    bullet = _BULLET.fullmatch(line)
    if bullet is None:
        return line
    state = _STATE.match(bullet[2])
    if state is None:
        return f"{bullet[1]}- {bullet[2]}{planned}"
    box = "x" if state[1] in _DONE else "-" if state[1] in _CANCELED else " "
    return f"{bullet[1]}- [{box}] {bullet[2][state.end() :]}{planned}"


def _plain(text: str) -> str:
    """Return the words of a block as those of a link may be."""
    words = _REFERENCE.sub("…", _PAGE.sub(lambda found: found[2], text))
    plain = clean_line(re.sub(r"[\[\]|*`^#]", "", _STATE.sub("", words)))
    return f"{plain[:80].rstrip()}…" if len(plain) > 80 else plain


FORMAT = Format("logseq", "Logseq", "ls", detect, read)

"""Logseq: the folder of a Markdown graph. Blocks stay list items."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from notekeep.importing.formats.page_fields import set_field
from notekeep.importing.formats.reading import (
    Records,
    day_in_words,
    each_file,
    guard,
    split_list,
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
from notekeep.markdown.note_names import fold_name

_CONFIG = "logseq/config.edn"
_PROPERTY = re.compile(r"\s*(?:- )?([A-Za-z][\w.-]*):: ?(.*)")
_BULLET = re.compile(r"([ \t]*)- ?(.*)")
_STATE = re.compile(r"(TODO|DOING|LATER|NOW|WAITING|WAIT|IN-PROGRESS|DONE|CANCELED|CANCELLED) +")
_BOXES = {"DONE": "x", "CANCELED": "-", "CANCELLED": "-"}
_PLANNED = re.compile(r"(?:SCHEDULED|DEADLINE): <(\d{4}-\d\d-\d\d)[^>]*>")
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_EMBED = re.compile(r"\{\{embed +(?:\(\((" + _ID + r")\)\)|\[\[([^\[\]]+)\]\])\s*\}\}")
_NAMED_REFERENCE = re.compile(r"\[([^\[\]\n]{0,300})\]\(\(\((" + _ID + r")\)\)\)")
_REFERENCE = re.compile(r"\(\((" + _ID + r")\)\)")
_PAGE = re.compile(r"(#?)\[\[([^\[\]\n]+)\]\]")
_FILE = re.compile(r"!?\[([^\[\]\n]{0,300})\]\((?:\.\./|/)?(assets/[^()\n]+)\)(?:\{[^{}\n]*\})?")
_QUERY = re.compile(r"\{\{query\b")
_BEGIN = re.compile(r"(?i)#\+BEGIN_(\w+)[ \t]*(.*)")
_JOURNAL = re.compile(r"(\d{4})[_-](\d\d)[_-](\d\d)")
_DROPPED = ("collapsed", "heading", "background-color", "logseq.order-list-type", "icon")
_CALLOUTS = ("note", "tip", "important", "caution", "warning", "example", "pinned", "comment")


class _Source(NamedTuple):
    """A page before its links are converted."""

    page: Page
    lines: list[str]
    member: str


class _Target(NamedTuple):
    """A block that can be referenced by id."""

    key: str  # of its page
    text: str


def _detect(name: str, _: bytes) -> bool:
    """Whether a file is the configuration of a graph, which is then read with all its pages."""
    return name == _CONFIG or name.endswith(f"/{_CONFIG}")


def _read_graph(files: InputFiles, config: str) -> Records:
    root = config.removesuffix(_CONFIG)
    is_triple = ":triple-lowbar" in files.text(config)
    graph = _Graph(frozenset(files.names))

    def read_page(member: str, folder: str, stem: str) -> None:
        # Namespaces in file names are separated by `___`, `%2F` or dots.
        name = unquote(stem.replace("___", "/") if is_triple else stem.replace(".", "/"))
        graph.add(_read_page(files.text(member), member, folder, name))

    for member in files.names:
        place = member.removeprefix(root) if member.startswith(root) else ""
        folder, _, base = place.partition("/")
        if folder not in ("pages", "journals", "whiteboards") or "/" in base:
            continue
        if base.endswith(".md"):
            yield from guard("files", member, read_page, member, folder, base.removesuffix(".md"))
        else:
            yield Loss("whiteboards, pages in org mode and other files", place=member)
    yield from graph.write_pages()


def _read_page(text: str, member: str, folder: str, name: str) -> _Source:
    lines = clean_text(text).split("\n")
    own: dict[str, str] = {}
    start = 0
    for line in lines:
        found = None if line.startswith("- ") else _PROPERTY.fullmatch(line)
        if not found:
            break
        own[found[1]] = found[2]
        start += 1
    name = one_line(own.get("title")) or name
    day = _JOURNAL.fullmatch(name)
    if folder == "journals" and day:
        title, kind = "-".join(day.groups()), "daily"
    else:
        title, kind = name.rpartition("/")[2], "note"
    # In links, `#` starts a heading.
    page = Page(f"logseq:{name.replace('#', '%23')}", title, "", kind, names=(name,))
    page.folder = name.rpartition("/")[0] if kind == "note" else ""
    for key, value in own.items():
        _set_property(page, key, value)
    return _Source(page, lines[start:], member)


def _set_property(page: Page, key: str, value: str) -> None:
    plain = one_line(_PAGE.sub(lambda found: found[2], value))
    if key == "tags":
        page.tags += tuple(tag.lstrip("#") for tag in split_list(plain))
    elif key in ("alias", "aliases"):
        names = split_list(plain)
        page.fields["aliases"] = list(names)
        page.names += names
    elif key == "type" and plain in ("book", "podcast"):
        page.kind, page.folder = plain, ""
    elif key not in ("title", "id", "public", "filters", *_DROPPED):
        set_field(page, key, plain, "logseq")


class _Graph:
    """The pages of a graph, and their blocks with ids."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._sources: list[_Source] = []
        self._pages: dict[str, str] = {}  # keys by folded names
        self._blocks: dict[str, _Target] = {}

    def add(self, source: _Source) -> None:
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

    def write_pages(self) -> Records:
        for source in self._sources:
            losses: list[str] = []
            blocks = [self._write_block(block, losses) for block in _split_blocks(source.lines)]
            body = "\n".join(line for lines in blocks for line in lines)
            source.page.body = self._write_links(source, body, losses).strip("\n")
            yield from (Loss(lost, place=source.member) for lost in losses)
            yield source.page

    def _write_block(self, lines: list[str], losses: list[str]) -> list[str]:
        """Convert a block, which is a bullet with the lines below it."""
        found: list[str] = []
        number = planned = ""
        is_code = is_log = False
        for line in _write_parts(lines):
            words = line.strip()
            is_code ^= words.removeprefix("- ").startswith("```")
            own = None if is_code or words.startswith("- ") else _PROPERTY.fullmatch(line)
            name = own[1] if own else ""
            if is_log or words == ":LOGBOOK:":
                is_log = words != ":END:"
                losses += [] if is_log else ["times spent on tasks"]
            elif own and name == "id":
                number = own[2].strip()
            elif name in _DROPPED or name.startswith("card-"):
                losses += ["schedules of flashcards"] if name == "card-repeats" else []
            elif plan := _PLANNED.search(line):
                planned = f" 📅 {plan[1]}"
            else:
                found.append(line)
        if not found:
            return []
        found[0] = _write_state(found[0], planned)
        if number in self._blocks:
            at = 0 if any("```" in line for line in found) else -1
            found[at] = f"{found[at].rstrip()} ^{number}"
        return found

    def _write_links(self, source: _Source, body: str, losses: list[str]) -> str:
        root = posixpath.dirname(posixpath.dirname(source.member))

        def refer(number: str, words: str, *, is_embed: bool = False) -> str:
            target = self._blocks.get(number)
            if target is None:
                losses.append("references to missing blocks")
                return ""
            text = "" if is_embed else words or target.text
            return page_link(f"{target.key}#^{number}", text, is_embed=is_embed)

        def embed(found: re.Match[str]) -> str:
            if found[1]:
                return refer(found[1], "", is_embed=True) or found[0]
            key = self._find(found[2])
            return page_link(key, is_embed=True) if key else f"![[{found[2]}]]"

        def link(found: re.Match[str]) -> str:
            if found[1]:
                return "#" + re.sub(r"[^\w/-]+", "-", found[2]).strip("-")
            key = self._find(found[2])
            return page_link(key, found[2]) if key else found[0]

        def file(found: re.Match[str]) -> str:
            path = unquote(found[2])
            member = posixpath.join(root, path)
            if member not in self._names:
                return file_link(path, found[1])
            return source.page.link_file(path, path.rpartition("/")[2], member, found[1])

        body = _EMBED.sub(embed, body)
        body = _NAMED_REFERENCE.sub(lambda found: refer(found[2], found[1]) or found[1], body)
        body = _REFERENCE.sub(lambda found: refer(found[1], "") or found[0], body)
        losses += ["queries, which stay as text"] * len(_QUERY.findall(body))
        return _FILE.sub(file, _PAGE.sub(link, body))

    def _find(self, name: str) -> str:
        return self._pages.get(fold_name(name)) or self._pages.get(day_in_words(name), "")


def _split_blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if _BULLET.fullmatch(line) and block:
            yield block
            block = []
        block.append(line)
    yield block


def _write_parts(lines: list[str]) -> list[str]:
    """Convert parts of a block, such as quotes and code, to Markdown."""
    found: list[str] = []
    is_code = False
    quote = ""
    waiting = ""  # the bullet of a block whose text starts on the next line
    for line in lines:
        words, indent = line.strip(), line[: len(line) - len(line.lstrip())]
        if begin := _BEGIN.search(line):
            kind, start = begin[1].casefold(), line[: begin.start()]
            is_code = kind in ("src", "example", "export")
            quote = "" if is_code else "> "
            if is_code:
                found.append(f"{start}```{begin[2].strip()}")
            elif kind in _CALLOUTS:
                found.append(f"{start}> [!{kind}]")
            else:
                waiting = start if "- " in start else ""
        elif words.upper().startswith("#+END_"):
            found += [f"{indent}```"] if is_code else []
            is_code, quote = False, ""
        else:
            found.append(f"{waiting or indent}{quote}{words}" if quote else line)
            waiting = ""
    return found


def _write_state(line: str, planned: str) -> str:
    bullet = _BULLET.fullmatch(line)
    if bullet is None:
        return line
    state = _STATE.match(bullet[2])
    if state is None:
        return f"{bullet[1]}- {bullet[2]}{planned}"
    return f"{bullet[1]}- [{_BOXES.get(state[1], ' ')}] {bullet[2][state.end() :]}{planned}"


def _plain(text: str) -> str:
    """Return the text of a block for use in a link."""
    words = _REFERENCE.sub("…", _PAGE.sub(lambda found: found[2], text))
    plain = one_line(re.sub(r"[\[\]|*`^#]", "", _STATE.sub("", words)))
    return f"{plain[:80].rstrip()}…" if len(plain) > 80 else plain


FORMATS = (Format("logseq", "Logseq", "ls", _detect, each_file(_read_graph)),)

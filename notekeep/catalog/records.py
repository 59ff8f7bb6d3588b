"""Rows of the catalog's tables as plain values, without any database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.catalog.database import TABLES
from notekeep.markdown.note_names import FIELD_LINK, fold_name, note_stem
from notekeep.query.folding import as_unicode, fold_key, fold_text

if TYPE_CHECKING:
    from notekeep.markdown.field_values import Scalar, Value
    from notekeep.markdown.note import Note
    from notekeep.storage.scan import Fingerprint


@dataclass(kw_only=True)
class Row:
    """What a list shows of a note: some columns of `notes`, under their names there."""

    path: str  # vault-relative, "/"-separated, as found on disk
    title: str
    kind: str  # the id of its kind
    mtime_ns: int
    size: int
    private: bool  # it must never leave the vault
    problem: str | None  # why it could not be read whole
    words: int
    # Tags, aliases and fields as JSON; read when asked for, since a list of thousands asks few.
    facts: str = field(repr=False)
    # What tells it from other notes of its title; see `queries.distinguish_titles`.
    apart: str = field(default="", repr=False, compare=False)
    _read: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> Row:
        """Make a row of the result of a SELECT of ROW_COLUMNS."""
        row = cls(**dict(zip(ROW_COLUMNS, values, strict=True)))
        row.path, row.private = load_path(row.path), bool(row.private)
        return row

    def _fact(self, name: str) -> Any:
        if self._read is None:
            self._read = json.loads(self.facts)
        return self._read[name]

    @property
    def tags(self) -> list[str]:
        """Return its tags, without "#", in the order they stand in the note."""
        found: list[str] = self._fact("tags")
        return found

    @property
    def aliases(self) -> list[str]:
        """Return its other names."""
        found: list[str] = self._fact("aliases")
        return found

    @property
    def fields(self) -> dict[str, Value]:
        """Return its front matter under canonical names, dates as ISO text."""
        found: dict[str, Value] = self._fact("fields")
        return found

    @property
    def language(self) -> str:
        """Return the language that it names for itself, or "" for the vault's."""
        named = self.fields.get("lang")
        return named if isinstance(named, str) else ""

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON; the keys are stable."""
        return {
            "path": self.path,
            "title": self.title,
            "kind": self.kind,
            "tags": self.tags,
            "aliases": self.aliases,
            "private": self.private,
            "problem": self.problem,
            "fields": self.fields,
        }


ROW_COLUMNS = [column.name for column in fields(Row) if column.compare]
"""The columns of `notes` that a row is made of."""

HAS_NAME = "id IN (SELECT note FROM names WHERE key IN (SELECT value FROM json_each(?)))"
"""Which notes have a name with one of some keys, given as JSON."""


Cells: TypeAlias = tuple[Any, ...]
"""One row of a table, in the order of its columns."""

FIELD_LETTERS = 1000
"""How much of a field's text can be compared; a longer one is prose, and found as words."""

SORT_DIGITS = 10
"""Digits are padded to so many, so that `Episode 2` sorts before `Episode 10`."""

_DAY = re.compile(r"(-?\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
ESCAPE = "\ufdd0"  # a noncharacter: Unicode keeps it free for use within a program
_TO_ESCAPE = re.compile(f"[\udc80-\udcff{ESCAPE}]")
_ESCAPED = re.compile(f"{ESCAPE}(.)")


class LinkRow(NamedTuple):
    """A link in a note."""

    line: int  # of the file, from 1
    target: str  # as written
    path: str | None  # the note it leads to; of an ambiguous one the nearest
    state: str  # "ok", "ambiguous", "broken", "file" (an attachment) or "web"
    heading: str  # the heading or block it names within the note, or ""
    text: str  # what is shown instead of the target, or ""
    embed: bool  # the note is shown in place


class Backlink(NamedTuple):
    """A link to a note: the note it stands in, its title, and the line of the file, from 1."""

    source: str
    title: str
    line: int
    text: str


class TaskRow(NamedTuple):
    """A task: the note it stands in, the line of the file from 1, its mark and its text."""

    path: str
    title: str
    line: int
    mark: str
    done: bool
    text: str


class Record(NamedTuple):
    """A file as it was read, with the role "note", "log", "template" or "excluded" from lists."""

    path: str
    role: str
    fingerprint: Fingerprint
    digest: str
    note: Note


def link_key(target: str) -> str:
    """Return the name in a link's target: its last part, without `.md` unless that is all."""
    last = target.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = last.strip() or last
    return fold_name((name[:-3] if name[-3:].lower() == ".md" else name) or name)


def sort_key(title: str) -> str:
    """Return a title as lists sort it: folded, without marks before it, numbers by value."""
    folded = fold_text(title)
    bare = folded.lstrip(" \"'([{*_.-") or folded
    return re.sub(r"\d+", lambda digits: digits[0].zfill(SORT_DIGITS), bare)


def store_path(path: str) -> str:
    """Return a path as SQLite can hold it: a byte that is no UTF-8 is escaped."""
    if path.isascii():
        return path
    return _TO_ESCAPE.sub(lambda found: ESCAPE + _swapped(found[0]), path)


def load_path(stored: str) -> str:
    """Return a path as the system knows it; undoes `store_path`."""
    if ESCAPE not in stored:
        return stored
    return _ESCAPED.sub(lambda found: _swapped(found[1]), stored)


def _swapped(char: str) -> str:
    """A byte that Python keeps in a surrogate as that byte's number, and the other way round."""
    return char if char == ESCAPE else chr(ord(char) ^ 0xDC00)


def signed(inode: int) -> int:
    """Return an inode as SQLite can hold it, in 64 bits with a sign."""
    return inode - (1 << 64) if inode >= 1 << 63 else inode


def table_rows(record: Record, number: int) -> Iterator[tuple[str, Cells]]:
    """Yield all rows of a file, each with its table; `number` is its id in the catalog."""
    note, problem = record.note, record.note.problem
    row = _note_row(record, number)
    yield "notes", tuple(row[column] for column in TABLES["notes"])
    if problem and record.role != "excluded":
        message, hint = as_unicode(problem.message), as_unicode(problem.hint)
        place = (store_path(record.path), "note", problem.line)
        yield "problems", (*place, message, hint, problem.code, problem.column)
    if record.role in ("note", "excluded"):
        # To and from a note that is in no list links lead as ever; nothing else is told of it.
        names = {link_key(name) for name in (record.path, note.title, *note.aliases)}
        yield from (("names", (key, number)) for key in {*map(as_unicode, names)} - {""})
        yield from (("links", (number, *cells)) for cells in _link_cells(note))
    if record.role != "note":
        return
    for name, value in note.fields.items():
        if name != "tags":
            yield from _field_rows(number, name, value)
    for key, (name, own) in tag_keys(note.tags).items():
        yield "tags", (number, key, name, own)
    first = note.body_line + 1
    for task in note.spans.tasks:
        text = as_unicode(task.text)
        line, mark = task.line + first, as_unicode(task.mark)
        yield "tasks", (number, line, mark, int(task.done), text, fold_text(text))
    for heading in note.spans.headings:
        yield "headings", (number, heading.line + first, heading.level, as_unicode(heading.text))


def _note_row(record: Record, number: int) -> dict[str, Any]:
    note, mark, spans = record.note, record.fingerprint, record.note.spans
    path, title = as_unicode(record.path), as_unicode(note.title)
    embeds = sum(link.embed for link in spans.links)
    return {
        "id": number,
        "path": store_path(record.path),
        "path_folded": fold_text(path),
        "name_folded": fold_text(note_stem(path)),
        "role": record.role,
        "title": title,
        "title_folded": fold_text(title),
        "sort": sort_key(title),
        "kind": as_unicode(note.kind),
        "private": int(note.private),
        "problem": as_unicode(note.problem.message) if note.problem else None,
        "size": mark.size,
        "mtime_ns": mark.mtime_ns,
        "ctime_ns": mark.ctime_ns,
        "inode": signed(mark.inode),
        "digest": record.digest,
        "words": len(note.body.split()),
        "links": len(spans.links) - embeds,
        "embeds": embeds,
        "tasks": len(spans.tasks),
        "todo": sum(not task.done for task in spans.tasks),
        "quotes": len(spans.quotes),
        "headings": len(spans.headings),
        "timestamps": len(spans.timestamps),
        "code": len(spans.code),
        "facts": json.dumps({"tags": note.tags, "aliases": note.aliases, "fields": note.fields}),
    }


def _field_rows(number: int, name: str, value: Value) -> Iterator[tuple[str, Cells]]:
    key = as_unicode(fold_key(name))
    items = value if isinstance(value, list) else [value]
    kept = [item for item in items if item is not None and item != ""]
    if kept:
        yield "keys", (key, as_unicode(name))
    for at, item in enumerate(kept):
        kind, text, amount, day = _typed(item)
        kind = "list" if isinstance(value, list) else kind
        yield "fields", (number, key, at, kind, text, amount, day)


def _typed(item: Scalar) -> tuple[str, str, float | None, str | None]:
    """An item's type, its folded text, its number and its day, where it has them."""
    if isinstance(item, bool):
        return "bool", "true" if item else "false", None, None
    if isinstance(item, (int, float)):
        return "number", f"{item:.15g}", float(item), None
    written = str(item)
    text = fold_text(as_unicode(written.replace("[[", "").replace("]]", "")))[:FIELD_LETTERS]
    if found := _DAY.fullmatch(written.strip()):
        year, month, day = found.groups()
        return "date", text, None, f"{year}-{month or '01'}-{day or '01'}"
    return "text", text, None, None


def tag_keys(tags: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return a note's tags and those above them by key: the name, and 1 for its own ones."""
    found: dict[str, tuple[str, int]] = {}
    for tag in tags:
        parts = as_unicode(tag).split("/")
        for end in range(1, len(parts) + 1):
            name = "/".join(parts[:end])
            own = int(end == len(parts))
            before = found.get(fold_text(name), (name, 0))
            found[fold_text(name)] = (before[0], before[1] | own)
    return found


def _link_cells(note: Note) -> Iterator[Cells]:
    """The links of a note, those in its front matter too; where they lead is not known yet."""
    for value in note.fields.values():
        for item in value if isinstance(value, list) else (value,):
            for found in FIELD_LINK.finditer(item) if isinstance(item, str) else ():
                yield _link_cell(1, found[1], "", "", embed=False)
    for link in note.spans.links:
        if link.target:
            line = note.body_line + link.line + 1
            inner = link.heading or (f"^{link.block}" if link.block else "")
            yield _link_cell(line, link.target, inner, link.text, embed=link.embed)


def _link_cell(line: int, target: str, heading: str, text: str, *, embed: bool) -> Cells:
    written = as_unicode(target.strip())
    state = "web" if _WEB.match(written) else "unsettled"
    return (
        line,
        written,
        link_key(written),
        as_unicode(heading),
        as_unicode(text),
        int(embed),
        state,
        None,
    )

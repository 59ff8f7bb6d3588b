"""The rows of the tables as plain values, independent of a database."""

from __future__ import annotations

import datetime as dt
import json
import re
from binascii import crc32
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from notekeep.markdown.note_names import FIELD_LINK, fold_name, note_stem
from notekeep.markdown.task_fields import NORMAL, read_dates, strip_fields
from notekeep.query.folding import as_unicode, fold_key, fold_text
from notekeep.recall.log import Answer, format_answer
from notekeep.recall.passages import read_cards, read_passages

if TYPE_CHECKING:
    from notekeep.markdown.fields.field_values import Scalar, Value
    from notekeep.markdown.note import Note
    from notekeep.storage.scan import Fingerprint


@dataclass(kw_only=True)
class Row:
    """A note in a list; the fields are columns of `notes`."""

    path: str  # vault-relative, "/"-separated, as found on disk
    title: str
    kind: str  # its kind's id
    mtime_ns: int
    size: int
    private: bool
    problem: str | None  # why it could not be read completely
    words: int
    # Tags, aliases and fields as JSON; parsed on first use, because long lists show few rows.
    facts: str = field(repr=False)
    # Distinguishes notes with the same title; see `queries.distinguish_titles`.
    title_suffix: str = field(default="", repr=False, compare=False)
    _read: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> Row:
        """Return a row for the values of ROW_COLUMNS."""
        row = cls(**dict(zip(ROW_COLUMNS, values, strict=True)))
        row.path, row.private = load_path(row.path), bool(row.private)
        return row

    def _fact(self, name: str) -> Any:
        if self._read is None:
            self._read = json.loads(self.facts)
        return self._read[name]

    @property
    def tags(self) -> list[str]:
        """Return the tags without "#", in the order of the note."""
        found: list[str] = self._fact("tags")
        return found

    @property
    def aliases(self) -> list[str]:
        """Return the aliases."""
        found: list[str] = self._fact("aliases")
        return found

    @property
    def fields(self) -> dict[str, Value]:
        """Return the front matter by canonical field name, with dates as ISO text."""
        found: dict[str, Value] = self._fact("fields")
        return found

    @property
    def language(self) -> str:
        """Return the language in `lang:`, or "" for the language of the vault."""
        named = self.fields.get("lang")
        return named if isinstance(named, str) else ""

    def as_object(self) -> dict[str, Any]:
        """Return the row as JSON; the keys are stable."""
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
"""The columns of `notes` that a `Row` contains."""

_AUTHORS = ("author", "guest", "host", "show")
"""The fields with the author or speaker of a passage; the first filled one is used."""

HAS_NAME = "id IN (SELECT note FROM names WHERE key IN (SELECT value FROM json_each(?)))"
"""SQL condition for notes with a name in a JSON list of keys."""

Cells: TypeAlias = tuple[Any, ...]
"""A row of a table, in the order of its columns."""

FIELD_LETTERS = 1000
"""Maximum number of letters of a field to compare; longer values are found by their words."""

SORT_DIGITS = 10
"""Digits are padded to this width, so that `Episode 2` sorts before `Episode 10`."""

ATTACHMENT_LETTERS = 5
"""Maximum length of a suffix: `.jpeg`, `.webp`, `.excal`."""

_DAY = re.compile(r"(-?\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
ESCAPE = "\ufdd0"  # a noncharacter, free for internal use
_TO_ESCAPE = re.compile(f"[\udc80-\udcff{ESCAPE}]")
_ESCAPED = re.compile(f"{ESCAPE}(.)")


class LinkRow(NamedTuple):
    """A link in a note."""

    line: int  # of the file, from 1
    target: str  # as in the note
    path: str | None  # the target note; if ambiguous, the nearest
    state: str  # "ok", "ambiguous", "broken", "file" (an attachment) or "web"
    heading: str  # the heading or block in the note, or ""
    text: str  # the text shown instead of the target, or ""
    embed: bool


class Backlink(NamedTuple):
    """A link from another note: its path, its title, and the line in the file, from 1."""

    source: str
    title: str
    line: int
    text: str


class TaskRow(NamedTuple):
    """A task, with the line in the file, from 1."""

    path: str
    title: str
    line: int
    mark: str
    done: bool
    text: str
    due: dt.date | None = None
    scheduled: dt.date | None = None
    start: dt.date | None = None  # before this day, the task is not open
    priority: int = NORMAL

    @property
    def key(self) -> tuple[str, str]:
        """A key that stays the same when the task is ticked or moves to another line."""
        return self.path, strip_fields(self.text, "done", "cancelled")

    @property
    def planned(self) -> dt.date | None:
        """The due date, or else the scheduled date."""
        return self.due or self.scheduled

    def is_waiting(self, today: dt.date) -> bool:
        """Whether the task is open and starts after today."""
        return not self.done and self.start is not None and self.start > today

    def day(self, today: dt.date) -> dt.date | None:
        """Return the day to list the task on, which is in the past if it is late, or None."""
        if self.planned is None or self.planned < today:
            return self.planned
        return max(today, min(self.planned, self.scheduled or self.planned))


class PassageRow(NamedTuple):
    """A passage, with its note and the line in the file, from 1."""

    source: Row
    line: int
    text: str
    locator: str  # "p. 27", "12:34" or ""
    heading: str
    answer: str  # of a card; "" for a quote
    block: str  # its block id, or ""
    key: str  # a key of its text; services/recall.py replaces it with the key of its answers

    @property
    def author(self) -> str:
        """Return the author or speaker, from the fields of the note, or ""."""
        fields = self.source.fields
        value = next((fields[name] for name in _AUTHORS if fields.get(name)), "")
        names = value if isinstance(value, list) else [value]
        return ", ".join(FIELD_LINK.sub(r"\1", str(name)) for name in names)

    @property
    def cited(self) -> str:
        """Return the text with its source, for the clipboard."""
        source = ", ".join(filter(None, (self.author, self.source.title, self.locator)))
        return f"{self.text}\n— {source}"

    def as_object(self) -> dict[str, Any]:
        """Return the passage as JSON; the keys are stable."""
        return {
            "path": self.source.path,
            "line": self.line,
            "title": self.source.title,
            "author": self.author,
            "text": self.text,
            "locator": self.locator,
            "heading": self.heading,
            "answer": self.answer,
            "tags": self.source.tags,
            "block": self.block,
            "key": self.key,
        }


class Record(NamedTuple):
    """A file with its role: "note", "log", "template" or "excluded"."""

    path: str
    role: str
    fingerprint: Fingerprint
    digest: str
    note: Note
    answers: Sequence[tuple[int, Answer]] = ()  # line and answer, if it is a log of answers


def link_key(target: str) -> str:
    """Return the key of a link target: its last part, folded, without `.md`."""
    last = target.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = last.strip() or last
    return fold_name((name[:-3] if name[-3:].lower() == ".md" else name) or name)


def is_web_target(target: str) -> bool:
    """Whether the target of a link is an address outside the vault."""
    return _WEB.match(target) is not None


def link_state(target: str, found: int, *, embed: bool) -> str:
    """Return the state of a link, as in `LinkRow`, with a number of possible notes."""
    if found:
        return "ok" if found == 1 else "ambiguous"
    return "file" if _is_attachment(target, embed=embed) else "broken"


def _is_attachment(target: str, *, embed: bool) -> bool:
    """Whether a broken target may be a file: `cover.png`, or any embed."""
    stem, dot, suffix = target.rpartition(".")
    if not stem or not dot or suffix.lower() == "md":
        return False
    return embed or (len(suffix) <= ATTACHMENT_LETTERS and suffix.isalnum())


def sort_key(title: str) -> str:
    """Return the sort key of a title: folded, without leading punctuation, numbers by value."""
    folded = fold_text(title)
    bare = folded.lstrip(" \"'([{*_.-") or folded
    return re.sub(r"\d+", lambda digits: digits[0].zfill(SORT_DIGITS), bare)


def store_path(path: str) -> str:
    """Return the form of a path that SQLite can store: bytes that are not UTF-8 are escaped."""
    if path.isascii():
        return path
    return _TO_ESCAPE.sub(lambda found: ESCAPE + _swapped(found[0]), path)


def load_path(stored: str) -> str:
    """Return the path for a stored path; the inverse of `store_path`."""
    if ESCAPE not in stored:
        return stored
    return _ESCAPED.sub(lambda found: _swapped(found[1]), stored)


def _swapped(char: str) -> str:
    """Convert between the surrogate of an invalid byte and its number."""
    return char if char == ESCAPE else chr(ord(char) ^ 0xDC00)


def signed(inode: int) -> int:
    """Return an inode as a signed 64-bit number."""
    return inode - (1 << 64) if inode >= 1 << 63 else inode


def table_rows(record: Record, number: int) -> Iterator[tuple[str, Cells]]:
    """Yield the rows of a file in all other tables; `number` is its id."""
    note, problem = record.note, record.note.problem
    yield from (_answer_row(number, *one) for one in record.answers)
    if problem and record.role != "excluded":
        message, hint = as_unicode(problem.message), as_unicode(problem.hint)
        place = (store_path(record.path), "note", problem.line)
        yield "problems", (*place, message, hint, problem.code, problem.column)
    if record.role in ("note", "excluded"):
        # For excluded notes, only names and links are stored, so that links still work.
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
    yield from _body_rows(note, number)


def note_row(record: Record, number: int) -> dict[str, Any]:
    """Return the row of a file in `notes`, by column; `number` is its id."""
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


def _body_rows(note: Note, number: int) -> Iterator[tuple[str, Cells]]:
    first = note.body_line + 1
    for task in note.spans.tasks:
        text = as_unicode(task.text)
        line, mark = task.line + first, as_unicode(task.mark)
        *days, priority = read_dates(text)
        cells = (number, line, mark, int(task.done), text, fold_text(text))
        yield "tasks", (*cells, *(day and day.isoformat() for day in days), priority)
    for heading in note.spans.headings:
        yield "headings", (number, heading.line + first, heading.level, as_unicode(heading.text))
    for one in (*read_passages(note), *read_cards(note)):
        texts = (one.text, one.locator, one.heading, one.answer)
        yield "passages", (number, one.line, one.text_key, one.block, *texts)


def _answer_row(number: int, line: int, answer: Answer) -> tuple[str, Cells]:
    text = format_answer(answer)
    return "answers", (number, line, answer.key, crc32(text.encode()), text)


def _field_rows(number: int, name: str, value: Value) -> Iterator[tuple[str, Cells]]:
    key = as_unicode(fold_key(name))
    items = value if isinstance(value, list) else [value]
    present = [item for item in items if item is not None and item != ""]
    if present:
        yield "keys", (key, as_unicode(name))
    for at, item in enumerate(present):
        kind, text, amount, day = _typed(item)
        kind = "list" if isinstance(value, list) else kind
        yield "fields", (number, key, at, kind, text, amount, day)


def _typed(item: Scalar) -> tuple[str, str, float | None, str | None]:
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
    """Return the tags of a note and their parents by key: name, and 0 for a mere parent."""
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
    state = "web" if is_web_target(written) else "unsettled"
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

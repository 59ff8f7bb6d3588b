"""The records that readers of other programs' files yield.

A reader only converts files to records, and never reads the vault. It yields a `Work` for a book,
episode or article with passages, a `Page` for a note, a `Bookmark` for a saved address, an
`ImportedHabit` for a habit, and a `Loss` for everything that is not imported. The planners decide
where records are written, and keep the user's changes.

Each record has a key that is the same in every export: the other program's id, if it has one. Ids
in notes are computed from the key, so two devices that import the same file write the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.habits.log import LogValue
from notekeep.markdown.fields.field_values import Value

if TYPE_CHECKING:
    from notekeep.importing.input_files import InputFiles


class Loss(NamedTuple):
    """Content that is not imported, or only partly. Equal losses are counted together."""

    message: str  # describes it in the plural, without a number: "colors of highlights"
    title: str = ""  # the work, page or habit; "" for the entire file
    place: str = ""  # the first place: a file, or a file and a line such as `notes.csv:12`
    times: int = 1


@dataclass(slots=True)
class Passage:
    """A highlight or quote, with the reader's note."""

    key: str  # unique in the format
    text: str  # without `>`; "" for a note about the entire work
    note: str = ""  # Markdown
    locator: str = ""  # as in `quote`: "(p. 12)", "(loc. 180)", "[00:12:14]"; "" for none
    order: tuple[float, ...] = ()  # its place in the work
    at: str = ""  # ISO, local time; "" if unknown
    tags: tuple[str, ...] = ()
    chapter: str = ""  # the heading above it; "" for none
    color: str = ""
    earlier: tuple[str, ...] = ()  # earlier versions of the text, such as before it was resized
    is_deleted: bool = False  # deleted, hidden or discarded in the source


@dataclass(slots=True)
class Work:
    """A book, an episode or an article, which becomes one note."""

    kind: str  # the kind of its note: "book", "podcast", "note" for an article
    title: str
    ids: tuple[str, ...]  # values of `source_id`: "kindle:B00EXAMPLE", "url:https://…"
    authors: tuple[str, ...] = ()
    fields: dict[str, Value] = field(default_factory=dict)  # by the names in `schema.py`
    tags: tuple[str, ...] = ()
    passages: list[Passage] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)  # heading -> text, written once
    is_deleted: bool = False


class PageFile(NamedTuple):
    """An attachment of a page, such as a picture."""

    name: str  # its name in the source
    member: str  # its name in the files of the import


@dataclass(slots=True)
class Page:
    """A note of another program.

    Links in its Markdown body are written with `page_link` and `file_link`, because the paths of
    other notes are unknown until all pages are planned.
    """

    key: str  # its `source_id` and the target of `page_link`: "joplin:0f3c…"
    title: str
    body: str
    kind: str = "note"  # "daily" for a journal page, with the ISO day as title
    heading: str = ""  # of a journal entry, which is added to its daily note as a section
    folder: str = ""  # within the import's folder, separated by "/"
    created: str = ""  # ISO; "" if unknown
    tags: tuple[str, ...] = ()
    fields: dict[str, Value] = field(default_factory=dict)
    files: dict[str, PageFile] = field(default_factory=dict)  # by the key of `file_link`
    names: tuple[str, ...] = ()  # other keys in links: a title, a path in the source
    bookmarks: list[Bookmark] = field(default_factory=list)  # lines of the page, instead of a body

    def link_file(self, key: str, name: str, member: str, text: str = "") -> str:
        """Add a file unless it was added, and return a link to it."""
        self.files.setdefault(key, PageFile(name, member))
        return file_link(key, text)


class Bookmark(NamedTuple):
    """A saved address, which becomes a line in a list."""

    url: str
    title: str = ""
    saved: str = ""  # ISO day; "" if unknown
    tags: tuple[str, ...] = ()


class ImportedDay(NamedTuple):
    """An entry of a habit."""

    day: int
    value: LogValue
    note: str = ""
    time: str = ""  # as in a log line; "" if unknown
    extra: tuple[tuple[str, str], ...] = ()  # more `key=word` pairs


@dataclass(slots=True)
class ImportedHabit:
    """A habit of another program, with the fields of a definition."""

    name: str
    source_id: str = ""  # distinguishes habits with the same name
    identity: str = ""  # the habit's id; "" to create an id from the name
    schedule: str | list[str] = "daily"  # for `parse_schedule`, or lines for `parse_rules`
    goal: str | list[str] = "done"  # for `parse_goal`, or lines for `parse_rules`
    unit: str = ""  # the unit of amounts, if the goal has no unit
    since: int | None = None  # the first day; None if it is not in the source
    until: int | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    is_archived: bool = False
    counts_silence: bool | None = None  # None: depends on the goal
    group: str = ""
    remind: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)  # other names in a log
    about: str = ""
    more: dict[str, Value] = field(default_factory=dict)  # other fields of a definition
    entries: list[ImportedDay] = field(default_factory=list)

    def record(
        self, day: int, value: LogValue, note: str = "", *, time: str = "", **extra: str
    ) -> None:
        """Add an entry. `extra` are more `key=word` pairs."""
        self.entries.append(ImportedDay(day, value, note, time, tuple(extra.items())))


Record: TypeAlias = Work | Page | Bookmark | ImportedHabit


class Format(NamedTuple):
    """A file format of another program.

    `detect` receives the name of each file (separated by "/") and its first 4096 bytes. `read` is
    called once for all files of a path, and `detected` lists the recognized files. A damaged record
    or file is a Loss with a place, not an exception. Only habit files are refused entirely.
    """

    id: str  # for `--from`: "kindle-clippings"; formats with the same first word share a ledger
    title: str  # "Kindle (My Clippings.txt)"
    prefix: str  # two letters that start the ids of its passages; "" for a habit format
    detect: Callable[[str, bytes], bool]
    read: Callable[[InputFiles], Iterable[Record | Loss]]

    @property
    def is_for_habits(self) -> bool:
        """Whether files in the format contain habits, which have no passages."""
        return not self.prefix


# Ids of passages


def passage_id(prefix: str, key: str) -> str:
    """Return the block id of a passage. It is the same on all devices."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return f"{prefix}-{base64.b32encode(digest[:5]).decode().lower()}"  # eight letters


# Links in the body of a page, marked with private-use characters, which `clean_text` removes from
# imported texts.

_LINK = "\ue000{kind}\ue001{key}\ue001{text}\ue002"
LINK_PATTERN = re.compile("\ue000([a-z])\ue001([^\ue000-\ue002]*)\ue001([^\ue000-\ue002]*)\ue002")
_TAG_SIGNS = re.compile(r"[^\w/-]+")
_RESERVED = re.compile("[\ue000-\ue002\0\ud800-\udfff]")


def page_link(key: str, text: str = "", *, is_embed: bool = False) -> str:
    """Return a link to a page. `key` may end in `#heading` or `#^block`."""
    return _LINK.format(kind="e" if is_embed else "p", key=key, text=text)


def file_link(key: str, text: str = "") -> str:
    """Return a link to a file of the page. Pictures are embedded."""
    return _LINK.format(kind="f", key=key, text=text)


def clean_text(text: object) -> str:
    """Return text without characters that notes cannot contain. Lines end with a line feed."""
    plain = "" if text is None else str(text)
    return _RESERVED.sub("", plain).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: object) -> str:
    """Return text as one line, such as a title."""
    return " ".join(clean_text(text).split())


def write_tag(words: str) -> str:
    """Return a tag in the syntax of notes; "" if no valid character is left."""
    name = _TAG_SIGNS.sub("-", one_line(words).lstrip("#")).strip("-/")
    return f"#{name}" if name and not name.isdigit() else ""

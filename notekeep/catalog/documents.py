"""A file of the vault into what the catalog keeps of it, and into what the full text is told."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from notekeep.catalog.records import Record
from notekeep.errors import Problem
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.schema import role
from notekeep.query.folding import is_unicode
from notekeep.storage.content import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from notekeep.markdown.field_values import Value
    from notekeep.markdown.schema import Schema
    from notekeep.query.tree import Node
    from notekeep.storage.scan import Fingerprint


class WordDoc(NamedTuple):
    """The words of one note, by the place they stand in."""

    path: str  # vault-relative; the note's identity in the index
    title: str
    aliases: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    matter: tuple[str, ...] = ()  # each other field of its front matter: authors, a subtitle
    body: str = ""  # all of it as written, headings and quotes included
    language: str = ""  # the code in the note's `lang:`, or "" for the vault's language

    def is_indexable(self) -> bool:
        """Tell whether its path is Unicode: a name in other bytes cannot be a term."""
        return is_unicode(self.path)


class FullText(Protocol):
    """The full text of a vault, as the catalog knows it."""

    @property
    def folder(self) -> Path:
        """Return where it lies."""

    @property
    def generation(self) -> int | None:
        """Return the catalog's generation that it stands for; None where there is none."""

    @property
    def count(self) -> int:
        """Return how many notes it has."""

    def scores(self, node: Node) -> dict[str, float]:
        """Return the notes that a tree of words matches, with their scores."""

    def build(
        self, docs: Iterable[WordDoc], generation: int, progress: Callable[[int], None]
    ) -> None:
        """Build it anew, or raise IndexBusy."""

    def update(
        self, docs: Sequence[WordDoc], gone: Sequence[str], generation: int, *, wait: float | None
    ) -> None:
        """Take notes in and others out, or raise IndexBusy or IndexUnusable."""


LARGE = 5 << 20
"""Bytes from which a file is data rather than a note."""

HEAD = 1 << 20
"""How much of a large file is read."""

# What stands elsewhere in the index, what says what a note is rather than what it is about, and
# what is there for machines.
_NO_WORDS = {
    *("title", "aliases", "tags", "type", "status", "lang", "unlogged"),
    *("cover", "slug", "url", "feed"),
}
_LINK = re.compile(r"\[\[([^\[\]|#]*)[^\[\]]*\]\]")
_NO_TEXT = re.compile(r"\d{4}-\d{2}(?:-\d{2}.*)?$|[a-z]+://")


class Content(NamedTuple):
    """What a file holds: its bytes, of a large file the first; its hash, "" if it is unreadable."""

    data: bytes
    digest: str
    problem: Problem | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether it is all that the file holds."""
        return bool(self.digest) and self.problem is None


def read_content(root: str, path: str) -> Content | None:
    """Read a file of the vault; None when it is gone.

    A file that changes while it is read is read again at the next sweep, whose fingerprint is
    another: it needs no second look here.
    """
    try:
        with open(os.path.join(root, path), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size <= LARGE:
                data = file.read()
                return Content(data, digest_of(data))
            head = file.read(HEAD)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        return Content(b"", "", unreadable_problem(path, f"The file cannot be read: {reason}."))
    data = head[: head.rfind(b"\n") + 1] or head
    message = f"The file has {size >> 20} MB, so only its first MB can be searched."
    problem = Problem(path, None, message, "Split it, or leave it as it is.", "large")
    return Content(data, digest_of(data + str(size).encode()), problem)


def unreadable_problem(path: str, message: str) -> Problem:
    """Describe a file or folder that the system does not let us read."""
    return Problem(path, None, message, "Look at its permissions.", "unreadable")


def record(path: str, fingerprint: Fingerprint, content: Content, schema: Schema) -> Record:
    """Make what the catalog keeps of a file."""
    duty = role(path, schema)
    stem = note_stem(path)
    if duty == "log":
        note = Note(path, stem, "log", problem=content.problem)
    elif not content.digest:
        note = Note(path, stem, private=schema.is_private(path), problem=content.problem)
    else:
        note = read_note(path, content.data, schema)
        note.problem = _problem(note, content)
    return Record(path, duty, fingerprint, content.digest, note)


def _problem(note: Note, content: Content) -> Problem | None:
    """What is wrong with a note: of several things the one that explains the others."""
    if b"<<<<<<< " not in content.data:
        return note.problem or content.problem
    from notekeep.markdown.text_merge import find_hunks_in_note

    text, body, found = find_hunks_in_note(content.data)
    is_cause = bool(found) and found[0].start < body
    if not found or (note.problem and not is_cause):
        return note.problem or content.problem
    line = text.count("\n", 0, found[0].start) + 1
    message = "Both sides of a merge stand here, between git's marks."
    hint = "`notekeep conflicts` shows them and keeps what is right."
    return Problem(note.path, line, message, hint, "conflict")


def word_doc(note: Note) -> WordDoc:
    """Make what the full text keeps of a note."""
    spans = note.spans
    language = note.fields.get("lang")
    return WordDoc(
        path=note.path,
        title=note.title,
        aliases=_other_names(note),
        headings=tuple(heading.text for heading in spans.headings) if spans else (),
        tags=tuple(note.tags),
        quotes=tuple(quote.text for quote in spans.quotes) if spans else (),
        matter=tuple(_field_texts(note.fields)),
        body=note.body,
        language=language if isinstance(language, str) else "",
    )


def _other_names(note: Note) -> tuple[str, ...]:
    stem = note_stem(note.path)
    return (*note.aliases, *((stem,) if stem != note.title else ()))


def _field_texts(fields: Mapping[str, Value]) -> Iterator[str]:
    """The texts of front matter, except those that the index has elsewhere, or nobody looks for."""
    for name, value in fields.items():
        if name not in _NO_WORDS:
            items = value if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, str) and not _NO_TEXT.match(item):
                    yield _LINK.sub(r"\1", item)


def read_word_doc(root: str, path: str, schema: Schema) -> WordDoc | None:
    """Read a note for the full text; None when it is gone, unreadable, or in no list."""
    content = read_content(root, path) if role(path, schema) == "note" else None
    if not content or not content.digest:
        return None
    return word_doc(read_note(path, content.data, schema))

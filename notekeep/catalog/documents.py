"""A file of the vault into what the catalog keeps of it, and into what the full text is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from notekeep.catalog.records import Record
from notekeep.errors import Problem
from notekeep.markdown.field_values import Value
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import FIELD_LINK, note_stem
from notekeep.markdown.schema import Schema, role
from notekeep.storage.content import Content, read_content
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


# What stands elsewhere in the index, what says what a note is rather than what it is about, and
# what is there for machines.
_NO_WORDS = {
    *("title", "aliases", "tags", "type", "status", "lang", "unlogged"),
    *("cover", "slug", "url", "feed", "source_id"),
}
_ADDRESS = re.compile(r"[a-z]+://")
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}).*)?")


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
    message = "Git conflict markers: both sides of a merge are here."
    hint = "Resolve them with `notekeep conflicts`."
    return Problem(note.path, line, message, hint, "conflict")


def word_doc(note: Note) -> WordDoc:
    """Make what the full text keeps of a note."""
    spans, stem = note.spans, note_stem(note.path)
    language = note.fields.get("lang")
    return WordDoc(
        path=note.path,
        title=note.title,
        aliases=(*note.aliases, *((stem,) if stem != note.title else ())),
        headings=tuple(heading.text for heading in spans.headings),
        tags=tuple(note.tags),
        quotes=tuple(quote.text for quote in spans.quotes),
        matter=tuple(_field_texts(note.fields)),
        body=_without_ids(note),
        language=language if isinstance(language, str) else "",
    )


def _without_ids(note: Note) -> str:
    """The body without the ids of blocks: an import writes thousands, and they are no words."""
    parts, at = [], 0
    for block in note.spans.blocks:
        parts.append(note.body[at : block.start])
        at = block.end
    return "".join([*parts, note.body[at:]])


def _field_texts(fields: Mapping[str, Value]) -> Iterator[str]:
    """The texts of front matter, except those that the index has elsewhere, or nobody looks for."""
    for name, value in fields.items():
        if name not in _NO_WORDS:
            items = value if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, str) and (day := _DATE.fullmatch(item)):
                    yield "".join(filter(None, day.groups()))  # one word: its year is no word
                elif isinstance(item, str) and not _ADDRESS.match(item):
                    yield FIELD_LINK.sub(r"\1", item)
                elif isinstance(item, int | float) and not isinstance(item, bool):
                    yield f"{item:.15g}"


def read_word_doc(root: str, path: str, schema: Schema) -> WordDoc | None:
    """Read a note for the full text; None when it is gone, unreadable, or in no list."""
    content = read_content(root, path) if role(path, schema) == "note" else None
    if not content or not content.digest:
        return None
    return word_doc(read_note(path, content.data, schema))

"""Converts a file to its catalog record and its search document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from notekeep.catalog.records import Record
from notekeep.errors import Problem
from notekeep.log_folders import REVIEW_LOG
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.schema import Schema, is_in_folder, role
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import FIELD_LINK, note_stem
from notekeep.recall.log import Answer, parse_answers
from notekeep.storage.content import Content, read_content
from notekeep.storage.scan import Fingerprint


class WordDoc(NamedTuple):
    """The words of one note, by part."""

    path: str  # vault-relative; the id of the note in the index
    title: str
    aliases: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    # all other front matter fields, and file names that are encoded in the body
    matter: tuple[str, ...] = ()
    body: str = ""  # unchanged, including headings and quotes
    attached: tuple[str, ...] = ()  # the texts of attached files
    language: str = ""  # the code in `lang:`, or "" for the language of the vault


# Fields that are indexed separately, classify the note, or are meant for programs.
_NO_WORDS = {
    *("title", "aliases", "tags", "type", "status", "lang", "unlogged"),
    *("cover", "slug", "url", "feed", "source_id"),
}
_ADDRESS = re.compile(r"[a-z]+://")
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}).*)?")


def record(path: str, fingerprint: Fingerprint, content: Content, schema: Schema) -> Record:
    """Return the catalog record of a file."""
    duty = role(path, schema)
    stem = note_stem(path)
    answers: Sequence[tuple[int, Answer]] = ()
    if is_in_folder(path, REVIEW_LOG):
        note = Note(path, stem, "log", problem=content.problem)
        answers, wrong = parse_answers(content.data.decode("utf-8-sig", "replace"))
        if wrong and not note.problem:
            message = "This line is not an answer that can be read, so it does not count."
            hint = "An answer is `- 2026-11-28 21:14 good KEY`."
            note.problem = Problem(path, wrong[0], message, hint, "answer")
    elif duty == "log":
        note = Note(path, stem, "log", problem=content.problem)
    elif not content.digest:
        note = Note(path, stem, private=schema.is_private(path), problem=content.problem)
    else:
        note = read_note(path, content.data, schema)
        note.problem = find_problem(note, content)
    return Record(path, duty, fingerprint, content.digest, note, answers)


def find_problem(note: Note, content: Content) -> Problem | None:
    """Return the problem of a note; if there are several, the one that causes the others."""
    if b"<<<<<<< " not in content.data:
        return note.problem or content.problem
    from notekeep.markdown.text_merge import find_note_hunks

    text, body, found = find_note_hunks(content.data)
    is_cause = bool(found) and found[0].start < body
    if not found or (note.problem and not is_cause):
        return note.problem or content.problem
    line = text.count("\n", 0, found[0].start) + 1
    message = "Git conflict markers: both sides of a merge are here."
    hint = "Resolve them with `notekeep conflicts`."
    return Problem(note.path, line, message, hint, "conflict")


def word_doc(note: Note) -> WordDoc:
    """Return the search document of a note."""
    spans, stem = note.spans, note_stem(note.path)
    language = note.fields.get("lang")
    return WordDoc(
        path=note.path,
        title=note.title,
        aliases=(*note.aliases, *((stem,) if stem != note.title else ())),
        headings=tuple(heading.text for heading in spans.headings),
        tags=tuple(note.tags),
        quotes=tuple(quote.text for quote in spans.quotes),
        matter=(*_field_texts(note.fields), *_decoded_names(note)),
        body=_without_ids(note),
        language=language if isinstance(language, str) else "",
    )


def _without_ids(note: Note) -> str:
    """Return the body without block ids, because imports write thousands of them."""
    parts, at = [], 0
    for block in note.spans.blocks:
        parts.append(note.body[at : block.start])
        at = block.end
    return "".join([*parts, note.body[at:]])


def _decoded_names(note: Note) -> Iterator[str]:
    """Yield the names of linked files that are encoded in addresses: `ticket%201.pdf`."""
    for link in note.spans.links:
        if not link.wiki and "%" in note.body[link.start : link.end]:
            yield link.target.rpartition("/")[2]


def _field_texts(fields: Mapping[str, Value]) -> Iterator[str]:
    for name, value in fields.items():
        if name not in _NO_WORDS:
            items = value if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, str) and (day := _DATE.fullmatch(item)):
                    # one word, so that a search for the year does not match
                    yield "".join(filter(None, day.groups()))
                elif isinstance(item, str) and not _ADDRESS.match(item):
                    yield FIELD_LINK.sub(r"\1", item)
                elif isinstance(item, int | float) and not isinstance(item, bool):
                    yield f"{item:.15g}"


def read_word_doc(root: str, path: str, schema: Schema) -> WordDoc | None:
    """Read a note for the full-text index; None if it is missing, unreadable or unlisted."""
    content = read_content(root, path) if role(path, schema) == "note" else None
    if not content or not content.digest:
        return None
    return word_doc(read_note(path, content.data, schema))

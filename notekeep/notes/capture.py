"""New note, added line, quote, attached file."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from notekeep.errors import NotFound, Refused, UsageError
from notekeep.markdown.text_edit import require_utf8
from notekeep.notes.plan import NoteChange, WritePlan

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from notekeep.markdown.field_values import Value
    from notekeep.markdown.schema import Daily, Schema
    from notekeep.settings import VaultSettings


# Capturing: a new note, a line added to one, a file attached to one.


_BULLET = re.compile(r"\s*([-*+]|\d+[.)]) ")
_EOL = re.compile(r"\r\n|\n|\r")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp")


def plan_new(  # noqa: PLR0913 - what a note is made of
    root: Path,
    schema: Schema,
    kind: str,
    title: str,
    *,
    now: dt.datetime,
    fields: Mapping[str, Value] | None = None,
    tags: Sequence[str] = (),
    body: str = "",
    path: str = "",
    template: str | None = None,
    formats: tuple[str, str] = ("", ""),
    names: Mapping[str, str] | None = None,
) -> WritePlan:
    """Plan a new note of a kind, named by its title, from the vault's template when it has one.

    Args:
        root: The vault.
        schema: Its kinds and folders.
        kind: The kind's id.
        title: The title; for a daily note the day, ISO.
        now: The wall clock, for `{{date}}` and `{{time}}`.
        fields: Front matter beside title and type.
        tags: Its tags.
        body: What stands below the front matter, instead of the template's text.
        path: Where it lies; "" for its title in the folder of its kind.
        template: What it starts with, as it stands; None for the vault's template of its kind.
        formats: What `{{date}}` and `{{time}}` look like, as Moment writes them; "" as usual.
        names: What the template may name besides.

    Raises:
        UsageError: There is no such kind, or the title is empty.
        Refused: The title gives no name that a file can have, or the template leads out of the
            vault.
    """
    from notekeep.markdown.templates import new_note
    from notekeep.storage.file_names import free_path, match_spelling, safe_name

    given: dict[str, Value] = {**(fields or {}), **({"tags": list(tags)} if tags else {})}
    _check_words(title, given)
    _check_kind(kind, schema)
    folder = match_spelling(root, schema.folders.get(kind, ""))
    path = free_path(root, path or f"{folder}/{safe_name(title)}.md".lstrip("/"))
    text = new_note(
        kind,
        title,
        now=now,
        template=find_template(root, schema, kind) if template is None else template,
        is_whole=template is not None,
        formats=formats,
        names=names,
        fields=given,
        body=body,
        schema=schema,
    )
    return WritePlan(
        "new", title, [NoteChange(path, None, text.encode("utf-8", "surrogateescape"))]
    )


def _check_words(title: str, fields: Mapping[str, Value]) -> None:
    """Refuse a title and fields that no note can hold.

    Raises:
        UsageError: The title is empty, or something is not UTF-8.
    """
    if not title.strip():
        raise UsageError("a note needs a title", 'for example `notekeep new book "Deep Work"`')
    require_utf8(title, "the title")
    for name, value in fields.items():
        said = ", ".join(map(str, value)) if isinstance(value, list) else value
        require_utf8(f"{name}={said}", f"what {name} is to be")


def _check_kind(kind: str, schema: Schema) -> None:
    """Refuse a kind that there is not.

    Raises:
        UsageError: The nearest kind is in the hint.
    """
    if kind in schema.kinds:
        return
    from notekeep.query.fields import nearest_word

    near = nearest_word(kind, schema.kinds)
    raise UsageError(
        f"there is no kind {kind!r}",
        f"did you mean {near!r}?" if near else f"one of {', '.join(sorted(schema.kinds))}",
    )


def plan_add(path: str, before: bytes, text: str, section: str = "") -> WritePlan:
    """Plan one line or paragraph at the end of a note, or of one of its sections.

    In a list it becomes an item of that list; elsewhere, and if it is a quote, a block of its own.

    Args:
        path: The note.
        before: Its bytes.
        text: What is added, as typed.
        section: The heading of the section; empty for the end of the note.

    Raises:
        UsageError: There is nothing to add.
        NotFound: The note has no such section.
        Refused: The file is no text that something could be added to.
    """
    from notekeep.markdown.frontmatter_block import split_frontmatter

    if not text.strip():
        raise UsageError("there is nothing to add", "write a line, or `-` to read one from a pipe")
    if before.startswith(UTF16):
        raise Refused(
            f"{path}: the file is UTF-16, and notes are UTF-8",
            "save it as UTF-8 in an editor",
            line=1,
            column=1,
        )
    parts = split_frontmatter(before)
    body = before[parts.body :].decode("utf-8", "surrogateescape")
    end = _end_of(path, body, section) if section else len(body)
    joined = _inserted(body, end, text, parts.eol.decode("ascii"))
    after = before[: parts.body] + joined.encode("utf-8", "surrogateescape")
    return WritePlan("add", path, [NoteChange(path, before, after)])


def _end_of(path: str, body: str, section: str) -> int:
    """Where a section of a body ends.

    Raises:
        NotFound: There is no such section.
    """
    from notekeep.markdown.outline import read_body
    from notekeep.markdown.text_edit import find_section

    span = find_section(body, read_body(body), section)
    if span is None:
        raise NotFound(f"{path} has no section {section!r}", "its headings: `notekeep show`")
    return span[1]


def _inserted(body: str, end: int, text: str, eol: str) -> str:
    """A body with text below the last line that says something before `end`.

    Nothing but an insertion: blank lines stay where they were, below what is added.
    """
    kept = body[:end].rstrip("\r\n")
    line_end = _EOL.match(body, len(kept))
    at = line_end.end() if line_end and kept else len(kept)
    added, is_item = _shaped(text.replace("\r\n", "\n").replace("\n", eol), kept)
    ended = "" if line_end or not kept else eol
    above = "" if not kept or is_item else eol
    below = eol if body[end:] and not body[at:end] else ""
    return f"{body[:at]}{ended}{above}{added}{eol}{below}{body[at:]}"


def _shaped(text: str, kept: str) -> tuple[str, bool]:
    """Text as it stands below what is kept, and whether it is one more item of a list there."""
    last = kept.splitlines()[-1] if kept else ""
    bullet = _BULLET.match(last)
    if bullet is None or text.startswith(">"):
        return text, False
    if not _BULLET.match(text):
        text = f"{bullet[1] if bullet[1] in '-*+' else '-'} {text}"
    return text, True


def daily_path(root: Path | str, daily: Daily, day: dt.date) -> str:
    """Where the note of a day lies, or will."""
    from notekeep.storage.file_names import match_spelling, safe_name

    name = daily.name(day)
    if not daily.moment:
        name = "/".join(map(safe_name, name.split("/")))
    return match_spelling(root, f"{daily.folder}/{name}.md".lstrip("/"))


def plan_attach(
    root: Path, settings: VaultSettings, path: str, before: bytes, file: str
) -> WritePlan:
    """Plan a copy of a file into the vault's attachments, and a link to it at the note's end.

    Raises:
        NotFound: The file is not there.
    """
    stored = plan_store(root, settings, os.path.basename(file), read_file(file), path)
    plan = plan_add(
        path, before, make_attachment_link(root, settings, stored.changes[0].path, path)
    )
    plan.verb, plan.label = stored.verb, stored.label
    plan.changes.insert(0, stored.changes[0])
    return plan


def plan_store(root: Path, settings: VaultSettings, name: str, data: bytes, note: str) -> WritePlan:
    """Plan a file among the attachments of a note; its label is the name it gets there.

    Args:
        root: The vault.
        settings: Say where attachments are: in one folder, or with each note.
        name: What the file is called.
        data: What it holds.
        note: The note that will link to it, vault-relative.
    """
    from notekeep.storage.file_names import free_path, match_spelling, safe_name

    stem, suffix = os.path.splitext(name)
    folder = settings.attachments
    if folder.split("/")[0] == ".":
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(note), folder))
    folder = match_spelling(root, folder.strip("/")) if folder not in ("", ".", "/") else ""
    wanted = f"{folder}/{safe_name(stem)}{suffix.lower()}".lstrip("/")
    stored = free_path(root, wanted)
    return WritePlan("attach", stored.rpartition("/")[2], [NoteChange(stored, None, data)])


def read_file(file: str) -> bytes:
    """Read a file from anywhere on this machine.

    Raises:
        NotFound: It is not there.
    """
    if os.path.isdir(file):
        raise NotFound(f"{file} is a folder, and a note links to files", "give the path of a file")
    if not os.path.isfile(file):
        raise NotFound(f"there is no file {file}", "give the path of a file")
    with open(file, "rb") as opened:
        return opened.read()


def make_attachment_link(root: Path, settings: VaultSettings, path: str, note: str) -> str:
    """Write a link from a note to an attachment: a picture is shown, any other file is named."""
    from notekeep.markdown.links import LinkStyle
    from notekeep.storage.scan import list_files

    style = LinkStyle(settings.link_form, settings.markdown_links)
    name = path.rpartition("/")[2]
    is_only = style.form != "shortest" or not any(
        other != path and other.rpartition("/")[2].casefold() == name.casefold()
        for other in list_files(root)
    )
    is_picture = name.lower().endswith(PICTURE_SUFFIXES)
    return style.link(path, note, is_only=is_only, embed=is_picture)


def find_template(root: Path, schema: Schema, kind: str) -> str | None:
    """The vault's own template for a kind, or None; raises as `read_template` does."""
    return read_template(root, f"{schema.templates}/{kind}.md")


def read_template(root: Path, path: str) -> str | None:
    """The text of a template, or None where there is none.

    Raises:
        Refused: The template, or a link on the way to it, leads out of the vault.
    """
    from notekeep.storage.file_names import resolve_path

    try:
        with open(resolve_path(root, path), encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


# A quote added to a note: a block quote with its locator, under the heading for quotes.


SECTIONS = ("Quotes", "Highlights", "Quotations")
"""Headings that quotes go under when a note has one, the first that is there."""

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")


def plan_quote(
    path: str, before: bytes, text: str, *, page: str = "", loc: str = "", at: str = ""
) -> WritePlan:
    """Plan a quote at the end of a note, or of its section of quotes.

    Args:
        path: The note.
        before: Its bytes.
        text: The words, as typed.
        page: The page they are on, or "".
        loc: Their location in an electronic book, or "".
        at: The second they are said at, as `12:34` or `1:02:33`, or "".

    Raises:
        UsageError: There are no words, several places, or `at` is no time.
    """
    lines = text.strip().splitlines()
    if not lines:
        raise UsageError("the quote has no words", 'notekeep quote NOTE "the words"')
    if sum(map(bool, (page, loc, at))) > 1:
        raise UsageError("a quote stands in one place", "say --page, --loc or --at")
    locator = (
        f"(p. {page})" if page else f"(loc. {loc})" if loc else f"[{_clock(at)}]" if at else ""
    )
    lines[-1] = f"{lines[-1]} {locator}".rstrip()
    quote = "\n".join(f"> {line}".rstrip() for line in lines)
    plan = plan_add(path, before, quote, _section(before))
    plan.verb = "quote"
    return plan


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        raise UsageError(f"{text!r} is no time of an episode", "write 12:34 or 1:02:33")
    return f"{int(match[1] or 0):02d}:{int(match[2]):02d}:{match[3]}"


def _section(before: bytes) -> str:
    from notekeep.markdown.frontmatter_block import split_frontmatter
    from notekeep.markdown.outline import read_body

    body = before[split_frontmatter(before).body :].decode("utf-8", "surrogateescape")
    there = {heading.text.casefold() for heading in read_body(body).headings}
    return next((name for name in SECTIONS if name.casefold() in there), "")

"""A parsed note."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from notekeep.errors import Problem
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.fields.field_values import (
    Scalar,
    Value,
    parse_boolean,
    parse_items,
    type_field,
)
from notekeep.markdown.fields.frontmatter_block import MAX_BYTES
from notekeep.markdown.fields.schema import (
    DEFAULT_SCHEMA,
    Schema,
    canonical,
    find_known_keys,
)
from notekeep.markdown.note_names import note_stem
from notekeep.markdown.outline import BodyFacts, InlineTag, body_title, find_title, read_body

_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_APOSTROPHES: Final = re.compile("['\u2019]")
_CATEGORY: Final = re.compile(r"\[\[(?:[^\[\]|#]*/)?([^\[\]|#/]+)(?:[|#][^\[\]]*)?\]\]")
_MAYBE_PRIVATE: Final = re.compile(rb"private", re.IGNORECASE)


@dataclass(slots=True)
class Note:
    """A parsed Markdown file."""

    path: str  # vault-relative, "/"-separated, as found on disk
    title: str  # `title:`, else an H1 at the start, else the file name
    kind: str = "note"  # the id of its kind: `type:`, else `categories`, else by folder
    fields: dict[str, Value] = field(default_factory=dict)  # by canonical name, typed
    raw: dict[str, str] = field(default_factory=dict)  # original keys and source text
    tags: list[str] = field(default_factory=list)  # with inline tags, without "#"
    aliases: list[str] = field(default_factory=list)
    body: str = ""
    body_line: int = 0  # number of lines before the body; file line = body_line + line
    spans: BodyFacts = field(default_factory=BodyFacts)  # empty if not parsed
    private: bool = False  # whether it must never leave the vault
    problem: Problem | None = None  # why front matter or body could not be read

    @property
    def block_ids(self) -> list[str]:
        """The ids of its blocks, without `^`, in order."""
        return [self.body[one.start : one.end].strip().lstrip("^") for one in self.spans.blocks]

    @property
    def body_lf(self) -> str:
        r"""The body with "\n" at the end of each line."""
        return self.body.replace("\r\n", "\n").replace("\r", "\n")


def read_note(
    path: str, data: bytes, schema: Schema = DEFAULT_SCHEMA, *, in_body: bool = True
) -> Note:
    """Parse a file as a note. Never raises; errors are in `problem`.

    With `in_body=False`, the body is searched only for a title that the front matter lacks. This
    skips most of the work, but inline tags and `spans` are missing.
    """
    matter = frontmatter.read_frontmatter(data)
    body, problem = _decode(path, data, matter.split.body)
    if matter.error is not None:
        problem = matter.error._replace(path=path)
    keys = find_known_keys(matter.fields)
    kind = _kind(path, matter, keys, schema)
    fields: dict[str, Value] = {}
    for key, value in matter.fields.items():
        name = canonical(key)
        if keys[name] != key:
            name = key  # an alias of a field that the file also has by its own name
        fields[name] = type_field(name, schema.type_of(kind, name), value, matter.words[key])
    stem = note_stem(path)
    _add_dates(fields, kind, path, schema)
    spans = read_body(body) if in_body else BodyFacts()
    if spans.problem and problem is None:
        hint = "You can search its words, but not its links, tags and headings."
        problem = Problem(path, None, spans.problem, hint, "markdown")
    title = fields.get("title")
    title = " ".join(title.split()) if isinstance(title, str) else ""
    if not title:
        title = (body_title(body, spans) if in_body else find_title(body)) or stem
    return Note(
        path=path,
        title=title,
        kind=kind,
        fields=fields,
        raw=dict(matter.raw),
        tags=_tags(fields, spans.tags),
        aliases=[str(alias) for alias in _list(fields.get("aliases"))],
        body=body,
        body_line=data.count(b"\r" if matter.split.eol == b"\r" else b"\n", 0, matter.split.body),
        spans=spans,
        private=schema.is_private(path) or _is_private(data, matter, fields),
        problem=problem,
    )


def title_slug(title: str) -> str:
    """Return the slug for a title: `Bayes' theorem` becomes `bayes-theorem`."""
    text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", title)).lower()
    # Vowels of many scripts are marks (M), not letters.
    kinds = ((char, unicodedata.category(char)[0]) for char in text)
    letters = (char if kind in "LMN" else "-" for char, kind in kinds)
    return re.sub("-+", "-", "".join(letters)).strip("-") or "note"


def _decode(path: str, data: bytes, start: int) -> tuple[str, Problem | None]:
    """Decode the body; invalid bytes become U+FFFD and a problem."""
    hint = "Save the file as UTF-8 in an editor. Until then, notekeep does not change it."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "The file is UTF-16, but notes must be UTF-8."
        return data.decode("utf-16", "replace"), Problem(path, 1, message, hint, "not-utf8")
    try:
        return data[start:].decode(), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, start + error.start) + 1
        message = "From here on the file is not valid UTF-8."
        problem = Problem(path, line, message, hint, "not-utf8")
        return data[start:].decode("utf-8", "replace"), problem


def _kind(path: str, matter: frontmatter.FrontMatter, keys: dict[str, str], schema: Schema) -> str:
    words = matter.words.get(keys.get("type", ""), "")
    for word in [words] if isinstance(words, str) else words:
        if kind := schema.named(word):
            return kind
    if matter.words.get(keys.get("habit", "")):
        return "habit"
    for category in find_categories(matter):
        kind = schema.named(category)
        if kind and kind != "habit":  # a habit needs `habit:`
            return kind
    return "note" if words else schema.kind_at(path) or "note"


def find_categories(matter: frontmatter.FrontMatter) -> list[str]:
    """Return the names of the notes linked in `categories`, which group notes in Obsidian."""
    words = matter.words.get("categories", "")
    found = map(_CATEGORY.fullmatch, [words] if isinstance(words, str) else words)
    return [match[1].strip() for match in found if match]


def _add_dates(fields: dict[str, Value], kind: str, path: str, schema: Schema) -> None:
    """Derive missing dates: `date` from the name of a daily note, `created` from `date`."""
    if kind == "daily" and not fields.get("date"):
        stem = note_stem(path)
        if _ISO_DAY.match(stem):
            fields["date"] = stem
        elif day := schema.daily.day_at(path):
            fields["date"] = day.isoformat()
    if not fields.get("created") and fields.get("date"):
        fields["created"] = type_field("created", "date", fields["date"], str(fields["date"]))


def _tags(fields: dict[str, Value], in_body: Iterable[InlineTag]) -> list[str]:
    found: dict[str, str] = {}
    for tag in _list(fields.get("tags")):
        name = str(tag).strip().lstrip("#").strip("/")
        if name:
            found.setdefault(name.casefold(), name)
    for inline in in_body:
        found.setdefault(inline.name.casefold(), inline.name)
    return list(found.values())


def _list(value: Value) -> list[Scalar]:
    if isinstance(value, list):
        return value
    return [] if value is None else parse_items("", str(value))


def _is_private(data: bytes, matter: frontmatter.FrontMatter, fields: dict[str, Value]) -> bool:
    """Whether the note is private, or its front matter is unreadable and mentions "private"."""
    if matter.error is not None:
        block = data[: matter.split.body or min(len(data), MAX_BYTES)]
        return _MAYBE_PRIVATE.search(block) is not None
    tags = (str(tag).lstrip("#").partition("/")[0] for tag in _list(fields.get("tags")))
    if any(tag.strip().casefold() == "private" for tag in tags):
        return True
    value = fields.get("private")
    if value is None:
        return False
    return (
        parse_boolean(value if not isinstance(value, list) else "true", default=True) is not False
    )

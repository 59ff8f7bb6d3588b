"""The metadata of a post: exported front matter and the slug.

Only the fields of `Post`, and those named in the settings, are exported. Targets decide how they
are written.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from notekeep.errors import Refused
from notekeep.export.privacy.consent import CATEGORY_FIELDS, PRIVATE_LABEL, is_draft
from notekeep.export.privacy.local_addresses import is_local, strip_local_addresses
from notekeep.export.source import HiddenWords, Options
from notekeep.markdown.extensions import WIKILINK_PATTERN
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.note import Note, title_slug
from notekeep.markdown.note_names import note_stem
from notekeep.storage.file_names import portability_problem

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UPDATED = ("updated", "modified", "lastmod", "last_modified", "date_modified")
_OWN_PUBLISHED = frozenset({"book", "podcast"})
"""Kinds of notes whose `published` is the date of the book or episode."""

PASSED_FIELDS = frozenset(
    {
        *("title", "date", "created", "published", "description", "cover", "tags", "slug"),
        *("lang", "series", "part", "canonical", "draft", "publish", "private", "type"),
        *_UPDATED,
        *CATEGORY_FIELDS,
    }
)
"""Keys whose values may appear in a post, or are never private."""


@dataclass(slots=True)
class Post:
    """The metadata of a post, independent of the generator."""

    path: str
    title: str
    date: datetime | None = None  # with the author's offset; None until the plan sets it
    updated: datetime | None = None  # from the front matter only
    draft: bool = True
    slug: str = ""  # the last part of its address; "" until the plan sets it
    description: str = ""
    tags: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    series: str = ""
    part: int | None = None
    canonical: str = ""
    lang: str = ""
    cover: str = ""  # a file of the vault or an address
    extra: dict[str, Value] = field(default_factory=dict)  # `Options.extra_fields`
    has_math: bool = False
    teaser: str = ""  # as HTML, for targets with `teaser_in_head`
    former: list[str] = field(default_factory=list)  # earlier slugs

    @property
    def day(self) -> datetime:
        """The date, which every planned post has."""
        if self.date is None:
            raise AssertionError(self.path)
        return self.date


def read_post(note: Note, options: Options, hidden: HiddenWords = lambda *_: None) -> Post:
    """Return the metadata of a note's post from its front matter."""
    fields = {key: _public(unlink(value, hidden)) for key, value in note.fields.items()}
    post = Post(note.path, _line(note.title))
    published = () if note.kind in _OWN_PUBLISHED else ("published",)
    post.date = _first_date(fields, ("date", *published, "created"), options.zone)
    post.updated = _first_date(fields, _UPDATED, options.zone)
    post.draft = is_draft(fields)
    if options.draft is not None:
        post.draft = options.draft
    post.description = _line(fields.get("description"))
    post.tags = _tags(_texts(fields.get("tags")), options.nested_tags)
    post.categories = [text for key in CATEGORY_FIELDS for text in _texts(fields.get(key))]
    if note.kind not in _OWN_PUBLISHED:
        post.series = _line(fields.get("series"))
        post.part = _integer(fields.get("part"))
    post.canonical = _address(note.fields.get("canonical"))
    post.lang = _line(fields.get("lang"))
    post.cover = _address(note.fields.get("cover"))
    post.extra = {key: fields[key] for key in options.extra_fields if key in fields}
    return post


def public_title(note: Note, heading: str, hidden: HiddenWords = lambda *_: None) -> str:
    """Return a note's title: its `title` field, `heading` or its file name."""

    def shown(match: re.Match[str]) -> str:
        return hidden(match["target"], match["text"] or "") or match["text"] or match[0]

    title = _public(note.fields.get("title"))
    return (
        _line(re.sub(WIKILINK_PATTERN, shown, title if isinstance(title, str) else ""))
        or _line(re.sub(WIKILINK_PATTERN, shown, heading))
        or _line(note_stem(note.path))
    )


def _address(value: Value) -> str:
    """Return an address; "" if it only works on this machine."""
    text = _line(value)
    return "" if is_local(text) else text


def loses_address(key: str, value: Value) -> bool:
    """Whether the export removes a local address from a field."""
    if key in ("canonical", "cover"):
        return is_local(_line(value))
    return _public(value) != value


def _public(value: Value) -> Value:
    if isinstance(value, list):
        return [strip_local_addresses(item) if isinstance(item, str) else item for item in value]
    return strip_local_addresses(value) if isinstance(value, str) else value


def unlink(value: Value, hidden: HiddenWords = lambda *_: None) -> Value:
    """Replace links in a value with their text, and remove private names."""
    if isinstance(value, list):
        items = [unlink(item, hidden) for item in value]
        return [item for item in items if item and not isinstance(item, list)]
    if not isinstance(value, str) or "[[" not in value:
        return value

    def shown(match: re.Match[str]) -> str:
        words = hidden(match["target"], match["text"] or "")
        if words is not None:
            return "" if words == PRIVATE_LABEL else words
        target = match["target"].partition("#")[0].strip()
        return match["text"] or target.rsplit("/", 1)[-1].removesuffix(".md")

    return re.sub(WIKILINK_PATTERN, shown, value).strip()


def _first_date(
    fields: Mapping[str, Value], keys: tuple[str, ...], zone: tzinfo | None
) -> datetime | None:
    found = (parse_time(fields.get(key), zone) for key in keys)
    return next((moment for moment in found if moment is not None), None)


def parse_time(value: Value, zone: tzinfo | None) -> datetime | None:
    """Parse an ISO date or time, by default in the author's zone; None for anything else."""
    text = str(value or "").strip()
    if not _DAY.match(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone) if zone else found.astimezone()
        found.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the year is out of range in UTC
        return None
    return found


def _tags(tags: list[str], nested: str) -> list[str]:
    written = []
    for tag in tags:
        name = tag.removeprefix("#").strip("/ ")
        if nested == "last":
            name = name.rsplit("/", 1)[-1]
        elif nested == "dash":
            name = name.replace("/", "-")
        # Nikola and Pelican separate tags with commas, which cannot be escaped.
        written.append(" ".join(name.replace(",", " ").split()))
    return list(dict.fromkeys(filter(None, written)))


def _texts(value: Value) -> list[str]:
    if value is None:
        return []
    items = value if isinstance(value, list) else str(value).split(",")
    return [text for item in items if (text := _line(item))]


def _integer(value: Value) -> int | None:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def _line(value: Value) -> str:
    """Return a value on one line, without control characters."""
    if value is None or isinstance(value, list):
        return ""
    text = str(value)
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable() or char.isspace())
    return " ".join(text.split())


# Slugs: the last part of a post's address, and its file name in the site.

MAX_SLUG_LENGTH = 80  # cut at a word

_RESERVED_SLUGS = frozenset({"index", "_index", "404"})

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
_PATHLIKE = re.compile(r"[/\\\0]|^\.\.?$|^[A-Za-z]:|[\r\n]")
_SLUG = re.compile(r"[^\W_][\w.~-]{0,119}")


def make_slug(title: str, path: str) -> str:
    """Return the slug for a title, without accents. If it is empty, use a hash of the path."""
    plain = _without_accents(title).lower().translate(_LETTERS)
    stem = title_slug(plain) if any(char.isalnum() for char in plain) else ""
    if len(stem) > MAX_SLUG_LENGTH:
        stem = stem[: MAX_SLUG_LENGTH + 1].rpartition("-")[0] or stem[:MAX_SLUG_LENGTH]
    if not stem:
        stem = "note-" + hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-note" if stem in _RESERVED_SLUGS or portability_problem(stem) else stem


def read_slug(value: object, path: str) -> str | None:
    """Return the slug in a note's `slug:` field; None for an empty field."""
    if value is None or isinstance(value, bool) or not str(value).strip():
        return None
    text = unicodedata.normalize("NFC", str(value).strip())
    if _PATHLIKE.search(text):
        raise Refused(
            f"{path}: slug must not be a path. Got {text!r}.",
            "Use only letters, digits and dashes.",
        )
    if problem := portability_problem(text):
        raise Refused(f"{path}: The slug {text[:60]!r} {problem}.", "Choose another slug.")
    if not _SLUG.fullmatch(text) or text in _RESERVED_SLUGS:
        raise Refused(
            f"{path}: slug must be valid in an address. Got {text[:60]!r}.",
            f"Write slug: {make_slug(text, path)}.",
        )
    return text


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    letters = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFKD", char)
        latin = parts[0].isascii() or unicodedata.name(parts[0], "").startswith("LATIN")
        letters.append("".join(p for p in parts if not unicodedata.combining(p)) if latin else char)
    return "".join(letters)

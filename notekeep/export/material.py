"""What a post can be made of in a note: facts, headings, quotes and marked seconds, all public.

Private parts are taken out first, as for a draft: what is copied into a post's own note has left
the place that protected it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from notekeep.errors import Refused
from notekeep.export.consent import check_readable
from notekeep.export.passage import Passage
from notekeep.export.private import strip_private
from notekeep.export.properties import public_title
from notekeep.markdown.links import WIKI
from notekeep.markdown.outline import outline

if TYPE_CHECKING:
    from notekeep.markdown.note import Note, Value
    from notekeep.markdown.tree import Page

_FACTS = {
    "book": ("author", "published", "publisher", "pages", "isbn"),
    "podcast": ("show", "episode", "host", "guest", "published", "duration", "url"),
}
_OTHER = ("author", "published", "url")
_CALLOUT = re.compile(r"^\[!\w+\][+-]?[^\n]*\n?")
_BLOCK_ID = re.compile(r"\s\^[\w-]+\s*$")


class Point(NamedTuple):
    """One thing worth telling.

    Attributes:
        text: What it says.
        locator: Where in the book or episode: "p. 27", "00:12:34", or "".
        is_quote: Whether it is somebody else's words.
    """

    text: str
    locator: str
    is_quote: bool


@dataclass(slots=True)
class Section:
    """A heading, "" for what stands before the first one, and what is below it.

    Attributes:
        heading: Its words.
        level: How deep it is.
        points: Quotes and marked seconds, in order.
    """

    heading: str
    level: int
    points: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class Material:
    """A note as something to write from.

    Attributes:
        path: The note.
        title: Its title.
        name: What a link to it says.
        kind: What it is.
        facts: What is known of the book or episode, by the field's name.
        tags: Its tags.
        sections: Its headings and what is below them.
    """

    path: str
    title: str
    name: str
    kind: str
    facts: dict[str, str]
    tags: list[str]
    sections: list[Section]

    def cite(self, point: Point) -> str:
        """Return where a point is from, as a footnote says it."""
        facts = self.facts
        who = facts.get("author") or facts.get("guest") or ""
        parts = [who, f"*{self.title}*"]
        if self.kind == "podcast":
            parts += [facts.get("show", ""), facts.get("published", "")]
        else:
            imprint = ", ".join(filter(None, (facts.get("publisher"), facts.get("published"))))
            parts[1] += f" ({imprint})" if imprint else ""
        address = facts.get("url", "")
        locator = point.locator
        if address and ":" in locator:
            locator = f"[{locator}](<{at_second(address, locator)}>)"
        return ", ".join(filter(None, [*parts, locator])) + "."


def material_of(note: Note) -> Material:
    """Read a note.

    Raises:
        Refused: It is private, or a private part of it cannot be told from the rest.
    """
    if note.private:
        raise Refused(f"{note.path}: it is private", "nothing of a private note goes into a post")
    check_readable(note)
    passage = strip_private(Passage.of_file(note.path, note.body, note.body_line + 1)).passage
    keys = _FACTS.get(note.kind, _OTHER)
    facts = {key: said for key in keys if (said := _said(note.fields.get(key)))}
    name = note.path.rsplit("/", 1)[-1].removesuffix(".md")
    tags = note.fields.get("tags")
    listed = [str(tag).lstrip("#") for tag in tags] if isinstance(tags, list) else []
    title = public_title(note, passage.page)
    sections = _sections(passage.page, title)
    return Material(note.path, title, name, note.kind, facts, listed, sections)


def at_second(address: str, locator: str) -> str:
    """Return an address that begins at a second of what it plays, where its host knows `t`."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if host not in {"youtube.com", "m.youtube.com", "youtu.be", "vimeo.com", "soundcloud.com"}:
        return address
    seconds = 0
    for part in locator.split(":"):
        seconds = seconds * 60 + int(part)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "t"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("t", f"{seconds}s")])))


def _sections(page: Page, title: str) -> list[Section]:
    body = outline(page)
    found: list[tuple[int, Section | Point]] = [
        (one.start, Section(one.text, one.level))
        for one in body.headings
        if not (one.level == 1 and one.text == title)
    ]
    found += [
        (one.start, Point(_plain(_CALLOUT.sub("", one.text)), one.locator, is_quote=True))
        for one in body.quotes
    ]
    quoted = [(one.start, one.end) for one in body.quotes]
    found += [
        (one.start, Point(_plain(one.text), _clock(one.seconds), is_quote=False))
        for one in body.timestamps
        if not any(start <= one.start < end for start, end in quoted)
    ]
    sections = [Section("", 2)]
    for _, one in sorted(found, key=lambda pair: pair[0]):
        if isinstance(one, Section):
            sections.append(one)
        elif one.text:
            sections[-1].points.append(one)
    return [one for one in sections if one.heading or one.points]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest:02d}"


def _plain(text: str) -> str:
    return _BLOCK_ID.sub("", text.strip()).strip()


def _said(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, (_said(item) for item in value)))
    if value is None:
        return ""

    def words(match: re.Match[str]) -> str:
        return match["text"] or match["target"].partition("#")[0].rsplit("/", 1)[-1]

    return " ".join(re.sub(WIKI, words, str(value)).split())

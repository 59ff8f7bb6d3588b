"""Starts a post from notes: a box with their details, their text, and quotes with sources.

The result is an ordinary note. Hints for the writer are in comments, which are never exported.
Private parts are removed first, because they would lose their protection in the new note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from notekeep.errors import Refused
from notekeep.export.post import public_title, unlink
from notekeep.export.privacy.consent import check_consent
from notekeep.export.privacy.private import strip_private
from notekeep.export.source_map import TEASER_COMMENT, MappedText
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.links import link_to_second
from notekeep.markdown.note import Note
from notekeep.markdown.outline import extract_facts, page_title
from notekeep.markdown.tree import Span

_FACTS = {
    "book": ("author", "published", "publisher", "pages", "isbn"),
    "podcast": ("show", "episode", "host", "guest", "published", "duration", "url"),
}
_OTHER = ("author", "published", "url")
_OWN_BLOCKS = (
    *("paragraph", "list", "item", "quote", "table", "fence", "code_block", "math_block"),
    "definition",
)
_CALLOUT = re.compile(r"^\[!\w+\][+-]?[^\n]*\n?")
_BLOCK_ID = re.compile(r"\s\^[\w-]+\s*$")


class Point(NamedTuple):
    """A quote, or text from a note. `locator` is "p. 27", "00:12:34" or ""."""

    text: str
    locator: str
    is_quote: bool
    is_own: bool = False  # the note's own text, which needs no source


@dataclass(slots=True)
class OutlineSection:
    """A heading ("" before the first heading) and the points below it."""

    heading: str
    level: int
    points: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class NoteOutline:
    """The content of a note for a post. `name` is the target of links to the note."""

    path: str
    title: str
    name: str
    kind: str
    facts: dict[str, str]
    tags: list[str]
    sections: list[OutlineSection]
    rating: str = ""

    @property
    def link(self) -> str:
        """A link to the note that shows its name without folders."""
        shown = self.name.rpartition("/")[2]
        return f"[[{self.name}|{shown}]]" if shown != self.name else f"[[{shown}]]"

    def cite(self, point: Point) -> str:
        """Return the source of a point, for a footnote."""
        facts = self.facts
        person = facts.get("author") or facts.get("guest") or ""
        parts = [person, f"*{self.title}*"]
        if self.kind == "podcast":
            parts += [facts.get("show", ""), facts.get("published", "")]
        else:
            imprint = ", ".join(filter(None, (facts.get("publisher"), facts.get("published"))))
            parts[1] += f" ({imprint})" if imprint else ""
        address = facts.get("url", "")
        locator = point.locator
        if address and ":" in locator:
            locator = f"[{locator}](<{link_to_second(address, _seconds(locator))}>)"
        return ", ".join(filter(None, [*parts, locator])) + "."


def outline_note(note: Note) -> NoteOutline:
    """Return the outline of a note; refuse a note that may not be exported."""
    if note.private:
        raise Refused(
            f"{note.path}: The note is private.", "Private notes cannot be used in posts."
        )
    # In the new post, the text would pass these checks.
    check_consent(note, named=True, published=frozenset())
    passage = strip_private(MappedText.of_note(note)).passage
    keys = _FACTS.get(note.kind, _OTHER)
    facts = {key: text for key in keys if (text := _field_text(note.fields.get(key)))}
    name = note.path.rsplit("/", 1)[-1].removesuffix(".md")
    tags = note.fields.get("tags")
    listed = [str(tag).lstrip("#") for tag in tags] if isinstance(tags, list) else []
    title = public_title(note, page_title(passage.page))
    sections = _sections(passage, title)
    rating = note.fields.get("rating")
    stars = str(rating) if isinstance(rating, (int, float)) else ""
    return NoteOutline(note.path, title, name, note.kind, facts, listed, sections, stars)


def _seconds(clock: str) -> int:
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def _sections(passage: MappedText, title: str) -> list[OutlineSection]:
    body = extract_facts(passage.page)
    found: list[tuple[int, OutlineSection | Point]] = [
        (heading.start, OutlineSection(heading.text, heading.level))
        for heading in body.headings
        if not (heading.level == 1 and heading.text == title)
    ]
    found += [
        (quote.start, Point(_plain(_CALLOUT.sub("", quote.text)), quote.locator, is_quote=True))
        for quote in body.quotes
    ]
    quoted = [(quote.start, quote.end) for quote in body.quotes]
    found += [
        (time.start, Point(_plain(time.text), _clock(time.seconds), is_quote=False))
        for time in body.timestamps
        if not any(start <= time.start < end for start, end in quoted)
    ]
    found += _own_text(passage, [start for start, item in found if isinstance(item, Point)])
    sections = [OutlineSection("", 2)]
    for _, item in sorted(found, key=lambda pair: pair[0]):
        if isinstance(item, OutlineSection):
            sections.append(item)
        elif item.text:
            sections[-1].points.append(item)
    return [section for section in sections if section.heading or section.points]


def _own_text(passage: MappedText, points: Sequence[int]) -> list[tuple[int, Point]]:
    """Return the blocks of a note that contain none of the `points`.

    A list with points is split: its other items count as blocks.
    """
    refs = passage.find("footnote_ref")
    found = []
    lists: list[Span] = []  # lists with points
    for block in passage.find(*_OWN_BLOCKS):
        is_item = block.kind == "item"
        within = [outer for outer in lists if outer.start <= block.start < outer.end]
        if block.depth != (within[-1].depth + 1 if is_item and within else 0):
            continue
        if any(block.start <= start < block.end for start in points):
            lists += [block] if block.kind == "list" else []
            continue
        start = passage.starts[passage.line_of(block.start)]
        # References are removed, because their labels would clash with the post's sources.
        inside = [ref for ref in refs if start <= ref.start < block.end]
        begins = [start, *(ref.end for ref in inside)]
        ends = [*(ref.start for ref in inside), block.end]
        pieces = zip(begins, ends, strict=True)
        text = "".join(passage.text[first:last] for first, last in pieces)
        text = _BLOCK_ID.sub("", text.strip("\n").rstrip())
        found.append((block.start, Point(text, "", is_quote=False, is_own=True)))
    return found


def _with_text(sections: Sequence[OutlineSection]) -> list[OutlineSection]:
    """Return the sections that have text, themselves or in a subsection."""
    found: list[OutlineSection] = []
    for section in reversed(sections):
        if section.points or (found and found[-1].level > section.level):
            found.append(section)
    return found[::-1]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest:02d}"


def _plain(text: str) -> str:
    return _BLOCK_ID.sub("", text.strip()).strip()


def _field_text(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_field_text, value)))
    return " ".join(str(unlink(value) or "").split())


_NAMES = {
    "author": "By",
    "published": "Published",
    "publisher": "Publisher",
    "pages": "Pages",
    "isbn": "ISBN",
    "show": "Show",
    "episode": "Episode",
    "host": "Host",
    "guest": "Guest",
    "duration": "Length",
    "url": "Listen",
}


def write_scaffold(
    materials: Sequence[NoteOutline], title: str, headings: Iterable[str] = ()
) -> str:
    """Return the body of a post started from notes."""
    chosen = {heading.casefold() for heading in headings}
    notes: list[str] = []
    blocks = [f"# {title}", "%% What is this post about? One paragraph. %%"]
    blocks += (boxes := [box for material in materials if (box := _box(material))])
    # A rating may be personal, so it is only a hint.
    if ratings := ", ".join(note.rating for note in materials if note.rating):
        blocks.append(f"%% Your rating: {ratings} %%")
    if boxes:
        blocks.append(TEASER_COMMENT)
    for material in materials:
        sections = _with_text(material.sections)
        if chosen:
            sections = [part for part in material.sections if part.heading.casefold() in chosen]
        # Notes often have the same headings, so each note gets its own title.
        deeper = 1 if len(materials) > 1 else 0
        blocks += [f"## {material.title}"] if deeper and sections else []
        for section in sections:
            blocks += _section(material, section, notes, deeper)
    blocks.append(
        "## What I take from it" if len(materials) == 1 else "## What they have in common"
    )
    blocks.append("%% In your own words: what will you do? %%")
    return "\n\n".join([*blocks, *notes]) + "\n"


def _box(material: NoteOutline) -> str:
    if not material.facts:
        return ""
    lines = [f"> [!info] {material.title}"]
    for key, text in material.facts.items():
        lines.append(f"> - {_NAMES[key]}: {f'<{text}>' if key == 'url' else text}")
    return "\n".join(lines)


def _section(
    material: NoteOutline, section: OutlineSection, notes: list[str], deeper: int
) -> list[str]:
    level = "#" * min(6, max(2, section.level) + deeper)
    blocks = [f"{level} {section.heading}"] if section.heading else []
    place = f"{material.name}#{section.heading}" if section.heading else material.name
    if "%%" not in place:  # it would end the comment
        blocks.append(f"%% from [[{place}]] %%")
    for point in section.points:
        if point.is_own:
            blocks.append(point.text)
            continue
        label = f"[^{len(notes) + 1}]"
        notes.append(f"{label}: {material.cite(point)}")
        mark = "> " if point.is_quote else ""
        lines = f"{point.text}{label}".splitlines()
        blocks.append("\n".join(f"{mark}{line}".rstrip() if mark else line for line in lines))
    return blocks

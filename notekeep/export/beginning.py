"""A post begun from notes: their facts as a box, an outline to fill, quotes with their sources.

What is written is an ordinary note of the vault, to be edited there. Words to the writer stand in
comments, which never leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.export.material import Material, Point, Section

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


def begin(materials: Sequence[Material], title: str, headings: Iterable[str] = ()) -> str:
    """Return the body of a post that is begun from notes.

    Args:
        materials: The notes, in the order in which they are told.
        title: The post's title.
        headings: The sections that are taken, by their words; none are all.
    """
    wanted = {heading.casefold() for heading in headings}
    notes: list[str] = []
    blocks = [f"# {title}", "%% What does the reader get? One paragraph, then the mark. %%"]
    blocks += [box for one in materials if (box := _box(one))]
    blocks.append("<!-- more -->")
    for material in materials:
        sections = [
            one for one in material.sections if not wanted or one.heading.casefold() in wanted
        ]
        # Of several notes many have the same headings, so each is told under its own title.
        deeper = 1 if len(materials) > 1 else 0
        blocks += [f"## {material.title}"] if deeper and sections else []
        for section in sections:
            blocks += _section(material, section, notes, deeper)
    blocks.append("## What I take from it" if len(materials) == 1 else "## What they say together")
    blocks.append("%% In your own words, and what you will do. %%")
    return "\n\n".join([*blocks, *notes]) + "\n"


def _box(material: Material) -> str:
    """Return what is known of a book or an episode as a callout."""
    if not material.facts:
        return ""
    lines = [f"> [!info] {material.title}"]
    for key, said in material.facts.items():
        shown = f"<{said}>" if key == "url" else said
        lines.append(f"> - {_NAMES[key]}: {shown}")
    return "\n".join(lines)


def _section(material: Material, section: Section, notes: list[str], deeper: int) -> list[str]:
    """Return a heading of the outline, where it is from, and what can be told there."""
    level = "#" * min(6, max(2, section.level) + deeper)
    blocks = [f"{level} {section.heading}"] if section.heading else []
    place = f"{material.name}#{section.heading}" if section.heading else material.name
    blocks.append(f"%% from [[{place}]] %%")
    blocks += [_point(material, point, notes) for point in section.points]
    return blocks


def _point(material: Material, point: Point, notes: list[str]) -> str:
    """Return a quote, or what was said at some second, with a footnote that says where."""
    label = f"[^{len(notes) + 1}]"
    notes.append(f"{label}: {material.cite(point)}")
    lines = point.text.splitlines()
    lines[-1] += label
    return "\n".join(f"> {line}".rstrip() if point.is_quote else line for line in lines)

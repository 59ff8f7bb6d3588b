"""How a passage is written in a note: as text that Markdown reads as that text."""

from __future__ import annotations

import re

from notekeep.importing.records import Passage, clean_line, clean_text

_TO_ESCAPE = re.compile(
    r"""(?mx)
      (?<!\\)(?:%%|\$\$|\[\[|!\[)      # comments, formulas, links and embeds of notes
    | (?<!\\)<(?=[A-Za-z/!?])         # HTML
    | (?:(?<=\s)|^)\#(?=\w)           # tags
    | ^[ \t]*(?:\#{1,6}(?=\s|$)|```|~~~|\[![\w-]+)  # headings, fences, callouts
    | ^[ \t]*(?:-{2,}|=+)[ \t]*$     # what makes a heading of the line above
    | (?:(?<=\s)|^)\^(?=[A-Za-z0-9-]+\s*$)  # ids of blocks
    """
)
_MAY_NEED_ESCAPE = re.compile(r"[%$\[<#`~^=]|--")
_NOTE_TO_ESCAPE = re.compile(
    r"(?m)(?<!\\)(?:%%|\$\$)|^[ \t]*(?:#{1,6}(?=\s|$)|```|~~~|>|(?:-{2,}|=+)\s*$)"
    r"|<(?=!)|(?:(?<=\s)|^)\^(?=[A-Za-z0-9-]+\s*$)"
)
_TAG_SIGNS = re.compile(r"[^\w/-]+")


def write_quote(passage: Passage) -> str:
    """Write the words of a passage as a block quote with its locator; "" without words."""
    text = clean_text(passage.text).strip()
    if not text:
        return ""
    if _MAY_NEED_ESCAPE.search(text):
        text = _TO_ESCAPE.sub(_escape, text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines[-1] = f"{lines[-1]} {clean_line(passage.locator)}".rstrip()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def write_note(passage: Passage) -> str:
    """Write what the reader wrote, and tags, as one paragraph; "" without any."""
    if not passage.note and not passage.tags:
        return ""
    text = _NOTE_TO_ESCAPE.sub(_escape, clean_text(passage.note))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    present = {word.casefold() for word in " ".join(lines).split() if word.startswith("#")}
    tags = [tag for tag in map(write_tag, passage.tags) if tag and tag.casefold() not in present]
    if tags and lines:
        lines[-1] += f" {' '.join(tags)}"
    return "\n".join(lines or ([" ".join(tags)] if tags else []))


def write_tag(words: str) -> str:
    """Write a tag of another program as one that notes may have; "" where nothing is left."""
    name = _TAG_SIGNS.sub("-", clean_line(words).lstrip("#")).strip("-/")
    return f"#{name}" if name and not name.isdigit() else ""


def write_heading(words: str) -> str:
    """Write the name of a chapter as a heading has it."""
    return _TO_ESCAPE.sub(_escape, clean_line(words)).rstrip("# ")


def _escape(match: re.Match[str]) -> str:
    lead = match[0][: len(match[0]) - len(match[0].lstrip())]
    return lead + "".join(f"\\{char}" for char in match[0].strip())

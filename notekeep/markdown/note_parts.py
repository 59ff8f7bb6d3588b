"""The section or block of a note that a link leads to."""

from __future__ import annotations

from notekeep.markdown.note import Note
from notekeep.markdown.outline import extract_facts
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.text_edit import find_section


def extract_part(note: Note, part: str) -> str | None:
    """Return the section or block of `#heading` or `^id`; "" is the whole body, None no match."""
    body = note.body_lf
    if not part:
        first, _, rest = body.lstrip("\n").partition("\n")
        says_title = first.startswith("# ") and first[2:].strip() == note.title.strip()
        return (rest if says_title else body).strip("\n")
    page = parse_markdown(body)
    if not part.startswith("^"):
        place = find_section(body, extract_facts(page), part)
        return body[place[0] : place[1]].strip("\n") if place is not None else None
    name = next((span for span in page.find("block_id") if span.info == part[1:]), None)
    if name is None:
        return None
    blocks = [span for span in page.spans if span.start <= name.start and not span.depth]
    block = blocks[-1]
    # An id on a separate line belongs to the block above it.
    if body[block.start : block.end].strip() == part and len(blocks) > 1:
        block = blocks[-2]
    elif block.kind == "list":
        items = [span for span in page.find("item") if span.start <= name.start]
        return body[items[-1].start : name.end]
    return body[block.start : block.end].rstrip()

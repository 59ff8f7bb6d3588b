"""What is chosen in a note, as it goes onto the clipboard: a quote with its source, a link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.render.pieces import BUTTON, TASK_LINK, plain
from notekeep.tui.render.words import field_text

if TYPE_CHECKING:
    from notekeep.markdown.note import Note
    from notekeep.tui.render.drawn import Passage
    from notekeep.tui.render.rendering import Rendering
    from notekeep.tui.render.stops import Stop

_MOMENT = re.compile(r"\[((?:\d{1,3}:)?\d{1,2}:\d{2})\]\s*")
_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


class Copied(NamedTuple):
    """A text for the clipboard, and what it is in a few words."""

    text: str
    what: str


def copied(rendering: Rendering, chosen: Stop) -> Copied | None:
    """Return what is chosen, or None when nothing of it can be copied."""
    if chosen.passage is not None:
        return _passage(rendering, chosen.passage)
    if chosen.link.startswith(TASK_LINK):
        source = int(chosen.link.removeprefix(TASK_LINK))
        text = rendering.text.task_at(source)
        return Copied(clean_line(text), "the task") if text else None
    if chosen.link.startswith(BUTTON):
        words = [
            plain(row.line).strip()
            for row in rendering.lines
            if row.source == chosen.source and any(one.link == chosen.link for one in row.line)
        ]
        return Copied(" ".join(words), "the line") if words else None
    return Copied(clean_line(chosen.link), "the link")


def _passage(rendering: Rendering, passage: Passage) -> Copied:
    note = rendering.note
    if passage.kind == "quote":
        quote = rendering.text.quote_at(passage.line)
        if quote is not None:
            text, locator = clean(_MARKS.sub("", quote[0])), quote[1]
            return Copied(cited(note, text, locator), "the quote with its source")
        return Copied(cited(note, clean(passage.text), ""), "the quote with its source")
    if passage.kind == "moment":
        match = _MOMENT.match(passage.text)
        locator = match[1] if match is not None else ""
        text = clean(_MOMENT.sub("", passage.text, count=1))
        return Copied(cited(note, text, locator), "the moment with its source")
    if passage.kind == "picture":
        return Copied(f"![[{clean_line(passage.text)}]]", "the picture's link")
    return Copied(clean(passage.text), f"the {passage.kind}")


def cited(note: Note, text: str, locator: str) -> str:
    """Return somebody's words with a line below them that says where they are from."""
    fields = note.fields
    who = field_text(fields.get("author")) or field_text(fields.get("guest"))
    parts = [who, clean_line(note.title)]
    if note.kind == "podcast":
        parts.append(field_text(fields.get("show")))
    return f"{text.strip()}\n— {', '.join(part for part in (*parts, locator) if part)}"

"""The passages of a note: its block quotes, as `quote` and imports write them, and its cards.

A card is a line `Question:: answer`, an item with the tag `#card` and the answer below it, or a
line with ==hidden== words. Many notes have such lines, so the user chooses the notes with cards.
"""

from __future__ import annotations

import re
from binascii import crc32
from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from notekeep.query.folding import as_unicode, fold_text

if TYPE_CHECKING:
    from notekeep.markdown.note import Note


_BULLET = r"(?:[-*+]|\d{1,9}[.)])[ \t]+"
_HIDDEN = r"==(?=\S)(.{1,200}?)(?<=\S)=="  # bounded, because a line may be long
CARD_TAG = "#card"
SR_COMMENT = r"<!--SR:[^>\n]*-->"
"""The review day that Obsidian's plug-in Spaced Repetition writes after a card."""
CARD_PROPERTY = r"(?:[-*+][ \t]+)?card-[a-z-]+::"
"""The start of a line with a property that Logseq writes below a card."""


class Passage(NamedTuple):
    """A passage of a note."""

    line: int  # in the file, from 1
    text: str  # without `>`, block id and locator
    locator: str  # "p. 27", "12:34" or ""
    heading: str  # the nearest heading above it other than the title, or ""
    block: str  # its block id without `^`, or ""
    start: int  # offset in the body
    end: int  # after the block id
    answer: str = ""  # of a card; "" for a quote

    @property
    def text_key(self) -> str:
        """A key for a passage without a block id. Ignores case, accents and whitespace."""
        return hash_text(self.text)


def hash_text(text: str) -> str:
    """Return the key for a passage with this text."""
    return f"~{crc32(fold_text(text).encode()):08x}"


def read_passages(note: Note) -> list[Passage]:
    """Return the passages of a note, in order. A quote with a task in it is a list of tasks.

    A block id is at the end of the quote, or on its own line below the quote.
    """
    spans, body = note.spans, note.body
    tasks = [one.start for one in spans.tasks]
    headings = [one for one in spans.headings if one.level > 1 or one.text != note.title]
    starts = [one.start for one in headings]
    blocks = [one.start for one in spans.blocks]
    passages = []
    for quote in spans.quotes:
        if bisect(tasks, quote.start) < bisect(tasks, quote.end):
            continue
        above = bisect(starts, quote.start)
        heading = headings[above - 1].text if above else ""
        following = bisect(blocks, quote.start)
        block = ""
        end = quote.start + len(body[quote.start : quote.end].rstrip("\r\n"))
        if following < len(blocks) and not body[quote.end : blocks[following]].strip():
            end = spans.blocks[following].end
            block = body[blocks[following] : end].strip().lstrip("^")
        line = note.body_line + quote.line + 1
        texts = (quote.text, quote.locator, heading, block)
        text, locator, heading, block = map(as_unicode, texts)
        passages.append(Passage(line, text, locator, heading, block, quote.start, end))
    return passages


class _Line(NamedTuple):
    number: int  # in the body, from 0
    start: int
    indent: int
    text: str  # without bullet, block id, and leading and trailing spaces
    block: str
    end: int


def read_cards(note: Note) -> list[Passage]:
    """Return the cards of a note, in order; the text of a card is its question."""
    cards: list[Passage] = []
    if not any(mark in note.body for mark in ("::", "==", CARD_TAG)):
        return cards
    lines = list(_read_lines(note))
    for place, line in enumerate(lines):
        words = line.text.split()
        question, colons, rest = line.text.partition("::")
        if CARD_TAG in words:
            text = " ".join(word for word in words if word != CARD_TAG)
            answer = "\n".join(_read_below(lines, place))
        elif colons and rest[:1].isspace() and "`" not in question and question[:1] not in "[(":
            text, answer = question.strip(), rest.strip()
        else:
            text, answer = re.sub(_HIDDEN, "[…]", line.text), re.sub(_HIDDEN, r"\1", line.text)
            answer = "" if answer == line.text else answer
        if text and answer:
            at = note.body_line + line.number + 1
            text, block, answer = map(as_unicode, (text, line.block, answer))
            cards.append(Passage(at, text, "", "", block, line.start, line.end, answer))
    return cards


def _read_below(lines: Sequence[_Line], place: int) -> Iterator[str]:
    """Yield the text of each line that is indented below a line."""
    for number in range(place + 1, len(lines)):
        if lines[number].indent <= lines[place].indent:
            return
        yield lines[number].text


def _read_lines(note: Note) -> Iterator[_Line]:
    """Yield the lines in paragraphs and lists."""
    groups = (note.spans.code, note.spans.comments, note.spans.quotes)
    spans = sorted((one.start, one.end) for group in groups for one in group)
    start = 0
    for number, whole in enumerate(note.body.split("\n")):
        text = whole.strip()
        if "<!--SR:" in text:
            text = re.sub(SR_COMMENT, "", text).rstrip()
        indent = len(whole) - len(whole.lstrip())
        at = start + indent
        is_property = "card-" in text and re.match(CARD_PROPERTY, text)
        if text and text[0] not in ">#|" and not (is_property or _is_inside(at, spans)):
            end = at + len(text)
            bullet = re.match(_BULLET, text)
            text = text[bullet.end() :] if bullet else text
            before, _, block = text.rpartition("^")
            is_block = (
                before[-1:].isspace() and block.isascii() and block.replace("-", "").isalnum()
            )
            text, block = (before.strip(), block) if is_block else (text, "")
            yield _Line(number, at, indent, text, block, end)
        start += len(whole) + 1


def _is_inside(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether an offset is inside any of the sorted spans."""
    before = bisect(spans, at, key=lambda span: span[0])
    return before > 0 and at < spans[before - 1][1]

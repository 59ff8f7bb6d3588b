"""Finds the review days that other programs wrote into notes.

Obsidian's plug-in Spaced Repetition writes a comment after a card, `<!--SR:!2026-12-16,51,230-->`:
the due day, the interval in days, and the ease. Logseq writes properties below a card.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from notekeep import dates
from notekeep.recall.log import MAX_DAYS
from notekeep.recall.passages import (
    CARD_PROPERTY,
    SR_COMMENT,
    Passage,
    read_cards,
    read_passages,
)

if TYPE_CHECKING:
    from notekeep.markdown.note import Note

# Compiled on first use.
_MARK = rf"(?m){SR_COMMENT}|(?:^[ \t]*{CARD_PROPERTY}.*(?:\n|\Z))+"
_SR_DAY = r"!(\d{4}-\d\d-\d\d),(\d{1,5})\b"
_PROPERTY = r"card-([\w-]+)::[ \t]*(\d[\d-]{0,9})"
_BLANK_LINE = r"\n[ \t\r]*\n"


class ReviewDay(NamedTuple):
    """The day of the last review of a passage, and the number of days until the next one."""

    passage: Passage
    day: int  # ordinal of the date
    days: int


def find_review_days(note: Note) -> Iterator[ReviewDay]:
    """Yield the last review of each quote and card that has a review day in the note."""
    marks = [*re.finditer(_MARK, note.body)]
    if not marks:
        return
    passages = sorted([*read_passages(note), *read_cards(note)], key=lambda one: one.start)
    starts = [one.start for one in passages]
    for mark in marks:
        place = bisect(starts, mark.start()) - 1
        between = note.body[passages[place].end : mark.start()] if place >= 0 else "\n\n"
        # A card may have several, for each of its hidden words.
        due, days = min(_read(mark[0]), default=(0, 0))
        if due and not re.search(_BLANK_LINE, between):
            days = min(max(days, 1), MAX_DAYS)
            yield ReviewDay(passages[place], due - days, days)


def _read(mark: str) -> Iterator[tuple[int, int]]:
    """Yield the due days in a comment or in properties, with the intervals."""
    pairs = re.findall(_SR_DAY, mark)
    if not pairs:
        properties = dict(re.findall(_PROPERTY, mark))
        pairs = [(properties.get("next-schedule", "")[:10], properties.get("last-interval", "1"))]
    for text, days in pairs:
        if day := dates.parse_iso(text):
            yield day.toordinal(), int(days.partition("-")[0])

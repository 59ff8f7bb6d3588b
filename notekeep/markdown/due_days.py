"""The day a task is due: as the Tasks and Dataview plug-ins of Obsidian write it, or plain text."""

from __future__ import annotations

import re
from datetime import date

from notekeep.dates import parse_iso

DUE_LIKE_PATTERN = "%____-__-__%"
"""What every text that names such a day has, as SQL's LIKE writes it."""

_DUE = re.compile(
    r"\s*(?:\N{CALENDAR}\ufe0f?|\N{TEAR-OFF CALENDAR}|[\[(]?\bdue::?)\s*(\d{4}-\d\d-\d\d)[\])]?"
)


def find_due_day(text: str) -> date | None:
    """Return the day that the text of a task names as the one it is due on, or None."""
    found = _DUE.search(text)
    return parse_iso(found[1]) if found else None


def strip_due_day(text: str) -> str:
    """Return the text of a task without the day it is due."""
    return _DUE.sub("", text)

"""The day a task is due: as the Tasks and Dataview plug-ins of Obsidian write it, or plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.dates import parse_iso

if TYPE_CHECKING:
    from datetime import date

SHAPE = "%____-__-__%"
"""What every text that names such a day has, as SQL's LIKE writes it."""

_DUE = re.compile(
    r"\s*(?:\N{CALENDAR}\ufe0f?|\N{TEAR-OFF CALENDAR}|[\[(]?\bdue::?)\s*(\d{4}-\d\d-\d\d)[\])]?"
)


def due_of(text: str) -> date | None:
    """The day that the text of a task names as the one it is due on, or None."""
    found = _DUE.search(text)
    return parse_iso(found[1]) if found else None


def without_due(text: str) -> str:
    """The text of a task without the day it is due."""
    return _DUE.sub("", text)

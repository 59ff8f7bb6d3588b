"""A line that was meant as a check-in, put into the right shape where that takes no guess."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"\s*([-*+])\s+(\[.\]\s*)?([0-9]{1,4})([-/.])([0-9]{1,2})\4([0-9]{1,4})\s+(.*\S)\s*"
)


def reshape(text: str) -> str:
    """Put blanks, the date and the colon where they belong.

    Returns:
        The line as it was most likely meant, or "" when that is not plain: day and month are only
        told apart when the year comes first or the day is above 12.
    """
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return ""
    bullet, box, first, _, second, third, rest = parts.groups()
    day = _date(first, second, third)
    habit, colon, value = rest.partition(":")
    if not colon or (" " in habit.strip() and not habit.startswith("[[")):
        habit, _, value = rest.partition(" ")
    if not day or not value.strip():
        return ""
    mark = f"{box.strip()} " if box else ""
    return f"{bullet} {mark}{day} {habit.strip()}: {value.strip()}"


def _date(first: str, second: str, third: str) -> str:
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) == 4 and int(first) > 12:
        year, month, day = third, second, first
    elif len(third) == 4 and int(second) > 12:
        year, month, day = third, first, second
    else:
        return ""
    return f"{year}-{int(month):02}-{int(day):02}"

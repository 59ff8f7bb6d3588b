"""How a day is marked: by shape first, so that nothing depends on colour."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from notekeep.habits.frame import (
    COVERED,
    DONE,
    DUE,
    EXTRA,
    FUTURE,
    GAP,
    LAST_DAY,
    MISSED,
    OFF,
    OK_SO_FAR,
    OPEN,
    OVERDUE,
    PAUSED,
    PENDING,
    REST,
    SKIPPED,
)

Mark: TypeAlias = Literal[
    "done", "partial", "missed", "covered", "skipped", "paused", "open", "at risk", "ok", "none"
]


class Glyphs(NamedTuple):
    """One character for each mark, and one for each level of a heatmap."""

    marks: dict[Mark, str]
    levels: str


UNICODE = Glyphs(
    {
        "done": "✓",
        "partial": "◐",
        "missed": "✗",
        "covered": "–",  # noqa: RUF001 - an en dash, told from the minus of a number
        "skipped": "s",
        "paused": "p",
        "open": "·",
        "at risk": "!",
        "ok": "○",
        "none": " ",
    },
    "·░▒▓█",
)
ASCII = Glyphs(
    {
        "done": "x",
        "partial": "/",
        "missed": "m",
        "covered": "-",
        "skipped": "s",
        "paused": "p",
        "open": ".",
        "at risk": "!",
        "ok": "o",
        "none": " ",
    },
    ".:+*#",
)

_MARKS: dict[int, Mark] = {
    OFF: "none",
    PAUSED: "paused",
    REST: "none",
    EXTRA: "done",
    DONE: "done",
    MISSED: "missed",
    SKIPPED: "skipped",
    PENDING: "open",
    OK_SO_FAR: "ok",
    FUTURE: "none",
    COVERED: "covered",
    GAP: "missed",
    OPEN: "open",
    DUE: "open",
    LAST_DAY: "at risk",
    OVERDUE: "missed",
}


def mark_of(status: int, share: float = 0.0, *, is_at_risk: bool = False) -> Mark:
    """The mark of a day.

    Args:
        status: A place in `frame.STATUSES`.
        share: How much of the goal the day has, 0.0 to 1.0.
        is_at_risk: Whether it is the last chance.
    """
    mark = _MARKS[status]
    if mark in ("missed", "open", "covered") and 0 < share < 1:
        return "partial"
    return "at risk" if mark == "open" and is_at_risk else mark

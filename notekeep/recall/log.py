"""The log of answers to passages: parse and format its lines.

    - 2026-11-28 21:14 good kd-7f3ab2c1 -- A bed is a promise… [[The Garden]]

As in the habit log, the file and position of a line do not matter, and equal lines count once. The
text after `--` is for readers, and helps to find a passage again after an edit.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from notekeep import dates

GRADES = ("again", "hard", "good", "easy")
"""The grades, in the order of the ratings of FSRS, which start at 1."""
FAVOURITE, NO_FAVOURITE = "favourite", "no-favourite"
MARKS = (FAVOURITE, NO_FAVOURITE)
"""Values that mark a passage and do not count as answers."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A year outside this range is a typo."""

# Compiled on first use, because most commands need neither.
_LINE = (
    r"[-*+] (?P<date>\d{4}-\d\d-\d\d) (?P<time>(?:[0-2]\d|3[0-5]):[0-5]\d(?::[0-5]\d)?)"
    rf" (?P<value>{'|'.join((*GRADES, *MARKS))}|keep|stop|clear|later (?P<days>[1-9]\d{{0,3}})d)"
    r" (?P<key>~[0-9a-f]{8}|[A-Za-z0-9-]+)(?: (?P<step>undo|redo))?(?: -- (?P<about>.*))?"
)
_LOOKS = r"\s*[-*+]\s+\d{1,4}-\d{1,2}-\d{1,4}\s"
MAX_DAYS = 9999
"""The maximum number of days for `later`."""
TEXT_LENGTH = 120
"""The maximum length of the text in a line."""


class Answer(NamedTuple):
    """One line of the log."""

    day: int  # ordinal of the date
    time: str  # with hours up to 35, for the night after the day
    value: str  # a grade, `keep`, `later 30d`, `stop`, `clear`, or one of MARKS
    key: str  # of the passage
    days: int = 0  # of `later`
    step: Literal["", "undo", "redo"] = ""  # whether undo or redo wrote it
    text: str = ""  # the beginning of the passage
    note: str = ""  # the name of its note

    @property
    def is_mark(self) -> bool:
        """Whether the line is a mark and not an answer."""
        return self.value in MARKS


def read_value(text: str) -> tuple[str, int] | None:
    """Parse a value and the days of `later` from user input; None for other text."""
    words = text.casefold().split()
    if words and words[0] == "later":
        days = " ".join(words[1:]).removesuffix("d")
        is_number = days.isascii() and days.isdecimal() and 0 < int(days) <= MAX_DAYS
        return (f"later {int(days)}d", int(days)) if is_number else None
    value = " ".join(words)
    return (value, 0) if value in (*GRADES, *MARKS, "keep", "stop", "clear") else None


def parse_answer(line: str) -> Answer | None:
    """Return the answer in a line; None if the line is not an answer."""
    found = re.fullmatch(_LINE, line.rstrip(), re.ASCII)
    day = dates.parse_iso(found["date"]) if found else None
    if found is None or day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    text, note = found["about"] or "", ""
    before, opening, name = text.rpartition("[[")
    if opening and name.endswith("]]"):
        text, note = before.rstrip(), name.removesuffix("]]")
    step: Literal["", "undo", "redo"] = found["step"] or ""  # type: ignore[assignment]
    return Answer(
        day.toordinal(),
        found["time"],
        found["value"],
        found["key"],
        int(found["days"] or 0),
        step,
        text,
        note,
    )


def parse_answers(text: str) -> tuple[list[tuple[int, Answer]], list[int]]:
    """Return the answers in a file with their line numbers, and the numbers of invalid lines."""
    answers, wrong = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if answer := parse_answer(line):
            answers.append((number, answer))
        elif re.match(_LOOKS, line):
            wrong.append(number)
    return answers, wrong


def format_answer(answer: Answer) -> str:
    """Format an answer as a line without a line break."""
    words = ["-", dates.format_iso(answer.day), answer.time, answer.value, answer.key]
    words += [answer.step] if answer.step else []
    note = f"[[{answer.note}]]" if answer.note else ""
    about = " ".join(filter(None, (shorten(answer.text), note)))
    return " ".join([*words, *(["--", about] if about else [])])


def shorten(text: str) -> str:
    """Return the beginning of a text on one line, cut after a word."""
    line = " ".join(text.split())
    if len(line) <= TEXT_LENGTH:
        return line
    cut = line[: TEXT_LENGTH + 1].rpartition(" ")[0] or line[:TEXT_LENGTH]
    return f"{cut}…"

"""The fields in the text of a task: dates, priority and repeat rule.

There are three notations, and a task may mix them: emoji from the Tasks plug-in (`📅 2026-12-01`),
Dataview fields (`[due:: 2026-12-01]`), and words (`due:2026-12-01`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

from notekeep.dates import parse_iso

Notation: TypeAlias = Literal["sign", "brackets", "parentheses", "words"]

DATES: Final = ("due", "scheduled", "start")
"""The dates used to plan a task, most important first."""

_DAY_SIGNS: Final = {
    "📅": "due",
    "📆": "due",
    "🗓": "due",
    "⏳": "scheduled",
    "⌛": "scheduled",
    "🛫": "start",
    "✅": "done",
    "❌": "cancelled",
    "\N{HEAVY PLUS SIGN}": "created",
}
_OTHER_SIGNS: Final = {"🆔": "id", "⛔": "dependsOn", "🔁": "repeat"}
_PRIORITIES: Final = {
    **dict.fromkeys(("🔺", "highest"), 0),
    **dict.fromkeys(("⏫", "high"), 1),
    **dict.fromkeys(("🔼", "medium"), 2),
    **dict.fromkeys(("🔽", "low"), 4),
    **dict.fromkeys(("⏬", "lowest"), 5),
}
NORMAL: Final = 3
"""The default priority, between 0 (highest) and 5 (lowest)."""

_NAMES: Final = {"completion": "done", "every": "repeat"}
_DATE: Final = r"\d{4}-\d\d-\d\d"
_DAYS: Final = "due|scheduled|start|done|cancelled|created"
_FIELD: Final = re.compile(
    rf"""(?<!\s)\s*+(?:
    (?P<sign>[{"".join(_DAY_SIGNS)}])\ufe0f?\s*+(?P<day>{_DATE})
    |(?P<repeat>🔁)\ufe0f?\s*+(?P<rule>[A-Za-z0-9,!\ ]++)
    |(?P<task>[🆔⛔])\ufe0f?\s*+(?P<id>[\w-]++(?:\s*+,\s*+[\w-]++)*+)
    |(?P<priority>[🔺⏫🔼🔽⏬])\ufe0f?
    |(?P<bracket>[\[(])\s*+(?P<key>{_DAYS}|completion|priority|repeat|id|dependsOn)::?\s*+
        (?P<value>[^\[\]()]*+)[\])]
    |(?<!\w)(?P<word>{_DAYS})::?\s*+(?P<date>{_DATE})
    |(?<!\w)(?P<every>every):(?P<rhythm>[\w,-]++(?:\s++when\s++done\b)?)
    )""",
    re.VERBOSE,
)
_BLOCK_ID: Final = re.compile(r"\s\^[A-Za-z0-9-]+\Z")


class TaskField(NamedTuple):
    """A field in the text of a task.

    `start` and `end` include the spaces before it, and `at` is the offset of its value.

    `name` is Dataview's name for the field, except that "completion" is `done`.
    """

    name: str
    value: str
    notation: Notation
    start: int
    end: int
    at: int


class TaskDates(NamedTuple):
    """The due, scheduled and start dates of a task, and its priority."""

    due: date | None
    scheduled: date | None
    start: date | None
    priority: int


def find_fields(text: str) -> list[TaskField]:
    """Return the fields in the text of a task, in order."""
    found: list[TaskField] = []
    at = 0
    while match := _FIELD.search(text, at):
        found.append(_read(text, match))
        at = found[-1].end
    return found


def _read(text: str, match: re.Match[str]) -> TaskField:
    notation: Notation = "sign"
    start, end = match.span()
    group = match.lastgroup or ""
    if sign := match["sign"] or match["task"] or match["repeat"]:
        name = {**_DAY_SIGNS, **_OTHER_SIGNS}[sign]
    elif match["priority"]:
        name = "priority"
    elif match["bracket"]:
        notation, group = "brackets" if match["bracket"] == "[" else "parentheses", "value"
        name = match["key"]
    else:
        notation, name = "words", match["word"] or match["every"]
    value, at = match[group], match.start(group)
    if group == "rule":
        # The last word may be the name of the next field.
        value = (value.rpartition(" ")[0] if text[end : end + 1] == ":" else value).rstrip()
        end = at + len(value)
    return TaskField(_NAMES.get(name, name), value.strip(), notation, start, end, at)


def find_value(fields: list[TaskField], name: str) -> TaskField | None:
    """Return the first field with this name, or None."""
    return next((field for field in fields if field.name == name), None)


def read_dates(text: str) -> TaskDates:
    """Return the dates and the priority of a task; invalid dates are None."""
    fields = find_fields(text)
    due, scheduled, start = (
        parse_iso(found.value) if (found := find_value(fields, name)) else None for name in DATES
    )
    level = find_value(fields, "priority")
    return TaskDates(
        due, scheduled, start, _PRIORITIES.get(level.value, NORMAL) if level else NORMAL
    )


def strip_fields(text: str, *names: str) -> str:
    """Remove the fields with these names; by default, all except the priority."""
    for field in reversed(find_fields(text)):
        if field.name in names or (not names and field.name != "priority"):
            text = text[: field.start] + text[field.end :]
    return text.strip()


def split_block_id(text: str) -> tuple[str, str]:
    """Split a text before its block id, ` ^id`; the second part is "" if there is none."""
    found = _BLOCK_ID.search(text)
    return (text, "") if found is None else (text[: found.start()], found[0])


def write_day(name: str, day: date, notation: Notation) -> str:
    """Return a date field as the Tasks plug-in writes it, with the spaces before it."""
    if notation == "sign":
        sign = next(sign for sign, known in _DAY_SIGNS.items() if known == name)
        return f" {sign} {day}"
    if notation == "words":
        return f" {name}:{day}"
    key = next((key for key, known in _NAMES.items() if known == name), name)
    # With a single space, Obsidian hides every second field in brackets.
    return f"  [{key}:: {day}]" if notation == "brackets" else f"  ({key}:: {day})"

"""The habits plug-in of Obsidian: a note for each habit, its days as a map below `records`.

Nested values are read from their source text, line by line or within braces, so that nothing in
them is ever expanded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from notekeep.habits.definition import FOREVER
from notekeep.habits.imports.source import Gathering, Taken
from notekeep.habits.imports.tracker21 import DAY
from notekeep.habits.imports.words import (
    DONE,
    MISS,
    SKIP,
    amount_of,
    day_of,
    line_of,
    text_of,
    unit_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.habits.imports.source import Page, Source
    from notekeep.habits.log import Value

_ENTRY = re.compile(r"[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2})[\"']?: *(\"[^\"\n]*\"|'[^'\n]*'|[^\n]*)")
_INLINE = re.compile(
    r"[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2})[\"']?: *(\"[^\"\n]*\"|'[^'\n]*'|[^,}\n]*)"
)
_MARKS: dict[str, Value] = {
    **dict.fromkeys(("true", "yes", "done", "x"), DONE),
    **dict.fromkeys(("false", "no", "missed"), MISS),
    **dict.fromkeys(("skip", "skipped"), SKIP),
}
_KNOWN = frozenset(
    {"habit", "type", "target", "unit", "startDate", "endDate", "records", "comments", "pauses"}
    | {"title", "archived", "tags"}
)


def read(pages: Iterable[Page]) -> Source:
    """Read the notes of habits."""
    found = Gathering("obsidian-habits")
    for page in pages:
        found.check(page)
        habit = found.add(Taken(line_of(page.word("title")) or line_of(page.name)))
        habit.about = text_of(page.body)
        habit.unit = unit_of(page.word("unit"))
        target = amount_of(page.word("target"))
        if target is not None and target.amount:
            habit.goal = f">= {page.word('target').strip()} {habit.unit}".rstrip()
        habit.since, habit.until = day_of(page.word("startDate")), day_of(page.word("endDate"))
        habit.is_archived = page.word("archived").strip().casefold() == "true"
        _pauses(habit, page.raw.get("pauses", ""), found)
        notes = dict(_pairs(page.raw.get("comments", "")))
        for text, word in _pairs(page.raw.get("records", "")):
            _say(habit, text, word, line_of(notes.pop(text, "")), found)
        if notes:
            found.lose("comments on days without a record", habit.name, times=len(notes))
        for key in sorted(page.words.keys() - _KNOWN):
            found.lose(f"the field {line_of(key)}", habit.name)
    return found.source()


def _pairs(source: str) -> Iterator[tuple[str, str]]:
    """The days of a map and their values, unquoted."""
    shape = _INLINE if source.lstrip().startswith("{") else _ENTRY
    for pair in shape.finditer(source):
        value = pair[2].strip()
        is_quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        yield pair[1], value[1:-1] if is_quoted else value.partition(" #")[0].rstrip()


def _say(habit: Taken, text: str, word: str, note: str, found: Gathering) -> None:
    day = day_of(text)
    value = _MARKS.get(word.casefold()) or amount_of(word, habit.unit)
    if day is None or value is None:
        found.lose("records that are not understood", habit.name, text)
    else:
        habit.say(day, value, note)


def _pauses(habit: Taken, source: str, found: Gathering) -> None:
    """Pauses are a list of maps with `start` and `end`; each begins with one of them."""
    for part in re.split(r"(?:^|\n)[ \t]*-[ \t]|\{", source):
        days = {
            key: day_of(text)
            for key, text in re.findall(r"\b(start|end)[\"']?:\s*[\"']?([0-9-]{10})", part)
        }
        first, last = days.get("start"), days.get("end")
        if last is None and "end" not in days:
            last = FOREVER
        if first is not None and last is not None and first <= last:
            habit.pauses.append((first, last))
        elif DAY.search(part):
            found.lose("pauses that are not understood", habit.name)

"""Habits of Emacs: headings of an org file with `:STYLE: habit`, and the states in their logbook.

The repeater says when it is due: `.+2d/4d` two to four days after the last time, `++2d` and `+2d`
on a fixed grid. Only states that mean done are entries.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.importers.habit_data import (
    DONE,
    ImportedHabit,
    SourceBuilder,
    make_line,
    make_text,
    parse_day,
)
from notekeep.habits.schedule import MAX_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.habits.importers.habit_data import HabitSource

ORG_HABIT_PATTERN = re.compile(r"^[ \t]*:STYLE:[ \t]+habit[ \t]*$", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"(\*+) +(.*)")
_REPEATER = re.compile(
    r"SCHEDULED:\s*<([0-9-]{10})[^>\n]{0,40}?(\.\+|\+\+|\+)([0-9]{1,4})([hdwmy])"
    r"(?:/([0-9]{1,4})([hdwmy]))?[^>\n]{0,40}>"
)
_STATE = re.compile(
    r"- State +\"([^\"]+)\" .*?\[([0-9-]{10})(?: [^\s\]]+)?(?: ([0-9]{1,2}:[0-9]{2}))?\]"
    r" *(\\\\)?"
)
_TODO = re.compile(r"#\+(?:SEQ_|TYP_)?TODO:(.*)", re.IGNORECASE)
_TAGS = re.compile(r" :((?:[\w@#%]+:)+)$")
_DAYS = {"h": 0, "d": 1, "w": 7, "m": 30, "y": 365}
_NOT_DONE = ("CANCEL", "SKIP", "MISS", "FAIL")


class _Heading(NamedTuple):
    """A heading and the lines below it, up to the next one."""

    title: str
    lines: list[str]
    number: int


def read_org(files: dict[str, str]) -> HabitSource:
    """Read org files by their names."""
    found = SourceBuilder("org")
    for name, text in files.items():
        lines = text.splitlines()
        opens, done = _keywords(lines)
        for heading in _headings(lines):
            if ORG_HABIT_PATTERN.search("\n".join(heading.lines)):
                _take(heading, opens | done, done, name, found)
    return found.source()


def _keywords(lines: Sequence[str]) -> tuple[set[str], set[str]]:
    """The keywords of open and of done states, without their keys in brackets."""
    opens, done = {"TODO"}, {"DONE"}
    for line in lines:
        if declared := _TODO.fullmatch(line.strip()):
            first, bar, last = declared[1].partition("|")
            words = [re.sub(r"\(.*?\)", "", word) for word in first.split()]
            ends = [re.sub(r"\(.*?\)", "", word) for word in last.split()]
            if not bar and words:
                ends = [words.pop()]
            opens.update(words)
            done.update(ends)
    return opens, {word for word in done if not word.upper().startswith(_NOT_DONE)}


def _headings(lines: Sequence[str]) -> Iterator[_Heading]:
    current: _Heading | None = None
    for number, line in enumerate(lines, 1):
        if heading := _HEADING.match(line):
            if current:
                yield current
            current = _Heading(heading[2], [], number)
        elif current:
            current.lines.append(line)
    if current:
        yield current


def _take(
    heading: _Heading, keywords: set[str], done: set[str], name: str, found: SourceBuilder
) -> None:
    title, tags = make_line(heading.title), ""
    if tagged := _TAGS.search(title):
        title, tags = title[: tagged.start()], tagged[1]
    words = title.split()
    if words and words[0] in keywords:
        words.pop(0)
    if words and re.fullmatch(r"\[#\w+\]", words[0]):
        words.pop(0)
    habit = found.add(ImportedHabit(make_line(" ".join(words)) or "Untitled"))
    names = [tag for tag in tags.split(":") if tag]
    habit.is_archived = "ARCHIVE" in names
    habit.group = next((tag for tag in names if tag not in ("ARCHIVE", "habit")), "")
    _schedule(habit, "\n".join(heading.lines), found)
    _states(habit, heading, done, name, found)


def _schedule(habit: ImportedHabit, text: str, found: SourceBuilder) -> None:
    repeater = _REPEATER.search(text)
    if repeater is None:
        found.lose("a repeater that is not understood; it becomes daily", habit.name)
        return
    start, kind, count, unit, most, most_unit = repeater.groups()
    low = int(count) * _DAYS[unit]
    high = int(most) * _DAYS[most_unit] if most else low
    if unit in "hmy" or (most_unit or "d") in "hmy":
        found.lose(f"the repeater {kind}{count}{unit} is counted in days", habit.name)
    low, high = min(max(low, 1), MAX_DAYS), min(max(high, low, 1), MAX_DAYS)
    if low == high == 1:
        habit.schedule = "daily"
    elif kind == ".+":
        habit.schedule = f"after {low}d" + (f"..{high}d" if high > low else "")
    else:
        since = f" from {start}" if parse_day(start) else ""
        habit.schedule = f"every {low}d{since}"
        if high > low:
            found.lose(f"the latest day {most}{most_unit} of a repeater {kind}", habit.name)


def _states(
    habit: ImportedHabit, heading: _Heading, done: set[str], name: str, found: SourceBuilder
) -> None:
    """The entries of the logbook; a remark stands in the lines after two backslashes."""
    prose: list[str] = []
    lines = iter(enumerate(heading.lines, heading.number + 1))
    pending = next(lines, None)
    inside = False
    while pending is not None:
        number, line = pending
        pending = next(lines, None)
        state = _STATE.fullmatch(line.strip())
        if state is None:
            inside = _is_drawer(line, inside=inside)
            if not inside and not _is_machinery(line):
                prose.append(line)
            continue
        note = []
        while state[4] and pending and pending[1].strip() and not _ends_note(pending[1]):
            note.append(pending[1])
            pending = next(lines, None)
        day = parse_day(state[2])
        if state[1] not in done:
            found.lose(f"states {state[1]}, which are no entries", habit.name, f"{name}:{number}")
        elif day is None:
            found.lose("states without a day", habit.name, f"{name}:{number}")
        else:
            time = f"{state[3]:0>5}" if state[3] and int(state[3].partition(":")[0]) < 24 else ""
            habit.say(day, DONE, make_line(" ".join(note)), time=time)
    habit.entries.sort(key=lambda said: (said.day, said.time))
    habit.about = make_text("\n".join(prose))


def _is_drawer(line: str, *, inside: bool) -> bool:
    """Whether a line opens a drawer or stands in one; its end still does."""
    text = line.strip()
    if text.upper() == ":END:":
        return False
    return inside or bool(re.fullmatch(r":[\w-]+:", text))


def _is_machinery(line: str) -> bool:
    text = line.strip()
    return text.upper() == ":END:" or text.startswith(("SCHEDULED:", "DEADLINE:", "CLOSED:"))


def _ends_note(line: str) -> bool:
    text = line.strip()
    return text.startswith(("- State ", "- Note ", "CLOCK:", ":"))

"""Habits of Emacs: headings with `:STYLE: habit`, and the states in their logbook.

The repeater is the schedule: `.+2d/4d` is two to four days after the last time, `++2d` and `+2d`
are every two days. Only done states become entries.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from notekeep.habits.schedule import MAX_DAYS
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    HabitSource,
    read_day,
    read_texts,
)
from notekeep.importing.formats.reading import head_text
from notekeep.importing.records import Format, ImportedHabit, clean_text, one_line

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
_NOT_PROSE = ("SCHEDULED:", "DEADLINE:", "CLOSED:")
_AFTER_NOTE = ("- State ", "- Note ", "CLOCK:", ":")


class _Heading(NamedTuple):
    title: str
    lines: list[str]
    number: int


def read_org(files: dict[str, str]) -> HabitSource:
    """Read the texts of org files by name."""
    found = HabitSource()
    for name, text in files.items():
        lines = text.splitlines()
        opens, done = _find_keywords(lines)
        for heading in _find_headings(lines):
            if ORG_HABIT_PATTERN.search("\n".join(heading.lines)):
                _add_habit(heading, opens | done, done, name, found)
    return found


def _find_keywords(lines: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return the keywords for open and done states, without shortcut keys in brackets."""
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


def _find_headings(lines: Sequence[str]) -> Iterator[_Heading]:
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


def _add_habit(
    heading: _Heading, keywords: set[str], done: set[str], name: str, found: HabitSource
) -> None:
    title, tags = one_line(heading.title), ""
    if tagged := _TAGS.search(title):
        title, tags = title[: tagged.start()], tagged[1]
    words = title.split()
    if words and words[0] in keywords:
        words.pop(0)
    if words and re.fullmatch(r"\[#\w+\]", words[0]):
        words.pop(0)
    habit = found.add(ImportedHabit(one_line(" ".join(words)) or "Untitled"))
    names = [tag for tag in tags.split(":") if tag]
    habit.is_archived = "ARCHIVE" in names
    habit.group = next((tag for tag in names if tag not in ("ARCHIVE", "habit")), "")
    _read_schedule(habit, "\n".join(heading.lines), found)
    _read_states(habit, heading, done, name, found)


def _read_schedule(habit: ImportedHabit, text: str, found: HabitSource) -> None:
    repeater = _REPEATER.search(text)
    if repeater is None:
        habit.schedule = "daily" if "SCHEDULED:" in text else "none"
        what = "an invalid repeater" if "SCHEDULED:" in text else "no SCHEDULED date"
        found.report_loss(f"{what}; imported with the schedule {habit.schedule}", habit.name)
        return
    start, kind, count, unit, most, most_unit = repeater.groups()
    low = int(count) * _DAYS[unit]
    high = int(most) * _DAYS[most_unit] if most else low
    if unit in "hmy" or (most_unit or "d") in "hmy":
        found.report_loss(f"the repeater {kind}{count}{unit}; imported in days", habit.name)
    low, high = min(max(low, 1), MAX_DAYS), min(max(high, low, 1), MAX_DAYS)
    if low == high == 1:
        habit.schedule = "daily"
    elif kind == ".+":
        habit.schedule = f"after {low}d" + (f"..{high}d" if high > low else "")
    else:
        since = f" from {start}" if read_day(start) else ""
        habit.schedule = f"every {low}d{since}"
        if high > low:
            found.report_loss(f"the latest day {most}{most_unit} of a repeater {kind}", habit.name)


def _read_states(
    habit: ImportedHabit, heading: _Heading, done: set[str], name: str, found: HabitSource
) -> None:
    """Read the entries of the logbook. A note follows on the lines after two backslashes."""
    prose: list[str] = []
    is_in_drawer = False
    lines = deque(enumerate(heading.lines, heading.number + 1))
    while lines:
        number, line = lines.popleft()
        text = line.strip()
        state = _STATE.fullmatch(text)
        if state is None:
            is_opening, is_end = bool(re.fullmatch(r":[\w-]+:", text)), text.upper() == ":END:"
            is_in_drawer = not is_end and (is_in_drawer or is_opening)
            if not (is_in_drawer or is_end or text.startswith(_NOT_PROSE)):
                prose.append(line)
            continue
        note = []
        while state[4] and lines and (more := lines[0][1].strip()):
            if more.startswith(_AFTER_NOTE):
                break
            note.append(lines.popleft()[1])
        day = read_day(state[2])
        place = f"{name}:{number}"
        if state[1] not in done:
            found.report_loss(f"states {state[1]}, which are not entries", habit.name, place)
        elif day is None:
            found.report_loss("states without a day", habit.name, place)
        else:
            time = f"{state[3]:0>5}" if state[3] and int(state[3].partition(":")[0]) < 24 else ""
            habit.record(day, DONE, one_line(" ".join(note)), time=time)
    habit.entries.sort(key=lambda entry: (entry.day, entry.time))
    habit.about = clean_text("\n".join(prose)).strip()


def _detect(name: str, head: bytes) -> bool:
    return name.casefold().endswith(".org") and bool(ORG_HABIT_PATTERN.search(head_text(head)))


FORMATS = (
    Format(
        "org", "org-habit", "", _detect, lambda files: read_org(dict(read_texts(files, ".org")))
    ),
)

"""Habits in daily notes: checkboxes, lists and fields.

A habit has the tag `#habit`, is in the list `habits`, or has the same name as a habit in the vault.
All other checkboxes are tasks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from notekeep.habits.definition import fold_name
from notekeep.habits.log import LogValue, read_value
from notekeep.importing.formats.habits.habit_apps import DAY_PATTERN
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    MISS,
    SKIP,
    HabitSource,
    SourceNote,
    read_day,
    read_notes,
)
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, one_line

MAX_LINE = 2000  # longer lines are prose

BOX = re.compile(r"[-*+] \[(.)\] +(\S.*)")
HABIT_TAG_PATTERN = re.compile(r"(?:^|\s)#habits?(?:/[\w/-]+)?(?=\s|$)", re.IGNORECASE)
_FIELD = re.compile(r"(?:[-*+] )?([^\W\d_][\w .-]{0,60}?):: *(\S.*)")
_ENDING = re.compile(r" (?:#[\w/-]+|\^[\w-]+|[📅⏳🛫✅❌➕] ?[0-9-]{10}|[⏫🔼🔽🔁].*)$")  # noqa: RUF001 - signs of the Tasks plug-in
_SIGNS: dict[str, LogValue | None] = {
    **dict.fromkeys("xX✓✔", DONE),
    **dict.fromkeys("-", SKIP),
    **dict.fromkeys("!fF", MISS),
    **dict.fromkeys(" />", None),
}
"""The characters in a box; None for an open box."""


def read_daily_notes(
    pages: Iterable[SourceNote],
    known: Collection[str] = (),
    day_in: Callable[[str], int | None] = lambda _: None,
) -> HabitSource:
    """Read daily notes. Notes without a day in their name or `date` are reported as losses.

    `known` are the folded names of the vault's habits. `day_in` parses names of daily notes in the
    vault's format.
    """
    found = HabitSource()
    reader = _DailyNoteReader(found, frozenset(known))
    for page in pages:
        found.check_front_matter(page)
        in_name = DAY_PATTERN.search(page.name)
        day = read_day(in_name[0]) if in_name else day_in(page.name) or read_day(page.word("date"))
        if day is None:
            found.report_loss("notes without a date in the name", place=page.name)
        else:
            reader.page(page, day)
    return found


class _DailyNoteReader:
    def __init__(self, found: HabitSource, known: frozenset[str]) -> None:
        self.found = found
        self.known = known

    def page(self, page: SourceNote, day: int) -> None:
        listed = page.words.get("habits", [])
        for name in listed.split(",") if isinstance(listed, str) else listed:
            if one_line(name):
                self.record(one_line(name), day, DONE)
        for key, value in page.words.items():
            if key not in ("habits", "date", "tags") and isinstance(value, str):
                self.field(key, value, day)
        fence = ""
        for line in page.body.splitlines():
            mark = line.strip()[:3]
            if mark in ("```", "~~~") and (not fence or mark == fence):
                fence = "" if fence else mark
            elif not fence and len(line) <= MAX_LINE:
                self.line(line.strip(), day, page.name)

    def line(self, line: str, day: int, name: str) -> None:
        if box := BOX.fullmatch(line):
            self.box(box[1], box[2], day, name)
        elif field := _FIELD.fullmatch(line):
            if fold_name(field[1]) in self.known:
                self.field(field[1], field[2], day)
            elif read_value(field[2].split()):
                self.found.report_loss("fields that match no habit", field[1], name)

    def box(self, sign: str, text: str, day: int, name: str) -> None:
        is_tagged = bool(HABIT_TAG_PATTERN.search(text))
        text = one_line(HABIT_TAG_PATTERN.sub("", text))
        while ending := _ENDING.search(text):
            text = text[: ending.start()]
        title, colon, rest = text.strip().partition(":")
        value = read_value(rest.split()) if colon and rest.strip() else None
        title = one_line(title if value else text.strip())
        if not title or not (is_tagged or fold_name(title) in self.known):
            return
        if sign not in _SIGNS:
            self.found.report_loss(f"checkboxes marked [{sign}]", title, name)
        elif mark := _SIGNS[sign]:
            self.record(title, day, value[0] if value and mark == DONE else mark)

    def field(self, key: str, text: str, day: int) -> None:
        if fold_name(key) not in self.known or not text.strip():
            return
        words = {"true": DONE, "false": None}
        folded = text.strip().casefold()
        if folded in words:
            if words[folded]:
                self.record(one_line(key), day, DONE)
            return
        value = read_value(text.split())
        if value is None:
            self.found.report_loss("fields with an invalid value", one_line(key))
        else:
            self.record(one_line(key), day, value[0])

    def record(self, name: str, day: int, value: LogValue) -> None:
        """Add an entry unless it exists. An amount replaces `done`."""
        habit = self.found.find_or_add(name)
        for place, entry in enumerate(habit.entries):
            if entry.day == day and entry.value == value:
                return
            if entry.day == day and entry.value == DONE and value.kind == "amount":
                habit.entries[place] = entry._replace(value=value)
                return
            if entry.day == day and entry.value.kind == "amount" and value == DONE:
                return
        habit.record(day, value)


def _read(files: InputFiles) -> HabitSource:
    daily = files.daily

    def day_in(name: str) -> int | None:
        day = daily.day_named("/".join(name.split("/")[-daily.depth :]))
        return day.toordinal() if day else None

    # If daily notes are in folders such as `2026/03`, the full path contains the day.
    notes = read_notes(files, is_full_path=daily.depth > 1)
    return read_daily_notes(notes, files.habit_names, day_in)


# Markdown can be from any program, so it is only read by `habit import` or with `--from`.
FORMATS = (Format("daily", "daily notes", "", lambda *_: False, _read),)

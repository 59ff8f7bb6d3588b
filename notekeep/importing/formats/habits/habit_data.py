"""Shared by the habit readers: reading files, and converting values to the habit log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from notekeep import dates
from notekeep.errors import Refused, UsageError
from notekeep.habits import amounts
from notekeep.habits.definition import fold_name
from notekeep.habits.log import FIRST_DAY, FIRST_YEAR, LAST_DAY, LAST_YEAR, LogValue
from notekeep.habits.schedule import MAX_DAYS
from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import is_database, read_csv
from notekeep.importing.input_files import MAX_SOURCE, InputFiles
from notekeep.importing.records import ImportedHabit, Loss, one_line
from notekeep.markdown.fields.frontmatter import read_frontmatter

_SLASHED = re.compile(r"\s*(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_MAX_LINES = 1_000_000
_EPOCH = date(1970, 1, 1).toordinal()
DONE, MISS, SKIP = LogValue("done"), LogValue("miss"), LogValue("skip")
MAX_SIZE = 256 << 20
"""Maximum number of characters in all files. A lifetime of habits has a few million."""


def read_texts(files: InputFiles, *endings: str) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file with one of the endings. A single file may have any.

    Raises:
        Refused: A file is damaged, or the files are too large.
    """
    names = [name for name in files.names if f"/{name}".casefold().endswith(endings)]
    if not names and len(files.names) == 1:
        names = list(files.names)
        if is_database(files.head(names[0])):
            raise UsageError(f"{files.path} is a database, which this format does not use.")
    remaining = MAX_SIZE
    for name in names:
        text = files.text(name, MAX_SOURCE)
        remaining -= len(text)
        if remaining < 0:
            size = f"{MAX_SIZE >> 20} MB"
            raise Refused(f"{files.path}: more than {size} of text.", "Use only the export.")
        yield name, text


def read_text(files: InputFiles, *endings: str) -> tuple[str, str]:
    """Return the name and text of the only file with one of the endings, or raise UsageError."""
    found = list(read_texts(files, *endings))
    if len(found) != 1:
        raise UsageError(f"{files.path} contains {len(found)} files instead of one.", "Choose one.")
    return found[0]


def read_notes(files: InputFiles, *, is_full_path: bool = False) -> Iterator[SourceNote]:
    """Yield the detected Markdown files. Their names include the folder if `is_full_path`."""
    detected = frozenset(files.detected)
    for name, text in read_texts(files, ".md"):
        if name not in detected:  # not recognized, so it has no habit
            continue
        data = text.encode("utf-8", "surrogatepass")
        matter = read_frontmatter(data)
        stem = (name if is_full_path else name.rpartition("/")[2]).removesuffix(".md")
        body = data[matter.split.body :].decode("utf-8", "replace")
        problem = matter.error.message if matter.error else ""
        yield SourceNote(stem, matter.words, matter.raw, body, problem)


def read_habit_json(name: str, text: str) -> Any:
    """Return the value of a JSON file. Raises Refused with the file's name if it is invalid."""
    with name_file(name):
        return read_json(name, text)


def read_habit_csv(name: str, text: str, *needed: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file. Raises Refused with the file's name if it is invalid."""
    with name_file(name):
        return list(read_csv(io.StringIO(text, newline=None), *needed, max_rows=_MAX_LINES))


@contextmanager
def name_file(name: str) -> Iterator[None]:
    """Add the file's name to a Refused error."""
    try:
        yield
    except Refused as error:
        raise Refused(f"{name}: {error.message.removesuffix('.')}.", error.hint) from error


class SourceNote(NamedTuple):
    """A Markdown note with a habit or a day."""

    name: str  # the file name without its extension
    words: dict[str, str | list[str]]  # the values of the front matter as text
    raw: dict[str, str]  # the same values and nested values, as source text
    body: str
    problem: str = ""  # the error in the front matter, if any

    def word(self, key: str) -> str:
        """Return a value as one string; "" for none."""
        value = self.words.get(key, "")
        return value if isinstance(value, str) else ", ".join(value)


class HabitSource:
    """The habits read from a source, and the losses."""

    def __init__(self) -> None:
        self._habits: dict[str, ImportedHabit] = {}
        self._by_name: dict[str, ImportedHabit] = {}
        self.losses: list[Loss] = []

    @property
    def habits(self) -> list[ImportedHabit]:
        """The habits in order."""
        return list(self._habits.values())

    def __iter__(self) -> Iterator[ImportedHabit | Loss]:
        """Yield the habits, then the losses."""
        yield from self.habits
        yield from self.losses

    def add(self, habit: ImportedHabit) -> ImportedHabit:
        """Add a habit. If its `source_id` exists, it gets a new `source_id`."""
        stem = habit.source_id or habit.name
        habit.source_id, number = stem, 1
        while habit.source_id in self._habits:
            number += 1
            habit.source_id = f"{stem}#{number}"
        self._habits[habit.source_id] = habit
        self._by_name.setdefault(fold_name(habit.name), habit)
        return habit

    def find_or_add(self, name: str) -> ImportedHabit:
        """Return the habit with a name, or add it."""
        return self._by_name.get(fold_name(name)) or self.add(ImportedHabit(name))

    def report_loss(self, message: str, habit: str = "", place: str = "", times: int = 1) -> None:
        """Add a loss."""
        self.losses.append(Loss(message, habit, place, times))

    def default_to_daily(self, schedule: str | None, message: str, habit: str) -> str:
        """Return a schedule. For None, report the loss and return the default."""
        if schedule is None:
            self.report_loss(f"{message}; imported as daily", habit)
        return schedule or "daily"

    def set_unit(self, habit: ImportedHabit, name: str) -> None:
        """Set the unit of a habit. Report a loss if the unit is invalid in a log line."""
        habit.unit = make_unit(name)
        if habit.unit != name:
            becomes = habit.unit or "a number without a unit"
            self.report_loss(f"the unit {name}; imported as {becomes}", habit.name)

    def check_front_matter(self, page: SourceNote) -> None:
        """Report a note with invalid front matter."""
        if page.problem:
            message = f"invalid front matter: {page.problem}"
            self.report_loss(message.removesuffix("."), place=page.name)

    def keep_last_entries(self) -> None:
        """Keep only the last entry of each day."""
        for habit in self.habits:
            habit.entries = list({entry.day: entry for entry in habit.entries}.values())


# Conversion of values to the habit log


def find_day_order(texts: Iterable[str]) -> str:
    """Return the first part of dates such as `4/30/2019`: "day", "month", or "" if ambiguous."""
    found = [match for match in map(_SLASHED.match, texts) if match]
    is_day, is_month = (any(int(match[at]) > 12 for match in found) for at in (1, 2))
    return "" if is_day == is_month else "day" if is_day else "month"


def read_day(text: str, order: str = "") -> int | None:
    """Return the ordinal of `2026-01-05` (a time is ignored), or of `5/1/2026` with an order."""
    if order and (found := _SLASHED.match(text)):
        first, second, year = found.groups()
        day, month = (first, second) if order == "day" else (second, first)
        text = f"{year}-{month:0>2}-{day:0>2}"
    head = text.strip()[:10]
    rest = text.strip()[10:11]
    day = dates.parse_iso(head) if rest in ("", "T", " ") else None
    return day.toordinal() if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def day_since_1970(days: object) -> int | None:
    """Return the ordinal of a day counted from 1970; None if a log cannot contain it."""
    day = _EPOCH + days if isinstance(days, int) else 0
    return day if FIRST_DAY <= day <= LAST_DAY else None


def make_amount(number: object, unit: str = "") -> LogValue | None:
    """Return an amount, rounded to thousandths; None if it is invalid in a log line."""
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        return None
    text = f"{number:.3f}" if isinstance(number, float) else str(number).strip()
    words = text.split()
    found = amounts.read_amount(words) if words else None
    if found is None or found[2] != len(words):
        return None
    return LogValue("amount", found[0], found[1] or unit or None)


def make_unit(text: object) -> str:
    """Return a unit that is valid in a log line: `glass-of-water`; "" for none."""
    word = "-".join(one_line(text).split())
    if re.fullmatch(amounts.UNIT, word):
        return word
    unit = re.sub(r"[^\w.%°€$£¥-]+", "-", word).strip("-_.0123456789")
    return unit if re.fullmatch(amounts.UNIT, unit) else ""


def make_schedule(times: int, days: int) -> str | None:
    """Return the schedule for a number of times in a number of days; None if there is none."""
    if times <= 0:
        return "none"
    if not 1 <= days <= MAX_DAYS:
        return None
    return "daily" if times >= days else f"{times}/{days}d"


def write_csv_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the text of a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def find_habits(value: Any) -> list[Any]:
    """Return the list of habits in a JSON object. Raises Refused if there is none."""
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("The file has no list of habits.")
    return habits

"""What an import brings: habits, what was said of their days, and what is lost on the way.

The shape is that of notekeep, whatever the other program's was. What has no place in it is a
`Loss` with a name, so that a person knows before anything is written.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from notekeep import dates
from notekeep.errors import Refused
from notekeep.habits import amounts
from notekeep.habits.definition import fold_name
from notekeep.habits.log import FIRST_YEAR, LAST_YEAR, LogValue
from notekeep.habits.schedule import MAX_DAYS

_SLASHED = re.compile(r"\s*(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
DONE, MISS, SKIP = LogValue("done"), LogValue("miss"), LogValue("skip")


class ImportedDay(NamedTuple):
    """What was said of one day."""

    day: int
    value: LogValue
    note: str = ""
    time: str = ""  # as in a log line, "" when it is not known
    extra: tuple[tuple[str, str], ...] = ()  # further `key=word` pairs


class SourceNote(NamedTuple):
    """A note of another program."""

    name: str  # the file, without folder and ending
    words: dict[str, str | list[str]]  # its front matter, each value as text
    raw: dict[str, str]  # the same, each value as its source text, nested ones whole
    body: str
    problem: str = ""  # why the front matter could not be read, "" when it could

    def word(self, key: str) -> str:
        """Return a value as one text, "" without."""
        value = self.words.get(key, "")
        return value if isinstance(value, str) else ", ".join(value)


class Loss(NamedTuple):
    """Something that does not come along, or not as it was."""

    message: str
    habit: str = ""  # whose, "" for the whole source
    place: str = ""  # where it stands first, such as `log:12`; "" where there is no place to name
    times: int = 1


@dataclass(slots=True)
class ImportedHabit:
    """A habit of another program, in the words of a definition."""

    name: str
    source_id: str = ""  # what tells it from others of its name
    identity: str = ""  # the id it should have, "" where one is made from its name
    schedule: str | list[str] = "daily"  # as `parse_schedule` or `parse_rules` reads it
    goal: str = "done"  # as `parse_goal` reads it
    unit: str = ""  # the unit of its amounts where the goal names none
    since: int | None = None  # its first day, None when the source does not say
    until: int | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    is_archived: bool = False
    counts_silence: bool | None = None  # None leaves it to the goal
    group: str = ""
    remind: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)  # further names of it in a log
    about: str = ""
    more: dict[str, str] = field(default_factory=dict)  # further fields of a definition
    entries: list[ImportedDay] = field(default_factory=list)

    def record(
        self, day: int, value: LogValue, note: str = "", *, time: str = "", **extra: str
    ) -> None:
        """Add what was said of a day; `extra` are further `key=word` pairs."""
        self.entries.append(ImportedDay(day, value, note, time, tuple(extra.items())))


class HabitSource(NamedTuple):
    """What was read: the format's id, the habits in order, and what does not come along."""

    format: str
    habits: tuple[ImportedHabit, ...]
    losses: tuple[Loss, ...]


def merge_losses(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Count equal losses as one that keeps the first place."""
    found: dict[tuple[str, str], Loss] = {}
    for loss in losses:
        key = loss.message, loss.habit
        known = found.get(key)
        found[key] = known._replace(times=known.times + loss.times) if known else loss
    return tuple(found.values())


class SourceBuilder:
    """A source while it is read."""

    def __init__(self, name: str) -> None:
        self._format = name
        self._habits: dict[str, ImportedHabit] = {}
        self._by_name: dict[str, ImportedHabit] = {}
        self._losses: list[Loss] = []

    def add(self, habit: ImportedHabit) -> ImportedHabit:
        """Add a habit; a second one with the same `source_id` gets another."""
        wanted = habit.source_id or habit.name
        habit.source_id, number = wanted, 1
        while habit.source_id in self._habits:
            number += 1
            habit.source_id = f"{wanted}#{number}"
        self._habits[habit.source_id] = habit
        self._by_name.setdefault(fold_name(habit.name), habit)
        return habit

    def find_or_add(self, name: str) -> ImportedHabit:
        """Return the habit of a name, compared as names of habits are; add one if there is none."""
        return self._by_name.get(fold_name(name)) or self.add(ImportedHabit(name))

    def report_loss(self, message: str, habit: str = "", place: str = "", times: int = 1) -> None:
        """Name something that does not come along."""
        self._losses.append(Loss(message, habit, place, times))

    def default_to_daily(self, schedule: str | None, message: str, habit: str) -> str:
        """Return a schedule, or the default of one that there is none like."""
        if schedule is None:
            self.report_loss(f"{message}; imported as daily", habit)
        return schedule or "daily"

    def check_front_matter(self, page: SourceNote) -> None:
        """Name a note whose front matter cannot be read: what stands in it is lost."""
        if page.problem:
            message = f"invalid front matter: {page.problem}"
            self.report_loss(message, place=page.name)

    def build(self, *, is_overwriting: bool = False) -> HabitSource:
        """Return what was gathered; formats that overwrite keep the last entry of a day."""
        if is_overwriting:
            for habit in self._habits.values():
                habit.entries = list({said.day: said for said in habit.entries}.values())
        return HabitSource(self._format, tuple(self._habits.values()), merge_losses(self._losses))


# Days, numbers and units as other programs write them, in the form that a log line has


def find_day_order(texts: Iterable[str]) -> str:
    """Return what is first in days such as `4/30/2019`: "day", "month", or "" when none tells."""
    found = [match for match in map(_SLASHED.match, texts) if match]
    is_day, is_month = (any(int(match[at]) > 12 for match in found) for at in (1, 2))
    return "" if is_day == is_month else "day" if is_day else "month"


def parse_day(text: str, order: str = "") -> int | None:
    """Read `2026-01-05`, also with a time after it, or `5/1/2026` in a known order; None else."""
    if order and (found := _SLASHED.match(text)):
        first, second, year = found.groups()
        day, month = (first, second) if order == "day" else (second, first)
        text = f"{year}-{month:0>2}-{day:0>2}"
    head = text.strip()[:10]
    rest = text.strip()[10:11]
    day = dates.parse_iso(head) if rest in ("", "T", " ") else None
    return day.toordinal() if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def make_amount(number: object, unit: str = "") -> LogValue | None:
    """Make an amount, rounded to thousandths; None for what a log line cannot hold."""
    if isinstance(number, bool) or not isinstance(number, str | int | float):
        return None
    text = f"{number:.3f}" if isinstance(number, float) else str(number).strip()
    words = text.split()
    found = amounts.read_amount(words) if words else None
    if found is None or found[2] != len(words):
        return None
    return LogValue("amount", found[0], found[1] or unit or None)


def make_line(text: object) -> str:
    """Make one line that can be written; halves of characters become a question mark."""
    plain = str(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(plain.split())


def make_text(text: object) -> str:
    """Make text of several lines that can be written."""
    plain = str(text).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return "\n".join(line.rstrip() for line in plain.splitlines()).strip()


def make_unit(text: object) -> str:
    """Make a unit that a log line can hold: `glass of water` is `glass-of-water`; "" for none."""
    word = "-".join(make_line(text).split())
    if re.fullmatch(amounts.UNIT, word):
        return word
    kept = re.sub(r"[^\w.%°€$£¥-]+", "-", word).strip("-_.0123456789")
    return kept if re.fullmatch(amounts.UNIT, kept) else ""


def make_schedule(times: int, days: int) -> str | None:
    """Make a schedule of so many times in any so many days; None where there is none like it."""
    if times <= 0:
        return "none"
    if not 1 <= days <= MAX_DAYS:
        return None
    return "daily" if times >= days else f"{times}/{days}d"


def read_csv_rows(text: str, name: str) -> list[list[str]]:
    """Read the rows of a CSV file, without empty ones; Refused when it is none."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        return [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Refused(f"{name}: not CSV: {error}", line=reader.line_num) from error


def read_csv_table(
    text: str, name: str, needed: Collection[str], whose: str
) -> list[dict[str, str]]:
    """Read the rows of a CSV file by their columns; Refused when those that are needed lack."""
    rows = read_csv_rows(text, name)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if not set(needed) <= set(head):
        raise Refused(f"{name}: the first line does not have the column names{whose}", line=1)
    # A row that ends early has nothing in the columns behind it.
    return [dict(zip_longest(head, row[: len(head)], fillvalue="")) for row in rows[1:]]


def write_csv_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def read_json(text: str, name: str) -> Any:
    """Read the value of a JSON file; Refused when it is none."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Refused(f"{name}: not JSON: {error}") from error


def find_habits(value: Any) -> list[Any]:
    """Return the list of habits of a JSON object; Refused when there is none in it."""
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("the file has no list of habits")
    return habits

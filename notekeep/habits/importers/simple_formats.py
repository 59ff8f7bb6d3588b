"""Table-driven reader of seven small formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from notekeep.errors import Refused
from notekeep.habits.definition import FOREVER
from notekeep.habits.importers.habit_data import (
    DONE,
    MISS,
    SKIP,
    ImportedHabit,
    SourceBuilder,
    make_amount,
    make_line,
    make_schedule,
    make_text,
    make_unit,
    parse_day,
    read_csv_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from notekeep.habits.importers.habit_data import HabitSource, SourceNote
    from notekeep.habits.log import LogValue


# The JSON that Beaver Habit Tracker exports and keeps: habits with their records by day.


_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}
_PERIODS = {"W": "week", "M": "month"}
_ACTIVE = ("", "normal", "active")


def read_beaver(value: Any) -> HabitSource:
    """Read a parsed export.

    Raises:
        Refused: It has not the form of one.
    """
    habits = value.get("habits") if isinstance(value, dict) else None
    if not isinstance(habits, list):
        raise Refused("there is no list of habits in the file")
    found = SourceBuilder("beaver")
    for each in habits:
        if isinstance(each, dict) and make_line(each.get("name") or ""):
            _add_beaver_habit(each, found)
        else:
            found.lose("habits without a name")
    return found.source()


def _add_beaver_habit(each: dict[str, Any], found: SourceBuilder) -> None:
    habit = found.add(ImportedHabit(make_line(each["name"]), make_line(each.get("id") or "")))
    tags = each.get("tags")
    names = [make_line(tag) for tag in tags] if isinstance(tags, list) else []
    habit.group = names[0] if names else ""
    habit.is_archived = make_line(each.get("status") or "").casefold() not in _ACTIVE
    if len(names) > 1:
        found.lose("tags after the first", habit.name)
    if each.get("star"):
        found.lose("the star", habit.name)
    _schedule(habit, each.get("period"), found)
    records = each.get("records")
    for record in records if isinstance(records, list) else []:
        day = parse_day(str(record.get("day"))) if isinstance(record, dict) else None
        if day is None:
            found.lose("records that are not understood", habit.name)
            continue
        note = make_line(record.get("text") or "")
        if record.get("done"):
            habit.say(day, DONE, note)
        elif note:
            habit.say(day, MISS, note)
    habit.keep_last_of_day()


def _schedule(habit: ImportedHabit, period: Any, found: SourceBuilder) -> None:
    """`3 in 1 W` is three times a week; without a period a habit is due daily."""
    if not period:
        return
    fields = period if isinstance(period, dict) else {}
    kind = make_line(fields.get("period_type")).upper()
    count, times = fields.get("period_count"), fields.get("target_count")
    if kind not in _DAYS or not isinstance(count, int) or not isinstance(times, int) or times < 1:
        found.lose("a period that is not understood; it becomes daily", habit.name)
        return
    if count == 1 and kind in _PERIODS and times < _DAYS[kind]:
        habit.schedule = f"{times}/{_PERIODS[kind]}"
        return
    schedule = make_schedule(times, count * _DAYS[kind])
    if schedule is None:
        found.lose(f"the period of {count} {kind}; it becomes daily", habit.name)
    habit.schedule = schedule or "daily"


# The JSON files of dijo: habits of type Bit, Count or Float, with their days as `stats`.


ARCHIVE = "habit_archive.json"


def read_dijo(files: Mapping[str, Any]) -> HabitSource:
    """Read parsed files by their names; habits of the archive are archived.

    Raises:
        Refused: One of them is no list of habits.
    """
    found = SourceBuilder("dijo")
    for name, value in files.items():
        if not isinstance(value, list):
            raise Refused(f"{name}: there is no list of habits in it")
        for each in value:
            if isinstance(each, dict) and make_line(each.get("name") or ""):
                _add_dijo_habit(each, found, is_archived=name.rpartition("/")[2] == ARCHIVE)
            else:
                found.lose("habits without a name", place=name)
    return found.source()


def _add_dijo_habit(each: dict[str, Any], found: SourceBuilder, *, is_archived: bool) -> None:
    habit = found.add(ImportedHabit(make_line(each["name"]), is_archived=is_archived))
    goal = _number(each.get("goal"))
    if goal is not None and each.get("type") != "Bit":
        text = str(each["goal"]) if not isinstance(each["goal"], dict) else _text(each["goal"])
        habit.goal = f">= {text}"
    if each.get("auto"):
        found.lose("that a program counts it by itself", habit.name)
    stats = each.get("stats")
    for text, value in stats.items() if isinstance(stats, dict) else ():
        day = parse_day(text)
        amount = DONE if value is True else _number(value)
        if day is None or (amount is None and value is not False):
            found.lose("days that are not understood", habit.name)
        elif amount is not None:
            habit.say(day, amount)


def _number(value: Any) -> LogValue | None:
    """A count, or a number with its decimals apart."""
    return make_amount(_text(value)) if isinstance(value, dict) else make_amount(value)


def _text(value: dict[str, Any]) -> str:
    """`{"value": 52, "precision": 1}` is 5.2."""
    digits, places = value.get("value"), value.get("precision", 0)
    if not isinstance(digits, int) or not isinstance(places, int) or not 0 <= places < 10:
        return ""
    text = f"{digits:0{places + 1}}"
    return f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text


# The CSV that HabitBull exports: a line for each habit and day, 1, 0 or an amount.


HEAD = ("HabitName", "HabitDescription", "HabitCategory", "CalendarDate", "Value", "CommentText")
_YES_OR_NO = frozenset({"0", "1", "0.0", "1.0"})


def read_habitbull(text: str, name: str) -> HabitSource:
    """Read an export.

    Raises:
        Refused: It is not CSV, or its first line does not name the columns.
    """
    rows = read_csv_rows(text, name)
    head = [cell.strip() for cell in rows[0]] if rows else []
    if not {"HabitName", "CalendarDate", "Value"} <= set(head):
        raise Refused(f"{name}: its first line does not name the columns of HabitBull", line=1)
    lines = [dict(zip(head, row, strict=False)) for row in rows[1:]]
    counted = {
        line["HabitName"] for line in lines if line.get("Value", "").strip() not in _YES_OR_NO
    }
    found = SourceBuilder("habitbull")
    for number, line in enumerate(lines, 2):
        title = make_line(line["HabitName"])
        day = parse_day(line.get("CalendarDate", ""))
        value = make_amount(line.get("Value", ""))
        if not title or day is None or value is None:
            found.lose("lines that are not understood", title, f"{name}:{number}")
            continue
        habit = found.named(title)
        habit.group = habit.group or make_line(line.get("HabitCategory", ""))
        habit.about = habit.about or make_text(line.get("HabitDescription", ""))
        if line["HabitName"] not in counted:
            value = DONE if value.amount else MISS
        habit.say(day, value, make_line(line.get("CommentText", "")))
    for habit in found.source().habits:
        habit.keep_last_of_day()
    found.lose("how often habits are due, which the file does not have; they become daily")
    return found.source()


# The two text files of harsh: `habits` with names and how often, `log` with a line for each day.
#
# A line of the log is `date : name : y, n or s : remark : amount`, its last two parts optional.
# Of two lines for one habit and day harsh takes the last one.


HARSH_RESULTS: dict[str, LogValue] = {"y": DONE, "n": MISS, "s": SKIP}
HARSH_LINE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} : .+ : [yns](?: : .*)?")
_OFTEN = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?(w)?")


def read_harsh(habits: str, log: str) -> HabitSource:
    """Read both files; either may be empty."""
    found = SourceBuilder("harsh")
    group = ""
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if text.startswith("!"):
            group = make_line(text[1:])
        elif text and not text.startswith("#"):
            _define(text, group, found, number)
    for number, line in enumerate(log.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            _add_harsh_day(line, found, number)
    for habit in found.source().habits:
        habit.keep_last_of_day()
    return found.source()


def _define(text: str, group: str, found: SourceBuilder, number: int) -> None:
    """`Gym: 3/7`, and since 0.9 the last day of it, `Gym: 3/7: 2026-01-06`."""
    head, colon, last = text.rpartition(":")
    until = parse_day(last) if colon else None
    if until is not None:
        text = head
    name, _, words = text.rpartition(":")
    parts = _OFTEN.fullmatch(words.strip())
    schedule = None
    if parts:
        times, days, is_weeks = parts.groups()
        unit = 7 if is_weeks else 1
        schedule = (
            make_schedule(int(times), int(days) * unit) if days else _every(int(times) * unit)
        )
    if not make_line(name):
        found.lose("lines that are not understood", place=f"habits:{number}")
        return
    if schedule is None:
        found.lose(f"how often: {words.strip()}; it becomes daily", make_line(name))
    found.add(
        ImportedHabit(make_line(name), schedule=schedule or "daily", until=until, group=group)
    )


def _every(days: int) -> str | None:
    return "none" if days == 0 else make_schedule(1, days)


def _add_harsh_day(line: str, found: SourceBuilder, number: int) -> None:
    parts = [part.strip() for part in f"{line} ".split(" : ")]
    place = f"log:{number}"
    day = parse_day(parts[0])
    if len(parts) > 5:
        found.lose("lines with the separator in their remark, which harsh drops too", place=place)
        return
    if len(parts) < 3 or day is None or parts[2] not in HARSH_RESULTS or not make_line(parts[1]):
        found.lose("lines that are not understood", place=place)
        return
    habit = found.named(make_line(parts[1]))
    note = make_line(parts[3]) if len(parts) > 3 else ""
    amount = make_amount(parts[4]) if len(parts) > 4 and parts[4] else None
    if len(parts) > 4 and parts[4] and amount is None:
        found.lose("amounts that are not understood", habit.name, place)
    value, extra = HARSH_RESULTS[parts[2]], dict[str, str]()
    if amount is not None and amount.amount:
        if value == DONE:
            value = amount
        else:
            extra["amount"] = parts[4]
    habit.say(day, value, note, **extra)


# The two text files of habitctl: `habits` with days and name, `log` with a line for each day.
#
# A line of the log is date, name and y, n or s, with tabs between. Of two lines for one habit
# and day the last one counts.


HABITCTL_LINE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\t[^\t]+\t[yns]\s*")


def read_habitctl(habits: str, log: str) -> HabitSource:
    """Read both files; either may be empty."""
    found = SourceBuilder("habitctl")
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        days, _, name = text.partition(" ")
        is_number = days.isascii() and days.isdigit() and len(days) < 5
        if not is_number or not make_line(name):
            found.lose("lines that are not understood", place=f"habits:{number}")
            continue
        schedule = make_schedule(1, int(days)) if int(days) else "none"
        if schedule is None:
            found.lose(f"once in {days} days; it becomes daily", make_line(name))
        found.add(ImportedHabit(make_line(name), schedule=schedule or "daily"))
    for number, line in enumerate(log.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        day = parse_day(parts[0])
        result = HARSH_RESULTS.get(parts[2].strip()) if len(parts) == 3 else None
        if day is None or result is None or not make_line(parts[1]):
            found.lose("lines that are not understood", place=f"log:{number}")
            continue
        found.named(make_line(parts[1])).say(day, result)
    for habit in found.source().habits:
        habit.keep_last_of_day()
    return found.source()


# Habit Tracker 21 of Obsidian: a note for each habit, with the days it was done as `entries`.


TRACKER21_DAY = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


def read_tracker21(pages: Iterable[SourceNote]) -> HabitSource:
    """Read the notes of a folder of habits."""
    found = SourceBuilder("tracker21")
    for page in pages:
        found.check(page)
        habit = found.add(ImportedHabit(make_line(page.word("title")) or make_line(page.name)))
        habit.about = make_text(page.body)
        gap = page.word("maxGap").strip()
        if gap.isascii() and gap.isdigit() and len(gap) < 4 and int(gap):
            # So many days may pass between two times without ending the streak.
            habit.schedule = make_schedule(1, int(gap) + 1) or "daily"
        for text in TRACKER21_DAY.findall(page.raw.get("entries", "")):
            day = parse_day(text)
            if day is None:
                found.lose("days that no calendar has", habit.name, text)
            else:
                habit.say(day, DONE)
        habit.keep_last_of_day()
        for key in sorted(page.words.keys() - {"title", "maxGap", "entries", "tags"}):
            found.lose(f"the field {make_line(key)}", habit.name)
    return found.source()


# The habits plug-in of Obsidian: a note for each habit, its days as a map below `records`.
#
# Nested values are read from their source text, line by line or within braces, so that nothing
# in them is ever expanded.


_ENTRY = re.compile(r"[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2})[\"']?: *(\"[^\"\n]*\"|'[^'\n]*'|[^\n]*)")
_INLINE = re.compile(
    r"[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2})[\"']?: *(\"[^\"\n]*\"|'[^'\n]*'|[^,}\n]*)"
)
_MARKS: dict[str, LogValue] = {
    **dict.fromkeys(("true", "yes", "done", "x"), DONE),
    **dict.fromkeys(("false", "no", "missed"), MISS),
    **dict.fromkeys(("skip", "skipped"), SKIP),
}
_KNOWN = frozenset(
    {"habit", "type", "target", "unit", "startDate", "endDate", "records", "comments", "pauses"}
    | {"title", "archived", "tags"}
)


def read_obsidian_habits(pages: Iterable[SourceNote]) -> HabitSource:
    """Read the notes of habits."""
    found = SourceBuilder("obsidian-habits")
    for page in pages:
        found.check(page)
        habit = found.add(ImportedHabit(make_line(page.word("title")) or make_line(page.name)))
        habit.about = make_text(page.body)
        habit.unit = make_unit(page.word("unit"))
        target = make_amount(page.word("target"))
        if target is not None and target.amount:
            habit.goal = f">= {page.word('target').strip()} {habit.unit}".rstrip()
        habit.since, habit.until = (
            parse_day(page.word("startDate")),
            parse_day(page.word("endDate")),
        )
        habit.is_archived = page.word("archived").strip().casefold() == "true"
        _pauses(habit, page.raw.get("pauses", ""), found)
        notes = dict(_pairs(page.raw.get("comments", "")))
        for text, word in _pairs(page.raw.get("records", "")):
            _add_obsidian_day(habit, text, word, make_line(notes.pop(text, "")), found)
        if notes:
            found.lose("comments on days without a record", habit.name, times=len(notes))
        for key in sorted(page.words.keys() - _KNOWN):
            found.lose(f"the field {make_line(key)}", habit.name)
    return found.source()


def _pairs(source: str) -> Iterator[tuple[str, str]]:
    """The days of a map and their values, unquoted."""
    shape = _INLINE if source.lstrip().startswith("{") else _ENTRY
    for pair in shape.finditer(source):
        value = pair[2].strip()
        is_quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        yield pair[1], value[1:-1] if is_quoted else value.partition(" #")[0].rstrip()


def _add_obsidian_day(
    habit: ImportedHabit, text: str, word: str, note: str, found: SourceBuilder
) -> None:
    day = parse_day(text)
    value = _MARKS.get(word.casefold()) or make_amount(word, habit.unit)
    if day is None or value is None:
        found.lose("records that are not understood", habit.name, text)
    else:
        habit.say(day, value, note)


def _pauses(habit: ImportedHabit, source: str, found: SourceBuilder) -> None:
    """Pauses are a list of maps with `start` and `end`; each begins with one of them."""
    for part in re.split(r"(?:^|\n)[ \t]*-[ \t]|\{", source):
        days = {
            key: parse_day(text)
            for key, text in re.findall(r"\b(start|end)[\"']?:\s*[\"']?([0-9-]{10})", part)
        }
        first, last = days.get("start"), days.get("end")
        if last is None and "end" not in days:
            last = FOREVER
        if first is not None and last is not None and first <= last:
            habit.pauses.append((first, last))
        elif TRACKER21_DAY.search(part):
            found.lose("pauses that are not understood", habit.name)

"""Small habit trackers: Beaver, dijo, HabitBull, harsh, habitctl, Table Habit, and plug-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from notekeep.errors import Refused
from notekeep.habits import amounts
from notekeep.habits.definition import FOREVER
from notekeep.habits.log import LogValue
from notekeep.importing.formats.habits.habit_data import (
    DONE,
    MISS,
    SKIP,
    HabitSource,
    SourceNote,
    day_since_1970,
    find_day_order,
    find_habits,
    make_amount,
    make_schedule,
    make_unit,
    read_day,
    read_habit_csv,
    read_habit_json,
    read_notes,
    read_text,
    read_texts,
)
from notekeep.importing.formats.reading import Detect, has_columns, has_words, head_text
from notekeep.importing.input_files import HABIT_FILES, InputFiles
from notekeep.importing.records import Format, ImportedHabit, clean_text, one_line

_FIELD = re.compile(r"^([^\W\d_][\w-]*):", re.MULTILINE)
INVALID_LINES = "invalid lines"
DAY_PATTERN = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")

# Beaver Habit Tracker: habits with their records by day


_PERIOD_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}
_PERIODS = {"W": "week", "M": "month"}
_ACTIVE = ("", "normal", "active")


def read_beaver(value: Any) -> HabitSource:
    """Read the parsed value of an export."""
    found = HabitSource()
    for item in _with_names(find_habits(value), found):
        habit = found.add(ImportedHabit(one_line(item["name"]), one_line(item.get("id") or "")))
        tags = item.get("tags")
        names = [one_line(tag) for tag in tags] if isinstance(tags, list) else []
        habit.group = names[0] if names else ""
        habit.is_archived = one_line(item.get("status") or "").casefold() not in _ACTIVE
        if len(names) > 1:
            found.report_loss("tags after the first", habit.name)
        if item.get("star"):
            found.report_loss("the star", habit.name)
        if item.get("period"):
            habit.schedule = _beaver_schedule(habit.name, item["period"], found)
        records = item.get("records")
        for record in records if isinstance(records, list) else []:
            day = read_day(str(record.get("day"))) if isinstance(record, dict) else None
            if day is None:
                found.report_loss("invalid records", habit.name)
                continue
            note = one_line(record.get("text") or "")
            if record.get("done") or note:
                habit.record(day, DONE if record.get("done") else MISS, note)
    found.keep_last_entries()
    return found


def _with_names(
    habits: Iterable[Any], found: HabitSource, place: str = ""
) -> Iterator[dict[str, Any]]:
    for item in habits:
        if isinstance(item, dict) and one_line(item.get("name") or ""):
            yield item
        else:
            found.report_loss("habits without a name", place=place)


def _beaver_schedule(name: str, period: Any, found: HabitSource) -> str:
    """Return a schedule: `3 in 1 W` is three times a week."""
    fields = period if isinstance(period, dict) else {}
    kind = one_line(fields.get("period_type")).upper()
    count, times = fields.get("period_count"), fields.get("target_count")
    days = _PERIOD_DAYS.get(kind, 0)
    if not days or not isinstance(count, int) or not isinstance(times, int) or times < 1:
        return found.default_to_daily(None, "an invalid period", name)
    if count == 1 and kind in _PERIODS and times < days:
        return f"{times}/{_PERIODS[kind]}"
    schedule = make_schedule(times, count * days)
    return found.default_to_daily(schedule, f"the period of {count} {kind}", name)


# dijo: habits of type Bit, Count or Float, with their days in `stats`


def read_dijo(files: Mapping[str, Any]) -> HabitSource:
    """Read the parsed values of files by name. `habit_archive.json` has archived habits."""
    found = HabitSource()
    for name, value in files.items():
        if not isinstance(value, list):
            raise Refused(f"{name} has no list of habits.")
        is_archived = name.rpartition("/")[2] == "habit_archive.json"
        for item in _with_names(value, found, name):
            habit = found.add(ImportedHabit(one_line(item["name"]), is_archived=is_archived))
            goal = _dijo_number(item.get("goal"))
            if make_amount(goal) is not None and item.get("type") != "Bit":
                habit.goal = f">= {goal}"
            if item.get("auto"):
                found.report_loss("automatic counting", habit.name)
            stats = item.get("stats")
            for text, result in stats.items() if isinstance(stats, dict) else ():
                day = read_day(text)
                amount = DONE if result is True else make_amount(_dijo_number(result))
                if day is None or (amount is None and result is not False):
                    found.report_loss("invalid days", habit.name)
                elif amount is not None:
                    habit.record(day, amount)
    return found


def _dijo_number(value: Any) -> Any:
    """Return a count, or a decimal number: `{"value": 52, "precision": 1}` is 5.2."""
    if not isinstance(value, dict):
        return value
    digits, places = value.get("value"), value.get("precision", 0)
    if not isinstance(digits, int) or not isinstance(places, int) or not 0 <= places < 10:
        return ""
    text = f"{digits:0{places + 1}}"
    return f"{text[: len(text) - places]}.{text[len(text) - places :]}" if places else text


# HabitBull: CSV with a line for each habit and day, whose value is 1, 0 or an amount


_YES_OR_NO = frozenset({"0", "1", "0.0", "1.0"})


def read_habitbull(name: str, text: str) -> HabitSource:
    """Read an export. The date format is detected, because it is not in the file."""
    lines = read_habit_csv(name, text, "HabitName", "CalendarDate", "Value")
    counted = {line["HabitName"] for _, line in lines if line["Value"].strip() not in _YES_OR_NO}
    found = HabitSource()
    order = find_day_order(line["CalendarDate"] for _, line in lines)
    for number, line in lines:
        title = one_line(line["HabitName"])
        day = read_day(line["CalendarDate"], order)
        value = make_amount(line["Value"])
        if not title or day is None or value is None:
            is_unclear = day is None and not order and read_day(line["CalendarDate"], "day")
            message = "dates whose day and month could be swapped" if is_unclear else ""
            found.report_loss(message or INVALID_LINES, title, f"{name}:{number}")
            continue
        habit = found.find_or_add(title)
        habit.group = habit.group or one_line(line.get("HabitCategory", ""))
        habit.about = habit.about or clean_text(line.get("HabitDescription")).strip()
        if line["HabitName"] not in counted:
            value = DONE if value.amount else MISS
        habit.record(day, value, one_line(line.get("CommentText", "")))
    found.report_loss("schedules: missing in the file; imported as daily")
    found.keep_last_entries()
    return found


# harsh and habitctl: `habits` with names and frequencies, `log` with a line for each day
#
# A line of harsh is `date : name : y, n or s : note : amount`, with the last two parts optional. A
# line of habitctl is date, name and y, n or s, separated by tabs. Of several lines for a habit and
# day, the last counts.


_HARSH_RULE = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?(w)?")
_RESULTS: dict[str, LogValue] = {"y": DONE, "n": MISS, "s": SKIP}


def read_harsh(habits: str, log: str) -> HabitSource:
    """Read the texts of both files. Each may be empty."""
    found = HabitSource()
    group = ""
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if text.startswith("!"):
            group = one_line(text[1:])
        elif text and not text.startswith("#"):
            _define_harsh_habit(text, group, found, f"habits:{number}")
    for place, line in _log_lines(log):
        parts = [part.strip() for part in f"{line} ".split(" : ")]
        if len(parts) > 5:
            message = "lines with the separator in their comment (harsh drops them too)"
            found.report_loss(message, place=place)
            continue
        day, name, result, note, number_text = (*parts, "", "", "", "")[:5]
        habit = _record_day(found, place, day, name, result, note)
        amount = make_amount(number_text)
        if habit is None or not number_text:
            continue
        if amount is None:
            found.report_loss("invalid amounts", habit.name, place)
        elif amount.amount:
            entry = habit.entries.pop()
            if entry.value == DONE:
                habit.entries.append(entry._replace(value=amount))
            else:
                habit.entries.append(entry._replace(extra=(("amount", number_text),)))
    found.keep_last_entries()
    return found


def _define_harsh_habit(text: str, group: str, found: HabitSource, place: str) -> None:
    """Read `Gym: 3/7`, or (since harsh 0.9) `Gym: 3/7: 2026-01-06` with its last day."""
    head, colon, last = text.rpartition(":")
    until = read_day(last) if colon else None
    if until is not None:
        text = head
    title, _, words = text.rpartition(":")
    name = one_line(title)
    if not name:
        found.report_loss(INVALID_LINES, place=place)
        return
    schedule = None
    if parts := _HARSH_RULE.fullmatch(words.strip()):
        times, days, is_weeks = parts.groups()
        unit = 7 if is_weeks else 1
        schedule = (
            make_schedule(int(times), int(days) * unit) if days else _once_in(int(times) * unit)
        )
    schedule = found.default_to_daily(schedule, f"how often: {words.strip()}", name)
    found.add(ImportedHabit(name, schedule=schedule, until=until, group=group))


def read_habitctl(habits: str, log: str) -> HabitSource:
    """Read the texts of both files. Each may be empty."""
    found = HabitSource()
    for number, line in enumerate(habits.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        days, _, title = text.partition(" ")
        name = one_line(title)
        is_number = days.isascii() and days.isdigit() and len(days) < 5
        if not is_number or not name:
            found.report_loss(INVALID_LINES, place=f"habits:{number}")
            continue
        schedule = found.default_to_daily(_once_in(int(days)), f"once in {days} days", name)
        found.add(ImportedHabit(name, schedule=schedule))
    for place, line in _log_lines(log):
        parts = line.split("\t")
        if len(parts) == 3:
            _record_day(found, place, parts[0], parts[1], parts[2].strip())
        else:
            found.report_loss(INVALID_LINES, place=place)
    found.keep_last_entries()
    return found


def _log_lines(log: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(log.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield f"log:{number}", line


def _once_in(days: int) -> str | None:
    return make_schedule(1, days) if days else "none"


def _record_day(
    found: HabitSource, place: str, day_text: str, name: str, result: str, note: str = ""
) -> ImportedHabit | None:
    day, title = read_day(day_text), one_line(name)
    if day is None or not title or result not in _RESULTS:
        found.report_loss(INVALID_LINES, place=place)
        return None
    habit = found.find_or_add(title)
    habit.record(day, _RESULTS[result], one_line(note))
    return habit


# Habit Tracker 21 for Obsidian: a note for each habit, with the done days in `entries`


_TRACKER21_FIELDS = frozenset({"title", "maxGap", "entries", "tags"})


def read_tracker21(pages: Iterable[SourceNote]) -> HabitSource:
    """Read the notes in a folder of habits."""
    found = HabitSource()
    for page, habit in _note_habits(pages, found, _TRACKER21_FIELDS):
        gap = page.word("maxGap").strip()
        if gap.isascii() and gap.isdigit() and len(gap) < 4 and int(gap):
            # The maximum number of days between two entries of a streak.
            habit.schedule = make_schedule(1, int(gap) + 1) or "daily"
        for text in DAY_PATTERN.findall(page.raw.get("entries", "")):
            day = read_day(text)
            if day is None:
                found.report_loss("invalid dates", habit.name, text)
            else:
                habit.record(day, DONE)
    found.keep_last_entries()
    return found


def _note_habits(
    pages: Iterable[SourceNote], found: HabitSource, known: frozenset[str]
) -> Iterator[tuple[SourceNote, ImportedHabit]]:
    """Yield each note with its habit. Unknown fields are reported as losses."""
    for page in pages:
        found.check_front_matter(page)
        habit = found.add(ImportedHabit(one_line(page.word("title")) or one_line(page.name)))
        habit.about = clean_text(page.body).strip()
        yield page, habit
        for key in sorted(page.words.keys() - known):
            found.report_loss(f"the field {one_line(key)}", habit.name)


# The habits plug-in for Obsidian: a note for each habit, with its days as a map in `records`
#
# Nested values are read from their source text (lines or braces), so that no YAML is expanded.


_PAIR = r"[\"']?([0-9]{4}-[0-9]{2}-[0-9]{2})[\"']?: *(\"[^\"\n]*\"|'[^'\n]*'|"
_LINE_PAIR, _BRACE_PAIR = re.compile(_PAIR + r"[^\n]*)"), re.compile(_PAIR + r"[^,}\n]*)")
_MARKS: dict[str, LogValue] = {
    **dict.fromkeys(("true", "yes", "done", "x"), DONE),
    **dict.fromkeys(("false", "no", "missed"), MISS),
    **dict.fromkeys(("skip", "skipped"), SKIP),
}
_OBSIDIAN_FIELDS = frozenset(
    {"habit", "type", "target", "unit", "startDate", "endDate", "records", "comments", "pauses"}
    | {"title", "archived", "tags"}
)


def read_obsidian_habits(pages: Iterable[SourceNote]) -> HabitSource:
    """Read the notes of habits."""
    found = HabitSource()
    for page, habit in _note_habits(pages, found, _OBSIDIAN_FIELDS):
        habit.unit = make_unit(page.word("unit"))
        target = make_amount(page.word("target"))
        if target is not None and target.amount:
            habit.goal = f">= {page.word('target').strip()} {habit.unit}".rstrip()
        habit.since = read_day(page.word("startDate"))
        habit.until = read_day(page.word("endDate"))
        habit.is_archived = page.word("archived").strip().casefold() == "true"
        _read_pauses(habit, page.raw.get("pauses", ""), found)
        notes = dict(_day_pairs(page.raw.get("comments", "")))
        for text, word in _day_pairs(page.raw.get("records", "")):
            note = one_line(notes.pop(text, ""))
            day = read_day(text)
            value = _MARKS.get(word.casefold()) or make_amount(word, habit.unit)
            if day is None or value is None:
                found.report_loss("invalid records", habit.name, text)
            else:
                habit.record(day, value, note)
        if notes:
            message = "comments on days without a record"
            found.report_loss(message, habit.name, times=len(notes))
    return found


def _day_pairs(source: str) -> Iterator[tuple[str, str]]:
    shape = _BRACE_PAIR if source.lstrip().startswith("{") else _LINE_PAIR
    for pair in shape.finditer(source):
        value = pair[2].strip()
        is_quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        yield pair[1], value[1:-1] if is_quoted else value.partition(" #")[0].rstrip()


def _read_pauses(habit: ImportedHabit, source: str, found: HabitSource) -> None:
    for part in re.split(r"(?:^|\n)[ \t]*-[ \t]|\{", source):
        days = {
            key: read_day(text)
            for key, text in re.findall(r"\b(start|end)[\"']?:\s*[\"']?([0-9-]{10})", part)
        }
        first, last = days.get("start"), days.get("end", FOREVER)
        if first is not None and last is not None and first <= last:
            habit.pauses.append((first, last))
        elif DAY_PATTERN.search(part):
            found.report_loss("invalid pauses", habit.name)


# Table Habit: habits with their records, as in its public source. Days are numbered from 1970.


_NEGATIVE, _DELETED, _ARCHIVED = 2, 2, 3
_RECORD_DONE, _RECORD_SKIPPED = 1, 2
_TABLE_HABIT_RULE = re.compile(r"\[ *([0-9]{1,4}) *(?:, *([0-9]{1,4}) *)?\]")


def read_table_habit(value: Any) -> HabitSource:
    """Read the parsed value of a backup."""
    found = HabitSource()
    groups = value.get("groups") if isinstance(value, dict) else None
    names = {
        one_line(group.get("uuid")): one_line(group.get("name"))
        for group in (groups if isinstance(groups, list) else [])
        if isinstance(group, dict)
    }
    for item in _with_names(find_habits(value), found):
        if item.get("status") == _DELETED:
            found.report_loss("deleted habits")
            continue
        habit = found.add(ImportedHabit(one_line(item["name"])))
        habit.about = clean_text(item.get("desc")).strip()
        habit.group = names.get(one_line(item.get("group_id")), "")
        habit.is_archived = item.get("status") == _ARCHIVED
        habit.schedule = _table_habit_schedule(item, habit.name, found)
        records = item.get("records")
        _read_table_habit_days(habit, item, records if isinstance(records, list) else [], found)
        for key, what in (("reminder", "its reminder"), ("daily_goal_extra", "its second goal")):
            if item.get(key):
                found.report_loss(what, habit.name)
    if found.habits:
        found.report_loss("colours, icons and target days: not used by notekeep")
    found.keep_last_entries()
    return found


def _table_habit_schedule(item: Mapping[str, Any], name: str, found: HabitSource) -> str:
    """Return a schedule: `[3]` is three times a week or month, `[3, 14]` three times in 14 days."""
    rule = _TABLE_HABIT_RULE.fullmatch(one_line(item.get("freq_custom")))
    times, days = (int(number or 0) for number in rule.groups()) if rule else (0, 0)
    schedule = None
    match item.get("freq_type"):
        case 1 if times:
            schedule = f"{times}/week" if times < 7 else "daily"
        case 2 if 1 <= times <= 31:
            schedule = f"{times}/month"
        case 3 if times:
            schedule = make_schedule(times, days)
    return found.default_to_daily(schedule, "an unknown schedule", name)


def _read_table_habit_days(
    habit: ImportedHabit, item: Mapping[str, Any], records: Iterable[Any], found: HabitSource
) -> None:
    rows = [record if isinstance(record, dict) else {} for record in records]
    goal, unit = make_amount(item.get("daily_goal")), one_line(item.get("daily_goal_unit"))
    is_limit = item.get("type") == _NEGATIVE
    is_counted = is_limit or item.get("daily_goal") != 1 or unit not in ("", "times")
    is_counted = is_counted or any(
        row.get("record_type") == _RECORD_DONE and row.get("record_value") not in (0, 1)
        for row in rows
    )
    if is_counted and goal is not None:
        found.set_unit(habit, unit)
        sign = "<=" if is_limit else ">="
        amount = amounts.format_number(goal.amount if is_limit else max(1, goal.amount))
        habit.goal = f"{sign} {amount} {habit.unit}".rstrip()
    for row in rows:
        day, kind = day_since_1970(row.get("record_date")), row.get("record_type")
        value = SKIP if kind == _RECORD_SKIPPED else None
        if kind == _RECORD_DONE:
            value = make_amount(row.get("record_value"), habit.unit)
        if day is None or value is None:
            found.report_loss("invalid records", habit.name)
            continue
        if value != SKIP and not is_counted:
            value = DONE if value.amount else MISS
        habit.record(day, value, one_line(row.get("reason")))
    habit.entries.sort(key=lambda entry: entry.day)
    start = day_since_1970(item.get("start_date"))
    if start is not None:
        habit.since = min([start, *(entry.day for entry in habit.entries)])


# Detection and reading of each format


_IS_TABLE_HABIT = has_words(".json", '"habits"', '"freq_type"', '"daily_goal"')


def _is_beaver(name: str, head: bytes) -> bool:
    has_habits = has_words(".json", '"habits"', ('"records"', '"period"'))
    is_other = _IS_TABLE_HABIT(name, head) or head_text(head).lstrip().startswith(
        ("[", '{"notekeep"')
    )
    return has_habits(name, head) and not is_other


def _is_dijo(name: str, head: bytes) -> bool:
    return has_words(".json", '"stats"')(name, head) and head_text(head).lstrip().startswith("[")


def _has_fields(needed: str, *one_of: str) -> Detect:
    """Return a check for notes with the field `needed`, and with a field in `one_of`, if any."""

    def detect(name: str, head: bytes) -> bool:
        text = head_text(head)
        if not name.casefold().endswith(".md") or not text.startswith("---"):
            return False
        keys = set(_FIELD.findall(text.partition("\n---")[0]))
        return needed in keys and (not one_of or not keys.isdisjoint(one_of))

    return detect


def _has_lines(in_habits: str, in_log: str) -> Detect:
    """Return a check for `habits` and `log` files with a line that matches the file's pattern."""
    patterns = dict(zip(HABIT_FILES, (in_habits, in_log), strict=True))

    def detect(name: str, head: bytes) -> bool:
        pattern = patterns.get(name.rpartition("/")[2])
        lines = head_text(head).splitlines() if pattern else ()
        return any(re.fullmatch(str(pattern), line.rstrip()) for line in lines)

    return detect


def _read_pair(files: InputFiles) -> tuple[str, str]:
    texts = {name.rpartition("/")[2]: text for name, text in read_texts(files, "/habits", "/log")}
    return texts.get("habits", ""), texts.get("log", "")


_IS_HARSH = _has_lines(
    r"\s*(?![0-9]+ )[^#!\s].*: *[0-9]+(?:/[0-9]+)?w?(?:: *[0-9-]{10})?",
    r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2} : .+ : [yns](?: : .*)?",
)
_IS_HABITCTL = _has_lines(r"\s*[0-9]+ \S.*", r"[0-9]{4}-[0-9]{2}-[0-9]{2}\t[^\t]+\t[yns]")
_IS_OBSIDIAN = _has_fields("habit", "records", "startDate")


FORMATS = (
    Format("harsh", "harsh", "", _IS_HARSH, lambda files: read_harsh(*_read_pair(files))),
    Format(
        "habitctl", "habitctl", "", _IS_HABITCTL, lambda files: read_habitctl(*_read_pair(files))
    ),
    Format(
        "tracker21",
        "Habit Tracker 21",
        "",
        _has_fields("entries"),
        lambda files: read_tracker21(read_notes(files)),
    ),
    Format(
        "obsidian-habits",
        "Obsidian habits plug-in",
        "",
        _IS_OBSIDIAN,
        lambda files: read_obsidian_habits(read_notes(files)),
    ),
    Format(
        "beaver",
        "Beaver Habit Tracker",
        "",
        _is_beaver,
        lambda files: read_beaver(read_habit_json(*read_text(files, ".json"))),
    ),
    Format(
        "mhabit",
        "Table Habit",
        "",
        _IS_TABLE_HABIT,
        lambda files: read_table_habit(read_habit_json(*read_text(files, ".json"))),
    ),
    Format(
        "habitbull",
        "HabitBull",
        "",
        has_columns("HabitName", "CalendarDate", "Value"),
        lambda files: read_habitbull(*read_text(files, ".csv")),
    ),
    Format(
        "dijo",
        "dijo",
        "",
        _is_dijo,
        lambda files: read_dijo(
            {name: read_habit_json(name, text) for name, text in read_texts(files, ".json")}
        ),
    ),
)

"""Parse, check and format the lines of the habit log.

The file and the position of a line do not matter. A line that is not a check-in is text; a line
that looks like a check-in but cannot be parsed is reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from notekeep import dates
from notekeep.habits import amounts

EntryKind: TypeAlias = Literal["done", "miss", "skip", "clear", "amount"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A year outside this range is a typo and would make a habit's history too long."""
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()

# Compiled on first use, because most commands need none of them.
_SHAPE = (
    r"[-*+] (?:\[(?P<box>.)\] )?(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) "
    r"(?:\[\[(?P<target>[^\]|\[]+)(?:\|[^\]]*)?\]\]|(?P<habit>[^\s:|\[\]]+)):(?: (?P<rest>.*))?"
)
_OPENS, _CLOSES, _PARTS = "<<<<<<< ", ">>>>>>> ", ("=======", "||||||| ")
_NOTE = r"(?:^|(?<=\s))(?:--|—)(?:\s+|$)"
_TIME = r"@(?:[0-2][0-9]|3[0-5]):[0-5][0-9](?::[0-5][0-9])?"
_REVISION = r"~([0-9]{1,9})"
_LOOKS = r"\s*[-*+]\s+(?:\[.\]\s*)?[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?![0-9])"
_LINE_PARTS = r"\s*([-*+])\s+(\[.\]\s*)?([0-9]{1,4})([-/.])([0-9]{1,2})\4([0-9]{1,4})\s+(.*\S)\s*"
PAIR_PATTERN = r"([^\W\d][\w-]*)=(\S+)"

_INDENTS = ("  ", "\t")

_KINDS: dict[str, EntryKind] = {
    **dict.fromkeys(("done", "x", "y", "yes", "✓", "✔"), "done"),
    **dict.fromkeys(("miss", "missed", "n", "no", "✗"), "miss"),
    **dict.fromkeys(("skip", "skipped", "s", "paused"), "skip"),
    "clear": "clear",
}


class LogEntry(NamedTuple):
    """One entry of the log."""

    day: int  # an ordinal
    habit: str  # the name as written: an id, an alias, or the last part of a link's target
    kind: EntryKind
    amount: int = 0  # thousandths of `unit`; 0 for every other kind
    unit: str | None = None  # the unit as written; None means the habit's own
    is_set: bool = False  # whether the amount replaces those of the day (`= 30`) or adds to them
    time: str | None = None  # without "@"; hours up to 35, for the night after the day
    revision: int = 0  # only lines with the day's highest revision count
    extra: tuple[tuple[str, str], ...] = ()  # other `key=word` pairs, in order
    note: str | None = None  # the text after `--`, or None


class LogValue(NamedTuple):
    """The value of an entry, without its habit and day; fields as in `LogEntry`."""

    kind: EntryKind
    amount: int = 0
    unit: str | None = None
    is_set: bool = False


class LineReport(NamedTuple):
    """A problem in a line."""

    code: str  # H001 to H005 if the line does not count, W101 and W106 if it does
    message: str
    fix: str = ""  # the corrected line, "" if there is no obvious correction


class ParsedLine(NamedTuple):
    """A line that looks like a check-in: its entry, its problem, or both."""

    entry: LogEntry | None
    report: LineReport | None = None


TEXT = ParsedLine(None)  # a line that does not look like a check-in


class PlacedEntry(NamedTuple):
    """An entry or a report in a file, with its line number from 1, its line and indented lines."""

    number: int
    text: str
    line: ParsedLine
    more: str = ""


def parse_file(text: str) -> list[PlacedEntry]:
    """Read the lines of a log that are entries or have a report, with indented lines as `more`."""
    found: list[PlacedEntry] = []
    is_under_entry = is_conflict = False
    for number, raw in enumerate(text.split("\n"), 1):
        stripped = raw.rstrip()
        line = parse_line(stripped)
        if line is not TEXT:
            found.append(PlacedEntry(number, stripped, line))
            is_under_entry = line.entry is not None
        elif is_under_entry and stripped and raw.startswith(_INDENTS):
            last = found[-1]
            found[-1] = last._replace(more=f"{last.more}\n{stripped}" if last.more else stripped)
        else:
            is_under_entry = False
            # `=======` is a conflict marker only between the others; otherwise it is a heading.
            is_marker = stripped.startswith((_OPENS, _CLOSES)) or (
                is_conflict and stripped.startswith(_PARTS)
            )
            if is_marker:
                is_conflict = not stripped.startswith(_CLOSES)
                report = LineReport("W106", "a git conflict marker; both sides are read")
                found.append(PlacedEntry(number, stripped, ParsedLine(None, report)))
    return found


def parse_line(text: str) -> ParsedLine:
    """Read one line, without its line break."""
    shape = re.fullmatch(_SHAPE, text)
    if shape is None or not (shape["habit"] is None or is_habit_name(shape["habit"])):
        return _report_shape(text) if re.match(_LOOKS, text) else TEXT
    box, written, target, habit, rest = shape.groups()
    if box == " ":
        return TEXT
    day = dates.parse_iso(written)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return _bad("H002", f"no such date {written}")
    habit = habit or target.partition("#")[0].strip().rpartition("/")[2].removesuffix(".md")
    rest = (rest or "").strip()
    note = None
    if mark := re.search(_NOTE, rest):
        rest, note = rest[: mark.start()].rstrip(), rest[mark.end() :] or None
    if rest:
        return _parse_value(day.toordinal(), habit, rest, note, text)
    if box in ("x", "X"):
        return ParsedLine(LogEntry(day.toordinal(), habit, "done", note=note))
    return _bad("H003", "no value after the habit name")


@lru_cache(maxsize=1024)
def is_habit_name(name: str) -> bool:
    """Whether a name is valid in a line: letters, marks and digits of any script, `-_.`."""
    return bool(name) and all(
        char.isalnum() or char in "-_." or unicodedata.category(char)[0] == "M" for char in name
    )


def _parse_value(day: int, habit: str, rest: str, note: str | None, text: str) -> ParsedLine:
    words = rest.split()
    found = read_value(words)
    if found is None:
        word = words[1] if words[0] == "=" and len(words) > 1 else words[0]
        comma = re.fullmatch(r"=?[0-9]+,[0-9]+\D*", word)
        fix = text.replace(word, word.replace(",", "."), 1) if comma else ""
        return _bad("H004", f"invalid value: {word}", fix)
    value, count = found
    time, revision = "", 0
    extra: list[tuple[str, str]] = []
    loose: list[str] = []
    for word in words[count:]:
        if word[0] == "@" and word[1:2].isdecimal():
            time = word
        elif number := re.fullmatch(_REVISION, word):
            revision = int(number[1])
        elif pair := re.fullmatch(PAIR_PATTERN, word):
            extra.append((pair[1], pair[2]))
        else:
            loose.append(word)
    if time and not re.fullmatch(_TIME, time):
        return _bad("H005", f"no such time {time}")
    more = " ".join(loose)
    note = f"{more} {note}" if more and note else more or note
    entry = LogEntry(day, habit, *value, time[1:] or None, revision, tuple(extra), note)
    if not loose:
        return ParsedLine(entry)
    message = f"text without -- before it: {more}"
    return ParsedLine(entry, LineReport("W101", message, rewrite_line(entry, text)))


def read_value(words: Sequence[str]) -> tuple[LogValue, int] | None:
    """Read the value at the start of a list of words, and its number of words; else None."""
    word = words[0]
    if kind := _KINDS.get(word.casefold()):
        return LogValue(kind), 1
    is_set = word.startswith("=")
    rest = [rest for rest in (word.removeprefix("="), *words[1:]) if rest]
    found = amounts.read_amount(rest) if rest else None
    if found is None:
        return None
    amount, unit, count = found
    return LogValue("amount", amount, unit, is_set), count + len(words) - len(rest)


def _report_shape(text: str) -> ParsedLine:
    message = 'looks like a check-in but is not "- YYYY-MM-DD habit: value"'
    fixed = _reshape(text)
    # Parse the line only if it matches now; otherwise, this would recurse forever.
    is_other = fixed not in ("", text)
    is_entry = bool(is_other and re.fullmatch(_SHAPE, fixed) and parse_line(fixed).entry)
    return _bad("H001", message, fixed if is_entry else "")


def _reshape(text: str) -> str:
    """Correct the spaces, the date and the colon of a line; "" if the correction is a guess."""
    parts = re.fullmatch(_LINE_PARTS, text)
    if parts is None:
        return ""
    bullet, box, first, _, second, third, rest = parts.groups()
    day = _order_date(first, second, third)
    habit, colon, value = rest.partition(":")
    if not colon or (" " in habit.strip() and not habit.startswith("[[")):
        habit, _, value = rest.partition(" ")
    if not day or not value.strip():
        return ""
    mark = f"{box.strip()} " if box else ""
    return f"{bullet} {mark}{day} {habit.strip()}: {value.strip()}"


def _order_date(first: str, second: str, third: str) -> str:
    """Return a date as YYYY-MM-DD; "" if it is unclear which part is the month."""
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) == 4 and int(first) > 12:
        year, month, day = third, second, first
    elif len(third) == 4 and int(second) > 12:
        year, month, day = third, first, second
    else:
        return ""
    return f"{year}-{int(month):02}-{int(day):02}"


def _bad(code: str, message: str, fix: str = "") -> ParsedLine:
    return ParsedLine(None, LineReport(code, message, fix))


def format_entry(entry: LogEntry, *, is_link: bool = False) -> str:
    """Format an entry as a line; with `is_link`, Obsidian lists it as a backlink of the habit."""
    habit = f"[[{entry.habit}]]" if is_link else entry.habit
    words = ["-", date.fromordinal(entry.day).isoformat(), f"{habit}:"]
    if entry.kind == "amount":
        words += ["="] if entry.is_set else []
        words.append(amounts.format_amount(entry.amount, entry.unit or ""))
    else:
        words.append(entry.kind)
    if entry.time:
        words.append(f"@{entry.time}")
    if entry.revision:
        words.append(f"~{entry.revision}")
    words += [f"{key}={word}" for key, word in entry.extra]
    if note := " ".join((entry.note or "").split()):
        words += ["--", note]
    return " ".join(words)


def rename_in_line(text: str, name: str) -> str:
    """Replace the habit in a line, and keep every other byte."""
    shape = re.match(_SHAPE, text)
    if shape is None:
        return text
    group = "habit" if shape["habit"] else "target"
    start, end = shape.span(group)
    return text[:start] + name + text[end:]


def rewrite_line(entry: LogEntry, text: str) -> str:
    """Format the value of an entry; keep the bullet, box, date and habit of its line."""
    shape = re.fullmatch(_SHAPE, text)
    start = text[: shape.start("rest")] if shape else ""
    return start + format_entry(entry).partition(": ")[2]

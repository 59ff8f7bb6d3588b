"""The values of expressions: their types, comparison and text.

A value is None, a bool, a number, a text, a list, a mapping, a date, a local time without a time
zone, or an instance of one of the classes below.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from notekeep.dates import parse_iso, shift_date
from notekeep.markdown.fields.field_values import Value as FieldValue
from notekeep.markdown.note_names import FIELD_LINK, fold_name, note_stem

Value: TypeAlias = Any

_DAY: Final = dt.timedelta(days=1)
_DAYS_IN_MONTH: Final = 146_097 / 4_800  # the average of the Gregorian calendar, as in Moment
UNITS: Final = {
    "days": 1.0,
    "weeks": 7.0,
    "months": _DAYS_IN_MONTH,
    "years": 12 * _DAYS_IN_MONTH,
    "hours": 1 / 24,
    "minutes": 1 / 1_440,
    "seconds": 1 / 86_400,
    "milliseconds": 1 / 86_400_000,
}
"""The units of a duration, in days."""

_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[-+]\d\d:?\d\d)?"
)
_DURATION: Final = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")
_UNIT_WORDS: Final = {
    "M": "months",
    "m": "minutes",
    **{unit[0]: unit for unit in UNITS if unit != "months" and unit[0] != "m"},
}


class Duration(NamedTuple):
    """A period: calendar months, and an exact time."""

    months: float = 0
    time: dt.timedelta = dt.timedelta()

    @property
    def days(self) -> float:
        """Its length in days, with months of average length."""
        return self.months * _DAYS_IN_MONTH + self.time / _DAY


@dataclass(frozen=True, slots=True)
class File:
    """A file in the vault. With `is_note`, it represents the note's properties (`this`, `note`)."""

    path: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its text, in the file `source`."""

    target: str
    text: str = ""
    source: str = ""


class Tag(str):
    """A tag without "#"."""

    __slots__ = ()


class Facts(NamedTuple):
    """The facts about a file that expressions can use."""

    path: str
    properties: Mapping[str, FieldValue] = {}
    tags: tuple[str, ...] = ()
    size: int = 0
    modified: dt.datetime | None = None


class Vault(Protocol):
    """The files that a base may use."""

    def facts(self, path: str) -> Facts | None:
        """Return the facts of a file; None if a base must not show it."""

    def resolve(self, target: str, source: str) -> str | None:
        """Return the path of the target of a link, or None."""

    def links(self, path: str, *, embeds: bool = False) -> list[Link]:
        """Return the links in a note, including embeds, or only its embeds."""

    def backlinks(self, path: str) -> list[str]:
        """Return the paths of the notes that link to a note."""


def read_property(name: str, value: FieldValue, source: str) -> Value:
    """Convert a property to a value; recognize links, dates and tags."""
    if isinstance(value, list):
        return [read_property(name, item, source) for item in value]
    if not isinstance(value, str):
        return value
    if name == "tags":
        return Tag(value.lstrip("#"))
    if found := FIELD_LINK.fullmatch(value.strip()):
        target, rest = found[1].strip(), found[2]
        return Link(target, rest.rpartition("|")[2].strip() if "|" in rest else "", source)
    return parse_date(value) or value


def parse_date(text: str) -> dt.date | dt.datetime | None:
    """Parse `2026-11-24` or `2026-11-24 21:15`; a time with a zone becomes local."""
    text = text.strip()
    if (day := parse_iso(text)) is not None:
        return day
    found = _TIME.fullmatch(text)
    try:
        moment = (
            dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}") if found else None
        )
    except ValueError:
        return None
    return moment.astimezone().replace(tzinfo=None) if moment and moment.tzinfo else moment


def parse_duration(text: str) -> Duration | None:
    """Parse `2w`, `1 day` or `1h 30m`; `M` means months and `m` minutes."""
    months, days, at = 0.0, 0.0, 0
    while at < len(text) and (found := _DURATION.match(text, at)):
        word = found[2]
        whole = f"{word.lower().removesuffix('s')}s"
        unit = _UNIT_WORDS.get(word) or (whole if len(word) > 2 and whole in UNITS else "")
        if not unit:
            return None
        if unit in ("months", "years"):
            months += float(found[1]) * (12 if unit == "years" else 1)
        else:
            days += float(found[1]) * UNITS[unit]
        at = found.end()
    try:
        return Duration(months, dt.timedelta(days=days)) if at and at == len(text) else None
    except OverflowError:
        return None


def add_duration(moment: dt.date, duration: Duration, sign: int) -> dt.date | None:
    """Add a duration to a date or time; a date becomes a time if needed. None if out of range."""
    if duration.time % _DAY and not isinstance(moment, dt.datetime):
        moment = as_time(moment)
    try:
        moved = (
            shift_date(moment, sign * int(duration.months), "month") if duration.months else moment
        )
        return moved + sign * duration.time
    except (ValueError, OverflowError):
        return None


def as_time(moment: dt.date) -> dt.datetime:
    """Return a time unchanged, and a date as midnight."""
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime.combine(moment, dt.time())


def is_number(value: Value) -> bool:
    """Whether a value is a number; a bool is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_empty(value: Value) -> bool:
    """Whether a value is missing, or a text, list or mapping without content."""
    return value is None or (isinstance(value, str | list | Mapping) and not value)


def is_true(value: Value) -> bool:
    """Whether a value counts as true."""
    return not is_empty(value) and value is not False and value != 0


def compare_key(value: Value) -> tuple[int, Any] | None:
    """Return a key for comparing values of the same type; None if they have no order."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    match value:
        case bool() | int() | float():
            return 0, value
        case Duration():
            return 0, value.days * 86_400_000
        case dt.date():
            return 1, as_time(value)
        case str() | Link() | File():
            return 2, fold_name(as_text(value))
    return None


def sort_key(value: Value) -> tuple[int, Any]:
    """Return a key for sorting values of any type: numbers, dates, then texts."""
    if isinstance(value, list):
        return 2, fold_name(as_text(value))
    return compare_key(value) or (3, fold_name(as_text(value)))


def are_equal(one: Value, other: Value, vault: Vault) -> bool:
    """Whether two values are equal.

    Links to the same note are equal, and so are a list and its only item.
    """
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            are_equal(*pair, vault) for pair in zip(one, other, strict=True)
        )
    for value, rest in ((one, other), (other, one)):
        if isinstance(value, list):
            return len(value) == 1 and are_equal(value[0], rest, vault)
        if isinstance(value, Tag):
            return isinstance(rest, str) and fold_name(value) == fold_name(rest.lstrip("#"))
        if isinstance(value, dt.date) and isinstance(rest, str):
            return are_equal(value, parse_date(rest), vault)
    if isinstance(one, Link | File) or isinstance(other, Link | File):
        return _have_same_target(one, other, vault)
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return bool(one == other)
    key = compare_key(one)
    return key == compare_key(other) if key else bool(one == other)


def _have_same_target(one: Value, other: Value, vault: Vault) -> bool:
    if one is None or other is None:
        return False
    if isinstance(one, str) or isinstance(other, str):
        link, text = (other, one) if isinstance(one, str) else (one, other)
        names = {as_text(link), link.path if isinstance(link, File) else link.target}
        return text.removeprefix("[[").removesuffix("]]") in names
    paths = [find_path(value, vault) for value in (one, other)]
    if any(paths):
        return paths[0] == paths[1]
    targets = [fold_name(value.target) for value in (one, other) if isinstance(value, Link)]
    return len(targets) == 2 and targets[0] == targets[1]


def find_path(value: Value, vault: Vault, source: str = "") -> str | None:
    """Return the path of a file, a link or a name; None if there is no such file."""
    match value:
        case File(path):
            return path
        case Link(target, _, origin):
            return vault.resolve(target, origin)
        case str():
            return vault.resolve(value.removeprefix("[[").removesuffix("]]"), source)
    return None


def file_name(path: str) -> str:
    """Return the name of a file as Obsidian shows it: notes without `.md`."""
    return note_stem(path)


def as_text(value: Value) -> str:
    """Return a value as text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.10g}"
        case Duration():
            return _duration_text(value)
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}" if value.second else f"{value:%Y-%m-%d %H:%M}"
        case dt.date():
            return value.isoformat()
        case File(path):
            return file_name(path)
        case Link(target, text):
            return text or note_stem(target)
        case list():
            return ", ".join(map(as_text, value))
    return str(value)


def _duration_text(duration: Duration) -> str:
    days = duration.days
    for unit in ("years", "months", "days", "hours", "minutes"):
        if abs(days) >= UNITS[unit]:
            count = round(days / UNITS[unit], 1)
            return f"{count:g} {unit[:-1] if count == 1 else unit}"
    return f"{round(days / UNITS['seconds'])} seconds"

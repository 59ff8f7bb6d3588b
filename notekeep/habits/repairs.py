"""What to write in the place of a line of the log that was reported.

A mend is sure when it takes no guess and the line then says what it was meant to say; the others
are offers, made for one line at a time and never taken by themselves.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits import amounts, log
from notekeep.habits.log import format_entry

if TYPE_CHECKING:
    from collections.abc import Callable

MARKER_STARTS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_BAD_TIME = r"\s@[0-9]\S*"
_NEGATIVE = r"(:\s+=?\s?)-([0-9])"
_DAY_FIRST = r"\b([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})\b"
_TICKED = r"\s*[-*+]\s+\[[xX]\]"


class LineRepair(NamedTuple):
    """What to do with one line.

    Attributes:
        label: What that is, for a person: "write 5.5".
        text: The line as it is written then; None takes it out of the file.
        is_sure: Whether it takes no guess.
    """

    label: str
    text: str | None
    is_sure: bool = False


def repair_line(code: str, text: str, unit: str = "") -> LineRepair | None:
    """Find what to write in the place of a reported line.

    Args:
        code: The report, H001 to H005 or W101, W103, W106, W107.
        text: The line as it stands.
        unit: The unit of its habit.

    Returns:
        None where only a person can tell.
    """
    offer = _OFFERS.get(code)
    return offer(text, unit) if offer else None


def _written(text: str, _: str) -> LineRepair | None:
    report = log.parse_line(text).report
    if report is not None and report.fix:
        return LineRepair(f"write: {report.fix}", report.fix, is_sure=True)
    return None


def _shaped(text: str, _: str) -> LineRepair | None:
    """A line whose shape has to be guessed: no value is done, and 3/11 is the third of November."""
    day_first = re.sub(_DAY_FIRST, _iso, text, count=1)
    for changed in (text, f"{text.rstrip().rstrip(':')}: done", day_first, f"{day_first}: done"):
        entry, report = log.parse_line(changed)
        fixed = changed if entry is not None else report.fix if report is not None else ""
        if fixed:
            is_sure = changed == text or (
                changed.startswith(text) and re.match(_TICKED, text) is not None
            )
            return LineRepair(f"write: {fixed}", fixed, is_sure)
    return None


def _iso(found: re.Match[str]) -> str:
    return f"{found[4]}-{int(found[3]):02}-{int(found[1]):02}"


def _positive(text: str, unit: str) -> LineRepair | None:
    """A minus is left out; a word that is no value becomes the note of a day that is done."""
    changed = re.sub(_NEGATIVE, r"\1\2", text)
    return _written(text, unit) or _entry(changed, text, "without the minus") or _as_note(text)


def _as_note(text: str) -> LineRepair | None:
    head, colon, rest = text.partition(": ")
    word, _, more = rest.strip().removeprefix("=").strip().partition(" ")
    changed = f"{head}{colon}done {more}".rstrip()
    entry = log.parse_line(changed).entry
    if not word or entry is None:
        return None
    note = f"{word} {entry.note}" if entry.note else word
    fixed = log.rewrite_line(entry._replace(note=note), changed)
    return _entry(fixed, text, f"write: {fixed}")


def move_to_past_month(text: str, today: date) -> LineRepair | None:
    """An entry of a day that has not come: the last such day of a month that has.

    Args:
        text: The line.
        today: The day that is not over yet.
    """
    found = re.search(_DATE, text)
    entry = log.parse_line(text).entry
    if found is None or entry is None:
        return None
    day = date.fromordinal(entry.day)
    year, month = (today.year, day.month) if day.year > today.year else (day.year, day.month)
    while not (
        calendar.monthrange(year, month)[1] >= day.day and date(year, month, day.day) <= today
    ):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    past = date(year, month, day.day).isoformat()
    return _entry(text.replace(found[0], past, 1), text, f"write {past}")


def _last_of_month(text: str, _: str) -> LineRepair | None:
    """2026-24-11 has day and month the wrong way round; 31 November meant the last of the month."""
    found = re.search(_DATE, text)
    if found is None:
        return None
    if int(found[2]) > 12:
        turned = f"{found[1]}-{found[3]}-{found[2]}"
        return _entry(text.replace(found[0], turned, 1), text, f"write {turned}")
    if found[2] == "00":
        return None
    last = calendar.monthrange(int(found[1]), int(found[2]))[1]
    day = f"{found[1]}-{found[2]}-{last:02}"
    return _entry(text.replace(found[0], day, 1), text, f"write {day}")


def _as_done(text: str, _: str) -> LineRepair | None:
    return _entry(f"{text.rstrip().rstrip(':')}: done", text, "write: done")


def _without_time(text: str, _: str) -> LineRepair | None:
    return _entry(re.sub(_BAD_TIME, "", text, count=1), text, "without the time")


def _in_own_unit(text: str, unit: str) -> LineRepair | None:
    entry = log.parse_line(text).entry
    if entry is None or not unit:
        return None
    changed = log.rewrite_line(entry._replace(unit=unit), text)
    return LineRepair(f"{amounts.format_amount(entry.amount, unit)}, as the habit counts", changed)


def _without_marker(text: str, _: str) -> LineRepair | None:
    return LineRepair("take the marker out", None, is_sure=True) if _is_marker(text) else None


def _without_twin(text: str, _: str) -> LineRepair | None:
    """A line that stands there twice counts once, so that one of the two says nothing."""
    return LineRepair("take the second one out", None) if log.parse_line(text).entry else None


def _is_marker(text: str) -> bool:
    return text.startswith(MARKER_STARTS)


def _entry(changed: str, text: str, label: str) -> LineRepair | None:
    """A changed line, when it is another and an entry."""
    is_entry = changed != text and log.parse_line(changed).entry is not None
    return LineRepair(label, changed) if is_entry else None


_OFFERS: dict[str, Callable[[str, str], LineRepair | None]] = {
    "H001": _shaped,
    "H002": _last_of_month,
    "H003": _as_done,
    "H004": _positive,
    "H005": _without_time,
    "W101": _written,
    "W103": _in_own_unit,
    "W106": _without_marker,
    "W107": _without_twin,
}


def restate_entry(entry: log.LogEntry) -> str:
    """An entry as a line of the next revision, which ends a contradiction."""
    return format_entry(entry._replace(revision=entry.revision + 1))

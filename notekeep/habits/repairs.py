"""Corrections of log lines with a problem.

A repair is sure if it is not a guess. Other repairs are offered for one line at a time and never
applied automatically.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from notekeep.dates import days_in
from notekeep.habits import amounts, log

_MARKER_STARTS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_BAD_TIME = r"\s@[0-9]\S*"
_NEGATIVE = r"(:\s+=?\s?)-([0-9])"
_DAY_FIRST = r"\b([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})\b"
_TICKED = r"\s*[-*+]\s+\[[xX]\]"


class LineRepair(NamedTuple):
    """The correction of one line."""

    label: str  # such as "write 5.5"
    text: str | None  # the new line; None deletes it
    is_sure: bool = False


def repair_line(code: str, text: str, unit: str = "") -> LineRepair | None:
    """Return the correction of a line with a problem; None if there is no likely one."""
    match code:
        case "H001":
            return _repair_shape(text)
        case "H002":
            return _repair_date(text)
        case "H003":
            return _offer(f"{text.rstrip().rstrip(':')}: done", text, "write: done")
        case "H004":
            return _repair_value(text)
        case "H005":
            return _offer(re.sub(_BAD_TIME, "", text, count=1), text, "remove the time")
        case "W101":
            return _reported_fix(text)
        case "W103":
            return _repair_unit(text, unit)
        case "W106" if text.startswith(_MARKER_STARTS):
            return LineRepair("remove the marker", None, is_sure=True)
        case "W107" if log.parse_line(text).entry:
            # The line occurs twice but counts once.
            return LineRepair("remove the second line", None)
        case _:
            return None


def move_to_past_month(text: str, today: date) -> LineRepair | None:
    """Move an entry with a future date to the last such day in the past."""
    found = re.search(_DATE, text)
    entry = log.parse_line(text).entry
    if found is None or entry is None:
        return None
    day = date.fromordinal(entry.day)
    year, month = (today.year, day.month) if day.year > today.year else (day.year, day.month)
    while days_in(year, month) < day.day or date(year, month, day.day) > today:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    past = date(year, month, day.day).isoformat()
    return _offer(text.replace(found[0], past, 1), text, f"write {past}")


def _reported_fix(text: str) -> LineRepair | None:
    report = log.parse_line(text).report
    if report is not None and report.fix:
        return LineRepair(f"write: {report.fix}", report.fix, is_sure=True)
    return None


def _repair_shape(text: str) -> LineRepair | None:
    """Guess the meaning of a line: no value means done, and 3/11 is 3 November."""
    day_first = re.sub(
        _DAY_FIRST, lambda found: f"{found[4]}-{int(found[3]):02}-{int(found[1]):02}", text, count=1
    )
    for changed in (text, f"{text.rstrip().rstrip(':')}: done", day_first, f"{day_first}: done"):
        entry, report = log.parse_line(changed)
        fixed = changed if entry is not None else report.fix if report is not None else ""
        if fixed:
            is_ticked = changed.startswith(text) and re.match(_TICKED, text) is not None
            return LineRepair(f"write: {fixed}", fixed, changed == text or is_ticked)
    return None


def _repair_date(text: str) -> LineRepair | None:
    """Swap day and month of 2026-24-11; replace 31 November with the last day of the month."""
    found = re.search(_DATE, text)
    if found is None or found[2] == "00":
        return None
    if int(found[2]) > 12:
        day = f"{found[1]}-{found[3]}-{found[2]}"
    else:
        last = days_in(int(found[1]), int(found[2]))
        day = f"{found[1]}-{found[2]}-{last:02}"
    return _offer(text.replace(found[0], day, 1), text, f"write {day}")


def _repair_value(text: str) -> LineRepair | None:
    """Remove a minus sign, or turn a word that is not a value into a note after `done`."""
    positive = _offer(re.sub(_NEGATIVE, r"\1\2", text), text, "remove the minus")
    if repair := _reported_fix(text) or positive:
        return repair
    head, colon, rest = text.partition(": ")
    word, _, more = rest.strip().removeprefix("=").strip().partition(" ")
    changed = f"{head}{colon}done {more}".rstrip()
    entry = log.parse_line(changed).entry
    if not word or entry is None:
        return None
    note = f"{word} {entry.note}" if entry.note else word
    fixed = log.rewrite_line(entry._replace(note=note), changed)
    return _offer(fixed, text, f"write: {fixed}")


def _repair_unit(text: str, unit: str) -> LineRepair | None:
    entry = log.parse_line(text).entry
    if entry is None or not unit:
        return None
    changed = log.rewrite_line(entry._replace(unit=unit), text)
    return LineRepair(
        f"{amounts.format_amount(entry.amount, unit)} in the unit of the habit", changed
    )


def _offer(changed: str, text: str, label: str) -> LineRepair | None:
    is_entry = changed != text and log.parse_line(changed).entry is not None
    return LineRepair(label, changed) if is_entry else None

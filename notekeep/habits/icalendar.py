"""Write reminders as an iCalendar file (RFC 5545), with a repeating event for each.

Times are local and have no time zone. A habit that is due several times in a week or month has one
event in it, early enough to complete all of them. Days of the month and numbered weekdays, such as
the first Monday, need separate events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import assert_never

from notekeep.habits.definition import FOREVER, Definition
from notekeep.habits.month_days import MonthDay
from notekeep.habits.schedule import (
    EVERY_DAY,
    SHORTEST_MONTH,
    AfterLast,
    AsParts,
    ChosenDates,
    ChosenDays,
    EverySlot,
    InDays,
    PerPeriod,
    Reminder,
    Untracked,
    parse_reminders,
)

LONGEST_LINE = 75
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MAX_PAUSED_DAYS = 400
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def write_calendar(
    habits: Iterable[Definition], vault: str, today: int, week_start: int = 0
) -> tuple[str, int]:
    """Return the events of current habits, and their number; event ids end in `vault`."""
    lines: list[str] = []
    count = 0
    for habit in habits:
        if habit.is_archived or (habit.until is not None and habit.until < today):
            continue
        for reminder in parse_reminders(habit.remind)[0]:
            repeats = _find_repeats(habit, reminder, today, week_start)
            for number, (rule, first) in enumerate(repeats):
                lines += _event(habit, reminder, vault, today, rule, first, number)
                count += 1
    return calendar_text("habits", lines), count


def _find_repeats(
    habit: Definition, reminder: Reminder, today: int, week_start: int
) -> list[tuple[str, int]]:
    """Return the RRULE of each event, and its first day as an ordinal."""
    starts = [rule.start for rule in habit.schedules if rule.start <= today]
    first = max(starts[-1] if starts else 0, habit.since or 0) or today
    if reminder.weekdays is not None:
        return [_weekly(reminder.weekdays, first)]
    match habit.schedule_on(today):
        case ChosenDays(weekdays) if weekdays != EVERY_DAY:
            return [_weekly(weekdays, first)]
        case ChosenDates(month_days):
            groups = groupby(month_days, lambda one: (one.month, one.weekday is None))
            return [_by_month(tuple(group), first) for _, group in groups]
        case PerPeriod(times, "week"):
            chosen = (week_start + 7 - times) % 7
            return [_weekly([day == chosen for day in range(7)], first)]
        case PerPeriod(times, "month"):
            # One event a month, on a day that exists in all months.
            return [_by_month((MonthDay(max(1, SHORTEST_MONTH - times)),), first)]
        case EverySlot(months, start, "month"):
            while not _begins_slot(first, start, months):
                first += 1
            return [(f"FREQ=MONTHLY;INTERVAL={months}", first)]
        case EverySlot(days, int(start)):
            first += (start - first) % days
        case (
            ChosenDays()
            | PerPeriod()
            | InDays()
            | EverySlot()
            | AfterLast()
            | AsParts()
            | Untracked()
        ):
            pass  # repeats at its frequency, below
        case other:
            assert_never(other)
    times, days = habit.schedule_on(today).frequency()
    step = max(1, days // times)
    return [("FREQ=DAILY" + (f";INTERVAL={step}" if step > 1 else ""), first)]


def _weekly(weekdays: Sequence[bool], first: int) -> tuple[str, int]:
    while not weekdays[(first - 1) % 7]:
        first += 1
    return f"FREQ=WEEKLY;BYDAY={','.join(_weekday_codes(weekdays))}", first


def _by_month(days: tuple[MonthDay, ...], first: int) -> tuple[str, int]:
    """Return the rule for days of the same kind: one month or every month, weekdays or dates."""
    schedule = ChosenDates(days)
    while not schedule.is_due(first):
        first += 1
    month = days[0].month
    frequency = f"FREQ=YEARLY;BYMONTH={month}" if month else "FREQ=MONTHLY"
    part = "BYMONTHDAY" if days[0].weekday is None else "BYDAY"
    numbers = (f"{one.number}{'' if one.weekday is None else _CODES[one.weekday]}" for one in days)
    return f"{frequency};{part}={','.join(numbers)}", first


def _begins_slot(day: int, start: int | None, months: int) -> bool:
    """Whether a slot of months begins on a day; without a start, any day up to the 28th."""
    current = date.fromordinal(day)
    if start is None:
        return current.day <= SHORTEST_MONTH
    begin = date.fromordinal(start)
    passed = 12 * (current.year - begin.year) + current.month - begin.month
    return current.day == 1 and passed % months == 0


def _weekday_codes(weekdays: Sequence[bool]) -> list[str]:
    return [code for code, is_on in zip(_CODES, weekdays, strict=True) if is_on]


def _event(
    habit: Definition,
    reminder: Reminder,
    vault: str,
    today: int,
    rule: str,
    first: int,
    number: int,
) -> list[str]:
    clock = f"T{reminder.hour:02}{reminder.minute:02}00"
    days = "".join(_weekday_codes(reminder.weekdays)) if reminder.weekdays else ""
    days += f"-{number + 1}" if number else ""
    until = f";UNTIL={_day(habit.until)}T235959" if habit.until is not None else ""
    about = [text for text in (habit.when, habit.tiny) if text]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape_text(habit.id)}-{reminder.time.replace(':', '')}{days}@{vault}",
        f"DTSTAMP:{_day(today)}T000000Z",
        f"DTSTART:{_day(first)}{clock}",
        "DURATION:PT5M",
        f"RRULE:{rule}{until}",
        f"SUMMARY:{escape_text(habit.title)}",
        *([f"DESCRIPTION:{escape_text(chr(10).join(about))}"] if about else []),
        "TRANSP:TRANSPARENT",
    ]
    lines += [f"EXDATE:{_day(day)}{clock}" for day in _paused_days(habit, first)]
    lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0M"]
    return [*lines, f"DESCRIPTION:{escape_text(habit.title)}", "END:VALARM", "END:VEVENT"]


def _paused_days(habit: Definition, first: int) -> list[int]:
    days: list[int] = []
    for low, high in habit.pauses:
        last = low + _MAX_PAUSED_DAYS if high == FOREVER else min(high, low + _MAX_PAUSED_DAYS)
        days += range(max(low, first), last + 1)
    return days


def calendar_text(product: str, events: Iterable[str]) -> str:
    """Return the text of a calendar with these event lines; `product` names the application."""
    head = (f"PRODID:-//notekeep//{product}//EN", "CALSCALE:GREGORIAN")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head, *events, "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in fold_line(line))


def fold_line(line: str) -> list[str]:
    """Split a line into pieces of at most 75 bytes; all but the first start with a space."""
    pieces, piece, room = [], "", LONGEST_LINE
    for char in line:
        size = len(char.encode("utf-8", "replace"))
        if size > room:
            pieces.append(piece)
            piece, room = " ", LONGEST_LINE - 1
        piece += char
        room -= size
    return [*pieces, piece]


def escape_text(text: str) -> str:
    """Escape a text for iCalendar, without control characters."""
    plain = "".join(char for char in text if char in "\n\t" or char.isprintable())
    return plain.translate(_ESCAPES)


def _day(day: int) -> str:
    return date.fromordinal(day).strftime("%Y%m%d")

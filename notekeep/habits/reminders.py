"""Reminders of habits: crontab lines, and the reminders that are due.

All crontab lines run the same command, which finds the due reminders. So the lines change only when
a time is added.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple

from notekeep import dates
from notekeep.cache_files import write_cache_file
from notekeep.errors import Refused
from notekeep.habits.schedule import Reminder, parse_reminders
from notekeep.habits.summary import HabitView

_CRON_DAYS = (1, 2, 3, 4, 5, 6, 0)


def reminder_times(reminders: Iterable[Reminder]) -> list[Reminder]:
    """Return the times for cron, sorted and without duplicates."""
    by_time: dict[tuple[int, int], Reminder] = {}
    for reminder in reminders:
        key = reminder.hour, reminder.minute
        known = by_time.setdefault(key, reminder)
        if known.weekdays is None or reminder.weekdays is None:
            by_time[key] = known._replace(weekdays=None)
        else:
            pairs = zip(known.weekdays, reminder.weekdays, strict=True)
            by_time[key] = known._replace(weekdays=tuple(one or other for one, other in pairs))
    return [by_time[key] for key in sorted(by_time)]


def cron_lines(times: Iterable[Reminder], command: Sequence[str]) -> list[str]:
    """Return a line for each time; see `cron_line`."""
    lines = []
    for time in times:
        chosen = zip(_CRON_DAYS, time.weekdays or (), strict=False)
        days = ",".join(str(day) for day, is_on in chosen if is_on) or "*"
        lines.append(cron_line(f"{time.minute} {time.hour} * * {days}", command))
    return lines


def cron_line(when: str, command: Sequence[str]) -> str:
    """Return a crontab line. Raises Refused if an argument contains a line break."""
    if any("\n" in word or "\r" in word for word in command):
        raise Refused(
            "The path of the vault contains a line break.",
            "Give the vault a name in the settings, or rename its folder.",
        )
    return f"{when} {shlex.join(command)}".replace("%", "\\%")


REMINDED_FILE = "reminded"


class Due(NamedTuple):
    """A reminder that is due, and its habit as of today."""

    habit: HabitView
    reminder: Reminder


class HabitReminders(NamedTuple):
    """The reminders of a vault by habit, and the invalid ones with the paths of their notes."""

    all: list[Due]
    wrong: list[tuple[str, str]]


def list_reminders(habits: Iterable[HabitView]) -> HabitReminders:
    """Return the reminders of active habits, by the paths of their notes."""
    found = HabitReminders([], [])
    for view in sorted(habits, key=lambda one: one.path):
        if not view.is_archived:
            reminders, wrong = parse_reminders(view.remind)
            found.all.extend(Due(view, reminder) for reminder in reminders)
            found.wrong.extend((view.path, words) for words in wrong)
    return found


def due(habits: Iterable[HabitView], now: datetime, day_start: int) -> list[Due]:
    """Return today's reminders up to now, for habits that are due and have no entry."""
    today = dates.habit_day(now, day_start)
    found: list[tuple[datetime, Due]] = []
    for one in list_reminders(habits).all:
        habit, reminder = one
        # A time before the start of the day belongs to the following night.
        day = today + timedelta(days=reminder.hour < day_start)
        moment = datetime(day.year, day.month, day.day, reminder.hour, reminder.minute)  # noqa: DTZ001 - local time
        is_open = habit.call in ("due", "may") and not habit.today.is_logged
        if is_open and reminder.is_on(today.toordinal()) and moment <= now:
            found.append((moment, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def filter_unsent(state: str, found: Iterable[Due], today: date) -> list[Due]:
    """Return the reminders that were not sent today, and record them as sent."""
    path = os.path.join(state, REMINDED_FILE)
    sent: set[str] = set()
    with suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        head, *rows = file.read().split("\n")
        sent = set(rows) if head == today.isoformat() else set()
    fresh = {f"{one.habit.id} {one.reminder.text()}": one for one in found}
    new = {key: one for key, one in fresh.items() if key not in sent}
    if new:
        rows = [today.isoformat(), *sorted(sent | new.keys())]
        data = "\n".join(rows).encode("utf-8", "surrogateescape")
        with suppress(OSError):
            write_cache_file(state, REMINDED_FILE, data)
    return list(new.values())

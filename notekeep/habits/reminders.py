"""Reminders of a habit: when one is due, and on which days the calendar repeats it.

A reminder is a time of the day, with weekdays before it or without: `07:30`, `mon,fri 18:00`. Who
is reminded and how is nothing that is known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep import dates
from notekeep.habits.schedule import EVERY_DAY, ChosenDays, parse_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIME = re.compile(r"(?:(.*) )?([01]?[0-9]|2[0-3]):([0-5][0-9])")


class Reminder(NamedTuple):
    """A time at which to be reminded.

    Attributes:
        hour: 0 to 23.
        minute: 0 to 59.
        weekdays: A truth for each weekday, Monday first; None for the days the habit is due.
    """

    hour: int
    minute: int
    weekdays: tuple[bool, ...] | None = None

    @property
    def time(self) -> str:
        """`07:30`."""
        return f"{self.hour:02}:{self.minute:02}"

    @property
    def words(self) -> str:
        """As a definition has it."""
        if self.weekdays is None:
            return self.time
        return f"{','.join(day_names(self.weekdays))} {self.time}"

    def is_on(self, day: int) -> bool:
        """Whether it is one for a day, as an ordinal."""
        return self.weekdays is None or self.weekdays[(day - 1) % 7]


def day_names(weekdays: Iterable[bool]) -> list[str]:
    """The chosen weekdays: `mon`, `fri`."""
    return [name[:3] for name, is_on in zip(dates.WEEKDAYS, weekdays, strict=True) if is_on]


def parse_reminders(words: Iterable[str]) -> tuple[list[Reminder], list[str]]:
    """Read the reminders of a definition.

    Args:
        words: As they stand there. Weekdays that a comma of the list parted from their time are
            put together again: `remind: mon,fri 18:00` is one reminder.

    Returns:
        The reminders, and the words that are none.
    """
    found: list[Reminder] = []
    wrong: list[str] = []
    before: list[str] = []
    for word in words:
        before.append(word)
        if ":" not in word:
            continue
        text = ",".join(before)
        reminder = _parse(text)
        if reminder is None:
            wrong.append(text)
        elif reminder not in found:
            found.append(reminder)
        before = []
    return found, wrong + ([",".join(before)] if before else [])


def _parse(text: str) -> Reminder | None:
    parts = _TIME.fullmatch(" ".join(text.split()))
    if parts is None:
        return None
    names, hour, minute = parts.groups()
    if not names:
        return Reminder(int(hour), int(minute))
    from notekeep.errors import UsageError

    try:
        schedule = parse_schedule(names)
    except UsageError:
        return None
    if not isinstance(schedule, ChosenDays):
        return None
    chosen = None if schedule.weekdays == EVERY_DAY else schedule.weekdays
    return Reminder(int(hour), int(minute), chosen)

"""Reminders as lines of a crontab, which a person installs.

Each line runs the same command; the command itself knows what to remind of, so the lines have to
change only when a time is added.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from notekeep.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.habits.reminders import Reminder

_CRON_DAYS = (1, 2, 3, 4, 5, 6, 0)


def moments(reminders: Iterable[Reminder]) -> list[Reminder]:
    """The times at which something has to run, each once, by the hour."""
    by_time: dict[tuple[int, int], Reminder] = {}
    for reminder in reminders:
        key = reminder.hour, reminder.minute
        known = by_time.get(key)
        if known is None:
            by_time[key] = reminder
        elif known.weekdays is not None:
            days = None if reminder.weekdays is None else _either(known.weekdays, reminder.weekdays)
            by_time[key] = known._replace(weekdays=days)
    return [by_time[key] for key in sorted(by_time)]


def _either(some: Iterable[bool], others: Iterable[bool]) -> tuple[bool, ...]:
    return tuple(one or other for one, other in zip(some, others, strict=True))


def cron_lines(times: Iterable[Reminder], command: Sequence[str]) -> list[str]:
    """Return a line for each time, with percent signs escaped, which would end the line.

    Args:
        times: When it runs.
        command: What runs: a program, as an absolute path, and its arguments.

    Raises:
        Refused: An argument holds a line break.
    """
    if any("\n" in word or "\r" in word for word in command):
        raise Refused(
            "the path of the vault holds a line break",
            "give the vault a name in the settings, or rename its folder",
        )
    words = shlex.join(command).replace("%", "\\%")
    return [f"{time.minute} {time.hour} * * {_cron_days(time)} {words}" for time in times]


def _cron_days(time: Reminder) -> str:
    if time.weekdays is None:
        return "*"
    chosen = zip(_CRON_DAYS, time.weekdays, strict=True)
    return ",".join(str(day) for day, is_on in chosen if is_on)

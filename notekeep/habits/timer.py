"""Reminders as the units of a systemd timer, or as lines of a crontab: text that a person installs.

Both run the same command at the times of reminders; the command itself knows whom to remind of
what, so what is installed has to change only when a time is added.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.habits.reminders import day_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.habits.reminders import Reminder

MARK = "# Written by notekeep"
"""How a unit begins that may be written over."""

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


def systemd_units(times: Iterable[Reminder], command: Sequence[str]) -> tuple[str, str]:
    """The service and the timer of a person's own systemd.

    Args:
        times: When it runs.
        command: What runs: a program, as an absolute path, and its arguments.

    Raises:
        Refused: An argument holds what no unit can say.
    """
    words = " ".join(_quoted(word) for word in command)
    service = (
        f"{MARK}: reminders of habits.\n"
        "[Unit]\nDescription=Reminders of habits\n\n"
        f"[Service]\nType=oneshot\nExecStart={words}\n"
    )
    calendar = "".join(f"OnCalendar={on_calendar(time)}\n" for time in times)
    timer = (
        f"{MARK}: reminders of habits.\n"
        "[Unit]\nDescription=Times of reminders of habits\n\n"
        f"[Timer]\n{calendar}Persistent=true\nAccuracySec=10s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return service, timer


def on_calendar(time: Reminder) -> str:
    """A time as systemd writes it: `Mon,Fri *-*-* 18:00:00`."""
    days = "" if time.weekdays is None else ",".join(map(str.capitalize, day_names(time.weekdays)))
    return f"{days} *-*-* {time.time}:00".strip()


def cron_lines(times: Iterable[Reminder], command: Sequence[str]) -> list[str]:
    """The same as lines of a crontab, where a percent sign would end the line.

    Raises:
        Refused: An argument holds what no crontab can say.
    """
    if any("\n" in word or "\r" in word for word in command):
        raise _no_line()
    words = shlex.join(command).replace("%", "\\%")
    return [f"{time.minute} {time.hour} * * {_cron_days(time)} {words}" for time in times]


def _cron_days(time: Reminder) -> str:
    if time.weekdays is None:
        return "*"
    chosen = zip(_CRON_DAYS, time.weekdays, strict=True)
    return ",".join(str(day) for day, is_on in chosen if is_on)


def _quoted(word: str) -> str:
    """An argument as a unit has it; signs that systemd would put something in for are doubled."""
    if any(ord(char) < 32 for char in word):
        raise _no_line()
    plain = word.replace("%", "%%").replace("$", "$$")
    if plain and all(char.isalnum() or char in "/._-%$+=:@,~" for char in plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _no_line() -> Refused:
    return Refused(
        "the path of the vault holds a line break or another control",
        "give the vault a name in the settings, or rename its folder",
    )

"""Which reminders have come and are not answered, and which of them were told already today."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from notekeep import kept
from notekeep.dates import habit_day
from notekeep.habits.reminders import parse_reminders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.habits.reminders import Reminder
    from notekeep.habits.view import HabitView
    from notekeep.index.habits import HabitIndex

FILE = "reminded"


class Due(NamedTuple):
    """A reminder that has come and is not answered.

    Attributes:
        habit: The habit as of today.
        reminder: The time.
    """

    habit: HabitView
    reminder: Reminder


class Times(NamedTuple):
    """The reminders of a vault.

    Attributes:
        all: Each with the habit it is of, in the order of habits; archived ones are left out.
        wrong: Words that are no reminder, with the note they stand in.
    """

    all: list[tuple[HabitView, Reminder]]
    wrong: list[tuple[str, str]]


def times_of(index: HabitIndex) -> Times:
    """The reminders of all habits that are not archived."""
    found = Times([], [])
    definitions = {view.id: view for view in index.habits() if not view.is_archived}
    for habit in index.known():
        view = definitions.get(habit.definition.id)
        if view is None:
            continue
        reminders, wrong = parse_reminders(habit.definition.remind)
        found.all.extend((view, reminder) for reminder in reminders)
        found.wrong.extend((view.path, words) for words in wrong)
    return found


def due(index: HabitIndex, now: datetime) -> list[Due]:
    """The reminders of today that have come while today still asks for the habit.

    A habit that was logged today in any way is answered.

    Args:
        index: The habits of the vault.
        now: The wall clock.
    """
    day_start = index.places.settings.day_start
    today = habit_day(now, day_start)
    found = []
    for view, reminder in times_of(index).all:
        is_asked = view.call in ("due", "may") and not view.today.is_logged
        if (
            is_asked
            and reminder.is_on(today.toordinal())
            and _moment(reminder, today, day_start) <= now
        ):
            found.append(Due(view, reminder))
    return sorted(found, key=lambda one: _moment(one.reminder, today, day_start))


def _moment(reminder: Reminder, today: date, day_start: int) -> datetime:
    """When a reminder comes: one before the hour at which a day begins is of the night after it."""
    is_night = reminder.hour < day_start
    day = today + timedelta(days=is_night)
    return datetime(day.year, day.month, day.day, reminder.hour, reminder.minute)  # noqa: DTZ001 - what the person's own clock says


def not_yet_told(state: str, found: Iterable[Due], today: date) -> list[Due]:
    """Those that were not told today; afterwards they count as told.

    Where that cannot be kept they are told again, which is better than not at all.

    Args:
        state: The state folder of the vault.
        found: The reminders that have come.
        today: The day.
    """
    path = os.path.join(state, FILE)
    told: set[str] = set()
    with suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        head, *rows = file.read().split("\n")
        told = set(rows) if head == today.isoformat() else set()
    fresh = {f"{one.habit.id} {one.reminder.words}": one for one in found}
    new = {key: one for key, one in fresh.items() if key not in told}
    if new:
        rows = [today.isoformat(), *sorted(told | new.keys())]
        with suppress(OSError):
            kept.write(state, FILE, "\n".join(rows).encode("utf-8", "surrogateescape"))
    return list(new.values())

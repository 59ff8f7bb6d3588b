"""The tasks and habits of the coming days, and tasks as a calendar file."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from notekeep.catalog.records import TaskRow
from notekeep.habits.icalendar import calendar_text, escape_text
from notekeep.markdown.sanitize import clean_line, plain_text
from notekeep.markdown.task_fields import DATES, strip_fields
from notekeep.tracking.tracker import HabitIndex

MAX_DAYS = 366


class PlannedHabit(NamedTuple):
    """A habit that is due on a day."""

    id: str
    title: str


class AgendaDay(NamedTuple):
    """The open tasks and due habits of a day."""

    day: dt.date
    tasks: list[TaskRow]  # most important first
    habits: list[PlannedHabit]


class Agenda(NamedTuple):
    """The days from today to `end` that have tasks or habits, and late tasks."""

    today: dt.date
    end: dt.date
    late: list[TaskRow]  # sorted by day
    days: list[AgendaDay]
    later: int  # the number of tasks after `end`
    undated: int  # the number of tasks without a day

    def as_object(self) -> dict[str, Any]:
        """Return the agenda as JSON data; the keys are stable."""
        return {
            "from": self.today.isoformat(),
            "to": self.end.isoformat(),
            "late": [task._asdict() for task in self.late],
            "days": [
                {
                    "day": one.day.isoformat(),
                    "tasks": [task._asdict() for task in one.tasks],
                    "habits": [habit._asdict() for habit in one.habits],
                }
                for one in self.days
            ],
            "later": self.later,
            "undated": self.undated,
        }


def plan_days(
    tasks: Iterable[TaskRow],
    habits: Mapping[dt.date, list[PlannedHabit]],
    today: dt.date,
    days: int,
) -> Agenda:
    """Group tasks and habits by day, for a number of days including today."""
    end = today + dt.timedelta(days - 1)
    agenda = Agenda(today, end, [], [], 0, 0)
    found: dict[dt.date, list[TaskRow]] = {}
    later = undated = 0
    for task in sorted(tasks, key=lambda one: (one.day(today) or end, one.priority)):
        day = task.day(today)
        if day is None:
            undated += 1
        elif day > end:
            later += 1
        elif day < today:
            agenda.late.append(task)
        else:
            found.setdefault(day, []).append(task)
    for day in sorted({*found, *habits}):
        agenda.days.append(AgendaDay(day, found.get(day, []), habits.get(day, [])))
    return agenda._replace(later=later, undated=undated)


def plan_habits(index: HabitIndex, today: dt.date, days: int) -> dict[dt.date, list[PlannedHabit]]:
    """Return habits by day: today, those still due; later, those with a fixed day."""
    views = [view for view in index.views(today) if not view.is_archived]
    found = {
        today: [PlannedHabit(one.id, one.title) for one in views if one.call in ("due", "may")]
    }
    for ahead in range(1, days):
        day = today + dt.timedelta(ahead)
        planned = [one for one in views if one.is_planned_on(day.toordinal())]
        found[day] = [PlannedHabit(one.id, one.title) for one in planned]
    return {day: habits for day, habits in found.items() if habits}


def write_task_calendar(tasks: Iterable[TaskRow], vault: str, today: dt.date) -> tuple[str, int]:
    """Return open tasks with a date as all-day iCalendar events, and the number of events.

    An event keeps its id when the date of the task changes. Ids end with `vault`.
    """
    lines: list[str] = []
    seen: Counter[str] = Counter()
    for task in tasks:
        day = task.planned
        if task.done or day is None:
            continue
        name = f"{task.path}\n{strip_fields(task.text, *DATES, 'created')}"
        seen[name] += 1
        number = hashlib.sha256(f"{name}\n{seen[name]}".encode("utf-8", "replace")).hexdigest()
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number[:32]}@{vault}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{escape_text(clean_line(plain_text(strip_fields(task.text)) or task.text))}",
            f"DESCRIPTION:{escape_text(f'{task.title}, line {task.line}')}",
            *("TRANSP:TRANSPARENT", "END:VEVENT"),
        ]
    return calendar_text("tasks", lines), sum(seen.values())

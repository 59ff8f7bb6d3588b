"""Today: habits and tasks due, books in progress, drafts, this day in other years, problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.catalog.queries import OnThisDay, count_open, list_tasks, on_this_day
from notekeep.catalog.records import Row, TaskRow
from notekeep.dates import DUE_LIKE_PATTERN, find_due_day
from notekeep.errors import Problem
from notekeep.habits.summary import HabitView
from notekeep.notes.workspace import Workspace
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:  # `gather_due` does not need the query parser
    from notekeep.services.search import SearchService

DAYS_OF_NOTES = ("created", "finished", "listened")  # dates for this day in other years
UNDATED = 24  # tasks without a day to list
RECENT = 12  # recent notes to list


class DueTask(NamedTuple):
    """An open task and its due day."""

    day: dt.date
    task: TaskRow


class TaskSummary(NamedTuple):
    """The open tasks."""

    open: int  # how many
    due: list[DueTask]  # late or due today, by day
    others: list[TaskRow]  # due later, by day, then some of recent notes


class Overview(NamedTuple):
    """An overview of a day."""

    day: dt.date
    habits: Sequence[HabitView]  # due or logged today, with the last seven days
    tasks: TaskSummary
    daily: Row | None
    reading: Sequence[Row] = ()  # books with the status "reading"
    drafts: Sequence[Row] = ()
    on_this_day: Sequence[OnThisDay] = ()  # created, finished or listened to, latest year first
    problems: Sequence[Problem] = ()  # of notes
    recent: Sequence[Row] = ()  # notes by modification time, latest first
    conflicts: Mapping[str, str] = {}  # conflict copies and their notes

    @property
    def is_free(self) -> bool:
        """Whether there are no habits, tasks or daily note."""
        return not (self.habits or self.tasks.open or self.daily)

    @property
    def is_quiet(self) -> bool:
        """Whether the overview is empty."""
        others = (self.reading, self.drafts, self.on_this_day, self.problems, self.conflicts)
        return self.is_free and not any(others)

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON; the keys are stable."""
        return {
            "day": self.day.isoformat(),
            "habits": [
                {
                    "id": habit.id,
                    "title": habit.title,
                    "status": habit.today.status,
                    "call": habit.call,
                    "streak": habit.streak,
                    "streak_unit": habit.streak_unit,
                    "note": habit.note,
                }
                for habit in self.habits
            ],
            "tasks": {
                "open": self.tasks.open,
                "due": [
                    {
                        "path": task.path,
                        "title": task.title,
                        "line": task.line,
                        "text": task.text,
                        "due": day.isoformat(),
                    }
                    for day, task in self.tasks.due
                ],
            },
            "reading": _names(self.reading),
            "drafts": _names(self.drafts),
            "daily": self.daily.path if self.daily else None,
            "on_this_day": _names([found.row for found in self.on_this_day]),
            "recent": _names(self.recent),
            "problems": [problem._asdict() for problem in self.problems],
            "conflicts": self.conflicts,
        }


def gather_due(workspace: Workspace, habits: HabitIndex, day: dt.date) -> Overview:
    """Gather the due habits and tasks of a day, and its daily note."""
    catalog = workspace.catalog
    due = [
        habit
        for habit in habits.views(day)
        if not habit.is_archived and (habit.call != "none" or habit.today.is_logged)
    ]
    # Most tasks have no day, so these are only counted.
    dated = list_tasks(catalog, like=DUE_LIKE_PATTERN)
    found = [DueTask(at, task) for task in dated if (at := find_due_day(task.text))]
    tasks = sorted(found, key=lambda one: one.day)
    latest = list_tasks(catalog, latest=UNDATED + len(found))
    undated = [task for task in latest if find_due_day(task.text) is None]
    return Overview(
        day=day,
        habits=due,
        tasks=TaskSummary(
            open=count_open(catalog),
            due=[one for one in tasks if one.day <= day],
            others=[one.task for one in tasks if one.day > day] + undated[:UNDATED],
        ),
        daily=catalog.row(workspace.daily_path(day)),
    )


def gather_overview(search: SearchService, habits: HabitIndex, day: dt.date) -> Overview:
    """Gather the whole overview of a day."""
    catalog = search.catalog
    written: dict[str, OnThisDay] = {}
    for one in on_this_day(catalog, day, DAYS_OF_NOTES):
        written.setdefault(one.row.path, one)
    return gather_due(search.workspace, habits, day)._replace(
        reading=search.rows("type:book status:reading").rows,
        drafts=search.rows("is:draft").rows,
        on_this_day=list(written.values()),
        problems=catalog.problems(links=False),
        recent=search.rows("sort:-modified", limit=RECENT).rows,
        conflicts=catalog.conflicts(),
    )


def _names(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [{"path": row.path, "title": row.title} for row in rows]

"""Today: habits and tasks due, books in progress, drafts, this day in other years, problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.catalog.queries import Anniversary, count_open, list_tasks, on_this_day
from notekeep.catalog.records import PassageRow, Row, TaskRow
from notekeep.errors import Problem
from notekeep.habits.summary import HabitView, arrange_habits
from notekeep.notes.workspace import Workspace
from notekeep.tracking.tracker import HabitIndex

if TYPE_CHECKING:  # `gather_due` does not need the query parser
    from notekeep.catalog.catalog import Catalog
    from notekeep.services.recall import RecallService
    from notekeep.services.search import SearchService

DAYS_OF_NOTES = ("created", "finished", "listened")  # date fields for this day in other years
WEEK = 7
UNDATED = 24  # the maximum number of tasks without a day
RECENT = 12  # the maximum number of recent notes


class DueTask(NamedTuple):
    """An open task and its day in the list."""

    day: dt.date
    task: TaskRow


class TaskSummary(NamedTuple):
    """The open tasks that have started."""

    open: int  # their number
    due: list[DueTask]  # late or due today, by day
    week: list[DueTask]  # in the next seven days, by day
    others: list[TaskRow]  # later, by day, then some from recent notes


class Overview(NamedTuple):
    """An overview of a day."""

    day: dt.date
    habits: Sequence[HabitView]  # due or logged today, with the last seven days
    tasks: TaskSummary
    daily: Row | None
    reading: Sequence[Row] = ()  # books with the status "reading"
    drafts: Sequence[Row] = ()
    on_this_day: Sequence[Anniversary] = ()  # created, finished or listened to, latest year first
    problems: Sequence[Problem] = ()  # of notes
    recent: Sequence[Row] = ()  # notes by modification time, latest first
    conflicts: Mapping[str, str] = {}  # conflict copy to its note
    # The path of the weekly and monthly note, if turned on, and whether it exists.
    periodic: Mapping[str, tuple[str, bool]] = {}
    quote: PassageRow | None = None  # the quote of the day
    to_recall: int = 0  # the number of quotes left to recall today

    @property
    def has_nothing_due(self) -> bool:
        """Whether there are no habits, tasks or daily note."""
        return not (self.habits or self.tasks.open or self.daily)

    @property
    def is_quiet(self) -> bool:
        """Whether the overview is empty."""
        others = (self.reading, self.drafts, self.on_this_day, self.problems, self.conflicts)
        return self.has_nothing_due and not any(others)

    def as_object(self) -> dict[str, Any]:
        """Return the overview as JSON data; the keys are stable."""
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
                "due": _tasks(self.tasks.due),
                "week": _tasks(self.tasks.week),
            },
            "reading": _names(self.reading),
            "drafts": _names(self.drafts),
            "daily": self.daily.path if self.daily else None,
            **{kind: path if exists else None for kind, (path, exists) in self.periodic.items()},
            "on_this_day": _names([found.row for found in self.on_this_day]),
            "recent": _names(self.recent),
            "problems": [problem._asdict() for problem in self.problems],
            "conflicts": self.conflicts,
            "quote": self.quote.as_object() if self.quote else None,
            "to_recall": self.to_recall,
        }


def list_dated(catalog: Catalog, today: dt.date) -> list[DueTask]:
    """Return the open tasks that have a day, sorted by day and priority."""
    dated = list_tasks(catalog, is_dated=True)
    found = [DueTask(day, task) for task in dated if (day := task.day(today))]
    return sorted(found, key=lambda one: (one.day, one.task.priority))


def gather_due(workspace: Workspace, habits: HabitIndex, day: dt.date) -> Overview:
    """Return the due habits and tasks of a day, and its daily note."""
    catalog = workspace.catalog
    active = [habit for habit in habits.views(day) if not habit.is_archived]
    due = [
        habit
        for habit, *_ in arrange_habits(active)
        if habit.call != "none" or habit.today.is_logged
    ]
    periodic = {
        kind: workspace.daily_path(day, kind)
        for kind in workspace.schema.periodic
        if kind != "daily"
    }
    tasks = list_dated(catalog, day)
    end = day + dt.timedelta(WEEK)
    # There may be many tasks without a day, so only some are listed.
    undated = list_tasks(catalog, is_dated=False, latest=UNDATED)
    return Overview(
        day=day,
        habits=due,
        tasks=TaskSummary(
            open=count_open(catalog),
            due=[one for one in tasks if one.day <= day],
            week=[one for one in tasks if day < one.day <= end],
            others=[one.task for one in tasks if one.day > end] + undated,
        ),
        daily=catalog.row(workspace.daily_path(day)),
        periodic={kind: (path, catalog.row(path) is not None) for kind, path in periodic.items()},
    )


def gather_overview(
    search: SearchService, habits: HabitIndex, recall: RecallService, day: dt.date
) -> Overview:
    """Return the whole overview of a day."""
    catalog = search.catalog
    written: dict[str, Anniversary] = {}
    for one in on_this_day(catalog, day, DAYS_OF_NOTES):
        written.setdefault(one.row.path, one)
    return gather_due(search.workspace, habits, day)._replace(
        reading=search.rows("type:book status:reading").rows,
        drafts=search.rows("is:draft").rows,
        on_this_day=list(written.values()),
        problems=catalog.problems(links=False),
        recent=search.rows("sort:-modified", limit=RECENT).rows,
        conflicts=catalog.conflicts(),
        quote=recall.quote_of_day(),
        to_recall=recall.count_left(),
    )


def _tasks(found: Sequence[DueTask]) -> list[dict[str, Any]]:
    return [
        {
            "path": task.path,
            "title": task.title,
            "line": task.line,
            "text": task.text,
            "day": day.isoformat(),
            "due": task.due and task.due.isoformat(),
        }
        for day, task in found
    ]


def _names(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [{"path": row.path, "title": row.title} for row in rows]

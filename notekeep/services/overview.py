"""Today, as one look: what is due, books in progress, drafts, this day in other years.

Gathered for the overview that commands print and the screen that the interface opens on; how it
is shown is theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from notekeep.catalog.records import Row, TaskRow
    from notekeep.errors import Problem
    from notekeep.habits.summary import HabitView
    from notekeep.vault import Vault


class DueTask(NamedTuple):
    """An open task, and the day that it says it is due."""

    day: dt.date
    task: TaskRow


class TaskSummary(NamedTuple):
    """What is left to do: how many tasks are open, and those due by today, by day."""

    open: int
    due: list[DueTask]


class Overview(NamedTuple):
    """What today is about.

    Attributes:
        day: The day, by the hour at which days start.
        habits: Habits that today asks something of, or that were logged today.
        tasks: Tasks that are open, and those that are due.
        reading: Books with the status "reading".
        drafts: Posts that are drafts.
        daily: Today's note, or None.
        on_this_day: Notes created, finished or listened to on this day in other years.
        problems: Files that cannot be read whole.
        conflicts: Conflict copies in the vault, each with the note it is a copy of.
    """

    day: dt.date
    habits: list[HabitView]
    tasks: TaskSummary
    reading: list[Row]
    drafts: list[Row]
    daily: Row | None
    on_this_day: list[Row]
    problems: list[Problem]
    conflicts: dict[str, str]

    @property
    def is_quiet(self) -> bool:
        """Whether the day asks for nothing and there is nothing to say of it."""
        parts = (self.habits, self.tasks.open, self.reading, self.drafts, self.daily)
        return not any((*parts, self.on_this_day, self.problems, self.conflicts))

    def as_object(self) -> dict[str, Any]:
        """The same as JSON would hold it."""
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
            "reading": _named(self.reading),
            "drafts": _named(self.drafts),
            "daily": self.daily.path if self.daily else None,
            "on_this_day": _named(self.on_this_day),
            "problems": [problem_object(problem) for problem in self.problems],
            "conflicts": self.conflicts,
        }


def overview(vault: Vault) -> Overview:
    """Look at what a vault holds for today."""
    day = vault.today()
    habits = [
        habit
        for habit in vault.habits.views(day)
        if not habit.is_archived and (habit.call != "none" or habit.today.is_logged)
    ]
    return Overview(
        day=day,
        habits=habits,
        tasks=_tasks(vault, day),
        reading=vault.search.rows("type:book status:reading").rows,
        drafts=vault.search.rows("is:draft").rows,
        daily=_daily(vault, day),
        on_this_day=_written_on(vault, day),
        problems=vault.catalog.problems(links=False),
        conflicts=vault.catalog.conflicts(),
    )


def problem_object(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
        "code": problem.code,
    }


def _tasks(vault: Vault, today: dt.date) -> TaskSummary:
    """How many tasks are open, and those that are due by a day, those first that are late.

    A vault has a hundred times as many as name a day, so the others are counted and not read.
    """
    from notekeep.catalog.queries import count_open, list_tasks
    from notekeep.markdown.outline import DUE_LIKE_PATTERN, find_due_day

    dated = list_tasks(vault.catalog, like=DUE_LIKE_PATTERN)
    due = [
        DueTask(day, task) for task in dated if (day := find_due_day(task.text)) and day <= today
    ]
    return TaskSummary(count_open(vault.catalog), sorted(due, key=lambda one: one.day))


def _daily(vault: Vault, day: dt.date) -> Row | None:
    from notekeep.notes.capture import daily_path

    return vault.catalog.row(daily_path(vault.root, vault.schema.daily, day))


def _written_on(vault: Vault, day: dt.date) -> list[Row]:
    from notekeep.catalog.queries import on_this_day

    found = on_this_day(vault.catalog, day, ("created", "finished", "listened"))
    return list({one.row.path: one.row for one in found}.values())


def _named(rows: list[Row]) -> list[dict[str, str]]:
    return [{"path": row.path, "title": row.title} for row in rows]

"""tasks, today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.arguments import RawCommand, join_query
from notekeep.cli.options import (
    dry_run_option,
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    refresh_first,
    verb_options,
)
from notekeep.errors import UsageError

if TYPE_CHECKING:
    from notekeep.catalog.records import Row, TaskRow
    from notekeep.errors import Problem
    from notekeep.habits.summary import HabitView
    from notekeep.services.overview import Overview
    from notekeep.vault import Vault


# `tasks`: what is left to do in the notes, and ticking it.


class TasksCommand(RawCommand):
    """`tasks` takes its query raw."""

    words_metavar = "[QUERY...]"


@click.command(cls=TasksCommand, short_help="The open tasks of all notes.")
@click.option("--done", is_flag=True, help="Those that are ticked.")
@click.option("--all", "both", is_flag=True, help="Open and ticked ones.")
@click.option("--tick", metavar="PATH:LINE", help="Tick a task of the list, or open it again.")
@limit_option()
@click.option("--null", is_flag=True, help="PATH:LINE only, with a NUL after each, for xargs -0.")
@dry_run_option
@json_option
@no_refresh_option
@verb_options
def tasks(
    words: tuple[str, ...],
    *,
    done: bool,
    both: bool,
    tick: str | None,
    limit: int | None,
    null: bool,
    dry_run: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the open tasks of the notes that QUERY finds, of all notes when there is none.

    \b
    notekeep tasks '#project'
    notekeep tasks --tick 'inbox/Garden sensor.md:12'
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    if tick is not None:
        from notekeep.cli.confirmation import apply_plan

        plan = opened.notes.plan.toggle_task(*_parse_place(tick))
        return apply_plan(opened, plan, dry_run=dry_run, done=str)
    found = opened.search.tasks(join_query(words), done=None if both else done)
    shown = found[:limit]
    if as_json:
        output.write_json({"total": len(found), "tasks": [task._asdict() for task in shown]})
    elif null:
        output.write_null(f"{task.path}:{task.line}" for task in shown)
    else:
        _write(shown)
    if not found and not as_json:
        output.write_message("no task")
    return 0 if found else 1


def _parse_place(text: str) -> tuple[str, int]:
    path, _, line = text.rpartition(":")
    if not path or not line.isdecimal():
        raise UsageError(f"{text!r} is no PATH:LINE", "`notekeep tasks` lists them")
    return path, int(line)


def _write(found: list[TaskRow]) -> None:
    marks = [f"[{task.mark}]" for task in found]
    rows = [
        (mark, task.text, f"{task.path}:{task.line}")
        for mark, task in zip(marks, found, strict=True)
    ]
    output.table(rows, stretch=1, whole=2)


# `today`: habits and tasks that are due, what is read, drafted and broken, as plain text.


@click.command(short_help="An overview of today.")
@json_option
@no_refresh_option
@verb_options
def today(*, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """Show habits and tasks that are due, books in progress, drafts, and files with problems."""
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    if as_json:
        output.write_json(opened.overview().as_object())
    else:
        print_today(opened)
    return 0


def print_today(vault: Vault) -> None:
    """Print the overview of today, in plain lines."""
    view = vault.overview()
    title = f"{view.day:%A} {view.day.day} {view.day:%B %Y}"
    output.write_styled([(title, "bold"), (f"  {vault.root}", "dim")])
    _habits(view)
    _tasks(view)
    _rows("Reading", [(row.title, _authors(row)) for row in view.reading])
    _rows("Drafts", [(row.title, row.path) for row in view.drafts])
    if view.daily:
        _rows("Today's note", [(view.daily.title, view.daily.path)])
    _rows("On this day", [(row.title, row.path) for row in view.on_this_day])
    _rows("Conflicts", list(view.conflicts.items()))
    _rows("Problems", [(_problem_place(problem), problem.message) for problem in view.problems])
    if view.is_quiet:
        output.write_message("a quiet day; `notekeep add TEXT` writes a line into today's note")


def _habits(view: Overview) -> None:
    if not view.habits:
        return
    from notekeep.cli.habit_output import count_done
    from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS

    glyphs = (
        UNICODE_MARKS
        if output.replace_unencodable(UNICODE_MARKS.levels) == UNICODE_MARKS.levels
        else ASCII_MARKS
    )
    done, asked = count_done(view.habits)
    output.write("")
    output.write_styled([("Habits", "bold"), (f"  {done}/{asked}", "dim")])
    output.table(
        [
            (
                f"  {glyphs.marks[habit.today.mark]}",
                habit.title,
                habit.goal if habit.goal != "done" else habit.schedule,
                _streak(habit),
                habit.note,
            )
            for habit in view.habits
        ],
        stretch=1,
    )


def _tasks(view: Overview) -> None:
    """How many tasks are open, and those that are due by today."""
    if not view.tasks.open:
        return
    from notekeep.dates import format_short_day
    from notekeep.markdown.outline import strip_due_day

    output.write("")
    output.write_styled(
        [("Tasks", "bold"), (f"  {view.tasks.open} open; `notekeep tasks` lists them", "dim")]
    )
    output.table(
        [
            (
                f"  [{task.mark}]",
                strip_due_day(task.text),
                "today" if day == view.day else f"late, {format_short_day(day, view.day)}",
                f"{task.path}:{task.line}",
            )
            for day, task in view.tasks.due
        ],
        stretch=1,
        whole=3,
    )


def _rows(head: str, rows: list[tuple[str, str]]) -> None:
    """One part of the overview; nothing at all when it is empty."""
    if not rows:
        return
    output.write("")
    output.write_styled([(head, "bold")])
    output.table([(f"  {first}", second) for first, second in rows], stretch=1)


def _streak(habit: HabitView) -> str:
    if not habit.streak:
        return ""
    unit = habit.streak_unit.removesuffix("s") if habit.streak == 1 else habit.streak_unit
    return f"{habit.streak} {unit}".strip()


def _authors(row: Row) -> str:
    authors = row.fields.get("author")
    return ", ".join(map(str, authors)) if isinstance(authors, list) else str(authors or "")


def _problem_place(problem: Problem) -> str:
    return problem.place

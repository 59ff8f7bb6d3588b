"""Tasks and coming days: `tasks`, `agenda`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date

import click

from notekeep.catalog.records import TaskRow
from notekeep.cli import output
from notekeep.cli.arguments import (
    RawCommand,
    answer_options,
    dry_run_option,
    join_query,
    limit_option,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import is_json
from notekeep.cli.lists import write_part
from notekeep.cli.opening import open_refreshed
from notekeep.dates import format_short_day
from notekeep.errors import UsageError
from notekeep.markdown.task_fields import strip_fields
from notekeep.services.agenda import MAX_DAYS, Agenda, write_task_calendar
from notekeep.vault import Vault


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="List open tasks.")
@click.option("--done", is_flag=True, help="Show completed tasks only.")
@click.option("--all", "both", is_flag=True, help="Include completed tasks.")
@click.option("--tick", metavar="PATH:LINE", help="Tick a task, or reopen it.")
@click.option("--ics", is_flag=True, help="Print open tasks that have a date as a calendar file.")
@limit_option()
@click.option(
    "--null", is_flag=True, help="Print PATH:LINE only, each followed by NUL, for xargs -0."
)
@dry_run_option
@answer_options
def tasks(
    words: tuple[str, ...],
    *,
    done: bool,
    both: bool,
    tick: str | None,
    ics: bool,
    limit: int | None,
    null: bool,
    dry_run: bool,
) -> int:
    """List the open tasks in the notes that match QUERY, or in all notes.

    \b
    notekeep tasks '#project'
    notekeep tasks --tick 'inbox/Garden sensor.md:12'
    notekeep tasks --ics > tasks.ics

    A task with a start date is hidden until that day, unless you use --all. Ticking a
    repeating task adds the next occurrence above it.
    """
    others = {"--null": null, "--done": done, "--all": both, "-n": limit is not None}
    if tick is not None:
        _refuse_options("--tick", {"--ics": ics, "a query": bool(words), **others})
    elif ics:
        _refuse_options("--ics", {"--json": is_json(), **others})
    vault = open_refreshed()
    if tick is not None:
        path, _, line = tick.rpartition(":")
        if not path or not line.isdecimal():
            raise UsageError(f'"{tick}" is not PATH:LINE.', "`notekeep tasks` lists the tasks.")
        plan = vault.notes.plan_toggle_task(path, int(line))
        if not is_json():
            return apply_plan(vault, plan, dry_run=dry_run)
        result = None if dry_run else vault.notes.apply(plan)
        output.write_json(
            {
                "path": path,
                "line": int(line),
                "written": bool(result and result.step),
                "remarks": result.remarks if result else plan.remarks,
            }
        )
        return 0
    if ics:
        return _print_calendar(vault, join_query(words))
    found = vault.search.tasks(join_query(words), done=None if both else done)
    shown = found[:limit]
    objects = [task._asdict() for task in shown]
    return output.write_answer(
        [(f"[{task.mark}]", task.text, f"{task.path}:{task.line}") for task in shown],
        json={"total": len(found), "tasks": objects},
        null=[f"{task.path}:{task.line}" for task in shown] if null else None,
        empty="No tasks.",
        stretch=1,
        whole=2,
    )


def _refuse_options(name: str, others: Mapping[str, bool]) -> None:
    if clash := next((other for other, is_set in others.items() if is_set), ""):
        raise UsageError(f"{name} and {clash} cannot be combined.", "Use one of them.")


def _print_calendar(vault: Vault, query: str) -> int:
    tasks = vault.search.tasks(query)
    text, count = write_task_calendar(tasks, vault.places.id, vault.today())
    if sys.stdout.isatty():
        output.write(text.rstrip("\r\n"))
    else:
        output.write_bytes(text.encode("utf-8", "replace"))
    if not count:
        output.write_message(
            "No open task has a date. To set one, write due:2026-12-01 in the text of a task."
        )
    return 0 if count else 1


@click.command(short_help="Show tasks and habits for the coming days.")
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, MAX_DAYS),
    default=14,
    help="Number of days, including today (default: 14).",
)
@answer_options
def agenda(*, days: int) -> int:
    """Show open tasks and habits by day: late tasks first, then today and the days ahead.

    \b
    notekeep agenda --days 7

    A task is shown on its scheduled date, or on its due date if it is not scheduled. Habits are
    shown today if they are still due, and on later days if their schedule is for fixed days.
    """
    found = open_refreshed().agenda(days)
    if is_json():
        output.write_json(found.as_object())
        return 0
    _print_agenda(found)
    return 0


def _print_agenda(agenda: Agenda) -> None:
    today = agenda.today
    span = f"{format_short_day(today)} to {format_short_day(agenda.end, today)}"
    output.write_styled([("Agenda", "bold"), (f"  {span}", "dim")])
    late = [_task_row(task, today) for task in agenda.late]
    write_part("Late", late, whole=3)
    for one in agenda.days:
        rows = [_task_row(task, one.day) for task in one.tasks]
        if one.habits:
            rows.append(("", ", ".join(habit.title for habit in one.habits), "", "habits"))
        day = format_short_day(one.day, today)
        write_part("Today" if one.day == today else day, rows, day if one.day == today else "", 3)
    if not (agenda.late or agenda.days):
        last = format_short_day(agenda.end, today)
        output.write_message(
            f"Nothing is due up to {last}. To give a task a due date, write due:2026-12-01 in it."
        )
    counts = {"later": agenda.later, "without a date": agenda.undated}
    about = [f"{count} {word}" for word, count in counts.items() if count]
    if about:
        output.write_message(f"Tasks not shown: {', '.join(about)}. `notekeep tasks` lists them.")


def _task_row(task: TaskRow, day: date) -> tuple[str, ...]:
    """Return the columns of a task; its date is shown only if it differs from the heading."""
    other = task.planned if task.planned != day else None
    about = format_short_day(other, day) if other else ""
    return f"[{task.mark}]", strip_fields(task.text), about, f"{task.path}:{task.line}"

"""`tasks`, and `today`: what is due, read, drafted and broken, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

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
from notekeep.cli.habit_output import count_done, glyphs
from notekeep.cli.opening import open_refreshed
from notekeep.dates import format_short_day
from notekeep.errors import UsageError
from notekeep.markdown.due_days import strip_due_day

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.habits.summary import HabitView
    from notekeep.services.overview import Overview
    from notekeep.settings import VaultSettings
    from notekeep.vault import Vault


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="List open tasks.")
@click.option("--done", is_flag=True, help="Show completed tasks only.")
@click.option("--all", "both", is_flag=True, help="Include completed tasks.")
@click.option("--tick", metavar="PATH:LINE", help="Tick a task of the list, or open it again.")
@limit_option()
@click.option("--null", is_flag=True, help="PATH:LINE only, with a NUL after each, for xargs -0.")
@dry_run_option
@answer_options
def tasks(
    words: tuple[str, ...],
    *,
    done: bool,
    both: bool,
    tick: str | None,
    limit: int | None,
    null: bool,
    dry_run: bool,
) -> int:
    """List the open tasks of the notes that QUERY finds, of all notes when there is none.

    \b
    notekeep tasks '#project'
    notekeep tasks --tick 'inbox/Garden sensor.md:12'
    """
    vault = open_refreshed()
    if tick is not None:
        plan = vault.notes.plan_toggle_task(*_parse_place(tick))
        return apply_plan(vault, plan, dry_run=dry_run)
    found = vault.search.tasks(join_query(words), done=None if both else done)
    shown = found[:limit]
    objects = [task._asdict() for task in shown]
    return output.write_answer(
        [(f"[{task.mark}]", task.text, f"{task.path}:{task.line}") for task in shown],
        json={"total": len(found), "tasks": objects},
        null=[f"{task.path}:{task.line}" for task in shown] if null else None,
        empty="no task",
        stretch=1,
        whole=2,
    )


def _parse_place(text: str) -> tuple[str, int]:
    path, _, line = text.rpartition(":")
    if not path or not line.isdecimal():
        raise UsageError(f"{text!r} is no PATH:LINE", "`notekeep tasks` lists them")
    return path, int(line)


@click.command(short_help="Show an overview of today.")
@answer_options
def today() -> int:
    """Show habits and tasks that are due, books in progress, drafts, and files with problems."""
    vault = open_refreshed()
    if is_json():
        output.write_json(vault.overview().as_object())
    else:
        print_today(vault)
    return 0


def print_today(vault: Vault) -> None:
    """Print the overview of today, in plain lines."""
    view = vault.overview()
    title = f"{view.day:%A} {view.day.day} {view.day:%B %Y}"
    output.write_styled([(title, "bold"), (f"  {vault.root}", "dim")])
    _habits(view, vault.settings)
    _tasks(view)
    _rows("Reading", [(row.title, _authors(row)) for row in view.reading])
    _rows("Drafts", [(row.title, row.path) for row in view.drafts])
    if view.daily:
        _rows("Today's note", [(view.daily.title, view.daily.path)])
    _rows("On this day", [(row.title, row.path) for row in view.on_this_day])
    _rows("Conflicts", list(view.conflicts.items()))
    _rows("Problems", [(problem.place, problem.message) for problem in view.problems])
    if view.is_quiet:
        output.write_message("a quiet day; `notekeep add TEXT` writes a line into today's note")


def _habits(view: Overview, settings: VaultSettings) -> None:
    if not view.habits:
        return
    marks = glyphs(settings).marks
    done, asked = count_done(view.habits)
    output.write("")
    output.write_styled([("Habits", "bold"), (f"  {done}/{asked}", "dim")])
    output.table(
        [
            (
                f"  {marks[habit.today.mark]}",
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
    if not view.tasks.open:
        return
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

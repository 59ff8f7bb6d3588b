"""`tasks`, and `today`: what is due, read, drafted and broken, as plain text."""

from __future__ import annotations

from collections.abc import Sequence
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
from notekeep.cli.habit_output import aim, glyphs
from notekeep.cli.opening import open_refreshed
from notekeep.dates import format_short_day
from notekeep.errors import UsageError
from notekeep.habits.summary import count_habits, format_run
from notekeep.markdown.text_edit import strip_due_day

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.vault import Vault

MAX_RECENT = 5  # notes changed last that are listed


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="List open tasks.")
@click.option("--done", is_flag=True, help="Show completed tasks only.")
@click.option("--all", "both", is_flag=True, help="Include completed tasks.")
@click.option("--tick", metavar="PATH:LINE", help="Tick a task, or reopen it.")
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
    limit: int | None,
    null: bool,
    dry_run: bool,
) -> int:
    """List the open tasks in the notes that match QUERY, or in all notes.

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
        empty="no tasks",
        stretch=1,
        whole=2,
    )


def _parse_place(text: str) -> tuple[str, int]:
    path, _, line = text.rpartition(":")
    if not path or not line.isdecimal():
        raise UsageError(f"{text!r} is not PATH:LINE", "`notekeep tasks` lists them")
    return path, int(line)


@click.command(short_help="Show an overview of today.")
@answer_options
def today() -> int:
    """Show habits and tasks due today, books in progress, drafts, changes, and problems."""
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
    signs = glyphs(vault.settings)
    done, asked, _ = count_habits(view.habits)
    habits = [
        (
            signs.marks[habit.today.mark],
            habit.title,
            aim(habit, signs),
            format_run(habit.streak, habit.streak_unit) if habit.streak else "",
            habit.note,
        )
        for habit in view.habits
    ]
    _write_part("Habits", habits, f"{done} of {asked} done" if habits else "")
    count = f"{view.tasks.open} open; `notekeep tasks` lists them" if view.tasks.open else ""
    tasks = [
        (
            f"[{task.mark}]",
            strip_due_day(task.text),
            "today" if day == view.day else f"late, {format_short_day(day, view.day)}",
            f"{task.path}:{task.line}",
        )
        for day, task in view.tasks.due
    ]
    _write_part("Tasks", tasks, count, whole=3)
    _write_part("Reading", [(row.title, _authors(row)) for row in view.reading])
    notes = {
        "Today's note": [view.daily] if view.daily else [],
        "Drafts": view.drafts,
        "On this day": [found.row for found in view.on_this_day],
        "Last changed": view.recent[:MAX_RECENT],
    }
    for head, found in notes.items():
        _write_part(head, [(row.title, row.path) for row in found])
    broken = [(copy, f"copy of {original}") for copy, original in view.conflicts.items()]
    broken += [(problem.place, problem.message) for problem in view.problems]
    _write_part("Needs a look", broken)
    if view.is_quiet:
        output.write_message("Nothing due today. `notekeep add TEXT` adds a line to today's note.")


def _write_part(
    head: str, rows: Sequence[Sequence[str]], aside: str = "", whole: int | None = None
) -> None:
    """One part of the overview; nothing at all when it is empty."""
    if not rows and not aside:
        return
    output.write("")
    output.write_styled([(head, "bold"), *([(f"  {aside}", "dim")] if aside else [])])
    output.table([(f"  {first}", *rest) for first, *rest in rows], stretch=1, whole=whole)


def _authors(row: Row) -> str:
    authors = row.fields.get("author")
    return ", ".join(map(str, authors)) if isinstance(authors, list) else str(authors or "")

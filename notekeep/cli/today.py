"""`today`: habits and tasks that are due, what is read, drafted and broken, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.habits.view import HabitView
    from notekeep.index.rows import Row
    from notekeep.markdown.problem import Problem
    from notekeep.overview import Overview
    from notekeep.vault import Vault


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
    _rows("Problems", [(_place(problem), problem.message) for problem in view.problems])
    if view.is_quiet:
        output.note("a quiet day; `notekeep add TEXT` writes a line into today's note")


def _habits(view: Overview) -> None:
    if not view.habits:
        return
    from notekeep.cli.habit_show import counted
    from notekeep.habits.marks import ASCII, UNICODE

    glyphs = UNICODE if output.encodable(UNICODE.levels) == UNICODE.levels else ASCII
    done, asked = counted(view.habits)
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
    from notekeep.dates import short
    from notekeep.markdown.due import without_due

    output.write("")
    output.write_styled(
        [("Tasks", "bold"), (f"  {view.tasks.open} open; `notekeep tasks` lists them", "dim")]
    )
    output.table(
        [
            (
                f"  [{task.mark}]",
                without_due(task.text),
                "today" if day == view.day else f"late, {short(day, view.day)}",
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


def _place(problem: Problem) -> str:
    return problem.place

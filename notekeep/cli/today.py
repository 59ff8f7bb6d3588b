"""`today`: what is due, being read, drafted and broken, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options

if TYPE_CHECKING:
    from notekeep.overview import Overview
    from notekeep.vault import Vault

WEEK = 7


@click.command(short_help="An overview of today.")
@json_option
@no_refresh_option
@verb_options
def today(*, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """Show what is due today, the books in progress, drafts, and files with problems."""
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
    output.write_styled([(f"{view.day:%A %-d %B %Y}", "bold"), (f"  {vault.root}", "dim")])
    _habits(view)
    _books(view)
    _notes("Drafts", view.drafts)
    _notes("Today's note", view.daily)
    _notes("On this day", view.on_this_day)
    if view.problems:
        output.write("")
        output.write_styled([("Problems", "bold")])
        for problem in view.problems:
            place = f"{problem.path}:{problem.line}" if problem.line else problem.path
            output.write(f"  {place}: {problem.message}")


def _habits(view: Overview) -> None:
    if not view.habits:
        return
    output.write("")
    done = sum(habit.is_settled for habit in view.habits)
    output.write_styled([("Habits", "bold"), (f"  {done}/{len(view.habits)}", "dim")])
    output.table(
        [
            (f"  {habit.mark}", habit.title, habit.goal, habit.week, habit.streak)
            for habit in view.habits
        ],
        stretch=1,
    )


def _books(view: Overview) -> None:
    if not view.reading:
        return
    output.write("")
    output.write_styled([("Reading", "bold")])
    output.table([("  ", row.title, author) for row, author in view.reading], stretch=1)


def _notes(head: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    output.write("")
    output.write_styled([(head, "bold")])
    output.table([(f"  {title}", path) for title, path in rows])

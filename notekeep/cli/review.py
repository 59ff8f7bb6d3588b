"""`review`: a week or a month of habits as a note that the person finishes."""

from __future__ import annotations

import click

from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.raw import RawCommand
from notekeep.cli.writing import carry_out


class ReviewCommand(RawCommand):
    """A command whose words are a span and a day."""

    words_metavar = "[week | month] [WEEK | MONTH | DAY]"


@click.command("review", cls=ReviewCommand, short_help="A week or month of habits as a note.")
@dry_run_option
@verb_options
def review(words: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Write a note about the last week or month of habits, for you to finish.

    What was met and what was needed, what was missed twice, what was skipped and why, and for each
    habit a choice: keep, shrink, change the cue, archive. It links to the habits and to the books
    behind them. `2026-W40`, `2026-10`, `october` or a day in it name another week or month; a
    review that is there is never written over.
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.review(opened.habit_index, " ".join(words))
    return carry_out(opened, plan, dry_run=dry_run, done=str)

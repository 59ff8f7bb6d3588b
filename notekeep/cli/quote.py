"""`quote`: somebody's words into a note, with the page or the second."""

from __future__ import annotations

import click

from notekeep.cli import offers
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.writing import carry_out


@click.command(short_help="Add a quote to a note.")
@click.argument("note", shell_complete=offers.notes)
@click.argument("text", nargs=-1, required=True)
@click.option("--page", metavar="N", default="", help="The page it is on.")
@click.option("--loc", metavar="N", default="", help="Its location in an electronic book.")
@click.option("--at", metavar="TIME", default="", help="The second it is said at: 12:34, 1:02:33.")
@dry_run_option
@verb_options
def quote(
    note: str,
    text: tuple[str, ...],
    *,
    page: str,
    loc: str,
    at: str,
    dry_run: bool,
    vault: str | None,
) -> int:
    """Add TEXT to NOTE as a block quote, under its heading Quotes if it has one.

    \b
    notekeep quote "Atomic Habits" "Every action is a vote." --page 38
    notekeep quote "Naval Ravikant on JRE" "Read what you love." --at 12:01
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.quote(note, " ".join(text), page=page, loc=loc, at=at)
    return carry_out(opened, plan, dry_run=dry_run, done=str)

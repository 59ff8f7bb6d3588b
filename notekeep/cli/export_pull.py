"""`export pull`: what was changed by hand in the site, back into the notes."""

from __future__ import annotations

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.writing import agree, carry_out, write_diff


@click.command(short_help="What you changed in the site, into the note.")
@click.argument("note", nargs=-1, shell_complete=offers.notes)
@click.option("--to", "target", metavar="TARGET", help="The generator, such as hugo.")
@click.option("--site", metavar="DIR", help="The folder of the site.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@verb_options
def pull(
    note: tuple[str, ...],
    *,
    target: str | None,
    site: str | None,
    yes: bool,
    dry_run: bool,
    vault: str | None,
) -> int:
    """Bring what was changed by hand in the site back into NOTE, or into all notes.

    The patch is shown first. What cannot be told apart from what the export itself wrote is named
    and left for you.
    """
    opened = open_vault(vault)
    refresh_first(opened, whole=True)
    paths = opened.chosen(note)[0] if note else []
    plan = opened.plan_pull(paths, target=target or "", site=site or "")
    if not dry_run:
        write_diff(plan)
        if plan.changes and not yes:
            agree("Write this into the notes?", "this would change notes")
    if not plan.changes and not dry_run:
        for remark in plan.remarks:
            output.note(remark)
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=True)

"""`export start`: a post begun from one or several notes."""

from __future__ import annotations

import sys

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.writing import carry_out


@click.command(short_help="Begin a post from notes.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@click.option("--title", metavar="TITLE", default="", help="The post's title; asked for otherwise.")
@click.option(
    "--section", "sections", metavar="HEADING", multiple=True, help="Only what is below it."
)
@dry_run_option
@verb_options
def start(
    note: tuple[str, ...],
    *,
    title: str,
    sections: tuple[str, ...],
    dry_run: bool,
    vault: str | None,
) -> int:
    """Begin a post from each NOTE: facts as a box, an outline, quotes with their sources.

    The post is a note of the vault, with `draft: true`. Private parts of the notes stay where they
    are; private notes are refused.

    \b
    notekeep export start "Atomic Habits" --title "Four levers"
    notekeep export start "Atomic Habits" "Tiny Habits" --title "Two books on small things"
    """
    opened = open_vault(vault)
    refresh_first(opened)
    if not title and sys.stdin is not None and sys.stdin.isatty():
        title = click.prompt("Title of the post", default=opened.resolve(note[0]).title, err=True)
    plan = opened.plan_start(note, title, sections)
    for remark in plan.remarks:
        output.note(remark)
    plan.remarks.clear()
    return carry_out(opened, plan, dry_run=dry_run, done=str)

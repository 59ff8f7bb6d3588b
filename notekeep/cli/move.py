"""Moving notes: `rename`, `mv`, `rm`."""

from __future__ import annotations

import click

from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.writing import carry_out


@click.command(short_help="Give a note another title; links follow.")
@click.argument("note")
@click.argument("title", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask, however many notes link to it.")
@dry_run_option
@verb_options
def rename(
    note: str, title: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None
) -> int:
    """Give NOTE another TITLE and file name; every link to it follows."""
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.rename(note, " ".join(title))
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


@click.command(short_help="Move a note to another folder; links follow.")
@click.argument("note")
@click.argument("folder")
@click.option("--yes", is_flag=True, help="Do not ask, however many notes link to it.")
@dry_run_option
@verb_options
def mv(note: str, folder: str, *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Move NOTE to FOLDER of the vault; links that need it follow."""
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.move(note, folder)
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


@click.command(short_help="Move a note to the trash.")
@click.argument("note", nargs=-1, required=True)
@dry_run_option
@verb_options
def rm(note: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Move NOTE to the vault's .trash; `notekeep undo` brings it back."""
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.delete(" ".join(note))
    return carry_out(opened, plan, dry_run=dry_run, done=lambda path: f"{path} is in the trash")

"""Moving notes: `rename`, `mv`, `rm`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from notekeep.cli import offers
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, open_vault, verb_options
from notekeep.cli.writing import carry_out
from notekeep.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.index.rows import Row
    from notekeep.vault import Vault

PIPED = "-"
"""Stands for the notes that are named on standard input."""


@click.command(short_help="Give a note another title; links follow.")
@click.argument("note", shell_complete=offers.notes)
@click.argument("title", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask, however many notes link to it.")
@dry_run_option
@verb_options
def rename(
    note: str, title: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None
) -> int:
    """Give NOTE another TITLE and file name; every link to it follows.

    \b
    notekeep rename "Deep Work" "Deep Work, read twice"
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.rename(note, " ".join(title))
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


@click.command(short_help="Move notes to another folder; links follow.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.each_note)
@click.argument("folder")
@click.option("--yes", is_flag=True, help="Do not ask, however many notes it is about.")
@dry_run_option
@verb_options
def mv(note: tuple[str, ...], folder: str, *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Move each NOTE to FOLDER of the vault, which is made when needed; links follow.

    `.`, `..` and `./FOLDER` are where the shell has them; from outside the vault `.` is the vault
    itself. `-` instead of a NOTE reads names from standard input, one on each line, or with a NUL
    after each.

    \b
    notekeep mv "Deep Work" "Atomic Habits" books/read
    notekeep ls --null 'type:book rating<3' | notekeep mv - books/dropped
    """
    opened = open_vault(vault)
    refresh_first(opened)
    rows, folder = _notes(opened, note), _folder(opened, folder)
    if len(rows) == 1:
        plan = opened.plan.move(rows[0].path, folder)
    else:
        plan = opened.plan.move_all([row.path for row in rows], folder)
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)


@click.command(short_help="Move notes to the trash.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.each_note)
@click.option("--yes", is_flag=True, help="Do not ask, however many notes it is about.")
@dry_run_option
@verb_options
def rm(note: tuple[str, ...], *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Move each NOTE to the vault's .trash, as one step; `notekeep undo` brings all back.

    `-` instead of a NOTE reads names from standard input, one on each line, or with a NUL after
    each.

    \b
    notekeep rm "Garden sensor" "Talk notes"
    notekeep ls --null path:inbox/ 'modified<2025' | notekeep rm -
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.delete_all([row.path for row in _notes(opened, note)])
    return carry_out(
        opened, plan, dry_run=dry_run, done=lambda path: f"{path} is in the trash", yes=yes
    )


def _notes(vault: Vault, words: Sequence[str]) -> list[Row]:
    """The notes that the words of a command name.

    Raises:
        NotFound: A name is none of a note, or nothing was piped.
        Ambiguous: A name could mean several notes.
    """
    from notekeep.index.names import several, words_as_names

    if PIPED not in words:
        names = words_as_names(vault.catalog, words, vault.root)
        return several(vault.catalog, names, vault.root)
    given = [name for word in words for name in (_piped() if word == PIPED else [word])]
    if not given:
        raise NotFound(
            "no note was named on standard input", "`notekeep ls --null` names those of a query"
        )
    return several(vault.catalog, given, vault.root)


def _folder(vault: Vault, folder: str) -> str:
    """A folder of the vault, where it was named as a shell completes it.

    Raises:
        Refused: It is not in the vault.
    """
    from notekeep.files.paths import is_within, vault_path

    is_here = folder == "." and is_within(os.path.realpath("."), os.path.realpath(vault.root))
    is_relative = folder == ".." or folder.startswith(("./", "../"))
    is_absolute = os.path.isabs(folder) and folder.strip("/") and os.path.isdir(folder)
    if not is_here and not is_relative and not is_absolute:
        return folder
    return f"{vault_path(vault.root, folder)}/"


def _piped() -> list[str]:
    """What stands on standard input: names with a NUL after each, or one on each line."""
    data = b"" if sys.stdin is None else sys.stdin.buffer.read()
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [os.fsdecode(part) for part in parts if part.strip()]

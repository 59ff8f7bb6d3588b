"""Two versions of one note: `conflicts`, `conflicts show`, `keep`, `merge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options
from notekeep.cli.writing import carry_out, write_diff

if TYPE_CHECKING:
    from notekeep.vault import Vault
    from notekeep.writing.conflicting import Choice, Pair
    from notekeep.writing.plan import WritePlan

WHAT = {"copy": "", "log": "a log; all lines count", "marks": "git's marks stand in it"}


@click.group(invoke_without_command=True, short_help="Notes with two versions, and the choice.")
@json_option
@verb_options
@click.pass_context
def conflicts(ctx: click.Context, *, as_json: bool, vault: str | None) -> int:
    """List notes of which a sync tool, git or notekeep itself left two versions.

    \b
    notekeep conflicts show COPY           what differs, - the note, + the copy
    notekeep conflicts merge COPY          the changes of both in one text
    notekeep conflicts keep COPY mine      the note; the copy goes to the trash
    notekeep conflicts keep COPY theirs    the copy; the note's text stays in history
    notekeep conflicts keep COPY both      the copy as a note of its own
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    from notekeep.writing import conflicting

    opened = _open(vault)
    found = conflicting.conflicts(opened.plan)
    if as_json:
        rows = [pair._asdict() for pair in found]
        output.write_json({"total": len(rows), "conflicts": rows})
    else:
        output.table([(pair.copy, pair.note, WHAT[pair.kind]) for pair in found])
    if not found:
        output.note("no conflicts")
    return 0 if found else 1


@conflicts.command(short_help="What differs.")
@click.argument("copy", nargs=-1, required=True)
@verb_options
def show(copy: tuple[str, ...], *, vault: str | None) -> int:
    """Show what differs between a note and COPY, as a diff from the one to the other."""
    from notekeep.writing import conflicting

    opened = _open(vault)
    write_diff(conflicting.plan_show(opened.plan, _pair(opened, copy)))
    return 0


@conflicts.command(short_help="Keep one version, or both.")
@click.argument("copy", nargs=-1, required=True)
@click.argument("choice", type=click.Choice(["mine", "theirs", "both"]))
@dry_run_option
@verb_options
def keep(copy: tuple[str, ...], choice: str, *, dry_run: bool, vault: str | None) -> int:
    """Keep the note (mine), COPY (theirs), or both as notes of their own.

    In a note with git's marks: the first side, the second, or one after the other.
    """
    from notekeep.writing import conflicting

    opened = _open(vault)
    pair = _pair(opened, copy)
    plan = conflicting.plan_keep(opened.plan, pair, cast("Choice", choice))
    return _carry_out(opened, plan, dry_run=dry_run)


@conflicts.command(short_help="Bring both versions together.")
@click.argument("copy", nargs=-1, required=True)
@dry_run_option
@verb_options
def merge(copy: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Bring the changes of the note and of COPY together, and move the copy to the trash.

    Where both changed the same lines, both versions stay, and the exit code is 3.
    """
    from notekeep.writing import conflicting

    opened = _open(vault)
    plan = conflicting.plan_merge(opened.plan, opened.history, _pair(opened, copy))
    return _carry_out(opened, plan, dry_run=dry_run)


def _carry_out(opened: Vault, plan: WritePlan, *, dry_run: bool) -> int:
    gone = {change.path for change in plan.changes if change.after is None}
    return carry_out(
        opened,
        plan,
        dry_run=dry_run,
        done=lambda path: f"{path} is in the trash" if path in gone else path,
    )


def _open(vault: str | None) -> Vault:
    opened = open_vault(vault)
    refresh_first(opened)
    return opened


def _pair(opened: Vault, words: tuple[str, ...]) -> Pair:
    from notekeep.writing import conflicting

    return conflicting.find(opened.plan, " ".join(words))

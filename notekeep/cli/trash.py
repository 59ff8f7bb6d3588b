"""The trash: `trash`, `trash restore`, `trash empty`."""

from __future__ import annotations

import click

from notekeep.cli import output
from notekeep.cli.context import dry_run_option, json_option, open_vault, verb_options
from notekeep.cli.when import moment
from notekeep.cli.writing import agree, carry_out


@click.group(invoke_without_command=True, short_help="What was deleted, and its way back.")
@json_option
@verb_options
@click.pass_context
def trash(ctx: click.Context, *, as_json: bool, vault: str | None) -> int:
    """List what is in the vault's .trash, the last deleted first."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    from notekeep.files.trash import list_trash

    found = list_trash(open_vault(vault).root)
    if as_json:
        rows = [
            {"path": one.path, "was": one.was, "bytes": one.size, "deleted": moment(one.deleted)}
            for one in found
        ]
        output.write_json({"total": len(rows), "files": rows})
    else:
        output.table([(moment(one.deleted), one.was) for one in found], stretch=1)
    if not found:
        output.note("the trash is empty")
    return 0 if found else 1


@trash.command(short_help="Bring a file back to where it was.")
@click.argument("name", nargs=-1, required=True)
@click.option("--to", metavar="PATH", default="", help="Where it goes, when its place is taken.")
@dry_run_option
@verb_options
def restore(name: tuple[str, ...], *, to: str, dry_run: bool, vault: str | None) -> int:
    """Bring a file back from the trash; NAME is its path or its file name."""
    from notekeep.writing.restoring import plan_untrash

    opened = open_vault(vault)
    plan = plan_untrash(opened.plan, opened.history, " ".join(name), to)
    return carry_out(opened, plan, dry_run=dry_run, done=str)


@trash.command(short_help="Remove what is in the trash for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@verb_options
def empty(*, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Remove what is in the trash; the last version of each note stays in history."""
    from notekeep.files import trash as files

    opened = open_vault(vault)
    found = files.list_trash(opened.root)
    if not found:
        output.note("the trash is empty")
        return 1
    for one in found:
        output.note(f"  {one.was}")
    if dry_run:
        return 0
    count = "1 file" if len(found) == 1 else f"{len(found)} files"
    if not yes:
        agree(f"Remove {count} for good?", f"this would remove {count} for good")
    removed = files.empty(opened.root, opened.history)
    output.write("1 file removed" if len(removed) == 1 else f"{len(removed)} files removed")
    output.note("`notekeep restore NOTE` still brings the last version of a note back")
    return 0

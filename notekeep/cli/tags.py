"""Tags: `tags`, `tags rename`."""

from __future__ import annotations

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    dry_run_option,
    json_option,
    no_refresh_option,
    open_vault,
    verb_options,
)
from notekeep.cli.writing import carry_out


@click.group(invoke_without_command=True, short_help="All tags, with how many notes have them.")
@json_option
@no_refresh_option
@verb_options
@click.pass_context
def tags(ctx: click.Context, *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List all tags with how many notes have each, its children included."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    found = opened.tags()
    if as_json:
        rows = [{"tag": tag, "notes": count} for tag, count in found.items()]
        output.write_json({"total": len(rows), "tags": rows})
    else:
        output.table([(str(count), f"#{tag}") for tag, count in found.items()], stretch=1)
        if not found:
            output.note("no note has a tag; `notekeep tag +TAG -- NOTE` gives it one")
    return 0 if found else 1


@tags.command(short_help="Give a tag another name, everywhere.")
@click.argument("old", metavar="A", shell_complete=offers.tags)
@click.argument("new", metavar="B", shell_complete=offers.tags)
@click.option("--yes", is_flag=True, help="Do not ask, however many notes have it.")
@dry_run_option
@verb_options
def rename(old: str, new: str, *, yes: bool, dry_run: bool, vault: str | None) -> int:
    """Call the tag A by the name B, in front matter and in the text of all notes.

    Its children follow: a/x becomes b/x. A note that has both keeps B once.
    """
    opened = open_vault(vault)
    refresh_first(opened)
    plan = opened.plan.rename_tag(old, new)
    return carry_out(opened, plan, dry_run=dry_run, done=str, yes=yes)

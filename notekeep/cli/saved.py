"""`saved`: queries kept by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from notekeep.cli.ls import as_object
from notekeep.cli.raw import RawCommand, as_query
from notekeep.cli.writing import carry_out
from notekeep.errors import NotekeepError, NotFound, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class AddCommand(RawCommand):
    """`saved add` takes its query raw."""

    words_metavar = "NAME QUERY..."


class SavedGroup(click.Group):
    """`saved` alone lists; any other first word that is no command is the name of a query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let a name stand where a command could."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            return super().parse_args(ctx, ["run", *args])
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The saved queries that begin so, and the commands: what stands first may be either."""
        from click.shell_completion import CompletionItem

        names = map(CompletionItem, offers.saved(ctx, None, incomplete))
        return [*names, *super().shell_complete(ctx, incomplete)]


@click.group(
    cls=SavedGroup,
    invoke_without_command=True,
    short_help="Queries kept by name.",
    subcommand_metavar="[NAME | add | rm]",
)
@json_option
@no_refresh_option
@verb_options
@click.pass_context
def saved(ctx: click.Context, *, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List the saved queries with how many notes each finds, or the notes that one finds.

    \b
    notekeep saved add to-read 'type:book status:to-read'
    notekeep saved to-read
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = ctx.obj._replace(vault=vault or ctx.obj.vault)
        return 0
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    rows: list[tuple[str, str, str]] = []
    for name, query in opened.saved.items():
        try:
            count = str(opened.rows(query, limit=1).total)
        except NotekeepError as error:
            count = "?"
            output.note(f"{name}: {error.message}")
        rows.append((count, name, query))
    if as_json:
        found = [
            {"name": name, "query": query, "notes": int(count) if count != "?" else None}
            for count, name, query in rows
        ]
        output.write_json({"total": len(found), "saved": found})
    else:
        output.table(rows, stretch=2)
    if not rows and not as_json:
        output.note("no query is saved; `notekeep saved add NAME QUERY` keeps one")
    return 0 if rows else 1


@saved.command("run", hidden=True)
@click.argument("name", nargs=-1, required=True, shell_complete=offers.saved)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def run(
    name: tuple[str, ...], *, null: bool, as_json: bool, no_refresh: bool, vault: str | None
) -> int:
    """List the notes that the saved query NAME finds."""
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    asked = " ".join(name)
    query = opened.saved.get(asked)
    if query is None:
        raise NotFound(f"there is no saved query {asked!r}", "`notekeep saved` lists them")
    found = opened.rows(query)
    if as_json:
        rows = [as_object(row) for row in found.rows]
        output.write_json({"query": query, "total": found.total, "rows": rows})
    elif null:
        output.write_null(row.path for row in found.rows)
    else:
        output.table([(row.title, row.kind, row.path) for row in found.rows])
    return 0 if found.total else 1


@saved.command("add", cls=AddCommand, short_help="Keep a query under a name.")
@dry_run_option
@verb_options
def add(words: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Keep QUERY under NAME; one of that name is replaced."""
    opened = open_vault(vault)
    query = as_query(words[1:])
    if not words or not query.strip():
        raise UsageError("which query, under which name?", "notekeep saved add NAME QUERY")
    refresh_first(opened)
    opened.query(query)
    plan = opened.plan.save_query(words[0], query)
    return carry_out(opened, plan, dry_run=dry_run, done=lambda _path: f"saved {words[0]}")


@saved.command("rm", short_help="Forget a saved query.")
@click.argument("name", nargs=-1, required=True, shell_complete=offers.saved)
@dry_run_option
@verb_options
def rm(name: tuple[str, ...], *, dry_run: bool, vault: str | None) -> int:
    """Forget the query NAME; the notes stay as they are."""
    opened = open_vault(vault)
    plan = opened.plan.save_query(" ".join(name), "")
    return carry_out(opened, plan, dry_run=dry_run, done=lambda _path: f"forgot {' '.join(name)}")

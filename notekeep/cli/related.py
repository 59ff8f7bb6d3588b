"""`related`: notes about the same, and what they share."""

from __future__ import annotations

import click

from notekeep.cli import offers, output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import (
    json_option,
    limit_option,
    no_refresh_option,
    open_vault,
    verb_options,
)

REASONS = 3


@click.command(short_help="Notes that are about the same.")
@click.argument("note", nargs=-1, required=True, shell_complete=offers.notes)
@limit_option(10)
@click.option("--null", is_flag=True, help="Paths only, with a NUL after each, for xargs -0.")
@json_option
@no_refresh_option
@verb_options
def related(
    note: tuple[str, ...],
    *,
    limit: int,
    null: bool,
    as_json: bool,
    no_refresh: bool,
    vault: str | None,
) -> int:
    """List the notes that are about the same as NOTE, the nearest first, and what both share.

    Links, links in common, tags, people and works, and telling words count; the rarer a thing
    is in the vault, the more.

    \b
    notekeep related "Deep Work"
    """
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh, words=True)
    found = opened.related(" ".join(note), limit=limit)
    if as_json:
        rows = [
            {
                "path": one.row.path,
                "title": one.row.title,
                "kind": one.row.kind,
                "score": round(one.score, 4),
                "why": list(one.why),
            }
            for one in found
        ]
        output.write_json({"total": len(rows), "related": rows})
    elif null:
        output.write_null(one.row.path for one in found)
    else:
        for one in found:
            output.write_styled([(one.row.title, "bold"), ("  ", ""), (one.row.path, "dim")])
            output.write_styled([("    ", ""), ("; ".join(one.why[:REASONS]), "")])
    if not found and not as_json:
        output.note("no other note shares anything with it")
    return 0 if found else 1

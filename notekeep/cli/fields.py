"""`fields`: the names that a query may use in this vault."""

from __future__ import annotations

import click

from notekeep.cli import output
from notekeep.cli.asking import refresh_first
from notekeep.cli.context import json_option, no_refresh_option, open_vault, verb_options


@click.command(short_help="The fields that a query may name.")
@json_option
@no_refresh_option
@verb_options
def fields(*, as_json: bool, no_refresh: bool, vault: str | None) -> int:
    """List the fields that kinds and notes of this vault have, with how each is read."""
    opened = open_vault(vault)
    refresh_first(opened, skip=no_refresh)
    known = opened.fields()
    rows = [(name, field.type) for name in known.names() if (field := known.find(name))]
    if as_json:
        found = [{"field": name, "type": kind} for name, kind in rows]
        output.write_json({"total": len(found), "fields": found})
    else:
        output.table(rows)
    return 0
